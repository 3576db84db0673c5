package conduct

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// NewWords is what a mail is to say, with the placeholders of study.Purpose.Words.
type NewWords struct{ Subject, Body string }

// trimmed takes the spaces around off, and the line ends that browsers send.
func (w NewWords) trimmed() NewWords {
	return NewWords{strings.TrimSpace(w.Subject), strings.TrimSpace(strings.ReplaceAll(w.Body, "\r\n", "\n")) + "\n"}
}

// ChangeMessage gives one mail that has not gone words of its own, and another time; the zero time leaves it. Words that are those of its
// kind take its own away. The time is the person's quiet hours' to put off further.
func (c *Conduct) ChangeMessage(ctx context.Context, by identity.Actor, id int64, words NewWords, at time.Time) error {
	return c.changeMessage(ctx, by, "message.change", id, func(d *store.Message, b batch, about matter, now time.Time) (facts, facts, error) {
		before, after := facts{}, facts{}
		words = words.trimmed()
		m := about.message
		if words != (NewWords{m.Subject, m.Body}).trimmed() {
			var found problem.List
			found.Gather(c.Protocol.CheckText(m, words.Subject, words.Body))
			if field, ok := named(b.reading[d.Participant], words.Subject, words.Body); ok {
				found.Add(problem.New(problem.Invalid, "The text has the reader's name or address, which would be kept in the audit trail").On("%s", field).Instead("Write {{name}}."))
			}
			if err := found.Err(); err != nil {
				return nil, nil, err
			}
			before["subject"], before["body"], after["subject"], after["body"] = m.Subject, m.Body, words.Subject, words.Body
			d.Subject, d.Body = words.Subject, words.Body
			if kind := worded(c.asPlanned(m.ID), about.record.Language, b.wording, store.Message{}); words == (NewWords{kind.Subject, kind.Body}).trimmed() {
				d.Subject, d.Body = "", ""
			}
		}
		if !at.IsZero() && !at.Equal(d.Due) {
			if err := c.timely(at, now, about); err != nil {
				return nil, nil, err
			}
			before["due"] = d.Due.UTC()
			c.shift(d, about, at)
			after["due"] = d.Due.UTC()
		}
		return before, after, nil
	})
}

// shift moves a mail to a time, and keeps by how much.
func (c *Conduct) shift(d *store.Message, about matter, at time.Time) {
	wanted := d.Due
	if d.Wanted != nil {
		wanted = *d.Wanted
	}
	d.Shift += at.Sub(wanted).Round(time.Second)
	c.put(d, about.record, at, c.latest(about))
}

// timely refuses a time at which a mail cannot go, or would come too late.
func (c *Conduct) timely(at, now time.Time, about matter) error {
	switch until := c.latest(about); {
	case at.Before(now):
		return problem.New(problem.Invalid, "This time is past").On("due").Instead("Choose a time from now on.")
	case at.After(now.AddDate(2, 0, 0)):
		return problem.New(problem.Invalid, "This time is more than two years away").On("due").Instead("Choose an earlier time.")
	case !until.IsZero() && !at.Before(until):
		return problem.New(problem.Invalid, "By then there would be nothing left to write about: it ends on %s", until.In(c.Protocol.Location()).Format("January 2, 2006, 15:04")).
			On("due").Instead("Choose an earlier time.")
	}
	return nil
}

// changeMessage changes one mail that has not gone. A change of nothing is none, and is not recorded.
func (c *Conduct) changeMessage(ctx context.Context, by identity.Actor, verb string, id int64,
	change func(d *store.Message, b batch, about matter, now time.Time) (before, after facts, err error)) error {
	if err := by.Require(verb); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		found, err := planned(ctx, tx, id)
		if err != nil {
			return err
		}
		d := found.Message
		if err := unsent(d, verb == "message.restore", c.Protocol.Location()); err != nil {
			return err
		}
		b, err := c.readBatch(ctx, tx, []store.Message{d})
		if err != nil {
			return err
		}
		about, why, err := c.matter(ctx, tx, b, d)
		if err != nil {
			return err
		}
		if about.message.ID == "" {
			return problem.New(problem.Conflict, "This message can no longer be changed: %s", why)
		}
		before, after, err := change(&d, b, about, tx.Now())
		if err != nil || len(after) == 0 {
			return err
		}
		if err := tx.SaveMessage(ctx, d); err != nil {
			return err
		}
		after["message"], after["occurrence"] = d.Message, d.Occurrence+1
		return record(ctx, tx, by, verb, string(d.Participant), before, after, "")
	})
}

// unsent refuses mail that has gone; wanted says whether it is to be one that somebody has stopped.
func unsent(d store.Message, wanted bool, zone *time.Location) error {
	switch {
	case d.State == "planned" && !wanted, d.Stopped && wanted:
		return nil
	case d.State == "planned":
		return problem.New(problem.Conflict, "It has not been stopped")
	case d.Stopped:
		return problem.New(problem.Conflict, "It has been stopped").Instead("Restore it first.")
	case d.State == "sent":
		return problem.New(problem.Conflict, "It went on %s", d.Ended.In(zone).Format("January 2, 2006, 15:04"))
	}
	return problem.New(problem.Conflict, "It was needless: %s", d.Why)
}

// asPlanned gives a message as the protocol has it.
func (c *Conduct) asPlanned(id string) study.Message {
	m, _ := c.message(id)
	return m
}

