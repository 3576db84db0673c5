package lmm

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/dist"
)

// Interval is a two-sided interval for one quantity.
type Interval struct {
	Name         string
	Estimate     float64 // maximum likelihood for profiles, the model's own for the bootstrap
	Lower, Upper float64
	Level        float64
}

// ProfileContrast is the likelihood profile interval of l'beta: all values that a likelihood ratio test at the level (0.95) does
// not reject. Like lme4's, it is of the full, not the restricted, likelihood.
func (m *Model) ProfileContrast(l []float64, level float64) (Interval, error) {
	p := m.plan
	if len(l) != p.p {
		return Interval{}, fmt.Errorf("the combination has %d numbers, the model has %d coefficients", len(l), p.p)
	}
	if !(level > 0 && level < 1) {
		return Interval{}, fmt.Errorf("the level must lie between 0 and 1, not %v", level)
	}
	if p.p == 1 {
		return Interval{}, errors.New("a profile needs another coefficient beside the one that is held")
	}
	held := 0
	for j, x := range l {
		if math.Abs(x) > math.Abs(l[held]) {
			held = j
		}
	}
	if l[held] == 0 {
		return Interval{}, errors.New("the combination is 0 whatever the coefficients")
	}
	full, err := p.likelihood(nil)
	if err != nil {
		return Interval{}, err
	}
	if err := full.Refit(m.y); err != nil {
		return Interval{}, err
	}
	// With c = l'beta held, y - x_held c / l_held is fitted by the other columns less their share of the held one.
	rest, err := p.likelihood(func(row []float64) []float64 {
		out := make([]float64, 0, len(row)-1)
		for j, x := range row {
			if j != held {
				out = append(out, x-row[held]*l[j]/l[held])
			}
		}
		return out
	})
	if err != nil {
		return Interval{}, err
	}
	y := make([]float64, p.n)
	center := arithmetic.Dot(l, full.Beta)
	drop := func(c float64) (float64, error) {
		for i := range y {
			y[i] = m.y[i] - p.design.Row(i)[held]*c/l[held]
		}
		if err := rest.Refit(y); err != nil {
			return 0, err
		}
		return 2 * (full.LogLik - rest.LogLik), nil
	}
	se := full.Contrast(l, "z").SE
	out := Interval{Estimate: center, Level: level}
	if out.Lower, err = crossing(drop, center, -se, math.Inf(-1), level); err != nil {
		return out, err
	}
	out.Upper, err = crossing(drop, center, se, math.Inf(1), level)
	return out, err
}

// likelihood is a model of the plan's random part for maximum likelihood, on columns made from those of the design (nil = the same).
func (p *Plan) likelihood(columns func(row []float64) []float64) (*Model, error) {
	q := &Plan{design: p.design, options: Options{ML: true}, n: p.n, p: p.p, notes: p.notes, sizes: p.sizes, components: p.components}
	for _, w := range p.design.Weights {
		q.constant += 0.5 * arithmetic.Log(w)
	}
	if columns == nil {
		q.triangle, q.distinct, q.cell = p.triangle, p.distinct, p.cell
	} else {
		cell, distinct, ok := p.design.Cells()
		if !ok {
			distinct = p.design.Matrix()
		}
		q.cell = cell
		q.p = p.p - 1
		for i := 0; i < len(distinct); i += p.p {
			q.distinct = append(q.distinct, columns(distinct[i:i+p.p])...)
		}
		// The triangle of the new columns is that of (old triangle, new columns of it): Q'Q = I.
		small := make([]float64, 0, p.p*q.p)
		for i := range p.p {
			small = append(small, columns(p.triangle[i*p.p:(i+1)*p.p])...)
		}
		r, dependent := arithmetic.Orthogonalize(small, p.p, q.p)
		if dependent >= 0 {
			return nil, errors.New("without the held combination the columns depend on each other")
		}
		q.triangle = r
		for i := 0; i < len(q.distinct); i += q.p {
			arithmetic.SolveUpperT(r, q.p, q.distinct[i:i+q.p])
		}
	}
	if err := q.engine(); err != nil {
		return nil, err
	}
	return q.NewModel(), nil
}

// crossing finds where the drop in deviance from the center, in the direction and first step given, reaches the chi-square quantile of
// the level; bound if it does not reach it before bound.
func crossing(drop func(float64) (float64, error), center, step, bound, level float64) (float64, error) {
	target := dist.ChiSquared{DF: 1}.Quantile(level)
	value := func(x float64) (float64, error) { // nearly linear in x
		d, err := drop(x)
		return math.Sqrt(max(d, 0)) - math.Sqrt(target), err
	}
	inside, fi := center, -math.Sqrt(target)
	outside := center + 2*step
	var fo float64
	for k := 0; ; k++ {
		if !math.IsInf(bound, 0) && (outside-bound)*step >= 0 {
			outside = bound
		}
		f, err := value(outside)
		if err != nil {
			return 0, err
		}
		if f >= 0 {
			fo = f
			break
		}
		if outside == bound {
			return bound, nil
		}
		if k == 60 {
			return 0, errors.New("the likelihood is too flat: the profile does not reach the level")
		}
		inside, fi = outside, f
		outside = center + 2*(outside-center)
	}
	for range 100 { // regula falsi, Illinois
		x := outside - fo*(outside-inside)/(fo-fi)
		f, err := value(x)
		if err != nil {
			return 0, err
		}
		if math.Abs(f) < 1e-10 || math.Abs(outside-inside) < 1e-12*math.Abs(x) {
			return x, nil
		}
		if f > 0 {
			if fo > 0 {
				fi /= 2
			}
			outside, fo = x, f
			continue
		}
		fo /= 2
		inside, fi = x, f
	}
	return outside, nil
}

