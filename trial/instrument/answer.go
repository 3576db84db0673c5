package instrument

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rekindle/problem"
)

// Answer is what was given to one item, in the text form in which it is stored, exported and audited:
// a code ("3", "woman"), several codes joined by single spaces in the registry's order ("asian white"),
// a number ("12.5"), or free text. The zero Answer is blank.
type Answer string

const (
	// Blank: no answer was given.
	Blank Answer = ""
	// Declined: the participant chose "prefer not to answer". It is not blank, yet scores as missing.
	Declined Answer = "declined"
	// None: select-all was answered, with nothing selected.
	None Answer = "none"
)

// maxText is the longest free text kept, in bytes.
const maxText = 10_000

// Answers are the answers to one instrument, by item id. An absent item is blank.
type Answers map[string]Answer

// Whole gives the answer of a whole-number code or of a visual analogue scale.
func Whole(n int) Answer { return Answer(strconv.Itoa(n)) }

// Select gives the answer of a select-all item; no code at all is None.
func Select(codes ...string) Answer {
	if len(codes) == 0 {
		return None
	}
	return Answer(strings.Join(codes, " "))
}

// Selected gives the codes of a select-all answer; none for Blank, Declined and None.
func (a Answer) Selected() []string {
	if a.Missing() || a == None {
		return nil
	}
	return strings.Fields(string(a))
}

// Missing reports whether the answer is blank or declined.
func (a Answer) Missing() bool { return a == Blank || a == Declined }

// Read turns text, as typed, imported or handed in by Whole and Select, into the canonical answer, or says what
// is allowed. Spaces around it are dropped, "3.0" is the code 3, selected codes are put in the registry's order.
func (it *Item) Read(text string) (Answer, *problem.Problem) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Blank, nil
	}
	if it.Scale.Kind == Text {
		return it.readText(text)
	}
	if text == string(Declined) && it.Declinable() {
		return Declined, nil
	}
	switch it.Scale.Kind {
	case SelectAll:
		return it.readSelected(text)
	case VAS, Number:
		x, ok := number(text)
		if !ok || !(x >= it.Scale.Low && x <= it.Scale.High) || it.Scale.Kind == VAS && x != float64(int(x)) {
			return Blank, it.refuse(text)
		}
		return Answer(strconv.FormatFloat(x, 'f', -1, 64)), nil
	}
	for _, c := range it.Scale.Codes {
		if c.Code == text {
			return Answer(c.Code), nil
		}
	}
	if x, ok := number(text); ok && it.Scale.scored {
		for _, c := range it.Scale.Codes {
			if float64(c.value) == x {
				return Answer(c.Code), nil
			}
		}
	}
	return Blank, it.refuse(text)
}

func (it *Item) readSelected(text string) (Answer, *problem.Problem) {
	if text == string(None) {
		return None, nil
	}
	chosen := strings.Fields(text)
	var canonical []string
	for _, c := range it.Scale.Codes {
		if slices.Contains(chosen, c.Code) {
			canonical = append(canonical, c.Code)
		}
	}
	if len(canonical) != len(chosen) { // an unknown code, or one chosen twice
		return Blank, it.refuse(text)
	}
	return Select(canonical...), nil
}

func (it *Item) readText(text string) (Answer, *problem.Problem) {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case len(text) > maxText:
		return Blank, problem.New(problem.Invalid, "the text has %d bytes", len(text)).On("%s", it.ID).Instead("%s", it.allowed())
	case !utf8.ValidString(text) || strings.ContainsFunc(text, control):
		return Blank, problem.New(problem.Invalid, "the text has control characters or is not UTF-8").On("%s", it.ID).Instead("%s", it.allowed())
	}
	return Answer(text), nil
}

// number reads a plain decimal number: no hexadecimal, no infinity, no NaN.
func number(text string) (x float64, ok bool) {
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// refuse says that the value is not an answer to the item, and what would be.
func (it *Item) refuse(value string) *problem.Problem {
	return problem.New(problem.Invalid, "%s is not an answer", quote(value)).On("%s", it.ID).Instead("%s", it.allowed())
}

// quote shows a value, cut short so that a message stays readable.
func quote(value string) string {
	const most = 60
	if len(value) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(value[:most], ""))
	}
	return strconv.Quote(value)
}

// Check finds every answer that is not allowed and every item that the instrument lacks, in the order of the items.
func (in *Instrument) Check(a Answers) error {
	var wrong problem.List
	known := 0
	for _, it := range in.Items {
		text, given := a[it.ID]
		if !given {
			continue
		}
		known++
		if _, p := it.Read(string(text)); p != nil {
			wrong.Add(p)
		}
	}
	if known < len(a) {
		wrong.Add(in.strangers(a)...)
	}
	return wrong.Err()
}

// strangers gives a problem for each item that the instrument does not have.
func (in *Instrument) strangers(a Answers) problem.List {
	var wrong problem.List
	for _, id := range sortedKeys(a) {
		if in.items[id] == nil {
			wrong.Add(in.stranger(id))
		}
	}
	return wrong
}

func (in *Instrument) stranger(item string) *problem.Problem {
	names := make([]string, len(in.Items))
	for i, it := range in.Items {
		names[i] = it.ID
	}
	return problem.New(problem.Invalid, "%s has no item %s", in.ID, quote(item)).
		On("%s", item).Instead("Its items: %s", strings.Join(names, ", "))
}

// Unanswered gives the items still without an answer; required tells those that may not be left so.
func (in *Instrument) Unanswered(a Answers) (blank, required []string) {
	for _, it := range in.Items {
		if a[it.ID] != Blank {
			continue
		}
		blank = append(blank, it.ID)
		if it.Required {
			required = append(required, it.ID)
		}
	}
	return blank, required
}
