package conduct_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

var levels = [5]string{"never", "one day", "two days", "three days", "four days"}

func TestPlanIsSharedByTwo(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		must(t, w.SetVision(ctx, me, code, "  I go home with time for my children. "))
		first, err := w.SetGoal(ctx, desk, code, goal.Goal{Text: "Leave by six", Levels: levels})
		must(t, err)
		w.pass(time.Minute)
		second, err := w.SetGoal(ctx, me, code, goal.Goal{Text: "Run again"})
		must(t, err)
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Leave by six on Tuesday"}))
		must(t, w.SetWeekly(ctx, desk, code, goal.Weekly{Text: "Say no once", Week: study.Day(2021, 8, 16)}))

		must(t, w.RateGoal(ctx, desk, code, first.ID, study.Date{}, -1))
		w.pass(24 * time.Hour)
		must(t, w.RateGoal(ctx, me, code, first.ID, study.Date{}, 0))
		must(t, w.RateGoal(ctx, me, code, first.ID, study.Date{}, 1)) // the same day again
		refused(t, w.RateGoal(ctx, me, code, second.ID, study.Date{}, 1), problem.Conflict, "not written")
		refused(t, w.RateGoal(ctx, me, code, first.ID, study.Day(2021, 8, 30), 1), problem.Invalid, "not come")
		refused(t, w.RateGoal(ctx, me, code, "nothing", study.Date{}, 1), problem.NotFound, "no such goal")

		for _, by := range []identity.Actor{me, desk} {
			p, err := w.Plan(ctx, by, code)
			must(t, err)
			if p.Vision != "I go home with time for my children." || len(p.Goals) != 2 || p.Goals[0].Text != "Leave by six" || p.Goals[0].Level(1) != "three days" || len(p.Weekly) != 2 {
				t.Errorf("%s reads %+v", by.Role, p)
			}
			if r := p.Goals[0].Ratings; len(r) != 2 || r[0] != (goal.Rating{Day: study.Day(2021, 8, 9), Level: -1}) || r[1] != (goal.Rating{Day: study.Day(2021, 8, 10), Level: 1}) {
				t.Errorf("%s reads the ratings %v", by.Role, r)
			}
			if week := p.In(study.Day(2021, 8, 9)); len(week) != 1 || week[0].Text != "Leave by six on Tuesday" {
				t.Errorf("%s reads of this week %v", by.Role, week)
			}
		}
		p, err := w.Plan(ctx, me, code)
		must(t, err)
		week := p.In(study.Day(2021, 8, 9))[0]
		must(t, w.CheckIn(ctx, me, code, map[string]goal.State{week.ID: goal.Partly}))
		refused(t, w.CheckIn(ctx, me, code, map[string]goal.State{week.ID: "perhaps"}), problem.Invalid, "perhaps")
		refused(t, w.CheckIn(ctx, me, code, map[string]goal.State{"x": goal.Done}), problem.NotFound, "no such goal")
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{ID: p.In(study.Day(2021, 8, 16))[0].ID}))
		refused(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "x", Week: study.Day(2021, 8, 17)}), problem.Invalid, "Monday")
		must(t, w.CloseGoal(ctx, me, code, second.ID, false))
		_, err = w.SetGoal(ctx, me, code, goal.Goal{ID: second.ID, Text: "Run twice"})
		refused(t, err, problem.Conflict, "no longer")
		must(t, w.CloseGoal(ctx, me, code, second.ID, true))
		p, err = w.Plan(ctx, desk, code)
		must(t, err)
		if len(p.Weekly) != 1 || p.Weekly[0].State != goal.Partly || p.Weekly[0].Checked == nil || p.Pursued() != 2 {
			t.Errorf("%+v", p)
		}

		for range goal.MostGoals - 2 {
			_, err := w.SetGoal(ctx, me, code, goal.Goal{Text: "One more"})
			must(t, err)
		}
		_, err = w.SetGoal(ctx, me, code, goal.Goal{Text: "One too many"})
		refused(t, err, problem.Conflict, "pursued already")
		must(t, w.Withdraw(ctx, me, code, participant.RemoveData, ""))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			goals, err := tx.Goals(ctx, code)
			if sealed, err := tx.Vision(ctx, code); err != nil || sealed != nil || len(goals) > 0 {
				t.Errorf("after withdrawal with removal: %d goals, vision %v, %v", len(goals), sealed, err)
			}
			return err
		})
	})
}

