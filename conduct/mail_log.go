package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// MailLog is all mail to one person, sent or to come, and what the person or the address has said to it.
type MailLog struct {
	Planned    []Letter        // of the protocol
	Others     []post.Message  // that somebody or something else caused: a link asked for, a session's calendar
	Bounced    *time.Time      // since when the address takes no mail
	OptedOut   *time.Time      // since when the person wants none
	Complained bool            // it was their mail provider that said so
	Stop       *store.MailStop // of all mail, by the office; nil: none
	Zone       *time.Location
}

// logged is how many mails of each sort a log has at most.
const logged = 300

// MailLog gives the log of a participant.
func (c *Conduct) MailLog(ctx context.Context, by identity.Actor, code participant.Code) (log MailLog, err error) {
	if err := by.Require("message.read"); err != nil {
		return log, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.Kind != aParticipant {
			return orElse(orNotFound(err, "There is no participant %s", code), problem.New(problem.NotFound, "There is no participant %s", code))
		}
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		log = MailLog{Bounced: i.Bounced, OptedOut: i.OptedOut, Zone: c.zone(r.Zone)}
		if stop, stopped, err := mailStop(ctx, tx, code); err != nil {
			return err
		} else if stopped {
			log.Stop = &stop
		}
		found, err := tx.Planned(ctx, store.PlanFilter{Participant: code}, 0, logged)
		if err != nil {
			return err
		}
		if log.Planned, err = c.letters(ctx, tx, found); err != nil {
			return err
		}
		sent, err := tx.LatestMail(ctx, store.MailFilter{Person: string(code)}, 0, logged)
		for _, m := range sent {
			if m.Plan == 0 {
				log.Others = append(log.Others, m)
			}
		}
		if err != nil {
			return err
		}
		complaints, err := tx.EventCount(ctx, store.EventFilter{Object: string(code), Verb: "participant.complain"})
		log.Complained = complaints > 0
		return err
	})
	return log, err
}

// Plan is how the mail of the protocol stands.
type Plan struct {
	Now     time.Time
	Tallies map[string]store.Tally // by message
	Coming  []store.DueMail        // in the days asked for
	Wording map[store.WordingOf]store.Wording
	Stops   map[store.MailStopOf]store.MailStop
}

// MailPlan counts the mail of the protocol, and what goes within so many days of the protocol's calendar, today among them.
func (c *Conduct) MailPlan(ctx context.Context, by identity.Actor, days int) (p Plan, err error) {
	if err := by.Require("message.read"); err != nil {
		return p, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if p.Tallies, err = tx.Tallies(ctx); err != nil {
			return err
		}
		if p.Wording, err = tx.Wordings(ctx); err != nil {
			return err
		}
		if p.Stops, err = tx.MailStops(ctx); err != nil {
			return err
		}
		p.Now = tx.Now()
		p.Coming, err = tx.DueBetween(ctx, time.Unix(0, 0), study.DateOf(p.Now, c.Protocol.Location()).After(days).Start(c.Protocol.Location()))
		return err
	})
	return p, err
}
