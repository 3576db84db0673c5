package simulation

import (
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// wish is what a simulated physician wants to reach in three months.
type wish struct {
	vision, goal string
	levels       [5]string // -2 to +2
	weekly       []string
}

// wishes are those that people have, in our own words.
var wishes = []wish{
	{"I come home with something left for the people there.", "Leave work by half past six on clinic days",
		[5]string{"Never before eight", "One day in the week", "Two days in the week", "Three days in the week", "Every clinic day"},
		[]string{"Finish notes before the last patient leaves", "Ask the front desk to end at five on Thursday", "Say no to one late add-on"}},
	{"I do the work that only I can do, and do it well.", "Two mornings a month for my own project",
		[5]string{"None", "One in two months", "One a month", "Two a month", "Two a month, and guarded by others"},
		[]string{"Block the first Friday", "Tell my chief what the mornings are for", "Write the first page"}},
	{"I lead without carrying everything myself.", "Hand over the schedule of the clinic",
		[5]string{"I make it alone", "Somebody looks on", "Somebody makes half of it", "Somebody makes it, I look on", "I hear of it when it is done"},
		[]string{"List what the schedule takes", "Ask two people who might want it", "Let the first week go uncorrected"}},
	{"Medicine is a part of my life again, and not the whole.", "Run or swim twice a week",
		[5]string{"Not at all", "Now and then", "Once a week", "Twice a week", "Twice a week, and with a friend"},
		[]string{"Put the bag in the car on Sunday", "Swim before the Wednesday meeting", "Find somebody to run with"}},
}

// pursue is what a person writes into the plan after a session: at first a vision and a goal, later how far it has come; and a goal for the
// week, after a look back at the last one.
func (r *rehearsal) pursue(who *person, code participant.Code) error {
	by, today := as(code), study.DateOf(r.clock.Now(), r.p.Location())
	w := wishes[int(who.delay*1000)%len(wishes)]
	if who.goal == "" {
		if err := r.c.SetVision(r.ctx, by, code, w.vision); err != nil {
			return err
		}
		set, err := r.c.SetGoal(r.ctx, by, code, goal.Goal{Text: w.goal, Levels: w.levels})
		if err != nil {
			return err
		}
		who.goal, who.level = set.ID, -2+r.wishes.IntN(2)
	} else if r.wishes.Float64() < 0.55 {
		who.level = min(who.level+1, 2)
	}
	if err := r.c.RateGoal(r.ctx, by, code, who.goal, today, who.level); err != nil {
		return err
	}
	return r.nextWeek(who, code, w)
}

// nextWeek looks back at the goal of the last week and sets the next.
func (r *rehearsal) nextWeek(who *person, code participant.Code, w wish) error {
	if who.weekly != "" {
		said := goal.States[min(r.wishes.IntN(4), 2)]
		if r.wishes.Float64() < 0.5 {
			said = goal.Done
		}
		if err := r.c.CheckIn(r.ctx, as(code), code, map[string]goal.State{who.weekly: said}); err != nil {
			return err
		}
	}
	text := w.weekly[(who.held-1)%len(w.weekly)]
	if err := r.c.SetWeekly(r.ctx, as(code), code, goal.Weekly{Week: goal.WeekOf(r.clock.Now(), r.p.Location()), Text: text}); err != nil {
		return err
	}
	p, err := r.c.Plan(r.ctx, as(code), code)
	if err != nil {
		return err
	}
	for _, set := range p.In(goal.WeekOf(r.clock.Now(), r.p.Location())) {
		who.weekly = set.ID
	}
	return nil
}
