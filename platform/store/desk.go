package store

import (
	"context"

	"rekindle/trial/coach"
)

// PairingsOfCoach gives all pairings that a coach has and had, in the order in which they were made.
func (tx *Tx) PairingsOfCoach(ctx context.Context, code coach.Code) ([]Pairing, error) {
	return All(ctx, tx, scanPairing, "SELECT participant, coach, chosen, ended, reason FROM pairing WHERE coach = $1 ORDER BY id", code)
}

// Photo is a coach's photo, in two sizes.
type Photo struct {
	Large, Small []byte // PNG or JPEG
}

// SavePhoto keeps a coach's photo in place of the one before.
func (tx *Tx) SavePhoto(ctx context.Context, code coach.Code, p Photo) error {
	return tx.insert(ctx, "coach_photo (coach, large, small, made)", [][]any{{code, p.Large, p.Small, tx.Now()}},
		"ON CONFLICT (coach) DO UPDATE SET large = excluded.large, small = excluded.small, made = excluded.made")
}

// Photo gives a coach's photo; problem.NotFound where there is none.
func (tx *Tx) Photo(ctx context.Context, code coach.Code) (Photo, error) {
	return One(ctx, tx, scanPhoto, "SELECT large, small FROM coach_photo WHERE coach = $1", code)
}

// Pictured reports whether there is a photo of a coach.
func (tx *Tx) Pictured(ctx context.Context, code coach.Code) (bool, error) {
	n, err := One(ctx, tx, Value[int], "SELECT count(*) FROM coach_photo WHERE coach = $1", code)
	return n > 0, err
}

// RemovePhoto forgets a coach's photo.
func (tx *Tx) RemovePhoto(ctx context.Context, code coach.Code) error {
	_, err := tx.Do(ctx, "DELETE FROM coach_photo WHERE coach = $1", code)
	return err
}

func scanPhoto(scan Scan) (p Photo, err error) {
	err = scan(&p.Large, &p.Small)
	return p, err
}
