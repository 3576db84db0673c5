package conduct

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rekindle/platform/calendar"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// appointmentMail is the kind of the mails that put a session into somebody's calendar, move it there, or take it out.
const appointmentMail = "appointment"

// domain is that of the names of appointments in calendars.
func (c *Conduct) domain() string {
	if u, err := url.Parse(c.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// tellCalendars queues what the calendars of both sides of a session are to know of it: once for each Sequence, a mail of their own for
// each, because neither is to read the other's address. What goes out is decided when it goes: the newest state alone.
func (c *Conduct) tellCalendars(ctx context.Context, tx *store.Tx, by identity.Actor, s session.Session) error {
	a := store.Appointment{Session: s.ID, UID: s.ID + "@" + c.domain()}
	if s.State == session.Booked && by.Role != identity.Coach {
		unsure, err := c.unsure(ctx, tx, s.Coach)
		if err != nil {
			return err
		}
		if unsure {
			a.Unsure = new(tx.Now())
		}
	}
	if err := tx.SaveAppointment(ctx, a); err != nil {
		return err
	}
	if by.Role == identity.Coach { // who has looked
		if err := tx.ConfirmAppointment(ctx, s.ID); err != nil {
			return err
		}
	}
	for _, person := range []participant.Code{s.Participant, s.Coach} {
		content, err := c.appointmentLetter(ctx, tx, s, person, s.Sequence > 0)
		if err != nil {
			return err
		}
		m := post.Message{Kind: appointmentMail, Person: string(person), Dedupe: appointmentKey(s.ID, person, s.Sequence), Due: tx.Now(), Expires: s.End(), Content: content}
		if _, err := tx.Post(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// appointmentKey is the dedupe key of the mail to a person about one state of a session.
func appointmentKey(id string, person participant.Code, sequence int) string {
	return fmt.Sprintf("%s %s %s %d", appointmentMail, id, person, sequence)
}

// appointmentOf gives the session of an appointment mail, the reader, and the Sequence that the mail was made for.
func appointmentOf(ctx context.Context, tx *store.Tx, m post.Message) (s session.Session, person participant.Code, sequence int, err error) {
	parts := strings.Fields(m.Dedupe)
	if len(parts) != 4 {
		return s, "", 0, problem.New(problem.Internal, "message %d has the key %.80q", m.ID, m.Dedupe)
	}
	if sequence, err = strconv.Atoi(parts[3]); err != nil {
		return s, "", 0, problem.New(problem.Internal, "message %d has the key %.80q", m.ID, m.Dedupe).Because(err)
	}
	s, err = tx.Session(ctx, parts[1])
	return s, participant.Code(parts[2]), sequence, err
}

// toldBefore reports whether the calendar of a person may know of a session in a state before sequence.
func toldBefore(ctx context.Context, tx *store.Tx, id string, person participant.Code, sequence int) (bool, error) {
	var keys []string
	for n := range sequence {
		keys = append(keys, appointmentKey(id, person, n))
	}
	return tx.SentBefore(ctx, keys)
}

// needlessInvitation says why an appointment mail need not go: the session has moved on since, which has a mail of its own, or there is
// nothing to be taken out of a calendar that never knew of it.
func (c *Conduct) needlessInvitation(ctx context.Context, tx *store.Tx, m post.Message) (string, error) {
	s, person, sequence, err := appointmentOf(ctx, tx, m)
	if err != nil {
		return "", err
	}
	if s.Sequence != sequence {
		return "the session has changed since", nil
	}
	if person == s.Participant {
		r, err := tx.Participant(ctx, person)
		if err != nil {
			return "", err
		}
		if !r.Use.Contact() {
			return "wants no more mail", nil
		}
	}
	if s.State == session.Booked {
		return "", nil
	}
	told, err := toldBefore(ctx, tx, s.ID, person, sequence)
	if err != nil || told {
		return "", err
	}
	return "the calendar never knew of it", nil
}

// invitation makes an appointment mail as things stand now.
func (c *Conduct) invitation(ctx context.Context, tx *store.Tx, m post.Message, organizer string) (post.Content, error) {
	s, person, sequence, err := appointmentOf(ctx, tx, m)
	if err != nil {
		return post.Content{}, err
	}
	moved, err := toldBefore(ctx, tx, s.ID, person, sequence)
	if err != nil {
		return post.Content{}, err
	}
	content, err := c.appointmentLetter(ctx, tx, s, person, moved)
	if err != nil {
		return content, err
	}
	events, err := c.events(ctx, tx, person, []session.Session{s})
	if err != nil {
		return content, err
	}
	p, err := reader(ctx, tx, c, s, person)
	if err != nil {
		return content, err
	}
	events[0].Stamp = tx.Now()
	method, data, err := calendar.Invitation(events[0], organizer, p.Email)
	content.Calendar = &post.Calendar{Method: string(method), Data: data}
	return content, err
}

// appointmentReader is one side of a session, as the reader of what it tells.
type appointmentReader struct {
	Person
	coach    bool
	language string
	zone     *time.Location
}

func reader(ctx context.Context, tx *store.Tx, c *Conduct, s session.Session, code participant.Code) (r appointmentReader, err error) {
	if r.Person, err = person(ctx, tx, code); err != nil {
		return r, err
	}
	if r.coach = code == s.Coach; r.coach {
		k, err := tx.Coach(ctx, code)
		r.language, r.zone = "en", c.zone(k.Zone)
		return r, err
	}
	p, err := tx.Participant(ctx, code)
	if err != nil {
		return r, err
	}
	r.zone = c.zone(p.Zone)
	r.language = cmp.Or(p.Language, study.Languages[0])
	return r, nil
}

// event is a session in somebody's calendar: a title that says nothing, the times, the reader's own page, and for the participant where
// to call.
func (c *Conduct) event(s session.Session, a store.Appointment, r appointmentReader, k coach.Profile) calendar.Event {
	words := appointmentWords(r.language)
	e := calendar.Event{UID: a.UID, Sequence: s.Sequence, Start: s.Start, End: s.End(), Cancelled: !standing(s), Stamp: a.Changed,
		Summary: c.CalendarTitle(r.language), Location: words.mode(s.Mode), URL: c.BaseURL + "/me/sessions"}
	if r.coach {
		e.URL = c.BaseURL + "/desk"
	}
	e.Description = e.URL
	if reach := map[string]string{"phone": k.Phone, "video": k.Room}[s.Mode]; reach != "" && !r.coach && !e.Cancelled {
		e.Description += "\n" + reach
	}
	return e
}

// CalendarTitle is what sessions are called in the calendars of those who read a language.
func (c *Conduct) CalendarTitle(language string) string {
	return cmp.Or(c.Title, appointmentWords(language).title)
}

// standing reports whether a session keeps its place in calendars: also one to which somebody did not come.
func standing(s session.Session) bool {
	return s.State != session.Cancelled && s.State != session.LateCancelled
}

// appointmentLetter is the text around an invitation.
func (c *Conduct) appointmentLetter(ctx context.Context, tx *store.Tx, s session.Session, code participant.Code, moved bool) (post.Content, error) {
	r, err := reader(ctx, tx, c, s, code)
	if err != nil {
		return post.Content{}, err
	}
	words := appointmentWords(r.language)
	when := words.moment(s.Start.In(r.zone))
	subject, opening := words.booked, words.bookedText
	switch {
	case !standing(s):
		subject, opening = words.cancelled, words.cancelledText
		words.pages, words.desk = words.pagesAfter, words.deskAfter
	case moved:
		subject, opening = words.moved, words.movedText
	}
	text := fmt.Sprintf(words.greeting, r.Name) + "\n\n" + fmt.Sprintf(opening, when, s.Planned, words.mode(s.Mode)) + "\n\n"
	if r.coach {
		a, err := tx.Appointment(ctx, s.ID)
		if err != nil {
			return post.Content{}, err
		}
		if a.Unsure != nil && s.State == session.Booked {
			text += "Your own calendar could not be read when this was booked. Please look whether you are free, and confirm or move it here:\n" + c.BaseURL + "/desk/calendar\n\n"
		}
		text += words.desk + "\n" + c.BaseURL + "/desk\n"
		return post.Content{To: mailbox(r.Person), Subject: fmt.Sprintf(subject, c.CalendarTitle(r.language), when), Text: text}, nil
	}
	switch one, err := tx.Participant(ctx, s.Participant); {
	case err != nil:
		return post.Content{}, err
	case one.Status != participant.Withdrawn: // who has left has no pages of coaching
		text += words.pages + "\n" + c.BaseURL + "/me/sessions\n"
	}
	return post.Content{To: mailbox(r.Person), Subject: fmt.Sprintf(subject, c.CalendarTitle(r.language), when), Text: text}, nil
}
