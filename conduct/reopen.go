package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// ReopenSession takes back what a coach recorded of a session by a slip, with the reason, so that it is recorded anew. What stood before stays
// in the trail; dose, pay and the start of the participant's coaching follow. Where another session has been booked in its place since, that
// one stands.
func (c *Conduct) ReopenSession(ctx context.Context, by identity.Actor, id, reason string) error {
	if err := by.Require("session.reopen"); err != nil {
		return err
	}
	reason, err := reasoned(reason)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		s, r, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		before := facts{"state": s.State, "minutes": s.Actual, "missed": s.Missed}
		if err := s.Reopen(); err != nil {
			return err
		}
		if err := tx.SaveSession(ctx, s, c.buffer()); err != nil {
			switch tx.Constraint(err) {
			case "session_number", "session_coach_overlap", "session_participant_overlap":
				return problem.New(problem.Conflict, "Another session has been booked in its place since").
					Instead("Cancel that one first, or write to %s.", c.Protocol.Contact.Email).Because(err)
			}
			return err
		}
		if err := c.began(ctx, tx, r); err != nil {
			return err
		}
		return record(ctx, tx, by, "session.reopen", s.ID, before, facts{"state": s.State}, reason)
	})
}

// began sets the start of a participant's coaching to that of the first session held; none: it has not begun.
func (c *Conduct) began(ctx context.Context, tx *store.Tx, r participant.Record) error {
	all, err := tx.Sessions(ctx, r.Code)
	if err != nil {
		return err
	}
	r.StartedAt = nil
	for _, s := range all { // by start
		if s.State == session.Held {
			r.StartedAt = &s.Start
			break
		}
	}
	return tx.SaveParticipant(ctx, r)
}
