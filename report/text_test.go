package report_test

import (
	"slices"
	"strings"
	"testing"
)

// Each relative change stands beside the number of people in its model, and a difference that may be none is not told as a
// finding. Numbers: testdata/gold/kiser2024_table3.json, as printed in the paper.
func TestSentencesOfTheOutcomes(t *testing.T) {
	var all []string
	for _, s := range calibrated(t).Sections {
		if s.Population == "mitt" {
			all = append(all, s.Paragraphs...)
		}
	}
	for outcome, want := range map[string][]string{
		"Overall burnout": {"in the coaching group (n = 52)", "in the delayed intervention group (n = 71)", "-1.27 to -0.32 points", "), in favor of coaching."},
		"Quality of life": {"(n = 52)", "), the estimate being in favor of coaching."},
	} {
		i := slices.IndexFunc(all, func(p string) bool { return strings.HasPrefix(p, outcome) })
		if i < 0 {
			t.Errorf("no sentence on %s", outcome)
			continue
		}
		for _, w := range want {
			if !strings.Contains(all[i], w) {
				t.Errorf("%q lacks %q", all[i], w)
			}
		}
	}
}
