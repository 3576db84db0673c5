package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/randomization"
)

// CloseRandomization ends all draws and reveals the seed, in the store and in the trail, so that everybody can prove the allocations.
// It waits for the lock of the dataset: whoever can read arms and strata together must not be able to change an answer any more.
func (c *Conduct) CloseRandomization(ctx context.Context, by identity.Actor) (closing randomization.Closing, err error) {
	if err := by.Require("randomization.close"); err != nil {
		return closing, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		if s.Locked == nil {
			return problem.New(problem.Conflict, "The seed stays sealed until the dataset is locked").Instead("Lock the dataset first.")
		}
		r, err := tx.Randomization(ctx)
		if err != nil {
			return err
		}
		if !r.Closed.IsZero() {
			return problem.New(problem.Conflict, "Randomization was closed on %s", r.Closed.Format("January 2, 2006"))
		}
		seed, err := c.seed(ctx, tx)
		if err != nil {
			return err
		}
		if r.Design.Commitment(seed) != r.Commitment {
			return problem.New(problem.Internal, "the sealed seed and the stored design do not give the commitment")
		}
		n, err := tx.Randomized(ctx)
		if err != nil {
			return err
		}
		closing = randomization.Closing{Seed: seed.Reveal(), Allocations: n}
		if err := tx.CloseRandomization(ctx, seed); err != nil {
			return err
		}
		return record(ctx, tx, by, "randomization.close", s.ProtocolID, nil, closing, "")
	})
	return closing, err
}
