package power

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/dist"
)

// Test names a test of two proportions.
type Test string

// The tests of two proportions.
const (
	Pooled        Test = "pooled"       // chi-square without correction: pooled variance under no difference (Fleiss)
	Unpooled      Test = "unpooled"     // Wald test of the risk difference
	Continuity    Test = "continuity"   // chi-square with continuity correction (Fleiss, Tytun, Ury 1980)
	Arcsine       Test = "arcsine"      // difference of arcsine roots (Cohen's h)
	FisherExact   Test = "fisher"       // Fisher's exact test, power by enumeration
	PooledExact   Test = "pooled_exact" // chi-square without correction, power by enumeration
	enumerated         = 1e-13          // binomial masses below this are not visited
	mostExact          = 3000           // participants an arm up to which tables are enumerated, once
	mostExactSize      = 400            // and over and over, for a size
	sawtoothRun        = 20             // sizes in a row that must keep the target power
)

// Tests lists every Test.
func Tests() []Test {
	return []Test{Pooled, Unpooled, Continuity, Arcsine, FisherExact, PooledExact}
}

func (q Question) test() Test {
	if q.Test == "" {
		return Pooled
	}
	return q.Test
}

func (q Question) exact() bool {
	return q.Kind == TwoProportions && (q.test() == FisherExact || q.test() == PooledExact)
}

// eventPower is the power for n1 and n2 people with an outcome: equations (P9) to (P12).
func (q Question) eventPower(n1, n2 float64) Answer {
	// Noncompliance and contamination mix the two probabilities.
	p1 := q.P1 + q.Noncompliance*(q.P2-q.P1)
	p2 := q.P2 + q.Contamination*(q.P1-q.P2)
	if q.exact() {
		return q.enumerate(int(n1), int(n2), p1, p2)
	}
	z := dist.Normal{}.QuantileUpper(q.alpha() / 2)
	d := math.Abs(p1 - p2)
	alternative := math.Sqrt(p1*(1-p1)/n1 + p2*(1-p2)/n2)
	null := alternative
	mean := (n1*p1 + n2*p2) / (n1 + n2)
	switch {
	case q.Kind == Logistic:
		se := math.Sqrt(1/(n1*p1*(1-p1)) + 1/(n2*p2*(1-p2)))
		return zPower(math.Abs(math.Log(p1/(1-p1))-math.Log(p2/(1-p2)))/se, 1, z, se)
	case q.test() == Arcsine:
		se := math.Sqrt((1/n1 + 1/n2) / 4)
		return zPower(math.Abs(math.Asin(math.Sqrt(p1))-math.Asin(math.Sqrt(p2)))/se, 1, z, se)
	case q.test() == Unpooled:
	default:
		null = math.Sqrt(mean * (1 - mean) * (1/n1 + 1/n2))
		if q.test() == Continuity {
			d = max(0, d-(1/n1+1/n2)/2)
		}
	}
	return zPower(d/alternative, null/alternative, z, alternative)
}

// zPower is the power of a test that rejects beyond z null standard errors, scale being those over the true ones.
func zPower(ncp, scale, z, se float64) Answer {
	n := dist.Normal{}
	upper := n.Survival(z*scale - ncp)
	return Answer{NCP: ncp, SE: se, Critical: z, Upper: upper, Power: min(1, upper+n.CDF(-z*scale-ncp))}
}

