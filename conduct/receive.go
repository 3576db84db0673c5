package conduct

import (
	"context"
	"io"
	"slices"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Taken is what a mail that came in was about.
type Taken string

// What mail can be about.
const (
	Returned   Taken = "returned"  // a message came back
	Complained Taken = "complaint" // its reader has called it unwanted
	Answered   Taken = "calendar"  // a calendar program has answered an invitation
	Noticed    Taken = "notice"    // a report that changes nothing: delayed, delivered, told before
	Unknown    Taken = "unknown"   // nothing that a program could act on
	Unreadable Taken = "unreadable"
)

// reportedWithin is how long after its sending a message can come back.
const reportedWithin = 90 * 24 * time.Hour

// Receive takes one mail that came to the programme: a report that a message came back, a complaint about one, or the answer of a calendar
// program. Reports are believed only about messages whose Message-ID they name, which nobody knows but those on its way. Whatever else
// it is, junk included, changes nothing. A second time changes nothing either.
func (c *Conduct) Receive(ctx context.Context, by identity.Actor, raw io.Reader) (Taken, error) {
	what, err := c.receive(ctx, by, raw, func(*store.Tx) (bool, error) { return true, nil })
	if what == Unreadable {
		what = Unknown
	}
	return what, err
}

// receive takes one mail in one transaction, in which once says whether nobody has taken it before.
func (c *Conduct) receive(ctx context.Context, by identity.Actor, raw io.Reader, once func(*store.Tx) (bool, error)) (what Taken, err error) {
	if err := by.Require("message.receive"); err != nil {
		return Unknown, err
	}
	got, err := post.ReadReceived(raw)
	unreadable := problem.Is(err, problem.Invalid)
	if err != nil && !unreadable {
		return Unknown, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		what = Unknown
		if fresh, err := once(tx); err != nil || !fresh {
			what = Noticed
			return err
		}
		if unreadable {
			what = Unreadable
			return nil
		}
		for _, ics := range got.Calendar {
			switch err := c.takeReply(ctx, tx, by, ics); {
			case err == nil:
				what = Answered
			case !problem.Is(err, problem.Invalid) && !problem.Is(err, problem.NotFound):
				return err
			}
		}
		if got.Report == nil && !got.Complaint || len(got.Keys) == 0 {
			return nil
		}
		return c.takeReport(ctx, tx, by, got, &what)
	})
	return what, err
}

// takeReport takes what a mail server or provider says of a message of ours.
func (c *Conduct) takeReport(ctx context.Context, tx *store.Tx, by identity.Actor, got post.Received, what *Taken) error {
	*what = Unknown
	m, err := reported(ctx, tx, got.Keys)
	if err != nil || m.ID == 0 {
		return err
	}
	*what = Noticed
	if got.Complaint {
		return c.complained(ctx, tx, by, m, what)
	}
	if v := got.Report.Verdict; v != post.Bounced && v != post.Refused {
		return nil
	}
	fresh, err := tx.ReturnMail(ctx, m.ID, "came back: "+got.Report.Answer)
	if err != nil || !fresh {
		return err
	}
	*what = Returned
	if err := record(ctx, tx, by, "message.receive", m.Person, nil, facts{"message": m.ID, "kind": m.Kind, "verdict": got.Report.Verdict}, ""); err != nil {
		return err
	}
	if got.Report.Verdict == post.Bounced {
		_, err = c.bounceOf(ctx, tx, m)
	}
	return err
}

// complained takes a complaint as a wish for no more mail; one of staff about a mail to themselves is only noticed.
func (c *Conduct) complained(ctx context.Context, tx *store.Tx, by identity.Actor, m post.Message, what *Taken) error {
	i, err := tx.Identity(ctx, participant.Code(m.Person))
	if err != nil || i.OptedOut != nil {
		return ignore(err, problem.NotFound)
	}
	*what = Complained
	return c.optOut(ctx, tx, by, "participant.complain", i)
}

// reported finds the message of ours that a report names; none is the zero message.
func reported(ctx context.Context, tx *store.Tx, keys []string) (m post.Message, err error) {
	if tx.Vault == nil {
		return m, keyless()
	}
	sent, err := tx.SentSince(ctx, tx.Now().Add(-reportedWithin))
	if err != nil {
		return m, err
	}
	for _, s := range sent {
		if slices.Contains(keys, messageKey(tx, s.Dedupe)) {
			return tx.Message(ctx, s.ID)
		}
	}
	return m, nil
}

// messageKey makes the Message-ID of a message, the same each time it is sent.
func messageKey(tx *store.Tx, dedupe string) string {
	return tx.Vault.Digest("message-id", dedupe)[:32]
}

// ReceiveAll takes the mail that waits in a spool, and gives how many of each sort there were. A mail that cannot be taken now stays, and the
// error says why.
func (c *Conduct) ReceiveAll(ctx context.Context, by identity.Actor, from *post.Spool) (map[Taken]int, error) {
	if err := by.Require("message.receive"); err != nil {
		return nil, err
	}
	counts := map[Taken]int{}
	err := from.Each(ctx, func(raw io.Reader) error {
		what, err := c.Receive(ctx, by, raw)
		if err == nil {
			counts[what]++
		}
		return err
	})
	return counts, err
}
