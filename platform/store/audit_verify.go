package store

import (
	"context"
	"errors"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"rekindle/platform/audit"
)

// VerifyAudit is [Tx.VerifyAudit] on a snapshot of its own.
func (s *Store) VerifyAudit(ctx context.Context, public string, kept ...string) (report audit.Report, err error) {
	err = s.Read(ctx, func(tx *Tx) error {
		report, err = tx.VerifyAudit(ctx, public, kept...)
		return err
	})
	return report, err
}

// VerifyAudit hashes the whole trail again and compares it with the stored tree and with every signed checkpoint,
// those kept elsewhere included. What is wrong stands in the report; an error means that the trail could not be read.
func (tx *Tx) VerifyAudit(ctx context.Context, public string, kept ...string) (audit.Report, error) {
	c, err := audit.NewCheck(public, kept...)
	if err != nil {
		return audit.Report{}, err
	}
	c.Subtrees = true
	if err := tx.walk(ctx,
		func(e audit.Entry, stored []tlog.Hash) error { c.Event(0, e, stored...); return nil },
		func(signed string) error { c.Checkpoint(0, signed); return nil }); err != nil {
		return c.Report, err
	}
	type sizes struct{ hashes, kept, head int64 }
	n, err := One(ctx, tx, func(scan Scan) (n sizes, err error) {
		err = scan(&n.hashes, &n.kept, &n.head)
		return n, err
	}, `SELECT (SELECT count(*) FROM audit_hash), (SELECT coalesce(max(size), 0) FROM audit_checkpoint), (SELECT coalesce(max(size), 0) FROM audit_head)`)
	if err != nil {
		return c.Report, err
	}
	signed, err := tx.Head(ctx)
	if err != nil {
		return c.Report, err
	}
	if n.head == c.Events && signed != "" {
		c.Checkpoint(0, signed)
	}
	c.End(0, max(n.kept, n.head))
	if len(c.Findings) == 0 && n.hashes != tlog.StoredHashCount(c.Events) {
		c.Break(c.Events, c.Events, 0, "%d hashes are stored, these events have %d", n.hashes, tlog.StoredHashCount(c.Events))
	}
	return c.Report, nil
}

// ExportAudit writes the whole trail, on one snapshot, in the form that audit.VerifyLog checks.
func (s *Store) ExportAudit(ctx context.Context, w io.Writer, public string) error {
	return s.Read(ctx, func(tx *Tx) error {
		type counts struct{ events, checkpoints, last, head int64 }
		n, err := One(ctx, tx, func(scan Scan) (n counts, err error) {
			err = scan(&n.events, &n.checkpoints, &n.last, &n.head)
			return n, err
		}, `SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM audit_checkpoint),
			(SELECT coalesce(max(size), 0) FROM audit_checkpoint), (SELECT coalesce(max(size), 0) FROM audit_head)`)
		if err != nil {
			return err
		}
		if n.head > n.last {
			n.checkpoints++
		}
		out, err := audit.NewWriter(w, public, n.events, int(n.checkpoints))
		if err != nil {
			return err
		}
		if err := tx.walk(ctx, func(e audit.Entry, stored []tlog.Hash) error {
			if len(stored) == 0 {
				return errors.New("store: an event has no hash: verify the trail")
			}
			return out.Event(e, stored[0])
		}, out.Checkpoint); err != nil {
			return err
		}
		if n.head > n.last {
			head, err := tx.Head(ctx)
			if err != nil {
				return err
			}
			if err := out.Checkpoint(head); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

// walk goes through the trail: each event with the hashes stored for it, and behind it the checkpoint kept for it.
func (tx *Tx) walk(ctx context.Context, event func(audit.Entry, []tlog.Hash) error, checkpoint func(signed string) error) error {
	const chunk = 1000
	type at[T any] struct {
		position int64
		v        T
	}
	for from := int64(0); ; {
		events, err := tx.Events(ctx, "", from, chunk)
		if err != nil || len(events) == 0 {
			return err
		}
		first, last := events[0].Seq, events[len(events)-1].Seq
		hashes, err := All(ctx, tx, func(scan Scan) (h at[tlog.Hash], err error) {
			var raw []byte
			err = scan(&h.position, &raw)
			copy(h.v[:], raw)
			return h, err
		}, "SELECT position, hash FROM audit_hash WHERE position >= $1 AND position < $2", tlog.StoredHashCount(first), tlog.StoredHashCount(last+1))
		if err != nil {
			return err
		}
		hash := make(map[int64]tlog.Hash, len(hashes))
		for _, h := range hashes {
			hash[h.position] = h.v
		}
		notes, err := All(ctx, tx, func(scan Scan) (n at[string], err error) {
			err = scan(&n.position, &n.v)
			return n, err
		}, "SELECT size, note FROM audit_checkpoint WHERE size > $1 AND size <= $2", first, last+1)
		if err != nil {
			return err
		}
		note := make(map[int64]string, len(notes))
		for _, n := range notes {
			note[n.position] = n.v
		}
		for _, e := range events {
			var stored []tlog.Hash
			for p := tlog.StoredHashCount(e.Seq); p < tlog.StoredHashCount(e.Seq+1); p++ {
				h, ok := hash[p]
				if !ok {
					break
				}
				stored = append(stored, h)
			}
			if err := event(e, stored); err != nil {
				return err
			}
			if signed, ok := note[e.Seq+1]; ok {
				if err := checkpoint(signed); err != nil {
					return err
				}
			}
		}
		from = last + 1
	}
}
