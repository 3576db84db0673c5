package web

import (
	"net/http"

	"rekindle/problem"
)

// Moment is a rehearsal at one moment of its trial.
type Moment struct {
	Key   string // "midway"
	Label string // "In the middle of the trial"
	What  string // one sentence
	Site  *Site
}

// momentCookie keeps at which moment the visitor of a rehearsal looks.
const momentCookie = "rekindle_moment"

// Rehearsal serves a rehearsal at one or more moments of its trial; the visitor changes between them, and begins at the first.
func Rehearsal(moments ...Moment) http.Handler {
	handlers := make([]http.Handler, len(moments))
	for i, m := range moments {
		m.Site.moments, m.Site.moment = moments, m
		handlers[i] = m.Site.Handler()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := 0
		if c, err := r.Cookie(momentCookie); err == nil {
			for i, m := range moments {
				if m.Key == c.Value {
					at = i
				}
			}
		}
		handlers[at].ServeHTTP(w, r)
	})
}

// roleChoose lets the visitor of a rehearsal see it as somebody else, or at another moment.
func (s *Site) roleChoose(w http.ResponseWriter, r *http.Request) error {
	choice, moment := r.PostFormValue("role"), r.PostFormValue("moment")
	by, ok := lookedAs(choice)
	switch {
	case !s.Conduct.Simulated:
		return nowhere(w, r)
	case !ok:
		return problem.New(problem.Invalid, "%.40q is nobody as whom a rehearsal is shown", choice).On("role").Instead("Choose one of the list.")
	}
	for _, m := range s.moments {
		if m.Key == moment {
			http.SetCookie(w, &http.Cookie{Name: momentCookie, Value: m.Key, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
	if err := s.forget(w, r); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: roleCookie, Value: choice, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, startOf(by.Role), http.StatusSeeOther)
	return nil
}
