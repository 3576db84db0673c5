package conduct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// Signed is what came of a step of signing in.
type Signed struct {
	Token   string // for the browser's cookie, and for nobody else
	Expires time.Time
	Stage   identity.Stage // what is still to be done
	Role    identity.Role
	To      string // the page for which a link was asked; empty: none
}

// How long the steps of signing in may take.
const (
	codeLife  = 10 * time.Minute
	setupLife = time.Hour
)

func (c *Conduct) idle() time.Duration { return cmp.Or(c.Session.Idle, 30*time.Minute) }
func (c *Conduct) life() time.Duration { return cmp.Or(c.Session.Life, 12*time.Hour) }

// SignIn takes an address and a password. The stage says what is next: the code of the authenticator app, or, where there is none yet,
// choosing one. What is wrong is not said, and takes as long for an address that nobody has. Who fails often has to wait, longer each
// time, and so has the network they come from.
func (c *Conduct) SignIn(ctx context.Context, from identity.Origin, email, password string) (s Signed, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return s, err
	}
	email = identity.CanonicalEmail(email)
	if err := c.attempt(ctx, from, email); err != nil {
		return s, err
	}
	var a identity.Account
	if err := c.Store.Read(ctx, func(tx *store.Tx) error {
		a, err = tx.AccountByEmail(ctx, email)
		return ignore(err, problem.NotFound)
	}); err != nil {
		return s, err
	}
	// Outside of any transaction: it takes long on purpose.
	right := identity.IsPassword(a.Password, password) && a.Disabled == nil
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s = Signed{}
		if !right {
			return c.recordFailure(ctx, tx, a.Code, "password")
		}
		// What was right is no failure: another's guessing must not put the code off until the time for it is over.
		for _, key := range []string{c.throttled(tx, email), c.network(tx, from)} {
			if err := tx.Refund(ctx, key); err != nil {
				return err
			}
		}
		stage, life := identity.NeedsCode, codeLife
		if a.Secret == "" {
			stage, life = identity.NeedsSetup, setupLife
		}
		s, err = c.begin(ctx, tx, identity.SignIn{Account: a.Code, Role: a.Roles[0], Stage: stage, Method: "password", Origin: from, Expires: tx.Now().Add(life)})
		return err
	})
	if err == nil && !right {
		err = problem.New(problem.Invalid, "That address and that password do not belong together").On("password").Instead("Look at both, or sign in another way.")
	}
	return s, err
}

// ConfirmCode takes the code of the authenticator app, or a recovery code, and completes a sign-in. A code is good once.
func (c *Conduct) ConfirmCode(ctx context.Context, token, code string) (s Signed, err error) {
	var email string
	if err := c.Store.Read(ctx, func(tx *store.Tx) error {
		_, a, err := c.stepping(ctx, tx, token, identity.NeedsCode)
		email = a.Email
		return err
	}); err != nil {
		return s, err
	}
	if err := c.attempt(ctx, identity.Origin{}, email); err != nil {
		return s, err
	}
	right := false
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s = Signed{}
		before, a, err := c.stepping(ctx, tx, token, identity.NeedsCode)
		if err != nil {
			return err
		}
		var left []string
		if a.Step, right = identity.CheckCode(a.Secret, code, tx.Now(), a.Step); !right {
			if left, right = identity.UseRecovery(a.Recovery, code); right {
				a.Recovery = left
			}
		}
		if !right {
			return c.recordFailure(ctx, tx, a.Code, "code")
		}
		if err := tx.SaveAccount(ctx, a); err != nil {
			return err
		}
		s, err = c.finish(ctx, tx, before, a, facts{"method": before.Method, "recovery_codes_left": len(a.Recovery)})
		return err
	})
	if err == nil && !right {
		err = problem.New(problem.Invalid, "This is not the code of now").On("code").Instead("Wait for the next one, or use a recovery code.")
	}
	return s, err
}

