package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// rosterLife is how long a list of people that was uploaded waits to be looked at and added.
const rosterLife = 2 * time.Hour

// KeepRoster keeps what was read of an uploaded list until whoever uploaded it has looked at it and decides: sealed, under a token that is
// theirs alone and ends by itself. Nobody is on the roster by it.
func (c *Conduct) KeepRoster(ctx context.Context, by identity.Actor, list []byte) (token string, err error) {
	if err := by.Require("participant.add"); err != nil {
		return "", err
	}
	if token, err = c.token(); err != nil {
		return "", err
	}
	return token, c.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Remember(ctx, keptRoster(by, token), list, tx.Now().Add(rosterLife))
	})
}

// KeptRoster gives back what KeepRoster keeps.
func (c *Conduct) KeptRoster(ctx context.Context, by identity.Actor, token string) (list []byte, err error) {
	if err := by.Require("participant.add"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Recall(ctx, keptRoster(by, token))
		if problem.Is(err, problem.NotFound) {
			return problem.New(problem.NotFound, "This list is not kept any more: its people were added, or two hours have passed").Instead("Upload it again; who is on the roster already is found.")
		}
		return err
	})
	return list, err
}

// DropRoster forgets what KeepRoster keeps.
func (c *Conduct) DropRoster(ctx context.Context, by identity.Actor, token string) error {
	if err := by.Require("participant.add"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.Forget(ctx, keptRoster(by, token)) })
}

func keptRoster(by identity.Actor, token string) string {
	return LinkHash("roster " + by.Name + " " + token)
}
