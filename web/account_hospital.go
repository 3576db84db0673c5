package web

import (
	"net/http"
	"net/url"
	"strings"

	"rekindle/problem"
)

// hospitalCookie ties a sign-in at the hospital to the browser that began it, so that nobody is signed in as somebody else by a link.
const hospitalCookie = "rekindle_hospital"

// accountHospitalPage leads on to the hospital's sign-in.
type accountHospitalPage struct {
	Address, Host string
}

func (s *Site) hospitalCookie(state string, age int) *http.Cookie {
	return &http.Cookie{Name: hospitalCookie, Value: state, Path: signInAt, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")}
}

// hospitalGo leads to the hospital's sign-in: by a page and not a redirect, because a form here may lead nowhere else, and the hospital
// may lead on to yet another site.
func (s *Site) hospitalGo(w http.ResponseWriter, r *http.Request) error {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	address, state, err := s.Conduct.BeginHospitalSignIn(r.Context(), within(r.PostFormValue("to")))
	if err != nil {
		return err
	}
	page := accountHospitalPage{Address: address}
	if u, err := url.Parse(address); err == nil {
		page.Host = u.Host
	}
	http.SetCookie(w, s.hospitalCookie(state, 600))
	w.Header().Set("Refresh", "0; url="+address)
	return s.show(w, r, http.StatusOK, "account_hospital", "On to the hospital's sign-in", page)
}

// hospitalBack signs in whoever comes back from there. It is a GET because the hospital sends people so; it does something once.
func (s *Site) hospitalBack(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := r.Cookie(hospitalCookie)
	if err != nil || c.Value == "" || c.Value != q.Get("state") {
		return problem.New(problem.Forbidden, "This sign-in was not begun in this browser, or took too long").Instead("Begin again where you sign in.")
	}
	http.SetCookie(w, s.hospitalCookie("", -1))
	if q.Get("error") != "" || q.Get("code") == "" {
		return problem.New(problem.Forbidden, "Signing in at the hospital was not completed").Instead("Begin again, or sign in another way.")
	}
	signed, to, err := s.Conduct.HospitalSignIn(r.Context(), origin(r), c.Value, q.Get("code"))
	if err != nil {
		return err
	}
	return s.onward(w, r, signed, to)
}