// ProfileSD gives the likelihood profile interval of every standard deviation: of random effects and residuals. Like lme4's, they
// are of the full likelihood. A lower end of 0 says that zero is not rejected.
func (m *Model) ProfileSD(level float64) ([]Interval, error) {
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("the level must lie between 0 and 1, not %v", level)
	}
	var out []Interval
	d := m.plan.design
	for t := range d.Random {
		for a, name := range d.Random[t].Names {
			i, err := m.profileSD(t, a, level)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", d.Random[t].Name, name, err)
			}
			i.Name = "sd " + d.Random[t].Name + "." + name
			out = append(out, i)
		}
	}
	groups := 1
	if d.Residual != nil {
		groups = len(d.Residual.Levels)
	}
	for g := range groups {
		i, err := m.profileSD(-1, g, level)
		if err != nil {
			return nil, err
		}
		i.Name = "sd " + m.Components[len(m.Components)-groups+g].Name
		out = append(out, i)
	}
	return out, nil
}

// profileSD profiles effect a of random term t, or with t = -1 the standard deviation of residual group a.
func (m *Model) profileSD(t, a int, level float64) (Interval, error) {
	p, d := m.plan, m.plan.design
	var terms []*term
	lead := 1.0
	for i := range d.Random {
		first := 0
		if i == t {
			first = a
		}
		tm, scale := leadTerm(&d.Random[i], p.n, first)
		if i == t {
			lead = scale
		}
		terms = append(terms, tm)
	}
	var group []int32
	groups := 1
	if d.Residual != nil {
		group, groups = d.Residual.Index, len(d.Residual.Levels)
	}
	l := newLayout(terms, group, groups, d.Weights, p.n, p.p, p.row)
	x := newMixture(l)
	x.take(m.y)
	s := newSearch(x, true, true, newMoments(l.k, p.p+1), newSolution(l.k, p.p))
	for _, tm := range terms { // a start without correlations; the likelihood in these coordinates is well behaved
		tm.pairs(func(place, a, b int) {
			if a == b {
				s.psi[place] = m.Sigma
			}
		})
	}
	for g := range groups {
		s.psi[l.k-groups+g] = 2 * arithmetic.Log(m.Sigma)
	}
	free := func() {
		for i := range s.free {
			s.free[i] = true
		}
	}
	free()
	if _, ok := s.newton(); !ok {
		return Interval{}, errors.New("the search for the maximum did not converge")
	}
	best, psi := s.f, append([]float64(nil), s.psi...)
	place := l.k - groups + a
	read, write := func(v float64) float64 { return arithmetic.Exp(v / 2) }, func(sd float64) float64 { return 2 * arithmetic.Log(sd) }
	if t >= 0 {
		place = terms[t].first
		read, write = func(v float64) float64 { return math.Abs(v) / lead }, func(sd float64) float64 { return sd * lead }
	}
	center := read(psi[place])
	if t >= 0 && center < 1e-6*m.Sigma/lead {
		center = 0
	}
	drop := func(sd float64) (float64, error) {
		copy(s.psi, psi)
		free()
		s.psi[place], s.free[place] = write(sd), false
		if _, ok := s.newton(); !ok {
			return 0, fmt.Errorf("the search with the standard deviation held at %v did not converge", sd)
		}
		return 2 * (s.f - best), nil
	}
	step := 0.2 * math.Max(center, 0.1*m.Sigma/lead)
	out := Interval{Estimate: center, Level: level}
	var err error
	if center > 0 {
		floor := 0.0
		if t < 0 {
			floor = 1e-9 * center // a residual standard deviation of 0 has no likelihood
		}
		if out.Lower, err = crossing(drop, center, -math.Min(step, center/4), floor, level); err != nil {
			return out, err
		}
	}
	out.Upper, err = crossing(drop, center, step, math.Inf(1), level)
	return out, err
}

// leadTerm makes the columns of a random term orthonormal with one of them first, so that its variance is that of the first orthonormal column
// over lead squared.
func leadTerm(random *design.Random, n, first int) (t *term, lead float64) {
	k := len(random.Names)
	if random.Z == nil {
		t, _ = newTerm(random, n)
		return t, 1
	}
	order := make([]int, 0, k)
	for j := range k {
		if j != first {
			order = append(order, j)
		}
	}
	order = append(order, first) // last in the triangle: nothing else enters its variance
	moved := &design.Random{Grouping: random.Grouping, Names: random.Names, Z: make([]float64, len(random.Z))}
	for i := range n {
		for c, j := range order {
			moved.Z[i*k+c] = random.Z[i*k+j]
		}
	}
	t, _ = newTerm(moved, n)
	lead = math.Abs(t.r[k*k-1])
	z := make([]float64, len(t.z))
	for i := range n { // and to the front
		z[i*k] = t.z[i*k+k-1]
		copy(z[i*k+1:(i+1)*k], t.z[i*k:i*k+k-1])
	}
	t.z = z
	return t, lead
}
