package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"rekindle/problem"
	"rekindle/stats/power"
)

// powerCommand is what trials are planned with.
type powerCommand struct {
	Answer   powerAnswerCommand   `cmd:"" default:"withargs" help:"Answer the questions of a file. Example: rekindle power questions.json"`
	Solve    powerSolveCommand    `cmd:"" help:"Solve for power, number of participants or detectable difference. Example: rekindle power solve --kind ancova --delta 0.3 --sd 1 --rho 0.7"`
	Simulate powerSimulateCommand `cmd:"" help:"Simulate the trial through the analysis itself. Example: rekindle power simulate --treated 67 --control 71 --delta=-0.79 --sd 1.72 --rho 0.73"`
}

// powerAnswerCommand answers a case file.
type powerAnswerCommand struct {
	File string `arg:"" help:"Case file of kind power: items with kind and input. \"-\" reads standard input."`
}

// Help says what goes in and comes out.
func (powerAnswerCommand) Help() string {
	return `Each item has a kind and its numbers; the answer repeats it with ncp, df, t_critical and power, or, for kinds that end in "_n_per_arm", with n_real, n_integer and power_at_integer. Output is JSON with every digit.

Example:

    rekindle power testdata/gold/visible/power_visible/expected.json`
}

// Run answers the file.
func (c *powerAnswerCommand) Run(s *streams) error {
	data, shown, err := readFile(s, c.File)
	if err != nil {
		return err
	}
	var k power.Case
	if err := json.Unmarshal(data, &k); err != nil {
		return problem.New(problem.Invalid, "the file is not a case: %s", err).At("%s", shown)
	}
	answers, err := k.Answer()
	if err != nil {
		return problem.New(problem.Invalid, "%s", err).At("%s", shown)
	}
	return printed(encode(s, answers))
}

// powerSolveCommand is one question in flags.
type powerSolveCommand struct {
	Kind          string  `default:"two_sample_t" help:"Design: two_sample_t, paired_t, change_score, ancova, mixed_model, clda, partially_nested_change, cluster, two_proportions, logistic."`
	Delta         float64 `help:"True difference. Left out: solve for the smallest that has the target power."`
	SD            float64 `name:"sd" default:"1" help:"Standard deviation of a score at one visit."`
	SD2           float64 `name:"sd2" help:"Of arm 2, where it differs (two_sample_t)."`
	Rho           float64 `help:"Correlation of a participant's two scores."`
	N             float64 `help:"Participants randomized to each arm. Left out with --n1: solve for them."`
	N1            float64 `name:"n1" help:"Randomized to arm 1, the coached arm."`
	N2            float64 `name:"n2" help:"Randomized to arm 2."`
	Ratio         float64 `default:"1" help:"n2 / n1 when they are solved for."`
	Target        float64 `default:"0.8" help:"Power to reach."`
	Alpha         float64 `default:"0.05" help:"Two-sided level."`
	ClusterSize   float64 `help:"Participants a coach or cluster."`
	ClusterCV     float64 `name:"cluster-cv" help:"Coefficient of variation of the cluster sizes."`
	ICC           float64 `name:"icc" help:"Intraclass correlation within a coach or cluster."`
	DF            float64 `name:"df" help:"Degrees of freedom instead of the design's own."`
	P1            float64 `name:"p1" help:"Event probability in arm 1. Left out: solve for the difference."`
	P2            float64 `name:"p2" help:"Event probability in arm 2."`
	Test          string  `help:"Of two proportions: pooled, unpooled, continuity, arcsine, fisher, pooled_exact."`
	Dropout       float64 `help:"Share of both arms without follow-up."`
	Dropout1      float64 `name:"dropout1" help:"Of arm 1."`
	Dropout2      float64 `name:"dropout2" help:"Of arm 2."`
	Noncompliance float64 `help:"Share of arm 1 that is never coached."`
	Contamination float64 `help:"Share of arm 2 that is coached all the same."`
	Curve         bool    `help:"Print power by number of participants as well."`
	JSON          bool    `name:"json" help:"Print JSON."`
}

// Help says how the unknown is chosen, with examples.
func (powerSolveCommand) Help() string {
	return `Give all but one: without --n the number of participants is solved for, without --delta (or --p1) the smallest detectable difference, and with both the power. Power counts both tails of the two-sided test; t tests use the noncentral t distribution.

Numbers of participants are those randomized: --dropout is taken off inside.

Examples:

    rekindle power solve --delta 0.5 --n 50
    rekindle power solve --kind ancova --rho 0.7 --delta 0.3 --dropout 0.15 --curve
    rekindle power solve --kind partially_nested_change --sd 1.72 --rho 0.73 --n1 67 --n2 71 --cluster-size 4 --icc 0.05
    rekindle power solve --kind two_proportions --p1 0.3 --p2 0.5 --test fisher`
}

// solution is what the command prints as JSON: the question, and what was solved for.
type solution struct {
	Question   power.Question `json:"question"`
	Target     float64        `json:"target_power,omitempty"`
	Power      *power.Answer  `json:"power,omitempty"`
	Size       *power.Size    `json:"size,omitempty"`
	Detectable *float64       `json:"detectable,omitempty"`
	Curve      []curvePoint   `json:"curve,omitempty"`
}

// curvePoint is the power at one number of participants.
type curvePoint struct {
	N1    int     `json:"n1"`
	N2    int     `json:"n2"`
	Power float64 `json:"power"`
}

