package cli

import (
	"encoding/json"

	"rekindle/problem"
	"rekindle/stats/fit"
)

// fitCommand fits a model to data: a case file in JSON.
type fitCommand struct {
	File string `arg:"" help:"Case file: schema, kind (lmm, mmrm, glmm), data and model. The data file lies beside it."`
}

// Help says what goes in and comes out.
func (fitCommand) Help() string {
	return `The case file names a CSV file beside it and a model; the answer is JSON on standard output with every digit: likelihoods, variance components, coefficients, marginal means, changes, differences, and what had to be decided about the data ("notes").

Example:

    rekindle fit testdata/gold/visible/trial_a/expected.json`
}

// Run answers the file.
func (c *fitCommand) Run(s *streams) error {
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
