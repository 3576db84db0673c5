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

// pick returns the data of some rows and columns.
func (d Data) pick(rows, columns []int) Data {
	out := Data{X: mat.NewDense(len(rows), len(columns), nil)}
	for k, i := range rows {
		for l, j := range columns {
			out.X.Set(k, l, d.X.At(i, j))
		}
		out.Y = append(out.Y, d.Y[i])
		out.Group = append(out.Group, d.Group[i])
		for _, v := range []struct{ from, to *[]float64 }{{&d.Trials, &out.Trials}, {&d.Offset, &out.Offset}, {&d.Weights, &out.Weights}} {
			if *v.from != nil {
				*v.to = append(*v.to, (*v.from)[i])
			}
		}
	}
	for _, j := range columns {
		out.Names = append(out.Names, d.name(j))
	}
	return out
}
