package conduct_test

import (
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/goal"
)

// A sitting is kept in one go: all of it, or nothing where a part is refused.
func TestChangePlan(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		desk := identity.AsCoach(k)
		g, err := w.SetGoal(ctx, desk, code, goal.Goal{Text: "Leave by six", Levels: levels})
		must(t, err)
		vision := "Home for supper."
		change := conduct.PlanChange{Vision: &vision, Reached: map[string]int{g.ID: 1}, Weekly: goal.Weekly{Text: strings.Repeat("x", 401)}, Goal: goal.Goal{Text: "Run"}}
		refused(t, w.ChangePlan(ctx, desk, code, change), problem.Invalid, "401")
		p, err := w.Plan(ctx, desk, code)
		must(t, err)
		if p.Vision != "" || len(p.Goals) != 1 || len(p.Goals[0].Ratings) != 0 {
			t.Errorf("a refused sitting has left %+v", p)
		}
		change.Weekly.Text = "Say no once"
		must(t, w.ChangePlan(ctx, desk, code, change))
		must(t, w.ChangePlan(ctx, desk, code, conduct.PlanChange{}))
		p, err = w.Plan(ctx, desk, code)
		must(t, err)
		must(t, w.ChangePlan(ctx, desk, code, conduct.PlanChange{Said: map[string]goal.State{p.Weekly[0].ID: goal.Done}}))
		if p, err = w.Plan(ctx, desk, code); err != nil || p.Vision != vision || len(p.Goals) != 2 || len(p.Weekly) != 1 || p.Weekly[0].State != goal.Done {
			t.Errorf("%+v, %v", p, err)
		}
		refused(t, w.ChangePlan(ctx, identity.Actor{Name: "office", Role: identity.Coordinator}, code, change), problem.Forbidden, "")
		refused(t, w.ChangePlan(ctx, identity.AsCoach("C99"), code, change), problem.NotFound, "")
	})
}
