package conduct

import (
	"cmp"
	"context"
	"time"

	"rekindle/platform/calendar"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// feedPast is how long an appointment that is over, or cancelled, stays in a feed: long enough for every program that reads it to see.
const feedPast = 30 * 24 * time.Hour

// oneself gives the code of whoever has a calendar here: a coach, or a participant to whom coaching is open. To others there is no such
// page.
func oneself(ctx context.Context, tx *store.Tx, by identity.Actor) (participant.Code, error) {
	if by.Role == identity.Coach {
		_, err := tx.Coach(ctx, by.Coach)
		return by.Coach, err
	}
	r, err := tx.Participant(ctx, by.Participant)
	if err != nil {
		return "", err
	}
	return r.Code, coached(by, r)
}

// MakeFeed gives somebody a secret address of their calendar, which is told this once; the one before ends. One that is busy tells when
// there is something, and nothing else.
func (c *Conduct) MakeFeed(ctx context.Context, by identity.Actor, busy bool) (address string, err error) {
	if err := by.Require("calendar.feed"); err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		person, err := oneself(ctx, tx, by)
		if err != nil {
			return err
		}
		token, err := c.token()
		if err != nil {
			return err
		}
		address = c.BaseURL + "/calendar/" + token + ".ics"
		if err := tx.SaveFeed(ctx, store.Feed{Person: person, Busy: busy, Hash: LinkHash(token)}); err != nil {
			return err
		}
		return record(ctx, tx, by, "calendar.feed", string(person), nil, facts{"made": true, "busy": busy}, "")
	})
	return address, err
}

// EndFeed ends a secret address of one's calendar; without one it does nothing.
func (c *Conduct) EndFeed(ctx context.Context, by identity.Actor, busy bool) error {
	if err := by.Require("calendar.feed"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		person, err := oneself(ctx, tx, by)
		if err != nil {
			return err
		}
		ended, err := tx.EndFeed(ctx, person, busy)
		if err != nil || !ended {
			return err
		}
		return record(ctx, tx, by, "calendar.feed", string(person), nil, facts{"made": false, "busy": busy}, "")
	})
}

// Feeds gives which secret addresses of one's calendar there are; the addresses themselves are not kept.
func (c *Conduct) Feeds(ctx context.Context, by identity.Actor) (feeds []store.Feed, err error) {
	if err := by.Require("calendar.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		person, err := oneself(ctx, tx, by)
		if err != nil {
			return err
		}
		feeds, err = tx.Feeds(ctx, person)
		return err
	})
	return feeds, err
}

// ReadFeed gives the calendar behind the token of a secret address. It asks for nothing but the token, and changes nothing; a token that
// is nobody's is problem.NotFound.
func (c *Conduct) ReadFeed(ctx context.Context, token string) (data []byte, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.FeedByHash(ctx, LinkHash(token))
		if err != nil {
			return err
		}
		sessions, err := tx.SessionsAround(ctx, f.Person, tx.Now().Add(-feedPast))
		if err != nil {
			return err
		}
		events, err := c.events(ctx, tx, f.Person, sessions)
		if err != nil {
			return err
		}
		meetings, err := c.meetingEvents(ctx, tx, f.Person, tx.Now().Add(-feedPast))
		if err != nil {
			return err
		}
		events = append(events, meetings...)
		title := "Appointments"
		if f.Busy {
			title = "Busy"
			for i := range events {
				events[i].Summary, events[i].Description, events[i].Location, events[i].URL = "Busy", "", "", ""
			}
		}
		data, err = calendar.Feed(title, c.sender(), events)
		return err
	})
	if problem.Is(err, problem.NotFound) {
		return nil, strangers()
	}
	return data, err
}

// AppointmentFile gives one session of one's own as a file for any calendar.
func (c *Conduct) AppointmentFile(ctx context.Context, by identity.Actor, id string) (data []byte, err error) {
	if err := by.Require("calendar.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		person, err := oneself(ctx, tx, by)
		if err != nil {
			return err
		}
		s, _, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		events, err := c.events(ctx, tx, person, []session.Session{s})
		if err != nil {
			return err
		}
		data, err = calendar.Feed("", c.sender(), events)
		return err
	})
	return data, err
}

// events are sessions in the calendar of one of their sides.
func (c *Conduct) events(ctx context.Context, tx *store.Tx, code participant.Code, sessions []session.Session) (events []calendar.Event, err error) {
	appointments, err := tx.Appointments(ctx, code)
	if err != nil {
		return nil, err
	}
	rooms := map[coach.Code]coach.Profile{}
	for _, s := range sessions {
		r, err := reader(ctx, tx, c, s, code)
		if err != nil {
			return nil, err
		}
		a, known := appointments[s.ID]
		if !known { // booked before calendars were told of anything
			a = store.Appointment{Session: s.ID, UID: s.ID + "@" + c.domain(), Changed: s.BookedAt}
		}
		if _, read := rooms[s.Coach]; !read {
			k, err := tx.Coach(ctx, s.Coach)
			if err != nil {
				return nil, err
			}
			rooms[s.Coach] = k.Profile
		}
		events = append(events, c.event(s, a, r, rooms[s.Coach]))
	}
	return events, nil
}

// meetingEvents are the supervision meetings of a coach that begin after a moment; nobody else has any. What they are stands on the desk, not in
// calendars that colleagues may read.
func (c *Conduct) meetingEvents(ctx context.Context, tx *store.Tx, code coach.Code, from time.Time) (events []calendar.Event, err error) {
	meetings, err := tx.SupervisionsOf(ctx, code, from)
	for _, m := range meetings {
		address := c.BaseURL + "/desk/supervision/" + m.ID
		events = append(events, calendar.Event{UID: c.meetingUID(m), Sequence: m.Sequence, Start: m.Start, End: m.End(), Stamp: m.Changed,
			Cancelled: m.State == coach.SupervisionCancelled, Summary: c.CalendarTitle("en"), Description: address, URL: address})
	}
	return events, err
}

// meetingUID is the name of a supervision meeting in calendars.
func (c *Conduct) meetingUID(m coach.Supervision) string { return m.ID + "@" + c.domain() }

// sender is the address that mail comes from, as far as is known before any mail goes.
func (c *Conduct) sender() string { return cmp.Or(c.Sender, c.Protocol.Contact.Email) }
