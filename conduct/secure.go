package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// SetPassword gives the owner of a token a password. Where there is one already it must be given too. Everywhere else they are signed
// out.
func (c *Conduct) SetPassword(ctx context.Context, token, before, password string) error {
	return c.secure(ctx, token, before, func(ctx context.Context, s identity.SignIn, a identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		if err := identity.CheckPassword(password, a.Name, a.Email, c.Protocol.Title); err != nil {
			return nil, err
		}
		hash, err := identity.HashPassword(c.random(), password)
		return func(tx *store.Tx, a *identity.Account) error {
			a.Password = hash
			if _, err := tx.EndSignIns(ctx, a.Code, s.Hash); err != nil {
				return err
			}
			return record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"password": "set"}, "")
		}, err
	})
}

// Authenticator is what an authenticator app is told once.
type Authenticator struct {
	Secret string // to type in
	URL    string // to read as a picture, otpauth://
}

const authenticatorLife = 30 * time.Minute

// appURL is what an authenticator app reads. It lists many studies on a small screen, so that this one stands there by its short name.
func (c *Conduct) appURL(secret string, a identity.Account) string {
	return identity.SecretURL(secret, "Rekindle "+c.Protocol.ID, a.Email)
}

// BeginAuthenticator draws a secret for the authenticator app of the owner of a token. It holds once ConfirmAuthenticator has seen a code
// made with it. Where there is a password it must be given.
func (c *Conduct) BeginAuthenticator(ctx context.Context, token, password string) (app Authenticator, err error) {
	err = c.secure(ctx, token, password, func(ctx context.Context, s identity.SignIn, a identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		app.Secret, err = identity.NewSecret(c.random())
		app.URL = c.appURL(app.Secret, a)
		return func(tx *store.Tx, a *identity.Account) error {
			return tx.Remember(ctx, authenticatorKey(s), []byte(app.Secret), tx.Now().Add(authenticatorLife))
		}, err
	})
	return app, err
}

// ConfirmAuthenticator takes the first code of an authenticator app, from when on codes are asked, and gives the recovery codes: they are
// shown once.
func (c *Conduct) ConfirmAuthenticator(ctx context.Context, token, code string) (recovery []string, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		key := authenticatorKey(s)
		secret, err := tx.Recall(ctx, key)
		if err != nil {
			return orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "Setting up the app took too long").Instead("Begin again."))
		}
		step, ok := identity.CheckCode(string(secret), code, tx.Now(), 0)
		if !ok {
			return problem.New(problem.Invalid, "This is not the code of now").On("code").Instead("Look whether the clock of your phone is right, and type the six digits that the app shows.")
		}
		a.Secret, a.Step = string(secret), step
		if recovery, a.Recovery, err = identity.NewRecovery(c.random()); err != nil {
			return err
		}
		if err := tx.SaveAccount(ctx, a); err != nil {
			return err
		}
		if err := tx.Forget(ctx, key); err != nil {
			return err
		}
		if err := showRecovery(ctx, tx, s, recovery); err != nil {
			return err
		}
		return record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"authenticator": "set", "recovery_codes": len(recovery)}, "")
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// NewRecoveryCodes gives new recovery codes in place of those before. Where there is a password it must be given.
func (c *Conduct) NewRecoveryCodes(ctx context.Context, token, password string) (recovery []string, err error) {
	err = c.secure(ctx, token, password, func(ctx context.Context, s identity.SignIn, a identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		if a.Secret == "" {
			return nil, problem.New(problem.Conflict, "There is no authenticator app to stand in for")
		}
		codes, hashes, err := identity.NewRecovery(c.random())
		recovery = codes
		return func(tx *store.Tx, a *identity.Account) error {
			a.Recovery = hashes
			if err := showRecovery(ctx, tx, s, codes); err != nil {
				return err
			}
			return record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"recovery_codes": len(hashes)}, "")
		}, err
	})
	return recovery, err
}

// FinishSetup completes a sign-in that began with an invitation, once there is a way to sign in again: a password with an authenticator
// app, a passkey, or, where they are allowed, links in mails.
func (c *Conduct) FinishSetup(ctx context.Context, token string) (s Signed, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		before, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup)
		if err != nil {
			return err
		}
		allowed, err := c.linksAllowed(ctx, tx)
		if err != nil {
			return err
		}
		if !c.ready(before, a, allowed) {
			return problem.New(problem.Conflict, "There is no way yet to sign in again").Instead("Set a password and an authenticator app, or a passkey.")
		}
		s, err = c.finish(ctx, tx, before, a, facts{"method": before.Method})
		return err
	})
	return s, err
}

// freshness is how long after signing in somebody without a password may change how they sign in.
const freshness = 15 * time.Minute

// secure runs a change of how the owner of a token signs in. The password that the account has must be given, and where there is none
// they must have signed in just now, except right after an invitation: a screen that was left alone is not enough. prepare runs outside of any transaction, since passwords take long on purpose.
func (c *Conduct) secure(ctx context.Context, token, password string, prepare func(context.Context, identity.SignIn, identity.Account) (func(*store.Tx, *identity.Account) error, error)) error {
	stages := []identity.Stage{identity.NeedsSetup, identity.Complete}
	var s identity.SignIn
	var a identity.Account
	stale := false
	if err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		s, a, err = c.stepping(ctx, tx, token, stages...)
		stale = tx.Now().Sub(s.Made) > freshness
		return err
	}); err != nil {
		return err
	}
	if err := a.Actor(s.Role).Require("account.secure"); err != nil {
		return err
	}
	asked := a.Password != "" && s.Stage == identity.Complete
	if a.Password == "" && s.Stage == identity.Complete && stale {
		return problem.New(problem.Conflict, "It is more than a quarter of an hour since you signed in").Instead("Sign out and in again first: how you sign in is changed only right after it.")
	}
	if asked {
		if err := c.attempt(ctx, s.Origin, a.Email); err != nil {
			return err
		}
		if !identity.IsPassword(a.Password, password) {
			if err := c.Store.Write(ctx, func(tx *store.Tx) error { return c.recordFailure(ctx, tx, a.Code, "password") }); err != nil {
				return err
			}
			return problem.New(problem.Invalid, "This is not your password").On("password")
		}
	}
	change, err := prepare(ctx, s, a)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, a, err := c.stepping(ctx, tx, token, stages...)
		if err != nil {
			return err
		}
		if asked {
			for _, key := range []string{c.throttled(tx, a.Email), c.network(tx, s.Origin)} {
				if err := tx.Refund(ctx, key); err != nil {
					return err
				}
			}
		}
		if err := change(tx, &a); err != nil {
			return err
		}
		return tx.SaveAccount(ctx, a)
	})
}
