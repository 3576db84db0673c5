package web

import (
	"net/http"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
)

// staffListPage lists the accounts.
type staffListPage struct {
	Accounts  []staffLine
	Links     bool // staff may sign in by a link in a mail
	Forbidden bool // the installation forbids it
	Done      string
}

// staffLine is one account in a few words.
type staffLine struct {
	identity.Account
	State string   // "open", "invited", "closed"
	Ways  []string // to sign in
	Self  bool
}

func (s *Site) staffLine(by identity.Actor, a identity.Account) staffLine {
	l := staffLine{Account: a, State: "open", Self: by.Name == a.Code}
	l.Invited = a.Invited.In(s.zone())
	if a.Joined != nil {
		l.Joined = new(a.Joined.In(s.zone()))
	}
	switch {
	case a.Disabled != nil:
		l.State = "closed"
	case a.Joined == nil:
		l.State = "invited"
	}
	if a.Password != "" && a.Secret != "" {
		l.Ways = append(l.Ways, "password and code")
	}
	if a.Passkeys > 0 {
		l.Ways = append(l.Ways, count(a.Passkeys, "passkey", "passkeys"))
	}
	if a.Subject != "" {
		l.Ways = append(l.Ways, "the hospital's sign-in")
	}
	return l
}

// staffDone says what an owner has just done, by the word in the address.
var staffDone = map[string]string{
	"invited":  "Invited. The mail with the link is on its way; the link opens once, within a week.",
	"roles":    "The roles are changed. Where the account was signed in, it has been signed out.",
	"closed":   "The account is closed, and signed out everywhere.",
	"reopened": "The account is open again.",
	"reset":    "The account starts anew: a mail with a new invitation is on its way.",
	"links":    "Done.",
}

// staffList lists the accounts.
func (s *Site) staffList(w http.ResponseWriter, r *http.Request) error {
	by := actor(r)
	all, err := s.Conduct.Staff(r.Context(), by)
	if err != nil {
		return err
	}
	page := staffListPage{Forbidden: s.Conduct.LinksOff, Done: staffDone[r.URL.Query().Get("done")]}
	if page.Links, err = s.Conduct.LinksAllowed(r.Context()); err != nil {
		return err
	}
	for _, a := range all {
		page.Accounts = append(page.Accounts, s.staffLine(by, a))
	}
	return s.show(w, r, http.StatusOK, "staff_list", "Staff", page)
}

// linksAllow lets staff sign in by a link in a mail, or not.
func (s *Site) linksAllow(w http.ResponseWriter, r *http.Request) error {
	allowed := r.PostFormValue("links")
	if allowed != "on" && allowed != "off" {
		return problem.New(problem.Invalid, "%.40q is neither on nor off", allowed).On("links")
	}
	if err := s.Conduct.AllowLinks(r.Context(), actor(r), allowed == "on"); err != nil {
		return err
	}
	http.Redirect(w, r, "/staff?done=links", http.StatusSeeOther)
	return nil
}

// roleChoice is a role that an account may be given.
type roleChoice struct {
	Role   identity.Role
	What   string
	Chosen bool
}

// duties say what each role is for.
var duties = map[identity.Role]string{
	identity.Owner:        "Answers for the study: its protocol, keys and staff.",
	identity.Coordinator:  "Runs it from day to day: invitations, coaches, mail. Sees that a survey is complete, never an answer.",
	identity.Statistician: "Locks the data and analyses them, with the arms masked until unblinding. Sees no names.",
	identity.Leadership:   "Sees how the study goes in numbers that tell of nobody.",
	identity.Finance:      "Sees hours and money, no participants.",
	identity.Coach:        "Meets the participants who chose them. Sees no scores.",
}

// roleChoices offers the roles; that of a coach only where there is a coach to whom the account belongs.
func roleChoices(chosen []identity.Role, coaches bool) (all []roleChoice) {
	has := map[identity.Role]bool{}
	for _, role := range chosen {
		has[role] = true
	}
	for _, role := range identity.StaffRoles {
		if role != identity.Coach || coaches {
			all = append(all, roleChoice{role, duties[role], has[role]})
		}
	}
	return all
}

// roles are those that were ticked.
func roles(r *http.Request) (all []identity.Role) {
	for _, role := range r.PostForm["role"] {
		all = append(all, identity.Role(role))
	}
	return all
}

// staffInvitePage asks who is to be invited.
type staffInvitePage struct {
	Name, Email string
	Roles       []roleChoice
	Mistakes    []*problem.Problem
}

// staffInviteShow asks who is to be invited.
func (s *Site) staffInviteShow(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, "staff_invite", "Invite somebody", staffInvitePage{Roles: roleChoices(nil, false)})
}

// staffInvite makes the account and mails the link.
func (s *Site) staffInvite(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	n := conduct.NewStaff{Name: r.PostForm.Get("name"), Email: r.PostForm.Get("email"), Roles: roles(r)}
	_, err := s.Conduct.InviteStaff(r.Context(), actor(r), n)
	if told, status, ok := mistakes(err); ok {
		return s.show(w, r, status, "staff_invite", "Invite somebody", staffInvitePage{n.Name, n.Email, roleChoices(n.Roles, false), told})
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, "/staff?done=invited", http.StatusSeeOther)
	return nil
}
