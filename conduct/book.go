package conduct

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// Booking is the wish for the next session of a participant.
type Booking struct {
	Participant participant.Code
	Start       time.Time
	Mode        string // of the protocol's; empty: its first
}

// situation gathers what decides on a session of a participant with a coach.
func (c *Conduct) situation(ctx context.Context, tx *store.Tx, by identity.Actor, r participant.Record, with coach.Code) (s session.Situation, err error) {
	s = session.Situation{Now: tx.Now(), Plan: c.Protocol.Coaching, Override: by.Role == identity.Coach || by.Role == identity.Coordinator}
	s.Opens, s.Closes = c.Protocol.CoachingPeriod(*r.UnlockedAt)
	if s.Coach, err = tx.Coach(ctx, with); err != nil {
		return s, err
	}
	s.Zone = c.zone(s.Coach.Zone)
	s.Certification = coach.Certified(c.Protocol.Coaching.Certification, s.Coach.Certification, tx.Now())
	if s.Theirs, err = tx.Sessions(ctx, r.Code); err != nil {
		return s, err
	}
	const day = 24 * time.Hour // no session lasts longer
	others, err := tx.SessionsOfCoach(ctx, with, s.Opens.Add(-day), s.Closes.Add(day))
	for _, o := range others {
		if o.Live() && o.Participant != r.Code {
			s.CoachBusy = append(s.CoachBusy, coach.Span{From: o.Start, To: o.End()})
			s.CoachStarts = append(s.CoachStarts, o.Start)
		}
	}
	if err != nil {
		return s, err
	}
	outside, err := busyOutside(ctx, tx, with)
	s.CoachBusy = append(s.CoachBusy, s.Coach.Occupied(outside)...)
	if err != nil {
		return s, err
	}
	meetings, err := tx.SupervisionSpans(ctx, with, s.Now)
	s.CoachBusy = append(s.CoachBusy, meetings...)
	return s, err
}

// bookableBy gives a participant who may be booked for: coaching is open, a coach chosen, and the actor is the participant, that coach,
// or staff. Everybody else learns of nothing.
func (c *Conduct) bookableBy(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) (r participant.Record, with coach.Code, err error) {
	if r, err = tx.Participant(ctx, code); err != nil {
		return r, "", err
	}
	if err := coached(by, r); err != nil {
		return r, "", err
	}
	p, err := tx.Pairing(ctx, code)
	switch {
	case by.Role == identity.Coach && (err != nil || p.Coach != by.Coach):
		return r, "", strangers()
	case problem.Is(err, problem.NotFound):
		return r, "", problem.New(problem.Conflict, "No coach is chosen yet").Instead("Choose a coach first.")
	}
	return r, p.Coach, err
}

// Free gives up to most bookable starts of a participant's next session between two moments.
func (c *Conduct) Free(ctx context.Context, by identity.Actor, code participant.Code, from, to time.Time, most int) (free []time.Time, err error) {
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
		s.Override = false // the list is of times that suit everybody
		w := session.Wish{Mode: c.mode("", s.Coach)}
		if w.Number, w.Minutes, err = session.Next(s.Plan, s.Theirs); err != nil {
			return err
		}
		free = s.Free(w, from, to, most)
		return nil
	})
	return free, err
}

// mode is the way of meeting that was wished for, or the first of the protocol that the coach offers.
func (c *Conduct) mode(wished string, k coach.Coach) string {
	if wished == "" {
		for _, m := range c.Protocol.Coaching.Modes {
			if k.Profile.Offers(m) {
				return m
			}
		}
	}
	return wished
}

// Book books the next session of the plan with the participant's coach: the first has its own length. Participants book for themselves,
// coaches for their coachees, coordinators for anybody; coaches and coordinators may book outside the hours and the notice. A refusal says
// why and names the nearest free times.
func (c *Conduct) Book(ctx context.Context, by identity.Actor, b Booking) (booked session.Session, err error) {
	if err := by.RequireFor("session.book", b.Participant); err != nil {
		return booked, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		r, with, err := c.bookableBy(ctx, tx, by, b.Participant)
		if err != nil {
			return err
		}
		s, err := c.situation(ctx, tx, by, r, with)
		if err != nil {
			return err
		}
		booked, err = c.bookNext(ctx, tx, by, r, s, b)
		return err
	})
	return booked, err
}

