package randomization_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

func simulate(t *testing.T, p study.Protocol, runs int) randomization.Simulation {
	t.Helper()
	d, err := randomization.NewDesign(p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := randomization.NewEnrolment(p)
	if err != nil {
		t.Fatal(err)
	}
	s, err := randomization.Simulate(d, e, runs, 11)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: %.4f, want %.4f within %.4f", what, got, want, within)
	}
}

// TestGuessingFixedBlocks: for blocks of 4, 1:1, without strata, convergence guesses right 17/24 of the time
// (Blackwell and Hodges, Ann Math Stat 1957;28:449-460: the expected excess over half in a block of 2b is
// (2^(2b)/C(2b,b) - 1)/2 of 2b; b = 2: (16/6 - 1)/2 = 5/6, so (2 + 5/6)/4 = 17/24). It is also the best guess for who knows the size.
// The fourth is always certain; the third when the first two agree (1/3): (1 + 1/3)/4 = 1/3.
func TestGuessingFixedBlocks(t *testing.T) {
	p := paper(study.PermutedBlocks)
	p.Strata, p.Allocation.BlockSizes, p.Enrolment.Cap = nil, []int{4}, 200
	s := simulate(t, p, 150)
	near(t, "convergence", s.Predictability.Convergence, 17./24, 0.006)
	near(t, "informed", s.Predictability.Informed, 17./24, 0.006)
	near(t, "certain", s.Predictability.Certain, 1./3, 0.006)
	near(t, "blind", s.Predictability.Blind, 0.5, 0)
	if s.Overall.Max != 0 || s.Underway.Max != 2 {
		t.Errorf("200 in blocks of 4: imbalance %v at the end, %v underway; want 0 and at most 2", s.Overall, s.Underway)
	}
}

// TestMixedSizesAreHarderToForesee: what random block sizes are for.
func TestMixedSizesAreHarderToForesee(t *testing.T) {
	p := paper(study.PermutedBlocks)
	p.Strata, p.Enrolment.Cap = nil, 200
	certain := map[int]float64{}
	for i, sizes := range [][]int{{2}, {2, 4}, {4, 6, 8}} {
		p.Allocation.BlockSizes = sizes
		certain[i] = simulate(t, p, 100).Predictability.Certain
	}
	near(t, "blocks of 2: every second", certain[0], 0.5, 0)
	if !(certain[0] > certain[1] && certain[1] > certain[2]) {
		t.Errorf("certain allocations %v, want fewer with more and larger sizes", certain)
	}
}

func TestSparseStrata(t *testing.T) {
	s := simulate(t, paper(study.PermutedBlocks), 100)
	total := 0.0
	for _, c := range s.Strata {
		total += c.Expected
		if c.Stratum == "gender=undisclosed;medicine=yes" {
			share := 0.0145 / (0.79 + 0.195 + 0.0145 + 0.0005) * 0.4
			near(t, "expected", c.Expected, 138*share, 1e-9)
			near(t, "empty", c.Empty, math.Pow(1-share, 138), 1e-9)
			if c.ArmMissing < 0.2 || c.Incomplete < 0.2 {
				t.Errorf("a stratum of under one person: %+v", c)
			}
		}
	}
	near(t, "all strata", total, 138, 1e-9)
	if len(s.Strata) != 8 {
		t.Errorf("%d strata, want 8", len(s.Strata))
	}
}

// TestMinimizationBeatsBlocksWithManyStrata: the reason for it: with 64 strata for 138 people, blocks stay incomplete.
func TestMinimizationBeatsBlocksWithManyStrata(t *testing.T) {
	p := paper(study.PermutedBlocks)
	p.Allocation.BlockSizes = []int{4, 6}
	for _, id := range []string{"one", "two", "three"} {
		p.Strata = append(p.Strata, study.Stratum{ID: id, Levels: []study.Level{{ID: "yes"}, {ID: "no"}}})
	}
	d, err := randomization.NewDesign(p)
	if err != nil {
		t.Fatal(err)
	}
	other, ok := d.Alternative()
	if !ok || other.Method != study.Minimization {
		t.Fatalf("no alternative: %+v", other)
	}
	if back, ok := other.Alternative(); !ok || back.Method != study.PermutedBlocks {
		t.Fatalf("no way back: %+v", back)
	}
	e, err := randomization.NewEnrolment(p)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := randomization.Simulate(d, e, 30, 5)
	if err != nil {
		t.Fatal(err)
	}
	minimized, err := randomization.Simulate(other, e, 30, 5)
	if err != nil {
		t.Fatal(err)
	}
	if minimized.Overall.Mean >= blocks.Overall.Mean {
		t.Errorf("overall imbalance: minimization %v, blocks %v", minimized.Overall, blocks.Overall)
	}
}

