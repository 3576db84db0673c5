package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// deskPlan is what a coachee and the coach share, for the coach to have before them and to change.
type deskPlan struct {
	Code    participant.Code
	Session string // to which writing a goal leads back; empty: to the coachee
	To      string // address that takes the changes; empty: they are kept when the session is closed
	Form    string // to which the fields belong
	Vision  string // typed
	Was     string // as it stands
	Goals   []planGoal
	Full    bool          // as many goals as fit are pursued
	Week    []goal.Weekly // of the latest week that has begun
	Ahead   []goal.Weekly
	Weekly  string // typed
	Next    bool   // it is for the next week
	Goal    string // typed
	Said    map[string]string
	States  []choice
}

// saidLabels are the coach's words for what became of a weekly goal.
var saidLabels = map[goal.State]string{goal.Done: "done", goal.Partly: "partly", goal.Not: "not this time"}

// planFor gives what a coachee shares with the coach who asks.
func (s *Site) planFor(r *http.Request, d conduct.Desk, who conduct.Coachee) (deskPlan, error) {
	p, err := s.Conduct.Plan(r.Context(), actor(r), who.Code)
	if err != nil {
		return deskPlan{}, err
	}
	plan := deskPlan{Code: who.Code, To: desk + "/person/" + string(who.Code) + "/plan", Form: "plan-form", Vision: p.Vision, Was: p.Vision, Full: p.Pursued() >= goal.MostGoals, Next: true, Said: map[string]string{}}
	for _, state := range goal.States {
		plan.States = append(plan.States, choice{Code: string(state), Label: saidLabels[state]})
	}
	today := study.DateOf(d.Now, who.Zone)
	for _, g := range p.Goals {
		if g.Closed != nil {
			continue
		}
		one := pursued(g)
		for i := range one.Steps {
			one.Steps[i].Chosen = one.Steps[i].Chosen && one.Now.Day == today
		}
		plan.Goals = append(plan.Goals, one)
	}
	this := goal.WeekOf(d.Now, who.Zone)
	for _, w := range p.Weekly {
		switch {
		case w.Week.Time.After(this.Time):
			plan.Ahead = append(plan.Ahead, w)
		case len(plan.Week) == 0 || w.Week == plan.Week[0].Week:
			plan.Week = append(plan.Week, w)
			plan.Said[w.ID] = string(w.State)
		}
	}
	return plan, nil
}

// retype puts what was typed back into the fields of the plan.
func (p *deskPlan) retype(f url.Values) {
	if !f.Has("vision_was") { // another form of the page was sent
		return
	}
	p.Vision, p.Weekly, p.Goal, p.Next = f.Get("vision"), f.Get("weekly"), f.Get("goal"), f.Get("week") != "this"
	for id := range p.Said {
		if said := f.Get("state-" + id); said != "" {
			p.Said[id] = said
		}
	}
	for _, g := range p.Goals {
		for i, step := range g.Steps {
			g.Steps[i].Chosen = f.Get("level-"+g.ID) == strconv.Itoa(step.Level)
		}
	}
}

// keepPlan keeps what a coach has typed of a coachee's plan. What stands as it stood is no change, so that nothing which the coachee has
// written meanwhile is undone.
func (s *Site) keepPlan(r *http.Request, d conduct.Desk, code participant.Code, f url.Values) error {
	if !f.Has("vision_was") { // the page had no plan
		return nil
	}
	who, err := d.Find(code)
	if err != nil {
		return err
	}
	now, err := s.planFor(r, d, who)
	if err != nil {
		return err
	}
	change := conduct.PlanChange{Said: map[string]goal.State{}, Reached: map[string]int{}, Goal: goal.Goal{Text: strings.TrimSpace(f.Get("goal"))},
		Weekly: goal.Weekly{Text: strings.TrimSpace(f.Get("weekly")), Week: goal.WeekOf(d.Now, who.Zone)}}
	if f.Get("week") != "this" {
		change.Weekly.Week = change.Weekly.Week.After(7)
	}
	if vision := f.Get("vision"); plainly(vision) != plainly(f.Get("vision_was")) {
		change.Vision = &vision
	}
	for id, state := range now.Said {
		if said := f.Get("state-" + id); said != "" && said != state {
			change.Said[id] = goal.State(said)
		}
	}
	for _, g := range now.Goals {
		said := f.Get("level-" + g.ID)
		if said == "" {
			continue
		}
		if change.Reached[g.ID], err = strconv.Atoi(said); err != nil {
			return problem.New(problem.Invalid, "%.20q is no level", said).Instead("Choose one of the five.")
		}
	}
	return s.Conduct.ChangePlan(r.Context(), actor(r), code, change)
}

