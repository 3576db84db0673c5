package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/web/webtest"
)

var feedAddress = regexp.MustCompile(`https://coaching\.example\.org(/calendar/([a-z2-7]{26})\.ics)`)

// carried posts a form with cookies, and gives the page that it leads to with the cookies that it set.
func carried(t *testing.T, h http.Handler, path string, form url.Values, cookies map[string]string) *webtest.Page {
	t.Helper()
	p := webtest.Do(t, h, webtest.Scenario{Path: path, Form: form, Cookie: cookies})
	if p.Status != http.StatusSeeOther {
		t.Fatalf("%s: status %d: %s", path, p.Status, p.Body)
	}
	with := map[string]string{}
	for name, value := range cookies {
		with[name] = value
	}
	for _, c := range (&http.Response{Header: p.Header}).Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || !c.Secure {
			t.Errorf("the cookie %s: %+v", c.Name, c)
		}
		with[c.Name] = c.Value
	}
	to, _, _ := strings.Cut(p.Header.Get("Location"), "#")
	return webtest.Do(t, h, webtest.Scenario{Path: to, Cookie: with})
}

// appointmentUID gives the name of the appointment in a file.
func appointmentUID(t *testing.T, file string) string {
	t.Helper()
	_, rest, ok := strings.Cut(strings.ReplaceAll(file, "\r\n ", ""), "UID:")
	uid, _, end := strings.Cut(rest, "\r\n")
	if !ok || !end {
		t.Fatalf("no UID in %s", file)
	}
	return uid
}

// A coach's and a participant's feed: shown once, read by whoever has the address, and by nobody once it has ended.
func TestCalendarFeeds(t *testing.T) {
	d := atDesk(t, 1)
	d.Conduct.BaseURL = "https://coaching.example.org"
	desk := d.cookies[0]
	if p := d.get("/desk/calendar"); !strings.Contains(p.Text(t, "main"), "There is no address") || feedAddress.MatchString(p.Body) {
		t.Errorf("%s", p.Text(t, "main"))
	}
	p := carried(t, d.handler, "/desk/calendar/feed", url.Values{"kind": {"busy"}}, desk)
	found := feedAddress.FindStringSubmatch(p.Text(t, "main"))
	if found == nil {
		t.Fatalf("no address: %s", p.Text(t, "main"))
	}
	if again := d.get("/desk/calendar"); strings.Contains(again.Body, found[2]) || !strings.Contains(again.Text(t, "main"), "There is an address since August") {
		t.Error("the address is shown twice, or is not known of")
	}
	// A program reads it without any cookie.
	feed := webtest.Do(t, d.handler, webtest.Scenario{Path: found[1]})
	etag := feed.Header.Get("ETag")
	if feed.Status != http.StatusOK || !strings.HasPrefix(feed.Header.Get("Content-Type"), "text/calendar") || !strings.Contains(feed.Body, "SUMMARY:Busy") || etag == "" || strings.Contains(feed.Body, "Person") {
		t.Errorf("status %d: %v\n%s", feed.Status, feed.Header, feed.Body)
	}
	for _, s := range []webtest.Scenario{
		{Path: found[1], Header: http.Header{"If-None-Match": {`W/"x", ` + etag}}, Status: http.StatusNotModified},
		{Path: found[1], Header: http.Header{"If-None-Match": {`"other"`}}, Status: http.StatusOK},
		{Path: strings.TrimSuffix(found[1], ".ics"), Status: http.StatusNotFound},
		{Path: "/calendar/" + strings.Repeat("a", 26) + ".ics", Status: http.StatusNotFound},
		{Path: "/calendar/.ics", Status: http.StatusNotFound},
	} {
		got := webtest.Do(t, d.handler, s)
		if got.Status != s.Status || got.Status == http.StatusNotFound && got.Body != "There is no such calendar.\n" || got.Status == http.StatusNotModified && got.Body != "" {
			t.Errorf("%s %v: status %d, %q", s.Path, s.Header, got.Status, got.Body)
		}
	}
	d.send("/desk/calendar/feed/end", url.Values{"kind": {"busy"}}, "/desk/calendar?ended")
	if got := webtest.Do(t, d.handler, webtest.Scenario{Path: found[1]}); got.Status != http.StatusNotFound {
		t.Errorf("an ended address: status %d", got.Status)
	}
	file := d.get("/desk/session/" + d.booked[0].ID + "/appointment.ics")
	if !strings.Contains(file.Body, "UID:"+d.booked[0].ID) || !strings.Contains(file.Header.Get("Content-Disposition"), "appointment.ics") || strings.Contains(file.Body, "Person") {
		t.Errorf("%v\n%s", file.Header, file.Body)
	}
	if p := webtest.Do(t, d.handler, webtest.Scenario{Path: "/desk/session/" + d.booked[0].ID + "/appointment.ics", Cookie: d.cookies[1]}); p.Status != http.StatusNotFound {
		t.Errorf("another coach's session: status %d", p.Status)
	}
	for _, c := range []struct{ who, answer, path, says string }{
		{"p0@hospital.example", "DECLINED", "/desk/session/" + d.booked[0].ID, "Your coachee’s calendar has declined. That cancels nothing"},
		{"p0@hospital.example", "ACCEPTED", "/desk/session/" + d.booked[0].ID, "Your coachee’s calendar has accepted."},
	} {
		d.at(d.clock().Add(time.Minute).Format("2006-01-02 15:04"))
		succeed(t, d.TakeReply(t.Context(), identity.Program, []byte("BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:"+appointmentUID(t, file.Body)+"\nATTENDEE;PARTSTAT="+c.answer+":mailto:"+c.who+"\nSEQUENCE:0\nEND:VEVENT\nEND:VCALENDAR\n")))
		if p := d.get(c.path); !strings.Contains(p.Text(t, "main"), c.says) {
			t.Errorf("%s: not %q: %s", c.answer, c.says, p.Text(t, "main"))
		}
	}
	for _, address := range []string{"http://example.org/a.ics", "https://10.0.0.1/a.ics", ""} {
		p := d.refused("/desk/calendar", url.Values{"address": {address}}, http.StatusUnprocessableEntity, "ddress")
		if got := webtest.Attribute(p.All(t, "#address")[0], "value"); got != address {
			t.Errorf("what was typed, %q, has become %q", address, got)
		}
	}
	d.send("/desk/calendar/remove", url.Values{}, "/desk/calendar?kept=removed")
	d.send("/desk/session/"+d.booked[0].ID+"/confirm", url.Values{}, "/desk/calendar?kept=confirmed")
}

