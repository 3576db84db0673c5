package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Unlock opens coaching to a participant who waits for it, before the protocol does. A participant to whom it is open stays as they are.
func (c *Conduct) Unlock(ctx context.Context, by identity.Actor, code participant.Code, reason string) error {
	if err := by.Require("participant.unlock"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		switch {
		case r.UnlockedAt != nil:
			return nil
		case !r.InTrial():
			return problem.New(problem.Conflict, "%s has not been randomized", code)
		case r.Status == participant.Withdrawn:
			return problem.New(problem.Conflict, "%s has withdrawn", code)
		}
		return c.unlockFor(ctx, tx, by, &r, shorten(reason))
	})
}

// unlock opens coaching to a participant because the protocol says so.
func (c *Conduct) unlock(ctx context.Context, tx *store.Tx, r *participant.Record) error {
	return c.unlockFor(ctx, tx, identity.Program, r, "")
}

func (c *Conduct) unlockFor(ctx context.Context, tx *store.Tx, by identity.Actor, r *participant.Record, reason string) error {
	r.UnlockedAt = new(tx.Now())
	if err := tx.SaveParticipant(ctx, *r); err != nil {
		return err
	}
	if err := record(ctx, tx, by, "participant.unlock", string(r.Code), nil, nil, reason); err != nil {
		return err
	}
	if err := c.planMessages(ctx, tx, *r, study.FromUnlock, tx.Now()); err != nil {
		return err
	}
	return c.planVisits(ctx, tx, *r, false, map[study.Anchor]time.Time{study.FromUnlock: tx.Now()})
}
