package session

import (
	"iter"
	"slices"
	"time"

	"rekindle/trial/coach"
	"rekindle/trial/study"
)

// Step is the distance of the times that are offered.
const Step = 15 * time.Minute

// Free gives up to most bookable starts for a wish between from and to (its Start is not looked at), in order: times on the
// quarter hours of the coach's clock at which Bookable says yes.
func (s Situation) Free(w Wish, from, to time.Time, most int) []time.Time {
	var free []time.Time
	for start := range s.starting(w, from, to) {
		if len(free) == most {
			break
		}
		free = append(free, start)
	}
	return free
}

// starting gives what Free lists, one after the other.
//
// It asks the parts of Bookable, each as seldom as can be: what holds for every start once, the coach's limits once a day, and of what
// keeps the coach busy only what comes next.
func (s Situation) starting(w Wish, from, to time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		from, to := maxTime(from, s.Opens, s.Now), minTime(to, s.Closes)
		length, buffer := time.Duration(w.Minutes)*time.Minute, s.buffer()
		busy := s.busy(from, to, length+buffer)
		var on study.Date // the day that full is of
		full := false
		for open := range s.Coach.Stretches(from, to, s.Zone) {
			for w.Start = quarter(open.From, s.Zone); !w.Start.Add(length).After(open.To); w.Start = w.Start.Add(Step) {
				for len(busy) > 0 && !busy[0].To.Add(buffer).After(w.Start) {
					busy = busy[1:]
				}
				if len(busy) > 0 && busy[0].From.Before(w.Start.Add(length+buffer)) {
					// The step before the end of what is in the way; the loop takes the one after.
					w.Start = maxTime(w.Start, quarter(busy[0].To.Add(buffer), s.Zone).Add(-Step))
					continue
				}
				if s.possible(w) != nil || s.fits(w) != nil {
					continue
				}
				if !s.Override && s.Coach.Limits != (coach.Limits{}) {
					if day := study.DateOf(w.Start, s.Zone); !day.Equal(on.Time) {
						on, full = day, s.full(w)
					}
					if full {
						continue
					}
				}
				if !yield(w.Start) {
					return
				}
			}
		}
	}
}

// busy gives what keeps the coach busy, as far as it lies within reach of the time between from and to: in order, what overlaps as one.
func (s Situation) busy(from, to time.Time, reach time.Duration) []coach.Span {
	from, to = from.Add(-reach), to.Add(reach)
	near := make([]coach.Span, 0, len(s.CoachBusy))
	for _, b := range s.CoachBusy {
		if b.From.Before(to) && from.Before(b.To) {
			near = append(near, b)
		}
	}
	slices.SortFunc(near, func(a, b coach.Span) int { return a.From.Compare(b.From) })
	joined := near[:0]
	for _, b := range near {
		if last := len(joined) - 1; last >= 0 && !b.From.After(joined[last].To) {
			joined[last].To = maxTime(joined[last].To, b.To)
			continue
		}
		joined = append(joined, b)
	}
	return joined
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
