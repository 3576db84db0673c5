// Package followup is what happens between randomization and the last survey: who is due, late or lost at each visit, which
// mail is planned and whether it is still due, when coaching opens to an arm that waits, and which incentive is owed.
//
// It sends nothing and has no clock: conduct asks it at the moment of doing. It serves the paper's "Incentive items (journal and
// cell phone charger) were sent to participants who completed the survey" and the follow-up boxes of its flow diagram.
package followup

import (
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Standing is how a person stands with a visit.
type Standing string

// The standings.
const (
	Upcoming Standing = "upcoming" // the window is not open
	Due      Standing = "due"      // open, and the day it is planned for is not over
	Late     Standing = "late"     // open, and that day is over
	Lost     Standing = "lost"     // the window closed without completion
	Done     Standing = "done"
)

// StandingOf gives how a person stands with a visit at a moment.
func StandingOf(v assessment.Visit, now time.Time) Standing {
	switch {
	case v.State == assessment.Finished:
		return Done
	case v.Place(now) == assessment.Early:
		return Upcoming
	case v.Place(now) == assessment.Late:
		return Lost
	case now.Before(v.Due.AddDate(0, 0, 1)):
		return Due
	}
	return Late
}

// End gives the status that the visits of a person lead to: Lost when the last visit's window closed without completion,
// Completed when every visit is complete or missed and the last one is complete, Randomized while the last one is still to come.
// visits are those after allocation, in the protocol's order; without any, allocation was all.
func End(visits []assessment.Visit) participant.Status {
	for _, v := range visits {
		if v.State == assessment.Planned || v.State == assessment.Open {
			return participant.Randomized
		}
	}
	if n := len(visits); n > 0 && visits[n-1].State == assessment.Missed {
		return participant.Lost
	}
	return participant.Completed
}

// Unlock gives the moment at which coaching opens to a person of an arm that waits: the earlier of the completion of the visit
// that the protocol names (completed; nil: not yet) and so many calendar days after randomization. ok is false where neither is
// known, or the arm never gets coaching.
func Unlock(a study.Arm, randomized time.Time, completed *time.Time, zone *time.Location) (at time.Time, ok bool) {
	if a.Coaching {
		return randomized, true
	}
	if a.Unlock.AfterDays > 0 {
		at, ok = randomized.In(zone).AddDate(0, 0, a.Unlock.AfterDays), true
	}
	if a.Unlock.AfterVisit != "" && completed != nil && (!ok || completed.Before(at)) {
		at, ok = *completed, true
	}
	return at, ok
}

// Owed gives the incentives that a person has earned by completing a visit.
func Owed(all []study.Incentive, visit string) []study.Incentive {
	var owed []study.Incentive
	for _, i := range all {
		if i.Visit == visit {
			owed = append(owed, i)
		}
	}
	return owed
}
