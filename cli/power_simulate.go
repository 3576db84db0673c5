package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"rekindle/problem"
	"rekindle/stats/power"
	"rekindle/stats/wald"
)

// powerSimulateCommand runs a planned trial many times through the analysis.
type powerSimulateCommand struct {
	File           string  `arg:"" optional:"" help:"Trial in JSON (fields as in the output under \"trial\"); flags are not read then, but --trials, --seed, --sizes and --json. \"-\" reads standard input."`
	Treated        int     `help:"Randomized to coaching."`
	Control        int     `help:"Randomized to control."`
	Delta          float64 `help:"True difference of changes."`
	SD             float64 `name:"sd" default:"1" help:"Standard deviation of a score at one visit."`
	Rho            float64 `default:"0.5" help:"Correlation of a participant's two scores."`
	Dropout        float64 `help:"Share of both arms without follow-up."`
	DropoutTreated float64 `help:"Of the treated arm."`
	DropoutControl float64 `help:"Of the control arm."`
	Random         bool    `help:"Drop-out by chance, anew in each trial; otherwise the same number in each."`
	Slope          float64 `help:"Log odds of dropping out per baseline SD (missing at random)."`
	CoachSize      int     `help:"Participants a coach."`
	CoachICC       float64 `name:"coach-icc" help:"Share of the variance of changes that lies between coaches."`
	Noncompliance  float64 `help:"Share of the treated arm that is never coached."`
	Analysis       string  `default:"mixed" help:"mixed, nested (mixed with a coach effect), ancova, change."`
	Method         string  `default:"satterthwaite" help:"Degrees of freedom: satterthwaite, kr, kr_observed, containment, residual, z."`
	Alpha          float64 `default:"0.05" help:"Two-sided level."`
	Trials         int     `default:"1000" help:"Simulated trials."`
	Seed           uint64  `default:"1" help:"The same seed gives the same answer on any number of cores."`
	Sizes          []int   `help:"Power curve: simulate with these numbers randomized to coaching, control in proportion."`
	JSON           bool    `name:"json" help:"Print JSON."`
}

// Help says what is simulated, with examples.
func (powerSimulateCommand) Help() string {
	return `Draws two-visit trials with normal scores and analyses each by the fitting code that analyses the real one. Reports power with its Monte Carlo error, bias, standard errors, coverage, and how many fits failed or had a variance of zero.

Stratification factors and other covariates come in a file, for example {"treated": 67, "control": 71, "sd": 1.72, "rho": 0.73, "delta": -0.79, "factors": [{"name": "gender", "levels": [{"name": "woman", "share": 0.79}, {"name": "man", "share": 0.21, "effect": 0.3}]}]}.

Examples:

    rekindle power simulate --treated 67 --control 71 --delta=-0.79 --sd 1.72 --rho 0.73 --dropout-treated 0.3 --dropout-control 0.11
    rekindle power simulate trial.json --trials 10000 --sizes 40,60,80,100 --json`
}

// simulatedTrial is what the command prints as JSON.
type simulatedTrial struct {
	Trial   power.Trial     `json:"trial"`
	Seed    uint64          `json:"seed"`
	Results []simulatedSize `json:"results"`
}

// simulatedSize is the answer for one size.
type simulatedSize struct {
	Treated int `json:"treated"`
	Control int `json:"control"`
	power.Simulated
}

func (c *powerSimulateCommand) trial(s *streams) (power.Trial, error) {
	if c.File == "" {
		either := func(own float64) float64 {
			if own != 0 {
				return own
			}
			return c.Dropout
		}
		return power.Trial{
			Treated: c.Treated, Control: c.Control, SD: c.SD, Rho: c.Rho, Delta: c.Delta,
			Dropout: power.Dropout{Treated: either(c.DropoutTreated), Control: either(c.DropoutControl), Random: c.Random, Slope: c.Slope},
			Coach:   power.Coach{Size: c.CoachSize, ICC: c.CoachICC}, Noncompliance: c.Noncompliance,
			Analysis: power.Analysis(c.Analysis), Method: wald.Method(c.Method), Alpha: c.Alpha,
		}, nil
	}
	data, shown, err := readFile(s, c.File)
	if err != nil {
		return power.Trial{}, err
	}
	var t power.Trial
	in := json.NewDecoder(strings.NewReader(string(data)))
	in.DisallowUnknownFields()
	if err := in.Decode(&t); err != nil {
		return t, problem.New(problem.Invalid, "the file is not a trial: %s", err).At("%s", shown)
	}
	return t, nil
}

// Run simulates and prints.
func (c *powerSimulateCommand) Run(ctx context.Context, s *streams) error {
	t, err := c.trial(s)
	if err != nil {
		return err
	}
	out := simulatedTrial{Trial: t, Seed: c.Seed}
	sizes := c.Sizes
	if len(sizes) == 0 {
		sizes = []int{t.Treated}
	}
	if t.Treated <= 0 {
		return problem.New(problem.Invalid, "%d participants are randomized to coaching", t.Treated).On("--treated").Instead("Give a number above 2.")
	}
	for _, n := range sizes {
		at := t
		at.Treated, at.Control = n, int(math.Round(float64(n)*float64(t.Control)/float64(t.Treated)))
		r, err := at.Simulate(ctx, power.Run{Trials: c.Trials, Seed: c.Seed})
		if err != nil {
			return problem.New(problem.Invalid, "%s", err)
		}
		out.Results = append(out.Results, simulatedSize{at.Treated, at.Control, r})
	}
	if c.JSON {
		return printed(encode(s, out))
	}
	var b strings.Builder
	out.write(&b)
	_, err = io.WriteString(s.out, b.String())
	return printed(err)
}

// write prints the report for people.
func (o simulatedTrial) write(b *strings.Builder) {
	r := o.Results[0]
	fmt.Fprintf(b, "%d simulated trials, seed %d: SD %.4g, correlation %.4g, true difference %.4g\n\n", r.Trials, o.Seed, o.Trial.SD, o.Trial.Rho, o.Trial.Delta)
	fmt.Fprintf(b, "%8s %8s %8s %8s   %-15s\n", "treated", "control", "power", "MC error", "95% interval")
	for _, r := range o.Results {
		fmt.Fprintf(b, "%8d %8d %8.4f %8.4f   %.4f to %.4f", r.Treated, r.Control, r.Power, r.MCError, r.Lower, r.Upper)
		if len(o.Results) > 1 {
			fmt.Fprintf(b, "  %s", strings.Repeat("#", int(math.Round(30*r.Power))))
		}
		b.WriteByte('\n')
	}
	for _, r := range o.Results {
		fmt.Fprintf(b, "\n%d and %d: mean estimate %.4g, standard error %.4g (the estimates' own SD is %.4g), coverage %.3f, mean df %.4g\n",
			r.Treated, r.Control, r.Mean, r.MeanSE, r.Spread, r.Coverage, r.MeanDF)
		fmt.Fprintf(b, "  fits: %d failed, %d with a variance of zero, %d not converged; %d significant in the wrong direction\n",
			r.Failed, r.Singular, r.Unconverged, r.Wrong)
		if r.Failed > 0 {
			fmt.Fprintf(b, "  first failure: %s\n", r.Reason)
		}
	}
}
