package conduct

import (
	"context"
	"slices"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Exclude notes that a person does not meet a criterion of the protocol, as the office has learned: they get no more mail. Whoever has a
// place is not excluded any more, but may withdraw.
func (c *Conduct) Exclude(ctx context.Context, by identity.Actor, code participant.Code, criterion string) error {
	if err := by.RequireFor("participant.exclude", code); err != nil {
		return err
	}
	if !slices.ContainsFunc(c.Protocol.Eligibility, func(e study.Criterion) bool { return e.ID == criterion }) {
		return problem.New(problem.Invalid, "%.80q is no criterion of this protocol", criterion).On("criterion").Instead("Choose the one that is not met.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil || r.Status == participant.Excluded {
			return err
		}
		return c.exclude(ctx, tx, by, r, criterion)
	})
}
