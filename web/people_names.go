package web

import (
	"net/http"
	"strings"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// namesCookie keeps that whoever looks has asked to see names with the codes, for this sign-in. It grants nothing: who may is the table of
// permissions' to say, and each page with names is an event in the trail.
const namesCookie = "rekindle_names"

// namesKey ties the wish to one sign-in, so that the next begins with codes again.
func (s *Site) namesKey(r *http.Request) string {
	if c, err := r.Cookie(staffCookie); err == nil {
		return conduct.LinkHash("names " + c.Value)[:16]
	}
	return "rehearsal"
}

// named reports whether names are to be shown.
func (s *Site) named(r *http.Request) bool {
	c, err := r.Cookie(namesCookie)
	return err == nil && c.Value == s.namesKey(r) && actor(r).May("participant.identify")
}

// names gives the people of a page, where whoever looks has asked for names; nobody otherwise.
func (s *Site) names(r *http.Request, where string, codes ...participant.Code) (map[participant.Code]conduct.Person, error) {
	if !s.named(r) {
		return nil, nil
	}
	return s.Conduct.Identify(r.Context(), actor(r), where, codes)
}

// peopleNames turns names on or off.
func (s *Site) peopleNames(w http.ResponseWriter, r *http.Request) error {
	cookie := &http.Cookie{Name: namesCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")}
	switch show := r.PostFormValue("show"); show {
	case "on":
		cookie.Value = s.namesKey(r)
	case "off":
		cookie.MaxAge = -1
	default:
		return problem.New(problem.Invalid, "%.20q is neither on nor off", show).On("show")
	}
	back := r.PostFormValue("back")
	if back != "/people" && back != "/calls" && !strings.HasPrefix(back, "/people/") && !strings.HasPrefix(back, "/people?") {
		back = "/people"
	}
	http.SetCookie(w, cookie)
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}
