package store

import (
	"context"
	"time"

	"rekindle/platform/mail"
	"rekindle/trial/participant"
)

// Stage is how far a planned mail has come, from the plan to the mail server's last word.
type Stage string

// The stages.
const (
	ToCome     Stage = "to-come"
	QuietHours Stage = "quiet-hours" // to come, put off by quiet hours or holidays
	Handed     Stage = "handed"      // in the outbox, waiting for the mail server
	SentOff    Stage = "sent"
	StoppedAt  Stage = "stopped"
	Failed     Stage = "failed" // refused by the mail server for good, or come back
)

// Stages lists all of them.
var Stages = []Stage{ToCome, QuietHours, Handed, SentOff, StoppedAt, Failed}

// stageWhere says each stage in SQL.
var stageWhere = map[Stage]string{
	"":         "m.id > 0",
	ToCome:     "m.state = 'planned'",
	QuietHours: "m.state = 'planned' AND m.wanted < m.due",
	Handed:     "m.state = 'sent' AND o.state = 'planned'",
	SentOff:    "m.state = 'sent' AND coalesce(o.state, 'sent') = 'sent'",
	StoppedAt:  "(m.state = 'dropped' OR m.state = 'sent' AND o.state = 'stopped')",
	Failed:     "m.state = 'sent' AND o.state = 'failed'",
}

// PlannedMail is a planned mail with what became of it in the outbox.
type PlannedMail struct {
	Message
	Outbox   int64      // ID there; 0: it is not there yet
	Post     mail.State // empty until then
	Answer   string     // what the mail server said last
	Attempts int
	Retry    *time.Time // when it is tried, or was tried last
	PostEnd  *time.Time
}

// Stage gives the stage of the mail.
func (m PlannedMail) Stage() Stage {
	switch {
	case m.State == "planned" && m.Wanted != nil && m.Wanted.Before(m.Due):
		return QuietHours
	case m.State == "planned":
		return ToCome
	case m.State == "dropped" || m.Post == mail.Stopped:
		return StoppedAt
	case m.Post == mail.Failed:
		return Failed
	case m.Post == mail.Planned:
		return Handed
	}
	return SentOff
}

func scanPlanned(scan Scan) (m PlannedMail, err error) {
	return m, scan(append(m.fields(), &m.Outbox, &m.Post, &m.Answer, &m.Attempts, moment{&m.Retry}, moment{&m.PostEnd})...)
}

// The latest message of the outbox that a planned mail became; a session that was moved has one for each time.
const fromPlanned = " FROM message m LEFT JOIN outbox o ON o.id = (SELECT max(later.id) FROM outbox later WHERE later.plan = m.id)"

const selectPlanned = "SELECT " + messageColumns + ", coalesce(o.id, 0), coalesce(o.state, ''), coalesce(o.answer, ''), coalesce(o.attempts, 0), o.due, o.ended" + fromPlanned

// PlanFilter narrows the planned mail; what is empty narrows nothing.
type PlanFilter struct {
	Message     string // ID in the protocol
	Participant participant.Code
	From, Until time.Time // due from, and before
	Stage       Stage
}