func (c *powerSolveCommand) question() power.Question {
	first := func(own, both float64) float64 {
		if own != 0 {
			return own
		}
		return both
	}
	return power.Question{
		Kind: power.Kind(c.Kind), Delta: c.Delta, SD: c.SD, SD2: c.SD2, Rho: c.Rho, N1: first(c.N1, c.N), N2: first(c.N2, c.N), Ratio: c.Ratio,
		Alpha: c.Alpha, ClusterSize: c.ClusterSize, ClusterCV: c.ClusterCV, ICC: c.ICC, DF: c.DF, P1: c.P1, P2: c.P2, Test: power.Test(c.Test),
		Dropout1: first(c.Dropout1, c.Dropout), Dropout2: first(c.Dropout2, c.Dropout),
		Noncompliance: c.Noncompliance, Contamination: c.Contamination,
	}
}

// Run solves and prints.
func (c *powerSolveCommand) Run(s *streams) error {
	q := c.question()
	out := solution{Question: q}
	difference := q.Delta != 0
	if q.Kind == power.TwoProportions || q.Kind == power.Logistic {
		difference = q.P1 != 0
	}
	var err error
	switch {
	case q.N1 == 0 && !difference:
		err = fmt.Errorf("neither participants nor a difference are given: give --n or --delta (--p1 for events)")
	case q.N1 == 0:
		out.Target, out.Size = c.Target, new(power.Size)
		if *out.Size, err = q.Size(c.Target); err == nil {
			q.N1, q.N2 = float64(out.Size.N1), float64(out.Size.N2)
		}
	case !difference:
		out.Target, out.Detectable = c.Target, new(float64)
		if *out.Detectable, err = q.Detectable(c.Target); err == nil {
			q.Delta, q.P1 = *out.Detectable, q.P2+*out.Detectable
		}
	default:
		out.Power = new(power.Answer)
		*out.Power, err = q.Power()
	}
	if err == nil && c.Curve {
		out.Curve, err = curve(q)
	}
	if err != nil {
		return problem.New(problem.Invalid, "%s", err)
	}
	if c.JSON {
		return printed(encode(s, out))
	}
	var b strings.Builder
	out.write(&b, q)
	_, err = io.WriteString(s.out, b.String())
	return printed(err)
}

// curve gives the power from a quarter to twice the participants of q.
func curve(q power.Question) ([]curvePoint, error) {
	var points []curvePoint
	n1, n2 := q.N1, q.N2
	for k := 1; k <= 8; k++ {
		q.N1, q.N2 = math.Ceil(n1*float64(k)/4), math.Ceil(n2*float64(k)/4)
		a, err := q.Power()
		if err != nil {
			continue // too few participants for a test: the curve begins later
		}
		points = append(points, curvePoint{int(q.N1), int(q.N2), a.Power})
	}
	if len(points) == 0 {
		_, err := q.Power()
		return nil, err
	}
	return points, nil
}

// write prints the solution; q has the unknown filled in.
func (o solution) write(b *strings.Builder, q power.Question) {
	difference := fmt.Sprintf("a difference of %.4g", math.Abs(q.Delta))
	if q.Kind == power.TwoProportions || q.Kind == power.Logistic {
		difference = fmt.Sprintf("%.4g against %.4g", q.P1, q.P2)
	}
	arms := fmt.Sprintf("%.6g and %.6g randomized", q.N1, q.N2)
	if q.Kind == power.Paired {
		arms = fmt.Sprintf("%.6g participants", q.N1)
	}
	if q.Dropout1+q.Dropout2 > 0 {
		arms += fmt.Sprintf(" (%.4g and %.4g with follow-up)", q.N1*(1-q.Dropout1), q.N2*(1-q.Dropout2))
	}
	a, err := q.Power()
	fmt.Fprintf(b, "%s: ", q.Kind)
	switch {
	case o.Size != nil:
		fmt.Fprintf(b, "%s has power %.4f to find %s\n", arms, a.Power, difference)
		if o.Size.Real > 0 {
			fmt.Fprintf(b, "  power %.4g is reached at %.2f in arm 1\n", o.Target, o.Size.Real)
		}
		if o.Size.Clusters > 0 {
			fmt.Fprintf(b, "  %d coaches or clusters\n", o.Size.Clusters)
		}
	case o.Detectable != nil:
		fmt.Fprintf(b, "%s has power %.4g to find %s\n", arms, o.Target, difference)
	default:
		fmt.Fprintf(b, "power %.4f to find %s, %s\n", a.Power, difference, arms)
	}
	if err == nil && a.Critical > 0 {
		law := "standard normal"
		if a.DF > 0 {
			law = fmt.Sprintf("t with %.6g degrees of freedom", a.DF)
		}
		fmt.Fprintf(b, "  standard error %.4g, expected statistic %.4f, critical value %.4f (%s)\n", a.SE, a.NCP, a.Critical, law)
	}
	if err == nil {
		fmt.Fprintf(b, "  in the right direction %.4f; two-sided alpha %.4g\n", a.Upper, q.Alpha)
	}
	if len(o.Curve) > 0 {
		fmt.Fprintf(b, "\n%8s %8s %8s\n", "n1", "n2", "power")
		for _, p := range o.Curve {
			fmt.Fprintf(b, "%8d %8d %8.4f  %s\n", p.N1, p.N2, p.Power, strings.Repeat("#", int(math.Round(40*p.Power))))
		}
	}
}
