package coach

import (
	"slices"
	"time"

	"rekindle/problem"
)

// Hours is one weekly stretch in which a coach may be booked, in the coach's zone: minutes after midnight, From before To,
// To at most 1440.
type Hours struct {
	Day  time.Weekday `json:"day"`
	From int          `json:"from"`
	To   int          `json:"to"`
}

// Span is a stretch of time, From before To.
type Span struct {
	From, To time.Time
}

// CheckHours finds every mistake of weekly hours: times that are none, and stretches that overlap.
func CheckHours(week []Hours) error {
	var found problem.List
	for i, h := range week {
		if h.Day < time.Sunday || h.Day > time.Saturday || h.From < 0 || h.To > 24*60 || h.From >= h.To {
			found.Add(problem.New(problem.Invalid, "Day %d from minute %d to %d is no stretch of a week", h.Day, h.From, h.To).On("hours[%d]", i).
				Instead("Give a day from 0 (Sunday) to 6, and minutes after midnight: from before to, to at most 1440."))
			continue
		}
		for _, other := range week[:i] {
			if other.Day == h.Day && h.From < other.To && other.From < h.To {
				found.Add(problem.New(problem.Invalid, "%s overlaps %s", h, other).On("hours[%d]", i).Instead("Join the two."))
			}
		}
	}
	return found.Err()
}

// Open gives the stretches of real time between from and to in which the coach may be booked: the weekly hours by the wall
// clock of zone, without the days away, in order. Stretches that touch are one. On a day on which the clocks change, 09:00
// is 09:00 by the new clock, and an hour that is skipped is not there.
func (c Coach) Open(from, to time.Time, zone *time.Location) []Span {
	var open []Span
	first := from.In(zone).AddDate(0, 0, -1)
	y, m, d := first.Date()
	for n := 0; ; n++ {
		midnight := time.Date(y, m, d+n, 0, 0, 0, 0, zone)
		if midnight.After(to) {
			break
		}
		for _, h := range c.Hours {
			if h.Day != midnight.Weekday() {
				continue
			}
			// Wall times, not midnight plus minutes: the two differ on the days on which the clocks change.
			s := Span{wall(y, m, d+n, h.From, zone), wall(y, m, d+n, h.To, zone)}
			s.From, s.To = latest(s.From, from), earliest(s.To, to)
			open = append(open, without(s, c.Away)...)
		}
	}
	slices.SortFunc(open, func(a, b Span) int { return a.From.Compare(b.From) })
	var joined []Span
	for _, s := range open {
		if last := len(joined) - 1; last >= 0 && !s.From.After(joined[last].To) {
			joined[last].To = latest(joined[last].To, s.To)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// Covers reports whether the whole of a stretch lies in the coach's hours.
func (c Coach) Covers(s Span, zone *time.Location) bool {
	open := c.Open(s.From, s.To, zone)
	return len(open) == 1 && open[0].From.Equal(s.From) && open[0].To.Equal(s.To)
}

// wall gives the moment at which the clocks of zone show so many minutes after midnight. Where they never do, because the
// clocks are put forward over it, it is the moment of the change; where they do twice, the first.
func wall(year int, month time.Month, day, minutes int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, minutes, 0, 0, zone)
	asked := time.Date(year, month, day, 0, minutes, 0, 0, time.UTC)
	if t.Hour() == asked.Hour() && t.Minute() == asked.Minute() {
		return t
	}
	start, end := t.ZoneBounds()
	if t.Sub(start) < 24*time.Hour {
		return start
	}
	return end
}

// without cuts the taken stretches out of s.
func without(s Span, taken []Span) []Span {
	if !s.From.Before(s.To) {
		return nil
	}
	for i, t := range taken {
		if !t.From.Before(s.To) || !s.From.Before(t.To) {
			continue
		}
		before := without(Span{s.From, earliest(t.From, s.To)}, taken[i+1:])
		return append(before, without(Span{latest(t.To, s.From), s.To}, taken[i+1:])...)
	}
	return []Span{s}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
