package conduct

import (
	"context"
	"strings"
	"time"

	"rekindle/platform/calendar"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// TakeReply takes what a calendar program has answered to an invitation: a calendar object of the method REPLY, as it stood in a mail. The
// answer is kept and shown; it changes nothing of the session, which is moved and cancelled on one's own page alone, because calendar
// programs also answer by themselves. An answer older than the one that is known is passed over. One to no appointment of ours, or of
// neither of its two sides, is problem.NotFound.
func (c *Conduct) TakeReply(ctx context.Context, by identity.Actor, ics []byte) error {
	if err := by.Require("calendar.reply"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error { return c.takeReply(ctx, tx, by, ics) })
}

func (c *Conduct) takeReply(ctx context.Context, tx *store.Tx, by identity.Actor, ics []byte) error {
	reply, err := calendar.ReadReply(ics)
	if err != nil {
		return err
	}
	unknown := problem.New(problem.NotFound, "It is no answer to an appointment of this study")
	a, err := tx.AppointmentByUID(ctx, reply.UID)
	if err != nil {
		return orElse(ignore(err, problem.NotFound), unknown)
	}
	s, err := tx.Session(ctx, a.Session)
	if err != nil {
		return err
	}
	var from participant.Code
	for _, side := range []participant.Code{s.Participant, s.Coach} {
		p, err := person(ctx, tx, side)
		if err != nil {
			return err
		}
		if strings.EqualFold(p.Email, reply.Attendee) {
			from = side
		}
	}
	if from == "" {
		return unknown
	}
	if reply.Stamp.IsZero() {
		reply.Stamp = tx.Now()
	}
	kept, err := tx.SaveReply(ctx, store.Reply{Session: s.ID, Person: from, Answer: reply.Answer, Sequence: reply.Sequence, Stamp: reply.Stamp})
	if err != nil || !kept {
		return err
	}
	return record(ctx, tx, by, "calendar.reply", s.ID, nil, facts{"side": sideOf(s, from), "answer": reply.Answer, "sequence": reply.Sequence}, "")
}

func sideOf(s session.Session, person participant.Code) session.Side {
	if person == s.Coach {
		return session.ByCoach
	}
	return session.ByParticipant
}

// CalendarAnswer is what the calendar of one side of a session has answered to its invitation.
type CalendarAnswer struct {
	Side     session.Side
	Answer   string // "accepted", "declined" or "tentative"
	Received time.Time
	Outdated bool // the session has changed since
}

// CalendarAnswers gives the answers to the invitations to one's own sessions, by session.
func (c *Conduct) CalendarAnswers(ctx context.Context, by identity.Actor) (answers map[string][]CalendarAnswer, err error) {
	if err := by.Require("calendar.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		person, err := oneself(ctx, tx, by)
		if err != nil {
			return err
		}
		replies, err := tx.Replies(ctx, person)
		if err != nil {
			return err
		}
		answers = map[string][]CalendarAnswer{}
		for _, r := range replies {
			s, err := tx.Session(ctx, r.Session)
			if err != nil {
				return err
			}
			answers[s.ID] = append(answers[s.ID], CalendarAnswer{sideOf(s, r.Person), r.Answer, r.Received, r.Sequence < s.Sequence})
		}
		return nil
	})
	return answers, err
}
