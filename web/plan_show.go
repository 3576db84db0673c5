package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/study"
)

// participantPlanShowPage is what a participant shares with the coach.
type participantPlanShowPage struct {
	Tab     string
	Vision  string
	Weeks   []planWeek // with goals, the latest first; this week is always the first
	Ahead   []goal.Weekly
	Goals   []planGoal
	Closed  []goal.Goal
	Full    bool // as many goals as fit are pursued
	Score   string
	Opening string // of the field that was wrong: "vision", "week"
	Trouble string
	Typed   string
	Saved   bool
	States  []goal.State
	Coach   string // name; empty: none is chosen
	Mails   bool   // the weekly mails are wanted
	Mailed  bool   // the protocol has such mails
}

// planWeek is the goals of one week.
type planWeek struct {
	Monday, Sunday time.Time
	This           bool
	Goals          []goal.Weekly
	Open           bool // something is not looked back at yet
}

// planGoal is one three-month goal with its chart.
type planGoal struct {
	goal.Goal
	Now   *goal.Rating
	Words string // of the level it has reached
	Chart chart
	Steps []level
}

// level is one of the five.
type level struct {
	Level  int
	Words  string
	Chosen bool
}

// Signed writes a level with its sign.
func (l level) Signed() string { return signed(l.Level) }

func signed(level int) string {
	switch {
	case level > 0:
		return fmt.Sprintf("+%d", level)
	case level < 0:
		return fmt.Sprintf("−%d", -level)
	}
	return "0"
}

// chart is the drawing of a goal's ratings over the days.
type chart struct {
	Lines  []chartLine
	Path   string
	Points []chartPoint
}

// chartLine is the line of a level.
type chartLine struct {
	Y     int
	Label string
}

// chartPoint is one rating.
type chartPoint struct {
	X, Y  float64
	Day   time.Time
	Level string
}

// Where the drawing lies in its 320 by 140 units.
const (
	chartLeft, chartRight = 36.0, 306.0
	chartTop, chartStep   = 14.0, 27.0
)

// draw draws the ratings of a goal.
func draw(ratings []goal.Rating) (c chart) {
	for level := goal.Highest; level >= goal.Lowest; level-- {
		c.Lines = append(c.Lines, chartLine{int(chartTop + chartStep*float64(goal.Highest-level)), signed(level)})
	}
	if len(ratings) == 0 {
		return c
	}
	first := ratings[0].Day.Time
	span := ratings[len(ratings)-1].Day.Sub(first).Hours()
	var path []string
	for _, r := range ratings {
		x := (chartLeft + chartRight) / 2
		if span > 0 {
			x = chartLeft + 12 + (chartRight-chartLeft-24)*r.Day.Sub(first).Hours()/span
		}
		p := chartPoint{x, chartTop + chartStep*float64(goal.Highest-r.Level), r.Day.Time, signed(r.Level)}
		c.Points = append(c.Points, p)
		path = append(path, fmt.Sprintf("%.1f,%.1f", p.X, p.Y))
	}
	c.Path = strings.Join(path, " ")
	return c
}

// planShow shows it.
func (s *Site) planShow(w http.ResponseWriter, r *http.Request, st standing) error {
	return s.showPlanPage(w, r, st, http.StatusOK, participantPlanShowPage{Saved: r.URL.Query().Has("saved")})
}

func (s *Site) showPlanPage(w http.ResponseWriter, r *http.Request, st standing, status int, page participantPlanShowPage) error {
	by := actor(r)
	p, err := s.Conduct.Plan(r.Context(), by, by.Participant)
	if err != nil {
		return err
	}
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	if card != nil {
		page.Coach = card.Name
	}
	page.Tab, page.Vision, page.States, page.Full = "plan", p.Vision, goal.States, p.Pursued() >= goal.MostGoals
	if score, ok := p.Attainment(); ok {
		page.Score = fmt.Sprintf("%.0f", score)
	}
	if page.Mails, err = s.Conduct.CheckIns(r.Context(), by, by.Participant); err != nil {
		return err
	}
	page.Mailed = slices.ContainsFunc(s.Conduct.Protocol.Messages, func(m study.Message) bool { return m.Purpose == study.WeeklyCheckIn })
	this := goal.WeekOf(st.Now, st.zone)
	page.Weeks = []planWeek{week(p, this, this)}
	for _, w := range p.Weekly {
		last := page.Weeks[len(page.Weeks)-1]
		switch {
		case w.Week.Time.After(this.Time):
			page.Ahead = append(page.Ahead, w)
		case w.Week != this && w.Week.Time != last.Monday:
			page.Weeks = append(page.Weeks, week(p, w.Week, this))
		}
	}
	for _, g := range p.Goals {
		if g.Closed != nil {
			page.Closed = append(page.Closed, g)
			continue
		}
		page.Goals = append(page.Goals, pursued(g))
	}
	return s.showMine(w, r, status, "participant_plan_show", "plan_title", page)
}

