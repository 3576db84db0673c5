package web

import (
	"net/http"
	"strings"

	"html/template"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
)

// securing runs a page of somebody's own account: for whoever has signed in, or is choosing how to.
func (s *Site) securing(fn func(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		token := staffToken(r)
		own, err := s.Conduct.OwnAccount(r.Context(), token)
		if problem.Is(err, problem.Forbidden) {
			return s.signInFirst(w, r)
		} else if err != nil {
			return err
		}
		if err := r.ParseForm(); err != nil {
			return unreadable(err)
		}
		return fn(w, r, token, own)
	}
}

// afterwards is where somebody goes on who has changed how they sign in.
func afterwards(own conduct.Own, done string) string {
	if own.Stage == identity.NeedsSetup {
		return "/account/setup"
	}
	return "/account?done=" + done
}

// accountSetupPage leads through choosing how to sign in.
type accountSetupPage struct {
	conduct.Own
	Mistakes []*problem.Problem
}

// setupShow shows what is chosen, and what is next.
func (s *Site) setupShow(w http.ResponseWriter, r *http.Request, _ string, own conduct.Own) error {
	if own.Stage != identity.NeedsSetup {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusOK, "account_setup", "How you will sign in", accountSetupPage{Own: own})
}

// setupFinish completes the sign-in.
func (s *Site) setupFinish(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	signed, err := s.Conduct.FinishSetup(r.Context(), token)
	if told, status, ok := mistakes(err); ok {
		return s.show(w, r, status, "account_setup", "How you will sign in", accountSetupPage{own, told})
	} else if err != nil {
		return err
	}
	return s.onward(w, r, signed, "")
}

// accountPasswordPage asks for a new password.
type accountPasswordPage struct {
	conduct.Own
	Mistakes []*problem.Problem
}

// passwordShow asks for it.
func (s *Site) passwordShow(w http.ResponseWriter, r *http.Request, _ string, own conduct.Own) error {
	return s.show(w, r, http.StatusOK, "account_password", "Your password", accountPasswordPage{Own: own})
}

// passwordSet takes it. It is typed twice, since nobody sees what they type.
func (s *Site) passwordSet(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	var err error
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		err = problem.New(problem.Invalid, "The two are not the same").On("again").Instead("Type the new password twice.")
	} else {
		err = s.Conduct.SetPassword(r.Context(), token, r.PostForm.Get("before"), r.PostForm.Get("password"))
	}
	if told, status, ok := mistakes(err); ok {
		return s.show(w, r, status, "account_password", "Your password", accountPasswordPage{own, told})
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, afterwards(own, "password"), http.StatusSeeOther)
	return nil
}

// accountAppPage sets an authenticator app up.
type accountAppPage struct {
	conduct.Own
	Begun    bool
	Picture  template.HTML
	Secret   []string // in groups, to type in
	Link     template.URL
	Mistakes []*problem.Problem
}

// Asks reports whether the password must be given before an app can be set up.
func (p accountAppPage) Asks() bool { return p.Password && p.Stage == identity.Complete }

// appPage makes the page, with the secret where one has been drawn.
func (s *Site) appPage(w http.ResponseWriter, r *http.Request, status int, token string, own conduct.Own, told []*problem.Problem) error {
	page := accountAppPage{Own: own, Mistakes: told}
	app, err := s.Conduct.OpenAuthenticator(r.Context(), token)
	switch {
	case problem.Is(err, problem.NotFound):
	case err != nil:
		return err
	default:
		page.Begun, page.Secret, page.Link = true, grouped(app.Secret), template.URL(app.URL)
		if page.Picture, err = pictureOf(app.URL, "Picture for the authenticator app"); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "account_app", "Your authenticator app", page)
}

func grouped(text string) (parts []string) {
	for len(text) > 4 {
		parts, text = append(parts, text[:4]), text[4:]
	}
	return append(parts, text)
}

// appShow shows the picture that the app reads, or asks whether to begin.
func (s *Site) appShow(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	return s.appPage(w, r, http.StatusOK, token, own, nil)
}

// appBegin draws the secret.
func (s *Site) appBegin(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	_, err := s.Conduct.BeginAuthenticator(r.Context(), token, r.PostForm.Get("password"))
	if told, status, ok := mistakes(err); ok {
		return s.appPage(w, r, status, token, own, told)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, "/account/app", http.StatusSeeOther)
	return nil
}

// appConfirm takes the app's first code.
func (s *Site) appConfirm(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	_, err := s.Conduct.ConfirmAuthenticator(r.Context(), token, r.PostForm.Get("code"))
	if told, status, ok := mistakes(err); ok {
		return s.appPage(w, r, status, token, own, told)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, "/account/codes", http.StatusSeeOther)
	return nil
}

// accountCodesPage shows recovery codes, once, or asks whether to draw new ones.
type accountCodesPage struct {
	conduct.Own
	Codes    []string
	Mistakes []*problem.Problem
}

func (s *Site) codesPage(w http.ResponseWriter, r *http.Request, status int, token string, own conduct.Own, told []*problem.Problem) error {
	codes, err := s.Conduct.RecoveryCodes(r.Context(), token)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	return s.show(w, r, status, "account_codes", "Your recovery codes", accountCodesPage{own, codes, told})
}

// codesShow shows those that were just drawn.
func (s *Site) codesShow(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	return s.codesPage(w, r, http.StatusOK, token, own, nil)
}

// codesDownload gives them as a text.
func (s *Site) codesDownload(w http.ResponseWriter, r *http.Request, token string, _ conduct.Own) error {
	codes, err := s.Conduct.RecoveryCodes(r.Context(), token)
	if problem.Is(err, problem.NotFound) {
		return problem.New(problem.NotFound, "The recovery codes are shown once, when they are drawn").Instead("Draw new ones in your account.")
	} else if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="recovery-codes.txt"`)
	_, _ = w.Write([]byte("Recovery codes, each good once\n" + s.Conduct.Protocol.Title + "\n\n" + strings.Join(codes, "\n") + "\n")) // whoever asked may have gone
	return nil
}

// codesDraw draws new ones.
func (s *Site) codesDraw(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	_, err := s.Conduct.NewRecoveryCodes(r.Context(), token, r.PostForm.Get("password"))
	if told, status, ok := mistakes(err); ok {
		return s.codesPage(w, r, status, token, own, told)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, "/account/codes", http.StatusSeeOther)
	return nil
}

// codesKept shows them no more.
func (s *Site) codesKept(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	if err := s.Conduct.KeepRecoveryCodes(r.Context(), token); err != nil {
		return err
	}
	if own.Stage == identity.NeedsSetup {
		return s.setupFinish(w, r, token, own)
	}
	http.Redirect(w, r, "/account?done=codes", http.StatusSeeOther)
	return nil
}
