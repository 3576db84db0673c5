package conduct

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// NewStaff is somebody who is to sign in.
type NewStaff struct {
	Name, Email string
	Roles       []identity.Role
	Coach       coach.Code // for the role of a coach
}

// Invited is an account that was made, and the link that opens it once. The link is in the mail as well; whoever prints it hands it
// over by another way.
type Invited struct {
	Account string
	Link    string
	Expires time.Time
}

// How long links in mails to staff open.
const (
	invitationLife = 7 * 24 * time.Hour
	signInLinkLife = 15 * time.Minute
)

// InviteStaff makes an account and mails a link that opens it once, within a week. An address that has an account is a conflict.
func (c *Conduct) InviteStaff(ctx context.Context, by identity.Actor, n NewStaff) (in Invited, err error) {
	if err := by.Require("account.invite"); err != nil {
		return in, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		in, err = c.invite(ctx, tx, by, n)
		return err
	})
	return in, err
}

// FirstStaff is InviteStaff for whoever begins a study. Once there is an account it is a conflict.
func (c *Conduct) FirstStaff(ctx context.Context, by identity.Actor, n NewStaff) (in Invited, err error) {
	if err := by.Require("account.invite"); err != nil {
		return in, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if all, err := tx.Accounts(ctx); err != nil || len(all) > 0 {
			return orElse(err, problem.New(problem.Conflict, "The study has staff already").Instead("Let an owner invite others."))
		}
		in, err = c.invite(ctx, tx, by, n)
		return err
	})
	return in, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// InviteCoach makes the account of a coach who is registered, and mails the link that opens it once.
func (c *Conduct) InviteCoach(ctx context.Context, by identity.Actor, code coach.Code) (in Invited, err error) {
	if err := by.Require("coach.invite"); err != nil {
		return in, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.Kind != aCoach {
			return orElse(err, problem.New(problem.NotFound, "There is no such coach"))
		}
		p, err := reveal(tx, code, i.Sealed)
		if err != nil {
			return err
		}
		in, err = c.invite(ctx, tx, by, NewStaff{Name: p.Name, Email: p.Email, Roles: []identity.Role{identity.Coach}, Coach: code})
		return err
	})
	return in, err
}

func (c *Conduct) invite(ctx context.Context, tx *store.Tx, by identity.Actor, n NewStaff) (in Invited, err error) {
	p, err := Person{Name: n.Name, Email: n.Email}.check("account")
	if err != nil {
		return in, err
	}
	roles, err := identity.CheckRoles(n.Roles, n.Coach)
	if err != nil {
		return in, err
	}
	switch _, err := tx.AccountByEmail(ctx, p.Email); {
	case err == nil:
		return in, problem.New(problem.Conflict, "This address has an account").On("email").Instead("Give that account the role.")
	case !problem.Is(err, problem.NotFound):
		return in, err
	}
	token, err := c.token()
	if err != nil {
		return in, err
	}
	a := identity.Account{Code: "staff-" + token[:8], Person: identity.Person{Name: p.Name, Email: p.Email}, Roles: roles, Coach: n.Coach, Invited: tx.Now()}
	if n.Coach == "" || !slices.Contains(roles, identity.Coach) {
		a.Coach = ""
	}
	if _, err := tx.AccountOfCoach(ctx, string(a.Coach)); !problem.Is(err, problem.NotFound) {
		return in, orElse(err, problem.New(problem.Conflict, "This coach has an account"))
	}
	if err := tx.AddAccount(ctx, a); err != nil {
		return in, err
	}
	return c.sendInvitation(ctx, tx, by, a)
}

