package conduct

import (
	"context"
	"slices"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// StopReasons are why somebody stops mail. They are words of ours, so that nothing about a person comes into the trail with them.
var StopReasons = []string{"it was said in another way", "the person has asked for a pause", "the text is to be changed first", "the time does not suit", "another reason"}

// StopMessage keeps one mail from going, for one of StopReasons.
func (c *Conduct) StopMessage(ctx context.Context, by identity.Actor, id int64, reason string) error {
	if err := known(reason); err != nil {
		return err
	}
	return c.changeMessage(ctx, by, "message.stop", id, func(d *store.Message, _ batch, _ matter, now time.Time) (facts, facts, error) {
		stopMessage(d, reason, now)
		return nil, facts{"reason": reason}, nil
	})
}

func known(reason string) error {
	if !slices.Contains(StopReasons, reason) {
		return problem.New(problem.Invalid, "%.40q is not among the reasons", reason).On("reason").Instead("Choose one of the list.")
	}
	return nil
}

func stopMessage(d *store.Message, reason string, now time.Time) {
	d.State, d.Ended, d.Why, d.Stopped = "dropped", new(now), stoppedFor(reason), true
}

// RestoreMessage lets a mail go that somebody has stopped: at its time, or, where that is past, as soon as quiet hours allow.
func (c *Conduct) RestoreMessage(ctx context.Context, by identity.Actor, id int64) error {
	return c.changeMessage(ctx, by, "message.restore", id, func(d *store.Message, _ batch, about matter, now time.Time) (facts, facts, error) {
		if about.stop != "" {
			return nil, nil, problem.New(problem.Conflict, "A stop of all mail holds for it, because %s", about.stop).Instead("Lift that first.")
		}
		if !c.restore(d, about, now) {
			return nil, nil, problem.New(problem.Conflict, "It would come too late by now")
		}
		return nil, facts{"due": d.Due.UTC()}, nil
	})
}

// restore plans a stopped mail again; false where it would come too late.
func (c *Conduct) restore(d *store.Message, about matter, now time.Time) bool {
	if d.Due.Before(now) {
		c.shift(d, about, now)
	}
	if until := c.latest(about); !until.IsZero() && !d.Due.Before(until) {
		return false
	}
	d.State, d.Ended, d.Why, d.Stopped = "planned", nil, "", false
	return true
}

// StopMessages keeps all mails of a message from going, those that are planned later among them, until RestoreMessages lifts it. It gives how
// many were to come.
func (c *Conduct) StopMessages(ctx context.Context, by identity.Actor, id, reason string) (int, error) {
	if err := known(reason); err != nil {
		return 0, err
	}
	of := store.MailStopOf{Message: id}
	return c.changeAll(ctx, by, "message.stop", id, store.ToCome, facts{"reason": reason}, func(tx *store.Tx) (bool, error) {
		return tx.AddMailStop(ctx, of, reason)
	}, func(d *store.Message, _ matter, now time.Time) (bool, error) {
		stopMessage(d, reason, now)
		return true, nil
	})
}

// RestoreMessages lifts the stop of a message, lets all of its mails go that somebody has stopped and that would not come too late, and gives
// how many. Mail to people of whom all is stopped stays so.
func (c *Conduct) RestoreMessages(ctx context.Context, by identity.Actor, id string) (int, error) {
	of := store.MailStopOf{Message: id}
	return c.changeAll(ctx, by, "message.restore", id, store.StoppedAt, facts{}, func(tx *store.Tx) (bool, error) {
		stops, err := tx.MailStops(ctx)
		if err != nil {
			return false, err
		}
		if err := tx.TakeUpMail(ctx, "", stoppedFor(stops[of].Reason)); err != nil {
			return false, err
		}
		return tx.LiftMailStop(ctx, of)
	}, func(d *store.Message, about matter, now time.Time) (bool, error) {
		return d.Stopped && about.stop == "" && c.restore(d, about, now), nil
	})
}

// StopMail keeps all mail to a participant from going that goes by itself, what is planned later among it, until LiftStop. What they ask for
// themselves still goes: a new link, their copy of a consent, the calendar of their sessions.
func (c *Conduct) StopMail(ctx context.Context, by identity.Actor, code participant.Code, reason string) error {
	if err := by.Require("message.stop_all"); err != nil {
		return err
	}
	if err := known(reason); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Participant(ctx, code); err != nil {
			return orNotFound(err, "There is no participant %s", code)
		}
		fresh, err := tx.AddMailStop(ctx, store.MailStopOf{Participant: code}, reason)
		if err != nil || !fresh {
			return orElse(err, problem.New(problem.Conflict, "All mail to %s is stopped already", code))
		}
		return record(ctx, tx, by, "message.stop_all", string(code), nil, facts{"reason": reason}, "")
	})
}

// LiftStop lets mail to a participant go again from now on. What fell into the time of the stop stays stopped; RestoreMessage lets one of it go.
func (c *Conduct) LiftStop(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.Require("message.lift"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		stop, stopped, err := mailStop(ctx, tx, code)
		if err != nil || !stopped {
			return orElse(err, problem.New(problem.Conflict, "Mail to %s is not stopped", code))
		}
		if _, err := tx.LiftMailStop(ctx, stop.MailStopOf); err != nil {
			return err
		}
		if err := tx.TakeUpMail(ctx, code, stoppedFor(stop.Reason)); err != nil {
			return err
		}
		return record(ctx, tx, by, "message.lift", string(code), facts{"reason": stop.Reason}, nil, "")
	})
}

// mailStop gives the stop of all mail to a person; false where there is none.
func mailStop(ctx context.Context, tx *store.Tx, code participant.Code) (store.MailStop, bool, error) {
	stops, err := tx.MailStops(ctx)
	stop, stopped := stops[store.MailStopOf{Participant: code}]
	return stop, stopped, err
}

// writable refuses to write to a participant to whom all mail is stopped.
func writable(ctx context.Context, tx *store.Tx, code participant.Code) error {
	stop, stopped, err := mailStop(ctx, tx, code)
	if err == nil && stopped {
		err = problem.New(problem.Conflict, "All mail to %s is stopped: %s", code, stop.Reason).Instead("Lift that first.")
	}
	return err
}

// stoppedFor says why a mail does not go that somebody has stopped.
func stoppedFor(reason string) string { return "stopped: " + reason }

// stopRound is how often a message of the outbox is looked at that waits for a stop to be lifted.
const stopRound = time.Hour

// ownWish has the kinds of mail that somebody has asked for, or that the law wants them to have: no stop keeps it from them.
var ownWish = []string{"personal-link", "consent-copy", appointmentMail}

// stoppedNotice says why a notice that no protocol plans waits until a time; empty: it goes.
func stoppedNotice(ctx context.Context, tx *store.Tx, m post.Message) (why string, until time.Time, err error) {
	if slices.Contains(ownWish, m.Kind) {
		return "", until, nil
	}
	stop, stopped, err := mailStop(ctx, tx, participant.Code(m.Person))
	if err != nil || !stopped {
		return "", until, err
	}
	return stoppedFor(stop.Reason), tx.Now().Add(stopRound), nil
}
