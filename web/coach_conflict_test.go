package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/trial/coach"
	"rekindle/web/webtest"
)

// Whom the protocol keeps apart from a participant is nowhere: not in the list, not at the address, not in a form, not drawn by lot.
func TestWhoIsKeptApartIsNowhere(t *testing.T) {
	e := enrol(t)
	codes, err := e.AddRoster(t.Context(), office, []conduct.Person{{Name: "Dr. Person", Email: "p@hospital.example", Columns: map[string]string{"division": "Cardiology", "supervisor": "chief@hospital.example"}}})
	succeed(t, err)
	_, err = e.Invite(t.Context(), office, nil)
	succeed(t, err)
	e.at("2021-08-06 12:00")
	v := e.come(e.link(codes[0]))
	v.baseline()
	succeed(t, e.Unlock(t.Context(), office, codes[0], "for the test"))
	other := e.coachesFor(1)[0]
	var kept []coach.Code
	for name, p := range map[string]conduct.Person{
		"Dr. Chief":    {Email: "Chief@hospital.example"},
		"Dr. Division": {Email: "d@hospital.example", Columns: map[string]string{"division": " cardiology"}},
		"Dr. Below":    {Email: "b@hospital.example", Columns: map[string]string{"supervisor": "p@hospital.example"}},
	} {
		p.Name = name
		k, err := e.RegisterCoach(t.Context(), office, conduct.NewCoach{Person: p, Hours: []coach.Hours{{Day: time.Monday, From: 0, To: 1440}}})
		succeed(t, err)
		for _, step := range e.Protocol.Coaching.Certification {
			succeed(t, e.CertifyCoach(t.Context(), office, k, coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}))
		}
		kept = append(kept, k)
	}
	hidden := func(p *webtest.Page) {
		t.Helper()
		for _, name := range []string{"Dr. Chief", "Dr. Division", "Dr. Below"} {
			if strings.Contains(p.Body, name) {
				t.Errorf("%s is named", name)
			}
		}
	}
	nobody := coach.Code("2222-2222")
	for _, k := range kept {
		for _, c := range []struct {
			path string
			form url.Values
		}{{"/me/coach/%", nil}, {"/coach-photo/%/small", nil}, {"/me/coach/%", url.Values{}}, {"/me/coach/%/aside", url.Values{"aside": {"yes"}}}} {
			ask := func(k coach.Code) *webtest.Page {
				return v.do(webtest.Scenario{Path: strings.ReplaceAll(c.path, "%", string(k)), Form: c.form})
			}
			got, want := ask(k), ask(nobody)
			if got.Status != want.Status || got.Body != want.Body || got.Status < http.StatusBadRequest {
				t.Errorf("%s, with a form %v: %d, and %d for nobody", c.path, c.form != nil, got.Status, want.Status)
			}
			hidden(got)
		}
	}
	hidden(v.get("/me/coach"))
	v.send("/me/coach/any", url.Values{}, "/me/sessions/plan")
	if p := v.get("/me/sessions"); !strings.Contains(p.Body, "Ana Rivera") {
		t.Errorf("who was drawn is not %s: %s", other, p.Text(t, "main"))
	}
}
