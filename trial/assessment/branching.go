package assessment

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"rekindle/trial/branching"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// Branching decides which items of a form are asked of a person at a visit: those without a condition, and those whose conditions hold.
// An item that is not asked counts as blank in the conditions after it.
type Branching struct {
	in         *instrument.Instrument
	visit      string
	conditions map[string][]*branching.Logic   // by item: the instrument's own, and the protocol's
	elsewhere  map[[2]string]instrument.Answer // by visit and item
}

// BranchingOf reads the conditions of an instrument and those that a protocol adds.
func BranchingOf(p study.Protocol, in *instrument.Instrument, visit string) (Branching, error) {
	b := Branching{in: in, visit: visit, conditions: map[string][]*branching.Logic{}, elsewhere: map[[2]string]instrument.Answer{}}
	for _, it := range in.Items {
		if own := it.Branching(); own != nil {
			b.conditions[it.ID] = append(b.conditions[it.ID], own)
		}
	}
	for _, one := range p.Branching {
		form, item, _ := strings.Cut(one.Item, ".")
		if form != in.ID {
			continue
		}
		logic, err := branching.Parse(one.Show)
		if err != nil {
			return b, err
		}
		b.conditions[item] = append(b.conditions[item], logic)
	}
	return b, nil
}

// here reports whether a reference is to an item of the form itself.
func (b Branching) here(r branching.Reference) bool {
	_, own := b.in.FindItem(r.Item)
	return own && (r.Visit == "" || r.Visit == b.visit)
}

// Visits gives the visits whose other answers the conditions ask for.
func (b Branching) Visits() []string {
	visits := map[string]bool{}
	for _, all := range b.conditions {
		for _, logic := range all {
			for _, r := range logic.References() {
				switch {
				case b.here(r):
				case r.Visit == "":
					visits[b.visit] = true
				default:
					visits[r.Visit] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(visits))
}

// Know takes the answers of a visit, as "form.item".
func (b Branching) Know(visit string, answers map[string]instrument.Answer) {
	for name, a := range answers {
		_, item, _ := strings.Cut(name, ".")
		b.elsewhere[[2]string{visit, item}] = a
	}
}

func (b Branching) known(r branching.Reference) string {
	if r.Visit == "" {
		r.Visit = b.visit
	}
	return b.elsewhere[[2]string{r.Visit, r.Item}].Given(r.Code)
}

// Hidden gives the items that are not asked, with these answers to the form.
func (b Branching) Hidden(a instrument.Answers) map[string]bool {
	hidden := map[string]bool{}
	for _, it := range b.in.Items {
		for _, logic := range b.conditions[it.ID] {
			if !logic.Holds(func(r branching.Reference) string {
				switch {
				case !b.here(r):
					return b.known(r)
				case hidden[r.Item]:
					return instrument.Blank.Given(r.Code)
				}
				return a[r.Item].Given(r.Code)
			}) {
				hidden[it.ID] = true
			}
		}
	}
	return hidden
}

// Told gives the conditions, by item, for the script of a page: see branching.Logic.Told. What is not on the page comes as its answer.
func (b Branching) Told() map[string][]json.RawMessage {
	told := map[string][]json.RawMessage{}
	for item, all := range b.conditions {
		for _, logic := range all {
			told[item] = append(told[item], logic.Told(func(r branching.Reference) (string, bool) {
				if b.here(r) {
					return "", false
				}
				return b.known(r), true
			}))
		}
	}
	return told
}
