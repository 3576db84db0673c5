package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// enrol gives a person whose baseline is complete one of the places and draws the arm; where no place is left, or enrolment has
// closed meanwhile, the person is put on the waiting list. One who does not meet a criterion that the baseline asks for is excluded.
func (c *Conduct) enrol(ctx context.Context, tx *store.Tx, by identity.Actor, s store.Study, r *participant.Record) error {
	r.BaselineAt = new(tx.Now())
	failed, err := c.criteria(ctx, tx, *r)
	if err != nil {
		return err
	}
	if failed != "" {
		if err := c.exclude(ctx, tx, by, *r, failed); err != nil {
			return err
		}
		r.Status = participant.Excluded
		return nil
	}
	place := false
	if c.enrolling(s, tx.Now()) == nil {
		if place, err = tx.TakePlace(ctx); err != nil {
			return err
		}
	}
	if place {
		return c.admit(ctx, tx, by, r)
	}
	if !c.Protocol.Enrolment.WaitingList {
		if err := c.exclude(ctx, tx, by, *r, noPlace); err != nil {
			return err
		}
		r.Status = participant.Excluded
		return nil
	}
	if err := r.Pass(participant.Waiting, tx.Now()); err != nil {
		return err
	}
	if err := tx.SaveParticipant(ctx, *r); err != nil {
		return err
	}
	return record(ctx, tx, by, "participant.wait", string(r.Code), nil, nil, "")
}

// noPlace is the reason of those who came after the last place was taken, where the protocol has no waiting list.
const noPlace = "no-place"

// criteria gives the first criterion that a person fails, by roster, attestation and baseline answers.
func (c *Conduct) criteria(ctx context.Context, tx *store.Tx, r participant.Record) (failed string, err error) {
	if len(c.Protocol.Eligibility) == 0 {
		return "", nil
	}
	p, err := person(ctx, tx, r.Code)
	if err != nil {
		return "", err
	}
	answers, err := c.baseline(ctx, tx, r.Code)
	if err != nil {
		return "", err
	}
	e := participant.Evaluate(c.Protocol.Eligibility, func(item string) (string, bool) {
		if value, ok := p.Columns[item]; ok {
			return value, true
		}
		return answers(item)
	}, r.Attested)
	for _, id := range append(e.Failed, e.Open...) {
		return id, nil
	}
	return "", nil
}

// baseline gives a person's answers before allocation, by "form.item".
func (c *Conduct) baseline(ctx context.Context, tx *store.Tx, code participant.Code) (func(item string) (string, bool), error) {
	answers := map[string]string{}
	for _, v := range c.Protocol.Visits {
		if !v.Baseline {
			continue
		}
		of, err := tx.VisitAnswers(ctx, code, v.ID)
		if err != nil {
			return nil, err
		}
		for item, a := range of {
			answers[item] = string(a)
		}
	}
	return func(item string) (string, bool) { a, ok := answers[item]; return a, ok }, nil
}

// admit enrols a person who has a place, and draws the arm.
func (c *Conduct) admit(ctx context.Context, tx *store.Tx, by identity.Actor, r *participant.Record) error {
	if err := r.Pass(participant.Enrolled, tx.Now()); err != nil {
		return err
	}
	if err := tx.SaveParticipant(ctx, *r); err != nil {
		return err
	}
	if err := record(ctx, tx, by, "participant.enrol", string(r.Code), nil, nil, ""); err != nil {
		return err
	}
	if err := c.planMessages(ctx, tx, *r, study.FromEnrolment, tx.Now()); err != nil {
		return err
	}
	a, err := c.randomize(ctx, tx, by, r.Code)
	if err != nil {
		return err
	}
	return c.allocated(ctx, tx, r, a.Arm)
}

// allocated does what follows from a draw: the status, the later visits, the messages, and coaching for an arm that has it at once.
func (c *Conduct) allocated(ctx context.Context, tx *store.Tx, r *participant.Record, armID string) error {
	arm, ok := c.Protocol.Arm(armID)
	if !ok {
		return problem.New(problem.Internal, "the protocol has no arm %q", armID)
	}
	if err := r.Pass(participant.Randomized, tx.Now()); err != nil {
		return err
	}
	if opens, ok := followup.Unlock(arm, tx.Now(), nil, c.Protocol.Location()); ok {
		r.UnlocksAt = &opens
		if arm.Coaching {
			r.UnlockedAt = new(tx.Now())
		}
	}
	if err := tx.SaveParticipant(ctx, *r); err != nil {
		return err
	}
	if err := c.planMessages(ctx, tx, *r, study.FromRandomization, tx.Now()); err != nil {
		return err
	}
	reached := map[study.Anchor]time.Time{study.FromInvitation: invitation(*r, tx.Now()), study.FromEnrolment: *r.EnrolledAt, study.FromRandomization: tx.Now()}
	if r.UnlockedAt != nil {
		reached[study.FromUnlock] = tx.Now()
	}
	if err := c.planVisits(ctx, tx, *r, false, reached); err != nil {
		return err
	}
	visits, err := tx.Visits(ctx, r.Code)
	if err != nil {
		return err
	}
	return c.conclude(ctx, tx, r, visits)
}