// A participant's calendar, in both languages; to the control arm, and to everybody else, it does not exist.
func TestParticipantCalendar(t *testing.T) {
	e := enrol(t)
	e.Conduct.BaseURL = "https://coaching.example.org"
	k := e.coachesFor(1)[0]
	v, control, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	me := identity.AsParticipant(code)
	free, err := e.Free(t.Context(), me, code, e.clock(), e.clock().AddDate(0, 0, 20), 1)
	succeed(t, err)
	booked, err := e.BookSeries(t.Context(), me, code, free, "")
	succeed(t, err)
	if p := v.get("/me/calendar?lang=es"); !strings.Contains(p.Text(t, "main"), "Solo cuándo está ocupado") {
		t.Errorf("%s", p.Text(t, "main"))
	}
	p := v.get("/me/sessions?lang=en")
	if n := len(p.All(t, `a[href="/me/sessions/`+booked[0].ID+`/appointment.ics"]`)); n != 1 || len(p.All(t, `nav a[href="/me/calendar"]`)) == 0 {
		t.Errorf("%d ways to add a session to a calendar", n)
	}
	file := v.get("/me/sessions/" + booked[0].ID + "/appointment.ics")
	if !strings.Contains(file.Body, "UID:"+booked[0].ID) || strings.Contains(file.Body, "Rivera") || !strings.Contains(file.Body, "/me/sessions") {
		t.Errorf("%s", file.Body)
	}
	p = carried(t, e.handler, "/me/calendar/feed", url.Values{"kind": {"whole"}}, v.cookies)
	found := feedAddress.FindStringSubmatch(p.Text(t, "main"))
	if found == nil {
		t.Fatalf("no address: %s", p.Text(t, "main"))
	}
	if feed := webtest.Do(t, e.handler, webtest.Scenario{Path: found[1]}); feed.Status != http.StatusOK || !strings.Contains(feed.Body, booked[0].ID) || strings.Contains(feed.Body, "Rivera") {
		t.Errorf("status %d\n%s", feed.Status, feed.Body)
	}
	for path, form := range map[string]url.Values{"/me/calendar": nil, "/me/calendar/feed": {"kind": {"whole"}}, "/me/calendar/feed/end": {"kind": {"whole"}}, "/me/sessions/" + booked[0].ID + "/appointment.ics": nil} {
		if p := webtest.Do(t, e.handler, webtest.Scenario{Path: path, Form: form, Cookie: control.cookies}); p.Status != http.StatusNotFound || strings.Contains(p.Body, "Rivera") {
			t.Errorf("the control arm opens %s: status %d", path, p.Status)
		}
		for _, role := range []identity.Role{identity.Coordinator, identity.Owner} {
			if p := webtest.Do(t, e.handler, webtest.Scenario{Path: path, Form: form, Cookie: e.staff(role)}); p.Status == http.StatusOK || p.Status == http.StatusSeeOther {
				t.Errorf("%s opens %s: status %d", role, path, p.Status)
			}
		}
	}
	v.send("/me/calendar/feed/end", url.Values{"kind": {"whole"}}, "/me/calendar?ended")
}