// RewordMessages changes the words of a message, for those who read a language: in all of its mails that have not gone and have no words
// of their own, those that are yet to be planned among them. The protocol's own words take the change back.
func (c *Conduct) RewordMessages(ctx context.Context, by identity.Actor, id, language string, words NewWords) error {
	if err := by.Require("message.change"); err != nil {
		return err
	}
	plain, err := c.message(id)
	if err != nil {
		return err
	}
	if !slices.Contains(study.Languages, language) {
		return problem.New(problem.Invalid, "%.20q is no language of these messages", language).On("language")
	}
	of, m := store.WordingOf{Message: id, Language: language}, study.In(language, plain)
	words = words.trimmed()
	if err := c.Protocol.CheckText(m, words.Subject, words.Body); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		changed, err := tx.Wordings(ctx)
		if err != nil {
			return err
		}
		old := worded(plain, language, changed, store.Message{})
		if words == (NewWords{old.Subject, old.Body}).trimmed() {
			return nil
		}
		if words == (NewWords{m.Subject, m.Body}).trimmed() {
			err = tx.DropWording(ctx, of)
		} else {
			err = tx.SaveWording(ctx, store.Wording{WordingOf: of, Subject: words.Subject, Body: words.Body})
		}
		if err != nil {
			return err
		}
		return record(ctx, tx, by, "message.change", id, facts{"language": language, "subject": old.Subject, "body": old.Body}, facts{"language": language, "subject": words.Subject, "body": words.Body}, "")
	})
}

// mostShift is how far mail can be moved at once.
const mostShift = 60 * 24 * time.Hour

// MoveMessages moves all mails of a message that are to come by a span of time, earlier where it is negative, and gives how many. None moves
// where one of them would lie in the past or come too late.
func (c *Conduct) MoveMessages(ctx context.Context, by identity.Actor, id string, span time.Duration) (int, error) {
	if span == 0 || span > mostShift || span < -mostShift {
		return 0, problem.New(problem.Invalid, "Mail cannot be moved by this much").On("hours").Instead("Give at least an hour and at most 60 days.")
	}
	return c.changeAll(ctx, by, "message.change", id, store.ToCome, facts{"moved": span.String()}, nothing, func(d *store.Message, about matter, now time.Time) (bool, error) {
		at, zone := d.Due.Add(span), c.Protocol.Location()
		if d.Wanted != nil {
			at = d.Wanted.Add(span)
		}
		switch until := c.latest(about); {
		case at.Before(now):
			return false, problem.New(problem.Invalid, "The mail of %s would lie in the past", d.Due.In(zone).Format("January 2, 15:04")).On("hours").Instead("Move them by less.")
		case !until.IsZero() && !at.Before(until):
			return false, problem.New(problem.Invalid, "The mail of %s would come too late to be of use", d.Due.In(zone).Format("January 2, 15:04")).On("hours").Instead("Move them by less.")
		}
		c.shift(d, about, at)
		return true, nil
	})
}

// nothing is what most acts do beside changing mails.
func nothing(*store.Tx) (bool, error) { return false, nil }

// changeAll changes the mails of a message that stand at a stage, in one transaction and as one event: all or none.
// also is what else it does; false: nothing.
func (c *Conduct) changeAll(ctx context.Context, by identity.Actor, verb, id string, at store.Stage, what facts, also func(tx *store.Tx) (bool, error),
	change func(d *store.Message, about matter, now time.Time) (bool, error)) (n int, err error) {
	if err := by.Require(verb); err != nil {
		return 0, err
	}
	if _, err := c.message(id); err != nil {
		return 0, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		n = 0
		done, err := also(tx)
		if err != nil {
			return err
		}
		found, err := tx.Planned(ctx, store.PlanFilter{Message: id, Stage: at}, 0, 1_000_000)
		if err != nil {
			return err
		}
		all := make([]store.Message, len(found))
		for i, m := range found {
			all[i] = m.Message
		}
		b, err := c.readBatch(ctx, tx, all)
		if err != nil {
			return err
		}
		var changed []store.Message
		for _, d := range all {
			about, _, err := c.matter(ctx, tx, b, d)
			if err != nil {
				return err
			}
			if do, err := change(&d, about, tx.Now()); err != nil {
				return err
			} else if do {
				changed = append(changed, d)
			}
		}
		if n = len(changed); n == 0 && !done {
			return problem.New(problem.Conflict, "No message %s waits for that", id)
		}
		for _, d := range changed {
			if err := tx.SaveMessage(ctx, d); err != nil {
				return err
			}
		}
		after := facts{"messages": n}
		for key, value := range what {
			after[key] = value
		}
		return record(ctx, tx, by, verb, id, nil, after, "")
	})
	return n, err
}

// ResendMessage has one message sent once more that the mail server has refused for good, as long as its reader's address takes mail.
func (c *Conduct) ResendMessage(ctx context.Context, by identity.Actor, code participant.Code, id int64) error {
	if err := by.Require("message.resend"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Message(ctx, id)
		if err != nil || m.Person != string(code) {
			return orElse(err, problem.New(problem.NotFound, "There is no message %d to %s", id, code))
		}
		why, until, err := c.needless(ctx, tx, m)
		if err != nil {
			return err
		}
		if why != "" && (until.IsZero() || why != quietAnswer) {
			return problem.New(problem.Conflict, "It would not go: %s", why)
		}
		again, err := tx.RetryOne(ctx, id)
		if err != nil || !again {
			return orElse(err, problem.New(problem.Conflict, "It has not failed"))
		}
		return record(ctx, tx, by, "message.resend", string(code), nil, facts{"kind": m.Kind, "message": fmt.Sprint(id)}, "")
	})
}
