package conduct

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"rekindle/platform/calendar"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// How coaches' calendars are read.
const (
	// staleAfter is how old what was read of a coach's calendar may be. Up to here it is believed. Beyond it, it still keeps the times
	// busy that it knows of, and every other time can still be booked, so that a broken calendar closes nobody's hours; but a booking
	// made then is unsure, and the coach is asked to confirm it, so that nothing is booked blindly.
	staleAfter = 12 * time.Hour

	busyEvery    = 15 * time.Minute // a calendar is read
	busyLease    = 2 * time.Minute  // nobody else reads it meanwhile
	busyRest     = 2 * time.Minute  // after a failure, twice as long after each
	longestBusy  = time.Hour        // but never longer
	busyAtOnce   = 8
	busyPast     = 24 * time.Hour       // what is over keeps nobody busy
	busyAhead    = 200 * 24 * time.Hour // as far as anybody can book
	busyPatience = 8 * time.Second      // of a coach who waits for the page
)

// BusyState is how a coach's calendar outside stands.
type BusyState string

// The states.
const (
	BusyNone    BusyState = ""        // there is none
	BusyWaiting BusyState = "waiting" // not read yet
	BusyFresh   BusyState = "fresh"
	BusyFailing BusyState = "failing" // the last reading failed; what was read before is young enough
	BusyStale   BusyState = "stale"   // it could not be read for too long
)

// BusyCalendar is a coach's calendar outside, as its coach sees it. Its address is a secret, of which the host alone is shown.
type BusyCalendar struct {
	State    BusyState
	Host     string
	Got      *time.Time // when it was last read
	Tried    *time.Time
	Reason   string       // why the last reading failed
	Upcoming []coach.Span // busy stretches to come, by start
	Unsure   []session.Session
}

// stale reports whether what was read of a calendar is too old to be believed alone.
func stale(b store.BusyCalendar, now time.Time) bool {
	last := b.Added
	if b.Got != nil {
		last = *b.Got
	}
	return now.Sub(last) > staleAfter
}

// unsure reports whether a booking with a coach is made without knowing the coach's calendar: there is one, and it could not be read
// for too long.
func (c *Conduct) unsure(ctx context.Context, tx *store.Tx, code coach.Code) (bool, error) {
	b, err := tx.BusyCalendar(ctx, code)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	return err == nil && stale(b, tx.Now()), err
}

// busyOutside gives the times that a coach's calendar outside keeps busy, as far as they were ever read.
func busyOutside(ctx context.Context, tx *store.Tx, code coach.Code) ([]coach.Span, error) {
	b, err := tx.BusyCalendar(ctx, code)
	return b.Spans, ignore(err, problem.NotFound)
}

// SetBusyCalendar has a coach's busy times read from an address: a calendar in iCalendar form, or its free/busy times. It is read at once;
// what failed stands in its state.
func (c *Conduct) SetBusyCalendar(ctx context.Context, by identity.Actor, address string) error {
	if err := by.Require("calendar.busy"); err != nil {
		return err
	}
	address, err := calendar.CheckAddress(address)
	if err != nil {
		return err
	}
	var b store.BusyCalendar
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Coach(ctx, by.Coach); err != nil {
			return err
		}
		b = store.BusyCalendar{Coach: by.Coach, Address: address, Added: tx.Now(), Next: tx.Now().Add(busyLease)}
		if err := tx.SaveBusyCalendar(ctx, b); err != nil {
			return err
		}
		return record(ctx, tx, by, "calendar.busy", string(by.Coach), nil, facts{"set": true}, "")
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, busyPatience)
	defer stop()
	return c.readBusy(ctx, b)
}

// RemoveBusyCalendar forgets a coach's calendar outside and what was read of it.
func (c *Conduct) RemoveBusyCalendar(ctx context.Context, by identity.Actor) error {
	if err := by.Require("calendar.busy"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		removed, err := tx.RemoveBusyCalendar(ctx, by.Coach)
		if err != nil || !removed {
			return err
		}
		return record(ctx, tx, by, "calendar.busy", string(by.Coach), nil, facts{"set": false}, "")
	})
}

