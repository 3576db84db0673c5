package store

import (
	"context"
	"encoding/json"

	"rekindle/platform/audit"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
)

// RandomizationEvidence gathers what store and audit trail say of randomization, for its proof. Before closing it has neither
// the seed nor the stored allocations.
func (tx *Tx) RandomizationEvidence(ctx context.Context) (e randomization.Evidence, err error) {
	type row struct{ design, commitment, seed string }
	r, err := One(ctx, tx, func(scan Scan) (r row, err error) {
		err = scan(&r.design, &r.commitment, &r.seed)
		return r, err
	}, "SELECT design, commitment, revealed FROM randomization")
	if problem.Is(err, problem.NotFound) {
		err = problem.New(problem.NotFound, "randomization has not been opened, so there is nothing to prove").Because(err)
	}
	if err != nil {
		return e, err
	}
	e.Design, e.Commitment, e.Seed = r.design, r.commitment, r.seed
	events, err := All(ctx, tx, scanEntry, entries+` WHERE verb IN ('randomization.open', 'participant.randomize', 'randomization.close') ORDER BY seq`)
	if err != nil {
		return e, err
	}
	for _, event := range events {
		collect(&e, event)
	}
	if e.Seed == "" {
		return e, nil
	}
	if e.Store, err = All(ctx, tx, allocation, allocationRows+" ORDER BY sequence"); err != nil {
		return e, err
	}
	e.Filed, err = All(ctx, tx, func(scan Scan) (f randomization.Filing, err error) {
		err = scan(&f.Participant, &f.Stream, &f.Event)
		return f, err
	}, "SELECT participant, stream, event FROM allocation ORDER BY sequence")
	return e, err
}

// collect adds one event. What it holds may have been tampered with: text that is no JSON counts as an empty value, which the
// proof then finds.
func collect(e *randomization.Evidence, event audit.Entry) {
	switch event.Verb {
	case "randomization.open":
		e.Openings = append(e.Openings, value[randomization.Opening](event.New))
	case "randomization.close":
		e.Closings = append(e.Closings, value[randomization.Closing](event.New))
	default:
		if len(e.Openings) == 0 {
			e.Early++
		}
		if len(e.Closings) > 0 {
			e.Late++
		}
		entry := value[randomization.Entry](event.New)
		if entry.Participant == "" {
			entry.Participant = participant.Code(event.Object)
		}
		e.Entries, e.Events = append(e.Entries, entry), append(e.Events, event.Seq)
	}
}

func value[T any](text string) (v T) {
	if json.Unmarshal([]byte(text), &v) != nil {
		var zero T
		return zero
	}
	return v
}
