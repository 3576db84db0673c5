package conduct

import (
	"context"
	"strconv"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// AllianceDue gives the sessions of a participant of which they have not said yet how working with the coach was, the latest first. It is
// none where the protocol does not ask.
func (c *Conduct) AllianceDue(ctx context.Context, by identity.Actor, code participant.Code) (due []session.Session, err error) {
	if err := by.RequireFor("alliance.rate", code); err != nil {
		return nil, err
	}
	if c.Protocol.Coaching.Alliance == "" {
		return nil, nil
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Sessions(ctx, code)
		if err != nil {
			return err
		}
		rated, err := tx.AllianceRated(ctx, code)
		due = nil
		for i := len(all) - 1; i >= 0; i-- {
			if _, said := rated[all[i].ID]; all[i].Rated() && !said {
				due = append(due, all[i])
			}
		}
		return err
	})
	return due, err
}

// RateAlliance files what a participant says of working with the coach in a session, once. The coach never learns of it alone: see
// PooledAlliance.
func (c *Conduct) RateAlliance(ctx context.Context, by identity.Actor, id string, answers instrument.Answers) error {
	if err := by.Require("alliance.rate"); err != nil {
		return err
	}
	if c.Protocol.Coaching.Alliance == "" {
		return strangers()
	}
	in, err := instrument.Find(c.Protocol.Coaching.Alliance)
	if err != nil {
		return err
	}
	if err := in.Check(answers); err != nil {
		return err
	}
	var blank problem.List
	says := map[string]int{}
	for _, item := range in.Items {
		if says[item.ID], err = strconv.Atoi(string(answers[item.ID])); err != nil {
			blank.Add(problem.New(problem.Invalid, "Nothing is chosen").On("%s", item.ID))
		}
	}
	if err := blank.Err(); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, _, err := sessionOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if !s.Rated() {
			return problem.New(problem.Conflict, "This session is not asked about")
		}
		fresh, err := tx.AddAlliance(ctx, s, says)
		if err != nil || !fresh { // a second tap says nothing new
			return err
		}
		return record(ctx, tx, by, "alliance.rate", s.ID, nil, facts{"number": s.Number}, "")
	})
}

// PooledFidelity gives a coach what people said in the fidelity items, each for the coach who last met them before, pooled like
// PooledAlliance.
func (c *Conduct) PooledFidelity(ctx context.Context, by identity.Actor) (pools []session.AnswerPool, err error) {
	if err := by.Require("alliance.read"); err != nil {
		return nil, err
	}
	form := c.Protocol.Coaching.Fidelity
	if form == "" {
		return nil, nil
	}
	in, err := instrument.Find(form)
	if err != nil {
		return nil, err
	}
	var items []string
	for _, item := range in.Items {
		if len(item.Scale.Codes) > 0 && item.Scale.Kind != instrument.SelectAll {
			items = append(items, item.ID)
		}
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.FidelityOf(ctx, by.Coach, form)
		pools = session.PoolAnswers(all, items, c.Protocol.Coaching.PooledOver)
		return err
	})
	return pools, err
}

// PooledAlliance gives a coach what their coachees said, pooled over at least as many people as the protocol asks for; nothing of fewer.
func (c *Conduct) PooledAlliance(ctx context.Context, by identity.Actor) (pools []session.Pool, err error) {
	if err := by.Require("alliance.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Alliances(ctx, by.Coach)
		pools = session.PoolAlliance(all, c.Protocol.Coaching.PooledOver)
		return err
	})
	return pools, err
}
