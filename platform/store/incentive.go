package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
)

// Incentive is an item that a person has earned.
type Incentive struct {
	Participant participant.Code
	Item        string
	Visit       string
	Cost        float64 // in the protocol's currency
	Issued      time.Time
	Sent        *time.Time
	Received    *time.Time
	Carrier     []byte // what the carrier calls the parcel, sealed; nil: nothing was noted
}

const incentiveColumns = "participant, item, visit, cost, issued, sent, received, carrier"

func scanIncentive(scan Scan) (i Incentive, err error) {
	return i, scan(&i.Participant, &i.Item, &i.Visit, &i.Cost, &i.Issued, moment{&i.Sent}, moment{&i.Received}, &i.Carrier)
}

// IssueIncentive files an item, once for each person; fresh is false where it was filed before.
func (tx *Tx) IssueIncentive(ctx context.Context, i Incentive) (fresh bool, err error) {
	n, err := tx.Do(ctx, `INSERT INTO incentive (participant, item, visit, cost, issued) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (participant, item) DO NOTHING`, i.Participant, i.Item, i.Visit, i.Cost, i.Issued)
	return n == 1, err
}

// Incentive gives one item of one person; problem.NotFound where it is not due.
func (tx *Tx) Incentive(ctx context.Context, code participant.Code, item string) (Incentive, error) {
	i, err := One(ctx, tx, scanIncentive, "SELECT "+incentiveColumns+" FROM incentive WHERE participant = $1 AND item = $2", code, item)
	if problem.Is(err, problem.NotFound) {
		return i, problem.New(problem.NotFound, "%.40q is not due to %s", item, code)
	}
	return i, err
}

// SaveIncentive writes back when an item was sent, how, and when it was received.
func (tx *Tx) SaveIncentive(ctx context.Context, i Incentive) error {
	_, err := tx.Do(ctx, "UPDATE incentive SET sent = $3, received = $4, carrier = $5 WHERE participant = $1 AND item = $2", i.Participant, i.Item, maybe(i.Sent), maybe(i.Received), i.Carrier)
	return err
}

// Incentives gives all items, in the order in which they were earned.
func (tx *Tx) Incentives(ctx context.Context) ([]Incentive, error) {
	return All(ctx, tx, scanIncentive, "SELECT "+incentiveColumns+" FROM incentive ORDER BY issued, participant, item")
}

// IncentivesOf gives the items of one person, in the order in which they were earned.
func (tx *Tx) IncentivesOf(ctx context.Context, code participant.Code) ([]Incentive, error) {
	return All(ctx, tx, scanIncentive, "SELECT "+incentiveColumns+" FROM incentive WHERE participant = $1 ORDER BY issued, item", code)
}

// SentResource files that a person was sent a resource; fresh is false where it had been sent before.
func (tx *Tx) SentResource(ctx context.Context, code participant.Code, resource string) (fresh bool, err error) {
	n, err := tx.Do(ctx, "INSERT INTO resource (participant, resource, sent) VALUES ($1, $2, $3) ON CONFLICT (participant, resource) DO NOTHING", code, resource, tx.Now())
	return n == 1, err
}
