package store

import (
	"context"
	"time"

	"rekindle/platform/mail"
	"rekindle/problem"
)

// Mailbox gives how far a mailbox was read, and since when it cannot be; the zero time: it can.
func (tx *Tx) Mailbox(ctx context.Context, name string) (at mail.Place, failing time.Time, err error) {
	_, err = One(ctx, tx, func(scan Scan) (struct{}, error) {
		var since *time.Time
		err := scan(&at.Validity, &at.UID, moment{&since})
		if since != nil {
			failing = *since
		}
		return struct{}{}, err
	}, "SELECT validity, uid, failing FROM mailbox WHERE name = $1", name)
	if problem.Is(err, problem.NotFound) {
		err = nil
	}
	return at, failing, err
}

// PassMessage notes that a message of a mailbox is dealt with in this transaction; false where it was before.
func (tx *Tx) PassMessage(ctx context.Context, name string, at mail.Place) (bool, error) {
	n, err := tx.Do(ctx, `INSERT INTO mailbox (name, validity, uid) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET validity = excluded.validity, uid = excluded.uid WHERE mailbox.validity <> excluded.validity OR mailbox.uid < excluded.uid`,
		name, int64(at.Validity), int64(at.UID))
	return n == 1, err
}

// NoteMailbox notes whether a mailbox could be read. What is known already is kept: since when it cannot be.
func (tx *Tx) NoteMailbox(ctx context.Context, name string, readable bool) error {
	failing := Time{tx.Now()}
	if readable {
		failing = Time{}
	}
	_, err := tx.Do(ctx, `INSERT INTO mailbox (name, validity, uid, failing) VALUES ($1, 0, 0, $2)
		ON CONFLICT (name) DO UPDATE SET failing = CASE WHEN excluded.failing IS NULL THEN NULL ELSE coalesce(mailbox.failing, excluded.failing) END`, name, failing)
	return err
}
