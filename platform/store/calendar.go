package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// Appointment is a session as calendars know it.
type Appointment struct {
	Session string
	UID     string
	Changed time.Time
	Unsure  *time.Time // booked while the coach's calendar could not be read
}

func scanAppointment(scan Scan) (a Appointment, err error) {
	return a, scan(&a.Session, &a.UID, &a.Changed, moment{&a.Unsure})
}

// SaveAppointment keeps that an appointment has changed now. Its UID stays what it was first; a new Unsure counts, none leaves the old.
func (tx *Tx) SaveAppointment(ctx context.Context, a Appointment) error {
	return tx.insert(ctx, "appointment (session, uid, changed, unsure)", [][]any{{a.Session, a.UID, tx.Now(), maybe(a.Unsure)}},
		"ON CONFLICT (session) DO UPDATE SET changed = excluded.changed, unsure = coalesce(excluded.unsure, appointment.unsure)")
}

// Appointment gives the appointment of a session; problem.NotFound where calendars know nothing of it.
func (tx *Tx) Appointment(ctx context.Context, id string) (Appointment, error) {
	return One(ctx, tx, scanAppointment, "SELECT session, uid, changed, unsure FROM appointment WHERE session = $1", id)
}

// AppointmentByUID gives the appointment of a name in calendars; problem.NotFound where there is none.
func (tx *Tx) AppointmentByUID(ctx context.Context, uid string) (Appointment, error) {
	return One(ctx, tx, scanAppointment, "SELECT session, uid, changed, unsure FROM appointment WHERE uid = $1", uid)
}

// Appointments gives the appointments of the sessions of a coach or a participant, by session.
func (tx *Tx) Appointments(ctx context.Context, person participant.Code) (map[string]Appointment, error) {
	all, err := All(ctx, tx, scanAppointment, `SELECT a.session, a.uid, a.changed, a.unsure FROM appointment a JOIN session s ON s.id = a.session
		WHERE s.participant = $1 OR s.coach = $1`, person)
	by := make(map[string]Appointment, len(all))
	for _, a := range all {
		by[a.Session] = a
	}
	return by, err
}

// ConfirmAppointment keeps that the coach has confirmed an appointment.
func (tx *Tx) ConfirmAppointment(ctx context.Context, id string) error {
	_, err := tx.Do(ctx, "UPDATE appointment SET unsure = NULL WHERE session = $1", id)
	return err
}

