package web_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// The calendar pages of both sides, as on a phone and on a desktop: the address that was made is there to copy, and a coach whose calendar
// cannot be read is told so.
func TestCalendarsInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 1)
			d.Conduct.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			for name, value := range d.cookies[0] {
				l.Keep(name, value)
			}
			l.Goto("/desk/calendar")
			l.look("desk-calendar")
			l.Follow("form[action='/desk/calendar/feed'] button")
			l.look("desk-calendar-feed")
			if n := webtest.Evaluate[int](l.Tab, `document.querySelectorAll(".calendar-address code").length`); n != 1 {
				t.Errorf("%d addresses are shown", n)
			}
			for _, what := range l.Unreached() {
				t.Errorf("desk: %s", what)
			}
			succeed(t, d.Store.Write(t.Context(), func(tx *store.Tx) error {
				long := tx.Now().Add(-20 * time.Hour)
				return tx.SaveBusyCalendar(t.Context(), store.BusyCalendar{Coach: d.coaches[0], Address: "https://calendar.example.org/secret", Added: long, Got: &long, Tried: &long, Failures: 3, Reason: "The calendar's server answers 404", Next: tx.Now()})
			}))
			code := d.coachees[0]
			free, err := d.Free(t.Context(), identity.AsParticipant(code), code, d.clock(), d.clock().AddDate(0, 0, 20), 1)
			succeed(t, err)
			_, err = d.BookSeries(t.Context(), identity.AsParticipant(code), code, free, "")
			succeed(t, err)
			l.Goto("/desk/calendar")
			l.look("desk-calendar-stale")
			l.Dark()
			l.look("desk-calendar-dark")
			l.Follow("form[action$='/confirm'] button")
			if said := webtest.Evaluate[string](l.Tab, `document.querySelector("[role=status]").textContent`); said != "Confirmed." {
				t.Errorf("after confirming: %q", said)
			}

			me := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name, n: 50}
			me.Goto(d.link(code))
			me.Follow("form button")
			me.Goto("/me/calendar")
			me.Follow("form[action='/me/calendar/feed'] button")
			me.look("calendar")
			me.Goto("/me/calendar?lang=es")
			me.look("calendar-es")
			for _, what := range me.Unreached() {
				t.Errorf("calendar: %s", what)
			}
			me.Goto("/me/sessions?lang=en")
			me.look("sessions")
		})
	}
}
