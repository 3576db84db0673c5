package instrument

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"rekindle/trial/branching"
)

// Kind says how an item is answered.
type Kind string

const (
	Radio     Kind = "radio"      // one of its codes
	YesNo     Kind = "yes-no"     // one of two codes
	SelectAll Kind = "select-all" // any number of its codes
	VAS       Kind = "vas"        // a whole number between the ends of a visual analogue line
	Number    Kind = "number"     // a number between low and high
	Text      Kind = "text"       // free text
)

// Item is one question.
type Item struct {
	ID         string `json:"id"`
	Position   int    `json:"-"` // 1, 2, ... in the order of asking
	Subscale   string `json:"subscale"`
	Label      string `json:"label"`      // row heading in a table; empty: the descriptor
	Descriptor string `json:"descriptor"` // our own words, never the owner's text
	ScaleID    string `json:"scale"`
	Scale      *Scale `json:"-"`
	Reverse    bool   `json:"reverse"`     // scored as low + high - code
	Required   bool   `json:"required"`    // may not be declined: the trial cannot go on without it (a stratum)
	Unverified bool   `json:"unverified"`  // the descriptor stands in for content that no source confirmed
	Condition  string `json:"branching"`   // REDCap branching logic; empty: always asked
	LOINC      string `json:"loinc"`       // code of the question
	SourceItem string `json:"source_item"` // number in the longer instrument it comes from

	branching *branching.Logic // nil: always asked
}

// Scale is a set of answers that items share.
type Scale struct {
	ID     string  `json:"id"`
	Kind   Kind    `json:"kind"`
	Codes  []Code  `json:"codes"` // for a vas the two ends of the line
	Low    float64 `json:"low"`   // vas, number: least and greatest answer
	High   float64 `json:"high"`
	Status string  `json:"status"`

	scored bool // codes are whole numbers, so the scale can be scored
}

// Code is one possible answer. In JSON it is a pair: ["0", "never"].
type Code struct {
	Code  string
	Label string // our own words
	value int    // the code as a number, where the scale can be scored
}

// UnmarshalJSON reads the pair.
func (c *Code) UnmarshalJSON(b []byte) error {
	var pair [2]string
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	c.Code, c.Label = pair[0], pair[1]
	return nil
}

var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)

// link checks the codes and finds out whether the scale can be scored.
func (s *Scale) link() error {
	switch s.Kind {
	case Text, Number:
		if len(s.Codes) > 0 || s.Kind == Number && s.Low >= s.High {
			return fmt.Errorf("a %s has low < high and no codes", s.Kind)
		}
		return nil
	case VAS:
		if len(s.Codes) != 2 || s.Codes[0].Code != strconv.Itoa(int(s.Low)) || s.Codes[1].Code != strconv.Itoa(int(s.High)) || s.Low >= s.High {
			return fmt.Errorf("the two codes of a vas are its ends")
		}
		s.scored = true
		return nil
	case Radio, YesNo, SelectAll:
	default:
		return fmt.Errorf("unknown kind %q", s.Kind)
	}
	if len(s.Codes) < 2 || s.Kind == YesNo && len(s.Codes) != 2 {
		return fmt.Errorf("%d codes", len(s.Codes))
	}
	seen := map[string]bool{}
	s.scored = s.Kind != SelectAll
	for i := range s.Codes {
		c := &s.Codes[i]
		if !codeForm.MatchString(c.Code) || seen[c.Code] || c.Code == string(Declined) || c.Code == string(None) || c.Label == "" {
			return fmt.Errorf("code %q is reserved, unlabelled, used twice or ill-formed", c.Code)
		}
		seen[c.Code] = true
		n, err := strconv.Atoi(c.Code)
		if err != nil {
			s.scored = false
		}
		c.value = n
	}
	if s.scored {
		s.Low, s.High = float64(s.Codes[0].value), float64(s.Codes[len(s.Codes)-1].value)
	}
	return nil
}

// Allowed gives the codes an answer may have, as text; nil for a vas, a number or free text.
func (s *Scale) Allowed() []string {
	if s.Kind == VAS || len(s.Codes) == 0 {
		return nil
	}
	out := make([]string, len(s.Codes))
	for i, c := range s.Codes {
		out[i] = c.Code
	}
	return out
}

// Label gives the label of a code in our own words, empty for a code that the scale lacks.
func (s *Scale) Label(code string) string {
	for _, c := range s.Codes {
		if c.Code == code {
			return c.Label
		}
	}
	return ""
}

// Heading is what a table calls the item.
func (it *Item) Heading() string {
	if it.Label != "" {
		return it.Label
	}
	return it.Descriptor
}

// Declinable reports whether "prefer not to answer" is offered. Free text is simply left empty.
func (it *Item) Declinable() bool { return !it.Required && it.Scale.Kind != Text }

// allowed says in words what an answer may be.
func (it *Item) allowed() string {
	var s string
	switch k := it.Scale; k.Kind {
	case Text:
		return fmt.Sprintf("Allowed: free text of at most %d bytes", maxText)
	case VAS:
		s = fmt.Sprintf("a whole number from %g to %g", k.Low, k.High)
	case Number:
		s = fmt.Sprintf("a number from %g to %g", k.Low, k.High)
	case SelectAll:
		s = "any of " + strings.Join(k.Allowed(), ", ")
	default:
		s = strings.Join(k.Allowed(), ", ")
	}
	if it.Declinable() {
		s += fmt.Sprintf("; %s for an answer refused", Declined)
	}
	return "Allowed: " + s
}
