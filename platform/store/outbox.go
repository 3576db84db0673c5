package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"rekindle/platform/mail"
	"rekindle/problem"
)

// Post puts messages in the outbox, caused by the last event that this transaction recorded. A message whose dedupe key
// is there already is left out. It gives the number that are new.
func (tx *Tx) Post(ctx context.Context, messages ...mail.Message) (posted int64, err error) {
	cause, ok := tx.Cause()
	if !ok {
		return 0, problem.New(problem.Internal, "mail without an event that caused it")
	}
	if tx.Vault == nil {
		return 0, problem.New(problem.Unavailable, "the study was opened without its vault's keys, so no mail can be written").Instead("Restore keys/vault.key")
	}
	for _, m := range messages {
		plain, err := json.Marshal(m.Content)
		if err != nil {
			return posted, err
		}
		n, err := tx.Do(ctx, `INSERT INTO outbox (kind, person, dedupe, cause, due, state, answer, sealed, plan, expires)
			VALUES ($1, $2, $3, $4, $5, 'planned', '', $6, $7, $8) ON CONFLICT (dedupe) DO NOTHING`,
			m.Kind, m.Person, m.Dedupe, cause, m.Due, tx.Vault.Seal(plain, "outbox", "sealed", m.Dedupe), sql.NullInt64{Int64: m.Plan, Valid: m.Plan > 0}, Time{m.Expires})
		if err != nil {
			return posted, err
		}
		posted += n
	}
	return posted, nil
}

// Mail gives all messages to a person, or to everybody where it is empty, by time; at most so many from offset on.
func (tx *Tx) Mail(ctx context.Context, person string, offset, most int) ([]mail.Message, error) {
	return tx.mail(ctx, "($1 = '' OR person = $1) ORDER BY due, id LIMIT $2 OFFSET $3", person, most, offset)
}

// MailFilter narrows the outbox; what is empty narrows nothing.
type MailFilter struct {
	Person, Kind string
	State        mail.State
}

// SafetyMail is the kind of the messages to the safety contact. They are delivered like all mail, and are in no list and on no page.
const SafetyMail = "safety"

const mailWhere = "kind <> '" + SafetyMail + "' AND ($1 = '' OR person = $1) AND ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3)"

// LatestMail gives the messages that a filter leaves, the latest due first, at most so many from offset on.
func (tx *Tx) LatestMail(ctx context.Context, f MailFilter, offset, most int) ([]mail.Message, error) {
	return tx.mail(ctx, mailWhere+" ORDER BY due DESC, id DESC LIMIT $4 OFFSET $5", f.Person, f.Kind, string(f.State), most, offset)
}

// MailCount gives how many messages a filter leaves.
func (tx *Tx) MailCount(ctx context.Context, f MailFilter) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM outbox WHERE "+mailWhere, f.Person, f.Kind, string(f.State))
}

// Message gives one message; an unknown id is problem.NotFound.
func (tx *Tx) Message(ctx context.Context, id int64) (mail.Message, error) {
	found, err := tx.mail(ctx, "id = $1 AND kind <> '"+SafetyMail+"'", id)
	if err == nil && len(found) == 0 {
		err = problem.New(problem.NotFound, "There is no message %d", id)
	}
	if err != nil {
		return mail.Message{}, err
	}
	return found[0], nil
}

// MailState gives what became of the message with a dedupe key; empty where there is none.
func (tx *Tx) MailState(ctx context.Context, dedupe string) (mail.State, error) {
	state, err := One(ctx, tx, Value[mail.State], "SELECT state FROM outbox WHERE dedupe = $1", dedupe)
	if problem.Is(err, problem.NotFound) {
		return "", nil
	}
	return state, err
}

func (tx *Tx) mail(ctx context.Context, which string, args ...any) ([]mail.Message, error) {
	if tx.Vault == nil {
		return nil, problem.New(problem.Unavailable, "the study was opened without its vault's keys, so no mail can be read").Instead("Restore keys/vault.key")
	}
	return All(ctx, tx, func(scan Scan) (m mail.Message, err error) {
		var sealed []byte
		if err = scan(&m.ID, &m.Kind, &m.Person, &m.Dedupe, &m.Cause, &m.Due, &m.State, &m.Ended, &m.Answer, &sealed, &m.Plan, &m.Expires, &m.Attempts); err != nil {
			return m, err
		}
		plain, err := tx.Vault.Open(sealed, "outbox", "sealed", m.Dedupe)
		if err != nil {
			return m, err
		}
		return m, json.Unmarshal(plain, &m.Content)
	}, "SELECT id, kind, person, dedupe, cause, due, state, ended, answer, sealed, coalesce(plan, 0), expires, attempts FROM outbox WHERE "+which, args...)
}
