package study

import (
	"fmt"
	"time"
)

// Date is a calendar day in the protocol's zone, 2021-08-05 in the file. The time held is midnight UTC of that day,
// so that days compare and subtract exactly; Start gives the moment at which the day begins in a zone.
type Date struct{ time.Time }

// Day makes a Date.
func Day(year int, month time.Month, day int) Date {
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// ParseDate reads "2021-08-05".
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a day", text)
	}
	return Date{t}, nil
}

// DateOf gives the day that a moment falls on in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	return Day(t.In(zone).Date())
}

// String gives "2021-08-05", or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// MarshalText gives String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalJSON gives String in quotes; without it the embedded time would print as a moment.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.String() + `"`), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Date) UnmarshalJSON(text []byte) error {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return fmt.Errorf("%s is not a day written as \"2021-08-05\"", text)
	}
	return d.UnmarshalText(text[1 : len(text)-1])
}

// After gives the day so many days later, or earlier where days is negative.
func (d Date) After(days int) Date { return Date{d.AddDate(0, 0, days)} }

// Start is the first moment of the day in a zone: midnight, or where the clocks skip midnight the end of the gap.
func (d Date) Start(zone *time.Location) time.Time { return d.at(zone, 0, 0, 0, 0) }

// Hour is an hour of the day by the clock of a zone; one that the clocks skip is the end of the gap.
func (d Date) Hour(zone *time.Location, hour int) time.Time { return d.at(zone, hour, 0, 0, 0) }

// at is a wall-clock time on the day; a time that the clocks skip becomes the end of the gap.
func (d Date) at(zone *time.Location, hour, min, sec, nsec int) time.Time {
	year, month, day := d.Date()
	t := time.Date(year, month, day, hour, min, sec, nsec, zone)
	if t.Hour() == hour && t.Day() == day {
		return t
	}
	// time.Date answers a skipped time with one on either side of the gap, by the offset before or after it.
	if start, end := t.ZoneBounds(); t.Day() != day || t.Hour() < hour {
		return end
	} else {
		return start
	}
}
