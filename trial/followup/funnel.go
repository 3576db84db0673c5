package followup

import (
	"fmt"
	"slices"
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/study"
)

// Step is one step on the way from the invitation to the last survey.
type Step struct {
	ID, Label string
	Coached   bool // taken by those to whom coaching is open, whatever comes beside it
	at        func(Way) *time.Time
	after     int // index of the step from which the days count
}

// Steps gives the steps of a protocol in the order of its flow diagram.
func Steps(p *study.Protocol) []Step {
	steps := []Step{
		{ID: "invited", Label: "Invited", at: func(w Way) *time.Time { return w.InvitedAt }},
		{ID: "came", Label: "Came through the link", at: func(w Way) *time.Time { return w.RespondedAt }},
		{ID: "consented", Label: "Signed the consent", at: func(w Way) *time.Time { return w.ConsentedAt }},
		{ID: "baseline", Label: "Baseline complete", at: func(w Way) *time.Time { return w.BaselineAt }},
		{ID: "randomized", Label: "Randomized", at: func(w Way) *time.Time { return w.RandomizedAt }},
	}
	for i := range steps {
		steps[i].after = max(0, i-1)
	}
	randomized := len(steps) - 1
	if n := len(p.Coaching.Sessions); n > 0 {
		steps = append(steps, Step{ID: "chosen", Label: "Coach chosen", Coached: true, after: randomized, at: func(w Way) *time.Time { return w.FirstChosen }},
			Step{ID: "booked", Label: "First session booked", Coached: true, after: randomized + 1, at: firstBooked},
			Step{ID: "held", Label: "First session held", Coached: true, after: randomized + 2, at: nthHeld(1)})
		for _, nth := range slices.Compact([]int{(n + 1) / 2, n}) {
			if nth > 1 {
				steps = append(steps, Step{ID: fmt.Sprintf("held-%d", nth), Label: fmt.Sprintf("%d sessions held", nth), Coached: true, after: len(steps) - 1, at: nthHeld(nth)})
			}
		}
	}
	for _, v := range p.Visits {
		if !v.Baseline {
			steps = append(steps, Step{ID: "visit-" + v.ID, Label: "Survey: " + v.Name, after: randomized, at: answered(v.ID)})
		}
	}
	return steps
}

func firstBooked(w Way) (first *time.Time) {
	for _, s := range w.Sessions {
		if first == nil || s.BookedAt.Before(*first) {
			first = &s.BookedAt
		}
	}
	return first
}

func nthHeld(n int) func(Way) *time.Time {
	return func(w Way) *time.Time {
		if held := w.Held(); len(held) >= n {
			return &held[n-1].Start
		}
		return nil
	}
}

func answered(visit string) func(Way) *time.Time {
	return func(w Way) *time.Time {
		for _, v := range w.Visits {
			if v.ID == visit && v.State == assessment.Finished {
				return v.CompletedAt
			}
		}
		return nil
	}
}

// Stage is how many people have taken a step, and how long it took them.
type Stage struct {
	Step
	Count  int
	ByArm  map[string]int // from the allocation on
	Days   float64        // median from the step before, of the people for whom both are known
	Timed  int            // how many those are
	Before string         // label of the step before
}

// Funnel counts the people at each step. invited is everybody who was invited; ways are those of them who came, at least.
func Funnel(p *study.Protocol, invited int, ways []Way) []Stage {
	steps := Steps(p)
	allocated := slices.IndexFunc(steps, func(s Step) bool { return s.ID == "randomized" })
	stages := make([]Stage, len(steps))
	for i, step := range steps {
		s := Stage{Step: step, ByArm: map[string]int{}}
		var days []float64
		for _, w := range ways {
			at := step.at(w)
			if at == nil {
				continue
			}
			s.Count++
			if w.Arm != "" && i >= allocated {
				s.ByArm[w.Arm]++
			}
			before := steps[step.after].at(w)
			if step.ID == "chosen" && w.UnlockedAt != nil { // who had to wait for coaching could not choose earlier
				before = w.UnlockedAt
			}
			if i > 0 && before != nil && !at.Before(*before) {
				days = append(days, at.Sub(*before).Hours()/24)
			}
		}
		if i == 0 {
			s.Count = invited
		} else {
			s.Before = steps[step.after].Label
		}
		s.Days, s.Timed = median(days), len(days)
		stages[i] = s
	}
	return stages
}

func median(of []float64) float64 {
	n := len(of)
	if n == 0 {
		return 0
	}
	slices.Sort(of)
	return (of[(n-1)/2] + of[n/2]) / 2
}
