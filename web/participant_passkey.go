package web

import (
	"net/http"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
)

// ownPasskeysAt is where participants see the devices with which they come in.
const ownPasskeysAt = home + "/passkeys"

// ownPasskeysPossible reports whether participants can have passkeys here: not in a rehearsal, where nobody comes in.
func (s *Site) ownPasskeysPossible() bool {
	return !s.Conduct.Simulated && s.Conduct.PasskeysPossible()
}

// participantPasskeysPage lists the devices with which a participant comes in without a link.
type participantPasskeysPage struct {
	Passkeys []conduct.OwnPasskey
	Possible bool
	Gone     bool // the one that was to be removed is there no more
	Stale    bool // came in too long ago to remove one
}

func (s *Site) ownPasskeysPage(w http.ResponseWriter, r *http.Request, status int, page participantPasskeysPage) (err error) {
	by := actor(r)
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if page.Passkeys, err = s.Conduct.OwnPasskeys(r.Context(), by, by.Participant); err != nil {
		return err
	}
	if page.Stale = len(page.Passkeys) > 0; page.Stale {
		fresh, err := s.Conduct.CameJustNow(r.Context(), by.Participant, browserSecret(r))
		if err != nil {
			return err
		}
		page.Stale = !fresh
	}
	local := func(t time.Time) time.Time { return t.In(st.zone) }
	for i := range page.Passkeys {
		p := &page.Passkeys[i]
		if p.Made = local(p.Made); p.Used != nil {
			p.Used = new(local(*p.Used))
		}
	}
	if page.Possible = s.ownPasskeysPossible(); page.Possible {
		w.Header().Set("Content-Security-Policy", asking)
	}
	return s.showMine(w, r, status, "participant_passkeys", "passkeys_title", page)
}

// ownPasskeysShow lists them.
func (s *Site) ownPasskeysShow(w http.ResponseWriter, r *http.Request) error {
	return s.ownPasskeysPage(w, r, http.StatusOK, participantPasskeysPage{})
}

// ownPasskeyRemove removes one, from a browser that came in just now.
func (s *Site) ownPasskeyRemove(w http.ResponseWriter, r *http.Request) error {
	by := actor(r)
	err := s.Conduct.RemoveOwnPasskey(r.Context(), by, by.Participant, browserSecret(r), r.PostFormValue("id"))
	if problem.Is(err, problem.NotFound) || problem.Is(err, problem.Invalid) {
		return s.ownPasskeysPage(w, r, http.StatusNotFound, participantPasskeysPage{Gone: true})
	}
	if problem.Is(err, problem.Conflict) { // the page says what to do first
		return s.ownPasskeysPage(w, r, http.StatusConflict, participantPasskeysPage{})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ownPasskeysAt, http.StatusSeeOther)
	return nil
}

// ownPasskeyBegin gives what the browser is to ask an authenticator for.
func (s *Site) ownPasskeyBegin(_ http.ResponseWriter, r *http.Request) (any, error) {
	by := actor(r)
	by.Language = tongue(r)
	return s.Conduct.BeginOwnPasskey(r.Context(), by, by.Participant)
}

// ownPasskeyAdd takes the passkey that was made, and calls it by the browser and the device.
func (s *Site) ownPasskeyAdd(_ http.ResponseWriter, r *http.Request) (any, error) {
	sent, err := heard(r)
	if err != nil {
		return nil, err
	}
	by, label := actor(r), strings.Replace(device(r.UserAgent()), " on ", " · ", 1)
	return map[string]string{"to": ownPasskeysAt}, s.Conduct.AddOwnPasskey(r.Context(), by, by.Participant, label, sent.Response)
}

// arrivalBegin begins coming in by a passkey.
func (s *Site) arrivalBegin(_ http.ResponseWriter, r *http.Request) (any, error) {
	begun, err := s.Conduct.BeginArrival(r.Context())
	return map[string]any{"ceremony": begun.Token, "options": begun.Options}, err
}

// arrive opens this browser to whoever holds the passkey.
func (s *Site) arrive(w http.ResponseWriter, r *http.Request) (any, error) {
	sent, err := heard(r)
	if err != nil {
		return nil, err
	}
	secret, err := s.Conduct.ArriveByPasskey(r.Context(), origin(r), sent.Ceremony, sent.Response)
	if err != nil {
		return nil, err
	}
	to, err := s.comeIn(w, r, secret, sent.To)
	return map[string]string{"to": to}, err
}

// heeding answers what our own script asks for a participant: what is wrong is said in their language.
func (s *Site) heeding(fn func(w http.ResponseWriter, r *http.Request) (any, error)) page {
	return s.scripts(func(w http.ResponseWriter, r *http.Request) (any, error) {
		if !s.ownPasskeysPossible() {
			return nil, nowhere(w, r)
		}
		answer, err := fn(w, r)
		key := map[problem.Kind]string{problem.Invalid: "passkeys_wrong", problem.NotFound: "passkeys_wrong", problem.Forbidden: "passkeys_copied", problem.Conflict: "passkeys_conflict"}[problem.KindOf(err)]
		if err == nil || key == "" {
			return answer, err
		}
		said, missing := say(tongue(r), key)
		if missing != nil {
			return nil, missing
		}
		return nil, problem.New(problem.KindOf(err), "%s", said).Because(err)
	})
}
