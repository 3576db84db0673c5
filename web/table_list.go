package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"rekindle/problem"
	"rekindle/report"
)

// tableListPage is what the report consists of, and whether it is as made.
type tableListPage struct {
	Tables  []tableLine
	Source  *report.Manifest
	Checked finding[*report.Manifest]
}

// tableLine is one table of the report.
type tableLine struct {
	ID, Number, Title string
	Rows              int
}

// tableList lists the tables.
func (s *Site) tableList(w http.ResponseWriter, r *http.Request) error {
	m, err := s.manifest()
	if err != nil {
		return err
	}
	content := tableListPage{Source: m, Checked: s.checkedReport()}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		id, ok := strings.CutPrefix(name, "tables/")
		if id, ok2 := strings.CutSuffix(id, ".json"); ok && ok2 {
			t, err := s.table(id)
			if err != nil {
				return err
			}
			content.Tables = append(content.Tables, tableLine{id, t.Number, t.Title, len(t.Rows)})
		}
	}
	// The numbered ones stand as in print, the others behind them by their names.
	slices.SortStableFunc(content.Tables, func(a, b tableLine) int {
		switch {
		case a.Number != "" && b.Number == "":
			return -1
		case a.Number == "" && b.Number != "":
			return 1
		}
		return strings.Compare(a.Number, b.Number)
	})
	return s.show(w, r, http.StatusOK, "table_list", "Tables", content)
}

// table reads a table of the report.
func (s *Site) table(id string) (*report.Table, error) {
	text, err := s.reportText("tables/" + id + ".json")
	if err != nil {
		return nil, err
	}
	var t report.Table
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, problem.New(problem.Unavailable, "The table %q is damaged", id).Instead("Make the report again with 'rekindle analyze'.").Because(err)
	}
	return &t, nil
}
