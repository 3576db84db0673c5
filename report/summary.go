package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"rekindle/analysis"
)

// SummaryOfThemes is Table 4 for those who rank above the coached: shares to the nearest five percent, without counts, and none that is
// about fewer than five people, or about all but fewer than five, so that nobody can be told from it.
func SummaryOfThemes(t *Table) (*Table, error) {
	text, err := json.Marshal(t.Data)
	if err != nil {
		return nil, err
	}
	var themes analysis.Themes
	if err := json.Unmarshal(text, &themes); err != nil {
		return nil, err
	}
	s := &Table{ID: t.ID, Title: "Themes of coaching", Stub: t.Stub, Columns: []Column{{Label: "Of those who answered"}}}
	if themes.Answered < 2*analysis.Fewest {
		s.Notes = []string{fmt.Sprintf("Too few people answered for anything to be shown: fewer than %d.", 2*analysis.Fewest)}
		return s, nil
	}
	for _, row := range themes.Rows {
		s.row(row.Label, false, coarse(row.Share))
	}
	s.Notes = []string{fmt.Sprintf("To the nearest five percent of at least %d people. A share that is about fewer than %d people, or about all but fewer than %d, is not shown.", themes.Answered/analysis.Fewest*analysis.Fewest, analysis.Fewest, analysis.Fewest)}
	return s, nil
}

// coarse is a share from which nobody can be told.
func coarse(s analysis.Share) string {
	if s.Count < analysis.Fewest || s.Of-s.Count < analysis.Fewest {
		return "not shown"
	}
	return fmt.Sprintf("about %.0f%%", 5*math.Round(20*float64(s.Count)/float64(s.Of)))
}

// SummaryOfOutcomes is Table 3 without the numbers of people and of tests: the change in each group, their difference, and where it points.
func SummaryOfOutcomes(t *Table) *Table {
	s := &Table{ID: t.ID, Title: "What changed", Stub: t.Stub, Notes: []string{"Changes from the first survey to the second, with 95% confidence intervals, by the study's planned model. The whole table is in the publication."}}
	var kept []int
	for i, c := range t.Columns {
		change, difference := strings.HasPrefix(c.Label, "Absolute change"), strings.HasPrefix(c.Label, "Difference")
		if change || difference || c.Label == "Direction" {
			kept = append(kept, i)
			s.Columns = append(s.Columns, c)
		}
	}
	for _, row := range t.Rows {
		if len(row.Cells) > 0 {
			var cells []string
			for _, i := range kept {
				cells = append(cells, row.Cells[i])
			}
			row.Cells = cells
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
