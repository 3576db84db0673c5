package glmm

import (
	"errors"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/design"
)

// FromDesign takes what a formula such as "y ~ arm*wave + (1|id)" and a table
// were made into. trials names the column with numbers of trials, "" means one
// each (or no trials). It returns an error unless the design has exactly one
// random term and that a random intercept.
func FromDesign(d *design.Design, trials string) (Data, error) {
	if len(d.Random) != 1 || len(d.Random[0].Names) != 1 || d.Random[0].Names[0] != "(Intercept)" {
		return Data{}, errors.New("glmm: the model needs exactly one random term, a random intercept such as (1|id)")
	}
	if d.Response == nil {
		return Data{}, errors.New("glmm: the formula has no response")
	}
	data := Data{X: mat.NewDense(d.N(), d.P(), d.Matrix()), Y: d.Response, Weights: d.Weights, Names: d.Names}
	data.Group = make([]int, d.N())
	for i, g := range d.Random[0].Index {
		data.Group[i] = int(g)
	}
	if trials != "" {
		var err error
		if data.Trials, err = d.Numbers(trials); err != nil {
			return Data{}, err
		}
	}
	return data, nil
}
