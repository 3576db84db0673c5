package mailtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
)

// Invitation is a calendar mail as a mail program sees it.
type Invitation struct {
	To, Subject, Text string
	Method            string // of the MIME part, and of the object in it
	Event             *ical.Component
}

// Prop gives a property of the appointment as it is written; empty where it has none.
func (i Invitation) Prop(name string) string {
	if p := i.Event.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}

// Invitations reads what the server has taken since the first from messages, and holds each calendar mail against RFC 5545, 5546 and
// 6047.
func (s *Server) Invitations(t testing.TB, from int) (all []Invitation) {
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

func readInvitation(t testing.TB, taken Taken) Invitation {
	t.Helper()
	in := Invitation{To: taken.To, Subject: taken.Header.Get("Subject")}
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
		if errors.Is(err, io.EOF) {
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
			in.Text = string(decoded(t, part))
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
	in.Method = calendarType["method"]
	if !strings.EqualFold(calendarType["charset"], "utf-8") || calendarType["component"] != "VEVENT" {
		t.Errorf("text/calendar %v", calendarType)
	}
	from, err := raw.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "" {
		t.Errorf("from %v, %v", from, err)
	}
	in.Event = validate(t, object, in.Method)
	if got := in.Prop("ORGANIZER"); got != "mailto:"+from[0].Address {
		t.Errorf("organizer %q, sender %s", got, from[0].Address)
	}
	if attendees := in.Event.Props["ATTENDEE"]; len(attendees) != 1 || attendees[0].Value != "mailto:"+in.To || attendees[0].Params.Get("PARTSTAT") != "ACCEPTED" || attendees[0].Params.Get("RSVP") != "FALSE" {
		t.Errorf("attendees %v of a mail to %s", attendees, in.To)
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
