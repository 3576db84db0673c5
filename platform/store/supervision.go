package store

import (
	"context"
	"encoding/json"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
)

// supervisionWords is what is sealed of a meeting.
type supervisionWords struct {
	Outside string `json:"outside,omitempty"`
	Place   string `json:"place"`
}

// SaveSupervision plans a meeting, or writes back one that has changed. Who is invited is written when it is planned, and not again.
func (tx *Tx) SaveSupervision(ctx context.Context, m coach.Supervision) error {
	if tx.Vault == nil {
		return sealedAway()
	}
	plain, err := json.Marshal(supervisionWords{m.Outside, m.Place})
	if err != nil {
		return err
	}
	var supervisor any
	if m.Supervisor != "" {
		supervisor = m.Supervisor
	}
	err = tx.insert(ctx, "supervision (id, supervisor, start_at, planned, zone, sealed, state, sequence, changed)",
		[][]any{{m.ID, supervisor, m.Start, m.Minutes, m.Zone, tx.Vault.Seal(plain, "supervision", "sealed", m.ID), m.State, m.Sequence, tx.Now()}},
		`ON CONFLICT (id) DO UPDATE SET start_at = excluded.start_at, planned = excluded.planned, zone = excluded.zone, sealed = excluded.sealed,
		state = excluded.state, sequence = excluded.sequence, changed = excluded.changed`)
	if err != nil {
		return err
	}
	rows := make([][]any, len(m.Coaches))
	for i, s := range m.Coaches {
		rows[i] = []any{m.ID, s.Coach, s.Minutes}
	}
	return tx.insert(ctx, "supervised (supervision, coach, attended)", rows, "ON CONFLICT (supervision, coach) DO UPDATE SET attended = excluded.attended")
}

const supervisionColumns = "m.id, coalesce(m.supervisor, ''), m.start_at, m.planned, m.zone, m.sealed, m.state, m.sequence, m.changed"

// supervisions gives the meetings that a condition picks, by start, with whom they invite.
func (tx *Tx) supervisions(ctx context.Context, where string, args ...any) ([]coach.Supervision, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	at := map[string]int{}
	all, err := All(ctx, tx, func(scan Scan) (m coach.Supervision, err error) {
		var sealed []byte
		if err := scan(&m.ID, &m.Supervisor, &m.Start, &m.Minutes, &m.Zone, &sealed, &m.State, &m.Sequence, &m.Changed); err != nil {
			return m, err
		}
		plain, err := tx.Vault.Open(sealed, "supervision", "sealed", m.ID)
		if err != nil {
			return m, err
		}
		var words supervisionWords
		err = json.Unmarshal(plain, &words)
		m.Outside, m.Place = words.Outside, words.Place
		at[m.ID] = len(at)
		return m, err
	}, "SELECT "+supervisionColumns+" FROM supervision m WHERE "+where+" ORDER BY m.start_at, m.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	_, err = All(ctx, tx, func(scan Scan) (s coach.Supervised, err error) {
		var id string
		if err = scan(&id, &s.Coach, &s.Minutes); err == nil {
			m := &all[at[id]]
			m.Coaches = append(m.Coaches, s)
		}
		return s, err
	}, "SELECT s.supervision, s.coach, s.attended FROM supervised s JOIN supervision m ON m.id = s.supervision WHERE "+where+" ORDER BY s.coach", args...)
	return all, err
}

// Supervisions gives all meetings, by start.
func (tx *Tx) Supervisions(ctx context.Context) ([]coach.Supervision, error) {
	return tx.supervisions(ctx, "1 = 1")
}

// SupervisionsOf gives the meetings that begin after from and to which a coach is invited or which they supervise, by start.
func (tx *Tx) SupervisionsOf(ctx context.Context, code coach.Code, from time.Time) ([]coach.Supervision, error) {
	return tx.supervisions(ctx, "m.start_at > $2 AND (m.supervisor = $1 OR m.id IN (SELECT supervision FROM supervised WHERE coach = $1))", code, from)
}

