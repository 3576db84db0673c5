package effect

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// HedgesJ is the factor that makes a standardized difference unbiased: the exact gamma form
// Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)) of L. V. Hedges (Journal of Educational Statistics 6, 1981), for m > 1
// degrees of freedom; NaN below.
func HedgesJ(df float64) float64 {
	if !(df > 1) {
		return math.NaN()
	}
	if df > 1e7 {
		return 1 - 3/(4*df-1)
	}
	a, _ := math.Lgamma(df / 2)
	b, _ := math.Lgamma((df - 1) / 2)
	return math.Exp(a-b) / math.Sqrt(df/2)
}

// CohenD is (a.Mean - b.Mean) over the pooled SD, with the exact noncentral t interval under normality and equal
// variances.
func CohenD(a, b Summary, level float64) (Estimate, error) {
	if err := validate(level, a, b); err != nil {
		return Estimate{}, err
	}
	na, nb := float64(a.N), float64(b.N)
	return standardized(a.Mean-b.Mean, pooledSD(a, b), math.Sqrt(na*nb/(na+nb)), na+nb-2, level)
}

// HedgesG is CohenD, limits too, times HedgesJ(N - 2): unbiased for the population difference in SDs.
func HedgesG(a, b Summary, level float64) (Estimate, error) {
	d, err := CohenD(a, b, level)
	if err != nil {
		return Estimate{}, err
	}
	if a.N+b.N < 4 {
		return Estimate{}, fmt.Errorf("Hedges g needs at least 4 participants, there are %d", a.N+b.N)
	}
	return d.times(HedgesJ(float64(a.N + b.N - 2))), nil
}

// GlassDelta is (a.Mean - reference.Mean) over the reference group's SD (G. V. Glass 1976), with the noncentral t interval on
// reference.N - 1 degrees of freedom, exact for equal variances.
func GlassDelta(a, reference Summary, level float64) (Estimate, error) {
	if err := validate(level, a, reference); err != nil {
		return Estimate{}, err
	}
	na, nb := float64(a.N), float64(reference.N)
	return standardized(a.Mean-reference.Mean, reference.SD, math.Sqrt(na*nb/(na+nb)), nb-1, level)
}

// PairedD is the mean of within-person changes over the SD of the changes (d_z), with its noncentral t interval.
func PairedD(change Summary, level float64) (Estimate, error) {
	if err := validate(level, change); err != nil {
		return Estimate{}, err
	}
	n := float64(change.N)
	return standardized(change.Mean, change.SD, math.Sqrt(n), n-1, level)
}

// StandardizedChange is one arm's mean change over its SD at baseline (B. J. Becker, British Journal of Mathematical and
// Statistical Psychology 41, 1988). pre gives the baseline SD and N; rho is the correlation of the two visits. The interval
// is noncentral t: the change is independent of the baseline SD and has variance 2 sigma^2 (1 - rho) / n.
func StandardizedChange(change float64, pre Summary, rho, level float64) (Estimate, error) {
	if err := validate(level, pre); err != nil {
		return Estimate{}, err
	}
	if err := validateRho(rho); err != nil {
		return Estimate{}, err
	}
	n := float64(pre.N)
	return standardized(change, pre.SD, math.Sqrt(n/(2*(1-rho))), n-1, level)
}

// Arm is one arm of a trial with a baseline and a follow-up of the same people.
type Arm struct{ Pre, Post Summary }

// PrePostControl is the pretest-posttest-control effect size d_ppc2 of S. B. Morris (Organizational Research Methods 11,
// 2008): the difference of the mean changes over the pooled baseline SD, times HedgesJ. Pre and Post of an arm must have one N;
// rho is the correlation of the visits. Interval: noncentral t with N - 2 df, as for StandardizedChange.
func PrePostControl(treated, control Arm, rho, level float64) (Estimate, error) {
	if err := validate(level, treated.Pre, treated.Post, control.Pre, control.Post); err != nil {
		return Estimate{}, err
	}
	if err := validateRho(rho); err != nil {
		return Estimate{}, err
	}
	if treated.Pre.N != treated.Post.N || control.Pre.N != control.Post.N {
		return Estimate{}, fmt.Errorf("baseline and follow-up have %d and %d (treated), %d and %d (control) people: use those with both",
			treated.Pre.N, treated.Post.N, control.Pre.N, control.Post.N)
	}
	nt, nc := float64(treated.Pre.N), float64(control.Pre.N)
	change := treated.Post.Mean - treated.Pre.Mean - (control.Post.Mean - control.Pre.Mean)
	d, err := standardized(change, pooledSD(treated.Pre, control.Pre), math.Sqrt(nt*nc/(nt+nc)/(2*(1-rho))), nt+nc-2, level)
	if err != nil {
		return Estimate{}, err
	}
	return d.times(HedgesJ(nt + nc - 2)), nil
}

