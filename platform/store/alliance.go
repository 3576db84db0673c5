package store

import (
	"context"

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

// RemoveAlliance deletes what a participant has said of coaches, also where it was to be read pooled.
func (tx *Tx) RemoveAlliance(ctx context.Context, code participant.Code) error {
	for _, table := range []string{"alliance", "voice"} {
		if _, err := tx.Do(ctx, "DELETE FROM "+table+" WHERE participant = $1", code); err != nil {
			return err
		}
	}
	return nil
}

// AllianceOf is what a participant said of a session, for the dataset.
type AllianceOf struct {
	Participant participant.Code
	session.Alliance
}

// AllAlliances gives everything that was said of sessions, that of a participant in the order of the sessions.
func (tx *Tx) AllAlliances(ctx context.Context) ([]AllianceOf, error) {
	return All(ctx, tx, func(scan Scan) (a AllianceOf, err error) {
		var says JSON[map[string]int]
		err = scan(&a.Participant, &a.Number, &says)
		a.Says = says.V
		return a, err
	}, "SELECT participant, number, says FROM alliance ORDER BY participant, number, session")
}
