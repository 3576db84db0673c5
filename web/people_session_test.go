package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/trial/session"
	"rekindle/web/webtest"
)

// The office books, moves and cancels for somebody who has called, by that person's clock.
func TestOfficeBooksForSomebody(t *testing.T) {
	d := atDesk(t, 2)
	code := d.coachees[0]
	succeed(t, d.ChangeZone(t.Context(), identity.AsParticipant(code), code, "America/Chicago"))
	desk := d.staff(identity.Coordinator)
	do := func(path string, form url.Values) *webtest.Page {
		t.Helper()
		return webtest.Do(t, d.handler, webtest.Scenario{Path: path, Form: form, Cookie: desk})
	}
	sent := func(path string, form url.Values, done string) {
		t.Helper()
		if p := do(path, form); p.Status != http.StatusSeeOther || p.Header.Get("Location") != "/people/"+string(code)+"?done="+done {
			t.Fatalf("%s: %d to %q: %s", path, p.Status, p.Header.Get("Location"), p.Text(t, "main"))
		}
	}
	person := "/people/" + string(code)
	p := do(person, nil)
	one := person + "/session/" + d.booked[0].ID
	if len(p.All(t, `a[href="`+one+`"]`)) != 1 || len(p.All(t, `a[href="`+person+`/session"]`)) != 1 {
		t.Errorf("nothing leads there: %s", p.Text(t, "#sessions"))
	}
	p = do(person+"/session", nil)
	times := p.All(t, "input[name=start]")
	if text := p.Text(t, "main"); len(times) < 4 || !strings.Contains(text, "for the coach") || !strings.Contains(text, "(America/Chicago)") || strings.Contains(text, "Dr. Person") {
		t.Fatalf("the form: %s", text)
	}
	sent(person+"/session", url.Values{"start": {webtest.Attribute(times[0], "value")}, "mode": {"video"}}, "booked")
	all := d.sessions(code)
	if len(all) != 2 || all[1].Number != 2 || all[1].State != session.Booked {
		t.Fatalf("%+v", all)
	}
	if text := do(person+"?done=booked", nil).Text(t, "[role=status]"); !strings.Contains(text, "booked") {
		t.Error(text)
	}
	p = do(one+"/move", url.Values{"start": {"other"}, "date": {"2021-08-16"}, "clock": {"09:30"}}) // over another's
	if p.Status != http.StatusConflict || !strings.Contains(p.Text(t, ".mistakes"), "nearest free times") || len(p.All(t, "#date[value='2021-08-16']")) != 1 {
		t.Errorf("%d: %s", p.Status, p.Text(t, "main"))
	}
	if p = do(one+"/move", url.Values{"start": {"noon"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("no time: %d", p.Status)
	}
	sent(one+"/move", url.Values{"start": {"other"}, "date": {"2021-08-11"}, "clock": {"18:00"}}, "moved")
	if at := d.sessions(code); at[0].Start.In(d.Protocol.Location()).Format("15:04") != "19:00" && at[1].Start.In(d.Protocol.Location()).Format("15:04") != "19:00" {
		t.Errorf("it has moved to %v", at)
	}
	sent(one+"/cancel", url.Values{}, "cancelled")
	if p = do(one, nil); p.Status != http.StatusOK || len(p.All(t, "form[action$='/move']")) != 0 {
		t.Errorf("a cancelled session: %d %s", p.Status, p.Text(t, "main"))
	}
	// So close to the session it is somebody's cancellation, and the office says whose.
	chicago, err := time.LoadLocation("America/Chicago")
	succeed(t, err)
	soon := d.now.Add(5 * time.Hour).In(chicago)
	sent(person+"/session", url.Values{"start": {"other"}, "date": {soon.Format(time.DateOnly)}, "clock": {soon.Format("15:04")}, "mode": {"video"}}, "booked")
	late := d.sessions(code)
	i := slices.IndexFunc(late, func(one session.Session) bool { return one.Start.Equal(soon.Truncate(time.Minute)) })
	if i < 0 {
		t.Fatalf("nothing is booked for %s: %+v", soon, late)
	}
	one = person + "/session/" + late[i].ID
	if p = do(one, nil); len(p.All(t, "input[name=side]")) != 3 || !strings.Contains(p.Text(t, "main"), "late cancellation by whoever asks") {
		t.Errorf("a late cancellation: %s", p.Text(t, "main"))
	}
	for name, form := range map[string]url.Values{"nobody is named": {}, "somebody else": {"side": {"chief"}}} {
		if p = do(one+"/cancel", form); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	sent(one+"/cancel", url.Values{"side": {"participant"}}, "cancelled")
	if got := d.sessions(code)[i]; got.State != session.LateCancelled || got.Missed != session.ByParticipant {
		t.Errorf("at the participant's wish: %+v", got)
	}
	for path, form := range map[string]url.Values{
		person + "/session/" + d.booked[1].ID:             nil, // of somebody else
		person + "/session/" + d.booked[1].ID + "/cancel": {},
		person + "/session/none":                          nil,
		"/people/none/session":                            nil,
	} {
		if p := do(path, form); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if text := do("/board", nil).Text(t, "main"); !strings.Contains(text, "Nobody has changed the coach so far") {
		t.Error(text)
	}
	succeed(t, d.ChangeCoach(t.Context(), identity.AsParticipant(d.coachees[1]), d.coachees[1]))
	if text := do("/board", nil).Text(t, "main"); !strings.Contains(text, "1 change of coach so far") {
		t.Error(text)
	}
	if p := do("/people/"+string(d.coachees[1])+"/session", nil); p.Status != http.StatusNotFound || !strings.Contains(p.Text(t, "main"), "No coach is chosen") {
		t.Errorf("without a coach: %d %s", p.Status, p.Text(t, "main"))
	}
}
