package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// sessionOf gives a session that belongs to the actor: their own, one of their coachees', or any for staff. Another's does not exist.
func sessionOf(ctx context.Context, tx *store.Tx, by identity.Actor, id string) (session.Session, participant.Record, error) {
	s, err := tx.Session(ctx, id)
	if err != nil {
		return s, participant.Record{}, err
	}
	if by.Role == identity.Participant && s.Participant != by.Participant || by.Role == identity.Coach && s.Coach != by.Coach {
		return session.Session{}, participant.Record{}, problem.New(problem.NotFound, "There is no such session")
	}
	r, err := tx.Participant(ctx, s.Participant)
	return s, r, err
}

// Move gives a booked session another start, in one update of its row. A participant cannot move it once it is late by the protocol; the
// coach and a coordinator can, and so can the participant where the coach is on leave. The same rule as for booking decides.
func (c *Conduct) Move(ctx context.Context, by identity.Actor, id string, start time.Time) (moved session.Session, err error) {
	return c.move(ctx, by, id, start, false)
}

// MovePast moves a session as Move does, also past booked ones that must come after it: those are cancelled, at nobody's cost, to be planned
// anew. Otherwise the first session, in the leave of a coach, could go nowhere before each of the others has been moved. It overtakes no
// session that could not be moved by the same person.
func (c *Conduct) MovePast(ctx context.Context, by identity.Actor, id string, start time.Time) (moved session.Session, err error) {
	return c.move(ctx, by, id, start, true)
}

func (c *Conduct) move(ctx context.Context, by identity.Actor, id string, start time.Time, past bool) (moved session.Session, err error) {
	if err := by.Require("session.move"); err != nil {
		return moved, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, r, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := coached(by, r); err != nil {
			return err
		}
		situation, err := c.situation(ctx, tx, by, r, s.Coach)
		if err != nil {
			return err
		}
		situation.Past = past
		if err := c.movable(by, s, situation); err != nil {
			return err
		}
		if start.Equal(s.Start) {
			moved = s
			return nil
		}
		w := session.Wish{Start: start.UTC(), Number: s.Number, Minutes: s.Planned, Mode: s.Mode, Moving: s.ID}
		if err := situation.Bookable(w); err != nil {
			return c.nearest(err, situation, w, r)
		}
		for _, other := range situation.Overtaken(w) {
			if err := c.movable(by, other, situation); err != nil {
				return err
			}
			other.Missed = accountOf(by)
			if situation.Coach.OnLeave(coach.Span{From: other.Start, To: other.End()}) {
				other.Missed = session.ByCoach
			}
			if err := c.giveUp(ctx, tx, by, other); err != nil {
				return err
			}
		}
		before := s.Start
		s.Start = w.Start
		s.Sequence++
		if err := tx.SaveSession(ctx, s, c.buffer()); err != nil {
			return c.taken(tx, err, situation, w, r)
		}
		if err := record(ctx, tx, by, "session.move", s.ID, facts{"start": before}, told(s), ""); err != nil {
			return err
		}
		moved = s
		if err := c.tellCalendars(ctx, tx, by, s); err != nil {
			return err
		}
		return c.remindOf(ctx, tx, r, s)
	})
	return moved, err
}

// movable says why somebody cannot move a session.
func (c *Conduct) movable(by identity.Actor, s session.Session, situation session.Situation) error {
	excused := situation.Coach.OnLeave(coach.Span{From: s.Start, To: s.End()})
	switch {
	case s.State != session.Booked:
		return problem.New(problem.Conflict, "The session is %s already", s.State)
	case !situation.Now.Before(s.Start):
		return problem.New(problem.Conflict, "The session has begun")
	case by.Role == identity.Participant && s.Late(c.Protocol.Coaching, situation.Now) && !excused:
		return problem.New(problem.Conflict, "A session can be moved until %d hours before it", c.Protocol.Coaching.LateHours).Instead("Ask your coach to move it, or cancel it.")
	}
	return nil
}
