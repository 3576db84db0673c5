package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/web/webtest"
)

// coachesFor registers and certifies n coaches with office hours.
func (e *enrolling) coachesFor(n int) (codes []coach.Code) {
	e.Helper()
	var week []coach.Hours
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, coach.Hours{Day: d, From: 9 * 60, To: 17 * 60})
	}
	names := []string{"Ana Rivera", "Ben Okafor", "Chen Li", "Dora Novak"}
	for i := range n {
		code, err := e.RegisterCoach(e.Context(), office, conduct.NewCoach{Hours: week,
			Person: conduct.Person{Name: names[i%len(names)], Email: fmt.Sprintf("coach%d@hospital.example", i)},
			Profile: coach.Profile{Voice: "I listen first, and I laugh easily.", Biography: "Twenty years in general medicine.\nThree children.", Strengths: "Finding time for what matters.",
				Languages: []string{"English", "Español"}[:1+i%2], Topics: []string{"workload", "meaning", "leadership"}[i%3 : i%3+1], Pronouns: "she/her", Phone: "+1 617 555 0100", Room: "https://video.example.org/room"}})
		succeed(e, err)
		for _, step := range e.Protocol.Coaching.Certification {
			succeed(e, e.CertifyCoach(e.Context(), office, code, coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}))
		}
		codes = append(codes, code)
	}
	return codes
}

// allocated brings people through the baseline until there is a browser of somebody in each arm.
func (e *enrolling) allocated() (coached, control *visitor, mine, theirs participant.Code) {
	e.Helper()
	codes, links := e.invite(8)
	for i, code := range codes {
		v := e.come(links[i])
		v.baseline()
		switch arm := e.arm(code); {
		case arm == "coaching" && coached == nil:
			coached, mine = v, code
		case arm == "control" && control == nil:
			control, theirs = v, code
		}
		if coached != nil && control != nil {
			return coached, control, mine, theirs
		}
	}
	e.Fatal("one arm has nobody")
	return nil, nil, "", ""
}

func (e *enrolling) sessions(code participant.Code) (all []session.Session) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) (err error) { all, err = tx.Sessions(e.Context(), code); return err }))
	return all
}

// addresses are those of a participant's coaching, as forms where they take one.
func addresses(k coach.Code) map[string]url.Values {
	id := "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	return map[string]url.Values{
		"/me/coach": nil, "/me/coach/" + string(k): nil, "/me/coach/change": nil, "/me/sessions": nil, "/me/sessions/plan": nil, "/me/sessions/book": nil,
		"/me/sessions/" + id + "/move": nil, "/me/sessions/" + id + "/cancel": nil, "/me/sessions/" + id + "/rate": nil, "/me/plan": nil, "/me/plan/goal/new": nil, "/me/plan/goal/" + id: nil,
		"/me/coach/" + string(k) + "?": {}, "/me/coach/" + string(k) + "/aside": {"aside": {"yes"}}, "/me/coach/change?": {}, "/me/sessions/plan?": {"start": {"2021-08-16T14:00:00Z"}},
		"/me/sessions/book?": {"start": {"2021-08-16T14:00:00Z"}}, "/me/sessions/" + id + "/move?": {"start": {"2021-08-16T14:00:00Z"}}, "/me/sessions/" + id + "/cancel?": {},
		"/me/plan/vision": {"text": {"x"}}, "/me/plan/week": {"text": {"x"}}, "/me/plan/check-in": {}, "/me/plan/mail": {"weekly": {"no"}}, "/me/coach/any": {}, "/me/plan/goal/new?": {"text": {"x"}},
		"/me/calendar": nil, "/me/calendar/feed": {"kind": {"whole"}}, "/me/calendar/feed/end": {}, "/me/sessions/" + id + "/appointment.ics": nil,
		"/me/plan/goal/" + id + "/rate": {"level": {"1"}}, "/me/plan/goal/" + id + "/close": {},
	}
}