// sendInvitation mails the link that opens an account, and ends those before it.
func (c *Conduct) sendInvitation(ctx context.Context, tx *store.Tx, by identity.Actor, a identity.Account) (in Invited, err error) {
	link, expires, err := c.newTicket(ctx, tx, identity.Ticket{Account: a.Code, Purpose: identity.ToJoin}, invitationLife)
	if err != nil {
		return in, err
	}
	if err := record(ctx, tx, by, "account.invite", a.Code, nil, facts{"roles": a.Roles, "coach": a.Coach}, ""); err != nil {
		return in, err
	}
	text := fmt.Sprintf("Dear %s,\n\nyou are invited to work on %q, as %s. Choose here how you will sign in:\n\n%s\n\nThe link opens once, until %s. If it has expired, ask whoever invited you for a new one. "+
		"If you do not know what this is about, delete this mail.\n\n%s\n", a.Name, c.Protocol.Title, rolesInWords(a.Roles), link, expires.In(c.Protocol.Location()).Format("Monday, January 2, 15:04 MST"), c.contact())
	return Invited{a.Code, link, expires}, c.mailStaff(ctx, tx, a, "staff-invitation", link, "Your invitation to "+c.Protocol.Title, text, expires)
}

func rolesInWords(roles []identity.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " and ")
}

// newTicket draws a link that an account's owner can open once.
func (c *Conduct) newTicket(ctx context.Context, tx *store.Tx, t identity.Ticket, life time.Duration) (link string, expires time.Time, err error) {
	token, err := c.token()
	if err != nil {
		return "", expires, err
	}
	t.Hash, t.Expires = LinkHash(token), tx.Now().Add(life)
	return c.BaseURL + "/s/" + token, t.Expires, tx.AddTicket(ctx, t)
}

// mailStaff posts a mail to an account's owner, caused by the event before; from when it expires on it is not sent.
func (c *Conduct) mailStaff(ctx context.Context, tx *store.Tx, a identity.Account, kind, link, subject, text string, expires time.Time) error {
	_, err := tx.Post(ctx, post.Message{Kind: kind, Person: a.Code, Dedupe: kind + " " + LinkHash(link), Due: tx.Now(), Expires: expires,
		Content: post.Content{To: mailbox(Person{Name: a.Name, Email: a.Email}), Subject: subject, Text: text}})
	return err
}

// Reinvite mails a new link to somebody who has not chosen yet how to sign in. Earlier links end.
func (c *Conduct) Reinvite(ctx context.Context, by identity.Actor, account string) (in Invited, err error) {
	err = c.changeAccount(ctx, by, "account.invite", account, func(tx *store.Tx, a *identity.Account) error {
		if a.Disabled != nil || c.secured(*a) {
			return problem.New(problem.Conflict, "The account can be signed in to, or is closed")
		}
		in, err = c.sendInvitation(ctx, tx, by, *a)
		return err
	})
	return in, err
}

// SetRoles changes what an account may do. Its sign-ins end. The last owner stays one.
func (c *Conduct) SetRoles(ctx context.Context, by identity.Actor, account string, roles []identity.Role, who coach.Code) error {
	return c.changeAccount(ctx, by, "account.change", account, func(tx *store.Tx, a *identity.Account) error {
		sorted, err := identity.CheckRoles(roles, who)
		if err != nil {
			return err
		}
		if who != "" {
			if i, err := tx.Identity(ctx, who); err != nil || i.Kind != aCoach {
				return orElse(err, problem.New(problem.NotFound, "There is no such coach"))
			}
		}
		before := a.Roles
		a.Roles, a.Coach = sorted, who
		if err := c.ownerStays(ctx, tx, *a); err != nil {
			return err
		}
		if _, err := tx.EndSignIns(ctx, a.Code, ""); err != nil {
			return err
		}
		return record(ctx, tx, by, "account.change", a.Code, facts{"roles": before}, facts{"roles": a.Roles, "coach": a.Coach}, "")
	})
}

// CloseAccount lets nobody sign in to an account any more; ReopenAccount takes that back. The last owner's stays open.
func (c *Conduct) CloseAccount(ctx context.Context, by identity.Actor, account string) error {
	return c.changeAccount(ctx, by, "account.change", account, func(tx *store.Tx, a *identity.Account) error {
		if a.Disabled != nil {
			return nil
		}
		a.Disabled = new(tx.Now())
		if err := c.ownerStays(ctx, tx, *a); err != nil {
			return err
		}
		if err := tx.EndTickets(ctx, a.Code, ""); err != nil {
			return err
		}
		if _, err := tx.EndSignIns(ctx, a.Code, ""); err != nil {
			return err
		}
		return record(ctx, tx, by, "account.change", a.Code, nil, facts{"closed": true}, "")
	})
}

