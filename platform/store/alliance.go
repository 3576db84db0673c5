package store

import (
	"context"

	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// AddAlliance files what a participant says of a session, once; fresh is false where it was said before.
func (tx *Tx) AddAlliance(ctx context.Context, s session.Session, says map[string]int) (fresh bool, err error) {
	n, err := tx.Do(ctx, "INSERT INTO alliance (session, participant, coach, number, says, said) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session) DO NOTHING",
		s.ID, s.Participant, s.Coach, s.Number, JSON[map[string]int]{says}, tx.Now())
	return n == 1, err
}

// AllianceRated gives what a participant has said, by session.
func (tx *Tx) AllianceRated(ctx context.Context, code participant.Code) (map[string]session.Alliance, error) {
	rated := map[string]session.Alliance{}
	_, err := All(ctx, tx, func(scan Scan) (string, error) {
		var id string
		var a session.Alliance
		var says JSON[map[string]int]
		err := scan(&id, &a.Number, &says)
		a.Says = says.V
		rated[id] = a
		return id, err
	}, "SELECT session, number, says FROM alliance WHERE participant = $1", code)
	return rated, err
}

// Alliances gives what was said of a coach, in the order in which it was, without who said it.
func (tx *Tx) Alliances(ctx context.Context, code coach.Code) ([]session.Alliance, error) {
	return All(ctx, tx, func(scan Scan) (a session.Alliance, err error) {
		var says JSON[map[string]int]
		err = scan(&a.Number, &says)
		a.Says = says.V
		return a, err
	}, "SELECT number, says FROM alliance WHERE coach = $1 ORDER BY said, session", code)
}

// RemoveAlliance deletes what a participant has said.
func (tx *Tx) RemoveAlliance(ctx context.Context, code participant.Code) error {
	_, err := tx.Do(ctx, "DELETE FROM alliance WHERE participant = $1", code)
	return err
}