// BusyCalendarOf tells a coach how the calendar outside stands, and which sessions were booked without knowing it.
func (c *Conduct) BusyCalendarOf(ctx context.Context, by identity.Actor) (k BusyCalendar, err error) {
	if err := by.Require("calendar.busy"); err != nil {
		return k, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		appointments, err := tx.Appointments(ctx, by.Coach)
		if err != nil {
			return err
		}
		sessions, err := tx.SessionsAround(ctx, by.Coach, tx.Now())
		if err != nil {
			return err
		}
		for _, s := range sessions {
			if s.State == session.Booked && appointments[s.ID].Unsure != nil {
				k.Unsure = append(k.Unsure, s)
			}
		}
		b, err := tx.BusyCalendar(ctx, by.Coach)
		if err != nil {
			return ignore(err, problem.NotFound)
		}
		k.Got, k.Tried, k.Reason = b.Got, b.Tried, b.Reason
		if u, err := url.Parse(b.Address); err == nil {
			k.Host = u.Hostname()
		}
		for _, s := range b.Spans {
			if s.To.After(tx.Now()) {
				k.Upcoming = append(k.Upcoming, s)
			}
		}
		switch {
		case stale(b, tx.Now()):
			k.State = BusyStale
		case b.Failures > 0:
			k.State = BusyFailing
		case b.Got == nil:
			k.State = BusyWaiting
		default:
			k.State = BusyFresh
		}
		return nil
	})
	return k, err
}

// ConfirmSession keeps that a coach is free for a session that was booked without knowing the coach's calendar.
func (c *Conduct) ConfirmSession(ctx context.Context, by identity.Actor, id string) error {
	if err := by.Require("session.confirm"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, _, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		a, err := tx.Appointment(ctx, s.ID)
		if err != nil || a.Unsure == nil {
			return ignore(err, problem.NotFound)
		}
		if err := tx.ConfirmAppointment(ctx, s.ID); err != nil {
			return err
		}
		return record(ctx, tx, by, "session.confirm", s.ID, nil, nil, "")
	})
}

// WaiveBusy lets a coach be booked in a stretch although the calendar outside says that they are busy in it. What is booked stays when the
// calendar changes, and whether the calendar can be believed is decided as ever.
func (c *Conduct) WaiveBusy(ctx context.Context, by identity.Actor, s coach.Span) error {
	if err := by.Require("calendar.busy"); err != nil {
		return err
	}
	return c.changeWaived(ctx, by, true, func(k *coach.Coach, now time.Time) error {
		return k.Waive(coach.Span{From: s.From.UTC().Truncate(time.Second), To: s.To.UTC().Truncate(time.Second)}, now)
	})
}

// KeepBusy takes back that a coach can be booked in a stretch; sessions that are booked in it stay.
func (c *Conduct) KeepBusy(ctx context.Context, by identity.Actor, s coach.Span) error {
	if err := by.Require("calendar.busy"); err != nil {
		return err
	}
	return c.changeWaived(ctx, by, false, func(k *coach.Coach, _ time.Time) error {
		k.Waived = slices.DeleteFunc(k.Waived, func(w coach.Span) bool { return w.From.Equal(s.From) && w.To.Equal(s.To) })
		return nil
	})
}

func (c *Conduct) changeWaived(ctx context.Context, by identity.Actor, waived bool, change func(*coach.Coach, time.Time) error) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, by.Coach)
		if err != nil {
			return err
		}
		if err := change(&k, tx.Now()); err != nil {
			return err
		}
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		return record(ctx, tx, by, "calendar.busy", string(by.Coach), nil, facts{"waived": waived, "stretches": len(k.Waived)}, "")
	})
}

