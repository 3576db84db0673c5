package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
)

// openRandomization draws the seed, seals it, and commits to seed and design in the trail, before anybody can enrol. The draws of a
// rehearsal have a design, and so a key, of their own.
func (c *Conduct) openRandomization(ctx context.Context, tx *store.Tx, by identity.Actor) error {
	if err := by.Require("randomization.open"); err != nil {
		return err
	}
	if tx.Vault == nil {
		return keyless()
	}
	design, err := randomization.NewDesign(*c.Protocol)
	if err != nil {
		return err
	}
	design.Test = c.Simulated
	seed, err := randomization.NewSeed(c.random())
	if err != nil {
		return err
	}
	commitment := design.Commitment(seed)
	if err := tx.OpenRandomization(ctx, design, commitment, sealSeed(tx, c.Protocol.ID, seed)); err != nil {
		return err
	}
	return record(ctx, tx, by, "randomization.open", c.Protocol.ID, nil,
		randomization.Opening{Design: string(design.Canonical()), Commitment: commitment}, "")
}

func sealSeed(tx *store.Tx, study string, seed randomization.Seed) []byte {
	return tx.Vault.Seal([]byte(seed.Reveal()), "randomization", "seed", study)
}

// seed opens the sealed seed, for the time of one transaction.
func (c *Conduct) seed(ctx context.Context, tx *store.Tx) (randomization.Seed, error) {
	sealed, err := tx.SealedSeed(ctx)
	if err != nil {
		return randomization.Seed{}, err
	}
	if tx.Vault == nil {
		return randomization.Seed{}, keyless()
	}
	text, err := tx.Vault.Open(sealed, "randomization", "seed", c.Protocol.ID)
	if err != nil {
		return randomization.Seed{}, err
	}
	return randomization.ParseSeed(string(text))
}

// randomize draws the arm of a person who has a place, by the baseline answers as they are now. The levels are frozen with the draw.
// What the trail gets is sealed until randomization is closed. The caller does what follows from the arm: see allocated.
func (c *Conduct) randomize(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) (randomization.Allocation, error) {
	var none randomization.Allocation
	answers, err := c.baseline(ctx, tx, code)
	if err != nil {
		return none, err
	}
	levels, err := randomization.Stratify(c.Protocol.Strata, answers)
	if err != nil {
		return none, err
	}
	seed, err := c.seed(ctx, tx)
	if err != nil {
		return none, err
	}
	a, err := tx.Draw(ctx, seed, code, levels)
	if err != nil {
		return none, err
	}
	entry, err := seed.Entry(a)
	if err != nil {
		return none, err
	}
	if err := record(ctx, tx, by, "participant.randomize", string(code), nil, entry, ""); err != nil {
		return none, err
	}
	return a, tx.KeepAllocation(ctx, a)
}

// Randomize draws the arm of a person who has a place and no arm yet, where the draw did not follow by itself. Nobody is drawn
// twice: a second time is a conflict.
func (c *Conduct) Randomize(ctx context.Context, by identity.Actor, code participant.Code) (p Progress, err error) {
	if err := by.RequireFor("participant.randomize", code); err != nil {
		return p, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		if r.Status != participant.Enrolled {
			return problem.New(problem.Conflict, "%s is %s, and only those who have a place and no arm are randomized", code, r.Status)
		}
		a, err := c.randomize(ctx, tx, by, code)
		if err != nil {
			return err
		}
		if err := c.allocated(ctx, tx, &r, a.Arm); err != nil {
			return err
		}
		p = Progress{Status: r.Status, Complete: true, Arm: a.Arm}
		return nil
	})
	return p, err
}
