// Package session is the coaching that is given: when a session can be booked, moved, cancelled or held, which number it has
// in the plan, how much coaching a person had (dose) and how much a coach is paid for (billed).
//
// One predicate, Situation.Bookable, stands behind the list of free times, the booking, the move and the coordinator's
// override. It keeps no notes and sends no calendar mail. It serves the paper's "1.5-hour initial coaching session followed by
// 5 additional 60-minute sessions, for a total of 6 coaching sessions over a 3-month period".
package session

import (
	"math"
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// State is what became of a session.
type State string

// The states.
const (
	Booked        State = "booked"
	Held          State = "held"
	Cancelled     State = "cancelled"
	LateCancelled State = "late-cancelled" // within Coaching.LateHours of the start
	NoShow        State = "no-show"
)

// Side is one of the two people of a session.
type Side string

// The sides.
const (
	ByParticipant Side = "participant"
	ByCoach       Side = "coach"
)

// Session is one coaching session. Moving changes Start of the same session and raises Sequence.
type Session struct {
	ID          string
	Participant participant.Code
	Coach       coach.Code
	Number      int // 1, 2, ... of the plan
	Start       time.Time
	Planned     int // minutes
	Mode        string
	State       State
	Actual      int      // minutes held; 0 unless Held
	Missed      Side     // who cancelled or did not come
	Steps       []string // of the framework, ticked
	Themes      []string // codes that the coach tagged
	Sequence    int      // counts moves and the cancellation, for calendars
	BookedAt    time.Time
	ClosedAt    *time.Time // when it was held, cancelled or missed, as entered
}

// End is the planned end.
func (s Session) End() time.Time { return s.Start.Add(time.Duration(s.Planned) * time.Minute) }

// Live reports whether the session takes its time: it is booked or was held.
func (s Session) Live() bool { return s.State == Booked || s.State == Held }

// Late reports whether now is within the plan's LateHours of the start.
func (s Session) Late(plan study.Coaching, now time.Time) bool {
	return now.After(s.Start.Add(-time.Duration(plan.LateHours) * time.Hour))
}

// spent counts the sessions of the plan that are used up by the participant's no-shows and late cancellations: those beyond
// the forgiven ones. The coach's never use up any.
func spent(plan study.Coaching, sessions []Session) int {
	misses := 0
	for _, s := range sessions {
		if (s.State == NoShow || s.State == LateCancelled) && s.Missed == ByParticipant {
			misses++
		}
	}
	return max(0, misses-plan.ForgivenMisses)
}

// Next gives the number and the minutes of the session that is to be booked next: the first number of the plan without a
// live session. What misses have used up is taken from the end of the plan, so that the long first session is never lost.
// A plan that is used up is a conflict.
func Next(plan study.Coaching, sessions []Session) (number, minutes int, err error) {
	left := len(plan.Sessions) - spent(plan, sessions)
	for number = 1; number <= len(plan.Sessions) && left > 0; number++ {
		taken := slices.ContainsFunc(sessions, func(s Session) bool { return s.Live() && s.Number == number })
		if !taken {
			return number, plan.Sessions[number-1], nil
		}
		left--
	}
	return 0, 0, problem.New(problem.Conflict, "All %d sessions of the plan are booked, held or used up", len(plan.Sessions)).
		Instead("Move one of the booked sessions instead.")
}

// Cancel closes a booked session. It is late where it comes within LateHours of the start; a session that has begun can only
// be held or missed.
func (s *Session) Cancel(plan study.Coaching, side Side, now time.Time) error {
	if err := s.begun(now, false); err != nil {
		return err
	}
	s.State, s.Missed = Cancelled, side
	if s.Late(plan, now) {
		s.State = LateCancelled
	}
	s.Sequence++
	s.ClosedAt = &now
	return nil
}

// Miss closes a session to which one side did not come.
func (s *Session) Miss(side Side, now time.Time) error {
	if side != ByParticipant && side != ByCoach {
		return problem.New(problem.Invalid, "%q is no side of a session", side).On("missed").Instead("Say %s or %s.", ByParticipant, ByCoach)
	}
	if err := s.begun(now, true); err != nil {
		return err
	}
	s.State, s.Missed, s.ClosedAt = NoShow, side, &now
	return nil
}

// longest bounds the minutes of one session: four hours are a slip of the finger.
const longest = 240

// Hold closes a session that took place: so many minutes, the steps of the framework that were taken, and themes by code.
func (s *Session) Hold(plan study.Coaching, minutes int, steps, themes, knownThemes []string, now time.Time) error {
	if err := s.begun(now, true); err != nil {
		return err
	}
	var found problem.List
	found.Gather(checkMinutes(minutes))
	among := func(field string, given, known []string) {
		for _, g := range given {
			if !slices.Contains(known, g) {
				found.Add(problem.New(problem.Invalid, "%.60q is not known here", g).On("%s", field).Instead("One of %s.", strings.Join(known, ", ")))
			}
		}
	}
	among("steps", steps, plan.Framework(s.Number))
	among("themes", themes, knownThemes)
	if err := found.Err(); err != nil {
		return err
	}
	s.State, s.Actual, s.Steps, s.Themes, s.ClosedAt = Held, minutes, steps, themes, &now
	return nil
}

// Correct gives a session that was held the minutes that it really took.
func (s *Session) Correct(minutes int) error {
	if s.State != Held {
		return problem.New(problem.Conflict, "The session is %s, so it has no minutes", s.State)
	}
	if err := checkMinutes(minutes); err != nil {
		return err
	}
	s.Actual = minutes
	return nil
}

// Reopen takes back what was recorded of a session, so that it can be recorded as it was.
func (s *Session) Reopen() error {
	if s.State != Held && s.State != NoShow {
		return problem.New(problem.Conflict, "The session is %s, and no record of it can be taken back", s.State)
	}
	s.State, s.Actual, s.Missed, s.Steps, s.Themes, s.ClosedAt = Booked, 0, "", nil, nil, nil
	return nil
}

func checkMinutes(minutes int) error {
	if minutes < 1 || minutes > longest {
		return problem.New(problem.Invalid, "%d minutes", minutes).On("minutes").Instead("Give the minutes really held, from 1 to %d.", longest)
	}
	return nil
}

// begun checks that the session is booked, and has begun or has not.
func (s *Session) begun(now time.Time, want bool) error {
	switch {
	case s.State != Booked:
		return problem.New(problem.Conflict, "The session is %s already", s.State)
	case want && now.Before(s.Start):
		return problem.New(problem.Conflict, "The session has not begun yet")
	case !want && !now.Before(s.Start):
		return problem.New(problem.Conflict, "The session has begun").Instead("The coach records whether it was held.")
	}
	return nil
}

// Dose is how much coaching a person had.
type Dose struct {
	Sessions, Minutes int
}

// DoseOf counts the sessions held that started before until; a zero until counts all.
func DoseOf(sessions []Session, until time.Time) Dose {
	var d Dose
	for _, s := range sessions {
		if s.State == Held && (until.IsZero() || s.Start.Before(until)) {
			d.Sessions++
			d.Minutes += s.Actual
		}
	}
	return d
}

// Billed gives the minutes that a coach is paid for a session: of one held, the actual or the booked minutes as the protocol's
// cost basis says; of one that the participant missed or cancelled late, NoShowShare of the booked minutes, to the nearest
// minute; of any other, none. It has nothing to do with dose.
func Billed(cost study.Cost, s Session) int {
	switch {
	case s.State == Held && cost.Basis == "booked":
		return s.Planned
	case s.State == Held:
		return s.Actual
	case (s.State == NoShow || s.State == LateCancelled) && s.Missed == ByParticipant:
		const finer = 10_000 // a share of 0.7 is no binary fraction, and half a minute of 45 is to be half
		return (int(math.Round(cost.NoShowShare*finer))*s.Planned + finer/2) / finer
	}
	return 0
}
