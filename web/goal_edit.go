package web

import (
	"errors"
	"net/http"
	"strconv"

	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/study"
)

// participantGoalEditPage is the form of a three-month goal.
type participantGoalEditPage struct {
	Tab    string
	Goal   goal.Goal
	Levels []level // from the best to the least
	Wrong  map[string]bool
	Full   bool // no more goals fit
}

// anew is the address part of a goal that is added.
const anew = "new"

// goalEdit shows the form, empty or with what is written.
func (s *Site) goalEdit(w http.ResponseWriter, r *http.Request, _ standing) error {
	by := actor(r)
	var g goal.Goal
	if id := r.PathValue("id"); id != anew {
		p, err := s.Conduct.Plan(r.Context(), by, by.Participant)
		if err != nil {
			return err
		}
		for _, one := range p.Goals {
			if one.ID == id {
				g = one
			}
		}
		if g.ID == "" || g.Closed != nil {
			return nowhere(w, r)
		}
	}
	return s.showGoal(w, r, http.StatusOK, participantGoalEditPage{Goal: g})
}

func (s *Site) showGoal(w http.ResponseWriter, r *http.Request, status int, page participantGoalEditPage) error {
	page.Tab = "plan"
	for l := goal.Highest; l >= goal.Lowest; l-- {
		page.Levels = append(page.Levels, level{Level: l, Words: page.Goal.Level(l)})
	}
	return s.showMine(w, r, status, "participant_goal_edit", "goal_title", page)
}

// Wrongly reports whether something is wrong with a level.
func (p participantGoalEditPage) Wrongly(l level) bool {
	return p.Wrong["level"+map[bool]string{true: "+"}[l.Level > 0]+strconv.Itoa(l.Level)]
}

// goalSave takes the form; what cannot be taken stays in it.
func (s *Site) goalSave(w http.ResponseWriter, r *http.Request, _ standing) error {
	by := actor(r)
	g := goal.Goal{Text: r.PostFormValue("text")}
	if id := r.PathValue("id"); id != anew {
		g.ID = id
	}
	for l := goal.Lowest; l <= goal.Highest; l++ {
		g.Levels[l-goal.Lowest] = r.PostFormValue("level" + strconv.Itoa(l))
	}
	_, err := s.Conduct.SetGoal(r.Context(), by, by.Participant, g)
	if problem.Is(err, problem.Invalid) || isConflict(err) {
		wrong := map[string]bool{}
		if all, ok := errors.AsType[problem.List](err); ok {
			for _, one := range all {
				wrong[one.Field] = true
			}
		}
		return s.showGoal(w, r, http.StatusUnprocessableEntity, participantGoalEditPage{Goal: g, Wrong: wrong, Full: isConflict(err)})
	}
	if err != nil {
		return err
	}
	return planSaved(w, r, "goals")
}

// goalRate says which level a goal has reached today.
func (s *Site) goalRate(w http.ResponseWriter, r *http.Request, _ standing) error {
	reached, err := strconv.Atoi(r.PostFormValue("level"))
	if err != nil {
		return problem.New(problem.Invalid, "No level is chosen").On("level").Instead("Choose one of the five.")
	}
	by := actor(r)
	if err := s.Conduct.RateGoal(r.Context(), by, by.Participant, r.PathValue("id"), study.Date{}, reached); err != nil {
		return err
	}
	return planSaved(w, r, "goal-"+r.PathValue("id"))
}

// goalClose ends the pursuit of a goal, or takes it up again.
func (s *Site) goalClose(w http.ResponseWriter, r *http.Request, _ standing) error {
	by := actor(r)
	if err := s.Conduct.CloseGoal(r.Context(), by, by.Participant, r.PathValue("id"), r.PostFormValue("open") == "yes"); err != nil {
		return err
	}
	return planSaved(w, r, "goals")
}