// Supervision gives one meeting; problem.NotFound where there is none.
func (tx *Tx) Supervision(ctx context.Context, id string) (coach.Supervision, error) {
	all, err := tx.supervisions(ctx, "m.id = $1", id)
	switch {
	case err != nil:
		return coach.Supervision{}, err
	case len(all) == 0:
		return coach.Supervision{}, problem.New(problem.NotFound, "There is no such meeting")
	}
	return all[0], nil
}

// Uninvite takes a coach out of a meeting, with what they have put down for it.
func (tx *Tx) Uninvite(ctx context.Context, id string, code coach.Code) error {
	for _, table := range []string{"supervised", "difficulty"} {
		if _, err := tx.Do(ctx, "DELETE FROM "+table+" WHERE supervision = $1 AND coach = $2", id, code); err != nil {
			return err
		}
	}
	return nil
}

// SupervisionSpans gives when a coach is in meetings that are planned and are not over at a moment. It opens nothing that is sealed.
func (tx *Tx) SupervisionSpans(ctx context.Context, code coach.Code, from time.Time) ([]coach.Span, error) {
	const longest = 24 * time.Hour // no meeting lasts longer
	return All(ctx, tx, func(scan Scan) (s coach.Span, err error) {
		var minutes int
		err = scan(&s.From, &minutes)
		s.To = s.From.Add(time.Duration(minutes) * time.Minute)
		return s, err
	}, `SELECT start_at, planned FROM supervision WHERE state = 'planned' AND start_at > $2 AND (supervisor = $1 OR id IN (SELECT supervision FROM supervised WHERE coach = $1))
		ORDER BY start_at`, code, from.Add(-longest))
}

// Attendances gives what each coach attended of supervision, in the order in which it was.
func (tx *Tx) Attendances(ctx context.Context) (map[coach.Code][]coach.Attendance, error) {
	attended := map[coach.Code][]coach.Attendance{}
	_, err := All(ctx, tx, func(scan Scan) (a coach.Attendance, err error) {
		var code coach.Code
		var start time.Time
		var planned int
		if err = scan(&code, &a.Minutes, &start, &planned); err == nil {
			a.Ended = start.Add(time.Duration(planned) * time.Minute)
			attended[code] = append(attended[code], a)
		}
		return a, err
	}, "SELECT s.coach, s.attended, m.start_at, m.planned FROM supervised s JOIN supervision m ON m.id = s.supervision WHERE m.state = 'held' AND s.attended > 0 ORDER BY m.start_at, m.id")
	return attended, err
}

// AddDifficulty keeps what a coach wants to speak of, sealed.
func (tx *Tx) AddDifficulty(ctx context.Context, d coach.Difficulty) error {
	if tx.Vault == nil {
		return sealedAway()
	}
	return tx.insert(ctx, "difficulty (id, supervision, coach, sealed, made)", [][]any{{d.ID, d.Supervision, d.By, tx.Vault.Seal([]byte(d.Text), "difficulty", "sealed", d.ID), tx.Now()}}, "")
}

// Difficulties gives what was put down for a meeting, the first first.
func (tx *Tx) Difficulties(ctx context.Context, supervision string) ([]coach.Difficulty, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	return All(ctx, tx, func(scan Scan) (d coach.Difficulty, err error) {
		var sealed []byte
		if err := scan(&d.ID, &d.Supervision, &d.By, &sealed, &d.Made); err != nil {
			return d, err
		}
		text, err := tx.Vault.Open(sealed, "difficulty", "sealed", d.ID)
		d.Text = string(text)
		return d, err
	}, "SELECT id, supervision, coach, sealed, made FROM difficulty WHERE supervision = $1 ORDER BY made, id", supervision)
}

// RemoveDifficulty forgets what a coach has put down for a meeting; it reports whether there was such.
func (tx *Tx) RemoveDifficulty(ctx context.Context, supervision string, by coach.Code, id string) (bool, error) {
	n, err := tx.Do(ctx, "DELETE FROM difficulty WHERE id = $1 AND supervision = $2 AND coach = $3", id, supervision, by)
	return n > 0, err
}
