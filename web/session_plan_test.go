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
	"rekindle/web/webtest"
)

// Whoever chooses a coach when the coaching period is almost over is offered what fits, in a quicker rhythm, and never nothing.
func TestPlanWhenTheTimeIsAlmostOver(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	_, _, code, _ := e.allocated()
	e.at("2021-10-28 12:00") // two weeks before the end
	v := e.come(e.link(code))
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	p := v.get("/me/sessions/plan")
	rows := len(p.All(t, "select[name=start]"))
	if rows < 5 || len(p.All(t, "#every option")) != 3 {
		t.Errorf("two weeks before the end %d sessions are proposed: %s", rows, p.Text(t, "main"))
	}
	e.at("2021-11-01 12:00") // and four days: now not all of them fit
	v = e.come(e.link(code))
	p = v.get("/me/sessions/plan")
	starts := url.Values{}
	for _, option := range p.All(t, "select[name=start] option[selected]") {
		starts.Add("start", webtest.Attribute(option, "value"))
	}
	if text := p.Text(t, "main"); len(starts["start"]) < 2 || strings.Contains(text, "0 sessions") || len(p.All(t, "[role=status]")) != 1 {
		t.Errorf("four days before the end %v are proposed: %s", starts, text)
	}
	v.send("/me/sessions/plan", starts, "/me/sessions?booked")
}

// What has begun cannot be cancelled, and nobody is told that it was.
func TestCancellingTooLateSaysNothingUntrue(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	free, err := e.Free(t.Context(), identity.AsParticipant(code), code, e.now, e.now.AddDate(0, 0, 14), 1)
	succeed(t, err)
	one, err := e.Book(t.Context(), identity.AsParticipant(code), conduct.Booking{Participant: code, Start: free[0]})
	succeed(t, err)
	e.at(one.Start.Add(5 * time.Minute).In(e.Protocol.Location()).Format("2006-01-02 15:04"))
	v = e.come(e.link(code))
	v.send("/me/sessions/"+one.ID+"/cancel", url.Values{}, "/me/sessions")
	if state := e.sessions(code)[0].State; state != "booked" {
		t.Errorf("the session is %s", state)
	}
}

// A session in the coach's leave can be moved and cancelled on the page as the mail says: however late it is, and at no cost.
func TestSessionInTheCoachsLeave(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	free, err := e.Free(t.Context(), identity.AsParticipant(code), code, e.now, e.now.AddDate(0, 0, 14), 1)
	succeed(t, err)
	one, err := e.Book(t.Context(), identity.AsParticipant(code), conduct.Booking{Participant: code, Start: free[0]})
	succeed(t, err)
	e.at(one.Start.Add(-2 * time.Hour).In(e.Protocol.Location()).Format("2006-01-02 15:04"))
	v = e.come(e.link(code))
	if p := v.get("/me/sessions/" + one.ID + "/move"); len(p.All(t, `button[value="`+one.Start.UTC().Format(time.RFC3339)+`"]`)) != 0 {
		t.Error("a session is offered the time that it has")
	}
	if p := v.get("/me/sessions"); len(p.All(t, `li a.button[href^="tel:"]`)) != 1 {
		t.Errorf("there is no way to call: %s", p.Text(t, "main"))
	}
	move := `a[href="/me/sessions/` + one.ID + `/move"]`
	if n := len(v.get("/me/sessions").All(t, move)); n != 0 {
		t.Errorf("two hours before it a session can be moved, in %d places", n)
	}
	_, err = e.TakeLeave(t.Context(), identity.AsCoach(k), k, coach.Span{From: one.Start.Add(-time.Hour), To: one.Start.Add(24 * time.Hour)})
	succeed(t, err)
	if n := len(v.get("/me").All(t, move)); n != 1 {
		t.Errorf("home leads to another time in %d places", n)
	}
	if p := v.get("/me/sessions"); len(p.All(t, move)) != 1 || !strings.Contains(p.Text(t, "main"), "Your coach is away then") {
		t.Errorf("during leave: %s", p.Text(t, "main"))
	}
	if p := v.get("/me/sessions/" + one.ID + "/cancel"); strings.Contains(p.Text(t, "main"), "late cancellation") || len(p.All(t, move)) != 1 {
		t.Errorf("cancelling during leave: %s", p.Text(t, "main"))
	}
	if p := v.get("/me/coach/change"); strings.Contains(p.Text(t, "main"), "late cancellation") {
		t.Errorf("changing the coach during leave: %s", p.Text(t, "main"))
	}
	if p := v.get("/me/sessions/" + one.ID + "/move"); p.Status != http.StatusOK || len(p.All(t, "button[name=start]")) == 0 {
		t.Errorf("moving during leave: %s", p.Text(t, "main"))
	}
}
