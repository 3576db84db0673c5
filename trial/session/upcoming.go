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

// Upcoming gives up to most free starts within days from now, at most one in each part of a day by zone's clock, so that three of them
// are three choices and not three quarters of an hour. Where part is set, only those in it.
func (s Situation) Upcoming(w Wish, part Part, days, most int, zone *time.Location) (free []time.Time) {
	year, month, day := s.Now.In(zone).Date()
	last := time.Date(year, month, day+days, 0, 0, 0, 0, zone)
	var until time.Time // the end of the part that has one already
	for start := range s.starting(w, s.Now, last.Add(time.Duration(w.Minutes)*time.Minute)) {
		if !start.Before(last) {
			break
		}
		if start.Before(until) {
			continue
		}
		in, end := partOf(start.In(zone))
		until = end
		if part != "" && in != part {
			continue
		}
		if free = append(free, start); len(free) == most {
			break
		}
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
