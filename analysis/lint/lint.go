// Package lint checks a set of published trial tables against themselves and against the text that quotes them:
// whether counts add up, percentages follow from counts, differences from the arms, P values from the intervals,
// and so on. It needs no data, only what is printed.
//
// A printed number stands for every number that rounds to it. All checks are done on those intervals, so a
// difference that rounding alone explains is never reported.
//
// It is not a test of the analysis, and it does not say why a number is wrong. It serves every table of the paper:
// the slips of the published trial (testdata/published/kiser2024.json) are its test set, and each report that this
// program writes carries a publication.json that it must find clean.
package lint

import (
	"fmt"
	"slices"
)

// Severity says what a finding asks of the reader.
type Severity string

const (
	// Error: numbers contradict each other; no rounding makes them agree.
	Error Severity = "error"
	// Warning: the numbers may be right, but they mislead, disclose too much, or rest on something not said.
	Warning Severity = "warning"
	// Note: nothing is wrong; worth knowing.
	Note Severity = "note"
)

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Table    string   `json:"table"`    // id of the table; empty for the text
	Place    string   `json:"place"`    // row and column, or where in the text
	Printed  string   `json:"printed"`  // as it stands
	Expected string   `json:"expected"` // what would be right, with the range that rounding allows
	Reason   string   `json:"reason"`
}

// Rule is one check, by name.
type Rule struct {
	ID  string `json:"id"`
	Why string `json:"why"` // what it compares and when it speaks

	check func(*checker)
}

// Rules gives every rule in the order they are applied.
func Rules() []Rule {
	return slices.Concat(countRules, headingRules, summaryRules, changeRules, textRules, leakRules)
}

// Check applies every rule. Findings come in the order of the tables, the text last.
func Check(p *Publication) []Finding {
	c := newChecker(p)
	for _, r := range Rules() {
		if r.check != nil {
			r.check(c)
		}
	}
	at := func(f Finding) int {
		i := slices.IndexFunc(p.Tables, func(t Table) bool { return t.ID == f.Table })
		if i < 0 {
			return len(p.Tables)
		}
		return i
	}
	slices.SortStableFunc(c.found, func(a, b Finding) int { return at(a) - at(b) })
	return c.found
}

// checker is one run over a publication.
type checker struct {
	*Publication
	sheets []*sheet
	found  []Finding
}

func newChecker(p *Publication) *checker {
	c := &checker{Publication: p}
	for i := range p.Tables {
		c.sheets = append(c.sheets, newSheet(p, &p.Tables[i]))
	}
	return c
}

// find reports; format is the reason.
func (c *checker) find(rule string, s Severity, table, place, printed, expected, format string, args ...any) {
	c.found = append(c.found, Finding{rule, s, table, place, printed, expected, fmt.Sprintf(format, args...)})
}

// sheet gives the table of an id; reading the file has made sure that it is there.
func (c *checker) sheet(id string) *sheet {
	return c.sheets[slices.IndexFunc(c.sheets, func(s *sheet) bool { return s.ID == id })]
}
