package store

import (
	"context"

	"rekindle/trial/coach"
	"rekindle/trial/instrument"
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

// FidelityOf gives what people answered in a form about a coach, item by item, in the order in which they did and without who it was: of each
// the form handed in first, where this coach held the last session before it.
func (tx *Tx) FidelityOf(ctx context.Context, code coach.Code, form string) (said []map[string]string, err error) {
	at := map[participant.Code]int{}
	_, err = All(ctx, tx, func(scan Scan) (struct{}, error) {
		var who participant.Code
		var visit, item, value string
		err := scan(&who, &visit, &item, &value)
		if _, known := at[who]; !known {
			at[who] = len(said)
			said = append(said, map[string]string{})
		}
		if value != string(instrument.Declined) {
			said[at[who]][item] = value
		}
		return struct{}{}, err
	}, `SELECT f.participant, f.visit, a.item, a.value FROM form f JOIN answer a ON a.participant = f.participant AND a.visit = f.visit AND a.instrument = f.instrument
		WHERE f.instrument = $2 AND f.submitted IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM form o WHERE o.participant = f.participant AND o.instrument = f.instrument AND o.submitted < f.submitted)
		AND (SELECT s.coach FROM session s WHERE s.participant = f.participant AND s.state = 'held' AND s.start_at < f.submitted ORDER BY s.start_at DESC LIMIT 1) = $1
		ORDER BY f.submitted, f.participant, a.item`, code, form)
	return said, err
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