// ReopenAccount lets the owner of a closed account sign in again, as before.
func (c *Conduct) ReopenAccount(ctx context.Context, by identity.Actor, account string) error {
	return c.changeAccount(ctx, by, "account.change", account, func(tx *store.Tx, a *identity.Account) error {
		if a.Disabled == nil {
			return nil
		}
		a.Disabled = nil
		return record(ctx, tx, by, "account.change", a.Code, nil, facts{"closed": false}, "")
	})
}

// ResetAccount forgets how an account is signed in to, ends its sign-ins, and mails a new invitation: for whoever has lost everything.
func (c *Conduct) ResetAccount(ctx context.Context, by identity.Actor, account string) (in Invited, err error) {
	err = c.changeAccount(ctx, by, "account.change", account, func(tx *store.Tx, a *identity.Account) error {
		if a.Disabled != nil {
			return problem.New(problem.Conflict, "The account is closed").Instead("Open it first.")
		}
		a.Password, a.Secret, a.Step, a.Recovery, a.Subject, a.Hospital = "", "", 0, nil, "", identity.AtHospital{}
		if _, err := tx.RemovePasskeys(ctx, a.Code, ""); err != nil {
			return err
		}
		if _, err := tx.EndSignIns(ctx, a.Code, ""); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "account.change", a.Code, nil, facts{"reset": true}, ""); err != nil {
			return err
		}
		in, err = c.sendInvitation(ctx, tx, by, *a)
		return err
	})
	return in, err
}

// changeAccount runs an act on one account and saves it.
func (c *Conduct) changeAccount(ctx context.Context, by identity.Actor, verb, account string, change func(*store.Tx, *identity.Account) error) error {
	if err := by.Require(verb); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, account)
		if err != nil {
			return err
		}
		if err := change(tx, &a); err != nil {
			return err
		}
		return tx.SaveAccount(ctx, a)
	})
}

// ownerStays refuses a change after which nobody would answer for the study.
func (c *Conduct) ownerStays(ctx context.Context, tx *store.Tx, changed identity.Account) error {
	all, err := tx.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Code == changed.Code {
			a = changed
		}
		if a.Serves(identity.Owner) {
			return nil
		}
	}
	return problem.New(problem.Conflict, "Nobody would own the study").Instead("Make somebody else an owner first.")
}

// Staff lists the accounts.
func (c *Conduct) Staff(ctx context.Context, by identity.Actor) (all []identity.Account, err error) {
	if err := by.Require("account.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.Accounts(ctx)
		return err
	})
	return all, err
}

// linksChoice is an owner's choice whether staff may sign in by a link in a mail.
const linksChoice = "sign_in.links"

// AllowLinks lets staff sign in by a link in a mail, or not. Where the installation forbids it, it stays forbidden.
func (c *Conduct) AllowLinks(ctx context.Context, by identity.Actor, allowed bool) error {
	if err := by.Require("account.change"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Choose(ctx, linksChoice, map[bool]string{true: "on", false: "off"}[allowed]); err != nil {
			return err
		}
		return record(ctx, tx, by, "account.change", linksChoice, nil, facts{"allowed": allowed}, "")
	})
}

// LinksAllowed reports whether staff may sign in by a link in a mail.
func (c *Conduct) LinksAllowed(ctx context.Context) (allowed bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		allowed, err = c.linksAllowed(ctx, tx)
		return err
	})
	return allowed, err
}

func (c *Conduct) linksAllowed(ctx context.Context, tx *store.Tx) (bool, error) {
	chosen, err := tx.Choice(ctx, linksChoice)
	return !c.LinksOff && chosen != "off", err
}
