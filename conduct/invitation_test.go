package conduct_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// invited is a calendar mail as a mail program sees it.
type invited struct {
	to, subject, text string
	method            string
	event             *ical.Component
}

func (i invited) prop(name string) string {
	if p := i.event.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}

// calendarMails reads what a mail server has taken since the first from messages, and holds each calendar mail against RFC 5545, 5546
// and 6047.
func calendarMails(t testing.TB, s *mailtest.Server, from int) (all []invited) {
	t.Helper()
	for _, m := range s.All()[from:] {
		if strings.Contains(m.Raw, "text/calendar; method=") {
			all = append(all, readInvitation(t, m))
		}
	}
	return all
}

func decoded(t testing.TB, part *multipart.Part) []byte {
	t.Helper()
	var body io.Reader = part
	switch part.Header.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		body = quotedprintable.NewReader(part)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readInvitation(t testing.TB, taken mailtest.Taken) invited {
	t.Helper()
	in := invited{to: taken.To, subject: taken.Header.Get("Subject")}
	raw, err := mail.ReadMessage(strings.NewReader(taken.Raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(raw.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	mixed := multipart.NewReader(raw.Body, params["boundary"])
	alternatives, err := mixed.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(alternatives.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the first part is %q, %v", kind, err)
	}
	var kinds []string
	var object []byte
	var calendarType map[string]string
	inner := multipart.NewReader(alternatives, params["boundary"])
	for {
		part, err := inner.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
		switch kind {
		case "text/plain":
			in.text = string(decoded(t, part))
		case "text/calendar":
			object, calendarType = decoded(t, part), params
		}
	}
	if strings.Join(kinds, " ") != "text/plain text/calendar" {
		t.Errorf("alternatives %v", kinds)
	}
	attachment, err := mixed.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	if _, params, _ := mime.ParseMediaType(attachment.Header.Get("Content-Disposition")); params["filename"] != "invite.ics" || !bytes.Equal(decoded(t, attachment), object) {
		t.Errorf("the attachment %v differs from the alternative", params)
	}
	in.method = calendarType["method"]
	if !strings.EqualFold(calendarType["charset"], "utf-8") || calendarType["component"] != "VEVENT" {
		t.Errorf("text/calendar %v", calendarType)
	}
	from, err := raw.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "" {
		t.Errorf("from %v, %v", from, err)
	}
	in.event = validate(t, object, in.method)
	if got := in.prop("ORGANIZER"); got != "mailto:"+from[0].Address {
		t.Errorf("organizer %q, sender %s", got, from[0].Address)
	}
	if attendees := in.event.Props["ATTENDEE"]; len(attendees) != 1 || attendees[0].Value != "mailto:"+in.to || attendees[0].Params.Get("PARTSTAT") != "ACCEPTED" || attendees[0].Params.Get("RSVP") != "FALSE" {
		t.Errorf("attendees %v of a mail to %s", attendees, in.to)
	}
	return in
}

// validate holds a calendar object against RFC 5545 (lines, properties) and RFC 5546 (the method's restrictions), with a decoder that has
// nothing in common with what wrote it but the library.
func validate(t testing.TB, object []byte, method string) *ical.Component {
	t.Helper()
	if !bytes.HasSuffix(object, []byte("END:VCALENDAR\r\n")) || bytes.Count(object, []byte("\n")) != bytes.Count(object, []byte("\r\n")) || bytes.Count(object, []byte("\r")) != bytes.Count(object, []byte("\n")) {
		t.Errorf("lines do not end in CRLF: %q", object)
	}
	for line := range bytes.SplitSeq(object, []byte("\r\n")) {
		if len(line) > 75 || !utf8.Valid(line) {
			t.Errorf("a line of %d octets, or a character cut in two: %q", len(line), line)
		}
	}
	calendar, err := ical.NewDecoder(bytes.NewReader(object)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, object)
	}
	once := func(c *ical.Component, names ...string) {
		t.Helper()
		for _, name := range names {
			if n := len(c.Props[name]); n != 1 {
				t.Errorf("%s has %d %s, want 1", c.Name, n, name)
			}
		}
	}
	once(calendar.Component, "PRODID", "VERSION", "METHOD")
	if got := calendar.Props.Get("METHOD").Value; got != method || calendar.Props.Get("VERSION").Value != "2.0" {
		t.Errorf("METHOD:%s in the body, %s outside", got, method)
	}
	if len(calendar.Children) != 1 || calendar.Children[0].Name != "VEVENT" {
		t.Fatalf("components %v", calendar.Children)
	}
	e := calendar.Children[0]
	once(e, "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY", "STATUS", "CLASS")
	for _, never := range []string{"RRULE", "RDATE", "RECURRENCE-ID", "DURATION", "EXDATE"} {
		if len(e.Props[never]) > 0 {
			t.Errorf("%s in an appointment", never)
		}
	}
	if len(e.Children) > 0 {
		t.Errorf("components in the event: %v", e.Children)
	}
	var times []time.Time
	for _, name := range []string{"DTSTAMP", "DTSTART", "DTEND"} {
		at, err := time.Parse("20060102T150405Z", e.Props.Get(name).Value)
		if err != nil || len(e.Props.Get(name).Params) > 0 {
			t.Errorf("%s: %v, %v", name, e.Props.Get(name), err)
		}
		times = append(times, at)
	}
	if !times[1].Before(times[2]) {
		t.Errorf("it ends before it starts: %v", times)
	}
	want := map[string]string{"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[method]
	if got := e.Props.Get("STATUS").Value; got != want || e.Props.Get("CLASS").Value != "PRIVATE" {
		t.Errorf("STATUS:%s with METHOD:%s", got, method)
	}
	return e
}

// inOrder sorts the calendar mails by reader.
func (w *world) readers(code participant.Code, k participant.Code) (mine, theirs string) {
	w.Helper()
	_, mails := w.mail(code)
	to, err := mail.ParseAddress(mails[len(mails)-1].To)
	must(w, err)
	_, mails = w.mail(k)
	of, err := mail.ParseAddress(mails[len(mails)-1].To)
	must(w, err)
	return to.Address, of.Address
}

func TestCalendarMail(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.Title = "Reunión; «cita», con\\título larguísimo — 会议会议会议会议会议会议会议会议会议会议"
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		server := mailtest.New(w)
		client := server.Client()
		w.deliver(client)
		mine, theirs := w.readers(code, k)
		first := calendarMails(t, server, 0)
		if len(first) != 2 {
			t.Fatalf("%d calendar mails of a booking", len(first))
		}
		uid := first[0].prop("UID")
		sequence := -1
		check := func(mails []invited, method string, start time.Time) {
			t.Helper()
			seen := map[string]bool{}
			if len(mails) != 2 {
				t.Fatalf("%d mails", len(mails))
			}
			for _, m := range mails {
				seen[m.to] = true
				n, err := strconv.Atoi(m.prop("SEQUENCE"))
				if err != nil || n <= sequence || m.method != method || m.prop("UID") != uid || !strings.HasSuffix(uid, "@coaching.example.org") {
					t.Errorf("SEQUENCE:%d after %d, %s, UID:%s", n, sequence, m.method, m.prop("UID"))
				}
				if got := m.prop("DTSTART"); got != start.UTC().Format("20060102T150405Z") {
					t.Errorf("it starts at %s, want %s", got, start)
				}
				whole := m.subject + m.text
				for _, p := range []string{"SUMMARY", "DESCRIPTION", "LOCATION", "URL"} {
					whole += m.prop(p)
				}
				other, link := theirs, "https://coaching.example.org/me/sessions"
				if m.to == theirs {
					other, link = mine, "https://coaching.example.org/desk"
				}
				for _, secret := range []string{other, "/p/", w.Protocol.Title, string(code), string(k), "control"} {
					if strings.Contains(whole, secret) {
						t.Errorf("a mail to %s tells %q", m.to, secret)
					}
				}
				if !strings.Contains(m.prop("DESCRIPTION"), link) || !strings.Contains(m.text, link) {
					t.Errorf("no way to one's own page: %q", m.prop("DESCRIPTION"))
				}
				if summary, err := m.event.Props.Text("SUMMARY"); err != nil || summary != w.Title {
					t.Errorf("summary %q, %v", summary, err)
				}
			}
			if !seen[mine] || !seen[theirs] {
				t.Errorf("readers %v", seen)
			}
			sequence, _ = strconv.Atoi(mails[0].prop("SEQUENCE"))
		}
		check(first, "REQUEST", s.Start)
		stamp := first[0].prop("DTSTAMP")

		w.pass(time.Minute)
		from := len(server.All())
		moved, err := w.Move(ctx, me, s.ID, s.Start.Add(time.Hour))
		must(t, err)
		w.deliver(client)
		second := calendarMails(t, server, from)
		check(second, "REQUEST", moved.Start)
		if second[0].prop("DTSTAMP") <= stamp || !strings.Contains(second[0].subject, "moved") {
			t.Errorf("the second mail has the stamp %s, the first %s; %q", second[0].prop("DTSTAMP"), stamp, second[0].subject)
		}

		from = len(server.All())
		_, err = w.Cancel(ctx, me, s.ID)
		must(t, err)
		w.deliver(client)
		check(calendarMails(t, server, from), "CANCEL", moved.Start)
	})
}

// Only the newest state of a session goes out, and what no calendar knows of is not taken out of it.
func TestCalendarMailOfTheNewestState(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		must(t, w.ChooseLanguage(ctx, me, code, "es"))
		for n := range 3 {
			_, err := w.Move(ctx, me, s.ID, s.Start.Add(time.Duration(n+1)*15*time.Minute))
			must(t, err)
		}
		server := mailtest.New(w)
		client := server.Client()
		w.deliver(client)
		mails := calendarMails(t, server, 0)
		if len(mails) != 2 || mails[0].prop("SEQUENCE") != "3" || mails[0].method != "REQUEST" || mails[0].prop("DTSTART") != "20210812T144500Z" {
			t.Fatalf("booked and moved three times before the first mail: %+v", mails)
		}
		for _, m := range mails {
			spanish := strings.HasPrefix(m.subject, "Cita: jueves, 12 de agosto de 2021, 10:45 EDT (UTC-04:00)") && strings.Contains(m.text, "Hola, ") && m.prop("SUMMARY") == "Cita"
			english := strings.HasPrefix(m.subject, "Appointment: Thursday, August 12, 2021, 10:45 EDT") && m.prop("SUMMARY") == "Appointment"
			if coach := strings.HasPrefix(m.to, "coach"); coach != english || coach == spanish {
				t.Errorf("to %s: %q", m.to, m.subject)
			}
		}
		// Resending does not make it another state of the session.
		from := len(server.All())
		_, err := w.Cancel(ctx, me, s.ID)
		must(t, err)
		again, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start})
		must(t, err)
		_, err = w.Cancel(ctx, me, again.ID)
		must(t, err)
		w.deliver(client)
		if mails = calendarMails(t, server, from); len(mails) != 2 || mails[0].method != "CANCEL" || mails[0].prop("SEQUENCE") != "4" {
			t.Errorf("the one that calendars knew is cancelled, the other never was there: %+v", mails)
		}

		// Whoever is left when a coach goes, or a participant withdraws, is told by the calendar too.
		_, err = w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start})
		must(t, err)
		w.deliver(client)
		from = len(server.All())
		must(t, w.Withdraw(ctx, me, code, participant.StopContact, ""))
		w.deliver(client)
		if mails = calendarMails(t, server, from); len(mails) != 1 || mails[0].method != "CANCEL" || !strings.HasPrefix(mails[0].to, "coach") {
			t.Errorf("withdrawn without a wish for mail: %d mails, %+v", len(mails), mails)
		}
		other := w.rosterOf("two")
		w.coachable(other)
		must(t, w.ChooseCoach(ctx, identity.AsParticipant(other), other, k))
		_, err = w.Book(ctx, identity.AsParticipant(other), conduct.Booking{Participant: other, Start: s.Start})
		must(t, err)
		w.deliver(client)
		from = len(server.All())
		_, err = w.RetireCoach(ctx, coordinator, k)
		must(t, err)
		w.deliver(client)
		if mails = calendarMails(t, server, from); len(mails) != 2 || mails[0].method != "CANCEL" || mails[1].method != "CANCEL" {
			t.Errorf("the coach leaves: %+v", mails)
		}
		if all := w.sessions(session.Session{Participant: other}); len(all) != 1 || all[0].State != session.Cancelled {
			t.Errorf("%+v", all)
		}
	})
}