// enumerate adds the probabilities of all tables that the test rejects.
func (q Question) enumerate(n1, n2 int, p1, p2 float64) Answer {
	if n1 < 1 || n2 < 1 {
		return Answer{Power: math.NaN()}
	}
	first, second := masses(n1, p1), masses(n2, p2)
	var rejects func(x1, x2 int) bool
	if q.test() == FisherExact {
		rejects = fisherRejects(n1, n2, q.alpha())
	} else {
		c := dist.Normal{}.QuantileUpper(q.alpha() / 2)
		f1, f2 := float64(n1), float64(n2)
		rejects = func(x1, x2 int) bool {
			m := float64(x1+x2) / (f1 + f2)
			v := m * (1 - m) * (1/f1 + 1/f2)
			return v > 0 && math.Abs(float64(x1)/f1-float64(x2)/f2) >= c*math.Sqrt(v)
		}
	}
	var a Answer
	for x1, m1 := range first {
		if m1 < enumerated {
			continue
		}
		for x2, m2 := range second {
			if m2 < enumerated || !rejects(x1, x2) {
				continue
			}
			a.Power += m1 * m2
			if (float64(x1)/float64(n1) > float64(x2)/float64(n2)) == (p1 > p2) {
				a.Upper += m1 * m2
			}
		}
	}
	return a
}

func masses(n int, p float64) []float64 {
	out := make([]float64, n+1)
	b := dist.Binomial{N: n, P: p}
	for k := range out {
		out[k] = b.Mass(k)
	}
	return out
}

// fisherRejects finds, for each total number of events, which first counts Fisher's two-sided test (tables not more
// probable than the observed one) rejects, once per total.
func fisherRejects(n1, n2 int, alpha float64) func(x1, x2 int) bool {
	lf := make([]float64, n1+n2+1)
	for i := 2; i < len(lf); i++ {
		lf[i] = lf[i-1] + math.Log(float64(i))
	}
	regions := make([][]bool, n1+n2+1)
	return func(x1, x2 int) bool {
		m := x1 + x2
		if regions[m] == nil {
			regions[m] = fisherRegion(n1, n2, m, alpha, lf)
		}
		return regions[m][x1-max(0, m-n2)]
	}
}

// fisherRegion goes through the tables with m events from the least probable on while their sum stays within alpha; tables as
// probable as each other go in together or not at all.
func fisherRegion(n1, n2, m int, alpha float64, lf []float64) []bool {
	lo, hi := max(0, m-n2), min(n1, m)
	p, order := make([]float64, hi-lo+1), make([]int, hi-lo+1)
	base := lf[n1] + lf[n2] + lf[m] + lf[n1+n2-m] - lf[n1+n2]
	for i := range p {
		x := lo + i
		p[i] = math.Exp(base - lf[x] - lf[n1-x] - lf[m-x] - lf[n2-m+x])
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]bool, len(p))
	sum := 0.0
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && p[order[to]] <= p[order[from]]*(1+1e-7) {
			sum += p[order[to]]
			to++
		}
		if sum > alpha {
			break
		}
		for _, i := range order[from:to] {
			out[i] = true
		}
		from = to
	}
	return out
}

// exactSize walks up from below the approximate size until power stays at the target for a run of sizes.
func (q Question) exactSize(target float64) (Size, error) {
	approximate := q
	approximate.Test = Pooled
	guess, err := approximate.Size(target)
	if err != nil {
		return Size{}, err
	}
	if guess.N1 > mostExactSize || guess.N2 > mostExactSize {
		return Size{}, fmt.Errorf("about %d participants would be needed in arm 1: more than the %d that exact power is enumerated for; use test %q",
			guess.N1, mostExactSize, Continuity)
	}
	at := func(n int) Size {
		n2 := int(math.Ceil(float64(n)*q.ratio() - 1e-9))
		return Size{N1: n, N2: n2, Power: q.sized(float64(n), float64(n2)).power().Power}
	}
	run := 0
	var first Size
	for n := max(2, guess.N1*3/4-5); n <= 2*guess.N1+100; n++ {
		s := at(n)
		if !(s.Power >= target) {
			run = 0
			continue
		}
		if run == 0 {
			first = s
		}
		if run++; run == sawtoothRun {
			return first, nil
		}
	}
	return Size{}, fmt.Errorf("no size up to %d an arm keeps power %v", 2*guess.N1+100, target)
}