// ReadBusyCalendars reads the coaches' calendars that are due, and gives how many. The network is asked outside of any transaction.
func (c *Conduct) ReadBusyCalendars(ctx context.Context, by identity.Actor) (n int, err error) {
	if err := by.Require("calendar.refresh"); err != nil {
		return 0, err
	}
	var due []store.BusyCalendar
	look := func(tx *store.Tx) (err error) {
		due, err = tx.BusyCalendarsDue(ctx, busyAtOnce)
		return err
	}
	if err := c.Store.Read(ctx, look); err != nil || len(due) == 0 {
		return 0, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error { // they are taken, so that nobody else reads them meanwhile
		if err := look(tx); err != nil {
			return err
		}
		return tx.ClaimBusyCalendars(ctx, due, tx.Now().Add(busyLease))
	})
	if err != nil {
		return 0, err
	}
	for _, b := range due {
		if err := c.readBusy(ctx, b); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// readBusy reads one calendar and keeps what it says, or why it could not be read.
func (c *Conduct) readBusy(ctx context.Context, b store.BusyCalendar) error {
	var zone *time.Location
	var now time.Time
	var own map[string]bool
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, b.Coach)
		if err != nil {
			return err
		}
		zone, now = c.zone(k.Zone), tx.Now()
		appointments, err := tx.Appointments(ctx, b.Coach)
		own = make(map[string]bool, len(appointments))
		for _, a := range appointments {
			own[a.UID] = true
		}
		if err != nil {
			return err
		}
		meetings, err := tx.SupervisionsOf(ctx, b.Coach, tx.Now().Add(-busyPast))
		for _, m := range meetings {
			own[c.meetingUID(m)] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	data, failed := c.Calendars.Fetch(ctx, b.Address)
	var spans []coach.Span
	if failed == nil {
		spans, failed = calendar.Busy(data, now.Add(-busyPast), now.Add(busyAhead), zone, func(uid string) bool { return own[uid] })
	}
	return c.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		kept, err := tx.BusyCalendar(ctx, b.Coach)
		if err != nil || kept.Address != b.Address || !kept.Added.Equal(b.Added) { // removed, or another by now
			return ignore(err, problem.NotFound)
		}
		kept.Tried = new(tx.Now())
		if failed == nil {
			kept.Spans, kept.Got, kept.Failures, kept.Reason, kept.Told, kept.Next = spans, new(tx.Now()), 0, "", nil, tx.Now().Add(busyEvery)
			return tx.SaveBusyCalendar(ctx, kept)
		}
		kept.Failures++
		kept.Reason = "It could not be read"
		if p, ok := errors.AsType[*problem.Problem](failed); ok {
			kept.Reason = p.Message
		}
		kept.Next = tx.Now().Add(min(longestBusy, busyRest<<min(kept.Failures-1, 10)))
		if stale(kept, tx.Now()) && kept.Told == nil {
			kept.Told = new(tx.Now())
			if err := c.tellStale(ctx, tx, kept); err != nil {
				return err
			}
		}
		return tx.SaveBusyCalendar(ctx, kept)
	})
}

// tellStale writes to a coach whose calendar could not be read for too long.
func (c *Conduct) tellStale(ctx context.Context, tx *store.Tx, b store.BusyCalendar) error {
	p, err := person(ctx, tx, b.Coach)
	if err != nil {
		return err
	}
	if err := record(ctx, tx, identity.Program, "calendar.stale", string(b.Coach), nil, facts{"failures": b.Failures}, ""); err != nil {
		return err
	}
	text := fmt.Sprintf("Dear %s,\n\nthe calendar from which your busy times are read could not be read for more than %d hours: %s.\n\n"+
		"The busy times that were read before still count. Your other hours stay open; whatever is booked in them meanwhile is marked, and you are asked to confirm it. "+
		"Please look at the address here:\n%s\n\n%s\n", p.Name, staleAfter/time.Hour, b.Reason, c.BaseURL+"/desk/calendar", c.contact())
	_, err = tx.Post(ctx, post.Message{Kind: "busy-calendar", Person: string(b.Coach), Dedupe: fmt.Sprintf("busy-calendar %s %s", b.Coach, b.Told.Format(time.RFC3339)), Due: tx.Now(),
		Content: post.Content{To: mailbox(p), Subject: "Your calendar cannot be read", Text: text}})
	return err
}
