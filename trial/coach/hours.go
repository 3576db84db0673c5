package coach

import (
	"iter"
	"slices"
	"time"

	"rekindle/problem"
	"rekindle/trial/study"
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

// Date is a stretch of one date, which stands in place of the weekly hours of that day, together with others of the same date. One from
// 0 to 0 says that there are no hours on it.
type Date struct {
	On   study.Date `json:"on"`
	From int        `json:"from"` // minutes after midnight
	To   int        `json:"to"`
}

// Off reports whether it is a day without hours.
func (d Date) Off() bool { return d.From == 0 && d.To == 0 }

// CheckDates finds every mistake of dates with hours of their own.
func CheckDates(dates []Date) error {
	var found problem.List
	for i, d := range dates {
		if d.On.IsZero() || d.From < 0 || d.To > 24*60 || d.From >= d.To && !d.Off() {
			found.Add(problem.New(problem.Invalid, "%s from minute %d to %d is no stretch of a day", d.On, d.From, d.To).On("dates[%d]", i).
				Instead("Give a date, and minutes after midnight: from before to, to at most 1440."))
			continue
		}
		for _, other := range dates[:i] {
			if other.On.Equal(d.On.Time) && (other.Off() || d.Off() || d.From < other.To && other.From < d.To) {
				found.Add(problem.New(problem.Invalid, "%s has other hours already", d.On).On("dates[%d]", i).Instead("Remove those first."))
			}
		}
	}
	return found.Err()
}

// Limits bounds how many sessions a coach has; 0 is no bound.
type Limits struct {
	Day, Week int
}

// Check finds what is no limit.
func (l Limits) Check() error {
	if l.Day < 0 || l.Week < 0 {
		return problem.New(problem.Invalid, "A limit below nothing").On("limits").Instead("Give a number of sessions, or leave it empty.")
	}
	return nil
}

// Reached reports whether sessions that start at those moments leave no room for one more on the day, or in the week from Monday, of
// start, by the calendar of zone.
func (l Limits) Reached(starts []time.Time, start time.Time, zone *time.Location) bool {
	if l == (Limits{}) {
		return false
	}
	on := study.DateOf(start, zone)
	monday := on.AddDate(0, 0, -(int(on.Weekday())+6)%7)
	day, week := 0, 0
	for _, s := range starts {
		other := study.DateOf(s, zone)
		if other.Equal(on.Time) {
			day++
		}
		if !other.Before(monday) && other.Before(monday.AddDate(0, 0, 7)) {
			week++
		}
	}
	return l.Day > 0 && day >= l.Day || l.Week > 0 && week >= l.Week
}

// OnLeave reports whether leave touches a stretch of time.
func (c Coach) OnLeave(s Span) bool {
	return slices.ContainsFunc(c.Away, func(a Span) bool { return a.From.Before(s.To) && s.From.Before(a.To) })
}

// Waive adds a stretch in which a busy time of the calendar outside keeps nobody from booking the coach, and forgets those that are over.
func (c *Coach) Waive(s Span, now time.Time) error {
	c.Waived = slices.DeleteFunc(slices.Clone(c.Waived), func(w Span) bool { return !w.To.After(now) })
	switch {
	case !s.From.Before(s.To):
		return problem.New(problem.Invalid, "It would end before it begins").On("busy").Instead("Give from when to when.")
	case !s.To.After(now):
		return problem.New(problem.Invalid, "That time is past").On("busy").Instead("Choose a time to come.")
	case s.To.Sub(s.From) > longestWaived:
		return problem.New(problem.Invalid, "That is longer than a week").On("busy").Instead("Give a week or less at a time.")
	case len(c.Waived) >= mostWaived:
		return problem.New(problem.Conflict, "There are %d such times already", mostWaived).On("busy").Instead("Take one back first.")
	}
	if !slices.ContainsFunc(c.Waived, func(w Span) bool { return w.From.Equal(s.From) && w.To.Equal(s.To) }) {
		c.Waived = append(c.Waived, s)
		slices.SortFunc(c.Waived, func(a, b Span) int { return a.From.Compare(b.From) })
	}
	return nil
}

// The bounds of what a coach waives.
const (
	longestWaived = 7 * 24 * time.Hour
	mostWaived    = 100
)

// Occupied gives of busy times of the calendar outside what the coach has not waived.
func (c Coach) Occupied(outside []Span) (busy []Span) {
	for _, s := range outside {
		busy = append(busy, without(s, c.Waived)...)
	}
	return busy
}

// hoursOf gives the stretches of a date: its own, or those of its day of the week.
func (c Coach) hoursOf(year int, month time.Month, day int) iter.Seq[Hours] {
	return func(yield func(Hours) bool) {
		on := study.Day(year, month, day)
		own := false
		for _, d := range c.Dates {
			if !d.On.Equal(on.Time) {
				continue
			}
			if own = true; !d.Off() && !yield(Hours{on.Weekday(), d.From, d.To}) {
				return
			}
		}
		for _, h := range c.Hours {
			if !own && h.Day == on.Weekday() && !yield(h) {
				return
			}
		}
	}
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

// Open gives the stretches of real time between from and to in which the coach may be booked: the weekly hours, or those of the date
// itself, by the wall clock of zone, without leave, in order. Stretches that touch are one. On a day on which the clocks change, 09:00
// is 09:00 by the new clock, and an hour that is skipped is not there.
func (c Coach) Open(from, to time.Time, zone *time.Location) []Span {
	return slices.Collect(c.Stretches(from, to, zone))
}

// Stretches gives what Open does, one after the other: whoever looks for the first free time need not wait for a whole year's.
func (c Coach) Stretches(from, to time.Time, zone *time.Location) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		y, m, d := from.In(zone).Date()
		var day []Span
		var last Span // not given yet, as the next may touch it
		for n := -1; ; n++ {
			if time.Date(y, m, d+n, 0, 0, 0, 0, zone).After(to) {
				break
			}
			day = day[:0]
			for h := range c.hoursOf(y, m, d+n) {
				// Wall times, not midnight plus minutes: the two differ on the days on which the clocks change.
				s := Span{latest(wall(y, m, d+n, h.From, zone), from), earliest(wall(y, m, d+n, h.To, zone), to)}
				if s.From.Before(s.To) {
					day = append(day, without(s, c.Away)...)
				}
			}
			slices.SortFunc(day, func(a, b Span) int { return a.From.Compare(b.From) })
			for _, s := range day {
				switch {
				case last.From.IsZero():
					last = s
				case s.From.After(last.To):
					if !yield(last) {
						return
					}
					last = s
				default:
					last.To = latest(last.To, s.To)
				}
			}
		}
		if !last.From.IsZero() {
			yield(last)
		}
	}
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
	if t.Hour() == asked.Hour() && t.Minute() == asked.Minute() && t.Day() == asked.Day() { // a zone may skip a whole day
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