func TestPlanIsNobodyElses(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		other := w.rosterOf("two")
		w.coachable(other)
		me := identity.AsParticipant(code)
		must(t, w.SetVision(ctx, me, code, "Kestrel over the harbour"))
		_, err := w.SetGoal(ctx, me, code, goal.Goal{Text: "Kestrel goal", Levels: levels})
		must(t, err)
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Kestrel week"}))
		stranger := identity.AsCoach("ZZZZ")
		for by, kind := range map[identity.Actor]problem.Kind{
			coordinator: problem.Forbidden, owner: problem.Forbidden, statistician: problem.Forbidden, identity.Program: problem.Forbidden,
			identity.AsParticipant(other): problem.NotFound, stranger: problem.NotFound,
		} {
			if _, err := w.Plan(ctx, by, code); !problem.Is(err, kind) {
				t.Errorf("%s reads a plan: %v", by.Name, err)
			}
			if err := w.SetVision(ctx, by, code, "mine"); !problem.Is(err, kind) {
				t.Errorf("%s sets a vision: %v", by.Name, err)
			}
		}
		// The words are neither in the trail nor, in the clear, in any table of the plan.
		w.read(func(ctx context.Context, tx *store.Tx) error {
			events, err := tx.Events(ctx, "", 0, 100_000)
			if strings.Contains(fmt.Sprint(events), "Kestrel") {
				t.Error("the trail tells what a plan says")
			}
			for table, column := range map[string]string{"plan": "vision", "goal": "sealed", "weekly_goal": "sealed"} {
				all, err := store.All(ctx, tx, store.Value[[]byte], "SELECT "+column+" FROM "+table)
				if err != nil || len(all) != 1 || strings.Contains(string(all[0]), "Kestrel") {
					t.Errorf("%s: %d rows, %q, %v", table, len(all), all, err)
				}
			}
			return err
		})
		// The coach they had reads it no more.
		if _, err := w.Plan(ctx, identity.AsCoach(k), code); err != nil {
			t.Error(err)
		}
		_, err = w.Cancel(ctx, me, s.ID)
		must(t, err)
		must(t, w.ChooseCoach(ctx, me, code, w.another("Second")))
		if _, err := w.Plan(ctx, identity.AsCoach(k), code); !problem.Is(err, problem.NotFound) {
			t.Errorf("the coach before reads the plan: %v", err)
		}
	})
}

func TestPlanOfTheControlArmDoesNotExist(t *testing.T) {
	each(t, func(w *world) {
		w.at("2021-08-09 10:00")
		_, control := w.arms(6)
		if len(control) == 0 {
			t.Fatal("nobody in the control arm")
		}
		me := identity.AsParticipant(control[0])
		_, err := w.Plan(w.Context(), me, control[0])
		refused(t, err, problem.NotFound, "no such page")
		refused(t, w.SetVision(w.Context(), me, control[0], "x"), problem.NotFound, "no such page")
	})
}

// another registers one more certified coach.
func (w *world) another(name string) coach.Code {
	w.Helper()
	code, err := w.RegisterCoach(w.Context(), coordinator, conduct.NewCoach{
		Person: conduct.Person{Name: name, Email: strings.ToLower(name) + "@hospital.example"}, Hours: office()})
	must(w, err)
	for _, step := range w.Protocol.Coaching.Certification {
		must(w, w.CertifyCoach(w.Context(), coordinator, code, certify(step)))
	}
	return code
}