// To the control arm, before coaching opens, each address of coaching is like one that does not exist: same status, same words.
func TestCoachingDoesNotExistForTheControlArm(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	_, control, _, code := e.allocated()
	for path, form := range addresses(k) {
		like := webtest.Scenario{Path: "/me/nothing/of/the/kind", Form: form}
		want, got := control.do(like), control.do(webtest.Scenario{Path: path, Form: form})
		if got.Status != http.StatusNotFound || got.Body != want.Body || got.Header.Get("Content-Security-Policy") != want.Header.Get("Content-Security-Policy") {
			t.Errorf("%s (form %v): status %d, differs from nowhere: %v", path, form != nil, got.Status, got.Body != want.Body)
		}
	}
	like, got := control.do(webtest.Scenario{Path: "/me/nothing"}), control.do(webtest.Scenario{Path: "/coach-photo/" + string(k) + "/small"})
	if got.Status != http.StatusNotFound || got.Body != like.Body {
		t.Errorf("a coach's photo: %d, differs from nowhere: %v", got.Status, got.Body != like.Body)
	}
	for _, link := range control.get("/me").All(t, "a[href]") {
		for path := range addresses(k) {
			if href := webtest.Attribute(link, "href"); href == path {
				t.Errorf("home leads the control arm to %s", href)
			}
		}
	}
	succeed(t, e.Unlock(t.Context(), office, code, "for the test"))
	for _, path := range []string{"/me/coach", "/me/coach/" + string(k), "/me/sessions", "/me/plan", "/me/plan/goal/new"} {
		control.get(path)
	}
	control.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	control.get("/me/sessions/plan")
	control.get("/me/sessions/book")
}