// SessionsAround gives the sessions of a coach or a participant that end after from, by start.
func (tx *Tx) SessionsAround(ctx context.Context, person participant.Code, from time.Time) ([]session.Session, error) {
	return All(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM session WHERE (coach = $1 OR participant = $1) AND busy_until > $2 ORDER BY start_at, id", person, from)
}

// SentBefore reports whether one of some messages of the outbox, by their dedupe keys, has gone or may have.
func (tx *Tx) SentBefore(ctx context.Context, dedupes []string) (bool, error) {
	if len(dedupes) == 0 {
		return false, nil
	}
	args := make([]any, len(dedupes))
	for i, d := range dedupes {
		args[i] = d
	}
	n, err := One(ctx, tx, Value[int], "SELECT count(*) FROM outbox WHERE (state = 'sent' OR attempts > 0) AND dedupe IN "+among(1, len(args)), args...)
	return n > 0, err
}

// Reply is an answer to a calendar mail.
type Reply struct {
	Session  string
	Person   participant.Code
	Answer   string // "accepted", "declined" or "tentative"
	Sequence int
	Stamp    time.Time
	Received time.Time
}

// SaveReply keeps an answer, unless a later one is known: of a higher sequence, or of the same with a later stamp. It reports whether
// it was kept.
func (tx *Tx) SaveReply(ctx context.Context, r Reply) (bool, error) {
	n, err := tx.Do(ctx, `INSERT INTO calendar_reply (session, person, answer, sequence, stamp, received) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (session, person) DO UPDATE SET answer = excluded.answer, sequence = excluded.sequence, stamp = excluded.stamp, received = excluded.received
		WHERE excluded.sequence > calendar_reply.sequence OR excluded.sequence = calendar_reply.sequence AND excluded.stamp > calendar_reply.stamp`,
		r.Session, r.Person, r.Answer, r.Sequence, r.Stamp, tx.Now())
	return n > 0, err
}

// Replies gives the answers to the calendar mails about the sessions of a coach or a participant.
func (tx *Tx) Replies(ctx context.Context, person participant.Code) ([]Reply, error) {
	return All(ctx, tx, func(scan Scan) (r Reply, err error) {
		return r, scan(&r.Session, &r.Person, &r.Answer, &r.Sequence, &r.Stamp, &r.Received)
	}, `SELECT r.session, r.person, r.answer, r.sequence, r.stamp, r.received FROM calendar_reply r JOIN session s ON s.id = r.session
		WHERE s.participant = $1 OR s.coach = $1 ORDER BY r.received, r.session, r.person`, person)
}

// Feed is the secret address of a personal calendar, as far as it is kept.
type Feed struct {
	Person participant.Code
	Busy   bool // tells when, and nothing else
	Hash   string
	Made   time.Time
}

func scanFeed(scan Scan) (f Feed, err error) {
	return f, scan(&f.Person, &f.Busy, &f.Hash, &f.Made)
}

// SaveFeed gives a person an address of one kind; the one before ends.
func (tx *Tx) SaveFeed(ctx context.Context, f Feed) error {
	return tx.insert(ctx, "feed (person, busy, hash, made)", [][]any{{f.Person, f.Busy, f.Hash, tx.Now()}}, "ON CONFLICT (person, busy) DO UPDATE SET hash = excluded.hash, made = excluded.made")
}

// EndFeed ends a person's address of one kind; it reports whether there was one.
func (tx *Tx) EndFeed(ctx context.Context, person participant.Code, busy bool) (bool, error) {
	n, err := tx.Do(ctx, "DELETE FROM feed WHERE person = $1 AND busy = $2", person, busy)
	return n > 0, err
}

// Feeds gives a person's addresses.
func (tx *Tx) Feeds(ctx context.Context, person participant.Code) ([]Feed, error) {
	return All(ctx, tx, scanFeed, "SELECT person, busy, hash, made FROM feed WHERE person = $1 ORDER BY busy", person)
}

// FeedByHash gives whose address it is; problem.NotFound where it is nobody's.
func (tx *Tx) FeedByHash(ctx context.Context, hash string) (Feed, error) {
	return One(ctx, tx, scanFeed, "SELECT person, busy, hash, made FROM feed WHERE hash = $1", hash)
}

// BusyCalendar is a coach's calendar outside, and what was last read of it.
type BusyCalendar struct {
	Coach    coach.Code
	Address  string
	Added    time.Time
	Spans    []coach.Span
	Got      *time.Time // when Spans was read
	Tried    *time.Time
	Failures int // since then
	Reason   string
	Next     time.Time
	Told     *time.Time // the coach knows that it cannot be read
}

const busyColumns = "coach, sealed, added, spans, got, tried, failures, reason, next, told"

func (tx *Tx) scanBusy(scan Scan) (b BusyCalendar, err error) {
	var sealed []byte
	var spans JSON[[]coach.Span]
	if err = scan(&b.Coach, &sealed, &b.Added, &spans, moment{&b.Got}, moment{&b.Tried}, &b.Failures, &b.Reason, &b.Next, moment{&b.Told}); err != nil {
		return b, err
	}
	b.Spans = spans.V
	if tx.Vault != nil { // the times are needed where nobody can read the address
		address, err := tx.Vault.Open(sealed, "busy_calendar", "sealed", string(b.Coach))
		if err != nil {
			return b, err
		}
		b.Address = string(address)
	}
	return b, nil
}

// SaveBusyCalendar writes a coach's calendar outside.
func (tx *Tx) SaveBusyCalendar(ctx context.Context, b BusyCalendar) error {
	if tx.Vault == nil {
		return problem.New(problem.Unavailable, "the study was opened without its vault's keys, so no address can be kept").Instead("Restore keys/vault.key")
	}
	sealed := tx.Vault.Seal([]byte(b.Address), "busy_calendar", "sealed", string(b.Coach))
	return tx.insert(ctx, "busy_calendar ("+busyColumns+")", [][]any{{b.Coach, sealed, b.Added, JSON[[]coach.Span]{b.Spans}, maybe(b.Got), maybe(b.Tried), b.Failures, b.Reason, b.Next, maybe(b.Told)}},
		`ON CONFLICT (coach) DO UPDATE SET sealed = excluded.sealed, added = excluded.added, spans = excluded.spans, got = excluded.got, tried = excluded.tried,
		failures = excluded.failures, reason = excluded.reason, next = excluded.next, told = excluded.told`)
}

// BusyCalendar gives a coach's calendar outside; problem.NotFound where there is none.
func (tx *Tx) BusyCalendar(ctx context.Context, code coach.Code) (BusyCalendar, error) {
	return One(ctx, tx, tx.scanBusy, "SELECT "+busyColumns+" FROM busy_calendar WHERE coach = $1", code)
}

// BusyCalendarsDue gives the calendars that are to be read by now, at most so many, those that have waited longest first.
func (tx *Tx) BusyCalendarsDue(ctx context.Context, most int) ([]BusyCalendar, error) {
	return All(ctx, tx, tx.scanBusy, "SELECT "+busyColumns+" FROM busy_calendar WHERE next <= $1 ORDER BY next, coach LIMIT $2", tx.Now(), most)
}

// RemoveBusyCalendar forgets a coach's calendar outside with all that was read of it; it reports whether there was one.
func (tx *Tx) RemoveBusyCalendar(ctx context.Context, code coach.Code) (bool, error) {
	n, err := tx.Do(ctx, "DELETE FROM busy_calendar WHERE coach = $1", code)
	return n > 0, err
}

// ClaimBusyCalendars keeps others from reading calendars until then.
func (tx *Tx) ClaimBusyCalendars(ctx context.Context, all []BusyCalendar, until time.Time) error {
	for _, b := range all {
		if _, err := tx.Do(ctx, "UPDATE busy_calendar SET next = $2 WHERE coach = $1", b.Coach, until); err != nil {
			return err
		}
	}
	return nil
}
