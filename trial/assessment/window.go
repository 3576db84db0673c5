package assessment

import "time"

// Window is when a visit may be answered, as study.Protocol.VisitWindow gives it.
type Window struct {
	Opens  time.Time // the first moment
	Due    time.Time // the start of the day that the visit is planned for
	Closes time.Time // the first moment after
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
