package web

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
)

// browserCookie keeps the secret of a browser that has come through a personal link.
const browserCookie = "rekindle_browser"

// home is where a participant is at home.
const home = "/me"

// desk is where a coach is.
const desk = "/desk"

// arrived gives the participant to whom the browser is open; false where it is to none.
func (s *Site) arrived(r *http.Request) (by identity.Actor, open bool) {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return by, false
	}
	if by, open, err = s.Conduct.Arrived(r.Context(), c.Value); err != nil {
		s.log().LogAttrs(r.Context(), slog.LevelError, "a browser could not be recognized", slog.String("error", err.Error()))
	}
	return by, open
}

// browserSecret is the secret that a browser brings; empty: none.
func browserSecret(r *http.Request) string {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// remember gives a browser its secret to keep.
func (s *Site) remember(w http.ResponseWriter, secret string) {
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: secret, Path: "/", MaxAge: int(conduct.BrowserLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")})
}

// forget closes a browser, on both sides.
func (s *Site) forget(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return nil
	}
	if err := s.Conduct.Leave(r.Context(), c.Value); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return nil
}

// closed replies to those who may not open a page: a participant is led home, and a participant's page exists for nobody else.
func (s *Site) closed(w http.ResponseWriter, r *http.Request, rt route, refusal error) error {
	granted := identity.Granted(rt.verb)
	switch by := actor(r); {
	case r.URL.Path == "/" && startOf(by.Role) != "/":
		http.Redirect(w, r, startOf(by.Role), http.StatusSeeOther)
		return nil
	case by.Role == identity.Visitor && !slices.Contains(granted, identity.Participant) && slices.ContainsFunc(granted, func(role identity.Role) bool { return slices.Contains(identity.StaffRoles, role) }):
		return s.signInFirst(w, r)
	case len(granted) == 0 || granted[0] != identity.Participant:
		return refusal
	case by.Role == identity.Visitor:
		return problem.New(problem.Forbidden, "This page opens through your personal link").
			Instead("Open the link of the latest e-mail on this device. What you have saved is kept. If you have no such e-mail, write to %s", s.Conduct.Protocol.Contact.Email)
	default:
		return nowhere(w, r)
	}
}
