package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
)

// staffCookie keeps the token of somebody of the staff, or of a coach, who has signed in.
const staffCookie = "rekindle_staff"

// signInAt is where staff sign in.
const signInAt = "/sign-in"

// staffToken is what the browser keeps of a sign-in; empty: nothing.
func staffToken(r *http.Request) string {
	c, err := r.Cookie(staffCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// staff gives the sign-in of the browser; false where there is none, or it has ended. Its stage says whether it is complete.
func (s *Site) staff(r *http.Request) (in identity.SignIn, ok bool) {
	token := staffToken(r)
	if token == "" {
		return in, false
	}
	in, ok, err := s.Conduct.SignedIn(r.Context(), token)
	if err != nil {
		s.log().LogAttrs(r.Context(), slog.LevelError, "a sign-in could not be recognized", slog.String("error", err.Error()))
	}
	return in, ok && err == nil
}

// keep gives a browser the token of a step of signing in. What it kept before ends: another's sign-in, or a participant's page. It keeps
// the token no longer than the browser is open, since wards share computers.
func (s *Site) keep(w http.ResponseWriter, r *http.Request, signed conduct.Signed) error {
	if before := staffToken(r); before != "" && before != signed.Token {
		if err := s.Conduct.SignOut(r.Context(), before); err != nil {
			return err
		}
	}
	if err := s.forget(w, r); err != nil {
		return err
	}
	http.SetCookie(w, s.staffCookie(signed.Token, 0))
	return nil
}

// dismiss signs staff out, on both sides.
func (s *Site) dismiss(w http.ResponseWriter, r *http.Request) error {
	token := staffToken(r)
	if token == "" {
		return nil
	}
	if err := s.Conduct.SignOut(r.Context(), token); err != nil {
		return err
	}
	http.SetCookie(w, s.staffCookie("", -1))
	return nil
}

func (s *Site) staffCookie(token string, age int) *http.Cookie {
	return &http.Cookie{Name: staffCookie, Value: token, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")}
}

// origin is where a request comes from.
func origin(r *http.Request) identity.Origin {
	from := identity.Origin{Agent: r.UserAgent()}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		from.Address = peer.Addr().Unmap()
	}
	return from
}

// atTheDoor reports whether a page is one of those on which somebody signs in.
func atTheDoor(r *http.Request) bool {
	for _, at := range []string{signInAt, "/s/", "/account/"} {
		if strings.HasPrefix(r.URL.Path, at) {
			return true
		}
	}
	return false
}

// leadTo is an address with the page to go to afterwards.
func leadTo(address, to string) string {
	if to = within(to); to == "" || to == "/" {
		return address
	}
	return address + "?" + url.Values{"to": {to}}.Encode()
}

// signInFirst leads whoever has not signed in to where one does, and from there back to the page. What was sent with a form is not lost:
// it is still in the browser.
func (s *Site) signInFirst(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return problem.New(problem.Forbidden, "You are not signed in, or were signed out because the page was left alone for too long").
			Instead("Sign in in another window, then go back to the form: what you have typed is still there, and can be sent again.")
	}
	http.Redirect(w, r, leadTo(signInAt, r.URL.RequestURI()), http.StatusSeeOther)
	return nil
}

// onward leads to the next step of a sign-in.
func (s *Site) onward(w http.ResponseWriter, r *http.Request, signed conduct.Signed, to string) error {
	if err := s.keep(w, r, signed); err != nil {
		return err
	}
	switch signed.Stage {
	case identity.NeedsCode:
		to = leadTo(signInAt+"/code", to)
	case identity.NeedsSetup:
		to = "/account/setup"
	default:
		to = landing(signed, to)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// landing is where somebody comes out who has signed in.
func landing(signed conduct.Signed, to string) string {
	if to = within(to); to == "" || to == "/" {
		return startOf(signed.Role)
	}
	return to
}

// mistakes gives what a form tells of what was typed into it; false: the error is none of that.
func mistakes(err error) (all []*problem.Problem, status int, ok bool) {
	kind := problem.KindOf(err)
	if kind != problem.Invalid && kind != problem.Conflict {
		return nil, 0, false
	}
	list, one := shown(err)
	if one != nil {
		list = problem.List{one}
	}
	status = http.StatusUnprocessableEntity
	if kind == problem.Conflict {
		status = http.StatusConflict
	}
	return list, status, true
}
