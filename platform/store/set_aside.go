package store

import (
	"context"

	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// SetAside gives the coaches whom a participant does not want to be shown, in the order in which they were set aside.
func (tx *Tx) SetAside(ctx context.Context, code participant.Code) ([]coach.Code, error) {
	return All(ctx, tx, Value[coach.Code], "SELECT coach FROM set_aside WHERE participant = $1 ORDER BY since, coach", code)
}

// PutAside adds a coach to them.
func (tx *Tx) PutAside(ctx context.Context, code participant.Code, k coach.Code) error {
	return tx.insert(ctx, "set_aside (participant, coach, since)", [][]any{{code, k, tx.Now()}}, "ON CONFLICT (participant, coach) DO NOTHING")
}

// PutBack takes a coach off them.
func (tx *Tx) PutBack(ctx context.Context, code participant.Code, k coach.Code) error {
	_, err := tx.Do(ctx, "DELETE FROM set_aside WHERE participant = $1 AND coach = $2", code, k)
	return err
}
