package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
)

// Own is what somebody of the staff, or a coach, sees of their own account.
type Own struct {
	Name, Email   string
	Roles         []identity.Role
	Stage         identity.Stage // of the sign-in that asks
	Password      bool           // there is one
	Authenticator bool           // codes are asked
	Recovery      int            // codes that are left
	Passkeys      []identity.Passkey
	Hospital      string              // where the hospital's sign-in stands; empty: the study has none
	Connected     bool                // their account there is connected
	There         identity.AtHospital // what is known of it
	Only          bool                // it is the one way in which they can sign in
	Links         bool                // they may sign in by a link in a mail
	Secured       bool                // they can sign in again without mail
	Ready         bool                // a sign-in that began with an invitation can be completed
}

// OwnAccount gives the account of the owner of a token, also while they are setting up how to sign in.
func (c *Conduct) OwnAccount(ctx context.Context, token string) (own Own, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		own = Own{Name: a.Name, Email: a.Email, Roles: a.Roles, Stage: s.Stage, Password: a.Password != "", Authenticator: a.Secret != "",
			Recovery: len(a.Recovery), Connected: a.Subject != "", There: a.Hospital, Secured: c.secured(a)}
		if c.Hospital != nil {
			own.Hospital = c.Hospital.Host()
		}
		if own.Links, err = c.linksAllowed(ctx, tx); err != nil {
			return err
		}
		own.Ready = c.ready(s, a, own.Links)
		without := a
		without.Subject = ""
		own.Only = own.Connected && !own.Links && !c.secured(without)
		own.Passkeys, err = tx.Passkeys(ctx, a.Code)
		return err
	})
	return own, err
}

// ready reports whether there is a way to sign in again once this sign-in has ended.
func (c *Conduct) ready(s identity.SignIn, a identity.Account, links bool) bool {
	return c.secured(a) || links && s.Method == "invitation"
}

// secured reports whether an account can be signed in to without mail, as the installation is now.
func (c *Conduct) secured(a identity.Account) bool { return a.Secured(c.Hospital != nil) }

// OpenAuthenticator gives the secret that BeginAuthenticator drew for this sign-in and that no code has confirmed yet; problem.NotFound
// where there is none.
func (c *Conduct) OpenAuthenticator(ctx context.Context, token string) (app Authenticator, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		secret, err := tx.Recall(ctx, authenticatorKey(s))
		app = Authenticator{string(secret), c.appURL(string(secret), a)}
		return err
	})
	return app, err
}

func authenticatorKey(s identity.SignIn) string { return LinkHash("authenticator " + s.Hash) }

// RecoveryCodes gives the recovery codes that were drawn in this sign-in, until their owner has said that they are kept; problem.NotFound
// afterwards: the store has their hashes alone.
func (c *Conduct) RecoveryCodes(ctx context.Context, token string) (codes []string, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, _, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		text, err := tx.Recall(ctx, recoveryKey(s))
		codes = strings.Fields(string(text))
		return err
	})
	return codes, err
}

// KeepRecoveryCodes says that the recovery codes are kept: from now on nobody can be shown them.
func (c *Conduct) KeepRecoveryCodes(ctx context.Context, token string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, _, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		return tx.Forget(ctx, recoveryKey(s))
	})
}

func recoveryKey(s identity.SignIn) string { return LinkHash("recovery " + s.Hash) }

// showRecovery lets the owner of a sign-in see recovery codes that were just drawn.
func showRecovery(ctx context.Context, tx *store.Tx, s identity.SignIn, codes []string) error {
	return tx.Remember(ctx, recoveryKey(s), []byte(strings.Join(codes, "\n")), tx.Now().Add(authenticatorLife))
}
