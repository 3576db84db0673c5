package session

import (
	"slices"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/study"
)

// Situation is all that decides whether a time can be booked. Conduct gathers it inside the transaction that books; the list
// of free times is made from the same.
type Situation struct {
	Now    time.Time
	Plan   study.Coaching
	Opens  time.Time // coaching is open to the participant from here
	Closes time.Time // and must have ended by here

	Coach         coach.Coach
	Zone          *time.Location // of the coach's hours
	Certification coach.Certification
	CoachBusy     []coach.Span // other sessions of the coach, and what the coach's calendar says
	CoachStarts   []time.Time  // when the coach's sessions with others start
	Theirs        []Session    // all sessions of the participant, whoever the coach

	// Override is the coordinator's: it waives notice and the coach's hours, never an overlap or the coaching period.
	Override bool
}

// Wish is one booking, or the move of a session.
type Wish struct {
	Start   time.Time
	Number  int // of the plan
	Minutes int
	Mode    string
	Moving  string // ID of the session that moves; empty: a new one
}

// Bookable says why the wish cannot be met, nil where it can. The first reason found is given, as a conflict; a mode or time that
// no situation allows is invalid.
func (s Situation) Bookable(w Wish) error {
	end := w.Start.Add(time.Duration(w.Minutes) * time.Minute)
	refuse := func(format string, args ...any) error {
		return problem.New(problem.Conflict, format, args...).On("start").Instead("Choose another time.")
	}
	switch {
	case !w.Start.Equal(w.Start.Truncate(time.Minute)):
		return problem.New(problem.Invalid, "A session starts on a whole minute").On("start")
	case !slices.Contains(s.Plan.Modes, w.Mode) || !s.Coach.Profile.Offers(w.Mode):
		return problem.New(problem.Invalid, "%.40q is not a way this coach holds sessions", w.Mode).On("mode")
	case s.Coach.LeftAt != nil:
		return problem.New(problem.Conflict, "This coach has left the programme").Instead("Choose another coach.")
	case !s.Certification.Valid():
		return problem.New(problem.Conflict, "This coach cannot be booked at present").Because(s.Certification.Problem())
	case s.Certification.Until != nil && !w.Start.Before(*s.Certification.Until):
		return refuse("This coach cannot be booked for that day")
	case !w.Start.After(s.Now):
		return refuse("That time is past")
	case w.Start.Before(s.Opens):
		return refuse("Coaching opens later than that")
	case end.After(s.Closes):
		return refuse("The coaching period is over by then")
	case !s.Override && w.Start.Before(s.Now.Add(time.Duration(s.Plan.NoticeHours)*time.Hour)):
		return refuse("That is closer than %d hours from now", s.Plan.NoticeHours)
	case !s.Override && !s.Coach.Covers(coach.Span{From: w.Start, To: end}, s.Zone):
		return refuse("The coach is not available then")
	case !s.Override && s.Coach.Limits != (coach.Limits{}) && s.Coach.Limits.Reached(s.starts(w.Moving), w.Start, s.Zone):
		return refuse("The coach has no more sessions that day or that week")
	}
	buffer := time.Duration(s.Plan.BufferMinutes) * time.Minute
	for _, busy := range s.CoachBusy {
		if overlap(w.Start, end, busy.From, busy.To, buffer) {
			return refuse("The coach is not available then")
		}
	}
	for _, other := range s.Theirs {
		if other.ID == w.Moving && w.Moving != "" || !other.Live() {
			continue
		}
		if overlap(w.Start, end, other.Start, other.End(), buffer) {
			return refuse("Another session of yours is at that time, or too close to it")
		}
		// Sessions of one length may stand in any order; the long first one must be first.
		if other.Planned != w.Minutes && (other.Number < w.Number) != other.Start.Before(w.Start) {
			return refuse("Session %d would not come in its place: session %d is on %s", w.Number, other.Number, other.Start.Format("January 2"))
		}
	}
	return nil
}

// starts gives when all sessions of the coach start, but for one that moves.
func (s Situation) starts(moving string) []time.Time {
	all := slices.Clone(s.CoachStarts)
	for _, t := range s.Theirs {
		if t.Live() && t.Coach == s.Coach.Code && (t.ID != moving || moving == "") {
			all = append(all, t.Start)
		}
	}
	return all
}

// overlap reports whether less than buffer lies between two stretches.
func overlap(fromA, toA, fromB, toB time.Time, buffer time.Duration) bool {
	return fromA.Before(toB.Add(buffer)) && fromB.Before(toA.Add(buffer))
}

// Step is the distance of the times that are offered.
const Step = 15 * time.Minute

// Free gives up to most bookable starts for a wish between from and to (its Start is not looked at), in order: times on the
// quarter hours of the coach's clock at which Bookable says yes.
func (s Situation) Free(w Wish, from, to time.Time, most int) []time.Time {
	from, to = maxTime(from, s.Opens, s.Now), minTime(to, s.Closes)
	length := time.Duration(w.Minutes) * time.Minute
	var free []time.Time
	for _, open := range s.Coach.Open(from, to, s.Zone) {
		for w.Start = quarter(open.From, s.Zone); !w.Start.Add(length).After(open.To); w.Start = w.Start.Add(Step) {
			if len(free) == most {
				return free
			}
			if s.Bookable(w) == nil {
				free = append(free, w.Start)
			}
		}
	}
	return free
}

// Nearest gives up to three bookable starts that lie closest to the wish's, in order of time.
func (s Situation) Nearest(w Wish) []time.Time {
	const reach = 14 * 24 * time.Hour
	wanted := w.Start
	free := s.Free(w, wanted.Add(-reach), wanted.Add(reach), 1<<20)
	slices.SortStableFunc(free, func(a, b time.Time) int {
		return int(a.Sub(wanted).Abs()/time.Second) - int(b.Sub(wanted).Abs()/time.Second)
	})
	free = free[:min(3, len(free))]
	slices.SortFunc(free, time.Time.Compare)
	return free
}

// quarter is the first quarter hour of zone's clock at or after t: zones differ from UTC by whole quarters of an hour in our
// time, and a clock change is by whole quarters too.
func quarter(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	shift := time.Duration(offset) * time.Second
	up := t.Add(shift).Truncate(Step)
	if up.Before(t.Add(shift)) {
		up = up.Add(Step)
	}
	return up.Add(-shift)
}

func maxTime(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
