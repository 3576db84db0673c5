package analysis_test

import (
	"strings"
	"testing"
	"time"

	"rekindle/analysis"
	"rekindle/trial/dataset"
)

// trial makes a locked dataset of a few people, each with a story of their own.
func trial(t *testing.T) *dataset.Dataset {
	t.Helper()
	at := time.Date(2021, 9, 1, 12, 0, 0, 0, time.UTC)
	due := at.AddDate(0, 0, 91)
	d := &dataset.Dataset{Schema: dataset.Schema, Study: "kiser2024", Protocol: kiser(t).Digest(), Locked: due.AddDate(0, 3, 0), Simulated: true, Invited: 40}
	n := 0
	add := func(code, arm string, change func(*dataset.Entrant)) {
		e := dataset.Entrant{Code: code, Consented: &at, Enrolled: &at, Visits: map[string]*dataset.Visit{
			"baseline": {Due: at, Completed: &at, InWindow: true, Scores: map[string]map[string]float64{"pfi16": {"pfi_burnout": 3 + float64(n%5)/4}}},
			"month3":   {Due: due, Completed: &due, InWindow: true, Scores: map[string]map[string]float64{"pfi16": {"pfi_burnout": 2.5 + float64(n%7)/4}}},
		}}
		if arm != "" {
			n++
			e.Allocation = &dataset.Allocation{Arm: arm, At: at, Number: n, Strata: map[string]string{"gender": []string{"woman", "man"}[n%2], "department": []string{"yes", "no"}[n/2%2]}}
		}
		if change != nil {
			change(&e)
		}
		d.Entrants = append(d.Entrants, e)
	}
	held := func(days ...int) func(*dataset.Entrant) {
		return func(e *dataset.Entrant) {
			e.CoachChosen = &at
			for i, day := range days {
				e.Sessions = append(e.Sessions, dataset.Session{Number: i + 1, Coach: "C1", Start: at.AddDate(0, 0, day), Planned: 60, Held: 60, Billed: 60, State: "held"})
			}
		}
	}
	lost := func(e *dataset.Entrant) { e.Visits["month3"] = &dataset.Visit{Due: due, Lost: true} }
	for _, code := range []string{"A1", "A2", "A3", "A4", "A5", "A6"} {
		add(code, "coaching", held(7, 21, 35))
	}
	add("A7", "coaching", func(e *dataset.Entrant) { held(7)(e); lost(e) })
	add("A8", "coaching", lost)                                                      // never chose a coach
	add("A9", "coaching", func(e *dataset.Entrant) { e.CoachChosen = &at; lost(e) }) // chose one, held none
	add("AA", "coaching", held(120))                                                 // first session after the endpoint
	add("AB", "coaching", func(e *dataset.Entrant) { lost(e); e.Withdrawn = &dataset.Withdrawal{At: at, Use: "none"} })
	for _, code := range []string{"B1", "B2", "B3", "B4", "B5", "B6", "B7"} {
		add(code, "control", nil)
	}
	add("B8", "control", lost)
	add("X1", "", func(e *dataset.Entrant) { e.Excluded = "waiting-list" })
	add("X2", "", func(e *dataset.Entrant) { e.Excluded = "ineligible" })
	return d
}

func TestFlowLosesAndDoublesNobody(t *testing.T) {
	d, err := analysis.FromDataset("dataset.json", trial(t), "digest", kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, d)
	if err := r.Flow.Check(); err != nil {
		t.Error(err)
	}
	got := map[string]map[string]int{}
	for _, n := range r.Flow.Nodes {
		got[n.ID] = map[string]int{"": n.Count}
		for _, e := range n.Exits {
			got[n.ID][e.Label] = e.Count
		}
	}
	for _, w := range []struct {
		node, exit string
		count      int
	}{
		{"invited", "", 40}, {"invited", "Did not respond", 19}, {"entered", "", 21}, {"entered", "Not eligible", 1},
		{"entered", "On the waiting list: no place left", 1}, {"entered", "Declined to take part", 0}, {"randomized", "", 19},
		{"allocated:coaching", "", 11}, {"allocated:coaching", "Received at least one session", 7}, {"allocated:coaching", "No session: never chose a coach", 1},
		{"allocated:coaching", "No session: chose a coach, held none", 2}, {"allocated:coaching", "No session: withdrew first", 1}, {"allocated:control", "", 8},
		{"followed:coaching", "Completed the survey", 7}, {"followed:coaching", "Withdrew", 1}, {"followed:coaching", "Not completed, never coached", 2}, {"followed:coaching", "Not completed", 1},
		{"followed:control", "Not completed", 1}, {"analysed:mitt:coaching", "Analysed", 7}, {"analysed:itt:coaching", "Analysed", 10}, {"analysed:itt:coaching", "Not in this population", 1},
	} {
		if c, ok := got[w.node][w.exit]; !ok || c != w.count {
			t.Errorf("%s, %q: %d (there: %v), want %d", w.node, w.exit, c, ok, w.count)
		}
	}
}

func TestFlowCheckFindsWhoIsLost(t *testing.T) {
	for name, f := range map[string]analysis.Flow{
		"lost":    {Nodes: []analysis.Node{{ID: "a", Count: 3, Exits: []analysis.Exit{{Count: 2}}}}},
		"doubled": {Nodes: []analysis.Node{{ID: "a", Count: 3, Exits: []analysis.Exit{{To: "b", Count: 3}}}, {ID: "b", Count: 4}}},
		"nowhere": {Nodes: []analysis.Node{{ID: "a", Count: 3, Exits: []analysis.Exit{{To: "c", Count: 3}}}}},
	} {
		if f.Check() == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

// Somebody who withdrew all data is counted in the flow and used nowhere else; sessions after the endpoint are no dose.
func TestWithdrawnDataAreNotUsed(t *testing.T) {
	d, err := analysis.FromDataset("dataset.json", trial(t), "digest", kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, d)
	for _, s := range r.Populations {
		if want := map[string]int{"itt": 10, "mitt": 7}[s.ID]; s.ByArm["coaching"] != want {
			t.Errorf("%s: %d in coaching, want %d", s.ID, s.ByArm["coaching"], want)
		}
	}
	if r.Dose.Started != (analysis.Share{Count: 7, Of: 11}) || r.Dose.Sessions.N != 7 {
		t.Errorf("dose: %+v", r.Dose)
	}
	if r.Cost.Hours != 20 { // 6 x 3 + 1 + the session after the endpoint, which is paid all the same
		t.Errorf("%v hours paid", r.Cost.Hours)
	}
}

// Received (7) beside randomized (10): in no line may the difference be about one to four people.
func TestAColumnThatDescribesFewPeopleIsLeftOut(t *testing.T) {
	d, err := analysis.FromDataset("dataset.json", trial(t), "digest", kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, d)
	for _, c := range append(r.Columns, r.People...) {
		if strings.HasPrefix(c.ID, "received:") {
			t.Errorf("column %s (n = %d) stands beside those randomized", c.ID, c.N)
		}
	}
	if len(r.Notes) == 0 || !strings.Contains(strings.Join(r.Notes, " "), "fewer than five") {
		t.Errorf("nobody is told: %q", r.Notes)
	}
}

func TestAnotherProtocolIsRefused(t *testing.T) {
	d := trial(t)
	d.Protocol = strings.Repeat("0", 64)
	b, err := d.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := analysis.ReadLocked("dataset.json", b, kiser(t)); err == nil || !strings.Contains(err.Error(), "opened with") {
		t.Errorf("got %v", err)
	}
}
