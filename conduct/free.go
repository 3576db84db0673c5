package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/session"
)

// FreeToMove gives up to most starts between two moments to which a booked session could be moved.
func (c *Conduct) FreeToMove(ctx context.Context, by identity.Actor, id string, from, to time.Time, most int) (free []time.Time, err error) {
	return c.freeToMove(ctx, by, id, from, to, most, false)
}

// FreeToMovePast gives those of MovePast.
func (c *Conduct) FreeToMovePast(ctx context.Context, by identity.Actor, id string, from, to time.Time, most int) (free []time.Time, err error) {
	return c.freeToMove(ctx, by, id, from, to, most, true)
}

func (c *Conduct) freeToMove(ctx context.Context, by identity.Actor, id string, from, to time.Time, most int, past bool) (free []time.Time, err error) {
	if err := by.Require("session.move"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		one, r, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := coached(by, r); err != nil {
			return err
		}
		s, err := c.situation(ctx, tx, by, r, one.Coach)
		s.Override, s.Past = false, past // the list is of times that suit everybody
		free = s.Free(session.Wish{Number: one.Number, Minutes: one.Planned, Mode: one.Mode, Moving: one.ID}, from, to, most)
		return err
	})
	return free, err
}
