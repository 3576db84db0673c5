package exact

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
)

// MantelHaenszel is the analysis of 2 by 2 tables in strata under one common effect.
type MantelHaenszel struct {
	OddsRatio, Lower, Upper float64 // Mantel-Haenszel estimate, Robins-Breslow-Greenland interval
	RiskDifference          float64 // Greenland-Robins weights
	RiskLower, RiskUpper    float64
	Statistic, P            float64 // Cochran-Mantel-Haenszel chi-square, 1 df, no continuity correction
	Corrected, CorrectedP   float64 // with continuity correction
	Exact                   FisherTest
	BreslowDay, Homogeneity float64 // Breslow-Day statistic with Tarone's correction and its P
	DF                      float64 // of the homogeneity test: strata that say something, less one
}

// Stratified analyses the tables of the strata (N. Mantel, W. Haenszel 1959; J. Robins, N. Breslow, S. Greenland, Biometrics
// 42, 1986; S. Greenland, J. Robins, Biometrics 41, 1985; R. E. Tarone, Biometrika 72, 1985). Strata that lack one
// row or one column say nothing about the odds ratio and are left out.
func Stratified(tables []Table, level float64) (MantelHaenszel, error) {
	if err := validateLevel(level); err != nil {
		return MantelHaenszel{}, err
	}
	var kept []Table
	for k, t := range tables {
		if err := t.validate(); err != nil {
			return MantelHaenszel{}, fmt.Errorf("stratum %d: %w", k+1, err)
		}
		if (t[0][0]+t[0][1])*(t[1][0]+t[1][1])*(t[0][0]+t[1][0])*(t[0][1]+t[1][1]) > 0 {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return MantelHaenszel{}, fmt.Errorf("no stratum has both arms and both outcomes")
	}
	out := commonRatio(kept, level)
	out.riskDifference(kept, level)
	sum, variance := 0.0, 0.0
	law := conditional{log: []float64{0}}
	first := 0
	for _, t := range kept {
		a, r1, r0, c1, c0, n := cells(t)
		sum += a - r1*c1/n
		variance += r1 * r0 * c1 * c0 / (n * n * (n - 1))
		law = convolve(law, conditionalOf(t))
		first += t[0][0]
	}
	chi := dist.ChiSquared{DF: 1}
	out.Statistic = sum * sum / variance
	out.P = chi.Survival(out.Statistic)
	d := max(0, math.Abs(sum)-0.5)
	out.Corrected = d * d / variance
	out.CorrectedP = chi.Survival(out.Corrected)
	var err error
	if out.Exact, err = law.test(first, level); err != nil {
		return MantelHaenszel{}, err
	}
	out.breslowDay(kept)
	return out, nil
}

func cells(t Table) (a, r1, r0, c1, c0, n float64) {
	a = float64(t[0][0])
	r1, r0 = float64(t[0][0]+t[0][1]), float64(t[1][0]+t[1][1])
	c1, c0 = float64(t[0][0]+t[1][0]), float64(t[0][1]+t[1][1])
	return a, r1, r0, c1, c0, r1 + r0
}

func commonRatio(tables []Table, level float64) MantelHaenszel {
	var r, s, pr, psqr, qs float64
	for _, t := range tables {
		a, b, c, d := float64(t[0][0]), float64(t[0][1]), float64(t[1][0]), float64(t[1][1])
		n := a + b + c + d
		rk, sk := a*d/n, b*c/n
		p, q := (a+d)/n, (b+c)/n
		r, s = r+rk, s+sk
		pr += p * rk
		psqr += p*sk + q*rk
		qs += q * sk
	}
	out := MantelHaenszel{OddsRatio: r / s, Lower: 0, Upper: math.Inf(1)}
	if r > 0 && s > 0 {
		se := math.Sqrt(pr/(2*r*r) + psqr/(2*r*s) + qs/(2*s*s))
		f := math.Exp(dist.Normal{}.QuantileUpper((1-level)/2) * se)
		out.Lower, out.Upper = out.OddsRatio/f, out.OddsRatio*f
	}
	return out
}

func (m *MantelHaenszel) riskDifference(tables []Table, level float64) {
	var num, den, variance float64
	for _, t := range tables {
		a, r1, r0, c1, _, n := cells(t)
		c := c1 - a
		num += (a*r0 - c*r1) / n
		den += r1 * r0 / n
		variance += (a*(r1-a)*r0*r0*r0 + c*(r0-c)*r1*r1*r1) / (r1 * r0 * n * n)
	}
	m.RiskDifference = num / den
	half := dist.Normal{}.QuantileUpper((1-level)/2) * math.Sqrt(variance) / den
	m.RiskLower, m.RiskUpper = m.RiskDifference-half, m.RiskDifference+half
}

// breslowDay compares each stratum's first cell with what the common odds ratio expects of it. It exists for a finite,
// positive common odds ratio and two strata; otherwise it stays zero with P one.
func (m *MantelHaenszel) breslowDay(tables []Table) {
	m.DF, m.Homogeneity = float64(len(tables)-1), 1
	if len(tables) < 2 || m.OddsRatio == 0 || math.IsInf(m.OddsRatio, 1) {
		return
	}
	var excess, total float64
	for _, t := range tables {
		a, r1, r0, c1, _, _ := cells(t)
		e := expectedCell(m.OddsRatio, r1, r0, c1)
		v := 1 / (1/e + 1/(r1-e) + 1/(c1-e) + 1/(r0-c1+e))
		m.BreslowDay += (a - e) * (a - e) / v
		excess += a - e
		total += v
	}
	m.BreslowDay -= excess * excess / total
	m.Homogeneity = dist.ChiSquared{DF: m.DF}.Survival(m.BreslowDay)
}

// expectedCell solves e (r0 - c1 + e) = odds (r1 - e)(c1 - e) for the cell inside the margins.
func expectedCell(odds, r1, r0, c1 float64) float64 {
	if math.Abs(odds-1) < 1e-12 {
		return r1 * c1 / (r1 + r0)
	}
	a := 1 - odds
	b := r0 - c1 + odds*(r1+c1)
	c := -odds * r1 * c1
	root := math.Sqrt(b*b - 4*a*c)
	return -2 * c / (b + root)
}

// convolve gives the law of the sum of two first cells, on the log scale.
func convolve(a, b conditional) conditional {
	out := conditional{first: a.first + b.first, log: make([]float64, len(a.log)+len(b.log)-1)}
	for k := range out.log {
		top, sum := math.Inf(-1), 0.0
		from, to := max(0, k-len(b.log)+1), min(k, len(a.log)-1)
		for i := from; i <= to; i++ {
			top = max(top, a.log[i]+b.log[k-i])
		}
		for i := from; i <= to; i++ {
			sum += math.Exp(a.log[i] + b.log[k-i] - top)
		}
		out.log[k] = top + math.Log(sum)
	}
	return out
}

// McNemarTest compares two paired yes-or-no answers of the same people.
type McNemarTest struct {
	P, MidP                     float64 // exact binomial, two-sided; the mid-P is the one to prefer (Fagerland et al. 2013)
	Statistic, ChiP             float64 // (b - c)^2 / (b + c), 1 df
	Difference, DiffLow, DiffUp float64 // share first minus share second, Bonett-Price interval
}

// McNemar tests a paired table: Table{{both, first only}, {second only, neither}}. (Q. McNemar 1947; interval: D. G. Bonett,
// R. M. Price, Journal of Educational and Behavioral Statistics 37, 2012.)
func McNemar(t Table, level float64) (McNemarTest, error) {
	if err := t.validate(); err != nil {
		return McNemarTest{}, err
	}
	if err := validateLevel(level); err != nil {
		return McNemarTest{}, err
	}
	b, c := t[0][1], t[1][0]
	n := float64(t[0][0] + t[0][1] + t[1][0] + t[1][1])
	out := McNemarTest{P: 1, MidP: 1, ChiP: 1}
	if b+c > 0 {
		law := dist.Binomial{N: b + c, P: 0.5}
		tail, at := law.CDF(min(b, c)), law.Mass(min(b, c))
		out.P = min(1, 2*tail)
		out.MidP = 2*tail - at
		if b == c {
			out.MidP = 1 - at
		}
		d := float64(b - c)
		out.Statistic = d * d / float64(b+c)
		out.ChiP = dist.ChiSquared{DF: 1}.Survival(out.Statistic)
	}
	out.Difference = float64(b-c) / n
	p, q := (float64(b)+1)/(n+2), (float64(c)+1)/(n+2)
	half := dist.Normal{}.QuantileUpper((1-level)/2) * math.Sqrt((p+q-(p-q)*(p-q))/(n+2))
	out.DiffLow, out.DiffUp = p-q-half, p-q+half
	return out, nil
}
