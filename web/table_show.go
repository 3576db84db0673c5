package web

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"rekindle/problem"
	"rekindle/report"
)

// tableShowPage is one table as it is printed.
type tableShowPage struct {
	*report.Table
	Groups []columnGroup // the upper header row; empty where no column has a group
	Width  int           // columns with the stub
}

// columnGroup is neighbouring columns under one heading.
type columnGroup struct {
	Label string
	Span  int
}

// tableShow shows one table.
func (s *Site) tableShow(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	m, err := s.manifest()
	if err != nil {
		return err
	}
	if _, listed := m.Files["tables/"+id+".json"]; !listed {
		return problem.New(problem.NotFound, "The report has no such table")
	}
	t, err := s.table(id)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "table_show", strings.TrimPrefix(t.Number+". "+t.Title, ". "), printed(t))
}

// printed lays a table out.
func printed(t *report.Table) tableShowPage {
	return tableShowPage{Table: t, Groups: columnGroups(t.Columns), Width: len(t.Columns) + 1}
}

// interval is an estimate with its interval, as the report prints it.
var interval = regexp.MustCompile(`^(-?[0-9.]+) (\(-?[0-9.]+ to -?[0-9.]+\))$`)

// printedCell keeps an interval in one piece, below its estimate where the column is narrow.
func printedCell(text string) template.HTML {
	if m := interval.FindStringSubmatch(text); m != nil {
		return template.HTML(minus(m[1]) + ` <span class="nowrap">` + minus(m[2]) + `</span>`) // digits and brackets only
	}
	return template.HTML(template.HTMLEscapeString(minus(text)))
}

func columnGroups(columns []report.Column) (all []columnGroup) {
	grouped := false
	for _, c := range columns {
		if n := len(all); n > 0 && all[n-1].Label == c.Group {
			all[n-1].Span++
		} else {
			all = append(all, columnGroup{c.Group, 1})
		}
		grouped = grouped || c.Group != ""
	}
	if !grouped {
		return nil
	}
	return all
}
