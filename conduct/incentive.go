package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// issueIncentives files what a person has earned by completing a visit.
func (c *Conduct) issueIncentives(ctx context.Context, tx *store.Tx, r participant.Record, visit string) error {
	var items []string
	for _, i := range followup.Owed(c.Protocol.Incentives, visit) {
		fresh, err := tx.IssueIncentive(ctx, store.Incentive{Participant: r.Code, Item: i.ID, Visit: visit, Cost: i.Cost, Issued: tx.Now()})
		if err != nil {
			return err
		}
		if fresh {
			items = append(items, i.ID)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return record(ctx, tx, identity.Program, "incentive.issue", string(r.Code), nil, facts{"items": items}, "")
}

// SendIncentive notes that an item was posted, and tells the person. A second time is a conflict.
func (c *Conduct) SendIncentive(ctx context.Context, by identity.Actor, code participant.Code, item string) error {
	return c.changeIncentive(ctx, by, "incentive.send", code, item, func(tx *store.Tx, i *store.Incentive) error { return c.sendIncentive(ctx, tx, i) })
}

func (c *Conduct) sendIncentive(ctx context.Context, tx *store.Tx, i *store.Incentive) error {
	if i.Sent != nil {
		return problem.New(problem.Conflict, "It was sent on %s", i.Sent.In(c.Protocol.Location()).Format("January 2, 2006"))
	}
	i.Sent = new(tx.Now())
	r, err := tx.Participant(ctx, i.Participant)
	if err != nil {
		return err
	}
	for _, m := range c.Protocol.Messages {
		if m.Purpose == study.IncentiveSent {
			// The item takes the place of the session: one mail for each item.
			if err := tx.PlanMessages(ctx, c.plan(r, m, tx.Now(), false, tx.Now(), i.Item)); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReceiveIncentive notes that an item has arrived.
func (c *Conduct) ReceiveIncentive(ctx context.Context, by identity.Actor, code participant.Code, item string) error {
	return c.changeIncentive(ctx, by, "incentive.receive", code, item, receiveIncentive)
}

func receiveIncentive(tx *store.Tx, i *store.Incentive) error {
	switch {
	case i.Sent == nil:
		return problem.New(problem.Conflict, "It has not been sent yet")
	case i.Received != nil:
		return problem.New(problem.Conflict, "It has been noted as received already")
	}
	i.Received = new(tx.Now())
	return nil
}

func (c *Conduct) changeIncentive(ctx context.Context, by identity.Actor, verb string, code participant.Code, item string, change func(*store.Tx, *store.Incentive) error) error {
	if err := by.RequireFor(verb, code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Incentive(ctx, code, item)
		if err != nil {
			return err
		}
		if err := change(tx, &i); err != nil {
			return err
		}
		if err := tx.SaveIncentive(ctx, i); err != nil {
			return err
		}
		return record(ctx, tx, by, verb, string(code), nil, facts{"item": item}, "")
	})
}
