package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rekindle/platform/calendar"
	"rekindle/trial/coach"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

var (
	first = time.Date(2021, 11, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2021, 11, 15, 0, 0, 0, 0, time.UTC)
)

func nobody(string) bool { return false }

// ics makes a calendar of lines, with the line ends that are asked for.
func ics(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

func show(spans []coach.Span) string {
	var all []string
	for _, s := range spans {
		all = append(all, s.From.UTC().Format("02T15:04")+"/"+s.To.UTC().Format("02T15:04"))
	}
	return strings.Join(all, " ")
}

func TestBusy(t *testing.T) {
	odd := "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nTZOFFSETTO:-0400\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
	for name, c := range map[string]struct {
		calendar []byte
		want     string
	}{
		"in UTC":                    {ics(event("UID:a", "DTSTART:20211102T100000Z", "DTEND:20211102T110000Z")), "02T10:00/02T11:00"},
		"in a zone":                 {ics(event("UID:a", "DTSTART;TZID=America/New_York:20211102T100000", "DURATION:PT1H30M")), "02T14:00/02T15:30"},
		"in a Windows zone":         {ics(event("UID:a", `DTSTART;TZID="Eastern Standard Time":20211102T100000`, "DTEND;TZID=Eastern Standard Time:20211102T110000")), "02T14:00/02T15:00"},
		"in a prefixed zone":        {ics(event("UID:a", "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20211102T100000", "DURATION:PT1H")), "02T09:00/02T10:00"},
		"in an unnamed zone":        {ics(odd, event("UID:a", "DTSTART;TZID=Customized Time Zone:20211102T100000", "DURATION:PT1H")), "02T14:00/02T16:00"},
		"floating":                  {ics(event("UID:a", "DTSTART:20211102T100000", "DTEND:20211102T110000")), "02T14:00/02T15:00"},
		"the calendar's zone":       {ics("X-WR-TIMEZONE:Asia/Tokyo", event("UID:a", "DTSTART:20211102T100000", "DTEND:20211102T110000")), "02T01:00/02T02:00"},
		"until a day, which counts": {ics(event("UID:a", "DTSTART:20211101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20211103")), "01T10:00/01T11:00 02T10:00/02T11:00 03T10:00/03T11:00"},
		"whole days until a day":    {ics("X-WR-TIMEZONE:UTC", event("UID:a", "DTSTART;VALUE=DATE:20211101", "RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20211103")), "01T00:00/02T00:00 03T00:00/04T00:00"},
		"a whole day":               {ics(event("UID:a", "DTSTART;VALUE=DATE:20211107")), "07T04:00/08T05:00"}, // of 25 hours
		"two whole days":            {ics(event("UID:a", "DTSTART;VALUE=DATE:20211103", "DTEND;VALUE=DATE:20211105")), "03T04:00/05T04:00"},
		"free":                      {ics(event("UID:a", "TRANSP:TRANSPARENT", "DTSTART:20211102T100000Z", "DTEND:20211102T110000Z")), ""},
		"cancelled":                 {ics(event("UID:a", "STATUS:CANCELLED", "DTSTART:20211102T100000Z", "DTEND:20211102T110000Z")), ""},
		"free for Outlook":          {ics(event("UID:a", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "DTSTART:20211102T100000Z", "DTEND:20211102T110000Z")), ""},
		"a moment":                  {ics(event("UID:a", "DTSTART:20211102T100000Z")), ""},
		"before and after":          {ics(event("UID:a", "DTSTART:20211001T100000Z", "DTEND:20211002T110000Z"), event("UID:b", "DTSTART:20211031T230000Z", "DTEND:20211101T010000Z")), "01T00:00/01T01:00"},
		"touching":                  {ics(event("UID:a", "DTSTART:20211102T100000Z", "DURATION:PT1H"), event("UID:b", "DTSTART:20211102T110000Z", "DURATION:PT1H")), "02T10:00/02T12:00"},
		"weekly over a change":      {ics(event("UID:a", "DTSTART;TZID=America/New_York:20211001T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=FR")), "05T13:00/05T14:00 12T14:00/12T15:00"},
		"without one":               {ics(event("UID:a", "DTSTART;TZID=America/New_York:20211001T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20211231T000000Z", "EXDATE;TZID=America/New_York:20211105T090000")), "12T14:00/12T15:00"},
		"one of a series moved": {ics(event("UID:a", "DTSTART:20211102T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"),
			event("UID:a", "RECURRENCE-ID:20211103T090000Z", "DTSTART:20211103T150000Z", "DURATION:PT1H")), "02T09:00/02T10:00 03T15:00/03T16:00 04T09:00/04T10:00"},
		"free and busy":       {ics("BEGIN:VFREEBUSY\r\nUID:f\r\nFREEBUSY;FBTYPE=BUSY:20211102T100000Z/20211102T110000Z,20211103T100000Z/PT2H\r\nFREEBUSY;FBTYPE=FREE:20211104T100000Z/PT2H\r\nEND:VFREEBUSY"), "02T10:00/02T11:00 03T10:00/03T12:00"},
		"our own":             {ics(event("UID:own@here", "DTSTART:20211102T100000Z", "DURATION:PT1H")), ""},
		"lines that are none": {ics("X", "Y;Z", "A;B=:c", `Q;R="x`, event("UID:a", "DTSTART;X=;TZID=UTC:20211102T100000", "DURATION:PT1H", "SUMMARY:long "+strings.Repeat("x", 100_000))), "02T10:00/02T11:00"},
		"bare line feeds":     {[]byte(strings.ReplaceAll(string(ics(event("UID:a", "DTSTART:2021110", " 2T100000Z", "DURATION:PT1H"))), "\r\n", "\n")), "02T10:00/02T11:00"},
	} {
		got, err := calendar.Busy(c.calendar, first, last, zone(t, "America/New_York"), func(uid string) bool { return uid == "own@here" })
		if err != nil || show(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, show(got), err, c.want)
		}
	}
	for name, c := range map[string]struct {
		calendar []byte
		says     string
	}{
		"a web page":        {[]byte("<!DOCTYPE html><html>Sign in</html>"), "web page"},
		"nothing":           {nil, "not a calendar"},
		"text":              {[]byte("hello, world; this is text"), "not a calendar"},
		"half a calendar":   {[]byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20211102T100000Z\r\n"), "breaks off"},
		"an unknown zone":   {ics(event("UID:a", "DTSTART;TZID=Mars/Olympus:20211102T100000", "DURATION:PT1H")), "Mars/Olympus"},
		"every second":      {ics(event("UID:a", "DTSTART:19700102T100000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")), "more often than daily"},
		"a rule of its own": {ics(event("UID:a", "DTSTART:20211102T100000Z", "RRULE:FREQ=SOMETIMES")), "cannot be read"},
		"no time":           {ics(event("UID:a", "DTSTART:noon")), "noon"},
		"no length":         {ics(event("UID:a", "DTSTART:20211102T100000Z", "DURATION:PT99999999999H")), "length of time"},
		"nested":            {[]byte(strings.Repeat("BEGIN:VCALENDAR\r\n", 40)), "deep"},
		"too many":          {ics(strings.Repeat("BEGIN:X\r\nEND:X\r\n", 200_001)), "too large"},
	} {
		if got, err := calendar.Busy(c.calendar, first, last, time.UTC, nobody); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, %v; want %q", name, show(got), err, c.says)
		}
	}
}