// pursued gives a goal with its chart and its levels, that which it has reached chosen.
func pursued(g goal.Goal) planGoal {
	one := planGoal{Goal: g, Chart: draw(g.Ratings)}
	if now, ok := g.Latest(); ok {
		one.Now, one.Words = &now, g.Level(now.Level)
	}
	for l := goal.Highest; l >= goal.Lowest; l-- {
		one.Steps = append(one.Steps, level{l, g.Level(l), one.Now != nil && one.Now.Level == l})
	}
	return one
}

func week(p goal.Plan, monday, this study.Date) planWeek {
	w := planWeek{Monday: monday.Time, Sunday: monday.After(6).Time, This: monday == this, Goals: p.In(monday)}
	for _, g := range w.Goals {
		w.Open = w.Open || g.State == goal.Open
	}
	return w
}

// Reached gives the level as it is written beside a goal.
func (g planGoal) Reached() string { return signed(g.Now.Level) }

// planSaved leads back to the plan.
func planSaved(w http.ResponseWriter, r *http.Request, part string) error {
	http.Redirect(w, r, planPage+"?saved#"+part, http.StatusSeeOther)
	return nil
}

// wrongPlan shows the plan again with what was typed, where it cannot be taken.
func (s *Site) wrongPlan(w http.ResponseWriter, r *http.Request, st standing, err error, field string) error {
	if !problem.Is(err, problem.Invalid) && !isConflict(err) {
		return err
	}
	page := participantPlanShowPage{Opening: field, Trouble: "plan_wrong_" + field, Typed: r.PostFormValue("text")}
	return s.showPlanPage(w, r, st, http.StatusUnprocessableEntity, page)
}

// planVision writes the vision.
func (s *Site) planVision(w http.ResponseWriter, r *http.Request, st standing) error {
	by := actor(r)
	if err := s.Conduct.SetVision(r.Context(), by, by.Participant, r.PostFormValue("text")); err != nil {
		return s.wrongPlan(w, r, st, err, "vision")
	}
	return planSaved(w, r, "vision")
}

// planWeekly adds a goal for this week or the next, changes one, or takes it back.
func (s *Site) planWeekly(w http.ResponseWriter, r *http.Request, st standing) error {
	by := actor(r)
	one := goal.Weekly{ID: r.PostFormValue("id"), Text: r.PostFormValue("text")}
	if r.PostFormValue("week") == "next" {
		one.Week = goal.WeekOf(st.Now, st.zone).After(7)
	}
	if err := s.Conduct.SetWeekly(r.Context(), by, by.Participant, one); err != nil {
		return s.wrongPlan(w, r, st, err, "week")
	}
	return planSaved(w, r, "check-in")
}

// planCheckIn says what became of the week's goals.
func (s *Site) planCheckIn(w http.ResponseWriter, r *http.Request, _ standing) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	said := map[string]goal.State{}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, "state-"); ok && len(values) > 0 {
			state, err := goal.ParseState(values[0])
			if err != nil {
				return err
			}
			said[id] = state
		}
	}
	by := actor(r)
	if len(said) > 0 {
		if err := s.Conduct.CheckIn(r.Context(), by, by.Participant, said); err != nil {
			return err
		}
	}
	return planSaved(w, r, "check-in")
}

// planMail stops the weekly mails, or lets them go again.
func (s *Site) planMail(w http.ResponseWriter, r *http.Request, _ standing) error {
	by := actor(r)
	if err := s.Conduct.SetCheckIns(r.Context(), by, by.Participant, r.PostFormValue("weekly") == "yes"); err != nil {
		return err
	}
	return planSaved(w, r, "mail")
}