func TestEnrolmentShares(t *testing.T) {
	p := paper(study.PermutedBlocks)
	e, err := randomization.NewEnrolment(p)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, s := range e.Shares["gender"] {
		sum += s
	}
	near(t, "sum of shares", sum, 1, 1e-12)
	p.Strata[1].Levels[0].Expected = 0.9
	if _, err := randomization.NewEnrolment(p); !problem.Is(err, problem.Invalid) {
		t.Errorf("shares of 0.9 and 0.6: %v", err)
	}
	p.Strata[1].Levels[0].Expected = -1
	if _, err := randomization.NewEnrolment(p); !problem.Is(err, problem.Invalid) {
		t.Errorf("a negative share: %v", err)
	}
}

func TestTheSameSeedGivesTheSameSimulation(t *testing.T) {
	for _, method := range methods {
		if one, two := simulate(t, paper(method), 3), simulate(t, paper(method), 3); !reflect.DeepEqual(one, two) {
			t.Errorf("%s: %+v and %+v", method, one, two)
		}
	}
}

func TestWarningsNameSparseStrataAndKnownBlocks(t *testing.T) {
	p := paper(study.PermutedBlocks)
	warned := strings.Join(simulate(t, p, 20).Warnings(), "\n")
	if !strings.Contains(warned, "gender=undisclosed;medicine=yes stays empty") || strings.Contains(warned, "gender=woman") {
		t.Errorf("warnings: %s", warned)
	}
	p.Allocation.BlockSizes = []int{4}
	if warned := strings.Join(simulate(t, p, 20).Warnings(), "\n"); !strings.Contains(warned, "all blocks have 4 places") {
		t.Errorf("warnings for one size: %s", warned)
	}
	p = paper(study.Minimization)
	p.Allocation.Probability = 1
	if warned := strings.Join(simulate(t, p, 20).Warnings(), "\n"); !strings.Contains(warned, "without a random element") {
		t.Errorf("warnings for p = 1: %s", warned)
	}
}

func TestSimulateRefuses(t *testing.T) {
	d := design(t, study.PermutedBlocks)
	e, err := randomization.NewEnrolment(paper(study.PermutedBlocks))
	if err != nil {
		t.Fatal(err)
	}
	for _, runs := range []int{0, -1, 1 << 40} {
		if _, err := randomization.Simulate(d, e, runs, 1); !problem.Is(err, problem.Invalid) {
			t.Errorf("%d runs: %v", runs, err)
		}
	}
	e.Participants = 0
	if _, err := randomization.Simulate(d, e, 10, 1); !problem.Is(err, problem.Invalid) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := randomization.Simulate(d, randomization.Enrolment{Participants: 5}, 10, 1); !problem.Is(err, problem.Invalid) {
		t.Errorf("no shares: %v", err)
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, method := range methods {
		d, s := design(b, method), seed(b, 1)
		v, tally := cells[0], d.NewTally(nil)
		for _, before := range []int{0, 100, 10_000} {
			b.Run(string(method)+"/"+map[int]string{0: "first", 100: "101st", 10_000: "10001st"}[before], func(b *testing.B) {
				for b.Loop() {
					if _, err := d.Draw(s, v, before, tally); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkSimulate(b *testing.B) {
	for _, method := range methods {
		d := design(b, method)
		e, err := randomization.NewEnrolment(paper(method))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(method), func(b *testing.B) {
			for b.Loop() {
				if _, err := randomization.Simulate(d, e, 10, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
