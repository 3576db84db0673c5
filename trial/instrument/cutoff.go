package instrument

import (
	"fmt"
	"slices"
)

// Cutoff turns a score into yes or no.
type Cutoff struct {
	ID          string   `json:"id"`
	Also        []string `json:"also"` // other names under which the same flag is reported
	Op          string   `json:"op"`   // one of >= > <= <
	Value       Fraction `json:"value"`
	Integers    string   `json:"integers"`    // the same comparison in sums of codes, in words
	Status      string   `json:"status"`      // published, recall or assumed, and by whom
	Recommended bool     `json:"recommended"` // the one to report; others are crosswalks, bands and variants
	Help        bool     `json:"help"`        // a screen: who meets it is shown help resources; conduct.Answer says who else is told
}

// Names gives the ids under which the flag is reported.
func (c *Cutoff) Names() []string { return append([]string{c.ID}, c.Also...) }

// String gives the comparison, such as ">= 3.325".
func (c *Cutoff) String() string { return c.Op + " " + c.Value.String() }

// met compares exactly: score = n/d, value = v/w, hence n*w against v*d, all integers.
func (c *Cutoff) met(score Fraction) bool {
	sign := score.compare(c.Value)
	switch c.Op {
	case ">=":
		return sign >= 0
	case ">":
		return sign > 0
	case "<=":
		return sign <= 0
	default: // "<", the only other one that link lets in
		return sign < 0
	}
}

func (c *Cutoff) link() error {
	switch c.Op {
	case ">=", ">", "<=", "<":
	default:
		return fmt.Errorf("cut-off %s: unknown comparison %q", c.ID, c.Op)
	}
	if c.ID == "" || c.Status == "" || c.Value.den == 0 {
		return fmt.Errorf("cut-off %q: id, status or value missing", c.ID)
	}
	return nil
}

// Positive reports whether the answers meet a cut-off that is a screen.
func (in *Instrument) Positive(a Answers) (bool, error) {
	if !in.IsScreen() {
		return false, nil
	}
	r, err := in.Score(a)
	for _, s := range in.Scores {
		for _, c := range s.Cutoffs {
			if met := r.Flags[c.ID]; err == nil && c.Help && met != nil && *met {
				return true, nil
			}
		}
	}
	return false, err
}

// IsScreen reports whether the instrument has a cut-off that is a screen.
func (in *Instrument) IsScreen() bool {
	return slices.ContainsFunc(in.Scores, func(s *Score) bool { return slices.ContainsFunc(s.Cutoffs, func(c *Cutoff) bool { return c.Help }) })
}
