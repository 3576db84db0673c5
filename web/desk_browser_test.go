package web_test

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"rekindle/platform/identity"
	"rekindle/trial/goal"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// A coach's day, on a phone and on a desktop: the desk, the profile, hours and leave, a session to prepare and to close, a coachee.
func TestDeskInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 3)
			d.BaseURL = "http://coaching.example.org"
			me := identity.AsParticipant(d.coachees[0])
			succeed(t, d.SetVision(t.Context(), me, d.coachees[0], "I leave work with energy for my family, and teach again."))
			_, err := d.SetGoal(t.Context(), me, d.coachees[0], goal.Goal{Text: "Two evenings a week without charting"})
			succeed(t, err)
			rated, err := d.SetGoal(t.Context(), me, d.coachees[0], goal.Goal{Text: "Teach the residents again", Levels: [5]string{"not at all", "once", "each month", "twice a month", "each week"}})
			succeed(t, err)
			for day, level := range []int{-2, -1, -1, 0} {
				succeed(t, d.RateGoal(t.Context(), me, d.coachees[0], rated.ID, study.Day(2021, 7, 25+2*day), level))
			}
			succeed(t, d.SetWeekly(t.Context(), me, d.coachees[0], goal.Weekly{Text: "Leave by six on Tuesday"}))
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "desk-" + screen.Name}
			l.Goto("/protocol")
			as := func() {
				webtest.Evaluate[string](l.Tab, `document.cookie = "rekindle_staff=`+d.cookies[0]["rekindle_staff"]+`; path=/"`)
			}
			as()
			l.Goto("/desk")
			l.look("new")
			for _, what := range l.Unreached() {
				t.Errorf("desk: %s", what)
			}
			l.Goto("/desk/profile")
			webtest.Evaluate[bool](l.Tab, `(() => { const set = (id, text) => document.getElementById(id).value = text;
				set("biography", "I have been a hospitalist here for twenty years, and a certified coach for three.\n\nI nearly left medicine once. What helped was a colleague who asked good questions and gave no advice.");
				set("voice", "Come as you are. We begin with what is on your mind."); set("strengths", "Charting at night, difficult conversations, the next step."); set("languages", "English, Español");
				set("room", "https://video.example.org/ada"); document.querySelector("input[name=topic]").click(); return true; })()`)
			l.Follow("form[action='/desk/profile'] button.first")
			l.look("profile-kept")
			l.Goto("/desk/profile/preview")
			l.look("preview")
			l.Goto("/desk/notes")
			l.look("notes")
			webtest.Evaluate[bool](l.Tab, `(() => { for (const id of ["next", "again"]) document.getElementById(id).value = "heron lantern quarry"; document.querySelector("[name=understood]").click(); return true; })()`)
			l.Follow("form[action='/desk/notes/key'] button.first")
			l.look("notes-code")
			succeed(t, d.WriteNote(t.Context(), identity.AsCoach(d.coaches[0]), d.coachees[0], d.booked[0].ID, "Wants to talk about charting first."))
			l.Goto("/desk/hours")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("[name=mon-from-1]").value = "17:00"; document.querySelector("[name=mon-to-1]").value = "09:00"; return true; })()`)
			l.Follow("form[action='/desk/hours'] button.first")
			l.look("hours-mistake")
			d.send("/desk/hours/leave", url.Values{"from": {"2021-08-16"}, "until": {"2021-08-18"}}, "/desk/hours?kept=moved#leave")
			d.send("/desk/hours/date", url.Values{"date": {"2021-09-06"}}, "/desk/hours?kept=date#dates")
			l.Goto("/desk/hours?kept=moved")
			l.look("leave")
			l.Goto("/desk")
			l.look("desk")
			session := "/desk/session/" + d.booked[0].ID
			l.Goto(session)
			l.look("prepare")
			l.Goto("/desk/person/" + string(d.coachees[0]))
			webtest.Evaluate[bool](l.Tab, `(() => { document.getElementById("passphrase").value = "heron lantern quarry"; return true; })()`)
			l.Follow("form[action='/desk/notes/unlock'] button")
			l.look("person")
			l.Goto("/desk/person/" + string(d.coachees[0]) + "/goal/" + rated.ID)
			l.look("goal")
			d.at("2021-08-12 10:30")
			d.renew()
			as()
			l.Goto(session)
			l.look("close")
			if shown := webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("[data-run]").click(); return !document.querySelector("[data-timer]").hidden; })()`); !shown {
				t.Error("there is no timer")
			}
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("input[name=step]").click(); document.querySelector("input[name=theme]").click(); document.querySelector("#minutes").value = "0"; return true; })()`)
			l.Follow("#hold button.first")
			l.look("close-mistake")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("#minutes").value = "85"; return true; })()`)
			l.Follow("#hold button.first")
			l.look("closed")
			l.Dark()
			for _, page := range []string{"/desk", "/desk/hours", "/desk/person/" + string(d.coachees[0])} {
				l.Goto(page)
				l.look("dark")
			}
		})
	}
}