// Nobody but a participant opens these pages: neither the coach, nor whoever runs or owns the study.
func TestCoachingPagesAreAParticipantsOwn(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	v.send("/me/plan/vision", url.Values{"text": {"Kestrel"}}, "/me/plan?saved#vision")
	invited, err := e.InviteCoach(t.Context(), office, k)
	succeed(t, err)
	others := map[string]map[string]string{"visitor": {}, "coach": e.joined(invited)}
	for _, role := range []identity.Role{identity.Coordinator, identity.Owner, identity.Statistician, identity.Leadership, identity.Finance} {
		others[string(role)] = e.staff(role)
	}
	for role, cookies := range others {
		for path, form := range addresses(k) {
			p := webtest.Do(t, e.handler, webtest.Scenario{Path: path, Form: form, Cookie: cookies})
			if p.Status == http.StatusOK || p.Status == http.StatusSeeOther && !strings.HasPrefix(p.Header.Get("Location"), "/sign-in") || strings.Contains(p.Body, "Kestrel") || strings.Contains(p.Body, "Rivera") {
				t.Errorf("%s opens %s: %d to %q", role, path, p.Status, p.Header.Get("Location"))
			}
		}
	}
	if plan, err := e.Plan(t.Context(), identity.AsParticipant(code), code); err != nil || plan.Vision != "Kestrel" {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestChoosingPlanningMovingCancelling(t *testing.T) {
	e := enrol(t)
	coaches := e.coachesFor(3)
	v, _, code, _ := e.allocated()
	home := v.get("/me")
	if len(home.All(t, `.next a.first[href="/me/coach"]`)) != 1 {
		t.Errorf("home does not lead to the coaches: %s", home.Text(t, "main"))
	}
	p := v.get("/me/coach")
	if n := len(p.All(t, ".coaching-cards > li")); n != 3 {
		t.Fatalf("%d coaches are shown", n)
	}
	for _, never := range []string{"617 555", "video.example.org", "hospital.example"} {
		if strings.Contains(p.Body, never) || strings.Contains(v.get("/me/coach/"+string(coaches[0])).Body, never) {
			t.Errorf("who has not chosen reads %q", never)
		}
	}
	if p = v.get("/me/coach?topic=meaning&language=Espa%C3%B1ol"); len(p.All(t, ".coaching-cards > li")) != 1 || len(p.All(t, ".coaching-cards .badge.good")) != 1 || len(p.All(t, "input[value=meaning][checked]")) != 1 {
		t.Errorf("one coach speaks Spanish and is good for meaning: %s", p.Text(t, "main"))
	}
	if p = v.get("/me/coach?part=evening"); len(p.All(t, ".empty")) != 1 {
		t.Error("no coach has an evening")
	}
	v.send("/me/coach/"+string(coaches[2])+"/aside", url.Values{}, "/me/coach")
	if p = v.get("/me/coach"); len(p.All(t, ".coaching-cards > li")) != 2 || len(p.All(t, "details.apart form")) != 1 {
		t.Error("a coach who was set aside is shown")
	}
	v.send("/me/coach/"+string(coaches[2])+"/aside", url.Values{"aside": {"no"}}, "/me/coach")
	v.send("/me/coach/"+string(coaches[0]), url.Values{}, "/me/sessions/plan")
	v.send("/me/coach/"+string(coaches[0]), url.Values{}, "/me/sessions/plan") // a second tap

	p = v.get("/me/sessions/plan")
	form := url.Values{"mode": {"video"}}
	for _, row := range p.All(t, ".coaching-rows select option[selected]") {
		form.Add("start", webtest.Attribute(row, "value"))
	}
	if len(form["start"]) != 6 || !strings.Contains(p.Text(t, "main"), "The clocks change on") && !strings.Contains(p.Text(t, "main"), "every two weeks") {
		t.Fatalf("%d times are proposed: %s", len(form["start"]), p.Text(t, "main"))
	}
	crooked := url.Values{"mode": {"video"}, "start": {form["start"][0], "2021-08-15T03:00:00Z"}}
	if p = v.do(webtest.Scenario{Path: "/me/sessions/plan", Form: crooked}); p.Status != http.StatusConflict || len(p.All(t, ".coaching-rows .wrong")) != 1 || len(e.sessions(code)) != 0 {
		t.Errorf("a time at night: %d, %d sessions", p.Status, len(e.sessions(code)))
	}
	v.send("/me/sessions/plan", form, "/me/sessions?booked")
	v.do(webtest.Scenario{Path: "/me/sessions/plan", Form: form}) // a second tap
	all := e.sessions(code)
	if len(all) != 6 || all[0].Planned != 90 || all[0].Mode != "video" {
		t.Fatalf("%d sessions: %+v", len(all), all)
	}
	p = v.get("/me/sessions?booked")
	if text := p.Text(t, "main"); len(p.All(t, ".coaching-sessions > li")) != 6 || !strings.Contains(text, "Ana Rivera") || !strings.Contains(p.Body, "https://video.example.org/room") || !strings.Contains(p.Body, "617 555") {
		t.Errorf("my sessions: %s", text)
	}
	move := "/me/sessions/" + all[1].ID + "/move"
	slots := v.get(move).All(t, ".coaching-day button")
	if len(slots) < 5 {
		t.Fatalf("%d times to move to", len(slots))
	}
	to := webtest.Attribute(slots[4], "value")
	v.send(move, url.Values{"start": {to}}, "/me/sessions?moved")
	if p = v.do(webtest.Scenario{Path: move, Form: url.Values{"start": {"2021-08-15T03:00:00Z"}}}); p.Status != http.StatusConflict {
		t.Errorf("moved to a night: %d", p.Status)
	}
	if p = v.do(webtest.Scenario{Path: move, Form: url.Values{"start": {"soon"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("moved to nonsense: %d", p.Status)
	}
	cancel := "/me/sessions/" + all[5].ID + "/cancel"
	if text := v.get(cancel).Text(t, "main"); !strings.Contains(text, "nothing is lost") {
		t.Errorf("cancelling early: %s", text)
	}
	v.send(cancel, url.Values{}, "/me/sessions?cancelled")
	v.send(cancel, url.Values{}, "/me/sessions?cancelled") // a second tap
	booked, moved := 0, false
	for _, one := range e.sessions(code) {
		if one.State == session.Booked {
			booked++
		}
		moved = moved || one.ID == all[1].ID && one.Sequence == 1 && one.Start.Format(time.RFC3339) == to
	}
	if booked != 5 || !moved {
		t.Errorf("%d booked, moved %v", booked, moved)
	}
	slots = v.get("/me/sessions/book").All(t, ".coaching-day button")
	v.send("/me/sessions/book", url.Values{"start": {webtest.Attribute(slots[len(slots)-1], "value")}, "mode": {"phone"}}, "/me/sessions?booked")

	// Another participant's session is nobody's here.
	if p = v.do(webtest.Scenario{Path: "/me/sessions/" + strings.Repeat("a", 26) + "/cancel", Form: url.Values{}}); p.Status != http.StatusNotFound {
		t.Errorf("a session that is not mine: %d", p.Status)
	}
	if text := v.get("/me/coach/change").Text(t, "main"); !strings.Contains(text, "6 booked sessions are cancelled") {
		t.Errorf("a change is told as %s", text)
	}
	v.send("/me/coach/change", url.Values{"aside": {"yes"}}, "/me/coach")
	if p = v.get("/me/coach"); len(p.All(t, ".coaching-cards > li")) != 2 {
		t.Errorf("the coach before is offered again: %s", p.Text(t, "main"))
	}
	for _, path := range []string{"/me/coach", "/me/coach/" + string(coaches[1]), "/me/sessions", "/me/plan", "/me/plan/goal/new"} {
		if p := v.get(path + "?lang=es"); len(p.All(t, "html[lang=es]")) != 1 || strings.Contains(p.Text(t, "main"), "Your") {
			t.Errorf("%s in Spanish: %s", path, p.Text(t, "main"))
		}
	}
}

// Of many who want the last place of a coach at the same moment one gets it; the others are told so and shown who is free.
func TestRaceForTheLastPlaceThroughPages(t *testing.T) {
	e := enrol(t)
	coaches := e.coachesFor(2)
	succeed(t, e.SetCaseload(t.Context(), office, coaches[0], 1))
	codes, links := e.invite(5)
	visitors := make([]*visitor, len(codes))
	for i, code := range codes {
		visitors[i] = e.come(links[i])
		visitors[i].baseline()
		succeed(t, e.Unlock(t.Context(), office, code, "for the test"))
	}
	var group sync.WaitGroup
	replies := make([]*webtest.Page, len(codes))
	for i, v := range visitors {
		group.Go(func() {
			replies[i] = webtest.Do(t, e.handler, webtest.Scenario{Path: "/me/coach/" + string(coaches[0]), Form: url.Values{}, Cookie: v.cookies})
		})
	}
	group.Wait()
	won := 0
	for _, p := range replies {
		switch p.Status {
		case http.StatusSeeOther:
			won++
		case http.StatusConflict:
			if text := p.Text(t, "main"); !strings.Contains(text, "a moment faster") || len(p.All(t, ".coaching-cards > li")) != 1 || strings.Contains(text, "Ana Rivera") {
				t.Errorf("who was late is told %s", text)
			}
		default:
			t.Errorf("status %d: %s", p.Status, p.Text(t, "main"))
		}
	}
	if won != 1 {
		t.Errorf("%d have the one place", won)
	}
}

func TestVisionAndGoals(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	v.send("/me/plan/vision", url.Values{"text": {"Home by six,\nwith a clear head"}}, "/me/plan?saved#vision")
	long := strings.Repeat("x", 2001)
	if p := v.do(webtest.Scenario{Path: "/me/plan/vision", Form: url.Values{"text": {long}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, long) || len(p.All(t, "#vision-trouble")) != 1 {
		t.Errorf("a vision that is too long: %d", p.Status)
	}
	goal := url.Values{"text": {"Leave by six"}, "level-2": {"never"}, "level-1": {"one day"}, "level0": {"two days"}, "level1": {"three"}, "level2": {""}}
	if p := v.do(webtest.Scenario{Path: "/me/plan/goal/new", Form: goal}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, ".coaching-levels .wrong #level2")) != 1 || !strings.Contains(p.Body, "two days") {
		t.Errorf("four of five levels: %d", p.Status)
	}
	goal.Set("level2", "four")
	v.send("/me/plan/goal/new", goal, "/me/plan?saved#goals")
	plan, err := e.Plan(t.Context(), identity.AsCoach(k), code)
	succeed(t, err)
	id := plan.Goals[0].ID
	v.send("/me/plan/goal/"+id+"/rate", url.Values{"level": {"-1"}}, "/me/plan?saved#goal-"+id)
	e.at("2021-08-13 12:00")
	v = e.come(e.link(code))
	v.send("/me/plan/goal/"+id+"/rate", url.Values{"level": {"1"}}, "/me/plan?saved#goal-"+id)
	v.send("/me/plan/week", url.Values{"text": {"Leave by six on Tuesday"}}, "/me/plan?saved#check-in")
	v.send("/me/plan/week", url.Values{"text": {"Call a friend"}, "week": {"next"}}, "/me/plan?saved#check-in")
	if p := v.do(webtest.Scenario{Path: "/me/plan/week", Form: url.Values{"text": {" "}}}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, "#weekly-trouble")) != 1 {
		t.Errorf("a weekly goal without words: %d", p.Status)
	}
	plan, err = e.Plan(t.Context(), identity.AsParticipant(code), code)
	succeed(t, err)
	this := plan.Weekly[1].ID
	v.send("/me/plan/check-in", url.Values{"state-" + this: {"partly"}}, "/me/plan?saved#check-in")
	p := v.get("/me/plan")
	for _, want := range []string{"svg polyline", `[role=img][aria-label*="Leave by six"] svg`, "article tbody tr:nth-child(2)", `input[name="state-` + this + `"][value=partly][checked]`, `input[name=level][value="1"][checked]`} {
		if len(p.All(t, want)) != 1 {
			t.Errorf("the plan has no %s", want)
		}
	}
	if text := p.Text(t, "main"); !strings.Contains(text, "you are at 60") || !strings.Contains(text, "Call a friend") || strings.Contains(p.Body, "style=") {
		t.Errorf("the plan: %s", text)
	}
	if len(p.Body) > 60_000 {
		t.Errorf("the plan has %d bytes", len(p.Body))
	}
	v.send("/me/plan/week", url.Values{"id": {this}}, "/me/plan?saved#check-in")
	v.send("/me/plan/goal/"+id+"/close", url.Values{}, "/me/plan?saved#goals")
	if p = v.get("/me/plan"); strings.Contains(p.Text(t, "main"), "on Tuesday") || len(p.All(t, "article")) != 0 || len(p.All(t, "details.apart li")) != 1 {
		t.Errorf("after taking back: %s", p.Text(t, "main"))
	}
	if strings.Contains(e.logged.String(), "Leave by six") {
		t.Error("the log tells a goal")
	}
}

// After the first session four taps say how working together was; the coach's page tells nothing of one person.
func TestAllianceOnPages(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	invited, err := e.InviteCoach(t.Context(), office, k)
	succeed(t, err)
	v, _, code, _ := e.allocated()
	v.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	s, err := e.Book(t.Context(), identity.AsParticipant(code), conduct.Booking{Participant: code, Start: time.Date(2021, 8, 10, 14, 0, 0, 0, time.UTC)})
	succeed(t, err)
	rate := "/me/sessions/" + s.ID + "/rate"
	if p := v.do(webtest.Scenario{Path: rate}); p.Status != http.StatusSeeOther {
		t.Errorf("asked before the session: %d", p.Status)
	}
	e.at("2021-08-10 12:00")
	_, err = e.Hold(t.Context(), identity.AsCoach(k), s.ID, conduct.Held{Minutes: 88})
	succeed(t, err)
	v = e.come(e.link(code))
	if len(v.get("/me/sessions").All(t, `a[href="`+rate+`"]`)) != 1 || len(v.get(rate).All(t, "input[type=radio]")) != 20 {
		t.Error("nobody is asked")
	}
	if p := v.do(webtest.Scenario{Path: rate, Form: url.Values{"heard": {"4"}}}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, "input[name=heard][value='4'][checked]")) != 1 || len(p.All(t, ".ask-box.wrong")) != 3 {
		t.Errorf("one of four: %d", p.Status)
	}
	v.send(rate, url.Values{"heard": {"4"}, "same_goals": {"4"}, "way": {"4"}, "useful": {"4"}}, "/me/sessions?rated")
	if p := v.do(webtest.Scenario{Path: rate}); p.Status != http.StatusSeeOther {
		t.Errorf("asked again: %d", p.Status)
	}
	p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/desk/alliance", Cookie: e.joined(invited)})
	if text := p.Text(t, "main"); p.Status != http.StatusOK || !strings.Contains(text, "Fewer than 5") || strings.Contains(text, "4.0") {
		t.Errorf("the coach reads %d: %s", p.Status, text)
	}
	for _, role := range []identity.Role{identity.Coordinator, identity.Owner, identity.Finance} {
		if p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/desk/alliance", Cookie: e.staff(role)}); p.Status != http.StatusForbidden {
			t.Errorf("%s reads it: %d", role, p.Status)
		}
	}
}

// The link of a mail about coaching goes on to the page that it is about; where coaching is not open, to one's own start page.
func TestLinksGoOnToCoaching(t *testing.T) {
	e := enrol(t)
	e.coachesFor(1)
	_, _, mine, theirs := e.allocated()
	for to, want := range map[string]string{"coach": "/me/coach", "sessions": "/me/sessions", "check-in": "/me/plan#check-in", "//elsewhere.example.org": "/me"} {
		link := e.link(mine)
		if p := webtest.Do(t, e.handler, webtest.Scenario{Path: link + "?to=" + url.QueryEscape(to)}); len(p.All(t, `input[name=to][value="`+to+`"]`)) != 1 {
			t.Errorf("the link to %s loses where it goes", to)
		}
		(&visitor{e, map[string]string{}}).send(link, url.Values{"to": {to}}, want)
		(&visitor{e, map[string]string{}}).send(e.link(theirs), url.Values{"to": {to}}, "/me")
	}
}
