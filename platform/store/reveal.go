package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
)

// Reveal is an owner's wish to know who a code is, and what another owner said to it.
type Reveal struct {
	ID        int64
	Code      participant.Code
	AskedBy   string
	Asked     time.Time
	Expires   time.Time // until then it can be decided, and after granting seen
	Reason    []byte    // sealed
	DecidedBy string    // empty: nobody yet
	Decided   *time.Time
	Granted   bool
	Seen      *time.Time
}

const revealColumns = "id, code, asked_by, asked, expires, reason, decided_by, decided, granted = 1, seen"

func scanReveal(scan Scan) (r Reveal, err error) {
	return r, scan(&r.ID, &r.Code, &r.AskedBy, &r.Asked, &r.Expires, &r.Reason, &r.DecidedBy, moment{&r.Decided}, &r.Granted, moment{&r.Seen})
}

// AddReveal files a wish.
func (tx *Tx) AddReveal(ctx context.Context, r Reveal) error {
	return tx.insert(ctx, "reveal (code, asked_by, asked, expires, reason)", [][]any{{r.Code, r.AskedBy, r.Asked, r.Expires, r.Reason}}, "")
}

// Reveal gives one wish.
func (tx *Tx) Reveal(ctx context.Context, id int64) (Reveal, error) {
	return One(ctx, tx, scanReveal, "SELECT "+revealColumns+" FROM reveal WHERE id = $1", id)
}

// Reveals gives the latest wishes, the newest first.
func (tx *Tx) Reveals(ctx context.Context, most int) ([]Reveal, error) {
	return All(ctx, tx, scanReveal, "SELECT "+revealColumns+" FROM reveal ORDER BY id DESC LIMIT $1", most)
}

// DecideReveal says yes or no to a wish, once, and until when it can be seen. The database refuses the one who asked.
func (tx *Tx) DecideReveal(ctx context.Context, id int64, by string, granted bool, expires time.Time) error {
	yes := 0
	if granted {
		yes = 1
	}
	return tx.changeReveal(ctx, "UPDATE reveal SET decided_by = $2, decided = $3, granted = $4, expires = $5 WHERE id = $1 AND decided IS NULL", id, by, tx.now, yes, expires)
}

// SeeReveal notes that what was granted was seen, once.
func (tx *Tx) SeeReveal(ctx context.Context, id int64) error {
	return tx.changeReveal(ctx, "UPDATE reveal SET seen = $2 WHERE id = $1 AND granted = 1 AND seen IS NULL", id, tx.now)
}

func (tx *Tx) changeReveal(ctx context.Context, statement string, args ...any) error {
	n, err := tx.Do(ctx, statement, args...)
	if err == nil && n == 0 {
		err = problem.New(problem.Conflict, "Somebody was faster, or it was seen already")
	}
	return err
}
