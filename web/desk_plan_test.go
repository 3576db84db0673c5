package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/trial/goal"
	"rekindle/web/webtest"
)

// planned gives the plan of the first coachee.
func (d *desked) planned() goal.Plan {
	d.Helper()
	p, err := d.Plan(d.Context(), identity.AsParticipant(d.coachees[0]), d.coachees[0])
	succeed(d, err)
	return p
}

// goalNamed gives a goal by its words.
func goalNamed(t testing.TB, p goal.Plan, text string) goal.Goal {
	t.Helper()
	for _, g := range p.Goals {
		if g.Text == text {
			return g
		}
	}
	t.Fatalf("there is no goal %q: %+v", text, p.Goals)
	return goal.Goal{}
}

// agreed gives the first coachee a vision, a goal with its levels and a goal of the week.
func (d *desked) agreed() goal.Plan {
	d.Helper()
	me, code := identity.AsParticipant(d.coachees[0]), d.coachees[0]
	succeed(d, d.SetVision(d.Context(), me, code, "Home for supper.\nRested."))
	_, err := d.SetGoal(d.Context(), me, code, goal.Goal{Text: "Leave by six", Levels: [5]string{"never", "one day", "two days", "three days", "four days"}})
	succeed(d, err)
	succeed(d, d.SetWeekly(d.Context(), me, code, goal.Weekly{Text: "Leave by six on Tuesday"}))
	return d.planned()
}

func TestPlanOnTheDesk(t *testing.T) {
	d := atDesk(t, 1)
	p := d.agreed()
	id, week := p.Goals[0].ID, p.Weekly[0].ID
	person, session := "/desk/person/"+string(d.coachees[0]), "/desk/session/"+d.booked[0].ID
	for _, page := range []string{person, session} {
		if text := d.get(page).Text(t, "#plan"); !strings.Contains(text, "Home for supper.") || !strings.Contains(text, "Leave by six on Tuesday") || strings.Contains(text, "49") {
			t.Errorf("%s: %s", page, text)
		}
	}
	form := url.Values{"vision": {"Home for supper.\r\nRested."}, "vision_was": {"Home for supper.\r\nRested."}, "level-" + id: {"1"}, "state-" + week: {"partly"},
		"weekly": {" Say no once "}, "week": {"next"}, "goal": {"Run again"}}
	succeed(t, d.SetVision(t.Context(), identity.AsParticipant(d.coachees[0]), d.coachees[0], "Home for supper, always."))
	d.send(session+"/plan", form, session+"?kept=plan")
	p = d.planned()
	if now, ok := goalNamed(t, p, "Leave by six").Latest(); !ok || now.Level != 1 || len(p.Goals) != 2 || goalNamed(t, p, "Run again").Written() {
		t.Errorf("goals: %+v", p.Goals)
	}
	if p.Vision != "Home for supper, always." {
		t.Errorf("what the coachee wrote meanwhile has become %q", p.Vision)
	}
	if len(p.Weekly) != 2 || p.Weekly[0].Text != "Say no once" || p.Weekly[0].Week != p.Weekly[1].Week.After(7) || p.Weekly[1].State != goal.Partly {
		t.Errorf("weekly goals: %+v", p.Weekly)
	}
	for _, page := range []string{person, session} {
		if shown := d.get(page); len(shown.All(t, "#plan svg circle")) != 1 || len(shown.All(t, "select option[selected][value='1']")) != 1 || len(shown.All(t, "option[selected][value=partly]")) != 1 {
			t.Errorf("%s shows no rating of today: %s", page, shown.Text(t, "#plan"))
		}
	}
	wrong := url.Values{"vision": {"Rested"}, "vision_was": {"Home for supper, always."}, "weekly": {strings.Repeat("x", 401)}, "goal": {"Sing"}, "week": {"this"}}
	for _, to := range []string{person + "/plan", session + "/plan"} {
		shown := d.refused(to, wrong, http.StatusUnprocessableEntity, "401")
		if len(shown.All(t, "#goal[value=Sing]")) != 1 || shown.Text(t, "#vision") != "Rested" || len(shown.All(t, "option[value=this][selected]")) != 1 {
			t.Errorf("%s: what was typed is lost", to)
		}
	}
	if now := d.planned(); now.Vision != p.Vision || len(now.Goals) != 2 {
		t.Errorf("half of what was refused was kept: %+v", now)
	}
	d.send(person+"/plan", url.Values{"vision": {""}, "vision_was": {p.Vision}}, person+"?kept=plan")
	if now := d.planned(); now.Vision != "" {
		t.Errorf("the vision is %q", now.Vision)
	}
}

