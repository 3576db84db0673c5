package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// judge lets a coachee answer the survey's questions about the coaching.
func (d *desked) judge(code participant.Code, i int) {
	d.Helper()
	pick := func(all ...instrument.Answer) instrument.Answer { return all[i%len(all)] }
	_, err := d.Answer(d.Context(), identity.AsParticipant(code), conduct.Sheet{Participant: code, Visit: "month3", Instrument: "fidelity", Submit: true, Answers: instrument.Answers{
		"communication": pick("excellent", "very_good", "excellent", "good"), "coaching_vision": pick("yes", "yes", "no"), "goals": pick("progress", "no_progress"), "guidance": "guided", "coaching_again": "yes"}})
	succeed(d, err)
}

// What people say of a coach: asked of each after a session, and read by the coach as a pool of five.
func TestFeedbackInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 5)
			d.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "feedback-" + screen.Name}
			d.at("2021-09-01 12:00")
			for i, s := range d.booked {
				_, err := d.Hold(t.Context(), identity.AsCoach(d.coaches[0]), s.ID, conduct.Held{Minutes: 90})
				succeed(t, err)
				if i == 0 {
					l.Goto(d.link(s.Participant))
					l.Follow("form button")
					l.Goto("/me/sessions/" + s.ID + "/rate")
					l.look("asked")
					webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("input[name=heard][value='5']").click(); return true; })()`)
					l.Follow("form .first")
					l.look("blank")
					webtest.Evaluate[bool](l.Tab, `(() => { document.querySelectorAll("input[value='4']").forEach(box => box.click()); return true; })()`)
					l.Follow("form .first")
					l.look("thanks")
					continue
				}
				answers := instrument.Answers{"heard": "5", "same_goals": "4", "way": "3", "useful": "5"}
				succeed(t, d.RateAlliance(t.Context(), identity.AsParticipant(s.Participant), s.ID, answers))
				if i == 3 {
					d.renew()
					if text := d.get("/desk/alliance").Text(t, "main"); strings.Count(text, "Fewer than 5") != 2 || strings.Contains(text, ".0") {
						t.Errorf("after four people: %s", text)
					}
				}
			}
			d.at("2021-11-12 12:00")
			for i, code := range d.coachees {
				d.judge(code, i)
				d.pass(time.Minute)
			}
			d.renew()
			webtest.Evaluate[string](l.Tab, `document.cookie = "rekindle_staff=`+d.cookies[0]["rekindle_staff"]+`; path=/"`)
			l.Goto("/desk/alliance")
			l.look("pooled")
			for _, what := range l.Unreached() {
				t.Errorf("feedback: %s", what)
			}
			l.Dark()
			l.Goto("/desk/alliance")
			l.look("dark")
			text := d.get("/desk/alliance").Text(t, "main")
			for _, part := range []string{"Session 1 5", "Coaching vision established 5 people Yes 4 No 1", "Guidance rather than advice 5 people"} {
				if !strings.Contains(text, part) {
					t.Errorf("the coach does not read %q: %s", part, text)
				}
			}
		})
	}
}
