package store

import (
	"context"
	"time"

	"rekindle/platform/notebook"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// NoteKey gives the key of a coach's notes; problem.NotFound where there is none.
func (tx *Tx) NoteKey(ctx context.Context, code coach.Code) (notebook.Key, error) {
	return One(ctx, tx, scanNoteKey, "SELECT recipient, wrapped, recovery FROM note_key WHERE coach = $1", code)
}

func scanNoteKey(scan Scan) (k notebook.Key, err error) {
	err = scan(&k.Recipient, &k.Wrapped, &k.Recovery)
	return k, err
}

// AddNoteKey keeps the first key of a coach's notes; a second one breaks the constraint note_key.coach.
func (tx *Tx) AddNoteKey(ctx context.Context, code coach.Code, k notebook.Key) error {
	return tx.insert(ctx, "note_key (coach, recipient, wrapped, recovery, made)", [][]any{{code, k.Recipient, k.Wrapped, k.Recovery, tx.Now()}}, "")
}

// RewrapNoteKey keeps the same key under another passphrase and recovery code.
func (tx *Tx) RewrapNoteKey(ctx context.Context, code coach.Code, k notebook.Key) error {
	_, err := tx.Do(ctx, "UPDATE note_key SET wrapped = $3, recovery = $4 WHERE coach = $1 AND recipient = $2", code, k.Recipient, k.Wrapped, k.Recovery)
	return err
}

// SealedNote is a coach's note, which only the coach's key opens.
type SealedNote struct {
	ID          string
	Coach       coach.Code
	Participant participant.Code
	Session     string // empty: about no session
	Sealed      []byte
	Made        time.Time
}

// AddNote keeps a note.
func (tx *Tx) AddNote(ctx context.Context, n SealedNote) error {
	return tx.insert(ctx, "coach_note (id, coach, participant, session, sealed, made)", [][]any{{n.ID, n.Coach, n.Participant, n.Session, n.Sealed, n.Made}}, "")
}

// NotesAbout gives the notes of a coach about a participant, the latest first.
func (tx *Tx) NotesAbout(ctx context.Context, by coach.Code, code participant.Code) ([]SealedNote, error) {
	return All(ctx, tx, func(scan Scan) (n SealedNote, err error) {
		err = scan(&n.ID, &n.Coach, &n.Participant, &n.Session, &n.Sealed, &n.Made)
		return n, err
	}, "SELECT id, coach, participant, session, sealed, made FROM coach_note WHERE coach = $1 AND participant = $2 ORDER BY made DESC, id", by, code)
}

// RemoveNote forgets a note of a coach, and reports whether there was one.
func (tx *Tx) RemoveNote(ctx context.Context, by coach.Code, id string) (bool, error) {
	n, err := tx.Do(ctx, "DELETE FROM coach_note WHERE coach = $1 AND id = $2", by, id)
	return n > 0, err
}

// LendNotes keeps that a browser reads a coach's notes, by the hash of its secret, and forgets those whose time is over.
func (tx *Tx) LendNotes(ctx context.Context, hash string, code coach.Code, sealed []byte, until time.Time) error {
	if _, err := tx.Do(ctx, "DELETE FROM note_unlock WHERE expires <= $1", tx.Now()); err != nil {
		return err
	}
	return tx.insert(ctx, "note_unlock (hash, coach, sealed, expires)", [][]any{{hash, code, sealed, until}}, "")
}

// LentNotes gives what was lent to a browser of a coach; problem.NotFound where nothing was, or its time is over.
func (tx *Tx) LentNotes(ctx context.Context, hash string, code coach.Code) ([]byte, error) {
	return One(ctx, tx, Value[[]byte], "SELECT sealed FROM note_unlock WHERE hash = $1 AND coach = $2 AND expires > $3", hash, code, tx.Now())
}

// ReturnNotes takes back what was lent to browsers of a coach: to one, or to all where the hash is empty.
func (tx *Tx) ReturnNotes(ctx context.Context, hash string, code coach.Code) error {
	_, err := tx.Do(ctx, "DELETE FROM note_unlock WHERE coach = $1 AND (hash = $2 OR $2 = '')", code, hash)
	return err
}
