package wald

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
)

// Joint is the F test that several combinations are 0 at once.
type Joint struct {
	Method  Method
	Rank    int     // numerator degrees of freedom: independent combinations
	DF      float64 // denominator degrees of freedom, +Inf for Z
	F       float64 // scaled, to be compared with F(Rank, DF)
	Scale   float64 // Kenward and Roger's factor, 1 for the others
	P       float64
	Dropped int // combinations that followed from the others
}

// Test computes the joint F test of the rows of l. Combinations that follow from the others are left out and counted.
func (s *Structure) Test(l [][]float64, m Method) (Joint, error) {
	p := s.P
	if len(l) == 0 {
		return Joint{}, errors.New("a joint test needs at least one combination")
	}
	for i, row := range l {
		if len(row) != p {
			return Joint{}, fmt.Errorf("combination %d has %d numbers, the model has %d coefficients", i+1, len(row), p)
		}
	}
	rows, values := s.principal(l)
	q := len(values)
	if q == 0 {
		return Joint{}, errors.New("the combinations have no variance")
	}
	j := Joint{Method: m, Rank: q, Scale: 1, Dropped: len(l) - q}
	var err error
	switch m {
	case Z:
		j.DF = math.Inf(1)
	case Containment, Residual:
		j.DF = math.Inf(1)
		for _, row := range l {
			df, err := s.DF(m, row)
			if err != nil {
				return Joint{}, err
			}
			j.DF = min(j.DF, df)
		}
	case Satterthwaite:
		j.DF, err = s.satterthwaiteJoint(rows, values)
	case KenwardRoger, KenwardRogerObserved:
		return s.kenwardRogerJoint(j, rows)
	default:
		_, note := s.information(m)
		err = errors.New(note)
	}
	if err != nil {
		return Joint{}, err
	}
	for i, row := range rows {
		t := arithmetic.Dot(row, s.Beta)
		j.F += t * t / values[i] / float64(q)
	}
	j.P = dist.F{DF1: float64(q), DF2: j.DF}.Survival(j.F)
	return j, nil
}

// principal turns the combinations into uncorrelated ones (eigenvectors of L C L') with their variances; those without
// variance (a rank deficient L) are left out.
func (s *Structure) principal(l [][]float64) (rows [][]float64, values []float64) {
	p, r := s.P, len(l)
	v := make([]float64, r*r)
	cl := make([]float64, p)
	scale := make([]float64, r) // rows are brought to variance 1, so that units do not decide about rank
	for a := range l {
		scale[a] = 1
		if x := arithmetic.QuadraticForm(s.C, p, l[a]); x > 0 {
			scale[a] = 1 / math.Sqrt(x)
		}
	}
	for a := range l {
		for i := range cl {
			cl[i] = arithmetic.Dot(s.C[i*p:(i+1)*p], l[a])
		}
		for b := range l {
			v[a*r+b] = arithmetic.Dot(l[b], cl) * scale[a] * scale[b]
		}
	}
	eigen, vectors := arithmetic.Eigen(v, r)
	for k := r - 1; k >= 0; k-- {
		if !(eigen[k] > 1e-10*eigen[r-1]) {
			continue
		}
		row := make([]float64, p)
		for a := range l {
			arithmetic.AddScaled(row, vectors[a*r+k]*scale[a], l[a])
		}
		rows = append(rows, row)
		values = append(values, eigen[k])
	}
	return rows, values
}

// satterthwaiteJoint combines the degrees of freedom of uncorrelated combinations as lmerTest does (Fai and Cornelius 1996),
// equation (S5).
func (s *Structure) satterthwaiteJoint(rows [][]float64, values []float64) (float64, error) {
	q := float64(len(rows))
	sum, first, same, low := 0.0, 0.0, true, false
	for i, row := range rows {
		df, note := s.df(row, Satterthwaite, values[i])
		if note != "" {
			return 0, errors.New(note)
		}
		if i == 0 {
			first = df
		}
		same = same && math.Abs(df-first) < 1e-8*first
		low = low || df <= 2
		sum += df / (df - 2)
	}
	switch {
	case same:
		return first, nil
	case low:
		return 2, nil
	}
	return 2 * sum / (sum - q), nil
}

