package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/web/webtest"
)

const stuck = "Somebody in the middle of a career answers every question with a plan."

// Supervision on a phone and on a desktop: the office plans a meeting, a coach puts a difficulty down, and who came is kept.
func TestSupervisionInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 1)
			d.BaseURL = "http://coaching.example.org"
			d.Protocol.Coaching.SupervisionEvery = 30
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "supervision-" + screen.Name}
			l.wear(d.others(identity.Coordinator))
			l.Goto("/supervision")
			l.look("none")
			for _, what := range l.Unreached() {
				t.Errorf("supervision: %s", what)
			}
			l.fill("#date", "2021-08-11", "#clock", "16:00", "#minutes", "5", "#place", "Bulfinch 3")
			l.Follow("form[action='/supervision'] button.first")
			l.look("mistaken")
			if kept := webtest.Evaluate[string](l.Tab, `document.getElementById("place").value + document.getElementById("date").value`); kept != "Bulfinch 32021-08-11" {
				t.Errorf("what was typed is lost: %q", kept)
			}
			l.fill("#minutes", "90", "#outside", "Dr. Ines Calder")
			webtest.Evaluate[bool](l.Tab, `(() => { for (const box of document.querySelectorAll("[name=coach]")) box.checked = true; return true; })()`)
			l.Follow("form[action='/supervision'] button.first")
			l.at("/supervision?kept=planned")
			l.look("planned")
			l.Follow("a.button[href^='/supervision/']")
			l.look("meeting")
			meeting := webtest.Evaluate[string](l.Tab, "location.pathname")
			l.fill("#clock", "17:00")
			l.Follow("form[action$='/change'] button")
			l.at(meeting + "?kept=changed")

			l.wear(d.cookies[0])
			l.Goto("/desk")
			l.look("desk")
			l.Follow("a[href='/desk" + meeting + "']")
			l.fill("#text", "How do I go on with Dr. Person 0? "+stuck)
			l.Follow("form[action$='/difficulty'] button")
			l.look("named")
			if kept := webtest.Evaluate[string](l.Tab, `document.getElementById("text").value`); !strings.Contains(kept, stuck) {
				t.Errorf("what was typed is lost: %q", kept)
			}
			l.fill("#text", stuck)
			l.Follow("form[action$='/difficulty'] button")
			l.look("raised")

			d.at("2021-09-20 11:00")
			d.renew()
			d.roles = nil
			l.wear(d.cookies[0])
			l.Goto("/desk/supervision")
			l.look("own")
			l.Goto("/desk" + meeting)
			l.look("over")
			l.wear(d.others(identity.Coordinator))
			l.Goto("/supervision")
			l.look("open")
			l.Goto(meeting)
			l.fill("#minutes-"+string(d.coaches[0]), "85")
			l.Follow("form[action$='/attend'] button.first")
			l.at(meeting + "?kept=attended")
			l.look("came")
			l.Goto("/supervision")
			l.look("counted")
			l.Dark()
			l.Goto("/supervision")
			l.look("dark")
			l.wear(d.cookies[0])
			l.Goto("/desk" + meeting)
			l.look("dark-meeting")
		})
	}
}

// What a coach puts down is read by those in the meeting alone; who is invited and where, by them and the office.
func TestDifficultiesAreShownToTheMeetingAlone(t *testing.T) {
	d := atDesk(t, 1)
	office := d.others(identity.Coordinator)
	plan := url.Values{"date": {"2021-08-11"}, "clock": {"16:00"}, "minutes": {"60"}, "zone": {"America/New_York"}, "place": {"https://call.example.org/s"}, "supervisor": {string(d.coaches[1])}, "coach": {string(d.coaches[0])}}
	p := webtest.Do(t, d.handler, webtest.Scenario{Path: "/supervision", Form: plan, Cookie: office})
	if p.Status != http.StatusSeeOther {
		t.Fatalf("%d: %s", p.Status, p.Text(t, "main"))
	}
	p = webtest.Do(t, d.handler, webtest.Scenario{Path: "/supervision", Cookie: office})
	meeting := webtest.Attribute(p.All(t, "ul a.button[href^='/supervision/']")[0], "href")
	own := "/desk" + meeting
	d.refused(own+"/difficulty", url.Values{"text": {"Mail of p0@hospital.example"}}, http.StatusUnprocessableEntity, "names one of your coachees")
	d.send(own+"/difficulty", url.Values{"text": {stuck}}, own+"?kept=raised")
	webtest.Run(t, d.handler, []webtest.Scenario{
		{Name: "who wrote it", Path: own, Cookie: d.cookies[0], Sees: []string{stuck, "Take it back"}},
		{Name: "who supervises", Path: own, Cookie: d.cookies[1], Sees: []string{stuck, "Dr. Ada Coach", "https://call.example.org/s"}, Never: []string{"Take it back"}},
		{Name: "the office", Path: meeting, Cookie: office, Sees: []string{"Dr. Ben Coach"}, Never: []string{stuck}},
		{Name: "the owner", Path: meeting, Cookie: d.others(identity.Owner), Never: []string{stuck}},
		{Name: "the coach's page", Path: "/coaches/" + string(d.coaches[0]), Cookie: office, Never: []string{stuck}},
		{Name: "the outbox", Path: "/outbox", Cookie: office, Never: []string{stuck, "call.example.org"}},
	})
	d.at("2021-08-11 17:30")
	d.renew()
	attended := url.Values{"minutes-" + string(d.coaches[0]): {"55"}}
	p = webtest.Do(t, d.handler, webtest.Scenario{Path: own + "/attend", Form: attended, Cookie: d.cookies[1]})
	if p.Status != http.StatusSeeOther {
		t.Errorf("who supervises says who came: %d: %s", p.Status, p.Text(t, "main"))
	}
	if text := d.get("/desk/supervision").Text(t, "main"); !strings.Contains(text, "0.9 hours") || !strings.Contains(text, "55") {
		t.Errorf("the coach's hours: %s", text)
	}
}
