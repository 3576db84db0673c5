package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// revealListPage is what owners have asked to know, and a form to ask.
type revealListPage struct {
	Lines        []revealLine
	Code, Reason string // as typed
	Alone        bool   // there is no other owner, who could grant it
	Problem      error
}

// revealLine is one wish as the owner who looks meets it.
type revealLine struct {
	ID      int64
	Code    participant.Code
	Mine    bool
	Asked   time.Time
	Reason  string
	State   string // "waiting", "expired", "refused", "granted", "seen"
	Decided time.Time
	Expires time.Time
	Decides bool // whoever looks may grant or refuse
	Sees    bool // whoever looks may see it, once
}

// revealList shows who asked to know whom.
func (s *Site) revealList(w http.ResponseWriter, r *http.Request) error {
	return s.showReveals(w, r, http.StatusOK, revealListPage{})
}

func (s *Site) showReveals(w http.ResponseWriter, r *http.Request, status int, page revealListPage) error {
	all, err := s.Conduct.Reveals(r.Context(), actor(r))
	if err != nil {
		return err
	}
	var now time.Time
	if err := s.read(r, func(tx *store.Tx) error {
		now = tx.Now()
		accounts, err := tx.Accounts(r.Context())
		page.Alone = !s.Conduct.Simulated && !slices.ContainsFunc(accounts, func(a identity.Account) bool {
			return a.Code != actor(r).Name && a.Serves(identity.Owner)
		})
		return err
	}); err != nil {
		return err
	}
	for _, a := range all {
		page.Lines = append(page.Lines, s.revealLine(a, actor(r).Name, now))
	}
	return s.show(w, r, status, "reveal_list", "Who a code is", page)
}

func (s *Site) revealLine(a conduct.Asked, me string, now time.Time) revealLine {
	line := revealLine{ID: a.ID, Code: a.Code, Mine: a.AskedBy == me, Asked: a.Asked.In(s.zone()), Reason: a.Why, Expires: a.Expires.In(s.zone())}
	if a.Decided != nil {
		line.Decided = a.Decided.In(s.zone())
	}
	over := !now.Before(a.Expires)
	switch {
	case a.Seen != nil:
		line.State = "seen"
	case a.Decided != nil && !a.Granted:
		line.State = "refused"
	case over:
		line.State = "expired"
	case a.Granted:
		line.State, line.Sees = "granted", line.Mine
	default:
		line.State, line.Decides = "waiting", !line.Mine
	}
	return line
}

// revealAsk takes a wish. What was typed stays where it cannot be taken.
func (s *Site) revealAsk(w http.ResponseWriter, r *http.Request) error {
	page := revealListPage{Code: r.PostFormValue("code"), Reason: r.PostFormValue("reason")}
	code, err := participant.ParseCode(page.Code)
	if err == nil {
		err = s.Conduct.AskReveal(r.Context(), actor(r), code, page.Reason)
	}
	if problem.Is(err, problem.Invalid) || problem.Is(err, problem.NotFound) {
		page.Problem = err
		return s.showReveals(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/reveal", http.StatusSeeOther)
	return nil
}

// revealDecide grants a wish or refuses it.
func (s *Site) revealDecide(w http.ResponseWriter, r *http.Request) error {
	id, err := number64(r, "id")
	if err != nil {
		return err
	}
	answer := r.PostFormValue("answer")
	if answer != "grant" && answer != "refuse" {
		return problem.New(problem.Invalid, "%.20q is neither grant nor refuse", answer).On("answer")
	}
	if err := s.Conduct.DecideReveal(r.Context(), actor(r), id, answer == "grant"); err != nil {
		return err
	}
	http.Redirect(w, r, "/reveal", http.StatusSeeOther)
	return nil
}

// revealShowPage is who a code is.
type revealShowPage struct {
	Code participant.Code
	conduct.Person
}

// revealShow shows it, once: there is no address to come back to.
func (s *Site) revealShow(w http.ResponseWriter, r *http.Request) error {
	id, err := number64(r, "id")
	if err != nil {
		return err
	}
	p, code, err := s.Conduct.Reveal(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, http.StatusOK, "reveal_show", "Who a code is", revealShowPage{code, p})
}
