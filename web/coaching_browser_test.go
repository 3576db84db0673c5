package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// On a phone between two cases, and on a desktop: from one's own page to a coach, six sessions, one moved, one cancelled, goals, and
// another coach.
func TestCoachingInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			e.coachesFor(3)
			v, _, code, _ := e.allocated()
			e.BaseURL = "http://coaching.example.org" // from here on the cookie goes to a server without encryption
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "coaching-" + screen.Name}
			at := func(want string) {
				t.Helper()
				if got := webtest.Evaluate[string](l.Tab, "location.pathname"); got != want {
					t.Fatalf("at %s, want %s", got, want)
				}
			}
			l.Goto(e.link(code))
			l.Follow("form button")
			l.look("home")
			l.Follow(`.next a.first`)
			at("/me/coach")
			if n := webtest.Evaluate[int](l.Tab, "document.querySelectorAll('script').length"); n != 0 {
				t.Errorf("%d scripts on a page that must work without", n)
			}
			l.Goto("/me/coach?topic=meaning")
			l.look("coaches")
			l.Follow(".coaching-cards h2 a")
			l.look("coach")
			l.Follow("form .first")
			at("/me/sessions/plan")
			l.look("plan")
			l.Follow("form[method=post] .first")
			at("/me/sessions")
			l.look("sessions")
			l.Follow(`a[href$="/move"]`)
			l.look("move")
			l.Follow(".coaching-day button:nth-of-type(3)")
			at("/me/sessions")
			l.Follow(`li:last-child a[href$="/cancel"]`)
			l.look("cancel")
			l.Follow("form .first")
			at("/me/sessions")
			l.Goto("/me/plan")
			l.look("plan-empty")
			v.send("/me/plan/vision", url.Values{"text": {"I leave the hospital with something left for my family, and I teach the way I was taught."}}, "/me/plan?saved#vision")
			l.Goto("/me/plan/goal/new")
			l.look("goal")
			l.Follow("form .first")
			l.look("goal-mistakes")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("#text").value = "Leave by six on three days a week";
				["never", "one day", "two days", "three days", "four days or more"].forEach((words, i) => document.getElementById("level" + (i - 2)).value = words); return true; })()`)
			l.Follow("form .first")
			at("/me/plan")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("#weekly").value = "Leave by six on Tuesday"; return true; })()`)
			l.Follow(".coaching-add button")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("input[value=partly]").click(); return true; })()`)
			l.Follow(".coaching-check button")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("input[name=level][value='-1']").click(); return true; })()`)
			l.Follow("form[action$='/rate'] button")
			me := identity.AsParticipant(code)
			plan, err := e.Plan(t.Context(), me, code)
			succeed(t, err)
			for reached, day := range []string{"2021-08-13", "2021-08-20"} {
				e.at(day + " 12:00")
				on, err := study.ParseDate(day)
				succeed(t, err)
				succeed(t, e.RateGoal(t.Context(), me, code, plan.Goals[0].ID, on, reached))
			}
			l.Goto(e.link(code))
			l.Follow("form button")
			l.Goto("/me/plan")
			l.look("plan-full")
			l.Goto("/me/sessions")
			l.look("sessions-later")
			l.Dark()
			for _, page := range []string{"/me/coach/change", "/me/sessions", "/me/sessions/plan", "/me/plan"} {
				l.Goto(page)
				l.look("dark" + strings.ReplaceAll(page, "/", "-"))
			}
			l.Goto("/me/coach/change")
			l.Follow("form .first")
			at("/me/coach")
			l.Goto("/me/coach?lang=es")
			l.look("spanish-coaches")
		})
	}
}
