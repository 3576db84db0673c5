package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

const sessionColumns = "id, participant, coach, number, start_at, planned, mode, state, actual, missed, steps, themes, sequence, booked, closed"

func scanSession(scan Scan) (s session.Session, err error) {
	var steps, themes JSON[[]string]
	err = scan(&s.ID, &s.Participant, &s.Coach, &s.Number, &s.Start, &s.Planned, &s.Mode, &s.State, &s.Actual, &s.Missed, &steps, &themes, &s.Sequence, &s.BookedAt, moment{&s.ClosedAt})
	s.Steps, s.Themes = steps.V, themes.V
	return s, err
}

func sessionRow(s session.Session, buffer time.Duration) []any {
	return []any{s.ID, s.Participant, s.Coach, s.Number, s.Start, s.Planned, s.Mode, s.State, s.Actual, s.Missed, JSON[[]string]{s.Steps}, JSON[[]string]{s.Themes},
		s.Sequence, s.BookedAt, maybe(s.ClosedAt), s.End().Add(buffer)}
}

// AddSession books a session, with buffer kept free after it. One that would overlap another of its coach or participant breaks
// the constraint session_coach_overlap or session_participant_overlap; a second one of the same number session_number.
func (tx *Tx) AddSession(ctx context.Context, s session.Session, buffer time.Duration) error {
	return tx.insert(ctx, "session ("+sessionColumns+", busy_until)", [][]any{sessionRow(s, buffer)}, "")
}

// SaveSession writes a session back, one update of its row; the constraints are those of AddSession.
func (tx *Tx) SaveSession(ctx context.Context, s session.Session, buffer time.Duration) error {
	_, err := tx.Do(ctx, `UPDATE session SET participant = $2, coach = $3, number = $4, start_at = $5, planned = $6, mode = $7, state = $8, actual = $9, missed = $10,
		steps = $11, themes = $12, sequence = $13, booked = $14, closed = $15, busy_until = $16 WHERE id = $1`, sessionRow(s, buffer)...)
	return err
}

// Session gives a session; an unknown ID is problem.NotFound.
func (tx *Tx) Session(ctx context.Context, id string) (session.Session, error) {
	s, err := One(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM session WHERE id = $1", id)
	if problem.Is(err, problem.NotFound) {
		return s, problem.New(problem.NotFound, "There is no such session")
	}
	return s, err
}

// Sessions gives the sessions of a participant, by start.
func (tx *Tx) Sessions(ctx context.Context, code participant.Code) ([]session.Session, error) {
	return All(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM session WHERE participant = $1 ORDER BY start_at, number", code)
}

// AllSessions gives every session, by participant and start.
func (tx *Tx) AllSessions(ctx context.Context) ([]session.Session, error) {
	return All(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM session ORDER BY participant, start_at, number")
}

// SessionsHeld gives the number of sessions that took place.
func (tx *Tx) SessionsHeld(ctx context.Context) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM session WHERE state = 'held'")
}

// SessionsOfCoach gives the sessions of a coach that start from from on and before to, by start.
func (tx *Tx) SessionsOfCoach(ctx context.Context, code coach.Code, from, to time.Time) ([]session.Session, error) {
	return All(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM session WHERE coach = $1 AND start_at >= $2 AND start_at < $3 ORDER BY start_at", code, from, to)
}
