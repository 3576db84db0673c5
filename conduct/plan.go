package conduct

import (
	"context"
	"encoding/json"
	"slices"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// The shared plan belongs to a participant and to the coach they have now. To everybody else, staff included, there is no such thing: no
// permission names them, and the words are sealed. The trail keeps that a part was changed, never what it says.

// planOf gives whose plan it is, to the participant and to the coach they have now.
func (c *Conduct) planOf(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) (participant.Record, error) {
	r, err := tx.Participant(ctx, code)
	if err != nil {
		return r, err
	}
	if err := coached(by, r); err != nil {
		return r, err
	}
	if by.Role == identity.Coach {
		p, err := tx.Pairing(ctx, code)
		if problem.Is(err, problem.NotFound) || err == nil && p.Coach != by.Coach {
			return r, strangers()
		}
		return r, err
	}
	return r, nil
}

// Plan gives the vision and the goals that a participant shares with the coach.
func (c *Conduct) Plan(ctx context.Context, by identity.Actor, code participant.Code) (p goal.Plan, err error) {
	if err := by.RequireFor("plan.read", code); err != nil {
		return p, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if _, err := c.planOf(ctx, tx, by, code); err != nil {
			return err
		}
		p, err = plan(ctx, tx, code)
		return err
	})
	return p, err
}

// plan reads a plan in words.
func plan(ctx context.Context, tx *store.Tx, code participant.Code) (p goal.Plan, err error) {
	sealed, err := tx.Vision(ctx, code)
	if err != nil {
		return p, err
	}
	if sealed != nil {
		if err := openWords(tx, sealed, "plan", string(code), &p.Vision); err != nil {
			return p, err
		}
	}
	goals, err := tx.Goals(ctx, code)
	if err != nil {
		return p, err
	}
	for _, g := range goals {
		if err := openGoal(tx, &g); err != nil {
			return p, err
		}
		p.Goals = append(p.Goals, g.Goal)
	}
	weekly, err := tx.WeeklyGoals(ctx, code)
	if err != nil {
		return p, err
	}
	for _, w := range weekly {
		if err := openWords(tx, w.Sealed, "weekly_goal", w.ID, &w.Text); err != nil {
			return p, err
		}
		p.Weekly = append(p.Weekly, w.Weekly)
	}
	return p, nil
}

// goalWords is what is sealed of a goal.
type goalWords struct {
	Text   string    `json:"text"`
	Levels [5]string `json:"levels"`
}

func openGoal(tx *store.Tx, g *store.SealedGoal) error {
	var w goalWords
	if err := openWords(tx, g.Sealed, "goal", g.ID, &w); err != nil {
		return err
	}
	g.Text, g.Levels = w.Text, w.Levels
	return nil
}

func sealWords(tx *store.Tx, table, row string, words any) ([]byte, error) {
	if tx.Vault == nil {
		return nil, keyless()
	}
	plain, err := json.Marshal(words)
	if err != nil {
		return nil, err
	}
	return tx.Vault.Seal(plain, table, "words", row), nil
}

