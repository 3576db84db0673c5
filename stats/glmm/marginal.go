package glmm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/dist"
)

// Cell is a population whose mean response is wanted: an arm at a visit. Rows
// are model matrix rows, averaged after the link: one for each participant with
// the arm and visit put in (standardization), or a single one (at the linear
// predictor of an estimated marginal mean).
type Cell struct {
	Arm, Time string
	Rows      [][]float64
}

// Standardized makes the cells of all arms and times, each averaged over the
// participants with their own covariates (taken from their first used row).
func Standardized(d *design.Design, arm, time string) ([]Cell, error) {
	if len(d.Random) == 0 {
		return nil, errors.New("glmm: the formula has no random term to say what a participant is")
	}
	seen := make([]bool, len(d.Random[0].Levels))
	var first []int
	for i, g := range d.Random[0].Index {
		if !seen[g] {
			seen[g] = true
			first = append(first, i)
		}
	}
	return cells(d, arm, time, func(at design.At) ([]design.Row, error) { return d.RowsAt(at, first) })
}

// AtMeans makes the cells of all arms and times at the linear predictor of
// their estimated marginal means.
func AtMeans(d *design.Design, arm, time string, w design.Weighting) ([]Cell, error) {
	return cells(d, arm, time, func(at design.At) ([]design.Row, error) {
		r, err := d.Mean(at, w)
		return []design.Row{r}, err
	})
}

