package session

import (
	"slices"
	"time"

	"rekindle/problem"
)

// longestEvery bounds the days between two sessions of a series: beyond it nothing is a rhythm any more.
const longestEvery = 60

// Series proposes a start for every session of the plan that is still to be booked: at first and then every so many days at the same
// time by zone's clock, each at the bookable time that lies nearest to that, within half the distance to the next; not at night by that
// clock, unless first is or nothing else is free. No two overlap, and they come in the order of their numbers. A session for which no
// time is free is a conflict, which says around which day; those before it are given too.
func (s Situation) Series(first time.Time, every int, mode string, zone *time.Location) ([]Wish, error) {
	if every < 1 || every > longestEvery {
		return nil, problem.New(problem.Invalid, "%d days between two sessions", every).On("every").Instead("Give from 1 to %d days.", longestEvery)
	}
	reach := max(24*time.Hour, time.Duration(every)*12*time.Hour)
	y, m, d := first.In(zone).Date()
	owl := first.In(zone).Hour() < nightUntil || first.In(zone).Hour() >= nightFrom
	hour, minute, _ := first.In(zone).Clock()
	s.Theirs = slices.Clone(s.Theirs)
	var series []Wish
	var last time.Time
	for n := 0; ; n++ {
		w := Wish{Mode: mode}
		var err error
		if w.Number, w.Minutes, err = Next(s.Plan, s.Theirs); err != nil {
			if n == 0 {
				return nil, err
			}
			return series, nil
		}
		// The clock's time of that day, not so many hours later: nine stays nine when the clocks change.
		target := time.Date(y, m, d+n*every, hour, minute, 0, 0, zone)
		w.Start = target
		free := s.Free(w, maxTime(target.Add(-reach), last.Add(time.Minute)), target.Add(reach).Add(time.Duration(w.Minutes)*time.Minute), 1<<20)
		if len(free) == 0 {
			return series, problem.New(problem.Conflict, "No time is free for session %d around %s", w.Number, target.Format("January 2")).On("first").
				Instead("Begin on another day, or choose another number of days between the sessions.")
		}
		if days := slices.DeleteFunc(slices.Clone(free), func(t time.Time) bool { return Night(t.In(zone), w.Minutes) }); len(days) > 0 && !owl {
			free = days
		}
		w.Start = slices.MinFunc(free, func(a, b time.Time) int {
			return int(a.Sub(target).Abs()/time.Second) - int(b.Sub(target).Abs()/time.Second)
		})
		series = append(series, w)
		last = w.Start
		s.Theirs = append(s.Theirs, Session{Number: w.Number, Start: w.Start, Planned: w.Minutes, State: Booked})
	}
}
