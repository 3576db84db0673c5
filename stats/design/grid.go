package design

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Weighting says how a marginal mean averages over the factors that are not fixed at a level.
type Weighting string

const (
	// Equal weights every level the same: SAS LSMEANS, emmeans' default.
	Equal Weighting = "equal"
	// Proportional weights a level by its share of the used rows, factor by factor (emmeans "outer"; for covariates
	// without interaction between them the same as emmeans "proportional" and SAS OM).
	Proportional Weighting = "proportional"
	// Observed averages over the used rows themselves, each with its own covariates (SAS OM; g-computation).
	Observed Weighting = "observed"
)

// At fixes variables: a level of a factor, or a number as text.
type At map[string]string

// Row is a linear combination of the coefficients in Names' order.
type Row struct {
	L []float64
	// NotEstimable says why the combination depends on how dependent columns were dropped; "" = estimable.
	NotEstimable string
}

// Mean is the row of a marginal mean over the reference grid: variables in at are fixed, other factors averaged with the
// weights, other numbers at their mean over the used rows.
func (d *Design) Mean(at At, w Weighting) (Row, error) {
	switch w {
	case Equal, Proportional:
		return d.mean(at, func(v *variable) []float64 {
			out := make([]float64, len(v.levels))
			for k := range out {
				out[k] = 1 / float64(len(out))
				if w == Proportional {
					out[k] = v.counts[k] / float64(len(d.Used))
				}
			}
			return out
		})
	case Observed:
		return d.observed(at)
	}
	return Row{}, fmt.Errorf("weights %q are unknown; there are equal, proportional, observed", w)
}

// MeanWeighted is Mean with given weights: for each factor named, a weight for every level used (they are scaled to sum to 1);
// factors not named are averaged equally.
func (d *Design) MeanWeighted(at At, weights map[string]map[string]float64) (Row, error) {
	var bad error
	row, err := d.mean(at, func(v *variable) []float64 {
		out := make([]float64, len(v.levels))
		sum := 0.0
		for k, level := range v.levels {
			out[k] = 1
			if given, ok := weights[v.name]; ok {
				x, ok := given[level]
				if !ok || !(x >= 0) || math.IsInf(x, 0) {
					bad = fmt.Errorf("factor %q needs a weight of at least 0 for its level %q", v.name, level)
				}
				out[k] = x
			}
			sum += out[k]
		}
		if !(sum > 0) {
			bad = fmt.Errorf("the weights of factor %q sum to %v", v.name, sum)
		}
		for k := range out {
			out[k] /= sum
		}
		return out
	})
	if bad != nil {
		return Row{}, bad
	}
	return row, err
}

// fix gives the setting of each variable that at names, and nil for the others.
func (d *Design) fix(at At) ([][]float64, error) {
	setting := make([][]float64, len(d.coder.variables))
	for name, value := range at {
		i := slices.IndexFunc(d.coder.variables, func(v *variable) bool { return v.name == name })
		if i < 0 {
			return nil, fmt.Errorf("%q is no variable of the fixed part, which has %s", name, strings.Join(d.Formula.Fixed.Vars, ", "))
		}
		v := d.coder.variables[i]
		if v.factor() {
			k, err := v.index(value)
			if err != nil {
				return nil, err
			}
			setting[i] = make([]float64, len(v.levels))
			setting[i][k] = 1
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s is a number, and %q is none", name, value)
		}
		setting[i] = []float64{x}
	}
	return setting, nil
}

func (d *Design) mean(at At, weights func(*variable) []float64) (Row, error) {
	setting, err := d.fix(at)
	if err != nil {
		return Row{}, err
	}
	for i, v := range d.coder.variables {
		switch {
		case setting[i] != nil:
		case v.factor():
			setting[i] = weights(v)
		default:
			setting[i] = []float64{v.mean}
		}
	}
	full := make([]float64, len(d.coder.names))
	d.coder.fill(full, setting)
	return d.reduce(full), nil
}

func (d *Design) observed(at At) (Row, error) {
	fixed, err := d.fix(at)
	if err != nil {
		return Row{}, err
	}
	sum := make([]float64, len(d.coder.names))
	row := make([]float64, len(sum))
	setting := make([][]float64, len(fixed))
	for i := range d.Used {
		for v, x := range d.coder.variables {
			switch {
			case fixed[v] != nil:
				setting[v] = fixed[v]
			case x.factor():
				setting[v] = make([]float64, len(x.levels))
				setting[v][x.codes[i]] = 1
			default:
				setting[v] = x.values[i : i+1]
			}
		}
		d.coder.fill(row, setting)
		for j, x := range row {
			sum[j] += x / float64(len(d.Used))
		}
	}
	return d.reduce(sum), nil
}

// reduce takes a row over all columns to the kept ones. It is estimable if its dropped entries follow from the kept ones
// as the columns themselves do.
func (d *Design) reduce(full []float64) Row {
	r := Row{L: make([]float64, len(d.kept))}
	for i, j := range d.kept {
		r.L[i] = full[j]
	}
	for _, a := range d.aliases {
		want, scale := 0.0, math.Abs(full[a.column])
		for i, w := range a.weights {
			want += float64(w * r.L[i])
			scale += math.Abs(float64(w * r.L[i]))
		}
		if math.Abs(want-full[a.column]) > 1e-8*max(scale, 1) {
			r.NotEstimable = fmt.Sprintf("not estimable: it needs the coefficient %s, which the data do not determine", d.coder.names[a.column])
			return r
		}
	}
	return r
}

// Minus is the row of a difference.
func (r Row) Minus(s Row) Row {
	out := Row{L: make([]float64, len(r.L)), NotEstimable: r.NotEstimable}
	if out.NotEstimable == "" {
		out.NotEstimable = s.NotEstimable
	}
	for i := range r.L {
		out.L[i] = r.L[i] - s.L[i]
	}
	return out
}

// Coefficient is the row that picks one coefficient by its name.
func (d *Design) Coefficient(name string) (Row, error) {
	i := slices.Index(d.Names, name)
	if i < 0 {
		return Row{}, fmt.Errorf("there is no coefficient %q; there are %s", name, strings.Join(d.Names, ", "))
	}
	r := Row{L: make([]float64, len(d.Names))}
	r.L[i] = 1
	return r, nil
}

// Levels gives the used levels of a fixed-effect variable; for a number its distinct values, ascending.
func (d *Design) Levels(name string) ([]string, error) {
	for _, v := range d.coder.variables {
		if v.name != name {
			continue
		}
		if v.factor() {
			return v.levels, nil
		}
		values := slices.Clone(v.values)
		slices.Sort(values)
		var out []string
		for _, x := range slices.Compact(values) {
			out = append(out, formatNumber(x))
		}
		return out, nil
	}
	return nil, fmt.Errorf("%q is no variable of the fixed part, which has %s", name, strings.Join(d.Formula.Fixed.Vars, ", "))
}

// IsFactor says whether a variable of the fixed part is a factor.
func (d *Design) IsFactor(name string) bool {
	return slices.ContainsFunc(d.coder.variables, func(v *variable) bool { return v.name == name && v.factor() })
}
