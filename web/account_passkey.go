package web

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
)

// asking is the policy of a page whose script asks this site for something. The page works without it.
const asking = scripted + "; connect-src 'self'"

// passkeysAt is where staff and coaches see theirs.
const passkeysAt = "/account/passkeys"

// accountPasskeysPage lists somebody's passkeys.
type accountPasskeysPage struct {
	conduct.Own
	Possible bool
	Mistakes []*problem.Problem
}

// Asks reports whether the password must be given before a passkey can be made or removed.
func (p accountPasskeysPage) Asks() bool { return p.Password && p.Stage == identity.Complete }

func (s *Site) passkeysPage(w http.ResponseWriter, r *http.Request, status int, own conduct.Own, told []*problem.Problem) error {
	for i := range own.Passkeys {
		own.Passkeys[i].Made = own.Passkeys[i].Made.In(s.zone())
		if used := own.Passkeys[i].Used; used != nil {
			own.Passkeys[i].Used = new(used.In(s.zone()))
		}
	}
	w.Header().Set("Content-Security-Policy", asking)
	return s.show(w, r, status, "account_passkeys", "Your passkeys", accountPasskeysPage{own, s.Conduct.PasskeysPossible(), told})
}

// passkeysShow lists one's passkeys.
func (s *Site) passkeysShow(w http.ResponseWriter, r *http.Request, _ string, own conduct.Own) error {
	return s.passkeysPage(w, r, http.StatusOK, own, nil)
}

// passkeyRemove removes one, once it was said what that means and the password, where there is one, was given.
func (s *Site) passkeyRemove(w http.ResponseWriter, r *http.Request, token string, own conduct.Own) error {
	id := r.PostForm.Get("id")
	i := slices.IndexFunc(own.Passkeys, func(p identity.Passkey) bool { return p.ID == id })
	if i < 0 {
		return s.passkeysPage(w, r, http.StatusNotFound, own, []*problem.Problem{problem.New(problem.NotFound, "You have no such passkey")})
	}
	asked := confirmPage{Title: "Remove “" + own.Passkeys[i].Label + "”?", Do: "Remove it", Back: passkeysAt, Undo: "A new passkey can be made at any time.", What: []string{
		"This passkey does not sign you in here any more.", "The device keeps its half until you remove it there; it opens nothing here any more."}}
	if (accountPasskeysPage{Own: own}).Asks() {
		asked.Whose = own.Email
	}
	if ok, err := s.sure(w, r, asked); !ok {
		return err
	}
	err := s.Conduct.RemovePasskey(r.Context(), token, r.PostForm.Get("password"), id)
	if told, status, ok := mistakes(err); ok {
		return s.passkeysPage(w, r, status, own, told)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, passkeysAt, http.StatusSeeOther)
	return nil
}

// scripts answers what our own script asks: with what fn gives, or with the problem in words that the page can show.
func (s *Site) scripts(fn func(w http.ResponseWriter, r *http.Request) (any, error)) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		code := http.StatusOK
		answer, err := fn(w, r)
		if err != nil {
			list, one := shown(err)
			if one == nil && len(list) > 0 {
				one = list[0]
			}
			if kind := problem.KindOf(err); one == nil || kind == problem.Internal || kind == problem.Unavailable {
				return err // logged, and answered without its words
			}
			said := sentence(one.Message)
			if one.Remedy != "" {
				said += " " + sentence(one.Remedy)
			}
			code, answer = status[problem.KindOf(err)], map[string]string{"problem": said}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(answer) // whoever asked may have gone
		return nil
	}
}

// fromScript is what our script sends.
type fromScript struct {
	Password, Label, Ceremony, To string
	Response                      json.RawMessage // of the authenticator
}

func heard(r *http.Request) (sent fromScript, err error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return sent, unreadable(err)
	}
	if err := json.Unmarshal(text, &sent); err != nil {
		return sent, unreadable(err)
	}
	return sent, nil
}

// passkeyBegin gives what the browser is to ask an authenticator for.
func (s *Site) passkeyBegin(_ http.ResponseWriter, r *http.Request) (any, error) {
	sent, err := heard(r)
	if err != nil {
		return nil, err
	}
	return s.Conduct.BeginPasskey(r.Context(), staffToken(r), sent.Password)
}

// passkeyAdd takes the passkey that was made.
func (s *Site) passkeyAdd(_ http.ResponseWriter, r *http.Request) (any, error) {
	sent, err := heard(r)
	if err != nil {
		return nil, err
	}
	if sent.Label == "" {
		sent.Label = device(r.UserAgent())
	}
	return map[string]string{"to": passkeysAt}, s.Conduct.AddPasskey(r.Context(), staffToken(r), sent.Label, sent.Response)
}

// passkeyAsk begins a sign-in by passkey.
func (s *Site) passkeyAsk(_ http.ResponseWriter, r *http.Request) (any, error) {
	if s.Conduct.Simulated {
		return nil, nowhere(nil, nil)
	}
	begun, err := s.Conduct.BeginPasskeySignIn(r.Context())
	return map[string]any{"ceremony": begun.Token, "options": begun.Options}, err
}

// passkeySignIn completes it.
func (s *Site) passkeySignIn(w http.ResponseWriter, r *http.Request) (any, error) {
	if s.Conduct.Simulated {
		return nil, nowhere(nil, nil)
	}
	sent, err := heard(r)
	if err != nil {
		return nil, err
	}
	signed, err := s.Conduct.PasskeySignIn(r.Context(), origin(r), sent.Ceremony, sent.Response)
	if err != nil {
		return nil, err
	}
	if err := s.keep(w, r, signed); err != nil {
		return nil, err
	}
	return map[string]string{"to": landing(signed, sent.To)}, nil
}
