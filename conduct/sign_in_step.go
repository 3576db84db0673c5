package conduct

import (
	"context"
	"fmt"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// attempt counts an attempt to sign in before it is looked at, so that many at once gain nothing, and refuses it where too many have
// failed. What succeeds takes its attempts back.
func (c *Conduct) attempt(ctx context.Context, from identity.Origin, email string) error {
	var until, now time.Time
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if tx.Vault == nil {
			return keyless()
		}
		now = tx.Now()
		if until, err = tx.Attempt(ctx, c.throttled(tx, email), identity.FreeForAccount); err != nil || !until.IsZero() || !from.Address.IsValid() {
			return err
		}
		until, err = tx.Attempt(ctx, c.network(tx, from), identity.FreeForAddress)
		return err
	})
	if err == nil && !until.IsZero() {
		err = problem.New(problem.Conflict, "Too many attempts have failed").Instead("Try again in %s.", inWords(until.Sub(now)))
	}
	return err
}

func (c *Conduct) throttled(tx *store.Tx, email string) string {
	return tx.Vault.Digest("throttle account", email)
}

func (c *Conduct) network(tx *store.Tx, from identity.Origin) string {
	return tx.Vault.Digest("throttle network", identity.Network(from.Address))
}

// inWords rounds a time up: "15 seconds", "2 minutes".
func inWords(d time.Duration) string {
	if d <= 90*time.Second {
		return fmt.Sprintf("%d seconds", (d+time.Second-1)/time.Second)
	}
	return fmt.Sprintf("%d minutes", (d+time.Minute-1)/time.Minute)
}

// recordFailure enters an attempt that failed in the trail, where it was somebody's account.
func (c *Conduct) recordFailure(ctx context.Context, tx *store.Tx, account, method string) error {
	if account == "" {
		return nil
	}
	return record(ctx, tx, identity.Anybody, "account.sign_in", account, nil, facts{"method": method, "failed": true}, "")
}

// begin opens a sign-in under a new token.
func (c *Conduct) begin(ctx context.Context, tx *store.Tx, s identity.SignIn) (Signed, error) {
	token, err := c.token()
	if err != nil {
		return Signed{}, err
	}
	id, err := c.token()
	if err != nil {
		return Signed{}, err
	}
	const longest = 300 // bytes of what a browser calls itself
	agent := &s.Origin.Agent
	if *agent = shorten(*agent); len(*agent) > longest {
		*agent = shorten((*agent)[:longest])
	}
	s.ID, s.Hash = id[:12], LinkHash(token)
	if s.Made.IsZero() {
		s.Made = tx.Now()
	}
	return Signed{Token: token, Expires: s.Expires, Stage: s.Stage, Role: s.Role}, tx.AddSignIn(ctx, s)
}

// signedIn completes a sign-in, and forgives the account's failures.
func (c *Conduct) signedIn(ctx context.Context, tx *store.Tx, a identity.Account, method string, from identity.Origin) (Signed, error) {
	return c.finish(ctx, tx, identity.SignIn{Method: method, Origin: from, Role: a.Roles[0]}, a, facts{"method": method})
}

// finish completes a sign-in that has come through a stage before, which ends.
func (c *Conduct) finish(ctx context.Context, tx *store.Tx, before identity.SignIn, a identity.Account, what facts) (Signed, error) {
	if err := tx.Forgive(ctx, c.throttled(tx, a.Email)); err != nil {
		return Signed{}, err
	}
	if before.Hash != "" {
		if _, err := tx.EndSignInByHash(ctx, before.Hash); err != nil {
			return Signed{}, err
		}
	}
	s, err := c.begin(ctx, tx, identity.SignIn{Account: a.Code, Role: before.Role, Stage: identity.Complete, Method: before.Method, Origin: before.Origin, Expires: tx.Now().Add(c.life())})
	if err != nil {
		return s, err
	}
	return s, record(ctx, tx, a.Actor(before.Role), "account.sign_in", a.Code, nil, what, "")
}

// ignore gives nil in place of a problem of a kind.
func ignore(err error, kind problem.Kind) error {
	if problem.Is(err, kind) {
		return nil
	}
	return err
}