func openWords(tx *store.Tx, sealed []byte, table, row string, into any) error {
	if tx.Vault == nil {
		return keyless()
	}
	plain, err := tx.Vault.Open(sealed, table, "words", row)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

// planPart is a change of one part of a plan, under its own verb.
type planPart struct {
	verb   string
	what   facts // for the trail
	change func(tx *store.Tx, r participant.Record) error
}

// changePlan changes parts of a plan, all or none, and records which.
func (c *Conduct) changePlan(ctx context.Context, by identity.Actor, code participant.Code, parts ...planPart) error {
	for _, part := range parts {
		if err := by.RequireFor(part.verb, code); err != nil {
			return err
		}
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := c.planOf(ctx, tx, by, code)
		if err != nil {
			return err
		}
		for _, part := range parts {
			if err := part.change(tx, r); err != nil {
				return err
			}
			if err := record(ctx, tx, by, part.verb, string(code), nil, part.what, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetVision writes the coaching vision; an empty one takes it back.
func (c *Conduct) SetVision(ctx context.Context, by identity.Actor, code participant.Code, text string) error {
	return c.changePlan(ctx, by, code, c.visionSet(ctx, text))
}

func (c *Conduct) visionSet(ctx context.Context, text string) planPart {
	text, wrong := goal.CheckVision(text)
	return planPart{"plan.set", facts{"part": "vision"}, func(tx *store.Tx, r participant.Record) error {
		if wrong != nil {
			return wrong
		}
		sealed, err := sealWords(tx, "plan", string(r.Code), text)
		if err != nil {
			return err
		}
		return tx.SaveVision(ctx, r.Code, sealed)
	}}
}

// noSuchGoal is told of a goal that is somebody else's too.
func noSuchGoal() error { return problem.New(problem.NotFound, "There is no such goal") }

// goalOf gives one of a participant's three-month goals, with its words, among all of them.
func goalOf(ctx context.Context, tx *store.Tx, code participant.Code, id string) (g store.SealedGoal, all []store.SealedGoal, err error) {
	if all, err = tx.Goals(ctx, code); err != nil {
		return g, nil, err
	}
	i := slices.IndexFunc(all, func(g store.SealedGoal) bool { return g.ID == id })
	if i < 0 {
		return g, all, noSuchGoal()
	}
	return all[i], all, openGoal(tx, &all[i])
}

// SetGoal adds a three-month goal, or changes the words of the one with its ID. The goal as it stands now is given back.
func (c *Conduct) SetGoal(ctx context.Context, by identity.Actor, code participant.Code, g goal.Goal) (set goal.Goal, err error) {
	err = c.changePlan(ctx, by, code, c.goalSet(ctx, g, &set))
	return set, err
}

// goalSet adds or changes a three-month goal and leaves it in set.
func (c *Conduct) goalSet(ctx context.Context, g goal.Goal, set *goal.Goal) planPart {
	g, wrong := g.Check()
	return planPart{"plan.set", facts{"part": "goal"}, func(tx *store.Tx, r participant.Record) error {
		if wrong != nil {
			return wrong
		}
		kept, all, err := goalOf(ctx, tx, r.Code, g.ID)
		switch {
		case g.ID != "" && err != nil:
			return err
		case g.ID == "":
			if pursued(all) >= goal.MostGoals {
				return problem.New(problem.Conflict, "%d goals are pursued already", goal.MostGoals).Instead("Close one of them first.")
			}
			kept = store.SealedGoal{Participant: r.Code, Goal: goal.Goal{SetAt: tx.Now()}}
			if kept.ID, err = c.token(); err != nil {
				return err
			}
		case kept.Closed != nil:
			return problem.New(problem.Conflict, "This goal is no longer pursued")
		}
		kept.Text, kept.Levels = g.Text, g.Levels
		if kept.Sealed, err = sealWords(tx, "goal", kept.ID, goalWords{g.Text, g.Levels}); err != nil {
			return err
		}
		*set = kept.Goal
		return tx.SaveGoal(ctx, kept)
	}}
}

func pursued(all []store.SealedGoal) (n int) {
	for _, g := range all {
		if g.Closed == nil {
			n++
		}
	}
	return n
}

// CloseGoal ends the pursuit of a three-month goal; its words and ratings stay. Open takes that back.
func (c *Conduct) CloseGoal(ctx context.Context, by identity.Actor, code participant.Code, id string, open bool) error {
	return c.changePlan(ctx, by, code, planPart{"plan.set", facts{"part": "goal"}, func(tx *store.Tx, _ participant.Record) error {
		g, all, err := goalOf(ctx, tx, code, id)
		switch {
		case err != nil:
			return err
		case open && g.Closed != nil && pursued(all) >= goal.MostGoals:
			return problem.New(problem.Conflict, "%d goals are pursued already", goal.MostGoals).Instead("Close one of them first.")
		case open:
			g.Closed = nil
		case g.Closed == nil:
			g.Closed = new(tx.Now())
		}
		return tx.SaveGoal(ctx, g)
	}})
}

// RateGoal says which of its five levels a goal has reached on a day (the zero day: today, by the participant's clock). Said again of the
// same day, the last counts.
func (c *Conduct) RateGoal(ctx context.Context, by identity.Actor, code participant.Code, id string, day study.Date, level int) error {
	return c.changePlan(ctx, by, code, c.goalRated(ctx, id, day, level))
}

func (c *Conduct) goalRated(ctx context.Context, id string, day study.Date, level int) planPart {
	return planPart{"plan.rate", nil, func(tx *store.Tx, r participant.Record) error {
		g, _, err := goalOf(ctx, tx, r.Code, id)
		if err != nil {
			return err
		}
		on, today := day, study.DateOf(tx.Now(), c.zone(r.Zone))
		if on.IsZero() {
			on = today
		}
		if on.Time.After(today.Time) {
			return problem.New(problem.Invalid, "%s has not come yet", on).On("day")
		}
		if err := g.Rate(level); err != nil {
			return err
		}
		return tx.RateGoal(ctx, id, goal.Rating{Day: on, Level: level})
	}}
}

// SetWeekly adds a goal for a week (the zero week: this one, by the participant's clock), or changes the words of the one with its ID; no
// words take it back.
func (c *Conduct) SetWeekly(ctx context.Context, by identity.Actor, code participant.Code, w goal.Weekly) error {
	return c.changePlan(ctx, by, code, c.weeklySet(ctx, w))
}

func (c *Conduct) weeklySet(ctx context.Context, w goal.Weekly) planPart {
	w, wrong := w.Check()
	return planPart{"plan.set", facts{"part": "week"}, func(tx *store.Tx, r participant.Record) error {
		if wrong != nil {
			return wrong
		}
		all, err := tx.WeeklyGoals(ctx, r.Code)
		if err != nil {
			return err
		}
		kept := store.SealedWeekly{Participant: r.Code, Weekly: goal.Weekly{Week: w.Week, SetAt: tx.Now()}}
		if w.ID != "" {
			i := slices.IndexFunc(all, func(k store.SealedWeekly) bool { return k.ID == w.ID })
			if i < 0 {
				return noSuchGoal()
			}
			kept = all[i]
			if w.Text == "" {
				return tx.RemoveWeeklyGoal(ctx, w.ID)
			}
		} else if err := c.newWeekly(tx, r, all, &kept, w); err != nil {
			return err
		}
		kept.Text = w.Text
		if kept.Sealed, err = sealWords(tx, "weekly_goal", kept.ID, w.Text); err != nil {
			return err
		}
		return tx.SaveWeeklyGoal(ctx, kept)
	}}
}

// newWeekly completes a weekly goal that is added.
func (c *Conduct) newWeekly(tx *store.Tx, r participant.Record, all []store.SealedWeekly, kept *store.SealedWeekly, w goal.Weekly) (err error) {
	if kept.Week.IsZero() {
		kept.Week = goal.WeekOf(tx.Now(), c.zone(r.Zone))
	}
	same := 0
	for _, k := range all {
		if k.Week == kept.Week {
			same++
		}
	}
	switch {
	case w.Text == "":
		return problem.New(problem.Invalid, "The goal has no words").On("text").Instead("Say what you want to do this week.")
	case kept.Week != goal.WeekOf(kept.Week.Time, kept.Week.Location()):
		return problem.New(problem.Invalid, "%s is no Monday", kept.Week).On("week").Instead("Name a week by its Monday.")
	case same >= goal.MostWeekly:
		return problem.New(problem.Conflict, "%d goals are set for that week already", same).Instead("A few are easier to reach: take one back first.")
	}
	kept.ID, err = c.token()
	return err
}

// CheckIn says what became of weekly goals, by their IDs.
func (c *Conduct) CheckIn(ctx context.Context, by identity.Actor, code participant.Code, said map[string]goal.State) error {
	return c.changePlan(ctx, by, code, c.checkedIn(ctx, said))
}

func (c *Conduct) checkedIn(ctx context.Context, said map[string]goal.State) planPart {
	return planPart{"plan.check_in", nil, func(tx *store.Tx, r participant.Record) error {
		all, err := tx.WeeklyGoals(ctx, r.Code)
		if err != nil {
			return err
		}
		for id, state := range said {
			i := slices.IndexFunc(all, func(k store.SealedWeekly) bool { return k.ID == id })
			if i < 0 {
				return noSuchGoal()
			}
			if _, err := goal.ParseState(string(state)); err != nil {
				return err
			}
			w := all[i]
			w.State, w.Checked = state, new(tx.Now())
			if err := tx.SaveWeeklyGoal(ctx, w); err != nil {
				return err
			}
		}
		return nil
	}}
}
