package followup

import (
	"slices"
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Quiet is when no planned mail arrives: from From o'clock to To o'clock by the reader's clock, over midnight where From is the
// larger, and on holidays all day. From == To: no hour is quiet.
type Quiet struct {
	From, To int
	Holidays []study.Date
}

// Night is the quiet of people who work by day.
var Night = Quiet{From: 21, To: 7}

// Before gives when a mail wanted at t goes that is of no use from a moment on: Next, or t itself where the end of the quiet would be too
// late. The zero moment: it is always of use.
func (q Quiet) Before(t, until time.Time, zone *time.Location) time.Time {
	if next := q.Next(t, zone); until.IsZero() || next.Before(until) || !t.Before(until) {
		return next
	}
	return t
}

// Next gives t itself, or the end of the quiet hours or holidays where t is in them.
func (q Quiet) Next(t time.Time, zone *time.Location) time.Time {
	for {
		next := q.hours(t, zone)
		if day := study.DateOf(next, zone); slices.Contains(q.Holidays, day) {
			next = day.After(1).Start(zone)
		}
		if next.Equal(t) {
			return t
		}
		t = next
	}
}

// hours gives t itself, or the end of the quiet hours where t is in them.
func (q Quiet) hours(t time.Time, zone *time.Location) time.Time {
	hour := t.In(zone).Hour()
	var quiet bool
	if q.From <= q.To {
		quiet = hour >= q.From && hour < q.To
	} else {
		quiet = hour >= q.From || hour < q.To
	}
	if !quiet {
		return t
	}
	day := study.DateOf(t, zone)
	if q.From > q.To && hour >= q.From {
		day = day.After(1)
	}
	return day.Hour(zone, q.To)
}

// Planned is one mail of a protocol's message to one person, before anybody knows whether it will still be due.
type Planned struct {
	Message    string    // its ID
	Occurrence int       // index in Message.Days
	Wanted     time.Time // when the protocol has it
	At         time.Time // Wanted, or the end of the quiet hours where it is in them
	Answers    bool      // what its reader has just done, so that it goes at once
}

// Plan gives the mails of a message that is counted from anchor, as study.Protocol.MessageTimes has them, but none in the quiet
// hours of the reader's zone. Where the anchor is something that the reader has just done, a mail at its very moment answers that, and
// does not wait for the morning; nor does one about a session that would come only after it had begun.
func Plan(p *study.Protocol, m study.Message, anchor time.Time, readersAct bool, zone *time.Location, quiet Quiet) []Planned {
	var planned []Planned
	var until time.Time
	if m.Anchor == study.FromSession {
		until = anchor
	}
	for i, at := range p.MessageTimes(m, anchor) {
		one := Planned{Message: m.ID, Occurrence: i, Wanted: at, At: at, Answers: readersAct && at.Equal(anchor)}
		if !one.Answers {
			one.At = quiet.Before(at, until, zone)
		}
		planned = append(planned, one)
	}
	return planned
}

// AnswersFor is for how long a mail answers what its reader has done: later it is a mail like any other, and waits for the morning.
const AnswersFor = time.Hour

// Goes gives when a planned mail goes whose time has come, by the clock of its reader as it is now: now, or the end of the quiet hours.
// until is the moment from which on it is of no use.
func (q Quiet) Goes(p Planned, now, until time.Time, zone *time.Location) time.Time {
	if p.Answers && now.Before(p.Wanted.Add(AnswersFor)) {
		return now
	}
	return q.Before(now, until, zone)
}

// Facts is what decides, at the moment of sending, whether a mail is still due.
type Facts struct {
	Status        participant.Status
	Use           participant.Use
	Arm           string // empty: not allocated
	Bounced       bool   // the address takes no mail
	OptedOut      bool   // wants no mail
	EnrolmentOpen bool
	Visit         assessment.VisitState // of the message's visit
	CoachingOpen  bool                  // coaching is open to the person now
	CoachChosen   bool
	SessionBooked bool // a session is booked or was held
	GoalsOpen     bool // for a weekly check-in: goals of this week or the last are not looked back at, and the person wants these mails
	SessionStands bool // for a mail about one session: it is still booked for the time that was meant
}

// Still says whether a mail is still due; why says in a few words what has made it needless, empty where it is due.
func Still(m study.Message, f Facts) (due bool, why string) {
	in := func(all ...participant.Status) bool { return slices.Contains(all, f.Status) }
	switch {
	case f.Bounced:
		return false, "the address takes no mail"
	case in(participant.Declined) || in(participant.Excluded):
		return false, string(f.Status)
	case f.OptedOut, !f.Use.Contact():
		return false, "wants no more mail"
	case len(m.Arms) > 0 && !slices.Contains(m.Arms, f.Arm):
		return false, "for another arm"
	}
	switch m.Purpose {
	case study.Announcement:
		switch {
		case !in(participant.Listed, participant.Invited, participant.Consented):
			return false, string(f.Status)
		case !f.EnrolmentOpen:
			return false, "enrolment is closed"
		}
	case study.SurveyOpen, study.SurveyReminder:
		switch {
		case f.Visit == assessment.Finished:
			return false, "the survey is complete"
		case f.Visit != assessment.Open:
			return false, "the survey is not open"
		}
	case study.ChooseCoach, study.FirstSession:
		switch {
		case f.Status == participant.Withdrawn || !f.CoachingOpen:
			return false, "coaching is not open"
		case m.Purpose == study.ChooseCoach && f.CoachChosen:
			return false, "a coach is chosen"
		case m.Purpose == study.FirstSession && !f.CoachChosen:
			return false, "no coach is chosen yet"
		case m.Purpose == study.FirstSession && f.SessionBooked:
			return false, "a session is booked"
		}
	case study.SessionReminder:
		if !f.SessionStands {
			return false, "the session was moved or cancelled"
		}
	case study.WeeklyCheckIn:
		switch {
		case f.Status == participant.Withdrawn || !f.CoachingOpen || !f.CoachChosen:
			return false, "coaching is not going on"
		case !f.GoalsOpen:
			return false, "no weekly goal is open, or the person wants none of these mails"
		}
	case study.CoachingUnlocked:
		if !f.CoachingOpen {
			return false, "coaching is not open"
		}
	case study.AllocationTold, study.ResourcesSent:
		if f.Arm == "" {
			return false, "not allocated"
		}
	}
	return true, ""
}
