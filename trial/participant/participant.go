// Package participant is a person in the trial: the study code, the eligibility criteria, and the status from
// invitation to completion, withdrawal or loss.
//
// It knows nobody's name: names and addresses are in the identity vault. It does not know arms or answers either,
// only how far a person has come. It serves the paper's Participants section and the boxes of its flow diagram.
package participant

import (
	"slices"
	"time"

	"rekindle/problem"
)

// Status is how far a person has come. Coaching runs beside it: see Record.
type Status string

// The statuses, in the order of the flow.
const (
	Listed     Status = "listed"     // on the roster, not yet invited
	Invited    Status = "invited"    // the first announcement has gone out
	Declined   Status = "declined"   // said no, or wants no more mail
	Excluded   Status = "excluded"   // does not meet a criterion
	Consented  Status = "consented"  // signed, baseline not complete
	Waiting    Status = "waiting"    // baseline complete after the last place was taken
	Enrolled   Status = "enrolled"   // has a place, arm not drawn
	Randomized Status = "randomized" // arm drawn, follow-up running
	Completed  Status = "completed"  // every visit is complete
	Withdrawn  Status = "withdrawn"  // took the consent back, wholly or in part
	Lost       Status = "lost"       // the last visit's window closed without an answer
)

// Statuses lists all of them in the order of the flow.
var Statuses = []Status{Listed, Invited, Declined, Excluded, Consented, Waiting, Enrolled, Randomized, Completed, Withdrawn, Lost}

// next is the status machine: where each status may lead.
var next = map[Status][]Status{
	Listed:     {Invited, Declined, Excluded, Consented},
	Invited:    {Declined, Excluded, Consented},
	Declined:   {Consented}, // a person may think better of it; the mail stays stopped until then
	Excluded:   {},
	Consented:  {Excluded, Waiting, Enrolled, Withdrawn},
	Waiting:    {Enrolled, Excluded, Withdrawn},
	Enrolled:   {Randomized, Withdrawn},
	Randomized: {Completed, Withdrawn, Lost},
	Completed:  {Withdrawn},
	Lost:       {Completed, Withdrawn}, // a late answer, taken by the coordinator, still counts as given
	Withdrawn:  {},
}

// May reports whether a person of status s may pass to the status to.
func (s Status) May(to Status) bool { return slices.Contains(next[s], to) }

// InTrial reports whether the person has been allocated to an arm, whatever came later.
func (r Record) InTrial() bool { return r.RandomizedAt != nil }

// Record is a person's state, with the moment of each step (nil: not taken).
type Record struct {
	Code   Code
	Status Status

	InvitedAt    *time.Time
	RespondedAt  *time.Time // first came through the personal link
	ConsentedAt  *time.Time
	BaselineAt   *time.Time // baseline complete: with WaitingAt, the order of the waiting list
	WaitingAt    *time.Time
	EnrolledAt   *time.Time
	RandomizedAt *time.Time
	UnlocksAt    *time.Time // when coaching opens at the latest to one who waits for it
	UnlockedAt   *time.Time // coaching opened: at randomization, or when the wait was over
	StartedAt    *time.Time // first session held
	EndedAt      *time.Time // declined, excluded, completed, withdrawn or lost

	Attested map[string]bool // criterion ID -> what the person said of it

	Reason string // why declined, excluded or withdrawn: a criterion's ID or words
	Use    Use    // after withdrawal: what may still be done
	Zone   string // IANA name of the person's time zone; empty: the protocol's

	Language string // in which the person reads, as "es"; empty: not chosen, and written to in English
}

// Pass moves the person to a status at a time, and stamps the step; it refuses a step that the machine does not have.
func (r *Record) Pass(to Status, at time.Time) error {
	if !r.Status.May(to) {
		return problem.New(problem.Conflict, "%s is %s and cannot become %s", r.Code, r.Status, to)
	}
	r.Status = to
	switch to {
	case Invited:
		r.InvitedAt = &at
	case Consented:
		r.ConsentedAt = &at
		r.EndedAt, r.Reason = nil, ""
	case Waiting:
		r.WaitingAt = &at
	case Enrolled:
		r.EnrolledAt = &at
	case Randomized:
		r.RandomizedAt = &at
	case Declined, Excluded, Completed, Withdrawn, Lost:
		r.EndedAt = &at
	}
	return nil
}
