package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/coach"
	"rekindle/trial/session"
	"rekindle/web/webtest"
)

// The coach's leave begins before the first session and ends after the second: the way from the start page leads to times that can be
// taken, says what becomes of the second, and then to planning it anew.
func TestLeaveBeyondTheSecondSession(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	form := url.Values{"mode": {"video"}}
	for _, row := range v.get("/me/sessions/plan").All(t, ".coaching-rows select option[selected]") {
		form.Add("start", webtest.Attribute(row, "value"))
	}
	v.send("/me/sessions/plan", form, "/me/sessions?booked")
	all := e.sessions(code)
	until := all[1].Start.Add(36 * time.Hour)
	_, err := e.TakeLeave(t.Context(), identity.AsCoach(k), k, coach.Span{From: all[0].Start.Add(-12 * time.Hour), To: until})
	succeed(t, err)

	steps := v.get("/me").All(t, ".next a.first")
	if len(steps) != 1 || webtest.Attribute(steps[0], "href") != "/me/sessions/"+all[0].ID+"/move" {
		t.Fatalf("the next step: %s", v.get("/me").Text(t, "main"))
	}
	move := webtest.Attribute(steps[0], "href")
	p := v.get(move)
	slots := p.All(t, ".coaching-day button")
	if len(slots) == 0 || len(p.All(t, "input[name=past]")) != 1 || !strings.Contains(p.Text(t, "main"), "has to come before the others") {
		t.Fatalf("where the first session can go: %s", p.Text(t, "main"))
	}
	to := webtest.Attribute(slots[0], "value")
	if p = v.do(webtest.Scenario{Path: move, Form: url.Values{"start": {to}}}); p.Status != http.StatusConflict {
		t.Errorf("without a word about the second: %d", p.Status)
	}
	v.send(move, url.Values{"start": {to}, "past": {"yes"}}, "/me/sessions?moved_past")
	if text := v.get("/me/sessions?moved_past").Text(t, "main"); !strings.Contains(text, "plan it anew") || !strings.Contains(text, "Plan it now") {
		t.Errorf("afterwards: %s", text)
	}
	for _, one := range e.sessions(code) {
		if one.ID == all[0].ID && (one.Start.Format(time.RFC3339) != to || one.Sequence != 1) || one.ID == all[1].ID && (one.State != session.Cancelled || one.Missed != session.ByCoach) {
			t.Errorf("%+v", one)
		}
	}
}

// A session that has come too close is offered no times, and is not told that one was lost.
func TestMoveTooLate(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	one, err := e.Book(t.Context(), office, conduct.Booking{Participant: code, Start: e.now.Add(3 * time.Hour), Mode: "phone"})
	succeed(t, err)
	move := "/me/sessions/" + one.ID + "/move"
	p := v.do(webtest.Scenario{Path: move, Form: url.Values{"start": {one.Start.AddDate(0, 0, 7).Format(time.RFC3339)}}})
	for _, p := range []*webtest.Page{v.get(move), p} {
		if text := p.Text(t, "main"); !strings.Contains(text, "cannot be moved here any more") || strings.Contains(text, "no longer free") || len(p.All(t, "main button")) != 0 {
			t.Errorf("too late: %s", text)
		}
	}
	if p.Status != http.StatusConflict {
		t.Errorf("status %d", p.Status)
	}
}

// The way to earlier times is there only where there are some, and leads to them over weeks that have none.
func TestEarlierTimesAreThere(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, _, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	p := v.get("/me/sessions/book")
	if n := len(p.All(t, `.pager a[href*="from="]`)); n != 1 {
		t.Errorf("%d ways from the first week", n)
	}
	_, err := e.TakeLeave(t.Context(), identity.AsCoach(k), k, coach.Span{From: e.now.AddDate(0, 0, 5), To: e.now.AddDate(0, 0, 33)})
	succeed(t, err)
	p = v.get("/me/sessions/book?from=" + e.now.AddDate(0, 0, 12).Format(time.DateOnly)) // passes over the leave
	first := func(p *webtest.Page) string { return webtest.Attribute(p.All(t, ".coaching-day button")[0], "value") }
	if got := first(p); got < e.now.AddDate(0, 0, 32).Format(time.RFC3339) {
		t.Fatalf("in the leave: %s", got)
	}
	back := webtest.Attribute(p.All(t, `.pager a[href*="from="]`)[0], "href")
	if got := first(v.get(back)); got > e.now.AddDate(0, 0, 6).Format(time.RFC3339) {
		t.Errorf("back leads to %s", got)
	}
}

// By two clocks, the name of a time still holds what is read on it (WCAG 2.5.3), and what is night to the participant is folded away.
func TestTimesByTwoClocks(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	succeed(t, e.ChangeZone(t.Context(), identity.AsParticipant(code), code, "Pacific/Auckland"))
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	p := v.get("/me/sessions/book")
	slots := p.All(t, ".coaching-day button")
	for _, b := range slots {
		if name, read := webtest.Attribute(b, "aria-label"), webtest.Text(b); !strings.Contains(name, read) || !strings.Contains(read, "EDT") {
			t.Errorf("%q is read on %q", read, name)
		}
	}
	if nights := p.All(t, ".coaching-day details button"); len(nights) == 0 || len(nights) == len(slots) {
		t.Errorf("%d of %d times are at night", len(nights), len(slots))
	}
	for _, option := range v.get("/me/sessions/plan").All(t, ".coaching-rows select option[selected]") {
		at, err := time.Parse(time.RFC3339, webtest.Attribute(option, "value"))
		succeed(t, err)
		zone, err := time.LoadLocation("Pacific/Auckland")
		succeed(t, err)
		if session.Night(at.In(zone), 60) {
			t.Errorf("%s is proposed", at.In(zone))
		}
	}
}
