package conduct

import (
	"cmp"
	"context"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Letter is a planned mail as its reader will find it.
type Letter struct {
	store.PlannedMail
	Message       study.Message // with the words in force for this mail
	Subject, Text string        // filled in; the link without its secret, the name only for those who may know it
	Zone          *time.Location
	Until         time.Time // from when on it would come too late; zero: never
	Needless      string    // why it will not go as things stand; empty: it will
}

// unknownLink stands for the secret of a link that is drawn when the mail goes.
const unknownLink = "••••••••"

// Letters gives the planned mail that a filter leaves, as its readers will find it, and how many there are in all.
func (c *Conduct) Letters(ctx context.Context, by identity.Actor, f store.PlanFilter, offset, most int) (letters []Letter, total int, err error) {
	if err := by.Require("message.read"); err != nil {
		return nil, 0, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if total, err = tx.PlannedCount(ctx, f); err != nil {
			return err
		}
		found, err := tx.Planned(ctx, f, offset, most)
		if err != nil {
			return err
		}
		letters, err = c.letters(ctx, tx, found)
		return err
	})
	return letters, total, err
}

// Letter gives one planned mail as its reader will find it.
func (c *Conduct) Letter(ctx context.Context, by identity.Actor, id int64) (l Letter, err error) {
	if err := by.Require("message.read"); err != nil {
		return l, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		found, err := planned(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := c.letters(ctx, tx, []store.PlannedMail{found})
		if err == nil {
			l = all[0]
		}
		return err
	})
	return l, err
}

func planned(ctx context.Context, tx *store.Tx, id int64) (store.PlannedMail, error) {
	found, err := tx.PlannedOne(ctx, id)
	return found, orNotFound(err, "There is no planned message %d", id)
}

// orNotFound says in the reader's words what there is not.
func orNotFound(err error, format string, args ...any) error {
	if problem.Is(err, problem.NotFound) {
		return problem.New(problem.NotFound, format, args...)
	}
	return err
}

// letters fills in planned mails.
func (c *Conduct) letters(ctx context.Context, tx *store.Tx, found []store.PlannedMail) ([]Letter, error) {
	plain := make([]store.Message, len(found))
	for i, m := range found {
		plain[i] = m.Message
	}
	b, err := c.readBatch(ctx, tx, plain)
	if err != nil {
		return nil, err
	}
	letters := make([]Letter, len(found))
	for i, m := range found {
		l := Letter{PlannedMail: m, Zone: c.zone(b.people[m.Participant].Zone)}
		about, why, err := c.matter(ctx, tx, b, m.Message)
		if err != nil {
			return nil, err
		}
		l.Message = about.message
		if l.Message.ID == "" { // the protocol has it no more, or nobody is known by the code
			l.Message.ID, l.Needless = m.Message.Message, why
			letters[i] = l
			continue
		}
		words, err := c.words(ctx, tx, b, m.Message, about)
		if err != nil {
			return nil, err
		}
		words["link"] = c.BaseURL + "/p/" + unknownLink
		words["name"] = "[" + string(m.Participant) + "]"
		l.Subject, l.Text = about.message.Fill(words)
		if m.Outbox > 0 { // what has gone says what it said, whatever the words are by now
			if l.Subject, l.Text, err = c.asWritten(ctx, tx, m.Outbox); err != nil {
				return nil, err
			}
		}
		l.Until = c.latest(about)
		if m.State == "planned" {
			l.Needless = c.foreseen(tx, b, about)
		}
		letters[i] = l
	}
	return letters, nil
}

// asWritten gives subject and text of a mail of the outbox, with the code in place of its reader and without the secret of its link.
func (c *Conduct) asWritten(ctx context.Context, tx *store.Tx, id int64) (subject, text string, err error) {
	m, err := tx.Message(ctx, id)
	if err != nil {
		return "", "", err
	}
	subject, text = m.Subject, personalLink.ReplaceAllString(m.Text, "${1}"+unknownLink)
	if to, err := mail.ParseAddress(m.To); err == nil {
		for _, known := range []string{to.Name, to.Address} {
			if known != "" {
				subject, text = strings.ReplaceAll(subject, known, "["+m.Person+"]"), strings.ReplaceAll(text, known, "["+m.Person+"]")
			}
		}
	}
	return subject, text, nil
}

