package goal_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/study"
)

// Kiresuk and Sherman's table for scales of equal weight: one goal moves T by 10 a level, two by 10/sqrt(1.3/2) a level of both, and so on.
func TestAttainment(t *testing.T) {
	for _, c := range []struct {
		levels []int
		want   float64
	}{
		{[]int{0}, 50}, {[]int{1}, 60}, {[]int{-2}, 30}, {[]int{0, 0, 0}, 50},
		{[]int{1, 1}, 62.403473}, {[]int{2, 2, 2}, 77.386128}, {[]int{-1, 0, 2}, 54.564355}, {[]int{-2, -2, -2, -2, -2}, 19.848866},
	} {
		got, ok := goal.Attainment(c.levels)
		if !ok || math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%v: %.6f, want %.6f", c.levels, got, c.want)
		}
	}
	if _, ok := goal.Attainment(nil); ok {
		t.Error("no goal has no score")
	}
	closed := time.Now()
	p := goal.Plan{Goals: []goal.Goal{
		{Ratings: []goal.Rating{{Level: -1}, {Level: 1}}}, {Ratings: []goal.Rating{{Level: -2}}, Closed: &closed}, {},
	}}
	if got, ok := p.Attainment(); !ok || got != 60 {
		t.Errorf("the latest rating of what is pursued: %v", got)
	}
}

func TestAttainmentRisesWithEveryLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels := rapid.SliceOfN(rapid.IntRange(goal.Lowest, goal.Highest-1), 1, 8).Draw(t, "levels")
		before, _ := goal.Attainment(levels)
		levels[rapid.IntRange(0, len(levels)-1).Draw(t, "which")]++
		after, _ := goal.Attainment(levels)
		if after <= before || after > 50+2*10/math.Sqrt(0.3) {
			t.Fatalf("%v: %v after %v", levels, after, before)
		}
	})
}

func TestWeekOf(t *testing.T) {
	boston, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2021-11-08T04:59:00Z": "2021-11-01", // Sunday, 23:59 in Boston
		"2021-11-08T05:00:00Z": "2021-11-08",
		"2021-11-14T12:00:00Z": "2021-11-08",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := goal.WeekOf(moment, boston); got.String() != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestGoalsAreChecked(t *testing.T) {
	five := [5]string{"a", "b", "c", "d", "e"}
	for name, c := range map[string]struct {
		goal  goal.Goal
		field string // empty: right
	}{
		"words and levels":    {goal.Goal{Text: " Leave by six ", Levels: five}, ""},
		"levels later":        {goal.Goal{Text: "Leave by six"}, ""},
		"no words":            {goal.Goal{Text: " \r\n "}, "text"},
		"four levels":         {goal.Goal{Text: "x", Levels: [5]string{"a", "b", "c", "", "e"}}, "level+1"},
		"a level of a page":   {goal.Goal{Text: "x", Levels: [5]string{strings.Repeat("é", 401), "b", "c", "d", "e"}}, "level-2"},
		"not text":            {goal.Goal{Text: "\xff"}, "text"},
		"exactly as long":     {goal.Goal{Text: strings.Repeat("é", 400)}, ""},
		"a zero byte in it":   {goal.Goal{Text: "a\x00b"}, "text"},
		"a little longer yet": {goal.Goal{Text: strings.Repeat("é", 401)}, "text"},
	} {
		got, err := c.goal.Check()
		if c.field == "" {
			if err != nil || got.Text != strings.TrimSpace(c.goal.Text) {
				t.Errorf("%s: %q, %v", name, got.Text, err)
			}
		} else if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.field+":") {
			t.Errorf("%s: %v, want one on %s", name, err, c.field)
		}
	}
	written := goal.Goal{Text: "x", Levels: five}
	closed := written
	closed.Closed = new(time.Now())
	for name, err := range map[string]error{"too high": written.Rate(3), "closed": closed.Rate(0), "not written": (goal.Goal{Text: "x"}).Rate(0)} {
		if err == nil {
			t.Errorf("%s was rated", name)
		}
	}
	if err := written.Rate(-2); err != nil || written.Level(2) != "e" || written.Level(-2) != "a" || written.Level(3) != "" {
		t.Errorf("%v, levels %q", err, written.Levels)
	}
	if _, err := goal.CheckVision(strings.Repeat("x", 2001)); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
	if _, err := goal.ParseState("maybe"); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
}

func TestPlan(t *testing.T) {
	monday := study.Day(2021, 11, 8)
	closed := time.Now()
	p := goal.Plan{Goals: []goal.Goal{{}, {Closed: &closed}}, Weekly: []goal.Weekly{{ID: "a", Week: monday}, {ID: "b", Week: monday.After(-7)}}}
	if p.Pursued() != 1 || len(p.In(monday)) != 1 || p.In(monday)[0].ID != "a" || p.In(monday.After(7)) != nil {
		t.Errorf("%+v", p)
	}
}
