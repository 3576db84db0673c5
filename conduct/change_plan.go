package conduct

import (
	"context"
	"maps"
	"slices"

	"rekindle/platform/identity"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// PlanChange is what a participant and a coach go through of their plan in one sitting. What is empty stays as it is.
type PlanChange struct {
	Vision  *string               // nil: stays; empty: taken back
	Said    map[string]goal.State // of weekly goals, by their IDs
	Reached map[string]int        // by three-month goals, today
	Weekly  goal.Weekly           // a goal to add for a week
	Goal    goal.Goal             // a three-month goal to add
}

// ChangePlan changes everything that a sitting came to, or nothing of it.
func (c *Conduct) ChangePlan(ctx context.Context, by identity.Actor, code participant.Code, change PlanChange) error {
	if err := by.RequireFor("plan.set", code); err != nil {
		return err
	}
	var parts []planPart
	if change.Vision != nil {
		parts = append(parts, c.visionSet(ctx, *change.Vision))
	}
	if len(change.Said) > 0 {
		parts = append(parts, c.checkedIn(ctx, change.Said))
	}
	for _, id := range slices.Sorted(maps.Keys(change.Reached)) {
		parts = append(parts, c.goalRated(ctx, id, study.Date{}, change.Reached[id]))
	}
	if change.Weekly.Text != "" {
		parts = append(parts, c.weeklySet(ctx, change.Weekly))
	}
	if change.Goal.Text != "" {
		parts = append(parts, c.goalSet(ctx, change.Goal, new(goal.Goal)))
	}
	if len(parts) == 0 {
		return nil
	}
	return c.changePlan(ctx, by, code, parts...)
}
