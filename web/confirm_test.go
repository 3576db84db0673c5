package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// What reaches far is asked about first: what happens, to how many, and whether it can be undone. Until it is confirmed nothing happens;
// what was typed is kept; what would be refused is refused at once.
func TestFarReachingActsAskFirst(t *testing.T) {
	e := enrol(t)
	coaches := e.coachesFor(1)
	codes, _ := e.invite(2)
	_, err := e.AddRoster(t.Context(), office, []conduct.Person{{Name: "Dr. New 0", Email: "new0@hospital.example"}, {Name: "Dr. New 1", Email: "new1@hospital.example"}})
	succeed(t, err)
	account, _ := e.invited("lee@hospital.example", identity.Finance)
	coordinator, owner := e.staff(identity.Coordinator), e.staff(identity.Owner)
	events := func() (n int) {
		succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
			n, err = tx.EventCount(t.Context(), store.EventFilter{})
			return err
		}))
		return n
	}
	person, coach := "/people/"+string(codes[0]), "/coaches/"+string(coaches[0])
	for _, c := range []struct {
		path, back string
		cookie     map[string]string
		form       url.Values
		sees       []string
	}{
		{"/invite", "/invite", coordinator, url.Values{"who": {"some"}, "count": {"1"}, "of": {"2"}}, []string{"Invite 1 person?", "1 person of 2 who are not invited yet", "cannot be called back"}},
		{"/messages/plan/survey/stop", "/messages/plan/survey", coordinator, url.Values{"reason": {conduct.StopReasons[0]}}, []string{"0 mails that are planned do not go", "can be restored", conduct.StopReasons[0]}},
		{person + "/unlink", person, coordinator, url.Values{}, []string{"It concerns 1 person", "a new one can be sent"}},
		{person + "/opt-out", person, coordinator, url.Values{}, []string{"cannot be taken back"}},
		{person + "/exclude", person, coordinator, url.Values{"criterion": {"practicing"}}, []string{"practicing physician", "cannot be taken back"}},
		{"/people/" + string(codes[1]) + "/decline", "/people/" + string(codes[1]), coordinator, url.Values{"reason": {"on <leave>"}}, []string{"on <leave>", "get no more mail"}},
		{coach + "/retire", coach, coordinator, url.Values{}, []string{"0 coachees and 0 booked sessions", "registered anew"}},
		{"/staff/" + account + "/close", "/staff/" + account, owner, url.Values{}, []string{"Kim Lee", "signed out everywhere", "opened again"}},
		{"/enrolment/close", "/enrolment", owner, url.Values{"reason": {"full"}}, []string{"2 people who were invited have not done so", "0 people wait", "full", "cannot be taken back"}},
	} {
		before := events()
		p := webtest.Do(t, e.handler, webtest.Scenario{Path: c.path, Form: c.form, Cookie: c.cookie})
		for _, want := range c.sees {
			if !strings.Contains(p.Text(t, "main"), want) {
				t.Errorf("%s: no %q in %d %q", c.path, want, p.Status, p.Text(t, "main"))
			}
		}
		if len(p.All(t, `main a[href="`+c.back+`"]`)) != 1 || len(p.All(t, `form[action="`+c.path+`"] button.first`)) != 1 {
			t.Errorf("%s: %s", c.path, p.Body)
		}
		again := url.Values{}
		for _, n := range p.All(t, "main input[type=hidden]") {
			again.Add(webtest.Attribute(n, "name"), webtest.Attribute(n, "value"))
		}
		for name, values := range c.form {
			if !slices.Equal(again[name], values) {
				t.Errorf("%s: %s was %v and became %v", c.path, name, values, again[name])
			}
		}
		if n := events(); n != before {
			t.Errorf("%s: %d events before it was confirmed", c.path, n-before)
		}
		if p := webtest.Do(t, e.handler, webtest.Scenario{Path: c.path, Form: again, Cookie: c.cookie}); p.Status != http.StatusSeeOther || events() == before {
			t.Errorf("%s: confirmed, %d %s", c.path, p.Status, p.Text(t, "main"))
		}
		if p := webtest.Do(t, e.handler, webtest.Scenario{Path: c.path, Form: c.form, Cookie: c.cookie}); len(p.All(t, "input[name=sure]")) != 0 && c.path != person+"/unlink" {
			t.Errorf("%s: asked about what cannot be done any more", c.path)
		}
	}
}