// RequestLink mails a link to sign in by, good once within a quarter of an hour; to is the page that was asked for before, empty: none. It answers the same for every address; who has no
// account, or is not allowed to sign in so, gets no mail.
func (c *Conduct) RequestLink(ctx context.Context, from identity.Origin, email, to string) error {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return err
	}
	email = identity.CanonicalEmail(email)
	if err := c.attempt(ctx, from, "link "+email); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if allowed, err := c.linksAllowed(ctx, tx); err != nil || !allowed {
			return orElse(err, problem.New(problem.Conflict, "Links to sign in by are switched off").Instead("Sign in another way, or ask an owner of the study."))
		}
		if err := tx.Refund(ctx, c.network(tx, from)); err != nil {
			return err
		}
		a, err := tx.AccountByEmail(ctx, email)
		if err != nil || a.Disabled != nil || a.Joined == nil {
			return ignore(err, problem.NotFound)
		}
		link, expires, err := c.newTicket(ctx, tx, identity.Ticket{Account: a.Code, Purpose: identity.ToSignIn, To: to}, signInLinkLife)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, identity.Anybody, "account.sign_in", a.Code, nil, facts{"method": "link", "asked": true}, ""); err != nil {
			return err
		}
		return c.mailStaff(ctx, tx, a, "staff-link", link, "Your link to sign in", fmt.Sprintf("Dear %s,\n\nsign in here:\n\n%s\n\nThe link opens once, within a quarter of an hour. If it was not you who asked for it, "+
			"somebody knows your address, and nothing more; you need do nothing.\n\n%s\n", a.Name, link, c.contact()), expires)
	})
}

// Opening is what a link in a mail to staff opens.
type Opening struct {
	Purpose identity.Purpose
	Name    string // of the account's owner
	Roles   []identity.Role
	Expires time.Time
}

// LookAtLink says what a link to staff opens, and changes nothing: programs that read mail follow links. One that is unknown, used, too
// old or not allowed any more is problem.NotFound in the same words.
func (c *Conduct) LookAtLink(ctx context.Context, token string) (o Opening, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		t, a, err := c.ticket(ctx, tx, token)
		o = Opening{t.Purpose, a.Name, a.Roles, t.Expires}
		return err
	})
	return o, err
}

func (c *Conduct) ticket(ctx context.Context, tx *store.Tx, token string) (t identity.Ticket, a identity.Account, err error) {
	dead := problem.New(problem.NotFound, "This link does not open anything any more").Instead("It opens once, and not for long. Sign in another way, or ask for a new one.")
	if !tokenForm.MatchString(token) {
		return t, a, dead
	}
	if t, err = tx.Ticket(ctx, LinkHash(token)); err != nil {
		return t, a, orElse(ignore(err, problem.NotFound), dead)
	}
	if a, err = tx.Account(ctx, t.Account); err != nil {
		return t, a, err
	}
	allowed, err := c.linksAllowed(ctx, tx)
	if err == nil && (t.Used != nil || !tx.Now().Before(t.Expires) || a.Disabled != nil || t.Purpose == identity.ToSignIn && !allowed) {
		err = dead
	}
	return t, a, err
}

// FollowLink signs in by a link in a mail, which is used up by it: an invitation leads to choosing how to sign in from now on; a link to
// sign in by replaces the password, but not the code of an authenticator app.
func (c *Conduct) FollowLink(ctx context.Context, from identity.Origin, token string) (s Signed, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return s, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s = Signed{}
		t, a, err := c.ticket(ctx, tx, token)
		if err != nil {
			return err
		}
		if _, err := tx.UseTicket(ctx, t.Hash); err != nil {
			return err
		}
		switch {
		case t.Purpose == identity.ToJoin:
			if a.Joined == nil {
				a.Joined = new(tx.Now())
			}
			if err := tx.SaveAccount(ctx, a); err != nil {
				return err
			}
			if err := record(ctx, tx, a.Actor(a.Roles[0]), "account.secure", a.Code, nil, facts{"invitation": "accepted"}, ""); err != nil {
				return err
			}
			s, err = c.begin(ctx, tx, identity.SignIn{Account: a.Code, Role: a.Roles[0], Stage: identity.NeedsSetup, Method: "invitation", Origin: from, Expires: tx.Now().Add(setupLife)})
		case a.Secret != "":
			s, err = c.begin(ctx, tx, identity.SignIn{Account: a.Code, Role: a.Roles[0], Stage: identity.NeedsCode, Method: "link", Origin: from, Expires: tx.Now().Add(codeLife)})
		default:
			s, err = c.signedIn(ctx, tx, a, "link", from)
		}
		s.To = t.To
		return err
	})
	return s, err
}

