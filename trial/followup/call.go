package followup

import (
	"slices"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
)

// Outcome is what a call to somebody who has not begun came to.
type Outcome string

// The outcomes.
const (
	Reached     Outcome = "reached"
	LeftMessage Outcome = "left-message"
	NoAnswer    Outcome = "no-answer"
	WrongNumber Outcome = "wrong-number"
)

// Outcomes lists all of them.
var Outcomes = []Outcome{Reached, LeftMessage, NoAnswer, WrongNumber}

// ParseOutcome reads one.
func ParseOutcome(text string) (Outcome, error) {
	if o := Outcome(text); slices.Contains(Outcomes, o) {
		return o, nil
	}
	return "", problem.New(problem.Invalid, "It is not said what the call came to").On("outcome").Instead("Choose one of the list.")
}

// Call is a call to a participant that was made. It is a part of the intervention: who gets called more, or by whom, may matter.
type Call struct {
	ID          string
	Participant participant.Code
	At          time.Time
	By          string // account
	Outcome     Outcome
	Note        string
}
