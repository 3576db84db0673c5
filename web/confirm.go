package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// confirmPage is the second step of an act that reaches far: it says what will happen, to how many, and whether it can be undone.
type confirmPage struct {
	Title  string
	What   []string // in sentences
	Undo   string   // whether it can be undone, and how
	Do     string   // the button
	Back   string   // where nothing happens
	Said   []pairOf // what was chosen and typed, to read once more
	To     string   // where the form goes: to where it came from
	Fields []pairOf
	Whose  string // e-mail address of whoever must give the password; empty: it is not asked
}

// pairOf is a field and its value.
type pairOf struct{ Name, Value string }

// sure reports whether whoever sends a form has seen its second step. Where not, that is shown, with all that was sent; a reply has been
// made then.
func (s *Site) sure(w http.ResponseWriter, r *http.Request, p confirmPage) (bool, error) {
	if err := r.ParseForm(); err != nil {
		return false, unreadable(err)
	}
	if r.PostForm.Get("sure") == "yes" {
		return true, nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if name == "password" { // is typed on this page, and never written into one
			continue
		}
		for _, value := range r.PostForm[name] {
			p.Fields = append(p.Fields, pairOf{name, value})
		}
	}
	if reason := strings.TrimSpace(r.PostForm.Get("reason")); reason != "" {
		p.Said = append(p.Said, pairOf{"Reason", reason})
	}
	p.To = r.URL.Path
	return false, s.show(w, r, http.StatusOK, "confirm", p.Title, p)
}

// sureOf is sure for an act of the office on a person or a coach. What is not among its choices is not asked about: the act refuses it.
func (s *Site) sureOf(w http.ResponseWriter, r *http.Request, p confirmPage, fields []actField) (bool, error) {
	for _, f := range fields {
		typed := r.PostForm.Get(f.Name)
		i := slices.IndexFunc(f.Choices, func(c choice) bool { return c.Code == typed })
		switch {
		case f.Kind != "choice":
		case i < 0:
			return true, nil
		default:
			p.Said = append(p.Said, pairOf{f.Label, f.Choices[i].Label})
		}
	}
	return s.sure(w, r, p)
}
