package store

import (
	"context"

	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// The shared plan as the store keeps it: what is said in words stands sealed in Sealed, and the fields with words are empty.

// Vision gives the sealed vision of a participant, nil where there is none.
func (tx *Tx) Vision(ctx context.Context, code participant.Code) ([]byte, error) {
	sealed, err := One(ctx, tx, Value[[]byte], "SELECT vision FROM plan WHERE participant = $1", code)
	if problem.Is(err, problem.NotFound) {
		return nil, nil
	}
	return sealed, err
}

// SaveVision writes the sealed vision of a participant.
func (tx *Tx) SaveVision(ctx context.Context, code participant.Code, sealed []byte) error {
	return tx.insert(ctx, "plan (participant, vision, changed)", [][]any{{code, sealed, tx.Now()}},
		"ON CONFLICT (participant) DO UPDATE SET vision = excluded.vision, changed = excluded.changed")
}

// SealedGoal is a three-month goal whose words are sealed.
type SealedGoal struct {
	goal.Goal
	Participant participant.Code
	Sealed      []byte
}

const goalColumns = "id, participant, sealed, set_at, closed"

func scanGoal(scan Scan) (g SealedGoal, err error) {
	return g, scan(&g.ID, &g.Participant, &g.Sealed, &g.SetAt, moment{&g.Closed})
}

// Goals gives the three-month goals of a participant with their ratings, in the order in which they were set.
func (tx *Tx) Goals(ctx context.Context, code participant.Code) ([]SealedGoal, error) {
	all, err := All(ctx, tx, scanGoal, "SELECT "+goalColumns+" FROM goal WHERE participant = $1 ORDER BY set_at, id", code)
	if err != nil {
		return nil, err
	}
	return all, tx.addRatings(ctx, all, "SELECT r.goal, r.day, r.level FROM goal_rating r JOIN goal g ON g.id = r.goal WHERE g.participant = $1 ORDER BY r.day", code)
}

// SaveGoal adds a goal or writes it back, without its ratings.
func (tx *Tx) SaveGoal(ctx context.Context, g SealedGoal) error {
	return tx.insert(ctx, "goal ("+goalColumns+")", [][]any{{g.ID, g.Participant, g.Sealed, g.SetAt, maybe(g.Closed)}},
		"ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, closed = excluded.closed")
}

// RateGoal says which level a goal reached on a day, in place of what was said before of that day.
func (tx *Tx) RateGoal(ctx context.Context, id string, r goal.Rating) error {
	return tx.insert(ctx, "goal_rating (goal, day, level)", [][]any{{id, r.Day.String(), r.Level}}, "ON CONFLICT (goal, day) DO UPDATE SET level = excluded.level")
}

// SealedWeekly is a weekly goal whose words are sealed.
type SealedWeekly struct {
	goal.Weekly
	Participant participant.Code
	Sealed      []byte
}

const weeklyColumns = "id, participant, week, sealed, state, set_at, checked"

func scanWeekly(scan Scan) (w SealedWeekly, err error) {
	var week string
	if err = scan(&w.ID, &w.Participant, &week, &w.Sealed, &w.State, &w.SetAt, moment{&w.Checked}); err == nil {
		w.Week, err = study.ParseDate(week)
	}
	return w, err
}

// WeeklyGoals gives the weekly goals of a participant, the latest week first, in a week as they were set.
func (tx *Tx) WeeklyGoals(ctx context.Context, code participant.Code) ([]SealedWeekly, error) {
	return All(ctx, tx, scanWeekly, "SELECT "+weeklyColumns+" FROM weekly_goal WHERE participant = $1 ORDER BY week DESC, set_at, id", code)
}

// SaveWeeklyGoal adds a weekly goal or writes it back.
func (tx *Tx) SaveWeeklyGoal(ctx context.Context, w SealedWeekly) error {
	return tx.insert(ctx, "weekly_goal ("+weeklyColumns+")", [][]any{{w.ID, w.Participant, w.Week.String(), w.Sealed, w.State, w.SetAt, maybe(w.Checked)}},
		"ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, state = excluded.state, checked = excluded.checked")
}

// RemoveWeeklyGoal takes a weekly goal back.
func (tx *Tx) RemoveWeeklyGoal(ctx context.Context, id string) error {
	_, err := tx.Do(ctx, "DELETE FROM weekly_goal WHERE id = $1", id)
	return err
}

// RemovePlan deletes the whole plan of a participant.
func (tx *Tx) RemovePlan(ctx context.Context, code participant.Code) error {
	for _, query := range []string{
		"DELETE FROM goal_rating WHERE goal IN (SELECT id FROM goal WHERE participant = $1)", "DELETE FROM goal WHERE participant = $1",
		"DELETE FROM weekly_goal WHERE participant = $1", "DELETE FROM plan WHERE participant = $1",
	} {
		if _, err := tx.Do(ctx, query, code); err != nil {
			return err
		}
	}
	return nil
}

// GoalsOpen reports whether a participant has weekly goals, from a week on until another, that are not looked back at.
func (tx *Tx) GoalsOpen(ctx context.Context, code participant.Code, from, to study.Date) (bool, error) {
	return One(ctx, tx, Value[bool], "SELECT EXISTS (SELECT 1 FROM weekly_goal WHERE participant = $1 AND week >= $2 AND week <= $3 AND state = '')", code, from.String(), to.String())
}

// CheckInsOff reports whether a participant wants no mails about weekly goals.
func (tx *Tx) CheckInsOff(ctx context.Context, code participant.Code) (bool, error) {
	return One(ctx, tx, Value[bool], "SELECT EXISTS (SELECT 1 FROM check_in_off WHERE participant = $1)", code)
}

// SetCheckIns stops the mails about weekly goals, or lets them go again.
func (tx *Tx) SetCheckIns(ctx context.Context, code participant.Code, on bool) error {
	if on {
		_, err := tx.Do(ctx, "DELETE FROM check_in_off WHERE participant = $1", code)
		return err
	}
	return tx.insert(ctx, "check_in_off (participant, since)", [][]any{{code, tx.Now()}}, "ON CONFLICT (participant) DO NOTHING")
}

// AllGoals gives every three-month goal with its ratings and without its words, those of a participant in the order in which they were set.
func (tx *Tx) AllGoals(ctx context.Context) ([]SealedGoal, error) {
	all, err := All(ctx, tx, func(scan Scan) (g SealedGoal, err error) {
		return g, scan(&g.ID, &g.Participant, &g.SetAt, moment{&g.Closed})
	}, "SELECT id, participant, set_at, closed FROM goal ORDER BY participant, set_at, id")
	if err != nil {
		return nil, err
	}
	return all, tx.addRatings(ctx, all, "SELECT goal, day, level FROM goal_rating ORDER BY goal, day")
}

// addRatings reads ratings, by day, into the goals that they are of.
func (tx *Tx) addRatings(ctx context.Context, all []SealedGoal, query string, args ...any) error {
	at := map[string]int{}
	for i, g := range all {
		at[g.ID] = i
	}
	_, err := All(ctx, tx, func(scan Scan) (r goal.Rating, err error) {
		var id, day string
		if err = scan(&id, &day, &r.Level); err != nil {
			return r, err
		}
		if r.Day, err = study.ParseDate(day); err == nil {
			g := &all[at[id]]
			g.Ratings = append(g.Ratings, r)
		}
		return r, err
	}, query, args...)
	return err
}
