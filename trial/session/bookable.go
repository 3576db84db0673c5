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

	// Override is the coordinator's: it waives notice, horizon and the coach's hours, never an overlap or the coaching period.
	Override bool

	// Past lets a session move past booked ones that must come after it; Overtaken tells which those are.
	Past bool
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
	if err := s.possible(w); err != nil {
		return err
	}
	end := w.Start.Add(time.Duration(w.Minutes) * time.Minute)
	refuse := func(format string, args ...any) error {
		return problem.New(problem.Conflict, format, args...).On("start").Instead("Choose another time.")
	}
	switch {
	case !s.Override && !s.Coach.Covers(coach.Span{From: w.Start, To: end}, s.Zone), s.taken(w.Start, end):
		return refuse("The coach is not available then")
	case !s.Override && s.full(w):
		return refuse("The coach has no more sessions that day or that week")
	}
	return s.fits(w)
}

// possible says why no coach's hours would make the wish possible.
func (s Situation) possible(w Wish) error {
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
	case !s.Override && s.Plan.HorizonDays > 0 && !w.Start.Before(study.DateOf(s.Now, s.Zone).After(s.Plan.HorizonDays+1).Start(s.Zone)):
		return refuse("That is more than %d days from now", s.Plan.HorizonDays)
	}
	return nil
}

// taken reports whether the coach has something else from start to end, or too close to it.
func (s Situation) taken(start, end time.Time) bool {
	return slices.ContainsFunc(s.CoachBusy, func(busy coach.Span) bool { return overlap(start, end, busy.From, busy.To, s.buffer()) })
}

func (s Situation) buffer() time.Duration { return time.Duration(s.Plan.BufferMinutes) * time.Minute }

// full reports whether the coach has as many sessions as they want on the day, or in the week, of the wish.
func (s Situation) full(w Wish) bool {
	return s.Coach.Limits != (coach.Limits{}) && s.Coach.Limits.Reached(s.starts(w.Moving), w.Start, s.Zone)
}

// fits says why the wish does not go together with the participant's other sessions.
func (s Situation) fits(w Wish) error {
	end, buffer := w.Start.Add(time.Duration(w.Minutes)*time.Minute), s.buffer()
	refuse := func(format string, args ...any) error {
		return problem.New(problem.Conflict, format, args...).On("start").Instead("Choose another time.")
	}
	for _, other := range s.Theirs {
		if other.ID == w.Moving && w.Moving != "" || !other.Live() {
			continue
		}
		if overlap(w.Start, end, other.Start, other.End(), buffer) {
			return refuse("The participant has another session at that time, or too close to it")
		}
		// Sessions of one length may stand in any order; the long first one must be first.
		if !s.Past && w.overtakes(other) || w.precedes(other) {
			return refuse("Session %d would not come in its place: session %d is on %s", w.Number, other.Number, other.Start.In(s.Zone).Format("January 2"))
		}
	}
	return nil
}

// overtakes reports whether the wish is for a time after a booked session that must come later, because it has another length.
func (w Wish) overtakes(other Session) bool {
	return other.State == Booked && other.Planned != w.Minutes && other.Number > w.Number && other.Start.Before(w.Start)
}

// precedes reports whether a session of another length stands on the wrong side of the wish, and could not be given up for it.
func (w Wish) precedes(other Session) bool {
	return other.Planned != w.Minutes && (other.Number < w.Number) != other.Start.Before(w.Start) && !w.overtakes(other)
}

// Overtaken gives the participant's booked sessions that the wish would stand after although they must come later.
func (s Situation) Overtaken(w Wish) (all []Session) {
	for _, other := range s.Theirs {
		if (other.ID != w.Moving || w.Moving == "") && w.overtakes(other) {
			all = append(all, other)
		}
	}
	return all
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
