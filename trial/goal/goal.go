// Package goal is the plan that a participant and a coach share: the vision, the three-month goals with five written levels each, the
// goals of a week, and how far each goal was reached.
//
// It knows nobody's name and decides on nobody's rights: who may read a plan is conduct's matter, and its texts are stored sealed. It
// serves the paper's sessions, which set "a coaching vision", "3-month goals" and "weekly goals" and review them.
package goal

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Plan is everything that is shared.
type Plan struct {
	Vision string
	Goals  []Goal   // in the order in which they were set
	Weekly []Weekly // the latest week first
}

// The levels of goal attainment scaling, from the least to the best; 0 is what was agreed to expect.
const (
	Lowest  = -2
	Highest = 2
)

// Goal is one three-month goal.
type Goal struct {
	ID      string
	Text    string
	Levels  [5]string // what -2, -1, 0, +1 and +2 would look like, agreed before
	SetAt   time.Time
	Closed  *time.Time // no longer pursued; its ratings stay
	Ratings []Rating   // by day
}

// Level gives the words of a level from Lowest to Highest.
func (g Goal) Level(level int) string {
	if level < Lowest || level > Highest {
		return ""
	}
	return g.Levels[level-Lowest]
}

// Written reports whether all five levels are written: before that a goal cannot be rated.
func (g Goal) Written() bool {
	return !slices.ContainsFunc(g.Levels[:], func(s string) bool { return s == "" })
}

// Latest gives the last rating, if there is one.
func (g Goal) Latest() (Rating, bool) {
	if len(g.Ratings) == 0 {
		return Rating{}, false
	}
	return g.Ratings[len(g.Ratings)-1], true
}

// Rating says which level was reached on a day.
type Rating struct {
	Day   study.Date
	Level int
}

// State is what became of a weekly goal.
type State string

// The states.
const (
	Open   State = "" // not looked back at yet
	Done   State = "done"
	Partly State = "partly"
	Not    State = "not"
)

// States lists what can be said of a weekly goal, in the order in which it is asked.
var States = []State{Done, Partly, Not}

// Weekly is a goal for one week.
type Weekly struct {
	ID      string
	Week    study.Date // the Monday
	Text    string
	State   State
	SetAt   time.Time
	Checked *time.Time // when State was said
}

// WeekOf is the Monday of the week in which a moment falls by the clock of zone.
func WeekOf(t time.Time, zone *time.Location) study.Date {
	t = t.In(zone)
	back := (int(t.Weekday()) + 6) % 7
	return study.DateOf(t, zone).After(-back)
}

// How much fits: more is no plan, and a text of a page is no goal.
const (
	MostGoals  = 5 // pursued at a time
	MostWeekly = 7 // in one week

	longestVision = 2000
	longestText   = 400
)

// CheckVision gives the vision without outer spaces; the empty vision takes it back.
func CheckVision(text string) (string, error) { return words("vision", text, longestVision) }

// words gives a text without outer spaces, or says what is wrong with it.
func words(field, text string, most int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", problem.New(problem.Invalid, "This is not text").On("%s", field)
	case utf8.RuneCountInString(text) > most:
		return "", problem.New(problem.Invalid, "It has %d characters", utf8.RuneCountInString(text)).On("%s", field).Instead("Keep it within %d.", most)
	}
	return text, nil
}

// Check gives a goal with its texts in order, or every mistake. The levels may be written later, but all of them at a time.
func (g Goal) Check() (Goal, error) {
	var found problem.List
	clean := func(field, text string) string {
		text, err := words(field, text, longestText)
		found.Gather(err)
		return text
	}
	g.Text = clean("text", g.Text)
	if g.Text == "" && len(found) == 0 {
		found.Add(problem.New(problem.Invalid, "The goal has no words").On("text").Instead("Say in a sentence what you want to have reached."))
	}
	written := 0
	for i, level := range g.Levels {
		g.Levels[i] = clean(levelField(i+Lowest), level)
		if g.Levels[i] != "" {
			written++
		}
	}
	if written > 0 && !g.Written() && len(found) == 0 {
		i := slices.Index(g.Levels[:], "")
		found.Add(problem.New(problem.Invalid, "%d of the five levels are written", written).On("%s", levelField(i+Lowest)).Instead("Write all five, or leave all five for later."))
	}
	return g, found.Err()
}

// levelField names a level's field: level-2 ... level+2.
func levelField(level int) string {
	return "level" + [...]string{"-2", "-1", "0", "+1", "+2"}[level-Lowest]
}

// Check gives a weekly goal with its text in order; the empty text takes the goal back.
func (w Weekly) Check() (Weekly, error) {
	text, err := words("text", w.Text, longestText)
	w.Text = text
	return w, err
}

// ParseState reads what is said of a weekly goal.
func ParseState(text string) (State, error) {
	if s := State(text); slices.Contains(States, s) {
		return s, nil
	}
	return Open, problem.New(problem.Invalid, "%.20q says nothing about a weekly goal", text).Instead("Say done, partly or not.")
}

// Rate refuses a rating of a goal that is closed, whose levels are not written, or at a level that is none.
func (g Goal) Rate(level int) error {
	switch {
	case level < Lowest || level > Highest:
		return problem.New(problem.Invalid, "%d is no level", level).On("level").Instead("Give a level from %d to +%d.", Lowest, Highest)
	case g.Closed != nil:
		return problem.New(problem.Conflict, "This goal is no longer pursued")
	case !g.Written():
		return problem.New(problem.Conflict, "The five levels of this goal are not written yet").On("level").Instead("Write what each level would look like, then rate.")
	}
	return nil
}

// correlation is that which goal attainment scaling assumes between the scales of one person.
const correlation = 0.3

// Attainment is the T score of goal attainment scaling for goals of equal weight: 50 where every goal stands at what was expected, with
// a standard deviation of 10 over many people. No level gives no score.
//
// T = 50 + 10 * sum(w x) / sqrt((1 - r) * sum(w^2) + r * (sum w)^2), with r = 0.3 (Kiresuk and Sherman 1968; for coaching Spence 2007).
func Attainment(levels []int) (score float64, ok bool) {
	n, sum := float64(len(levels)), 0.0
	if n == 0 {
		return 0, false
	}
	for _, x := range levels {
		sum += float64(x)
	}
	return 50 + 10*sum/math.Sqrt((1-correlation)*n+correlation*n*n), true
}

// Attainment is the T score of the goals that are pursued and were rated, by their latest ratings.
func (p Plan) Attainment() (score float64, ok bool) {
	var levels []int
	for _, g := range p.Goals {
		if r, rated := g.Latest(); rated && g.Closed == nil {
			levels = append(levels, r.Level)
		}
	}
	return Attainment(levels)
}

// Pursued counts the goals that are not closed.
func (p Plan) Pursued() (n int) {
	for _, g := range p.Goals {
		if g.Closed == nil {
			n++
		}
	}
	return n
}

// In gives the weekly goals of one week.
func (p Plan) In(week study.Date) (all []Weekly) {
	for _, w := range p.Weekly {
		if w.Week == week {
			all = append(all, w)
		}
	}
	return all
}
