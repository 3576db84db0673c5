package store

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"rekindle/platform/audit"
	"rekindle/problem"
)

// checkpointEvery is how many events may pass until a signed head is kept for good.
const checkpointEvery = 64

// Record enters an event at the end of the audit trail, in this transaction: it is there if and only if what it tells
// of is. Its time is the transaction's.
func (tx *Tx) Record(ctx context.Context, e audit.Event) error {
	if tx.batch == nil {
		return problem.New(problem.Internal, "%s: a reading transaction records nothing", e.Verb)
	}
	if tx.store.key == nil {
		return problem.New(problem.Unavailable, "the study was opened without its audit key, so nothing can be done in it").
			Instead("Restore keys/audit.key")
	}
	if !tx.batch.loaded {
		if err := tx.loadTree(ctx); err != nil {
			return err
		}
	}
	entry, err := e.Enter(tx.tree.Size, tx.now)
	if err != nil {
		return err
	}
	position := tlog.StoredHashCount(tx.tree.Size)
	stored := tx.tree.Append(tlog.RecordHash(entry.Leaf()))
	if err := tx.later(ctx, `INSERT INTO audit_event (seq, at, actor, role, verb, object, old_value, new_value, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		entry.Seq, entry.At, entry.Actor, entry.Role, entry.Verb, entry.Object, entry.Old, entry.New, entry.Reason); err != nil {
		return err
	}
	for i, h := range stored {
		tx.hashes = append(tx.hashes, []any{position + int64(i), h[:]})
	}
	tx.recorded = true
	return nil
}

// Cause gives the sequence number of the last event of this transaction; false if there is none yet.
func (tx *Tx) Cause() (seq int64, ok bool) { return tx.tree.Size - 1, tx.recorded }

// loadTree takes the trail's edge from the database, unless the one of the last commit still holds: another process may
// have recorded since.
func (tx *Tx) loadTree(ctx context.Context) error {
	size, err := One(ctx, tx, Value[int64], "SELECT coalesce(max(seq), -1) + 1 FROM audit_event")
	if err != nil {
		return err
	}
	if size != tx.tree.Size {
		if tx.tree, err = audit.Load(size, func(position int64) (tlog.Hash, error) {
			return One(ctx, tx, scanHash, "SELECT hash FROM audit_hash WHERE position = $1", position)
		}); err != nil {
			return err
		}
	}
	tx.batch.tree, tx.batch.began, tx.batch.loaded = tx.tree, size, true
	return nil
}

// seal writes the hashes of what the batch recorded, all at once, and signs the head of the trail as the batch leaves it.
func (s *Store) seal(ctx context.Context, b *batch) error {
	if !b.loaded || b.tree.Size == b.began {
		return nil
	}
	tx := s.tx(b.tx)
	if err := tx.insertLater(ctx, "audit_hash (position, hash)", b.hashes, ""); err != nil {
		return err
	}
	signed, err := s.key.Sign(audit.Checkpoint{Size: b.tree.Size, Root: b.tree.Root()})
	if err != nil {
		return err
	}
	if err := tx.later(ctx, `INSERT INTO audit_head (id, size, note) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note`, b.tree.Size, signed); err != nil {
		return err
	}
	if b.tree.Size/checkpointEvery > b.began/checkpointEvery {
		err = tx.later(ctx, "INSERT INTO audit_checkpoint (size, note) VALUES ($1, $2)", b.tree.Size, signed)
	}
	return err
}

// Head gives the signed head of the trail: what to print, publish, or keep elsewhere. It is empty before the first event.
func (tx *Tx) Head(ctx context.Context) (signed string, err error) {
	heads, err := All(ctx, tx, Value[string], "SELECT note FROM audit_head")
	return strings.Join(heads, ""), err
}

// Events gives entries of the trail in order: those of the object, or all where it is empty, from the sequence number
// on, at most so many.
func (tx *Tx) Events(ctx context.Context, object string, from int64, most int) ([]audit.Entry, error) {
	return All(ctx, tx, scanEntry, entries+" WHERE seq >= $1 AND ($2 = '' OR object = $2) ORDER BY seq LIMIT $3", from, object, most)
}

// EventFilter narrows the trail; what is empty narrows nothing.
type EventFilter struct{ Object, Verb, Actor string }

const eventWhere = " WHERE ($1 = '' OR object = $1) AND ($2 = '' OR verb = $2) AND ($3 = '' OR actor = $3)"

// LatestEvents gives the entries that a filter leaves, the latest first, at most so many from offset on.
func (tx *Tx) LatestEvents(ctx context.Context, f EventFilter, offset, most int) ([]audit.Entry, error) {
	return All(ctx, tx, scanEntry, entries+eventWhere+" ORDER BY seq DESC LIMIT $4 OFFSET $5", f.Object, f.Verb, f.Actor, most, offset)
}

// EventCount gives how many entries a filter leaves.
func (tx *Tx) EventCount(ctx context.Context, f EventFilter) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM audit_event"+eventWhere, f.Object, f.Verb, f.Actor)
}

// EventVerbs gives the verbs that stand in the trail, in alphabetical order.
func (tx *Tx) EventVerbs(ctx context.Context) ([]string, error) {
	return All(ctx, tx, Value[string], "SELECT DISTINCT verb FROM audit_event ORDER BY verb")
}

const entries = "SELECT seq, at, actor, role, verb, object, old_value, new_value, reason FROM audit_event"

func scanEntry(scan Scan) (e audit.Entry, err error) {
	err = scan(&e.Seq, &e.At, &e.Actor, &e.Role, &e.Verb, &e.Object, &e.Old, &e.New, &e.Reason)
	return e, err
}

func scanHash(scan Scan) (h tlog.Hash, err error) {
	var raw []byte
	if err = scan(&raw); err == nil && len(raw) != len(h) {
		err = fmt.Errorf("a hash of %d bytes", len(raw))
	}
	copy(h[:], raw)
	return h, err
}
