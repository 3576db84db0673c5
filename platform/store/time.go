package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// timeLayout is how SQLite keeps a moment: UTC, always the same width, so that text order is time order.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// Time passes a moment to and from a TIME column, as UTC to the microsecond; the zero time is NULL. [Tx] passes
// arguments of type time.Time and *time.Time this way by itself, and [All] and [One] read into both.
type Time struct{ time.Time }

// Value gives the text both databases take.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Truncate(time.Microsecond).Format(timeLayout), nil
}

// Scan takes NULL, SQLite's text or PostgreSQL's time.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		t.Time = time.Time{}
	case time.Time:
		t.Time = v.UTC()
	case string:
		at, err := time.Parse(timeLayout, v)
		if err != nil {
			return fmt.Errorf("store: a TIME column holds %q: %w", v, err)
		}
		t.Time = at
	default:
		return fmt.Errorf("store: a TIME column holds %T", src)
	}
	return nil
}
