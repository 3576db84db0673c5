package conduct

import (
	"context"
	"time"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// staleAfter is how old what was read of a coach's calendar may be. Up to here it is believed. Beyond it, it still keeps the times busy
// that it knows of, and every other time can still be booked; but a booking made then is unsure, and the coach is asked to confirm it.
const staleAfter = 12 * time.Hour

// unsure reports whether a booking with a coach is made without knowing the coach's calendar: there is one, and it could not be read
// for too long.
func (c *Conduct) unsure(ctx context.Context, tx *store.Tx, code coach.Code) (bool, error) {
	b, err := tx.BusyCalendar(ctx, code)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	return err == nil && stale(b, tx.Now()), err
}

// stale reports whether what was read of a calendar is too old to be believed alone.
func stale(b store.BusyCalendar, now time.Time) bool {
	last := b.Added
	if b.Got != nil {
		last = *b.Got
	}
	return now.Sub(last) > staleAfter
}
