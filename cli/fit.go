package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"

	"rekindle/problem"
	"rekindle/stats/fit"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// fitCommand fits a model to data: a case file in JSON, or a formula and a table.
type fitCommand struct {
	File string `arg:"" optional:"" help:"Case file: schema, kind (lmm, mmrm, glmm), data and model. The data file lies beside it. The answer is JSON with every digit."`

	Formula    string            `group:"Formula and table" placeholder:"'y ~ x + (1|id)'" help:"Model: + * : / ^ 0 1, random terms (1|g), (1+x|g), (x||g), (1|g/h)."`
	Data       string            `group:"Formula and table" placeholder:"FILE.csv" help:"Table with a header; - reads standard input."`
	Family     string            `group:"Formula and table" enum:"gaussian,binomial,poisson,negbinomial" default:"gaussian" help:"${enum}."`
	ML         bool              `name:"ml" group:"Formula and table" help:"Maximum likelihood instead of restricted."`
	DF         string            `name:"df" group:"Formula and table" placeholder:"METHOD" help:"satterthwaite, kr, kr-observed, containment, residual or z. Without it the conventions' own."`
	SAS        bool              `name:"sas" group:"Formula and table" xor:"conventions" help:"SAS conventions: containment degrees of freedom, AIC and BIC of PROC MIXED."`
	R          bool              `name:"r" group:"Formula and table" xor:"conventions" help:"R conventions (the default): Satterthwaite, AIC and BIC of lme4."`
	Factor     map[string]string `group:"Formula and table" mapsep:"none" placeholder:"COLUMN=LEVEL,..." help:"Levels of a factor in order, the first is the reference; COLUMN= for a factor with its levels sorted. May be given several times."`
	Filter     map[string]string `group:"Formula and table" mapsep:"none" placeholder:"COLUMN=VALUE,..." help:"Use only rows with these values."`
	Arm        string            `group:"Formula and table" placeholder:"COLUMN" help:"Arm for the table of means; else the first variable of the first interaction of two factors."`
	Time       string            `group:"Formula and table" placeholder:"COLUMN" help:"Time for the table of means; else the second."`
	Baseline   string            `group:"Formula and table" placeholder:"LEVEL" help:"Time from which changes are counted; else the first."`
	Weights    string            `group:"Formula and table" placeholder:"COLUMN" help:"Prior weights: the residual variance of a row is divided by its weight."`
	ResidualBy string            `group:"Formula and table" placeholder:"COLUMN" help:"One residual variance for each level."`
	Trials     string            `group:"Formula and table" placeholder:"COLUMN" help:"Numbers of trials of a binomial response."`
	Missing    []string          `group:"Formula and table" placeholder:"TEXT" help:"Cells that mean missing, besides the empty one (NA, for example)."`
}

// Help says what goes in and comes out.
func (fitCommand) Help() string {
	return `With a case file the answer is JSON on standard output: likelihoods, variance components, coefficients, marginal means, changes, differences, and what had to be decided about the data ("notes"). With --formula and --data it is a summary to read.

Examples:

    rekindle fit testdata/gold/visible/trial_a/expected.json

    rekindle fit --formula 'y ~ arm*wave + gender + (1|id)' --data scores.csv --factor arm=control,coaching --df kr

    rekindle fit --formula 'burnt_out ~ arm*wave + (1|id)' --data scores.csv --family binomial`
}

// Run answers the file or writes the summary.
func (c *fitCommand) Run(s *streams) error {
	switch {
	case c.File != "" && (c.Formula != "" || c.Data != ""):
		return problem.New(problem.Invalid, "a case file and --formula or --data were given").Instead("Give one or the other")
	case c.File != "":
		return c.answer(s)
	case c.Formula == "" || c.Data == "":
		return problem.New(problem.Invalid, "there is nothing to fit").Instead("Give a case file, or --formula and --data")
	}
	return c.write(s)
}

func (c *fitCommand) answer(s *streams) error {
	k, err := fit.Read(c.File)
	if err != nil {
		return problem.New(problem.Invalid, "%s", err)
	}
	answer, err := k.Answer()
	if err != nil {
		return problem.New(problem.Invalid, "%s", err).At("%s", c.File)
	}
	out, err := json.MarshalIndent(answer, "", " ")
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(out, '\n'))
	return printed(err)
}

func (c *fitCommand) write(s *streams) error {
	raw, name, err := readFile(s, c.Data)
	if err != nil {
		return err
	}
	r := fit.Request{Formula: c.Formula, Source: name, Data: bytes.NewReader(raw), Missing: c.Missing,
		Factors: lists(c.Factor), Filter: lists(c.Filter), Weights: c.Weights, ResidualBy: c.ResidualBy,
		Family: c.Family, ML: c.ML, Trials: c.Trials, Arm: c.Arm, Time: c.Time, Baseline: c.Baseline}
	if c.SAS {
		r.Conventions = lmm.SAS
	}
	if c.DF != "" {
		if r.Method, err = wald.ParseMethod(strings.ReplaceAll(c.DF, "-", "_")); err != nil {
			return problem.New(problem.Invalid, "%s", err).On("--df")
		}
	}
	out := bufio.NewWriter(s.out)
	if err := fit.Write(out, r); err != nil {
		return problem.New(problem.Invalid, "%s", err).At("%s", name)
	}
	return printed(out.Flush())
}

// lists cuts the values of a flag at commas.
func lists(m map[string]string) map[string][]string {
	out := map[string][]string{}
	for k, v := range m {
		if out[k] = nil; v != "" {
			out[k] = strings.Split(v, ",")
		}
	}
	return out
}