func (f PlanFilter) where() (string, []any) {
	until := f.Until
	if until.IsZero() {
		until = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	from := f.From
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	return " WHERE ($1 = '' OR m.message = $1) AND ($2 = '' OR m.participant = $2) AND m.due >= $3 AND m.due < $4 AND " + stageWhere[f.Stage],
		[]any{f.Message, f.Participant, from, until}
}

// Planned gives the planned mail that a filter leaves, at most so many from offset on: what is to come in the order in which it goes,
// anything else the latest first.
func (tx *Tx) Planned(ctx context.Context, f PlanFilter, offset, most int) ([]PlannedMail, error) {
	where, args := f.where()
	order := " ORDER BY m.due DESC, m.id DESC"
	if f.Stage == ToCome || f.Stage == QuietHours || f.Stage == Handed {
		order = " ORDER BY m.due, m.id"
	}
	return All(ctx, tx, scanPlanned, selectPlanned+where+order+" LIMIT $5 OFFSET $6", append(args, most, offset)...)
}

// PlannedCount gives how many mails a filter leaves.
func (tx *Tx) PlannedCount(ctx context.Context, f PlanFilter) (int, error) {
	where, args := f.where()
	return One(ctx, tx, Value[int], "SELECT count(*)"+fromPlanned+where, args...)
}

// PlannedOne gives one planned mail; an unknown id is problem.NotFound.
func (tx *Tx) PlannedOne(ctx context.Context, id int64) (PlannedMail, error) {
	return One(ctx, tx, scanPlanned, selectPlanned+" WHERE m.id = $1", id)
}

// Tally is how many mails of a message stand where.
type Tally struct {
	Message                                 string
	ToCome, Quiet, Handed, Sent, Stop, Fail int
}

// Tallies counts the planned mail by message.
func (tx *Tx) Tallies(ctx context.Context) (map[string]Tally, error) {
	found := map[string]Tally{}
	count := func(s Stage) string { return ", count(CASE WHEN " + stageWhere[s] + " THEN 1 END)" }
	_, err := All(ctx, tx, func(scan Scan) (t Tally, err error) {
		err = scan(&t.Message, &t.ToCome, &t.Quiet, &t.Handed, &t.Sent, &t.Stop, &t.Fail)
		found[t.Message] = t
		return t, err
	}, "SELECT m.message"+count(ToCome)+count(QuietHours)+count(Handed)+count(SentOff)+count(StoppedAt)+count(Failed)+fromPlanned+" GROUP BY m.message")
	return found, err
}

// DueMail is how many mails of a message go at a moment.
type DueMail struct {
	Message string
	Due     time.Time
	N       int
}

// DueBetween counts the mail that is to come in a span of time, by message and moment.
func (tx *Tx) DueBetween(ctx context.Context, from, until time.Time) ([]DueMail, error) {
	return All(ctx, tx, func(scan Scan) (d DueMail, err error) { return d, scan(&d.Message, &d.Due, &d.N) },
		"SELECT m.message, m.due, count(*) FROM message m WHERE m.state = 'planned' AND m.due >= $1 AND m.due < $2 GROUP BY m.message, m.due ORDER BY m.due, m.message", from, until)
}

// SaveMessage writes back what somebody has changed of a mail that has not gone: its times, words and state.
func (tx *Tx) SaveMessage(ctx context.Context, m Message) error {
	_, err := tx.Do(ctx, "UPDATE message SET due = $2, wanted = $3, shift = $4, subject = $5, body = $6, state = $7, ended = $8, why = $9, stopped = $10, answers = $11 WHERE id = $1",
		m.ID, m.Due, maybe(m.Wanted), int64(m.Shift/time.Second), m.Subject, m.Body, m.State, maybe(m.Ended), m.Why, m.Stopped, m.Answers)
	return err
}

// WordingOf says of what words are: a message of the protocol, for those who read a language.
type WordingOf struct{ Message, Language string }

// Wording is the words that take the place of the protocol's.
type Wording struct {
	WordingOf
	Subject, Body string
	Changed       time.Time
}

// Wordings gives the words that were changed.
func (tx *Tx) Wordings(ctx context.Context) (map[WordingOf]Wording, error) {
	found := map[WordingOf]Wording{}
	_, err := All(ctx, tx, func(scan Scan) (w Wording, err error) {
		err = scan(&w.Message, &w.Language, &w.Subject, &w.Body, &w.Changed)
		found[w.WordingOf] = w
		return w, err
	}, "SELECT message, language, subject, body, changed FROM wording")
	return found, err
}

// SaveWording changes the words of a message for all mails that have not gone.
func (tx *Tx) SaveWording(ctx context.Context, w Wording) error {
	_, err := tx.Do(ctx, `INSERT INTO wording (message, language, subject, body, changed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (message, language) DO UPDATE SET subject = excluded.subject, body = excluded.body, changed = excluded.changed`, w.Message, w.Language, w.Subject, w.Body, tx.Now())
	return err
}

// DropWording gives a message the protocol's words back.
func (tx *Tx) DropWording(ctx context.Context, of WordingOf) error {
	_, err := tx.Do(ctx, "DELETE FROM wording WHERE message = $1 AND language = $2", of.Message, of.Language)
	return err
}
