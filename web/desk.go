package web

import (
	"net/http"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/session"
)

// deskSession is one session as its coach's pages tell of it, by the coach's clock.
type deskSession struct {
	session.Session
	Who       string
	From, To  time.Time
	There     string // the coachee's clock, where it shows another time
	Of        int    // sessions of the plan
	Displaced bool   // in the coach's leave
	Begun     bool
	Over      bool
	Call, URL string // how the coachee is met: a telephone number, or the address of the coach's room
	Unmet     string // what is missing of that; empty: nothing
}

// Day reports "Today", "Tomorrow", or the day.
func (d deskSession) Day(now time.Time) string {
	switch midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()); {
	case !d.From.Before(midnight) && d.From.Before(midnight.AddDate(0, 0, 1)):
		return "Today"
	case !d.From.Before(midnight.AddDate(0, 0, 1)) && d.From.Before(midnight.AddDate(0, 0, 2)):
		return "Tomorrow"
	}
	return d.From.Format("Monday, January 2")
}

// Due reports whether what became of the session is still to be said.
func (d deskSession) Due() bool { return d.State == session.Booked && d.Begun }

// Outcome says what became of a session.
func (d deskSession) Outcome() string {
	switch {
	case d.State == session.Booked && d.Begun:
		return "To be closed"
	case d.State == session.Held:
		return "Held, " + count(d.Actual, "minute", "minutes")
	case d.State == session.NoShow && d.Missed == session.ByCoach:
		return "You could not come"
	case d.State == session.NoShow:
		return "Did not come"
	case d.State == session.LateCancelled:
		return "Cancelled late"
	}
	return title(d.State)
}

// unknown is a coachee whose name is no longer kept.
const unknown = "Somebody who has left"

// deskOf gives the coach who asks their desk.
func (s *Site) deskOf(r *http.Request) (conduct.Desk, error) {
	return s.Conduct.Desk(r.Context(), actor(r))
}

// sessionLine tells of one session of a desk.
func (s *Site) sessionLine(d conduct.Desk, one session.Session) deskSession {
	line := deskSession{Session: one, Who: unknown, From: one.Start.In(d.Zone), To: one.End().In(d.Zone), Of: len(s.Conduct.Protocol.Coaching.Sessions),
		Displaced: d.Displaced(one), Begun: !d.Now.Before(one.Start), Over: !d.Now.Before(one.End())}
	if who, err := d.Find(one.Participant); err == nil {
		if who.Name != "" {
			line.Who = who.Name
		}
		if there := one.Start.In(who.Zone); there.Format("15:04 -0700") != line.From.Format("15:04 -0700") {
			line.There = there.Format("15:04 MST")
		}
		switch one.Mode {
		case "phone":
			switch line.Call = who.Phone; {
			case line.Call != "" || who.Former:
			case d.Coach.Profile.Phone != "":
				line.Unmet = "There is no number of theirs here. They see yours, and call you."
			default:
				line.Unmet = "Neither of you has given a telephone number. Add yours, or write to them."
			}
		case "video":
			if line.URL = d.Coach.Profile.Room; line.URL == "" && !who.Former {
				line.Unmet = "You have given no video room. Add one, or send your coachee the address of the call."
			}
		}
	}
	return line
}

// onClock reads a date and a time by the clock of a zone; an hour that the clocks skip is refused.
func onClock(date, clock string, zone *time.Location) (time.Time, error) {
	typed := strings.TrimSpace(date) + " " + strings.TrimSpace(clock)
	t, err := time.ParseInLocation("2006-01-02 15:04", typed, zone)
	switch {
	case err != nil:
		return t, problem.New(problem.Invalid, "%.40q is no date and time", strings.TrimSpace(typed)).On("start").Instead("Give both, as 2021-08-16 and 14:30.")
	case t.Format("2006-01-02 15:04") != typed:
		return t, problem.New(problem.Invalid, "The clocks are put forward over %s that day", clock).On("start").Instead("Choose another hour.")
	}
	return t, nil
}
