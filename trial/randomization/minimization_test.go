package randomization_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

func TestMinimizationBalances(t *testing.T) {
	for _, measure := range []string{"range", "variance"} {
		p := paper(study.Minimization)
		p.Allocation.Measure, p.Allocation.Probability = measure, 1
		d, err := randomization.NewDesign(p)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			all := enrol(t, d, seedFrom(t), drawPeople(t, "people", 60))
			for factor, levels := range d.NewTally(all) {
				for level, n := range levels {
					// Two factors with equal weight: the best choice never lets a margin drift further than this.
					if diff := n[0] - n[1]; diff < -4 || diff > 4 {
						t.Fatalf("%s, %s=%s: %v", measure, factor, level, n)
					}
				}
			}
		})
	}
}

// TestPocockSimonByHand: 3 women in coaching, 1 in control; 1 from medicine in coaching, 2 in control. For a woman in medicine:
// coaching gives ranges 4-1=3 and 2-2=0, sum 3; control gives 3-2=1 and 3-1=2, sum 3: a tie. With gender weighing 2,
// coaching gives 6 and control 4: control, for certain when p = 1.
func TestPocockSimonByHand(t *testing.T) {
	p := paper(study.Minimization)
	p.Allocation.Probability = 1
	tally := randomization.Tally{"gender": {"woman": {3, 1}}, "medicine": {"yes": {1, 2}}}
	v := randomization.Values{"gender": "woman", "medicine": "yes"}
	share := func() (control int) {
		d, err := randomization.NewDesign(p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 400 {
			arm, err := d.Draw(seed(t, 1), v, i, tally)
			if err != nil {
				t.Fatal(err)
			}
			if arm == "control" {
				control++
			}
		}
		return control
	}
	if n := share(); n < 150 || n > 250 {
		t.Errorf("a tie gives control %d of 400 times", n)
	}
	p.Strata[0].Weight = 2
	if n := share(); n != 400 {
		t.Errorf("with gender weighing 2, control %d of 400 times, want all", n)
	}
	p.Allocation.Probability = 0.75
	if n := share(); n < 260 || n > 340 {
		t.Errorf("with p = 0.75, control %d of 400 times, want about 300", n)
	}
}

// TestMinimizationKeepsUnequalRatios: the biased coin of Han et al. keeps 2:1 and 3:2:1 in the long run (their equation for
// p_H; a single p for all arms would not).
func TestMinimizationKeepsUnequalRatios(t *testing.T) {
	for _, ratios := range [][]int{{2, 1}, {3, 2, 1}, {1, 1, 1}} {
		p := paper(study.Minimization)
		p.Arms = nil
		sum := 0
		for i, r := range ratios {
			p.Arms = append(p.Arms, study.Arm{ID: fmt.Sprint("arm", i), Ratio: r})
			sum += r
		}
		d, err := randomization.NewDesign(p)
		if err != nil {
			t.Fatal(err)
		}
		e, err := randomization.NewEnrolment(p)
		if err != nil {
			t.Fatal(err)
		}
		s, err := randomization.Simulate(d, e, 15, 1)
		if err != nil {
			t.Fatal(err)
		}
		if s.Overall.Mean > 4 {
			t.Errorf("%v: mean imbalance %.1f of 138", ratios, s.Overall.Mean)
		}
	}
}
