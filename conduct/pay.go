package conduct

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/cost"
)

// PaySheet is what coaches are paid for a month: a draft, which follows the sessions, or as it was approved, which nothing changes any more.
type PaySheet struct {
	cost.Sheet
	Digest   string                // SHA-256 of what is approved, or would be
	Approved *time.Time            // nil: a draft
	Over     bool                  // the month has ended, so that it can be approved
	Waits    cost.Month            // an earlier month with pay that must be approved first; empty: none
	Names    map[coach.Code]string // of the coaches, who are the payees; nobody else is named
}

// PaySheets gives the sheets of all months, the latest first.
func (c *Conduct) PaySheets(ctx context.Context, by identity.Actor) (all []PaySheet, err error) {
	if err := by.Require("pay.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if all, _, err = c.paySheets(ctx, tx); err != nil {
			return err
		}
		names := map[coach.Code]string{}
		for _, s := range all {
			for _, k := range s.Coaches {
				if _, known := names[k.Coach]; known {
					continue
				}
				who, err := person(ctx, tx, k.Coach)
				if err != nil {
					return err
				}
				names[k.Coach] = who.Name
			}
		}
		for i := range all {
			all[i].Names = names
		}
		return nil
	})
	return all, err
}

// PaySheet gives the sheet of one month.
func (c *Conduct) PaySheet(ctx context.Context, by identity.Actor, month cost.Month) (PaySheet, error) {
	all, err := c.PaySheets(ctx, by)
	if err != nil {
		return PaySheet{}, err
	}
	i := slices.IndexFunc(all, func(s PaySheet) bool { return s.Month == month })
	if i < 0 {
		return PaySheet{}, noMonth(month)
	}
	return all[i], nil
}

func noMonth(month cost.Month) error {
	return problem.New(problem.NotFound, "Nothing is paid for %.20q", string(month))
}

// OwnPay gives a coach what they have earned and are to earn, by month, the latest first; months without pay are left out.
func (c *Conduct) OwnPay(ctx context.Context, by identity.Actor) (own []PaySheet, err error) {
	if err := by.Require("pay.read_own"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, _, err := c.paySheets(ctx, tx)
		own = nil
		for _, s := range all {
			s.Coaches = slices.DeleteFunc(slices.Clone(s.Coaches), func(k cost.Earned) bool { return k.Coach != by.Coach })
			if len(s.Coaches) == 1 {
				s.Amount, s.Digest = s.Coaches[0].Amount, "" // the digest is of everybody's
				own = append(own, s)
			}
		}
		return err
	})
	return own, err
}

// ApprovePay freezes the sheet of a month that is over. The digest is of the draft that was looked at: where the sessions have changed it
// since, nothing is approved.
func (c *Conduct) ApprovePay(ctx context.Context, by identity.Actor, month cost.Month, digest string) error {
	if err := by.Require("pay.approve"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		all, entries, err := c.paySheets(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(s PaySheet) bool { return s.Month == month })
		if i < 0 {
			return noMonth(month)
		}
		s := all[i]
		switch {
		case s.Approved != nil:
			return problem.New(problem.Conflict, "%s was approved on %s", month.Title(), s.Approved.In(c.Protocol.Location()).Format("January 2, 2006")).
				Instead("What changes later is on the next sheet.")
		case !s.Over:
			return problem.New(problem.Conflict, "%s is not over yet", month.Title()).Instead("Approve it when it is.")
		case s.Waits != "":
			return problem.New(problem.Conflict, "%s comes first", s.Waits.Title()).Instead("Approve the months in their order.")
		case s.Digest != digest:
			return problem.New(problem.Conflict, "The sheet has changed since you looked at it").Instead("Look at it once more.")
		case len(s.Coaches) == 0:
			return problem.New(problem.Conflict, "There is nothing to pay")
		}
		text, _, err := s.Canonical()
		if err != nil {
			return err
		}
		if err := tx.AddPaySheet(ctx, store.PaySheet{Month: month, Digest: digest, Approved: tx.Now(), Actor: by.Name, Sheet: text}, entries[month]); err != nil {
			return err
		}
		return record(ctx, tx, by, "pay.approve", string(month), nil, facts{"sha256": digest, "coaches": len(s.Coaches), "amount": s.Amount}, "")
	})
}

// paySheets gives the sheets of all months, the latest first, and the entries that approving a draft would make.
func (c *Conduct) paySheets(ctx context.Context, tx *store.Tx) (all []PaySheet, entries map[cost.Month][]cost.Paid, err error) {
	zone := c.Protocol.Location()
	p := cost.Paying{Cost: c.Protocol.Cost, Zone: zone, Certified: map[coach.Code]time.Time{}}
	if p.Sessions, err = tx.AllSessions(ctx); err != nil {
		return nil, nil, err
	}
	if p.Paid, err = tx.Paid(ctx); err != nil {
		return nil, nil, err
	}
	coaches, err := tx.Coaches(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range coaches {
		if at, ok := coach.FirstCertified(c.Protocol.Coaching.Certification, k.Certification); ok && !at.After(tx.Now()) {
			p.Certified[k.Code] = at
		}
	}
	frozen, err := tx.PaySheets(ctx)
	if err != nil {
		return nil, nil, err
	}
	sheets := map[cost.Month]PaySheet{}
	for _, f := range frozen {
		s := PaySheet{Digest: f.Digest, Approved: new(f.Approved), Over: true}
		if err := json.Unmarshal(f.Sheet, &s.Sheet); err != nil {
			return nil, nil, problem.New(problem.Internal, "the approved pay sheet of %s cannot be read", f.Month).Because(err)
		}
		sheets[f.Month] = s
		p.Approved = append(p.Approved, f.Month)
	}
	entries = map[cost.Month][]cost.Paid{}
	var waits cost.Month
	for _, m := range p.Months(tx.Now()) {
		s, approved := sheets[m]
		if !approved {
			s.Sheet, entries[m] = p.Draft(m)
			if _, s.Digest, err = s.Canonical(); err != nil {
				return nil, nil, err
			}
			s.Over, s.Waits = !tx.Now().Before(m.Ends(zone)), waits
			if waits == "" && len(s.Coaches) > 0 {
				waits = m
			}
		}
		all = append(all, s)
	}
	slices.Reverse(all)
	return all, entries, nil
}
