package conduct

import (
	"context"
	"strconv"
	"time"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/dataset"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// dataset gathers what an analysis may use, under codes.
func (c *Conduct) dataset(ctx context.Context, tx *store.Tx, s store.Study, visits []store.VisitOf) (*dataset.Dataset, error) {
	d := &dataset.Dataset{Schema: dataset.Schema, Study: s.ProtocolID, Protocol: s.Digest, Program: c.Program, Locked: tx.Now(), Simulated: s.Simulated,
		Entrants: []dataset.Entrant{}, Coaches: []dataset.Coach{}}
	r, err := tx.Randomization(ctx)
	if err != nil {
		return nil, err
	}
	d.Commitment = r.Commitment
	if err := c.entrants(ctx, tx, d, visits); err != nil {
		return nil, err
	}
	if err := c.mailed(ctx, tx, d); err != nil {
		return nil, err
	}
	coaches, err := tx.Coaches(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range coaches {
		one := dataset.Coach{Code: string(k.Code)}
		if since, ok := coach.FirstCertified(c.Protocol.Coaching.Certification, k.Certification); ok && !since.After(tx.Now()) {
			one.Certified, one.Stipend = &since, c.Protocol.Cost.Stipend
		}
		d.Coaches = append(d.Coaches, one)
	}
	return d, nil
}

// mailed counts what became of invitations.
func (c *Conduct) mailed(ctx context.Context, tx *store.Tx, d *dataset.Dataset) error {
	all, err := tx.Identities(ctx, aParticipant)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Bounced != nil {
			d.Bounced++
		}
		if i.OptedOut != nil {
			d.OptedOut++
		}
	}
	return nil
}

// entrants adds everybody who came through the link, in the order of their codes.
func (c *Conduct) entrants(ctx context.Context, tx *store.Tx, d *dataset.Dataset, visits []store.VisitOf) error {
	people, err := tx.Participants(ctx)
	if err != nil {
		return err
	}
	at := map[participant.Code]int{}
	for _, r := range people {
		if r.InvitedAt != nil {
			d.Invited++
		}
		if r.RespondedAt == nil {
			continue
		}
		e := dataset.Entrant{Code: string(r.Code), Consented: r.ConsentedAt, Excluded: excluded(r), Enrolled: r.EnrolledAt}
		if r.UnlockedAt != nil && r.RandomizedAt != nil && !r.UnlockedAt.Equal(*r.RandomizedAt) {
			e.Unlocked = r.UnlockedAt
		}
		if r.Status == participant.Withdrawn {
			e.Withdrawn = &dataset.Withdrawal{At: *r.EndedAt, Use: withdrawnUse(r.Use)}
		}
		if r.InTrial() {
			a, err := tx.Allocation(ctx, r.Code)
			if err != nil {
				return err
			}
			e.Allocation = &dataset.Allocation{Arm: a.Arm, Strata: a.Values, At: a.At, Number: a.Sequence}
		}
		at[r.Code] = len(d.Entrants)
		d.Entrants = append(d.Entrants, e)
	}
	find := func(code participant.Code) *dataset.Entrant {
		if i, ok := at[code]; ok {
			return &d.Entrants[i]
		}
		return nil
	}
	for _, v := range visits {
		if e := find(v.Participant); e != nil {
			if e.Visits == nil {
				e.Visits = map[string]*dataset.Visit{}
			}
			e.Visits[v.ID] = &dataset.Visit{Due: v.Due.UTC(), Completed: v.CompletedAt, InWindow: v.InWindow(), Lost: v.Lost()}
		}
	}
	if err := c.answers(ctx, tx, find); err != nil {
		return err
	}
	if err := c.coachedBy(ctx, tx, find); err != nil {
		return err
	}
	if err := c.process(ctx, tx, find); err != nil {
		return err
	}
	sent, err := tx.Incentives(ctx)
	for _, i := range sent {
		if e := find(i.Participant); e != nil && i.Sent != nil {
			e.Incentives = append(e.Incentives, i.Item)
		}
	}
	return err
}

// excluded says why a person was not enrolled, empty for those who were.
func excluded(r participant.Record) string {
	switch {
	case r.EnrolledAt != nil:
		return ""
	case r.Status == participant.Declined:
		return "declined"
	case r.Status == participant.Waiting || r.Reason == noPlace, r.Status == participant.Withdrawn && r.WaitingAt != nil:
		return "waiting-list"
	case r.Status == participant.Excluded:
		return "ineligible"
	case r.Status == participant.Withdrawn:
		return "declined"
	}
	return "incomplete-baseline"
}

func withdrawnUse(u participant.Use) string {
	switch u {
	case participant.RemoveData:
		return "none"
	case participant.UntilNow:
		return "until-now"
	}
	return "all"
}

// answers adds every submitted form: its raw answers, without free text, and its scores.
func (c *Conduct) answers(ctx context.Context, tx *store.Tx, find func(participant.Code) *dataset.Entrant) error {
	forms, err := tx.AllForms(ctx)
	if err != nil {
		return err
	}
	for _, f := range forms {
		e := find(f.Participant)
		if e == nil || f.Submitted == nil || len(f.Answers) == 0 {
			continue
		}
		in, err := instrument.Find(f.Instrument)
		if err != nil {
			return err
		}
		v := e.Visits[f.Visit]
		given := map[string]dataset.Answer{}
		for id, a := range f.Answers {
			item, ok := in.FindItem(id)
			if !ok {
				return problem.New(problem.Internal, "%s has an answer to the item %q, which %s lacks", f.Participant, id, in.ID)
			}
			if answer, ok, err := plain(item, a); err != nil {
				return err
			} else if ok {
				given[id] = answer
			}
		}
		if v.Answers == nil {
			v.Answers, v.Scores, v.Flags = map[string]map[string]dataset.Answer{}, map[string]map[string]float64{}, map[string]map[string]bool{}
		}
		v.Answers[in.ID] = given
		result, err := in.Score(f.Answers)
		if err != nil {
			return err
		}
		for id, score := range result.Scores {
			if score != nil {
				set(v.Scores, in.ID, id, *score)
			}
		}
		for id, flag := range result.Flags {
			if flag != nil {
				set(v.Flags, in.ID, id, *flag)
			}
		}
	}
	return nil
}

func set[V any](m map[string]map[string]V, outer, inner string, value V) {
	if m[outer] == nil {
		m[outer] = map[string]V{}
	}
	m[outer][inner] = value
}

// plain gives an answer as the dataset has it; false for free text, which is never in it.
func plain(item *instrument.Item, a instrument.Answer) (dataset.Answer, bool, error) {
	switch {
	case item.Scale.Kind == instrument.Text || a == instrument.Blank:
		return dataset.Answer{}, false, nil
	case a == instrument.Declined:
		return dataset.Answer{Code: string(a)}, true, nil
	case item.Scale.Kind == instrument.SelectAll:
		codes := a.Selected()
		if codes == nil {
			codes = []string{}
		}
		return dataset.Answer{Codes: codes}, true, nil
	case item.Scale.Kind == instrument.VAS || item.Scale.Kind == instrument.Number:
		x, err := strconv.ParseFloat(string(a), 64)
		return dataset.Answer{Number: &x}, true, err
	}
	return dataset.Answer{Code: string(a)}, true, nil
}

// coachedBy adds sessions and the coach: the one with most sessions held before the endpoint, else the one chosen last before it.
func (c *Conduct) coachedBy(ctx context.Context, tx *store.Tx, find func(participant.Code) *dataset.Entrant) error {
	sessions, err := tx.AllSessions(ctx)
	if err != nil {
		return err
	}
	held := map[participant.Code]map[coach.Code]int{}
	for _, s := range sessions {
		e := find(s.Participant)
		if e == nil {
			continue
		}
		e.Sessions = append(e.Sessions, dataset.Session{Number: s.Number, Coach: string(s.Coach), Start: s.Start.UTC(), Planned: s.Planned, Held: s.Actual,
			Billed: session.Billed(c.Protocol.Cost, s), State: string(s.State), Missed: string(s.Missed), Mode: s.Mode})
		if s.State == session.Held && s.Start.Before(c.endpoint(e)) {
			if held[s.Participant] == nil {
				held[s.Participant] = map[coach.Code]int{}
			}
			held[s.Participant][s.Coach]++
		}
	}
	pairings, err := tx.Pairings(ctx)
	if err != nil {
		return err
	}
	for _, p := range pairings {
		e := find(p.Participant)
		if e == nil || !p.Chosen.Before(c.endpoint(e)) {
			continue
		}
		if e.Coach == "" || held[p.Participant][p.Coach] >= held[p.Participant][coach.Code(e.Coach)] {
			e.Coach, e.CoachChosen = string(p.Coach), new(p.Chosen)
		}
	}
	return nil
}

// endpoint gives the moment until which coaching counts for the contrasts: the completion of the endpoint visit, or the end of its window.
func (c *Conduct) endpoint(e *dataset.Entrant) time.Time {
	planned, ok := c.Protocol.Endpoint()
	if !ok {
		return time.Unix(1<<40, 0)
	}
	v := e.Visits[planned.ID]
	if v == nil {
		return time.Unix(1<<40, 0)
	}
	return c.Protocol.CoachingCounts(planned, v.Due, v.Completed)
}
