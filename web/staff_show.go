package web

import (
	"net/http"
	"slices"

	"rekindle/platform/identity"
	"rekindle/problem"
)

// staffShowPage is one account, as an owner sees it.
type staffShowPage struct {
	staffLine
	Choices  []roleChoice
	Done     string
	Waiting  bool // has not chosen yet how to sign in
	Mistakes []*problem.Problem
}

// findStaff gives the account in the address.
func (s *Site) findStaff(r *http.Request) (a identity.Account, err error) {
	all, err := s.Conduct.Staff(r.Context(), actor(r))
	if err != nil {
		return a, err
	}
	if i := slices.IndexFunc(all, func(a identity.Account) bool { return a.Code == r.PathValue("account") }); i >= 0 {
		return all[i], nil
	}
	return a, problem.New(problem.NotFound, "There is no such account").Instead("The list of staff has them all.")
}

// staffShow shows one account.
func (s *Site) staffShow(w http.ResponseWriter, r *http.Request) error {
	a, err := s.findStaff(r)
	if err != nil {
		return err
	}
	return s.staffPage(w, r, http.StatusOK, a, a.Roles, nil)
}

func (s *Site) staffPage(w http.ResponseWriter, r *http.Request, status int, a identity.Account, chosen []identity.Role, told []*problem.Problem) error {
	page := staffShowPage{staffLine: s.staffLine(actor(r), a), Choices: roleChoices(chosen, a.Coach != ""), Waiting: a.Disabled == nil && !a.Secured(s.Conduct.Hospital != nil),
		Done: staffDone[r.URL.Query().Get("done")], Mistakes: told}
	return s.show(w, r, status, "staff_show", a.Name, page)
}

// staffAsked are the second steps of changes that shut somebody out.
var staffAsked = map[string]confirmPage{
	"reset": {Title: "Start anew with the account", Do: "Start anew", Undo: "What is forgotten cannot be brought back: they choose anew how to sign in.",
		What: []string{"Password, authenticator app, passkeys and the account at the hospital are forgotten.", "They are signed out everywhere.", "A new invitation goes to their address and opens once, within a week."}},
	"closed": {Title: "Close the account", Do: "Close the account", Undo: "The account can be opened again, and is then as it was.",
		What: []string{"They are signed out everywhere and cannot sign in any more.", "What they did stays in the trail."}},
}

// changing runs an owner's change of one account, and leads back to it.
func (s *Site) changing(done string, change func(r *http.Request, a identity.Account) error) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return unreadable(err)
		}
		a, err := s.findStaff(r)
		if err != nil {
			return err
		}
		if asked, far := staffAsked[done]; far && a.Disabled == nil {
			asked.Title, asked.Back = asked.Title+" of "+a.Name+"?", "/staff/"+a.Code
			if ok, err := s.sure(w, r, asked); !ok {
				return err
			}
		}
		err = change(r, a)
		if told, status, ok := mistakes(err); ok {
			return s.staffPage(w, r, status, a, a.Roles, told)
		} else if err != nil {
			return err
		}
		to := "/staff/" + a.Code + "?done=" + done
		if a.Code == actor(r).Name && done == "roles" { // one's own: signed out by it
			to = signInAt
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

func (s *Site) staffRoles(r *http.Request, a identity.Account) error {
	chosen, who := roles(r), a.Coach
	if !slices.Contains(chosen, identity.Coach) {
		who = ""
	}
	return s.Conduct.SetRoles(r.Context(), actor(r), a.Code, chosen, who)
}

func (s *Site) staffReinvite(r *http.Request, a identity.Account) error {
	_, err := s.Conduct.Reinvite(r.Context(), actor(r), a.Code)
	return err
}

func (s *Site) staffReset(r *http.Request, a identity.Account) error {
	_, err := s.Conduct.ResetAccount(r.Context(), actor(r), a.Code)
	return err
}

func (s *Site) staffClose(r *http.Request, a identity.Account) error {
	return s.Conduct.CloseAccount(r.Context(), actor(r), a.Code)
}

func (s *Site) staffReopen(r *http.Request, a identity.Account) error {
	return s.Conduct.ReopenAccount(r.Context(), actor(r), a.Code)
}