// SignedIn gives who a browser's token belongs to; false: it is nobody's, has ended, or was not used for too long. The Actor of what
// it gives is a visitor until the sign-in is complete.
func (c *Conduct) SignedIn(ctx context.Context, token string) (s identity.SignIn, ok bool, err error) {
	if !tokenForm.MatchString(token) {
		return s, false, nil
	}
	stale := false
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, err = tx.SignIn(ctx, LinkHash(token))
		if err != nil {
			return ignore(err, problem.NotFound)
		}
		ok = c.stands(s, tx.Now())
		stale = ok && tx.Now().Sub(s.Seen) > time.Minute
		return nil
	})
	if err == nil && stale {
		err = c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SeeSignIn(ctx, s.Hash) })
	}
	return s, ok, err
}

func (c *Conduct) stands(s identity.SignIn, now time.Time) bool {
	return s.Ended == nil && now.Before(s.Expires) && now.Before(s.Seen.Add(c.idle())) && slices.Contains(s.Roles, s.Role)
}

// stepping gives the sign-in of a token that is at a stage, and its account.
func (c *Conduct) stepping(ctx context.Context, tx *store.Tx, token string, stages ...identity.Stage) (s identity.SignIn, a identity.Account, err error) {
	gone := problem.New(problem.Forbidden, "You are not signed in, or took too long").Instead("Sign in again.")
	if !tokenForm.MatchString(token) {
		return s, a, gone
	}
	if s, err = tx.SignIn(ctx, LinkHash(token)); err != nil {
		return s, a, orElse(ignore(err, problem.NotFound), gone)
	}
	if !c.stands(s, tx.Now()) || !slices.Contains(stages, s.Stage) {
		return s, a, gone
	}
	if a, err = tx.Account(ctx, s.Account); err == nil && a.Disabled != nil {
		err = gone
	}
	return s, a, err
}

// SwitchRole goes on in another role of the same account, under a new token.
func (c *Conduct) SwitchRole(ctx context.Context, token string, role identity.Role) (s Signed, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		before, a, err := c.stepping(ctx, tx, token, identity.Complete)
		if err != nil {
			return err
		}
		if !slices.Contains(a.Roles, role) {
			return problem.New(problem.Forbidden, "The account has no role %.40q", string(role)).On("role")
		}
		next := before
		next.Role = role
		if s, err = c.begin(ctx, tx, next); err != nil {
			return err
		}
		if _, err := tx.EndSignInByHash(ctx, before.Hash); err != nil {
			return err
		}
		return record(ctx, tx, a.Actor(role), "account.sign_in", a.Code, facts{"role": before.Role}, facts{"role": role}, "")
	})
	return s, err
}

// SignOut ends the sign-in of a token. One that has ended already is no mistake.
func (c *Conduct) SignOut(ctx context.Context, token string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.SignIn(ctx, LinkHash(token))
		if err != nil {
			return ignore(err, problem.NotFound)
		}
		ended, err := tx.EndSignInByHash(ctx, s.Hash)
		if err != nil || !ended || s.Stage != identity.Complete {
			return err
		}
		return record(ctx, tx, s.Actor(), "account.secure", s.Account, nil, facts{"signed_out": true}, "")
	})
}

// SignIns lists where the owner of a token is signed in, the latest first.
func (c *Conduct) SignIns(ctx context.Context, token string) (all []identity.SignIn, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, _, err := c.stepping(ctx, tx, token, identity.Complete)
		if err != nil {
			return err
		}
		all, err = tx.SignIns(ctx, s.Account)
		all = slices.DeleteFunc(all, func(s identity.SignIn) bool { return !c.stands(s, tx.Now()) })
		return err
	})
	return all, err
}

// EndSignIn ends one of the sign-ins of the owner of a token, by its ID; or, where that is empty, all but this one. It gives how many.
func (c *Conduct) EndSignIn(ctx context.Context, token, id string) (n int, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, _, err := c.stepping(ctx, tx, token, identity.Complete)
		if err != nil {
			return err
		}
		if id == "" {
			ended, err := tx.EndSignIns(ctx, s.Account, s.Hash)
			if n = int(ended); err != nil || n == 0 {
				return err
			}
		} else {
			ended, err := tx.EndSignIn(ctx, s.Account, id)
			if err != nil || !ended {
				return orElse(err, problem.New(problem.NotFound, "That sign-in has ended already"))
			}
			n = 1
		}
		return record(ctx, tx, s.Actor(), "account.secure", s.Account, nil, facts{"ended": n}, "")
	})
	return n, err
}
