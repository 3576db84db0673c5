package conduct

import (
	"context"
	"strconv"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
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
		codes := map[string]string{}
		for item, value := range says {
			codes[item] = strconv.Itoa(value)
		}
		if err := c.hear(ctx, tx, s.Coach, sessionPool(s.Number), s.Participant, codes); err != nil {
			return err
		}
		return record(ctx, tx, by, "alliance.rate", s.ID, nil, facts{"number": s.Number}, "")
	})
}

// sessionPool is the pool of what is said after the session of a number; the pool of a fidelity item is called as the item.
func sessionPool(number int) string { return "session " + strconv.Itoa(number) }

// hear takes somebody's voice into a pool of what is said of a coach, and makes a batch of those who wait, where they are enough. Where the
// protocol has nothing read pooled, nothing is kept for it.
func (c *Conduct) hear(ctx context.Context, tx *store.Tx, of coach.Code, pool string, who participant.Code, says map[string]string) error {
	least := c.Protocol.Coaching.PooledOver
	if least == 0 {
		return nil
	}
	if err := tx.AddVoice(ctx, of, pool, who, says); err != nil {
		return err
	}
	voices, err := tx.Voices(ctx, of, pool)
	if err != nil {
		return err
	}
	if batch, people := session.NextBatch(voices, least); batch > 0 {
		return tx.MakeBatch(ctx, of, pool, batch, people)
	}
	return nil
}

// hearFidelity takes what somebody answered in the fidelity form, as it was when it was submitted, into the pools of the coach who last met
// them, each item into its own. What was declined or left out is nobody's voice.
func (c *Conduct) hearFidelity(ctx context.Context, tx *store.Tx, who participant.Code, in *instrument.Instrument, answers instrument.Answers) error {
	if in.ID != c.Protocol.Coaching.Fidelity {
		return nil
	}
	of, err := tx.LastCoach(ctx, who)
	if err != nil || of == "" {
		return err
	}
	for _, item := range pooledItems(in) {
		if a := answers[item]; a != instrument.Blank && a != instrument.Declined {
			if err := c.hear(ctx, tx, of, item, who, map[string]string{item: string(a)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// pooledItems are the items of a form of which it can be counted who answered what.
func pooledItems(in *instrument.Instrument) (items []string) {
	for _, item := range in.Items {
		if len(item.Scale.Codes) > 0 && item.Scale.Kind != instrument.SelectAll {
			items = append(items, item.ID)
		}
	}
	return items
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
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		pools = nil
		for _, item := range pooledItems(in) {
			voices, err := tx.Voices(ctx, by.Coach, item)
			if err != nil {
				return err
			}
			if p, ok := session.PoolCounts(item, voices, c.Protocol.Coaching.PooledOver); ok {
				pools = append(pools, p)
			}
		}
		return nil
	})
	return pools, err
}

// PooledAlliance gives a coach what their coachees said, pooled over at least as many people as the protocol asks for, in whole
// batches: package session says what that guarantees.
func (c *Conduct) PooledAlliance(ctx context.Context, by identity.Actor) (pools []session.Pool, err error) {
	if err := by.Require("alliance.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		pools = nil
		for _, number := range session.AllianceAfter {
			voices, err := tx.Voices(ctx, by.Coach, sessionPool(number))
			if err != nil {
				return err
			}
			if p, ok := session.PoolMeans(number, voices, c.Protocol.Coaching.PooledOver); ok {
				pools = append(pools, p)
			}
		}
		return nil
	})
	return pools, err
}
