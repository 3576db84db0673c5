package conduct_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/calendar"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/session"
)

// outside is a server with a coach's calendar; what it says, a test changes.
func (w *world) outside(page *http.HandlerFunc) string {
	w.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(o http.ResponseWriter, r *http.Request) { (*page)(o, r) }))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(w, err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	must(w, err)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	w.Cleanup(s.Close)
	certificate, err := x509.ParseCertificate(der)
	must(w, err)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	only := netip.MustParseAddrPort(s.Listener.Addr().String())
	w.Calendars = calendar.Reader{Roots: roots, Timeout: 2 * time.Second, Allow: func(to netip.AddrPort) bool { return to == only }}
	return fmt.Sprintf("https://localhost:%d/secret.ics", only.Port())
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

// A coach's calendar keeps times busy; when it fails, what is known stays busy and nothing else is closed, but what is booked is unsure.
func TestBusyCalendar(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		refused(t, w.SetBusyCalendar(ctx, me, "https://example.org/a.ics"), problem.Forbidden, "")
		refused(t, w.SetBusyCalendar(ctx, desk, "https://127.0.0.1/a.ics"), problem.Invalid, "private")

		page := says("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:dentist\r\nSUMMARY:Dentist\r\nDTSTART:20210820T140000Z\r\nDTEND:20210820T160000Z\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:" + s.ID + "@coaching.example.org\r\nDTSTART:20210812T140000Z\r\nDTEND:20210812T153000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
		address := w.outside(&page)
		must(t, w.SetBusyCalendar(ctx, desk, address))
		state := func(want conduct.BusyState, unsure int) conduct.BusyCalendar {
			t.Helper()
			b, err := w.BusyCalendarOf(ctx, desk)
			if err != nil || b.State != want || len(b.Unsure) != unsure || b.Host != "localhost" {
				t.Errorf("%+v, %v; want %s and %d unsure", b, err, want, unsure)
			}
			return b
		}
		if b := state(conduct.BusyFresh, 0); len(b.Upcoming) != 1 {
			t.Errorf("%d busy times: our own session is none", len(b.Upcoming))
		}
		book := func(start time.Time) (session.Session, error) {
			return w.Book(ctx, me, conduct.Booking{Participant: code, Start: start})
		}
		dentist := time.Date(2021, 8, 20, 14, 30, 0, 0, time.UTC)
		_, err := book(dentist)
		refused(t, err, problem.Conflict, "nearest free times are")
		if _, err := w.Move(ctx, me, s.ID, s.Start.Add(15*time.Minute)); err != nil {
			t.Errorf("a session that stands in the coach's calendar moves over itself: %v", err)
		}

		page = says("<html>Please sign in</html>")
		read := func(pass time.Duration) {
			t.Helper()
			w.pass(pass)
			if n, err := w.ReadBusyCalendars(ctx, identity.Program); err != nil || n != 1 {
				t.Errorf("%d calendars read, %v", n, err)
			}
		}
		read(20 * time.Minute)
		if b := state(conduct.BusyFailing, 0); !strings.Contains(b.Reason, "web page") {
			t.Errorf("%+v", b)
		}
		if n, err := w.ReadBusyCalendars(ctx, identity.Program); err != nil || n != 0 {
			t.Errorf("read again at once: %d, %v", n, err)
		}
		sure, err := book(time.Date(2021, 8, 18, 14, 0, 0, 0, time.UTC))
		must(t, err)
		read(13 * time.Hour)
		read(13 * time.Hour)
		state(conduct.BusyStale, 0)
		if kinds, mails := w.mail(k); count(kinds, "busy-calendar") != 1 || strings.Contains(mails[len(mails)-1].Text, "secret") {
			t.Errorf("a coach whose calendar is stale gets one mail: %v", kinds)
		}
		_, err = book(dentist)
		refused(t, err, problem.Conflict, "not available")
		asked, err := book(time.Date(2021, 8, 19, 14, 0, 0, 0, time.UTC))
		must(t, err)
		if b := state(conduct.BusyStale, 1); b.Unsure[0].ID != asked.ID {
			t.Errorf("%+v, sure was %s", b.Unsure, sure.ID)
		}
		if _, mails := w.mail(k); !strings.Contains(mails[len(mails)-1].Text, "could not be read when this was booked") {
			t.Errorf("%s", mails[len(mails)-1].Text)
		}
		refused(t, w.ConfirmSession(ctx, me, asked.ID), problem.Forbidden, "")
		must(t, w.ConfirmSession(ctx, desk, asked.ID))
		state(conduct.BusyStale, 0)

		page = says("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
		read(2 * time.Hour)
		state(conduct.BusyFresh, 0)
		if _, err = book(dentist); err != nil {
			t.Errorf("the dentist is cancelled: %v", err)
		}
		must(t, w.RemoveBusyCalendar(ctx, desk))
		if b, err := w.BusyCalendarOf(ctx, desk); err != nil || b.State != conduct.BusyNone {
			t.Errorf("%+v, %v", b, err)
		}
		if trail := fmt.Sprint(w.trail("")); strings.Contains(trail, "secret") {
			t.Error("the trail has the address")
		}
	})
}

func TestFeed(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		token := func(address string, err error) string {
			t.Helper()
			must(t, err)
			token, ok := strings.CutSuffix(strings.TrimPrefix(address, "https://coaching.example.org/calendar/"), ".ics")
			if !ok || len(token) != 26 {
				t.Fatalf("address %q", address)
			}
			return token
		}
		mine, theirs, busy := token(w.MakeFeed(ctx, me, false)), token(w.MakeFeed(ctx, desk, false)), token(w.MakeFeed(ctx, desk, true))
		read := func(token string) string {
			t.Helper()
			data, err := w.ReadFeed(ctx, token)
			must(t, err)
			return string(data)
		}
		for _, c := range []struct{ feed, link string }{{read(mine), "/me/sessions"}, {read(theirs), "/desk"}, {read(busy), ""}} {
			for _, want := range []string{"METHOD:PUBLISH", "UID:" + s.ID + "@coaching", "DTSTART:20210812T140000Z", "STATUS:CONFIRMED", "SEQUENCE:0", c.link} {
				if !strings.Contains(c.feed, want) {
					t.Errorf("no %s in\n%s", want, c.feed)
				}
			}
			for _, never := range []string{"ATTENDEE", "Coach 0", "Dr. Person", w.Protocol.Title, string(code), string(k)} {
				if strings.Contains(c.feed, never) {
					t.Errorf("%s in\n%s", never, c.feed)
				}
			}
		}
		if b := read(busy); strings.Contains(b, "example.org/desk") || strings.Contains(b, "LOCATION") || !strings.Contains(b, "SUMMARY:Busy") {
			t.Errorf("the busy one tells\n%s", b)
		}
		file, err := w.AppointmentFile(ctx, me, s.ID)
		if err != nil || !strings.Contains(string(file), "UID:"+s.ID) || !strings.Contains(string(file), "METHOD:PUBLISH") {
			t.Errorf("%s, %v", file, err)
		}
		if first := read(mine); first != read(mine) {
			t.Error("the same calendar is not the same twice")
		}
		_, err = w.Cancel(ctx, me, s.ID)
		must(t, err)
		if got := read(mine); !strings.Contains(got, "STATUS:CANCELLED") || !strings.Contains(got, "SEQUENCE:1") {
			t.Errorf("cancelled:\n%s", got)
		}
		w.at("2021-09-20 10:00")
		if got := read(mine); strings.Contains(got, "VEVENT") || !strings.HasPrefix(got, "BEGIN:VCALENDAR\r\n") {
			t.Errorf("after a month:\n%s", got)
		}
		other := token(w.MakeFeed(ctx, me, false))
		for _, dead := range []string{mine, "x", ""} {
			_, err = w.ReadFeed(ctx, dead)
			refused(t, err, problem.NotFound, "")
		}
		must(t, w.EndFeed(ctx, me, false))
		must(t, w.EndFeed(ctx, me, false))
		_, err = w.ReadFeed(ctx, other)
		refused(t, err, problem.NotFound, "")
		stolen := token(w.MakeFeed(ctx, me, true))
		must(t, w.EndLinks(ctx, coordinator, me.Participant))
		_, err = w.ReadFeed(ctx, stolen)
		refused(t, err, problem.NotFound, "")
		if feeds, err := w.Feeds(ctx, desk); err != nil || len(feeds) != 2 {
			t.Errorf("%v, %v", feeds, err)
		}

		// To whom coaching is not open, there is no calendar; nor one of somebody else's session.
		stranger := w.rosterOf("stranger")
		_, err = w.MakeFeed(ctx, identity.AsParticipant(stranger), false)
		refused(t, err, problem.NotFound, "")
		_, err = w.AppointmentFile(ctx, identity.AsParticipant(stranger), s.ID)
		refused(t, err, problem.NotFound, "")
		_, err = w.MakeFeed(ctx, coordinator, false)
		refused(t, err, problem.Forbidden, "")
	})
}

