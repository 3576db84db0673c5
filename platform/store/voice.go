package store

import (
	"context"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// AddVoice keeps what a person said of a coach in a pool, as it is now; what they said there before stays.
func (tx *Tx) AddVoice(ctx context.Context, of coach.Code, pool string, who participant.Code, says map[string]string) error {
	return tx.insert(ctx, "voice (coach, pool, participant, says, given, batch, people)", [][]any{{of, pool, who, JSON[map[string]string]{says}, tx.Now(), 0, 0}},
		"ON CONFLICT (coach, pool, participant) DO NOTHING")
}

// Voices gives what was said of a coach in a pool, without who said it.
func (tx *Tx) Voices(ctx context.Context, of coach.Code, pool string) ([]session.Voice, error) {
	return All(ctx, tx, func(scan Scan) (v session.Voice, err error) {
		var says JSON[map[string]string]
		err = scan(&v.Batch, &v.Of, &says)
		v.Says = says.V
		return v, err
	}, "SELECT batch, people, says FROM voice WHERE coach = $1 AND pool = $2 ORDER BY given, participant", of, pool)
}

// MakeBatch makes one batch of all who wait in a pool.
func (tx *Tx) MakeBatch(ctx context.Context, of coach.Code, pool string, batch, people int) error {
	_, err := tx.Do(ctx, "UPDATE voice SET batch = $3, people = $4 WHERE coach = $1 AND pool = $2 AND batch = 0", of, pool, batch, people)
	return err
}

// LastCoach gives the coach who held the last session of a participant, none where no session was held yet.
func (tx *Tx) LastCoach(ctx context.Context, code participant.Code) (coach.Code, error) {
	k, err := One(ctx, tx, Value[coach.Code], "SELECT coach FROM session WHERE participant = $1 AND state = 'held' AND start_at < $2 ORDER BY start_at DESC LIMIT 1", code, tx.Now())
	if problem.Is(err, problem.NotFound) {
		return "", nil
	}
	return k, err
}
