package store

import (
	"context"
	"time"

	"rekindle/trial/participant"
)

// Message is a planned mail of the protocol to one person.
type Message struct {
	ID          int64
	Participant participant.Code
	Message     string // ID in the protocol
	Occurrence  int
	Session     string // ID of the session it is about; empty: none
	Due         time.Time
	State       string // "planned", "sent", "dropped"
	Ended       *time.Time
	Why         string // why it was dropped

	Wanted        *time.Time    // when it was to go, before quiet hours put it off to Due; nil: planned before this was kept
	Answers       bool          // what the participant has just done: quiet hours do not put it off
	Shift         time.Duration // by which somebody has moved it
	Subject, Body string        // words of this one alone; empty: those of its kind
	Stopped       bool          // by somebody, so that planning anew does not start it
}

const messageColumns = "m.id, m.participant, m.message, m.occurrence, m.session, m.due, m.state, m.ended, m.why, m.wanted, m.answers, m.shift, m.subject, m.body, m.stopped"

// fields are where the columns go; shift is kept in seconds.
func (m *Message) fields() []any {
	return []any{&m.ID, &m.Participant, &m.Message, &m.Occurrence, &m.Session, &m.Due, &m.State, moment{&m.Ended}, &m.Why, moment{&m.Wanted}, &m.Answers, seconds{&m.Shift}, &m.Subject, &m.Body, &m.Stopped}
}

func scanMessage(scan Scan) (m Message, err error) { return m, scan(m.fields()...) }

// PlanMessages plans mails. One that is planned, sent or dropped already stays as it is, except that a mail about a session that was
// moved is planned again for its new time; one that somebody has stopped stays stopped, and words of its own stay too.
func (tx *Tx) PlanMessages(ctx context.Context, all []Message) error {
	rows := make([][]any, len(all))
	for i, m := range all {
		rows[i] = []any{m.Participant, m.Message, m.Occurrence, m.Session, m.Due, "planned", "", maybe(m.Wanted), m.Answers}
	}
	return tx.insert(ctx, "message (participant, message, occurrence, session, due, state, why, wanted, answers)", rows,
		`ON CONFLICT (participant, message, occurrence, session) DO UPDATE SET due = excluded.due, wanted = excluded.wanted,
		state = CASE WHEN message.stopped THEN message.state ELSE 'planned' END, ended = CASE WHEN message.stopped THEN message.ended END,
		why = CASE WHEN message.stopped THEN message.why ELSE '' END WHERE message.session <> ''`)
}