func validateRho(rho float64) error {
	if !(rho > -1 && rho < 1) {
		return fmt.Errorf("correlation of the visits %v must lie between -1 and 1", rho)
	}
	return nil
}

// standardized gives value / sd with limits: value / sd times scale is noncentral t with df degrees of freedom.
func standardized(value, sd, scale, df, level float64) (Estimate, error) {
	if sd == 0 {
		return Estimate{}, fmt.Errorf("standard deviation is 0: a difference cannot be put in its units")
	}
	d := value / sd
	lower, upper, err := noncentrality(d*scale, df, level)
	if err != nil {
		return Estimate{}, err
	}
	return Estimate{d, lower / scale, upper / scale}, nil
}

func (e Estimate) times(f float64) Estimate { return Estimate{e.Value * f, e.Lower * f, e.Upper * f} }

// Balance is the standardized mean difference of a Table 1: (a.Mean - b.Mean) over sqrt((SDa^2 + SDb^2) / 2) (P. C. Austin,
// Statistics in Medicine 28, 2009). It says how unlike the groups are, whatever their size, and is not a test; both SD
// zero gives 0 for equal means and otherwise an error.
func Balance(a, b Summary) (float64, error) {
	if err := validate(0.5, a, b); err != nil {
		return 0, err
	}
	if a.Mean == b.Mean {
		return 0, nil
	}
	s := math.Sqrt((a.SD*a.SD + b.SD*b.SD) / 2)
	if s == 0 {
		return 0, fmt.Errorf("both groups are constant, at %v and %v: no standardized difference exists", a.Mean, b.Mean)
	}
	return (a.Mean - b.Mean) / s, nil
}

// BalanceOf is the standardized difference of a categorical variable: the Mahalanobis distance between the two groups'
// proportions of all categories but the first (D. Yang, J. E. Dalton, SAS Global Forum 2012). a and b count people by
// category, in one order; categories empty in both groups are left out. For two categories it is the size of
// Balance for proportions. It is never negative.
func BalanceOf(a, b []int) (float64, error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("%d categories in one group and %d in the other", len(a), len(b))
	}
	var na, nb float64
	for i := range a {
		if a[i] < 0 || b[i] < 0 {
			return 0, fmt.Errorf("category %d has a negative count", i+1)
		}
		na, nb = na+float64(a[i]), nb+float64(b[i])
	}
	if na == 0 || nb == 0 {
		return 0, fmt.Errorf("a group is empty")
	}
	var p, q []float64
	for i := range a {
		if a[i]+b[i] > 0 {
			p, q = append(p, float64(a[i])/na), append(q, float64(b[i])/nb)
		}
	}
	k := len(p) - 1
	if k < 1 {
		return 0, nil
	}
	d := mat.NewVecDense(k, nil)
	s := mat.NewSymDense(k, nil)
	for i := range k {
		d.SetVec(i, p[i+1]-q[i+1])
		for j := i; j < k; j++ {
			v := -p[i+1]*p[j+1] - q[i+1]*q[j+1]
			if i == j {
				v += p[i+1] + q[i+1]
			}
			s.SetSym(i, j, v/2)
		}
	}
	var c mat.Cholesky
	if !c.Factorize(s) {
		return 0, fmt.Errorf("the groups share no category: no standardized difference exists")
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, d); err != nil {
		return 0, fmt.Errorf("proportions nearly determine each other: %w", err)
	}
	return math.Sqrt(mat.Dot(d, &x)), nil
}
