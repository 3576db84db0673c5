package power

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"rekindle/stats/effect"
	"rekindle/stats/lmm"
)

// Run says how often and from which chance a trial is simulated.
type Run struct {
	Trials  int    `json:"trials"` // 0 = 1,000
	Seed    uint64 `json:"seed"`
	Workers int    `json:"-"` // 0 = one a core; the answer does not depend on it
}

// Simulated is the answer of a simulation. Power is the share of all trials that reject; trials whose fit failed count as
// not rejecting. Its Monte Carlo error is MCError, its 95% Wilson interval Lower to Upper.
type Simulated struct {
	Trials   int     `json:"trials"`
	Rejected int     `json:"rejected"`
	Power    float64 `json:"power"`
	MCError  float64 `json:"mc_error"`
	Lower    float64 `json:"lower"`
	Upper    float64 `json:"upper"`
	Wrong    int     `json:"wrong_sign"` // rejected with the sign opposite to Delta

	Failed      int    `json:"failed"`            // without estimate
	Reason      string `json:"failure,omitempty"` // of the first that failed
	Singular    int    `json:"singular"`          // a variance estimated at zero: an answer, not a failure
	Unconverged int    `json:"not_converged"`     // search ended early

	// Over the trials with an estimate:
	Mean     float64 `json:"mean_estimate"`
	Spread   float64 `json:"sd_of_estimates"` // what SE should be
	MeanSE   float64 `json:"mean_se"`
	MeanDF   float64 `json:"mean_df"`
	Coverage float64 `json:"coverage"` // share of intervals of level 1 - Alpha that hold the expected value, Delta less noncompliance
}

// batch is how many trials a worker takes at a time.
const batch = 32

// Simulate runs the trial many times through the fitting code of the analysis. Each replicate has its own stream of random
// numbers from seed and its own number, and sums are taken in order, so that the answer is the same bit for bit on any number
// of cores. It ends early only with ctx.
func (t Trial) Simulate(ctx context.Context, run Run) (Simulated, error) {
	t = t.withDefaults()
	if err := t.Validate(); err != nil {
		return Simulated{}, err
	}
	if run.Trials == 0 {
		run.Trials = 1000
	}
	if run.Trials < 0 || run.Trials > 100_000_000 {
		return Simulated{}, fmt.Errorf("%d trials: give a number between 1 and 100 million", run.Trials)
	}
	r, err := t.enrol(run.Seed)
	if err != nil {
		return Simulated{}, err
	}
	var plan *lmm.Plan
	var contrast []float64
	if !t.Dropout.Random && (t.Analysis == Mixed || t.Analysis == Nested) {
		d, l, err := r.newBench(nil, nil).design()
		if err != nil {
			return Simulated{}, err
		}
		if plan, err = lmm.NewPlan(d, lmm.Options{}); err != nil {
			return Simulated{}, err
		}
		contrast = l
	}
	verdicts := make([]verdict, run.Trials)
	workers := run.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, (run.Trials+batch-1)/batch) {
		group.Go(func() {
			b := r.newBench(plan, contrast)
			for ctx.Err() == nil {
				from := int(next.Add(batch)) - batch
				if from >= run.Trials {
					return
				}
				for i := from; i < min(from+batch, run.Trials); i++ {
					verdicts[i] = b.run(run.Seed, i)
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return Simulated{}, err
	}
	return t.tally(r, verdicts)
}

// tally adds the verdicts up in their order.
func (t Trial) tally(r *roster, verdicts []verdict) (Simulated, error) {
	out := Simulated{Trials: len(verdicts)}
	coached := 0
	for _, c := range r.coached {
		if c {
			coached++
		}
	}
	truth := t.Delta * float64(coached) / float64(t.Treated)
	var sum, squares, seSum, dfSum float64
	covered, done := 0, 0
	for _, v := range verdicts {
		if v.err != "" {
			if out.Failed++; out.Reason == "" {
				out.Reason = v.err
			}
			continue
		}
		done++
		if v.singular {
			out.Singular++
		}
		if v.unconverged {
			out.Unconverged++
		}
		if v.p <= t.Alpha {
			out.Rejected++
			if v.estimate*t.Delta < 0 {
				out.Wrong++
			}
		}
		d := v.estimate - truth
		sum += d
		squares += float64(d * d)
		seSum += v.se
		dfSum += min(v.df, 1e9)
		if math.Abs(d) <= float64(v.critical*v.se) {
			covered++
		}
	}
	if done == 0 {
		return out, fmt.Errorf("no trial could be analysed: %s", out.Reason)
	}
	p := effect.Proportion{Events: out.Rejected, N: out.Trials}
	w, err := effect.Wilson(p, 0.95)
	if err != nil {
		return out, err
	}
	n := float64(done)
	out.Power, out.Lower, out.Upper = p.Rate(), w.Lower, w.Upper
	out.MCError = math.Sqrt(out.Power * (1 - out.Power) / float64(out.Trials))
	out.Mean = truth + sum/n
	out.Spread = math.Sqrt(max(0, squares-float64(sum/n*sum)) / max(1, n-1))
	out.MeanSE, out.MeanDF, out.Coverage = seSum/n, dfSum/n, float64(covered)/n
	return out, nil
}