// plainly gives a text as it was before a browser sent it.
func plainly(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// sessionPlanKeep keeps the plan on the page of a session.
func (s *Site) sessionPlanKeep(r *http.Request, id string, f url.Values) error {
	d, err := s.deskOf(r)
	if err != nil {
		return err
	}
	for _, one := range d.Sessions {
		if one.ID == id {
			return s.keepPlan(r, d, one.Participant, f)
		}
	}
	return noSession()
}

// personPlan keeps the plan on the page of a coachee.
func (s *Site) personPlan(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	d, who, err := s.coacheeOf(r)
	if err != nil {
		return err
	}
	err = s.keepPlan(r, d, who.Code, r.PostForm)
	if told, code, ok := mistakes(err); ok {
		page, err := s.personPage(r)
		if err != nil {
			return err
		}
		page.Mistakes = told
		page.Plan.retype(r.PostForm)
		return s.show(w, r, code, "desk_person", page.Name, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/person/"+string(who.Code)+"?kept=plan", http.StatusSeeOther)
	return nil
}

// deskGoalPage is the form of a coachee's three-month goal.
type deskGoalPage struct {
	Who      string
	Code     participant.Code
	Session  string // to which the form leads back; empty: to the coachee
	Back     string
	Goal     goal.Goal
	Levels   []level // from the best to the least
	Mistakes []*problem.Problem
}

// goalOf gives the goal of an address, and the page to which its form leads back.
func (s *Site) goalOf(r *http.Request) (page deskGoalPage, who conduct.Coachee, err error) {
	_, who, err = s.coacheeOf(r)
	if err != nil {
		return page, who, err
	}
	page = deskGoalPage{Who: who.Name, Code: who.Code, Back: desk + "/person/" + string(who.Code)}
	for _, one := range who.Sessions {
		if one.ID == r.URL.Query().Get("session") {
			page.Session, page.Back = one.ID, desk+"/session/"+one.ID
		}
	}
	p, err := s.Conduct.Plan(r.Context(), actor(r), who.Code)
	if err != nil || r.PathValue("id") == anew {
		return page, who, err
	}
	for _, g := range p.Goals {
		if g.ID == r.PathValue("id") && g.Closed == nil {
			page.Goal = g
			return page, who, nil
		}
	}
	return page, who, problem.New(problem.NotFound, "There is no such goal").Instead("Go back to your coachee.")
}

// Expected says what a level stands for.
func (l level) Expected() string {
	return [...]string{"much less than expected", "less than expected", "what you both expect to reach", "more than expected", "much more than expected"}[l.Level-goal.Lowest]
}

func (s *Site) showDeskGoal(w http.ResponseWriter, r *http.Request, status int, page deskGoalPage) error {
	for l := goal.Highest; l >= goal.Lowest; l-- {
		page.Levels = append(page.Levels, level{Level: l, Words: page.Goal.Level(l)})
	}
	return s.show(w, r, status, "desk_goal", "Three-month goal", page)
}

// deskGoalShow shows the form, empty or with what is written.
func (s *Site) deskGoalShow(w http.ResponseWriter, r *http.Request) error {
	page, _, err := s.goalOf(r)
	if err != nil {
		return err
	}
	return s.showDeskGoal(w, r, http.StatusOK, page)
}

// deskGoalSave takes the form; what cannot be taken stays in it.
func (s *Site) deskGoalSave(w http.ResponseWriter, r *http.Request) error {
	page, who, err := s.goalOf(r)
	if err != nil {
		return err
	}
	page.Goal.Text = r.PostFormValue("text")
	for l := goal.Lowest; l <= goal.Highest; l++ {
		page.Goal.Levels[l-goal.Lowest] = r.PostFormValue("level" + strconv.Itoa(l))
	}
	_, err = s.Conduct.SetGoal(r.Context(), actor(r), who.Code, page.Goal)
	if told, code, ok := mistakes(err); ok {
		page.Mistakes = told
		return s.showDeskGoal(w, r, code, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, page.Back+"?kept=plan", http.StatusSeeOther)
	return nil
}

// deskGoalClose ends the pursuit of a goal.
func (s *Site) deskGoalClose(w http.ResponseWriter, r *http.Request) error {
	page, who, err := s.goalOf(r)
	if err != nil {
		return err
	}
	if err := s.Conduct.CloseGoal(r.Context(), actor(r), who.Code, page.Goal.ID, false); err != nil {
		return err
	}
	http.Redirect(w, r, page.Back+"?kept=plan", http.StatusSeeOther)
	return nil
}
