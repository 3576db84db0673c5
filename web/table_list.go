package web

import (
	"bytes"
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
	Groups  []tableGroup
	Source  *report.Manifest
	Checked finding[*report.Manifest]
}

// tableGroup is tables of a kind, in the order of the report.
type tableGroup struct {
	Label  string
	Tables []tableLine
}

// tableLine is one table of the report.
type tableLine struct {
	ID, Number, Title string
}

// tableList lists the tables.
func (s *Site) tableList(w http.ResponseWriter, r *http.Request) error {
	m, err := s.manifest()
	if err != nil {
		return err
	}
	page, err := s.reportText("index.html")
	if err != nil {
		return err
	}
	content := tableListPage{Source: m, Checked: s.checkedReport(), Groups: []tableGroup{{Label: "Tables of the report"}, {Label: "Sensitivity analyses"}}}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		id, ok := strings.CutPrefix(name, "tables/")
		if id, ok2 := strings.CutSuffix(id, ".json"); ok && ok2 {
			t, err := s.table(id)
			if err != nil {
				return err
			}
			group := &content.Groups[0]
			if strings.HasPrefix(id, "sensitivity-") {
				group = &content.Groups[1]
			}
			group.Tables = append(group.Tables, tableLine{id, t.Number, strings.TrimPrefix(t.Title, "Sensitivity: ")})
		}
	}
	place := func(t tableLine) int { return bytes.Index(page, []byte(`<section id="`+t.ID+`"`)) }
	for _, g := range content.Groups {
		slices.SortStableFunc(g.Tables, func(a, b tableLine) int { return place(a) - place(b) })
	}
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
