package session

import (
	"slices"
	"time"
)

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

// hours gives the hours between which a part lies.
func (p Part) hours() (from, to int) {
	switch p {
	case Morning:
		return 0, 12
	case Afternoon:
		return 12, 17
	}
	return 17, 24
}

// Upcoming gives up to most free starts within days from now, at most one in each part of a day by zone's clock, so that three of them
// are three choices and not three quarters of an hour. Where part is set, only those in it.
func (s Situation) Upcoming(w Wish, part Part, days, most int, zone *time.Location) (free []time.Time) {
	length := time.Duration(w.Minutes) * time.Minute
	year, month, day := s.Now.In(zone).Date()
	for n := range days {
		for _, p := range Parts {
			if part != "" && p != part {
				continue
			}
			first, last := p.hours()
			from := time.Date(year, month, day+n, first, 0, 0, 0, zone)
			to := time.Date(year, month, day+n, last, 0, 0, 0, zone)
			if to.Before(s.Now) || to.Before(s.Opens) || from.After(s.Closes) {
				continue
			}
			one := s.Free(w, from, to.Add(length), 1)
			if len(one) == 1 && one[0].Before(to) && !slices.ContainsFunc(free, one[0].Equal) {
				if free = append(free, one[0]); len(free) == most {
					return free
				}
			}
		}
	}
	return free
}
