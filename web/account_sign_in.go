package web

import (
	"net/http"
	"net/url"

	"rekindle/platform/identity"
	"rekindle/problem"
)

// accountSignInPage asks who somebody is.
type accountSignInPage struct {
	To, Email string
	Links     bool // a link in a mail can stand for the password
	Hospital  bool // there is a hospital's sign-in
	Passkeys  bool // so can a passkey, and for the code
	Out       bool // has just signed out
	Mistakes  []*problem.Problem
}

// signInShow asks for address and password.
func (s *Site) signInShow(w http.ResponseWriter, r *http.Request) error {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	to := within(r.URL.Query().Get("to"))
	if in, ok := s.staff(r); ok && in.Stage != identity.NeedsCode {
		if in.Stage == identity.NeedsSetup {
			to = "/account/setup"
		} else if to == "" {
			to = startOf(in.Role)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	return s.signInPage(w, r, http.StatusOK, accountSignInPage{To: to, Out: r.URL.Query().Has("out")})
}

func (s *Site) signInPage(w http.ResponseWriter, r *http.Request, status int, page accountSignInPage) (err error) {
	if page.Links, err = s.Conduct.LinksAllowed(r.Context()); err != nil {
		return err
	}
	page.Passkeys, page.Hospital = s.Conduct.PasskeysPossible(), s.Conduct.Hospital != nil
	w.Header().Set("Content-Security-Policy", asking)
	return s.show(w, r, status, "account_sign_in", "Sign in", page)
}

// signIn takes address and password.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	to, email := within(r.PostForm.Get("to")), r.PostForm.Get("email")
	signed, err := s.Conduct.SignIn(r.Context(), origin(r), email, r.PostForm.Get("password"))
	if told, status, ok := mistakes(err); ok {
		return s.signInPage(w, r, status, accountSignInPage{To: to, Email: email, Mistakes: told})
	} else if err != nil {
		return err
	}
	return s.onward(w, r, signed, to)
}

// accountCodePage asks for the second half of a sign-in.
type accountCodePage struct {
	To       string
	Recovery bool // a recovery code is asked for
	Mistakes []*problem.Problem
}

// codeShow asks for the code of the authenticator app.
func (s *Site) codeShow(w http.ResponseWriter, r *http.Request) error {
	if in, ok := s.staff(r); !ok || in.Stage != identity.NeedsCode {
		http.Redirect(w, r, leadTo(signInAt, r.URL.Query().Get("to")), http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusOK, "account_code", "The second half", accountCodePage{To: within(r.URL.Query().Get("to")), Recovery: r.URL.Query().Has("recovery")})
}

// code takes it.
func (s *Site) code(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	to := within(r.PostForm.Get("to"))
	signed, err := s.Conduct.ConfirmCode(r.Context(), staffToken(r), r.PostForm.Get("code"))
	if told, status, ok := mistakes(err); ok {
		return s.show(w, r, status, "account_code", "The second half", accountCodePage{To: to, Recovery: r.PostForm.Has("recovery"), Mistakes: told})
	} else if problem.Is(err, problem.Forbidden) { // took too long
		http.Redirect(w, r, leadTo(signInAt, to), http.StatusSeeOther)
		return nil
	} else if err != nil {
		return err
	}
	return s.onward(w, r, signed, to)
}

// accountAskPage asks where a link to sign in by is to be mailed.
type accountAskPage struct {
	To       string // the page that was asked for
	Email    string
	Allowed  bool
	Sent     bool
	Mistakes []*problem.Problem
}

// askShow asks for the address.
func (s *Site) askShow(w http.ResponseWriter, r *http.Request) (err error) {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	page := accountAskPage{Sent: r.URL.Query().Has("sent"), To: within(r.URL.Query().Get("to"))}
	if page.Allowed, err = s.Conduct.LinksAllowed(r.Context()); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "account_ask", "A link to sign in by", page)
}

// ask has the link mailed. The answer is the same for every address.
func (s *Site) ask(w http.ResponseWriter, r *http.Request) error {
	if s.Conduct.Simulated {
		return nowhere(w, r)
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	to, email := within(r.PostForm.Get("to")), r.PostForm.Get("email")
	err := s.Conduct.RequestLink(r.Context(), origin(r), email, to)
	if told, status, ok := mistakes(err); ok {
		return s.show(w, r, status, "account_ask", "A link to sign in by", accountAskPage{To: to, Email: email, Allowed: true, Mistakes: told})
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, signInAt+"/link?sent", http.StatusSeeOther)
	return nil
}

// accountLinkPage is what a link in a mail to staff shows before it is used.
type accountLinkPage struct {
	Action     string
	Name       string
	Roles      []identity.Role
	Invitation bool
}

// ticketShow shows where a link in a mail to staff leads. It changes nothing: programs that read mail follow links too.
func (s *Site) ticketShow(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Conduct.LookAtLink(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	page := accountLinkPage{Action: r.URL.Path, Name: o.Name, Roles: o.Roles, Invitation: o.Purpose == identity.ToJoin}
	name := "Sign in"
	if page.Invitation {
		name = "Your invitation"
	}
	return s.show(w, r, http.StatusOK, "account_link", name, page)
}

// ticketFollow signs in by the link, which is used up by it.
func (s *Site) ticketFollow(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.Conduct.FollowLink(r.Context(), origin(r), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.onward(w, r, signed, signed.To)
}

// signOut ends the sign-in of this browser.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.dismiss(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, signInAt+"?"+url.Values{"out": {""}}.Encode(), http.StatusSeeOther)
	return nil
}

// roleSwitch goes on in another role of the same account.
func (s *Site) roleSwitch(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.Conduct.SwitchRole(r.Context(), staffToken(r), identity.Role(r.PostFormValue("role")))
	if err != nil {
		return err
	}
	return s.onward(w, r, signed, "")
}
