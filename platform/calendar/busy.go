package calendar

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"rekindle/problem"
	"rekindle/trial/coach"
)

// What expanding a calendar may cost: a calendar that needs more is one that nobody keeps.
const (
	mostOccurrences = 10_000
	longestReading  = 10 * time.Second
	longestRule     = 500 // bytes; each value of a rule is looked at for every day of eight thousand years
	mostTimes       = 24  // of one day, by a rule, as also of its BYSETPOS
)

// Busy gives the times between from and to that a calendar keeps busy, in order, those that touch as one: appointments that are not
// cancelled and not marked as free, whole days by the clock of the calendar's zone, and what a free/busy calendar says. Times without a
// zone, and whole days, are in usual where the calendar names none. own says of which appointments not to speak: those that come from
// here.
func Busy(data []byte, from, to time.Time, usual *time.Location, own func(uid string) bool) ([]coach.Span, error) {
	root, err := read(data)
	if err != nil {
		return nil, err
	}
	b := busy{from: from, to: to, moved: map[string][]time.Time{}, until: time.Now().Add(longestReading)}
	for _, c := range root.parts {
		if c.name != "VCALENDAR" {
			continue
		}
		b.zones = newZones(c, usual)
		for _, e := range c.parts { // the single occurrences that a series leaves to events of their own
			if id, ok := e.get("RECURRENCE-ID"); ok && e.name == "VEVENT" {
				at, _, err := b.time(id)
				if err != nil {
					return nil, err
				}
				uid, _ := e.get("UID")
				b.moved[uid.value] = append(b.moved[uid.value], at.Add(-b.slack))
			}
		}
		for _, e := range c.parts {
			if uid, _ := e.get("UID"); own(strings.TrimSpace(uid.value)) {
				continue
			}
			switch e.name {
			case "VEVENT":
				err = b.event(e)
			case "VFREEBUSY":
				err = b.freeBusy(e)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return joined(b.spans), nil
}

// busy is the reading of one calendar.
type busy struct {
	from, to time.Time
	zones    *zones
	moved    map[string][]time.Time // occurrences by UID
	spans    []coach.Span
	until    time.Time     // reading it ends then
	slack    time.Duration // of the time read last
}

// add keeps a stretch busy, as far as it is asked for.
func (b *busy) add(from, to time.Time) error {
	if from.Before(b.from) {
		from = b.from
	}
	if to.After(b.to) {
		to = b.to
	}
	if !from.Before(to) {
		return nil
	}
	if len(b.spans) >= mostOccurrences {
		return problem.New(problem.Invalid, "The calendar has more than %d appointments in half a year", mostOccurrences)
	}
	b.spans = append(b.spans, coach.Span{From: from.UTC(), To: to.UTC()})
	return nil
}

func (b *busy) event(e *component) error {
	if time.Now().After(b.until) {
		return tooLong()
	}
	is := func(name, value string) bool {
		p, _ := e.get(name)
		return strings.EqualFold(strings.TrimSpace(p.value), value)
	}
	if is("TRANSP", "TRANSPARENT") || is("STATUS", "CANCELLED") || is("X-MICROSOFT-CDO-BUSYSTATUS", "FREE") {
		return nil
	}
	first, ok := e.get("DTSTART")
	if !ok {
		return nil
	}
	start, whole, err := b.time(first)
	if err != nil {
		return err
	}
	slack := b.slack
	length := func(at time.Time) time.Time { return at } // a moment keeps nothing busy
	if end, ok := e.get("DTEND"); ok {
		until, _, err := b.time(end)
		if err != nil {
			return err
		}
		if days := daysBetween(start, until); whole {
			length = func(at time.Time) time.Time { return at.AddDate(0, 0, days) }
		} else {
			length = func(at time.Time) time.Time { return at.Add(until.Sub(start)) }
		}
	} else if d, ok := e.get("DURATION"); ok {
		days, rest, err := duration(d.value)
		if err != nil {
			return err
		}
		length = func(at time.Time) time.Time { return at.AddDate(0, 0, days).Add(rest) }
	} else if whole {
		length = func(at time.Time) time.Time { return at.AddDate(0, 0, 1) }
	}
	rule, repeats := e.get("RRULE")
	_, alone := e.get("RECURRENCE-ID")
	if !repeats || alone {
		for _, at := range append([]time.Time{start}, b.times(e, "RDATE")...) {
			if err := b.add(at.Add(-slack), length(at)); err != nil {
				return err
			}
		}
		return nil
	}
	return b.series(e, rule.value, start, slack, length)
}

// series keeps every occurrence busy that a rule gives, without those that are taken out of it.
func (b *busy) series(e *component, rule string, start time.Time, slack time.Duration, length func(time.Time) time.Time) error {
	rule = strings.TrimSpace(rule)
	if len(rule) > longestRule {
		return problem.New(problem.Invalid, "An appointment repeats by a rule of %d letters", len(rule))
	}
	o, err := rrule.StrToROptionInLocation(rule, start.Location())
	if err != nil {
		return problem.New(problem.Invalid, "An appointment repeats by a rule that cannot be read: %.80q", rule).Because(err)
	}
	if o.Freq > rrule.DAILY {
		return problem.New(problem.Invalid, "An appointment repeats more often than daily")
	}
	if max(1, len(o.Byhour))*max(1, len(o.Byminute))*max(1, len(o.Bysecond)) > mostTimes || len(o.Bysetpos) > mostTimes {
		return problem.New(problem.Invalid, "An appointment repeats more than %d times a day", mostTimes)
	}
	if start.Year() < 1970 {
		return problem.New(problem.Invalid, "An appointment repeats since the year %d", start.Year())
	}
	if untilDay.MatchString(rule) { // the whole of the day, also where the appointment has a time, which the standard does not provide for
		o.Until = o.Until.AddDate(0, 0, 1).Add(-time.Second)
	}
	o.Dtstart = start
	if o.Until.IsZero() || o.Until.After(b.to) {
		o.Until = b.to
	}
	r, err := rrule.NewRRule(*o)
	if err != nil {
		return problem.New(problem.Invalid, "An appointment repeats by a rule that cannot be read: %.80q", rule).Because(err)
	}
	uid, _ := e.get("UID")
	out := append(b.times(e, "EXDATE"), b.moved[uid.value]...)
	keep := func(at time.Time) error {
		if slices.ContainsFunc(out, func(t time.Time) bool { return t.Equal(at) || t.Equal(at.Add(-slack)) }) {
			return nil
		}
		return b.add(at.Add(-slack), length(at))
	}
	for _, at := range b.times(e, "RDATE") {
		if err := keep(at); err != nil {
			return err
		}
	}
	next := r.Iterator()
	for n := 0; ; n++ {
		at, ok := next()
		if !ok || at.After(b.to) {
			return nil
		}
		if n%100 == 0 && time.Now().After(b.until) {
			return tooLong()
		}
		if err := keep(at); err != nil {
			return err
		}
	}
}

// untilDay finds an end of a series that is a day and not a moment.
var untilDay = regexp.MustCompile(`(?i)UNTIL=\d{8}(;|$)`)

func tooLong() error { return problem.New(problem.Invalid, "The calendar takes too long to read") }

func (b *busy) freeBusy(e *component) error {
	for _, p := range e.props {
		if p.name != "FREEBUSY" || strings.EqualFold(p.params["FBTYPE"], "FREE") {
			continue
		}
		for period := range strings.SplitSeq(p.value, ",") {
			from, to, ok := strings.Cut(strings.TrimSpace(period), "/")
			start, err := time.Parse(utcLayout, from)
			if !ok || err != nil {
				return problem.New(problem.Invalid, "A busy time cannot be read: %.60q", period)
			}
			end, err := time.Parse(utcLayout, to)
			if err != nil {
				days, rest, err := duration(to)
				if err != nil {
					return err
				}
				end = start.AddDate(0, 0, days).Add(rest)
			}
			if err := b.add(start, end); err != nil {
				return err
			}
		}
	}
	return nil
}

// time reads a moment, or a day, which begins at midnight.
func (b *busy) time(p property) (at time.Time, day bool, err error) {
	b.slack = 0
	value := strings.ToUpper(strings.TrimSpace(p.value))
	in := clock{zone: b.zones.usual}
	if id := p.params["TZID"]; id != "" && !strings.HasSuffix(value, "Z") {
		if in, err = b.zones.of(id); err != nil {
			return at, false, err
		}
	}
	b.slack = in.slack
	switch len(value) {
	case len("20060102"):
		at, err = time.ParseInLocation("20060102", value, in.zone)
		day = true
	case len("20060102T150405"):
		at, err = time.ParseInLocation("20060102T150405", value, in.zone)
	default:
		at, err = time.Parse(utcLayout, value)
		b.slack = 0
	}
	if err != nil {
		err = problem.New(problem.Invalid, "A time cannot be read: %.40q", p.value)
	}
	return at, day, err
}

// times reads the lists of moments of a name; of a period its start. What cannot be read there changes too little to give up for.
func (b *busy) times(e *component, name string) (all []time.Time) {
	for _, p := range e.props {
		if p.name != name {
			continue
		}
		for value := range strings.SplitSeq(p.value, ",") {
			value, _, _ = strings.Cut(value, "/")
			if at, _, err := b.time(property{value: value, params: p.params}); err == nil {
				all = append(all, at)
			}
		}
	}
	return all
}

func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time { y, m, d := t.Date(); return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// longestDuration bounds one appointment: ten years.
const longestDuration = 3660

// duration reads "PT1H30M" or "P1D"; days and weeks are of the calendar, the rest of the clock.
func duration(text string) (days int, rest time.Duration, err error) {
	wrong := problem.New(problem.Invalid, "A length of time cannot be read: %.40q", text)
	left, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "+"), "P")
	if !ok || left == "" {
		return 0, 0, wrong
	}
	date, clock, _ := strings.Cut(left, "T")
	units := func(text string, unit map[byte]func(n int)) bool {
		n, digits := 0, 0
		for i := range len(text) {
			if c := text[i]; c >= '0' && c <= '9' {
				if n, digits = n*10+int(c-'0'), digits+1; digits > 6 {
					return false
				}
				continue
			}
			add, known := unit[text[i]]
			if !known || digits == 0 {
				return false
			}
			add(n)
			n, digits = 0, 0
		}
		return digits == 0
	}
	add := func(u time.Duration) func(int) { return func(n int) { rest += time.Duration(n) * u } }
	ok = units(date, map[byte]func(int){'W': func(n int) { days += 7 * n }, 'D': func(n int) { days += n }}) &&
		units(clock, map[byte]func(int){'H': add(time.Hour), 'M': add(time.Minute), 'S': add(time.Second)})
	if !ok || days > longestDuration || rest > longestDuration*24*time.Hour {
		return 0, 0, wrong
	}
	return days, rest, nil
}

// joined puts stretches in order, and those that touch together.
func joined(spans []coach.Span) []coach.Span {
	slices.SortFunc(spans, func(a, b coach.Span) int { return a.From.Compare(b.From) })
	var all []coach.Span
	for _, s := range spans {
		if last := len(all) - 1; last >= 0 && !s.From.After(all[last].To) {
			if s.To.After(all[last].To) {
				all[last].To = s.To
			}
			continue
		}
		all = append(all, s)
	}
	return all
}
