package report_test

import (
	"strings"
	"testing"

	"rekindle/analysis"
	"rekindle/report"
)

// What leadership reads of themes tells about nobody: small shares, and those of nearly everybody, are left out, and no count is printed.
func TestSummaryOfThemes(t *testing.T) {
	rows := func(of int, counts ...int) *report.Table {
		themes := analysis.Themes{Asked: of, Answered: of}
		for _, n := range counts {
			themes.Rows = append(themes.Rows, analysis.ThemeRow{Label: "theme", Share: analysis.Share{Count: n, Of: of}})
		}
		return &report.Table{ID: "table4", Data: &themes}
	}
	s, err := report.SummaryOfThemes(rows(47, 0, 4, 5, 33, 42, 43, 47))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.Rows {
		got = append(got, r.Cells...)
	}
	if want := "not shown,not shown,about 10%,about 70%,about 90%,not shown,not shown"; strings.Join(got, ",") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ","), want)
	}
	if s.Data != nil || strings.Contains(strings.Join(s.Notes, " "), "47") {
		t.Errorf("the numbers behind are told: %v", s.Notes)
	}
	if s, err = report.SummaryOfThemes(rows(9, 5)); err != nil || len(s.Rows) > 0 {
		t.Errorf("of nine people %d rows are shown: %v", len(s.Rows), err)
	}
}

// The summary of outcomes keeps changes and differences, and neither numbers of people nor P values.
func TestSummaryOfOutcomes(t *testing.T) {
	s := report.SummaryOfOutcomes(&report.Table{ID: "table3-itt",
		Columns: []report.Column{{Group: "Coaching (n = 68)", Label: "Baseline and follow-up, No."}, {Label: "Absolute change, mean (95% CI), points"}, {Label: "Difference of changes (95% CI), points"}, {Label: "P value"}, {Label: "Direction"}},
		Rows:    []report.Row{{Label: "Burnout", Heading: true}, {Label: "Overall", Cells: []string{"68, 49", "-1.0", "-1.4", "<.001", "better"}}}})
	if got := strings.Join(s.Rows[1].Cells, "|"); got != "-1.0|-1.4|better" || len(s.Columns) != 3 || !s.Rows[0].Heading {
		t.Errorf("got %q under %v", got, s.Columns)
	}
}