// kenwardRogerJoint is Kenward and Roger (1997) with the modification that makes it exact in balanced cases, equations
// (KR5) to (KR9), as pbkrtest computes it.
func (s *Structure) kenwardRogerJoint(j Joint, rows [][]float64) (Joint, error) {
	w, note := s.information(j.Method)
	if note != "" {
		return Joint{}, errors.New(note)
	}
	p, r, k := s.P, len(rows), s.K
	q := float64(r)
	// With uncorrelated rows scaled to variance 1, tr(Theta C H_i C) is the trace of M_i = L C H_i C L'.
	white := make([][]float64, r)
	cl := make([][]float64, r)
	for a, row := range rows {
		f := 1 / math.Sqrt(arithmetic.QuadraticForm(s.C, p, row))
		white[a], cl[a] = make([]float64, p), make([]float64, p)
		arithmetic.AddScaled(white[a], f, row)
		for i := range p {
			cl[a][i] = arithmetic.Dot(s.C[i*p:(i+1)*p], white[a])
		}
	}
	ms := make([][]float64, k)
	hv := make([]float64, p)
	for i := range k {
		ms[i] = make([]float64, r*r)
		for a := range r {
			for x := range p {
				hv[x] = arithmetic.Dot(s.H[i][x*p:(x+1)*p], cl[a])
			}
			for b := range r {
				ms[i][a*r+b] = arithmetic.Dot(hv, cl[b])
			}
		}
	}
	a1, a2 := 0.0, 0.0
	for i := range k {
		for h := range k {
			ti, th := 0.0, 0.0
			for a := range r {
				ti += ms[i][a*r+a]
				th += ms[h][a*r+a]
			}
			a1 += float64(w[i*k+h] * ti * th)
			a2 += float64(w[i*k+h] * arithmetic.Dot(ms[i], ms[h])) // tr(M_i M_h), both symmetric
		}
	}
	if !(a2 > 0) {
		return Joint{}, errors.New("the variance of these combinations has no estimated uncertainty, so there are no degrees of freedom")
	}
	b := (a1 + float64(6*a2)) / (2 * q)
	g := (float64((q+1)*a1) - float64((q+4)*a2)) / ((q + 2) * a2)
	c := float64(3*q) + 2*(1-g)
	v0, v1, v2 := 1+float64(g/c*b), 1-float64((q-g)/c*b), 1-float64((q+2-g)/c*b)
	e := 1 - a2/q
	ratio := 1.0
	if math.Abs(v1) > 1e-14 || math.Abs(e) > 1e-14 {
		ratio = e / v1
	}
	rho := ratio * ratio * v0 / v2 / q
	j.DF = 4 + (q+2)/(float64(q*rho)-1)
	if math.Abs(j.DF-2) >= 1e-2 {
		j.Scale = j.DF * e / (j.DF - 2)
	}
	if !(j.DF > 0) || !(j.Scale > 0) {
		return Joint{}, fmt.Errorf("the approximation of Kenward and Roger breaks down here (denominator degrees of freedom %v)", j.DF)
	}
	v := make([]float64, r*r)
	t := make([]float64, r)
	adjusted := s.covariance(j.Method)
	for a := range r {
		t[a] = arithmetic.Dot(white[a], s.Beta)
		for x := range p {
			hv[x] = arithmetic.Dot(adjusted[x*p:(x+1)*p], white[a])
		}
		for b := range r {
			v[a*r+b] = arithmetic.Dot(hv, white[b])
		}
	}
	if !arithmetic.Cholesky(v, r) {
		return Joint{}, errors.New("the adjusted covariance of the combinations is not positive definite")
	}
	arithmetic.SolveLower(v, r, t)
	j.F = j.Scale * arithmetic.Dot(t, t) / q
	j.P = dist.F{DF1: q, DF2: j.DF}.Survival(j.F)
	return j, nil
}
