package instrument

import (
	"fmt"
	"slices"

	"rekindle/trial/branching"
)

// Branching is the instrument's own condition for asking an item; nil: it is always asked.
func (it *Item) Branching() *branching.Logic { return it.branching }

// Given gives an answer as conditions meet it: the answer itself, or 1 or 0 for a code of a select-all item.
func (a Answer) Given(code string) string {
	switch {
	case code == "":
		return string(a)
	case slices.Contains(a.Selected(), code):
		return "1"
	}
	return "0"
}

// scored reports whether a score is made of the item.
func (in *Instrument) scored(item string) bool {
	for _, s := range in.Scores {
		for _, p := range s.Expression.Parts {
			if slices.Contains(p.Items, item) {
				return true
			}
		}
	}
	return false
}

// linkBranching reads the conditions of the items. They refer to items before them; what a score is made of, or is required, is always
// asked.
func (in *Instrument) linkBranching() error {
	for _, it := range in.Items {
		if it.Condition == "" {
			continue
		}
		if it.Required || in.scored(it.ID) {
			return fmt.Errorf("item %s is scored or required, so it is asked of everybody", it.ID)
		}
		logic, err := branching.Parse(it.Condition)
		if err != nil {
			return fmt.Errorf("item %s: %w", it.ID, err)
		}
		for _, r := range logic.References() {
			to := in.items[r.Item]
			if to == nil || r.Visit != "" || to.Position >= it.Position {
				return fmt.Errorf("item %s, character %d: %s is no item before it", it.ID, r.At, r.Item)
			}
			if what, right := r.Misfit(to.Scale.Kind == SelectAll, to.Scale.Allowed()); what != "" {
				return fmt.Errorf("item %s, character %d: %s; write %s", it.ID, r.At, what, right)
			}
		}
		it.branching = logic
	}
	return nil
}

// notAsked gives the items that the instrument's own conditions do not ask for, by the answers before them.
func (in *Instrument) notAsked(a Answers) map[string]bool {
	var hidden map[string]bool
	for _, it := range in.Items {
		if it.branching != nil && !it.branching.Holds(func(r branching.Reference) string {
			if hidden[r.Item] {
				return Blank.Given(r.Code)
			}
			return a[r.Item].Given(r.Code)
		}) {
			if hidden == nil {
				hidden = map[string]bool{}
			}
			hidden[it.ID] = true
		}
	}
	return hidden
}