// MessagesDue gives up to most planned mails that are due by now, the oldest first.
func (tx *Tx) MessagesDue(ctx context.Context, most int) ([]Message, error) {
	return All(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message m WHERE state = 'planned' AND due <= $1 ORDER BY due, id LIMIT $2", tx.Now(), most)
}

// Overtaken reports whether the time of a later mail of the same series has come as well, as after a week without a server: one that goes
// then says what both would.
func (tx *Tx) Overtaken(ctx context.Context, m Message) (bool, error) {
	n, err := One(ctx, tx, Value[int64], `SELECT count(*) FROM message WHERE participant = $1 AND message = $2 AND session = $3 AND state <> 'dropped' AND due <= $4
		AND (due > $5 OR due = $5 AND occurrence > $6)`, m.Participant, m.Message, m.Session, tx.Now(), m.Due, m.Occurrence)
	return n > 0, err
}

// Messages gives all mails planned for a person, by time.
func (tx *Tx) Messages(ctx context.Context, code participant.Code) ([]Message, error) {
	return All(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message m WHERE participant = $1 ORDER BY due, id", code)
}

// Sent is how often a message went to a participant.
type Sent struct {
	Participant participant.Code
	Message     string
	Count       int
}

// SentMessages counts the planned mails that went, by participant and message.
func (tx *Tx) SentMessages(ctx context.Context) ([]Sent, error) {
	return All(ctx, tx, func(scan Scan) (s Sent, err error) { return s, scan(&s.Participant, &s.Message, &s.Count) },
		"SELECT participant, message, count(*) FROM message WHERE state = 'sent' GROUP BY participant, message ORDER BY participant, message")
}

// PlannedMessage gives one mail that is or was planned.
func (tx *Tx) PlannedMessage(ctx context.Context, id int64) (Message, error) {
	return One(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message m WHERE id = $1", id)
}

// EndMessages closes planned mails: sent where why is empty, dropped otherwise.
func (tx *Tx) EndMessages(ctx context.Context, ids []int64, why string) error {
	state := "sent"
	if why != "" {
		state = "dropped"
	}
	for len(ids) > 0 {
		batch := ids[:min(len(ids), rowsAtOnce)]
		ids = ids[len(batch):]
		args := []any{state, tx.Now(), why}
		for _, id := range batch {
			args = append(args, id)
		}
		if _, err := tx.Do(ctx, "UPDATE message SET state = $1, ended = $2, why = $3 WHERE id IN "+among(4, len(batch)), args...); err != nil {
			return err
		}
	}
	return nil
}

// PutOffMessages has planned mails go at a later time, each kept with the time at which it was to go.
func (tx *Tx) PutOffMessages(ctx context.Context, ids []int64, until time.Time) error {
	for len(ids) > 0 {
		batch := ids[:min(len(ids), rowsAtOnce)]
		ids = ids[len(batch):]
		args := []any{until}
		for _, id := range batch {
			args = append(args, id)
		}
		if _, err := tx.Do(ctx, "UPDATE message SET wanted = coalesce(wanted, due), due = $1 WHERE id IN "+among(2, len(batch)), args...); err != nil {
			return err
		}
	}
	return nil
}

// NextDue gives the first moment at which a visit opens or closes, a mail is due, or coaching opens; the zero time: never.
func (tx *Tx) NextDue(ctx context.Context) (next time.Time, err error) {
	for _, query := range []string{
		"SELECT min(due) FROM message WHERE state = 'planned'",
		"SELECT min(opens) FROM visit WHERE state = 'planned'",
		"SELECT min(closes) FROM visit WHERE state = 'open'",
		"SELECT min(unlocks) FROM participant WHERE unlocked IS NULL AND unlocks IS NOT NULL",
	} {
		at, err := One(ctx, tx, Value[Time], query)
		if err != nil {
			return next, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at.Time
		}
	}
	return next, nil
}

// MailSituation is what decides, beside the person's record, whether a mail is still due.
type MailSituation struct {
	Participant participant.Code
	Arm         string // empty: not allocated
	Bounced     bool
	OptedOut    bool
	Sealed      []byte // the identity
	CoachChosen bool
	Live        bool // a session is booked or was held
}

// MailSituations gives the situation of people, by code.
func (tx *Tx) MailSituations(ctx context.Context, codes []participant.Code) (map[participant.Code]MailSituation, error) {
	found := make(map[participant.Code]MailSituation, len(codes))
	for len(codes) > 0 {
		batch := codes[:min(len(codes), rowsAtOnce)]
		codes = codes[len(batch):]
		var args []any
		for _, c := range batch {
			args = append(args, c)
		}
		_, err := All(ctx, tx, func(scan Scan) (m MailSituation, err error) {
			err = scan(&m.Participant, &m.Sealed, &m.Bounced, &m.OptedOut, &m.Arm, &m.CoachChosen, &m.Live)
			found[m.Participant] = m
			return m, err
		}, `SELECT i.code, i.sealed, i.bounced IS NOT NULL, i.opted_out IS NOT NULL, coalesce(a.arm, ''),
			EXISTS (SELECT 1 FROM pairing p WHERE p.participant = i.code AND p.ended IS NULL),
			EXISTS (SELECT 1 FROM session s WHERE s.participant = i.code AND s.state IN ('booked', 'held'))
			FROM identity i LEFT JOIN allocation a ON a.participant = i.code WHERE i.code IN `+among(1, len(batch)), args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ParticipantsByCode gives the records of people, by code.
func (tx *Tx) ParticipantsByCode(ctx context.Context, codes []participant.Code) (map[participant.Code]participant.Record, error) {
	found := make(map[participant.Code]participant.Record, len(codes))
	for len(codes) > 0 {
		batch := codes[:min(len(codes), rowsAtOnce)]
		codes = codes[len(batch):]
		var args []any
		for _, c := range batch {
			args = append(args, c)
		}
		_, err := All(ctx, tx, func(scan Scan) (participant.Record, error) {
			r, err := scanParticipant(scan)
			found[r.Code] = r
			return r, err
		}, "SELECT "+participantColumns+" FROM participant WHERE code IN "+among(1, len(batch)), args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