func TestReadReply(t *testing.T) {
	reply := func(lines ...string) []byte { return ics("METHOD:REPLY", event(lines...)) }
	got, err := calendar.ReadReply(reply("UID:x@y", "ATTENDEE;CN=\"Doe, Kim\";PARTSTAT=DECLINED:MAILTO:Kim@Example.org", "SEQUENCE:2", "DTSTAMP:20211102T100000Z"))
	if want := (calendar.Reply{UID: "x@y", Attendee: "kim@example.org", Answer: "declined", Sequence: 2, Stamp: time.Date(2021, 11, 2, 10, 0, 0, 0, time.UTC)}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	// What Outlook.com sends has no organizer, and some leave sequence and stamp out.
	if got, err := calendar.ReadReply(reply("UID:x@y", "ATTENDEE;PARTSTAT=tentative;EMAIL=kim@example.org:urn:uuid:1")); err != nil || got.Answer != "tentative" || got.Attendee != "kim@example.org" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, c := range map[string][]byte{
		"a request":     ics("METHOD:REQUEST", event("UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c")),
		"nobody":        reply("UID:x"),
		"two people":    reply("UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:d@b.c"),
		"no uid":        reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c"),
		"no answer":     reply("UID:x", "ATTENDEE:mailto:a@b.c"),
		"delegated":     reply("UID:x", "ATTENDEE;PARTSTAT=DELEGATED:mailto:a@b.c"),
		"bad sequence":  reply("UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c", "SEQUENCE:-1"),
		"bad stamp":     reply("UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c", "DTSTAMP:today"),
		"no event":      ics("METHOD:REPLY"),
		"empty":         nil,
		"one line":      []byte("BEGIN:VCALENDAR"),
		"a lonely END":  []byte("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VEVENT"),
		"other BEGINs":  []byte("BEGIN:VCALENDARX\nMETHOD:REPLY\nEND:VCALENDARX"),
		"a byte order ": []byte("\ufeffBEGIN:VCALENDAR\r\nEND:VCALENDAR"),
	} {
		if got, err := calendar.ReadReply(c); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// What an invitation says is what is read back, whatever the words.
func FuzzRead(f *testing.F) {
	f.Add(ics("METHOD:REPLY", event("UID:x@y", "ATTENDEE;PARTSTAT=DECLINED:mailto:kim@example.org", "DTSTART:20211102T100000Z", "RRULE:FREQ=DAILY;COUNT=2")))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=\"Eastern Standard Time\":20211102T100000\nDURATION:P1DT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\nEND:VCALENDAR"))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY:20211102T100000Z/PT1H,\nEND:VFREEBUSY\nA;B=\nC;D=\"e:f\nEND:VCALENDAR"))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:a\nBEGIN:STANDARD\nTZOFFSETTO:+0\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=a:20211102T100000\nEND:VEVENT\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := calendar.ReadReply(data); err == nil && (r.UID == "" || r.Answer == "" || r.Sequence < 0) {
			t.Errorf("%+v of %q", r, data)
		}
		spans, err := calendar.Busy(data, first, last, time.UTC, nobody)
		if err != nil {
			return
		}
		for i, s := range spans {
			if !s.From.Before(s.To) || s.From.Before(first) || s.To.After(last) || i > 0 && !spans[i-1].To.Before(s.From) {
				t.Errorf("%v of %q", spans, data)
			}
		}
	})
}

func BenchmarkBusy(b *testing.B) {
	var lines []string
	for i := range 2000 {
		at := first.Add(time.Duration(i) * time.Hour)
		lines = append(lines, event(fmt.Sprintf("UID:%d", i), "DTSTART:"+at.Format("20060102T150405Z"), "DURATION:PT30M"))
	}
	lines = append(lines, event("UID:weekly", "DTSTART;TZID=America/New_York:20150105T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"))
	data := ics(lines...)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := calendar.Busy(data, first, first.AddDate(0, 0, 200), time.UTC, nobody); err != nil {
			b.Fatal(err)
		}
	}
}
