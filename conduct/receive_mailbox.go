package conduct

import (
	"bytes"
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/job"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
)

// ReceiveFrom takes the mail that has come to a mailbox since it was last looked at, as Receive does, and gives how many of each sort there were.
// Each message is taken once, also by several programs, and where one dies on the way: how far the mailbox was read is kept in the transaction
// that acts on the message. What a program has dealt with is marked as read there, what cannot be read is flagged, and what people write
// themselves stays as it is. How the mailbox is doing is noted for MailboxFailing.
func (c *Conduct) ReceiveFrom(ctx context.Context, by identity.Actor, from *post.Mailbox) (map[Taken]int, error) {
	if err := by.Require("message.receive"); err != nil {
		return nil, err
	}
	name, counts := from.Name(), map[Taken]int{}
	var after post.Place
	var failing time.Time
	if err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		after, failing, err = tx.Mailbox(ctx, name)
		return err
	}); err != nil {
		return nil, err
	}
	wrong := from.Poll(ctx, after, func(at post.Place, raw []byte) (post.Mark, error) {
		var fresh bool
		what, err := c.receive(ctx, by, bytes.NewReader(raw), func(tx *store.Tx) (_ bool, err error) {
			fresh, err = tx.PassMessage(ctx, name, at)
			return fresh, err
		})
		if err != nil && !job.Retry(err) { // it would hold up all that come after it
			what = Unreadable
			err = c.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.PassMessage(ctx, name, at); return err })
		}
		if err != nil || !fresh { // another program has taken it, and marks it
			return post.Unmarked, err
		}
		counts[what]++
		switch what {
		case Unknown:
			return post.Unmarked, nil
		case Unreadable:
			return post.Flagged, nil
		}
		return post.Done, nil
	})
	if ctx.Err() != nil || (wrong != nil) == !failing.IsZero() { // told to stop, or nothing new
		return counts, wrong
	}
	err := c.Store.Write(ctx, func(tx *store.Tx) error { return tx.NoteMailbox(ctx, name, wrong == nil) })
	return counts, orElse(wrong, err)
}

// MailboxFailing gives since when the mailbox of incoming mail cannot be read; the zero time: it can, or there is none.
func (c *Conduct) MailboxFailing(ctx context.Context, tx *store.Tx) (since time.Time, err error) {
	if c.Mailbox == nil {
		return since, nil
	}
	_, since, err = tx.Mailbox(ctx, c.Mailbox.Name())
	return since, err
}