// personalLink finds the links by which a person is known.
var personalLink = regexp.MustCompile(`(/p/)[A-Za-z0-9_-]{8,}`)

// foreseen says why a mail will not go as things stand, which is not whether it could go now: what still has to open counts as open.
func (c *Conduct) foreseen(tx *store.Tx, b batch, about matter) string {
	f := about.facts
	if f.Visit == assessment.Planned {
		f.Visit = assessment.Open
	}
	if opens, _ := c.Protocol.EnrolmentWindow(); tx.Now().Before(opens) && b.study.Closed == nil {
		f.EnrolmentOpen = true
	}
	f.CoachChosen = f.CoachChosen || about.message.Purpose == study.FirstSession
	f.CoachingOpen = f.CoachingOpen || f.Status != participant.Withdrawn && about.record.UnlocksAt != nil
	_, why := followup.Still(about.message, f)
	if why == "" && about.stop != "" {
		why = stoppedFor(about.stop)
	}
	return why
}

// latest gives the moment from which on a mail would come too late: its survey has closed, its session has begun, or nobody enrols any
// more. The zero time: there is none.
func (c *Conduct) latest(about matter) time.Time {
	switch about.message.Purpose {
	case study.Announcement:
		_, closes := c.Protocol.EnrolmentWindow()
		return closes
	case study.SurveyOpen, study.SurveyReminder:
		return about.visit.Closes
	case study.SessionReminder:
		return about.session.Start
	}
	return time.Time{}
}

// worded gives a message of the protocol with the words in force for one mail, in its reader's language: its own, else those of its kind
// that were changed, else the protocol's. What the protocol says in one language alone was changed for all.
func worded(plain study.Message, language string, changed map[store.WordingOf]store.Wording, d store.Message) study.Message {
	m := study.In(language, plain)
	w, ok := changed[store.WordingOf{Message: m.ID, Language: cmp.Or(language, study.Languages[0])}]
	if !ok && m.Subject == plain.Subject && m.Body == plain.Body {
		w, ok = changed[store.WordingOf{Message: m.ID, Language: study.Languages[0]}]
	}
	if ok {
		m.Subject, m.Body = w.Subject, w.Body
	}
	if d.Subject != "" {
		m.Subject, m.Body = d.Subject, d.Body
	}
	return m
}

// put plans a mail for a time, or for the end of the quiet hours where it is in them. One that must come before a moment does not wait
// beyond it.
func (c *Conduct) put(d *store.Message, r participant.Record, at, before time.Time) {
	d.Wanted, d.Due, d.Answers = new(at), c.quiet().Before(at, before, c.zone(r.Zone)), false
}

// QuietHours gives when no planned mail arrives, by the clock of whoever reads it.
func (c *Conduct) QuietHours() followup.Quiet { return c.quiet() }

// named gives the field of a text that tells who its reader is; false where none does. What people write about others stays out of the
// trail only if it is not in the words of a mail either.
func named(p Person, subject, body string) (field string, found bool) {
	for _, known := range []string{p.Name, p.Email} {
		for field, text := range map[string]string{"subject": subject, "body": body} {
			if known != "" && strings.Contains(strings.ToLower(text), strings.ToLower(known)) {
				return field, true
			}
		}
	}
	return "", false
}

// message gives a message of the protocol.
func (c *Conduct) message(id string) (study.Message, error) {
	i := slices.IndexFunc(c.Protocol.Messages, func(m study.Message) bool { return m.ID == id })
	if i < 0 {
		return study.Message{}, problem.New(problem.NotFound, "The protocol has no message %.40q", id)
	}
	return c.Protocol.Messages[i], nil
}