// Closing a session keeps what was agreed in it, in one go.
func TestClosingASessionKeepsThePlan(t *testing.T) {
	d := atDesk(t, 1)
	p := d.agreed()
	session := "/desk/session/" + d.booked[0].ID
	d.at("2021-08-12 11:40")
	d.renew()
	if fields := d.get(session).All(t, "#plan [form=hold]"); len(fields) != 7 {
		t.Errorf("%d fields of the plan belong to the form that closes the session", len(fields))
	}
	form := url.Values{"minutes": {"0"}, "vision": {p.Vision}, "vision_was": {p.Vision}, "level-" + p.Goals[0].ID: {"-1"}, "weekly": {"Say no once"}}
	if shown := d.refused(session+"/hold", form, http.StatusUnprocessableEntity, "minutes"); len(shown.All(t, "#weekly[value='Say no once']")) != 1 || len(shown.All(t, "option[value='-1'][selected]")) != 1 {
		t.Error("what was typed is lost")
	}
	form.Set("minutes", "85")
	d.send(session+"/hold", form, session+"?kept=held")
	if now := d.planned(); len(now.Weekly) != 2 || len(now.Goals[0].Ratings) != 1 || now.Goals[0].Ratings[0].Level != -1 {
		t.Errorf("%+v", now)
	}
	succeed(t, d.ChangeCoach(t.Context(), identity.AsParticipant(d.coachees[0]), d.coachees[0]))
	if shown := d.get(session); len(shown.All(t, "#plan")) != 0 || strings.Contains(shown.Text(t, "main"), "Leave by six") {
		t.Error("the coach of before reads the plan")
	}
	for _, path := range []string{session + "/plan", "/desk/person/" + string(d.coachees[0]) + "/plan"} {
		if p := webtest.Do(t, d.handler, webtest.Scenario{Path: path, Form: form, Cookie: d.cookies[0]}); p.Status != http.StatusNotFound {
			t.Errorf("%s: the coach of before changes the plan: %d", path, p.Status)
		}
	}
}

func TestGoalOnTheDesk(t *testing.T) {
	d := atDesk(t, 1)
	person := "/desk/person/" + string(d.coachees[0])
	form := url.Values{"text": {"Leave by six"}, "level-2": {"never"}}
	if shown := d.refused(person+"/goal/new", form, http.StatusUnprocessableEntity, "five levels"); shown.Text(t, "#level-2") != "never" {
		t.Error("what was typed is lost")
	}
	for level, words := range map[string]string{"-1": "one day", "0": "two days", "1": "three days", "2": "four days"} {
		form.Set("level"+level, words)
	}
	session := "/desk/session/" + d.booked[0].ID
	d.send(person+"/goal/new?session="+d.booked[0].ID, form, session+"?kept=plan")
	d.send(person+"/goal/new?session=elsewhere", url.Values{"text": {"Run"}}, person+"?kept=plan")
	p := d.planned()
	if len(p.Goals) != 2 || goalNamed(t, p, "Leave by six").Level(2) != "four days" {
		t.Fatalf("%+v", p.Goals)
	}
	one := person + "/goal/" + goalNamed(t, p, "Leave by six").ID
	if shown := d.get(one); shown.Text(t, "#level0") != "two days" {
		t.Error(shown.Text(t, "main"))
	}
	d.send(one+"/close", url.Values{}, person+"?kept=plan")
	if goalNamed(t, d.planned(), "Leave by six").Closed == nil {
		t.Error("the goal is still pursued")
	}
	webtest.Run(t, d.handler, []webtest.Scenario{
		{Name: "a closed goal", Path: one, Cookie: d.cookies[0], Status: http.StatusNotFound},
		{Name: "another's goal", Path: one, Cookie: d.cookies[1], Status: http.StatusNotFound, Never: []string{"Leave by six"}},
		{Name: "another's plan", Path: person + "/plan", Form: url.Values{"vision_was": {""}, "goal": {"x"}}, Cookie: d.cookies[1], Status: http.StatusNotFound},
		{Name: "another's session", Path: session + "/plan", Form: url.Values{"vision_was": {""}, "goal": {"x"}}, Cookie: d.cookies[1], Status: http.StatusNotFound},
	})
}
