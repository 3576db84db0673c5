package assessment

import (
	"time"

	"rekindle/trial/study"
)

// Window is when a visit may be answered. A day begins at midnight in the zone that the window was made for.
type Window struct {
	Opens  time.Time // the first moment
	Due    time.Time // the start of the day that the visit is planned for
	Closes time.Time // the first moment after
}

// WindowOf gives the window of a visit that is counted from anchor: due Day days later by the calendar of zone, open
// WindowBefore days before that day to WindowAfter days after it, both included. Days are calendar days: a day on which the
// clocks change has 23 or 25 hours and is still one day.
func WindowOf(v study.Visit, anchor time.Time, zone *time.Location) Window {
	day := func(n int) time.Time {
		y, m, d := anchor.In(zone).Date()
		return time.Date(y, m, d+n, 0, 0, 0, 0, zone)
	}
	return Window{Opens: day(v.Day - v.WindowBefore), Due: day(v.Day), Closes: day(v.Day + v.WindowAfter + 1)}
}

// Place says where a moment lies.
type Place string

// The places.
const (
	Early  Place = "early"
	Within Place = "within"
	Late   Place = "late"
)

// Place gives where at lies: Within from Opens on and before Closes.
func (w Window) Place(at time.Time) Place {
	switch {
	case at.Before(w.Opens):
		return Early
	case at.Before(w.Closes):
		return Within
	}
	return Late
}

// VisitState is how far a person's visit has come.
type VisitState string

// The states.
const (
	Planned  VisitState = "planned"  // the window is still to open
	Open     VisitState = "open"     // the window is open
	Finished VisitState = "complete" // every required form is submitted
	Missed   VisitState = "missed"   // the window closed before that
)

// Visit is one person's assessment.
type Visit struct {
	Window
	ID          string
	State       VisitState
	CompletedAt *time.Time
}

// InWindow reports whether the visit was completed within its window.
func (v Visit) InWindow() bool { return v.CompletedAt != nil && v.Place(*v.CompletedAt) == Within }

// Lost reports whether the window closed and the visit is not complete; a visit completed late was lost and found.
func (v Visit) Lost() bool { return v.State == Missed }
