package web

// deskNotes are a coach's private notes about a coachee, as far as they can be shown.
type deskNotes struct {
	Typed string
}