func cells(d *design.Design, arm, time string, rows func(design.At) ([]design.Row, error)) ([]Cell, error) {
	arms, err := d.Levels(arm)
	if err != nil {
		return nil, err
	}
	times, err := d.Levels(time)
	if err != nil {
		return nil, err
	}
	var out []Cell
	for _, a := range arms {
		for _, t := range times {
			got, err := rows(design.At{arm: a, time: t})
			if err != nil {
				return nil, err
			}
			c := Cell{Arm: a, Time: t}
			for _, r := range got {
				if r.NotEstimable != "" {
					return nil, fmt.Errorf("glmm: %s at %s: %s", a, t, r.NotEstimable)
				}
				c.Rows = append(c.Rows, r.L)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// Marginal holds population-averaged means (proportions for the binomial) of
// cells, with their derivatives for the delta method: equation (marginal).
// They are averages over the random intercept: what a share of a population
// is, not the probability of a participant with an average intercept.
type Marginal struct {
	Cells []Cell
	Mean  []float64

	jacobian   []float64 // cells x parameters: derivatives of Mean
	covariance []float64 // of the parameters
	family     Family
	place      map[[2]string]int // of a cell by arm and time
}

// Marginal averages the response over the random intercept and over the rows
// of each cell.
func (r *Model) Marginal(cells []Cell) (*Marginal, error) {
	p, q := r.s.p, len(r.Parameters)
	m := &Marginal{Cells: cells, Mean: make([]float64, len(cells)), family: r.Family, covariance: r.Covariance,
		jacobian: make([]float64, len(cells)*q), place: make(map[[2]string]int, len(cells))}
	known := make(map[float64][3]float64) // participants alike in their covariates share the integral
	for c, cell := range cells {
		m.place[[2]string{cell.Arm, cell.Time}] = c
		if len(cell.Rows) == 0 {
			return nil, fmt.Errorf("glmm: the cell %s at %s has no rows", cell.Arm, cell.Time)
		}
		j := m.jacobian[c*q : c*q+q]
		share := 1 / float64(len(cell.Rows))
		for _, row := range cell.Rows {
			if len(row) != p {
				return nil, fmt.Errorf("glmm: a row of the cell %s at %s has %d numbers, the model has %d coefficients", cell.Arm, cell.Time, len(row), p)
			}
			eta := arithmetic.Dot(row, r.Beta)
			v, ok := known[eta]
			if !ok {
				v[0], v[1], v[2] = r.average(eta)
				known[eta] = v
			}
			m.Mean[c] += float64(share * v[0])
			arithmetic.AddScaled(j[:p], float64(share*v[1]), row)
			j[p] += float64(share * v[2])
		}
	}
	return m, nil
}

// average returns the mean response at the linear predictor eta over the random
// intercept, and its derivatives in eta and in log sigma.
func (r *Model) average(eta float64) (mean, slope, tau float64) {
	if r.Family != Binomial { // the mean of a log-normal
		s2 := float64(r.Sigma * r.Sigma)
		mean = arithmetic.Exp(eta + 0.5*s2)
		return mean, mean, float64(mean * s2)
	}
	if r.Singular {
		mean, _ = arithmetic.Logistic(eta)
		return mean, float64(mean * (1 - mean)), 0
	}
	step := trapezoidStep(r.Sigma, 1, math.Pi)
	f := float64(step * 0.39894228040143267794) // 1/sqrt(2 pi)
	for k := 0; ; k++ {
		u := float64(k) * step
		if u > 8.6 {
			return mean, slope, tau
		}
		w := float64(f * arithmetic.Exp(-0.5*float64(u*u)))
		for _, side := range [2]float64{1, -1} {
			p, _ := arithmetic.Logistic(eta + side*float64(r.Sigma*u))
			v := float64(p * (1 - p))
			mean += float64(w * p)
			slope += float64(w * v)
			tau += side * float64(w*float64(v*float64(r.Sigma*u)))
			if k == 0 {
				break
			}
		}
	}
}

// Effect is a population-averaged figure with its interval.
type Effect struct {
	Kind          string // proportion (or mean), change, risk_difference, diff_change, odds_ratio, risk_ratio, nnt
	Label         string
	Arm, Time     string
	ReferenceArm  string // of comparisons between arms
	From          string // of changes
	Value, SE     float64
	Lower, Upper  float64
	Level         float64
	Ratio         bool   // SE is that of the logarithm
	Note          string // what a reader must know of the interval
	parts         []Part
	over, against int // cells of a ratio
}

// Part is a cell with its weight in a combination.
type Part struct {
	Cell   int // index in Cells
	Weight float64
}

// Combine returns a linear combination of the cells' means with its delta-method
// interval at the level.
func (m *Marginal) Combine(parts []Part, level float64) (value, se, lower, upper float64) {
	q := len(m.jacobian) / len(m.Mean)
	g := make([]float64, q)
	for _, t := range parts {
		value += float64(t.Weight * m.Mean[t.Cell])
		arithmetic.AddScaled(g, t.Weight, m.jacobian[t.Cell*q:t.Cell*q+q])
	}
	se = math.Sqrt(max(0, arithmetic.QuadraticForm(m.covariance, q, g)))
	half := float64(dist.Normal{}.QuantileUpper((1-level)/2) * se)
	return value, se, value - half, value + half
}

// find returns the cell of an arm and a time, or -1.
func (m *Marginal) find(arm, time string) int {
	if i, ok := m.place[[2]string{arm, time}]; ok {
		return i
	}
	return -1
}

// layout returns the arms and times in the cells' order.
func (m *Marginal) layout() (arms, times []string) {
	for _, c := range m.Cells {
		if !slices.Contains(arms, c.Arm) {
			arms = append(arms, c.Arm)
		}
		if c.Arm == m.Cells[0].Arm {
			times = append(times, c.Time)
		}
	}
	return arms, times
}

// Effects returns the standard figures at the level (0.95): the mean of every
// cell; changes from the baseline within each arm; differences, ratios, odds
// ratios and numbers needed to treat against the first arm at each time; and
// differences of the changes. With baseline "" there are no changes.
func (m *Marginal) Effects(baseline string, level float64) ([]Effect, error) {
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("glmm: the level must lie between 0 and 1, not %v", level)
	}
	arms, times := m.layout()
	for _, a := range arms {
		for _, t := range times {
			if m.find(a, t) < 0 {
				return nil, fmt.Errorf("glmm: there is no cell of %s at %s", a, t)
			}
		}
	}
	if baseline != "" && m.find(arms[0], baseline) < 0 {
		return nil, fmt.Errorf("glmm: there is no cell at the baseline %q", baseline)
	}
	var out []Effect
	linear := func(e Effect, parts ...Part) {
		e.parts = parts
		out = append(out, e)
	}
	at := func(arm, time string, weight float64) Part { return Part{m.find(arm, time), weight} }
	name := "proportion"
	if m.family != Binomial {
		name = "mean"
	}
	for _, a := range arms {
		for _, t := range times {
			linear(Effect{Kind: name, Label: fmt.Sprintf("%s %s @ %s", name, a, t), Arm: a, Time: t}, at(a, t, 1))
		}
	}
	later := func(each func(t string)) {
		for _, t := range times {
			if baseline != "" && t != baseline {
				each(t)
			}
		}
	}
	for _, a := range arms {
		later(func(t string) {
			linear(Effect{Kind: "change", Label: fmt.Sprintf("change %s %s - %s", a, t, baseline), Arm: a, Time: t, From: baseline},
				at(a, t, 1), at(a, baseline, -1))
		})
	}
	difference := "risk_difference"
	if m.family != Binomial {
		difference = "difference"
	}
	ref := arms[0]
	for _, a := range arms[1:] {
		for _, t := range times {
			words := "risk difference"
			if m.family != Binomial {
				words = "difference"
			}
			linear(Effect{Kind: difference, Label: fmt.Sprintf("%s %s - %s @ %s", words, a, ref, t), Arm: a, ReferenceArm: ref, Time: t},
				at(a, t, 1), at(ref, t, -1))
		}
	}
	for _, a := range arms[1:] {
		later(func(t string) {
			linear(Effect{Kind: "diff_change", Label: fmt.Sprintf("difference in change %s - %s %s - %s", a, ref, t, baseline), Arm: a, ReferenceArm: ref, Time: t, From: baseline},
				at(a, t, 1), at(a, baseline, -1), at(ref, t, -1), at(ref, baseline, 1))
		})
	}
	for _, a := range arms[1:] {
		for _, t := range times {
			pair := func(kind, words string) {
				out = append(out, Effect{Kind: kind, Label: fmt.Sprintf("%s %s / %s @ %s", words, a, ref, t), Arm: a, ReferenceArm: ref, Time: t, Ratio: kind != "nnt", over: m.find(a, t), against: m.find(ref, t)})
			}
			pair("risk_ratio", "ratio")
			if m.family == Binomial {
				pair("odds_ratio", "odds ratio")
				pair("nnt", "number needed to treat")
			}
		}
	}
	for i := range out {
		m.compute(&out[i], level)
	}
	return out, nil
}

// compute fills value and interval of an effect.
func (m *Marginal) compute(e *Effect, level float64) {
	e.Level = level
	if e.parts != nil {
		e.Value, e.SE, e.Lower, e.Upper = m.Combine(e.parts, level)
		return
	}
	p, q := m.Mean[e.over], m.Mean[e.against]
	var over, against float64 // weights of the logarithm's derivative
	switch e.Kind {
	case "nnt": // 1 / risk difference, ends of its interval turned over (Altman 1998)
		d, se, lower, upper := m.Combine([]Part{{e.over, 1}, {e.against, -1}}, level)
		e.Value, e.SE = 1/d, se/float64(d*d)
		e.invert(lower, upper)
		return
	case "odds_ratio":
		e.Value = p / (1 - p) * (1 - q) / q
		over, against = 1/float64(p*(1-p)), -1/float64(q*(1-q))
	default:
		e.Value = p / q
		over, against = 1/p, -1/q
	}
	_, e.SE, _, _ = m.Combine([]Part{{e.over, over}, {e.against, against}}, level)
	half := arithmetic.Exp(dist.Normal{}.QuantileUpper((1-level)/2) * e.SE)
	e.Lower, e.Upper = e.Value/half, float64(e.Value*half)
}

// invert sets the interval of a number needed to treat from that of the risk
// difference.
func (e *Effect) invert(lower, upper float64) {
	e.Lower, e.Upper = 1/upper, 1/lower
	if lower < 0 && upper > 0 {
		e.Lower, e.Upper = 1/lower, 1/upper
		e.Note = "the risk difference's interval includes 0, so the interval of the number needed to treat is all that lies below its first and above its second end"
	}
}
