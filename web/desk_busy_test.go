package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/web/webtest"
)

// busyOn plants a calendar outside in which the first coach is busy from ten to eleven on a Tuesday, and on a Sunday.
func (d *desked) busyOn(day int) {
	d.Helper()
	from := time.Date(2021, 8, day, 10, 0, 0, 0, d.Protocol.Location())
	succeed(d, d.Store.Write(d.Context(), func(tx *store.Tx) error {
		return tx.SaveBusyCalendar(d.Context(), store.BusyCalendar{Coach: d.coaches[0], Address: "https://calendar.example.org/x", Added: tx.Now(), Got: new(tx.Now()), Tried: new(tx.Now()),
			Spans: []coach.Span{{From: from, To: from.Add(time.Hour)}, {From: from.AddDate(0, 0, 5), To: from.AddDate(0, 0, 5).Add(time.Hour)}}, Next: tx.Now()})
	}))
}

// The page of hours lists what is busy elsewhere within them, and a coach can coach all the same.
func TestBusyTimesAreWaivedOnThePageOfHours(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 1)
			if text := d.get("/desk/hours").Text(t, "main"); strings.Contains(text, "Busy in your own calendar") {
				t.Error("without a calendar there is nothing to waive")
			}
			d.busyOn(10)
			d.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "busy-" + screen.Name}
			l.wear(d.cookies[0])
			l.Goto("/desk/hours")
			l.look("hours")
			if listed := webtest.Evaluate[string](l.Tab, `document.querySelector("#busy ul").innerText`); !strings.Contains(listed, "10:00 to 11:00") || strings.Contains(listed, "Sunday") {
				t.Errorf("listed: %s", listed)
			}
			l.Follow("form[action='/desk/hours/busy'] button")
			l.look("waived")
			l.fill("#busy-day", "2021-08-17", "#busy-from", "15:00", "#busy-to", "14:00")
			l.Follow("#busy form.card button")
			l.look("mistaken")
			l.Follow("form[action='/desk/hours/busy/keep'] button")
			l.at("/desk/hours?kept=busy")
		})
	}
	d := atDesk(t, 1)
	d.busyOn(10)
	d.refused("/desk/hours/busy", url.Values{"begins": {"x"}, "ends": {"y"}}, http.StatusUnprocessableEntity, "no such time")
	d.refused("/desk/hours/busy", url.Values{"busy-day": {"2021-08-10"}, "busy-from": {"10:00"}, "busy-to": {""}}, http.StatusUnprocessableEntity, "no date and time")
}
