package store

import (
	"context"
	"time"

	"rekindle/platform/job"
	"rekindle/platform/mail"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// NextMail gives the first message of the outbox whose time has come and that nobody is sending; false if there is none.
func (tx *Tx) NextMail(ctx context.Context) (m mail.Message, ok bool, err error) {
	due, err := tx.mail(ctx, "state = 'planned' AND due <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY due, id LIMIT 1", tx.now)
	if err != nil || len(due) == 0 {
		return m, false, err
	}
	return due[0], true, nil
}

// Superseded reports whether what a message was planned for has a later message: a session that was moved.
func (tx *Tx) Superseded(ctx context.Context, m mail.Message) (bool, error) {
	n, err := One(ctx, tx, Value[int], "SELECT count(*) FROM outbox WHERE plan = $1 AND id > $2", m.Plan, m.ID)
	return n > 0, err
}

// ClaimMail takes a planned message for job.Lease: until then nobody else sends it.
func (tx *Tx) ClaimMail(ctx context.Context, id int64) error {
	// There is one writer at a time, so two never see the same message free.
	return tx.changeMail(ctx, id, "UPDATE outbox SET claimed_until = $2, attempts = attempts + 1 WHERE id = $1 AND state = 'planned'", id, tx.now.Add(job.Lease))
}

// EndMail says what became of a planned message, and what the mail server answered or why it was stopped. A message that
// has ended already is a problem.Conflict.
func (tx *Tx) EndMail(ctx context.Context, id int64, state mail.State, answer string) error {
	return tx.changeMail(ctx, id, "UPDATE outbox SET state = $2, ended = $3, answer = $4, claimed_until = NULL WHERE id = $1 AND state = 'planned'", id, state, tx.now, answer)
}

// PostponeMail has a planned message tried again at a time, and keeps what the mail server said. An attempt that says nothing
// of the message itself is not counted.
func (tx *Tx) PostponeMail(ctx context.Context, id int64, until time.Time, answer string, counted bool) error {
	uncounted := 0
	if !counted {
		uncounted = 1
	}
	return tx.changeMail(ctx, id, "UPDATE outbox SET due = $2, answer = $3, claimed_until = NULL, attempts = attempts - $4 WHERE id = $1 AND state = 'planned' AND attempts >= $4",
		id, until, answer, uncounted)
}

// PutOffMail has a planned message that nobody has begun wait until a time, and keeps why.
func (tx *Tx) PutOffMail(ctx context.Context, id int64, until time.Time, why string) error {
	return tx.changeMail(ctx, id, "UPDATE outbox SET due = $2, answer = $3, claimed_until = NULL WHERE id = $1 AND state = 'planned'", id, until, why)
}

// TakeUpMail has the messages to a person, or to everybody where it is empty, that were put off for a reason looked at again now.
func (tx *Tx) TakeUpMail(ctx context.Context, person participant.Code, why string) error {
	_, err := tx.Do(ctx, "UPDATE outbox SET due = $3, answer = '' WHERE ($1 = '' OR person = $1) AND answer = $2 AND state = 'planned' AND due > $3", person, why, tx.now)
	return err
}

func (tx *Tx) changeMail(ctx context.Context, id int64, statement string, args ...any) error {
	n, err := tx.Do(ctx, statement, args...)
	if err == nil && n == 0 {
		err = problem.New(problem.Conflict, "message %d is not planned any more", id)
	}
	return err
}

// RetryMail plans failed messages anew, from now on and with all attempts: those of a kind, or all where it is empty. It gives how many.
func (tx *Tx) RetryMail(ctx context.Context, kind string) (int64, error) {
	return tx.Do(ctx, "UPDATE outbox SET state = 'planned', due = $2, ended = NULL, attempts = 0 WHERE state = 'failed' AND ($1 = '' OR kind = $1)", kind, tx.now)
}

// RetryOne plans one failed message anew, as RetryMail does; false where it has not failed.
func (tx *Tx) RetryOne(ctx context.Context, id int64) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE outbox SET state = 'planned', due = $2, ended = NULL, attempts = 0 WHERE state = 'failed' AND id = $1", id, tx.now)
	return n == 1, err
}

// SentMail is a message that a mail server has taken, or has refused since.
type SentMail struct {
	ID     int64
	Dedupe string
}

// SentSince gives what ended since a moment otherwise than by being stopped, the latest first.
func (tx *Tx) SentSince(ctx context.Context, since time.Time) ([]SentMail, error) {
	return All(ctx, tx, func(scan Scan) (m SentMail, err error) { return m, scan(&m.ID, &m.Dedupe) },
		"SELECT id, dedupe FROM outbox WHERE state IN ('sent', 'failed') AND ended >= $1 ORDER BY id DESC", since)
}

// ReturnMail notes that a message which a mail server had taken came back; false where it has failed already.
func (tx *Tx) ReturnMail(ctx context.Context, id int64, answer string) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE outbox SET state = 'failed', ended = $2, answer = $3 WHERE id = $1 AND state = 'sent'", id, tx.now, answer)
	return n == 1, err
}

// MailClock gives the time at which the outbox is next to be looked at; the zero time: nothing waits.
func (tx *Tx) MailClock(ctx context.Context) (time.Time, error) {
	at, err := One(ctx, tx, Value[Time], "SELECT min(CASE WHEN claimed_until IS NULL OR due > claimed_until THEN due ELSE claimed_until END) FROM outbox WHERE state = 'planned'")
	return at.Time, err
}

// Backlog is how the outbox stands.
type Backlog struct {
	Waiting, Sent, Stopped, Failed int
	Oldest                         time.Time // due time of the message that waits longest; zero: none is due
}

// Backlog counts the messages of the outbox.
func (tx *Tx) Backlog(ctx context.Context) (Backlog, error) {
	return One(ctx, tx, func(scan Scan) (b Backlog, err error) {
		return b, scan(&b.Waiting, &b.Sent, &b.Stopped, &b.Failed, &b.Oldest)
	}, `SELECT count(CASE state WHEN 'planned' THEN 1 END), count(CASE state WHEN 'sent' THEN 1 END), count(CASE state WHEN 'stopped' THEN 1 END),
		count(CASE state WHEN 'failed' THEN 1 END), min(CASE WHEN state = 'planned' AND due <= $1 THEN due END) FROM outbox`, tx.now)
}
