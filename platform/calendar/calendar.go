// Package calendar is an appointment as calendars know it: written for a mail or a feed, and read back from an answer or from somebody's
// calendar (iCalendar, RFC 5545; invitations, RFC 5546).
//
// It knows neither studies nor people's names, and decides on no time: which appointments there are is package session's matter, whom
// they are told conduct's. What it writes is what an employer's calendar may show to colleagues, so that it can hold nothing but a
// neutral title, times, and the address of one's own page. It serves the paper's coaching sessions, planned between two people who
// both live by their calendars.
package calendar

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
)

// Method is what a calendar object asks of whoever reads it.
type Method string

// The methods: of a mail, and of a feed.
const (
	Request Method = "REQUEST" // here is an appointment, new or changed
	Cancel  Method = "CANCEL"  // it does not take place
	Publish Method = "PUBLISH" // for information
)

// Event is one appointment.
type Event struct {
	UID         string // the same for life
	Sequence    int    // rises with each move and with the cancellation
	Start, End  time.Time
	Cancelled   bool
	Summary     string // what anybody may read
	Description string
	Location    string
	URL         string
	Stamp       time.Time // when this account of it was given
}

// Invitation writes what a mail about one appointment carries: a Cancel of one that is cancelled, otherwise a Request. organizer is
// the address that the mail comes from, attendee the reader's own: nobody else's is in it. The reader has chosen the time, so that no
// answer is asked for.
func Invitation(e Event, organizer, attendee string) (Method, []byte, error) {
	method := Request
	if e.Cancelled {
		method = Cancel
	}
	event := e.component(organizer)
	a := ical.NewProp(ical.PropAttendee)
	a.Params.Set("CUTYPE", "INDIVIDUAL")
	a.Params.Set("ROLE", "REQ-PARTICIPANT")
	a.Params.Set("PARTSTAT", "ACCEPTED")
	a.Params.Set("RSVP", "FALSE")
	a.Value = "mailto:" + attendee
	event.Props.Add(a)
	data, err := write(method, "", event)
	return method, data, err
}

// Feed writes a calendar to subscribe to, with the title that a calendar program may show.
func Feed(title, organizer string, events []Event) ([]byte, error) {
	var all []*ical.Component
	for _, e := range events {
		all = append(all, e.component(organizer))
	}
	return write(Publish, title, all...)
}

// product names what has written a calendar (PRODID).
const product = "-//Appointments//EN"

func write(method Method, title string, events ...*ical.Component) ([]byte, error) {
	c := ical.NewCalendar()
	c.Props.SetText(ical.PropVersion, "2.0")
	c.Props.SetText(ical.PropProductID, product)
	c.Props.SetText(ical.PropCalendarScale, "GREGORIAN")
	c.Props.SetText(ical.PropMethod, string(method))
	if title != "" {
		c.Props.SetText("X-WR-CALNAME", title)
		c.Props.Set(&ical.Prop{Name: "REFRESH-INTERVAL", Params: ical.Params{"VALUE": {"DURATION"}}, Value: "PT1H"})
		c.Props.Set(&ical.Prop{Name: "X-PUBLISHED-TTL", Value: "PT1H"})
	}
	c.Children = events
	if len(events) == 0 { // a calendar without any appointment, which the encoder has no form for
		var b strings.Builder
		for _, line := range []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:" + product, "METHOD:" + string(method), "END:VCALENDAR"} {
			b.WriteString(line + "\r\n")
		}
		return []byte(b.String()), nil
	}
	var plain bytes.Buffer
	if err := ical.NewEncoder(&plain).Encode(c); err != nil {
		return nil, err
	}
	return fold(plain.Bytes()), nil
}

// component gives the event with everything but the people: times in UTC, so that no zone needs to be told.
func (e Event) component(organizer string) *ical.Component {
	c := ical.NewComponent(ical.CompEvent)
	c.Props.SetText(ical.PropUID, e.UID)
	c.Props.Set(&ical.Prop{Name: ical.PropSequence, Value: fmt.Sprint(e.Sequence)})
	c.Props.SetDateTime(ical.PropDateTimeStamp, e.Stamp.UTC())
	c.Props.SetDateTime(ical.PropDateTimeStart, e.Start.UTC())
	c.Props.SetDateTime(ical.PropDateTimeEnd, e.End.UTC())
	c.Props.SetText(ical.PropSummary, e.Summary)
	c.Props.Set(&ical.Prop{Name: ical.PropOrganizer, Value: "mailto:" + organizer})
	c.Props.Set(&ical.Prop{Name: ical.PropClass, Value: "PRIVATE"})
	status, transparent := "CONFIRMED", "OPAQUE"
	if e.Cancelled {
		status, transparent = "CANCELLED", "TRANSPARENT"
	}
	c.Props.Set(&ical.Prop{Name: ical.PropStatus, Value: status})
	c.Props.Set(&ical.Prop{Name: ical.PropTransparency, Value: transparent})
	for name, text := range map[string]string{ical.PropDescription: e.Description, ical.PropLocation: e.Location} {
		if text != "" {
			c.Props.SetText(name, text)
		}
	}
	if e.URL != "" {
		c.Props.Set(&ical.Prop{Name: ical.PropURL, Params: ical.Params{"VALUE": {"URI"}}, Value: e.URL})
	}
	return c
}

// longestLine is what RFC 5545 allows of a line, in bytes, without its end.
const longestLine = 75

// fold breaks long lines, never inside of a character; the encoder leaves them as they are.
func fold(plain []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.SplitSeq(bytes.TrimSuffix(plain, []byte("\r\n")), []byte("\r\n")) {
		for most := longestLine; len(line) > most; most = longestLine - 1 {
			at := most
			for !utf8.RuneStart(line[at]) {
				at--
			}
			b.Write(line[:at])
			b.WriteString("\r\n ")
			line = line[at:]
		}
		b.Write(line)
		b.WriteString("\r\n")
	}
	return b.Bytes()
}
