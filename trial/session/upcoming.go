package session

import "time"

// Part is a part of the day by somebody's clock.
type Part string

// The parts of a day.
const (
	Morning   Part = "morning"   // until noon
	Afternoon Part = "afternoon" // until five
	Evening   Part = "evening"
)

// Parts lists them in the order of the day.
var Parts = []Part{Morning, Afternoon, Evening}

// until gives the hour at which a part ends.
func (p Part) until() int {
	switch p {
	case Morning:
		return 12
	case Afternoon:
		return 17
	}
	return 24
}

// The hours in which most people sleep, by their own clock.
const (
	nightFrom  = 22
	nightUntil = 6
)

// Night reports whether a session of so many minutes reaches into the night of somebody by whose clock the start is given: a coach's day is
// that in a zone far away.
func Night(start time.Time, minutes int) bool {
	year, month, day := start.Date()
	return start.Hour() < nightUntil || start.Add(time.Duration(minutes)*time.Minute).After(time.Date(year, month, day, nightFrom, 0, 0, 0, start.Location()))
}

// Upcoming gives up to most free starts within days from now, at most one in each part of a day by zone's clock, so that three of them
// are three choices and not three quarters of an hour. Where part is set, only those in it. Those at night are given only where there are
// no others.
func (s Situation) Upcoming(w Wish, part Part, days, most int, zone *time.Location) (free []time.Time) {
	year, month, day := s.Now.In(zone).Date()
	last := time.Date(year, month, day+days, 0, 0, 0, 0, zone)
	var until time.Time // the end of the part that has one already
	var atNight []time.Time
	var late time.Time // until, of those at night
	for start := range s.starting(w, s.Now, last.Add(time.Duration(w.Minutes)*time.Minute)) {
		if !start.Before(last) {
			break
		}
		if start.Before(until) {
			continue
		}
		in, end := partOf(start.In(zone))
		if Night(start.In(zone), w.Minutes) {
			if (part == "" || in == part) && !start.Before(late) && len(atNight) < most {
				atNight, late = append(atNight, start), end
			}
			continue
		}
		until = end
		if part != "" && in != part {
			continue
		}
		if free = append(free, start); len(free) == most {
			break
		}
	}
	if len(free) == 0 {
		return atNight
	}
	return free
}

// partOf gives the part of the day of a moment, and when it ends.
func partOf(at time.Time) (in Part, end time.Time) {
	year, month, day := at.Date()
	for _, in = range Parts {
		if to := in.until(); at.Hour() < to {
			return in, time.Date(year, month, day, to, 0, 0, 0, at.Location())
		}
	}
	return in, at
}
