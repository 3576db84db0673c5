package cost_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/cost"
	"rekindle/trial/study"
)

// paper is the cost side of Kiser 2024: coaches paid $200 an hour, a benchmark of $1400 for 3.5 hours. 252 hours and $30,550
// of training for 52 people are the only whole numbers that give the printed differences; the paper does not itemize them.
var paper = study.Cost{Currency: "USD", HourlyRate: 200, Benchmark: 1400, BenchmarkHours: 3.5, Basis: "actual", Lines: []study.CostLine{{Name: "Training", Amount: 30550, Each: "programme", Training: true}}}

func started(t *testing.T, a cost.Account) cost.Head {
	t.Helper()
	for _, h := range a.Heads {
		if h.Denominator == "started" {
			return h
		}
	}
	t.Fatalf("no cost per participant who started: %+v", a)
	return cost.Head{}
}

func TestPaper(t *testing.T) {
	a, err := cost.Add(paper, cost.Counts{Hours: 252, Randomized: 67, Started: 52, Completed: 47})
	if err != nil {
		t.Fatal(err)
	}
	h := started(t, a)
	cents := func(x float64) float64 { return math.Round(x*100) / 100 }
	// Differences from the benchmark as printed in the Results; the rest follows from them.
	for name, c := range map[string][2]float64{
		"ongoing": {h.Ongoing, 969.23}, "with training": {h.Full, 1556.73}, "saving": {*h.VsOngoing, -430.77}, "increase": {*h.VsFull, 156.73},
		"training": {h.Training, 587.50}, "hourly": {a.Hourly, 200}, "benchmark hourly": {*a.Bench, 400}, "total": {a.Total, 80950},
	} {
		if cents(c[0]) != c[1] {
			t.Errorf("%s: %.4f, want %.2f", name, c[0], c[1])
		}
	}
	if h.BreakEven == nil || *h.BreakEven != 71 {
		t.Errorf("break-even %v, want 71", h.BreakEven)
	}
	if len(a.Heads) != 3 || a.Heads[0].N != 67 || cents(a.Heads[0].Ongoing) != 752.24 || cents(a.Heads[2].Ongoing) != 1072.34 {
		t.Errorf("the other denominators: %+v", a.Heads)
	}
}

func TestHalves(t *testing.T) {
	c := study.Cost{Currency: "USD", HourlyRate: 100, Stipend: 2500, Amortisation: 2, Lines: []study.CostLine{
		{Name: "Platform", Amount: 500, Each: "programme"}, {Name: "Examination", Amount: 300, Each: "coach", Training: true},
		{Name: "Workbook", Amount: 20, Each: "participant"}, {Name: "Telephone", Amount: 1, Each: "hour"},
	}}
	a, err := cost.Add(c, cost.Counts{Hours: 10, Coaches: 4, Incentives: 90, Started: 5})
	if err != nil {
		t.Fatal(err)
	}
	// 10 x 100 + 90 + 500 + 5 x 20 + 10 x 1 = 1700; (4 x 2500 + 4 x 300) / 2 = 5600.
	if a.Ongoing != 1700 || a.Training != 5600 || a.Total != 7300 || len(a.Lines) != 7 {
		t.Errorf("%+v", a)
	}
	if h := started(t, a); h.VsOngoing != nil || h.BreakEven != nil || len(a.Heads) != 1 || h.Ongoing != 340 {
		t.Errorf("without a benchmark nothing is compared: %+v", h)
	}
}

func TestRefusals(t *testing.T) {
	for name, n := range map[string]cost.Counts{"negative": {Hours: -1}, "not a number": {Hours: math.NaN()}, "infinite": {Incentives: math.Inf(1)}, "heads": {Started: -3}} {
		if _, err := cost.Add(paper, n); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cost.Add(study.Cost{Lines: []study.CostLine{{Each: "fortnight"}}}, cost.Counts{}); !problem.Is(err, problem.Invalid) {
		t.Error(err)
	}
	if a, err := cost.Add(paper, cost.Counts{}); err != nil || a.Heads != nil || a.Hourly != 0 {
		t.Errorf("before anybody has started there is nothing per head: %+v, %v", a, err)
	}
}

func TestBreakEvenBreaksEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := study.Cost{HourlyRate: rapid.Float64Range(1, 500).Draw(t, "rate"), Benchmark: rapid.Float64Range(1, 5000).Draw(t, "benchmark"), Stipend: rapid.Float64Range(0, 9000).Draw(t, "stipend")}
		n := cost.Counts{Hours: rapid.Float64Range(0, 2000).Draw(t, "hours"), Coaches: rapid.IntRange(0, 30).Draw(t, "coaches"), Started: rapid.IntRange(1, 400).Draw(t, "started")}
		a, err := cost.Add(c, n)
		if err != nil {
			t.Fatal(err)
		}
		h := a.Heads[0]
		if (h.BreakEven != nil) != (h.Ongoing < c.Benchmark) && h.Ongoing < c.Benchmark*0.999999 {
			t.Fatalf("ongoing %g, benchmark %g, break-even %v", h.Ongoing, c.Benchmark, h.BreakEven)
		}
		if h.BreakEven == nil {
			return
		}
		perHead := func(n int) float64 { return h.Ongoing + a.Training/float64(n) }
		if m := *h.BreakEven; m > 0 && perHead(m) > c.Benchmark*(1+1e-6) || m > 1 && perHead(m-1) < c.Benchmark*(1-1e-6) {
			t.Fatalf("%d people: %g a head, benchmark %g", m, perHead(m), c.Benchmark)
		}
	})
}
