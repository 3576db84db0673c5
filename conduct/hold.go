package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// Held is what a coach records of a session: the minutes it really took, the steps of the framework, and themes by code.
type Held struct {
	Minutes int
	Steps   []string
	Themes  []string
}

// Hold records that a session took place. The first one held starts a participant's coaching. What was spoken of is no part of the trail.
func (c *Conduct) Hold(ctx context.Context, by identity.Actor, id string, h Held) (session.Session, error) {
	return c.closeSession(ctx, by, "session.hold", id, func(s *session.Session, tx *store.Tx) error {
		themes, err := c.themes()
		if err != nil {
			return err
		}
		return s.Hold(c.Protocol.Coaching, h.Minutes, h.Steps, h.Themes, themes, tx.Now())
	})
}

// Miss records that one side did not come. A participant may say so of the coach only.
func (c *Conduct) Miss(ctx context.Context, by identity.Actor, id string, side session.Side) (session.Session, error) {
	return c.closeSession(ctx, by, "session.miss", id, func(s *session.Session, tx *store.Tx) error {
		if by.Role == identity.Participant && side != session.ByCoach {
			return problem.New(problem.Forbidden, "Your coach records that you did not come")
		}
		return s.Miss(side, tx.Now())
	})
}

// Cancel cancels a booked session; within the protocol's hours it is late. A coordinator's cancellation is nobody's miss, and one for
// which the coach's leave is the reason is the coach's, whoever cancels.
func (c *Conduct) Cancel(ctx context.Context, by identity.Actor, id string) (session.Session, error) {
	return c.cancel(ctx, by, id, accountOf(by))
}

// CancelFor cancels as Cancel does, for a side that has asked the office for it, as by telephone: on its account, so that it does not
// matter who pressed the button. No side is nobody's. Only a coordinator acts for others.
func (c *Conduct) CancelFor(ctx context.Context, by identity.Actor, id string, side session.Side) (session.Session, error) {
	switch {
	case by.Role != identity.Coordinator:
		return session.Session{}, strangers()
	case side != "" && side != session.ByParticipant && side != session.ByCoach:
		return session.Session{}, problem.New(problem.Invalid, "%.20q is no side of a session", side).On("side").Instead("Say %s or %s.", session.ByParticipant, session.ByCoach)
	}
	return c.cancel(ctx, by, id, side)
}

func (c *Conduct) cancel(ctx context.Context, by identity.Actor, id string, side session.Side) (session.Session, error) {
	return c.closeSession(ctx, by, "session.cancel", id, func(s *session.Session, tx *store.Tx) error {
		away, err := inLeave(ctx, tx, *s)
		if err != nil {
			return err
		}
		if away {
			side = session.ByCoach
		}
		return s.Cancel(c.Protocol.Coaching, side, tx.Now())
	})
}

// CorrectSession gives a session that was held other minutes, with the reason. What stood before stays in the trail; dose and pay follow.
func (c *Conduct) CorrectSession(ctx context.Context, by identity.Actor, id string, minutes int, reason string) error {
	if err := by.Require("session.correct"); err != nil {
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
		s, _, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		before := s.Actual
		if err := s.Correct(minutes); err != nil || s.Actual == before {
			return err
		}
		if err := tx.SaveSession(ctx, s, c.buffer()); err != nil {
			return err
		}
		return record(ctx, tx, by, "session.correct", s.ID, facts{"minutes": before}, facts{"minutes": s.Actual}, reason)
	})
}

// reasoned gives the reason for a change of what a coach has recorded, of a length that can be kept.
func reasoned(reason string) (string, error) {
	if reason = strings.TrimSpace(shorten(reason)); reason == "" {
		return "", problem.New(problem.Invalid, "The reason is missing").On("reason").Instead("Say in a few words what was wrong.")
	}
	return reason, nil
}

// closeSession changes what became of a session.
func (c *Conduct) closeSession(ctx context.Context, by identity.Actor, verb, id string, change func(*session.Session, *store.Tx) error) (s session.Session, err error) {
	if err := by.Require(verb); err != nil {
		return s, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		var r participant.Record
		if s, r, err = sessionOf(ctx, tx, by, id); err != nil {
			return err
		}
		if err := change(&s, tx); err != nil {
			return err
		}
		if err := tx.SaveSession(ctx, s, c.buffer()); err != nil {
			return err
		}
		if s.State == session.Held && (r.StartedAt == nil || s.Start.Before(*r.StartedAt)) {
			r.StartedAt = &s.Start
			if err := tx.SaveParticipant(ctx, r); err != nil {
				return err
			}
		}
		what := facts{"state": s.State, "participant": s.Participant, "number": s.Number}
		if s.State == session.Held {
			what["minutes"] = s.Actual
		}
		if s.Missed != "" {
			what["missed"] = s.Missed
		}
		if err := record(ctx, tx, by, verb, s.ID, facts{"state": session.Booked}, what, ""); err != nil || standing(s) {
			return err
		}
		return c.tellCalendars(ctx, tx, by, s)
	})
	return s, err
}

// themes gives the codes of the protocol's themes: the first select-all item of the instrument it names.
func (c *Conduct) themes() ([]string, error) {
	if c.Protocol.Coaching.Themes == "" {
		return nil, nil
	}
	in, err := instrument.Find(c.Protocol.Coaching.Themes)
	if err != nil {
		return nil, err
	}
	for _, item := range in.Items {
		if item.Scale.Kind == instrument.SelectAll {
			return item.Scale.Allowed(), nil
		}
	}
	return nil, nil
}

// cancelBooked cancels all booked sessions of a participant that have not begun, on nobody's account but a side's. What lies in the coach's
// leave is on the coach's, as where the participant cancels it alone.
func (c *Conduct) cancelBooked(ctx context.Context, tx *store.Tx, code participant.Code, side session.Side) error {
	all, err := tx.Sessions(ctx, code)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.State != session.Booked || !tx.Now().Before(s.Start) {
			continue
		}
		away, err := inLeave(ctx, tx, s)
		if err != nil {
			return err
		}
		s.State, s.Missed = session.Cancelled, side
		if side == session.ByParticipant && away {
			s.Missed = session.ByCoach
		} else if side == session.ByParticipant && s.Late(c.Protocol.Coaching, tx.Now()) {
			s.State = session.LateCancelled
		}
		if err := c.giveUp(ctx, tx, identity.Program, s); err != nil {
			return err
		}
	}
	return nil
}

// giveUp saves the cancellation of a session, on the account of whoever its Missed names; State Booked becomes Cancelled.
func (c *Conduct) giveUp(ctx context.Context, tx *store.Tx, by identity.Actor, s session.Session) error {
	if s.State == session.Booked {
		s.State = session.Cancelled
	}
	s.Sequence++
	s.ClosedAt = new(tx.Now())
	if err := tx.SaveSession(ctx, s, c.buffer()); err != nil {
		return err
	}
	if err := record(ctx, tx, by, "session.cancel", s.ID, facts{"state": session.Booked}, facts{"state": s.State, "participant": s.Participant, "number": s.Number}, ""); err != nil {
		return err
	}
	return c.tellCalendars(ctx, tx, by, s)
}

// accountOf gives on whose account somebody cancels: their own side; staff is on none.
func accountOf(by identity.Actor) session.Side {
	return map[identity.Role]session.Side{identity.Participant: session.ByParticipant, identity.Coach: session.ByCoach}[by.Role]
}
