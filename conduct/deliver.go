package conduct

import (
	"context"
	"net/mail"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/job"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Delivered is what became of mail.
type Delivered struct {
	Sent      int
	Stopped   int // needless by now
	Postponed int // the server wants it later
	PutOff    int // it would come in its reader's quiet hours, or somebody has stopped it
	Failed    int // refused for good, Bounced among them
	Bounced   int // the address takes no mail any more
}

// Deliver sends the mail of the outbox that is due, one message after the other at the pace of the mail server's settings. Whether a
// message is still due is asked once more, in the transaction that claims it. Each is sent at least once: where the program dies
// between sending and noting it, the message goes again under the same Message-ID.
//
// A mail server that is down, or wants nothing from us, is a problem.Unavailable; nothing is lost, and what was due stays due. Deliver
// ends early, without error, when ctx does.
func (c *Conduct) Deliver(ctx context.Context, to *post.Server) (done Delivered, err error) {
	if err := identity.Program.Require("message.deliver"); err != nil {
		return done, err
	}
	for ctx.Err() == nil {
		waiting, err := c.mailWaits(ctx)
		if err != nil || !waiting {
			return done, err
		}
		if to.Pace(ctx) != nil {
			return done, nil
		}
		m, key, err := c.claim(ctx, to.Organizer(), &done)
		if err != nil {
			return done, err
		}
		if m.ID == 0 {
			continue
		}
		reply := to.Send(ctx, key, m.Content)
		if err := c.note(context.WithoutCancel(ctx), m, reply, &done); err != nil {
			return done, err
		}
		if reply.Verdict == post.Trouble {
			return done, problem.New(problem.Unavailable, "the mail server takes no mail: %s", reply.Answer)
		}
	}
	return done, nil
}

func (c *Conduct) mailWaits(ctx context.Context) (waits bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		at, err := tx.MailClock(ctx)
		waits = !at.IsZero() && !at.After(tx.Now())
		return err
	})
	return waits, err
}

// stopsAtOnce bounds how many messages one transaction stops or puts off.
const stopsAtOnce = 100

// claim takes the next message that is due, is not needless and need not wait, with the key of its Message-ID; none leaves m empty. An invitation is made
// here, as things stand now, in the name of organizer.
func (c *Conduct) claim(ctx context.Context, organizer string, done *Delivered) (m post.Message, key string, err error) {
	stopped, putOff := 0, 0
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		m, stopped, putOff = post.Message{}, 0, 0
		for stopped+putOff < stopsAtOnce {
			next, ok, err := tx.NextMail(ctx)
			if err != nil || !ok {
				return err
			}
			why, until, err := c.needless(ctx, tx, next)
			if err != nil {
				return err
			}
			if why == "" {
				m, key = next, messageKey(tx, next.Dedupe)
				m.Attempts++
				if m.Kind == appointmentMail {
					if m.Content, err = c.invitation(ctx, tx, m, organizer); err != nil {
						return err
					}
				}
				return tx.ClaimMail(ctx, next.ID)
			}
			if !until.IsZero() {
				if err := tx.PutOffMail(ctx, next.ID, until, why); err != nil {
					return err
				}
				putOff++
				continue
			}
			if err := tx.EndMail(ctx, next.ID, post.Stopped, why); err != nil {
				return err
			}
			stopped++
		}
		return nil
	})
	if err == nil {
		done.Stopped, done.PutOff = done.Stopped+stopped, done.PutOff+putOff
	}
	return m, key, err
}

// needless says why a message of the outbox need not go any more, or why it waits until a time; empty: it goes.
func (c *Conduct) needless(ctx context.Context, tx *store.Tx, m post.Message) (why string, until time.Time, err error) {
	if !m.Expires.IsZero() && !tx.Now().Before(m.Expires) {
		return "it came too late", until, nil
	}
	if m.Plan > 0 {
		return c.needlessPlanned(ctx, tx, m)
	}
	if m.Kind == store.SafetyMail {
		return "", until, nil
	}
	i, err := tx.Identity(ctx, participant.Code(m.Person))
	switch {
	case problem.Is(err, problem.NotFound):
		why, err = needlessToStaff(ctx, tx, m)
	case err != nil:
	case i.Bounced != nil:
		why = "the address takes no mail"
	case i.OptedOut != nil:
		why = "wants no more mail"
	case m.Kind == appointmentMail:
		why, err = c.needlessInvitation(ctx, tx, m)
	default:
		return stoppedNotice(ctx, tx, m)
	}
	return why, until, err
}

