package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Promote gives a person of the waiting list a place and draws the arm: the one named, or whoever has waited longest where code is
// empty. It needs a free place: SetCapacity makes one where coaches have room for more.
func (c *Conduct) Promote(ctx context.Context, by identity.Actor, code participant.Code) (p Progress, err error) {
	if err := by.Require("participant.promote"); err != nil {
		return p, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := unlocked(ctx, tx)
		if err != nil {
			return err
		}
		if err := c.enrolling(s, tx.Now()); err != nil {
			return err
		}
		var r participant.Record
		if code == "" {
			r, err = tx.LongestWaiting(ctx)
		} else {
			r, err = tx.Participant(ctx, code)
		}
		if err != nil {
			return err
		}
		if r.Status != participant.Waiting {
			return problem.New(problem.Conflict, "%s is not on the waiting list but %s", r.Code, r.Status)
		}
		place, err := tx.TakePlace(ctx)
		if err != nil {
			return err
		}
		if !place {
			return problem.New(problem.Conflict, "All %d places are taken", s.Capacity).Instead("Raise the capacity first, if the coaches have room.")
		}
		if err := record(ctx, tx, by, "participant.promote", string(r.Code), nil, nil, ""); err != nil {
			return err
		}
		if err := c.admit(ctx, tx, by, &r); err != nil {
			return err
		}
		arm, _, err := c.armOf(ctx, tx, r)
		p = Progress{Status: r.Status, Complete: true, Arm: arm.ID}
		return err
	})
	return p, err
}

// SetCapacity changes the number of places, 0 standing for as many as come. It cannot fall below the places taken.
func (c *Conduct) SetCapacity(ctx context.Context, by identity.Actor, places int, reason string) error {
	if err := by.Require("study.capacity"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := unlocked(ctx, tx)
		if err != nil {
			return err
		}
		if places < 0 || places > 0 && places < s.Places {
			return problem.New(problem.Invalid, "%d places", places).On("capacity").Instead("Give 0 for no limit, or at least the %d that are taken.", s.Places)
		}
		if err := tx.SetCapacity(ctx, places); err != nil {
			return err
		}
		return record(ctx, tx, by, "study.capacity", s.ProtocolID, facts{"capacity": s.Capacity}, facts{"capacity": places}, shorten(reason))
	})
}