// bookNext books the next session of the plan, as far as the situation allows.
func (c *Conduct) bookNext(ctx context.Context, tx *store.Tx, by identity.Actor, r participant.Record, s session.Situation, b Booking) (booked session.Session, err error) {
	w := session.Wish{Start: b.Start.UTC(), Mode: c.mode(b.Mode, s.Coach)}
	if w.Number, w.Minutes, err = session.Next(s.Plan, s.Theirs); err != nil {
		return booked, err
	}
	if err := s.Bookable(w); err != nil {
		return booked, c.nearest(err, s, w, r)
	}
	booked = session.Session{Participant: r.Code, Coach: s.Coach.Code, Number: w.Number, Start: w.Start, Planned: w.Minutes, Mode: w.Mode, State: session.Booked, BookedAt: tx.Now()}
	if booked.ID, err = c.token(); err != nil {
		return booked, err
	}
	if err := tx.AddSession(ctx, booked, c.buffer()); err != nil {
		return booked, c.taken(tx, err, s, w, r)
	}
	if err := record(ctx, tx, by, "session.book", booked.ID, nil, told(booked), ""); err != nil {
		return booked, err
	}
	if err := c.tellCalendars(ctx, tx, by, booked); err != nil {
		return booked, err
	}
	return booked, c.remindOf(ctx, tx, r, booked)
}

func (c *Conduct) buffer() time.Duration {
	return time.Duration(c.Protocol.Coaching.BufferMinutes) * time.Minute
}

// told is what an event tells of a session.
func told(s session.Session) facts {
	return facts{"participant": s.Participant, "coach": s.Coach, "number": s.Number, "start": s.Start, "minutes": s.Planned, "mode": s.Mode, "state": s.State}
}

// nearest adds the nearest free times to a refusal, by the participant's clock.
func (c *Conduct) nearest(refusal error, s session.Situation, w session.Wish, r participant.Record) error {
	p, ok := errors.AsType[*problem.Problem](refusal)
	if !ok || p.Kind != problem.Conflict || p.Field != "start" {
		return refusal
	}
	s.Override = false
	var times []string
	for _, t := range s.Nearest(w) {
		times = append(times, t.In(c.zone(r.Zone)).Format("Mon Jan 2 15:04 MST"))
	}
	if len(times) > 0 {
		p.Remedy = fmt.Sprintf("The nearest free times are %s.", strings.Join(times, ", "))
	}
	return p
}

// taken turns an overlap that the database has refused into the answer that the rule would have given.
func (c *Conduct) taken(tx *store.Tx, err error, s session.Situation, w session.Wish, r participant.Record) error {
	switch tx.Constraint(err) {
	case "session_coach_overlap", "session_participant_overlap", "session_number":
		return c.nearest(problem.New(problem.Conflict, "That time has just been taken").On("start").Because(err), s, w, r)
	}
	return err
}

// remindOf plans the mails about a session, again where it has moved. Those that somebody has moved keep their distance from the time
// that the protocol has for them.
func (c *Conduct) remindOf(ctx context.Context, tx *store.Tx, r participant.Record, s session.Session) error {
	before, err := tx.Messages(ctx, r.Code)
	if err != nil {
		return err
	}
	var messages []store.Message
	for _, m := range c.Protocol.Messages {
		if m.Anchor != study.FromSession {
			continue
		}
		for _, d := range c.plan(r, m, s.Start, false, time.Time{}, s.ID) {
			i := slices.IndexFunc(before, func(old store.Message) bool {
				return old.Session == d.Session && old.Message == d.Message && old.Occurrence == d.Occurrence
			})
			if i >= 0 && before[i].Shift != 0 {
				c.put(&d, r, d.Wanted.Add(before[i].Shift), s.Start)
			}
			if !d.Due.Before(tx.Now()) {
				messages = append(messages, d)
			}
		}
	}
	return tx.PlanMessages(ctx, messages)
}