// quietAnswer stands where the mail server's answer does, while a message waits for the end of quiet hours.
const quietAnswer = "put off by quiet hours"

// needlessPlanned says it of a mail that the protocol plans. One that the mail server could not take in time does not come by night.
func (c *Conduct) needlessPlanned(ctx context.Context, tx *store.Tx, m post.Message) (why string, until time.Time, err error) {
	plan, err := tx.PlannedMessage(ctx, m.Plan)
	if err != nil {
		return "", until, err
	}
	if anew, err := tx.Superseded(ctx, m); err != nil || anew || plan.State != "sent" {
		return "it is planned anew for another time", until, err
	}
	b, err := c.readBatch(ctx, tx, []store.Message{plan})
	if err != nil {
		return "", until, err
	}
	about, why, err := c.matter(ctx, tx, b, plan)
	if about.holds(why) {
		return why, tx.Now().Add(stopRound), err
	}
	if err == nil && why == "" {
		why, err = overtaken(ctx, tx, about, plan)
	}
	if err != nil || why != "" {
		return why, until, err
	}
	if goes := c.goes(plan, about, tx.Now()); goes.After(tx.Now()) {
		return quietAnswer, goes, nil
	}
	return "", until, nil
}

func needlessToStaff(ctx context.Context, tx *store.Tx, m post.Message) (why string, err error) {
	a, err := tx.Account(ctx, m.Person)
	switch {
	case problem.Is(err, problem.NotFound):
		return "nobody is known by this code any more", nil
	case err == nil && a.Disabled != nil:
		return "the account is closed", nil
	}
	return "", err
}

// serverPause is how long a message waits after the mail server had trouble of its own.
const serverPause = time.Minute

// note keeps what a mail server said to a message, and what follows from it.
func (c *Conduct) note(ctx context.Context, m post.Message, reply post.Reply, done *Delivered) error {
	var bounced bool
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		bounced = false
		switch reply.Verdict {
		case post.Taken:
			return tx.EndMail(ctx, m.ID, post.Sent, reply.Answer)
		case post.Trouble:
			return tx.PostponeMail(ctx, m.ID, tx.Now().Add(serverPause), reply.Answer, false)
		case post.Later:
			if m.Attempts < job.MaxAttempts {
				return tx.PostponeMail(ctx, m.ID, tx.Now().Add(job.Backoff(m.Attempts)), reply.Answer, true)
			}
		case post.Bounced:
			if bounced, err = c.bounceOf(ctx, tx, m); err != nil {
				return err
			}
		}
		return tx.EndMail(ctx, m.ID, post.Failed, reply.Answer)
	})
	if problem.Is(err, problem.Conflict) { // another, who thought us dead, has ended it
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case reply.Verdict == post.Taken:
		done.Sent++
	case reply.Verdict == post.Trouble, reply.Verdict == post.Later && m.Attempts < job.MaxAttempts:
		done.Postponed++
	default:
		done.Failed++
		if bounced {
			done.Bounced++
		}
	}
	return nil
}

// bounceOf marks the address that a message came back from, unless the person has another by now.
func (c *Conduct) bounceOf(ctx context.Context, tx *store.Tx, m post.Message) (bool, error) {
	i, err := tx.Identity(ctx, participant.Code(m.Person))
	if problem.Is(err, problem.NotFound) {
		return false, nil // staff: an owner sees the failed message
	}
	if err != nil {
		return false, err
	}
	p, err := reveal(tx, i.Code, i.Sealed)
	if err != nil {
		return false, err
	}
	if a, err := mail.ParseAddress(m.To); err != nil || a.Address != p.Email || i.Bounced != nil {
		return false, nil
	}
	return true, c.bounced(ctx, tx, identity.Program, i, facts{"message": m.ID})
}

// Resend has mail that the server has refused for good sent once more: of one kind, or all where it is empty. What is needless by now
// is stopped as ever. It gives how many.
func (c *Conduct) Resend(ctx context.Context, by identity.Actor, kind string) (n int, err error) {
	if err := by.Require("message.resend"); err != nil {
		return 0, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		again, err := tx.RetryMail(ctx, kind)
		if n = int(again); err != nil || n == 0 {
			return err
		}
		return record(ctx, tx, by, "message.resend", c.Protocol.ID, nil, facts{"kind": kind, "messages": n}, "")
	})
	return n, err
}
