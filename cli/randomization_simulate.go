package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// simulateCommand shows before a trial begins what its design of allocation will do.
type simulateCommand struct {
	File string `arg:"" help:"Protocol file."`
	N    int    `name:"n" default:"1000" help:"Number of simulated enrolments."`
	Seed uint64 `default:"1" help:"The same seed gives the same report. It has nothing to do with the seed of a trial."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help says what is simulated, with examples.
func (simulateCommand) Help() string {
	return `Enrols the participants that the protocol expects, many times over, and draws their arms by the code that draws the trial's: with the protocol's design, and with the other method for comparison. Reports balance, how well the next allocation can be guessed by someone who sees all earlier ones, and which strata are too small for their blocks.

Imbalance is the number of participants in the fullest arm minus that in the emptiest, each divided by the arm's part of the ratio.

Examples:

    rekindle randomization simulate protocols/kiser2024.toml
    rekindle randomization simulate my.toml --n 10000 --seed 7 --json > simulation.json`
}

// forecast is what the command prints as JSON.
type forecast struct {
	Protocol string                     `json:"protocol"`
	Seed     uint64                     `json:"seed"`
	Designs  []randomization.Simulation `json:"designs"` // the protocol's, then the alternative where there is one
	Warnings []string                   `json:"warnings"`
}

// Run simulates and prints.
func (c *simulateCommand) Run(s *streams) error {
	p, err := readProtocol(c.File, s.in)
	if err != nil {
		return err
	}
	design, err := randomization.NewDesign(*p)
	if err != nil {
		return err
	}
	enrolment, err := randomization.NewEnrolment(*p)
	if err != nil {
		return err
	}
	f := forecast{Protocol: p.ID, Seed: c.Seed, Warnings: []string{}}
	designs := []randomization.Design{design}
	if other, ok := design.Alternative(); ok {
		designs = append(designs, other)
	}
	for _, d := range designs {
		simulation, err := randomization.Simulate(d, enrolment, c.N, c.Seed)
		if err != nil {
			return err
		}
		f.Designs = append(f.Designs, simulation)
	}
	f.Warnings = append(f.Warnings, f.Designs[0].Warnings()...)
	if c.JSON {
		return printed(encode(s, f))
	}
	var b strings.Builder
	f.write(&b)
	_, err = io.WriteString(s.out, b.String())
	return printed(err)
}

// write prints the report for people, at most 100 columns wide where ids are short.
func (f forecast) write(b *strings.Builder) {
	own := f.Designs[0]
	fmt.Fprintf(b, "Allocation of %s: %d participants, %d simulated enrolments, seed %d\n\n", f.Protocol, own.Participants, own.Runs, f.Seed)
	for i, s := range f.Designs {
		fmt.Fprintf(b, "  %c  %s\n", 'A'+i, s.Design)
	}
	fmt.Fprintf(b, "\n%-44s", "Imbalance between arms")
	for i := range f.Designs {
		fmt.Fprintf(b, "  %c  mean   95%%   worst", 'A'+i)
	}
	b.WriteString("\n")
	row := func(label string, of func(randomization.Simulation) randomization.Spread) {
		fmt.Fprintf(b, "  %-42s", label)
		for _, s := range f.Designs {
			spread := of(s)
			fmt.Fprintf(b, "  %7.2f %6.2f %6.2f", spread.Mean, spread.P95, spread.Max)
		}
		b.WriteString("\n")
	}
	row("all participants, at the end", func(s randomization.Simulation) randomization.Spread { return s.Overall })
	row("all participants, at any time", func(s randomization.Simulation) randomization.Spread { return s.Underway })
	for i, l := range own.Levels {
		row(fmt.Sprintf("%s=%s (%.1f expected)", l.Factor, l.Level, l.Expected),
			func(s randomization.Simulation) randomization.Spread { return s.Levels[i].Imbalance })
	}
	row("the worst stratum, at the end", func(s randomization.Simulation) randomization.Spread { return s.WithinStrata })

	fmt.Fprintf(b, "\n%-44s", "Right guesses of the next allocation")
	for i := range f.Designs {
		fmt.Fprintf(b, "%13c        ", 'A'+i)
	}
	b.WriteString("\n")
	guess := func(label string, of func(randomization.Predictability) float64) {
		fmt.Fprintf(b, "  %-42s", label)
		for _, s := range f.Designs {
			fmt.Fprintf(b, "%13s        ", percent(of(s.Predictability)))
		}
		b.WriteString("\n")
	}
	guess("always the same arm", func(p randomization.Predictability) float64 { return p.Blind })
	guess("the arm that is behind in the stratum", func(p randomization.Predictability) float64 { return p.Convergence })
	guess("the likeliest arm, knowing the design", func(p randomization.Predictability) float64 { return p.Informed })
	guess("known for certain", func(p randomization.Predictability) float64 { return p.Certain })

	width := len("Strata under A")
	for _, c := range own.Strata {
		width = max(width, len(c.Stratum))
	}
	fmt.Fprintf(b, "\n%-*s%12s%12s%14s%14s\n", width+2, "Strata under A", "expected", "chance of", "an arm gets", "ends inside")
	fmt.Fprintf(b, "%-*s%12s%12s%14s%14s\n", width+2, "", "", "nobody", "nobody", "a block")
	for _, c := range own.Strata {
		incomplete := percent(c.Incomplete)
		if own.Design.Method == study.Minimization {
			incomplete = "-"
		}
		fmt.Fprintf(b, "  %-*s%12.1f%12s%14s%14s\n", width, c.Stratum, c.Expected, percent(c.Empty), percent(c.ArmMissing), incomplete)
	}
	if len(f.Warnings) > 0 {
		b.WriteString("\n")
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(b, "warning: %s\n", w)
	}
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + "%" }