func TestTakeReply(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		mine, _ := w.readers(code, k)
		reply := func(uid, who, answer string, sequence int, stamp string) []byte {
			return fmt.Appendf(nil, "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:%s\r\nATTENDEE;PARTSTAT=%s:mailto:%s\r\nSEQUENCE:%d\r\nDTSTAMP:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", uid, answer, who, sequence, stamp)
		}
		uid := s.ID + "@coaching.example.org"
		must(t, w.TakeReply(ctx, identity.Program, reply(uid, strings.ToUpper(mine), "DECLINED", 0, "20210809T150000Z")))
		must(t, w.TakeReply(ctx, identity.Program, reply(uid, mine, "ACCEPTED", 0, "20210809T140000Z"))) // came late, is older
		must(t, w.TakeReply(ctx, identity.Program, reply(uid, mine, "DECLINED", 0, "20210809T150000Z"))) // twice
		refused(t, w.TakeReply(ctx, identity.Program, reply("other@x", mine, "ACCEPTED", 0, "20210809T140000Z")), problem.NotFound, "no answer")
		refused(t, w.TakeReply(ctx, identity.Program, reply(uid, "eve@example.org", "ACCEPTED", 0, "20210809T140000Z")), problem.NotFound, "no answer")
		refused(t, w.TakeReply(ctx, identity.Program, []byte("hello")), problem.Invalid, "not a calendar")
		refused(t, w.TakeReply(ctx, me, reply(uid, mine, "ACCEPTED", 0, "20210809T160000Z")), problem.Forbidden, "")
		see := func(by identity.Actor, answer string, outdated bool) {
			t.Helper()
			answers, err := w.CalendarAnswers(ctx, by)
			if a := answers[s.ID]; err != nil || len(a) != 1 || a[0].Answer != answer || a[0].Side != session.ByParticipant || a[0].Outdated != outdated {
				t.Errorf("%+v, %v", answers, err)
			}
		}
		see(desk, "declined", false)
		see(me, "declined", false)
		if all := w.sessions(s); all[0].State != session.Booked {
			t.Error("an answer of a calendar program cancels a session")
		}
		_, err := w.Move(ctx, me, s.ID, s.Start.Add(time.Hour))
		must(t, err)
		see(desk, "declined", true)
		must(t, w.TakeReply(ctx, identity.Program, reply(uid, mine, "ACCEPTED", 1, "20210809T130000Z"))) // of a higher sequence, whatever its stamp
		see(desk, "accepted", false)
		if n := count(w.trail(s.ID), "calendar.reply"); n != 2 {
			t.Errorf("%d answers in the trail", n)
		}
	})
}
