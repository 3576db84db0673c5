package conduct

import (
	"context"
	"errors"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// Propose gives a start for each session of the plan that is still to be booked: the first at first, the others every so many days at the
// same time by the participant's clock, each moved to the nearest time that is free. Where one finds none, that is a conflict, and those before
// it are given too. It books nothing.
func (c *Conduct) Propose(ctx context.Context, by identity.Actor, code participant.Code, first time.Time, every int) (starts []time.Time, err error) {
	if err := by.RequireFor("session.book", code); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		r, with, err := c.bookableBy(ctx, tx, by, code)
		if err != nil {
			return err
		}
		s, err := c.situation(ctx, tx, by, r, with)
		if err != nil {
			return err
		}
		s.Override = false // as in the list of free times
		series, err := s.Series(first, every, c.mode("", s.Coach), c.zone(r.Zone))
		for _, w := range series {
			starts = append(starts, w.Start)
		}
		return err
	})
	return starts, err
}

// BookSeries books several sessions of a participant at once, the next of the plan at the first start and so on: all of them, or none.
// Each is a session of its own, which can be moved or cancelled alone. A refusal names the start that it is about, as starts[2], and
// the nearest free times.
func (c *Conduct) BookSeries(ctx context.Context, by identity.Actor, code participant.Code, starts []time.Time, mode string) (booked []session.Session, err error) {
	if err := by.RequireFor("session.book", code); err != nil {
		return nil, err
	}
	if len(starts) == 0 {
		return nil, problem.New(problem.Invalid, "No time is chosen").On("starts").Instead("Choose a time for each session.")
	}
	order := make([]int, len(starts)) // by time; a refusal names the place in which the start was given
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return starts[a].Compare(starts[b]) })
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		booked = nil
		r, with, err := c.bookableBy(ctx, tx, by, code)
		if err != nil {
			return err
		}
		s, err := c.situation(ctx, tx, by, r, with)
		if err != nil {
			return err
		}
		for _, i := range order {
			one, err := c.bookNext(ctx, tx, by, r, s, Booking{Participant: code, Start: starts[i], Mode: mode})
			if p, ok := errors.AsType[*problem.Problem](err); ok && p.Field == "start" {
				return p.On("starts[%d]", i)
			}
			if err != nil {
				return err
			}
			booked = append(booked, one)
			s.Theirs = append(s.Theirs, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return booked, nil
}
