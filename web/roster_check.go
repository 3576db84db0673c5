package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"rekindle/conduct"
	"rekindle/exchange/roster"
	"rekindle/problem"
)

// rosterCheckPage is an uploaded list, row by row, before anything of it is taken.
type rosterCheckPage struct {
	Token    string
	File     string
	Format   string
	Columns  []roster.Column
	Rows     int
	Good     []rosterRow // the first that fit
	GoodRows int
	Bad      []rosterRow
	BadRows  int
	Pager    pager // of the rows that do not fit
	Needed   []string
}

// rosterRow is one row, with what is wrong in it.
type rosterRow struct {
	Place  string
	Person conduct.Person
	Cells  []string // of the columns that the protocol uses
	Wrong  []*problem.Problem
}

// rowsShown is how many rows that fit the page shows.
const rowsShown = 10

// keptList gives an uploaded list, and what is wrong with it by now.
func (s *Site) keptList(r *http.Request) (kept keptRoster, wrong problem.List, err error) {
	sealed, err := s.Conduct.KeptRoster(r.Context(), actor(r), r.PathValue("token"))
	if err != nil {
		return kept, nil, err
	}
	if err := json.Unmarshal(sealed, &kept); err != nil {
		return kept, nil, err
	}
	found, err := s.Conduct.CheckRoster(r.Context(), actor(r), kept.people())
	return kept, append(kept.Wrong, found...), err
}

// rosterCheck shows an uploaded list.
func (s *Site) rosterCheck(w http.ResponseWriter, r *http.Request) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	kept, wrong, err := s.keptList(r)
	if err != nil {
		return err
	}
	list := kept.Roster
	page := rosterCheckPage{Token: r.PathValue("token"), File: list.Name, Format: list.Format, Columns: list.Columns, Rows: len(list.People), Needed: roster.Needed(s.Conduct.Protocol)}
	at := map[string][]*problem.Problem{}
	for _, p := range wrong {
		at[p.Place] = append(at[p.Place], p)
	}
	var bad []rosterRow
	for _, p := range kept.people() {
		row := rosterRow{Place: rowOf(list.Name, p.Place), Person: p, Wrong: at[p.Place]}
		for _, name := range page.Needed {
			row.Cells = append(row.Cells, p.Columns[name])
		}
		if len(row.Wrong) > 0 {
			bad = append(bad, row)
			continue
		}
		if page.GoodRows++; len(page.Good) < rowsShown {
			page.Good = append(page.Good, row)
		}
	}
	page.BadRows = len(bad)
	if page.Pager, err = paged(r, n, len(bad)); err != nil {
		return err
	}
	page.Pager.BeforeLabel, page.Pager.AfterLabel = "Before", "After"
	page.Bad = bad[min(len(bad), (n-1)*pageSize):min(len(bad), n*pageSize)]
	return s.show(w, r, http.StatusOK, "roster_check", "Look at the list", page)
}

// rowOf is a place without the name of its file: "row 12".
func rowOf(file, place string) string {
	if len(place) > len(file)+1 && place[:len(file)] == file {
		return place[len(file)+1:]
	}
	return place
}

// rosterAdd takes the people of an uploaded list whose rows fit, all of them or none.
func (s *Site) rosterAdd(w http.ResponseWriter, r *http.Request) error {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(rosterPatience)) // a writer that has no deadlines needs none
	kept, wrong, err := s.keptList(r)
	if err != nil {
		return err
	}
	bad := map[string]bool{}
	for _, p := range wrong {
		bad[p.Place] = true
	}
	var people []conduct.Person
	for _, p := range kept.people() {
		if !bad[p.Place] {
			people = append(people, p)
		}
	}
	// The number is that of the button: what has changed meanwhile is looked at once more.
	if expected := r.PostFormValue("people"); expected != fmt.Sprint(len(people)) || len(people) == 0 {
		http.Redirect(w, r, "/roster/"+r.PathValue("token"), http.StatusSeeOther)
		return nil
	}
	codes, err := s.Conduct.AddRoster(r.Context(), actor(r), people)
	if err != nil {
		return err
	}
	if err := s.Conduct.DropRoster(r.Context(), actor(r), r.PathValue("token")); err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("/invite?added=%d", len(codes)), http.StatusSeeOther)
	return nil
}

// rosterDrop forgets an uploaded list.
func (s *Site) rosterDrop(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.DropRoster(r.Context(), actor(r), r.PathValue("token")); err != nil {
		return err
	}
	http.Redirect(w, r, "/roster", http.StatusSeeOther)
	return nil
}
