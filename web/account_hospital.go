package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"rekindle/conduct"
	"rekindle/platform/identity"
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

// hospitalGo leads to the hospital's sign-in. Where that does not answer, the other ways to sign in are offered.
func (s *Site) hospitalGo(w http.ResponseWriter, r *http.Request) error {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	to := within(r.PostFormValue("to"))
	errand, err := s.Conduct.BeginHospitalSignIn(r.Context(), to)
	if told, status, ok := s.hospitalTrouble(r, err); ok {
		return s.signInPage(w, r, status, accountSignInPage{To: to, Mistakes: told})
	} else if err != nil {
		return err
	}
	return s.hospitalOn(w, r, errand)
}

// hospitalOn leads on by a page and not a redirect, because a form here may lead nowhere else, and the hospital may lead on to yet another
// site.
func (s *Site) hospitalOn(w http.ResponseWriter, r *http.Request, errand conduct.Errand) error {
	page := accountHospitalPage{Address: errand.Address}
	if u, err := url.Parse(errand.Address); err == nil {
		page.Host = u.Host
	}
	http.SetCookie(w, s.hospitalCookie(errand.State, 600))
	w.Header().Set("Refresh", "0; url="+errand.Address)
	return s.show(w, r, http.StatusOK, "account_hospital", "On to the hospital's sign-in", page)
}

// hospitalTrouble gives what is told of an errand that failed, beside the other ways that there are. Why the hospital did not recognize
// somebody is logged: whoever set the sign-in up must be able to find it.
func (s *Site) hospitalTrouble(r *http.Request, err error) (told []*problem.Problem, code int, ok bool) {
	if told, code, ok = mistakes(err); ok {
		return told, code, ok
	}
	kind := problem.KindOf(err)
	if _, one := shown(err); one != nil && (kind == problem.Forbidden || kind == problem.Unavailable) {
		s.log().LogAttrs(r.Context(), slog.LevelWarn, "the hospital's sign-in failed", slog.String("error", one.Message), slog.String("cause", causes(err)))
		return []*problem.Problem{one}, status[kind], true
	}
	return nil, 0, false
}

// hospitalBack takes whoever comes back from there: signs them in, or connects their account. It is a GET because the hospital sends people
// so; it does something once.
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
	back, err := s.Conduct.ReturnFromHospital(r.Context(), origin(r), staffToken(r), c.Value, q.Get("code"), q.Get("iss"))
	if told, status, ok := s.hospitalTrouble(r, err); ok {
		if own, gone := s.Conduct.OwnAccount(r.Context(), staffToken(r)); gone == nil && back.Connects {
			return s.hospitalPage(w, r, status, own, told)
		}
		return s.signInPage(w, r, status, accountSignInPage{To: back.To, Mistakes: told})
	} else if err != nil {
		return err
	}
	if !back.Connects {
		return s.onward(w, r, back.Signed, back.To)
	}
	own, err := s.Conduct.OwnAccount(r.Context(), staffToken(r))
	if err != nil {
		return err
	}
	http.Redirect(w, r, afterwards(own, "there"), http.StatusSeeOther)
	return nil
}

// accountConnectPage connects one's account at the hospital, or ends that.
type accountConnectPage struct {
	conduct.Own
	Mistakes []*problem.Problem
}

// Asks reports whether the password must be given.
func (p accountConnectPage) Asks() bool { return p.Password && p.Stage == identity.Complete }

func (s *Site) hospitalPage(w http.ResponseWriter, r *http.Request, status int, own conduct.Own, told []*problem.Problem) error {
	if own.Hospital == "" && !own.Connected {
		return problem.New(problem.NotFound, "This study has no sign-in of a hospital").Instead("Your account has the other ways.")
	}
	own.There.Since = own.There.Since.In(s.zone())
	return s.show(w, r, status, "account_connect", "Your account at the hospital", accountConnectPage{own, told})
}

// hospitalShow shows whether an account at the hospital is connected.
func (s *Site) hospitalShow(w http.ResponseWriter, r *http.Request, _ string, own conduct.Own) error {
	return s.hospitalPage(w, r, http.StatusOK, own, nil)
}

// hospitalConnect leads to the hospital, to come back connected.
func (s *Site) hospitalConnect(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	errand, err := s.Conduct.BeginHospitalConnection(r.Context(), token, r.PostForm.Get("password"))
	if told, status, ok := s.hospitalTrouble(r, err); ok {
		return s.hospitalPage(w, r, status, own, told)
	} else if err != nil {
		return err
	}
	return s.hospitalOn(w, r, errand)
}

// hospitalEnd disconnects it.
func (s *Site) hospitalEnd(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	err := s.Conduct.DisconnectHospital(r.Context(), token, r.PostForm.Get("password"))
	if told, status, ok := mistakes(err); ok {
		return s.hospitalPage(w, r, status, own, told)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, afterwards(own, "apart"), http.StatusSeeOther)
	return nil
}
