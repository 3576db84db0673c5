package glmm

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/arithmetic"
)

// brute integrates one cluster by a trapezoid rule so fine and wide that
// nothing is left to improve, in plain code of its own.
// Only where to look, center and width, is taken from the code under test.
func brute(s *sample, c int, theta []float64, center, width float64) float64 {
	sigma := math.Exp(theta[s.p])
	k, shift := 0.0, 0.0
	if s.family == NegativeBinomial {
		shift, k = theta[s.p+1], math.Exp(theta[s.p+1])
	}
	h := width / 30
	reach := int(math.Min(9, 50*width) / h)
	var logs []float64
	top := math.Inf(-1)
	for i := -reach; i <= reach; i++ {
		u := center + float64(i)*h
		f := -u * u / 2
		for e := s.first[c]; e < s.first[c+1]; e++ {
			cell := int(s.cell[e])
			z := s.offset[cell] - shift + sigma*u
			for j := range s.p {
				z += s.q[cell*s.p+j] * theta[j]
			}
			switch s.family {
			case Poisson:
				f += s.a[e]*z - s.n[e]*math.Exp(z)
			case Binomial:
				f += s.a[e]*z - s.n[e]*(max(z, 0)+math.Log1p(math.Exp(-math.Abs(z))))
			default:
				f += s.a[e]*z - (s.a[e]+s.n[e]*k)*(max(z, 0)+math.Log1p(math.Exp(-math.Abs(z))))
			}
		}
		logs = append(logs, f)
		top = max(top, f)
	}
	sum := 0.0
	for _, f := range logs {
		sum += math.Exp(f - top)
	}
	return top + math.Log(sum*h/math.Sqrt(2*math.Pi))
}

// The default integrates to rounding: clusters of one row and of many, small
// and extreme standard deviations, all families; many adaptive nodes agree.
func TestFullIsTheIntegral(t *testing.T) {
	for _, family := range []Family{Binomial, Poisson, NegativeBinomial} {
		for i, sigma := range []float64{0.02, 0.6, 1.7, 4.5, 9} {
			logK := []float64{0.7, 9, -1, 2, 0}[i]
			if family != Binomial && sigma > 2 {
				continue // counts would overflow the data, not the method
			}
			d := simulated(8, family, 15, 1)
			for i := range d.Y { // the last five groups are large: 100 times the trials or counts
				if d.Group[i] < 10 {
					continue
				}
				d.Y[i] *= 100
				if d.Trials != nil {
					d.Trials[i] *= 100
				}
			}
			s, err := newSample(d, family)
			if err != nil {
				t.Fatal(err)
			}
			theta := []float64{0.4, -0.3, 0.5, math.Log(sigma), logK}
			l := newLikelihood(s, Full)
			many := newLikelihood(s, 150)
			theta = theta[:l.dim()]
			l.evaluate(theta, 0)
			many.evaluate(theta, 0)
			for c := range s.copies {
				got := l.cluster(c)
				from, to := s.first[c], s.first[c+1]
				_, h := l.atMode(l.mode[c], s.cell[from:to], s.a[from:to])
				want := brute(s, c, theta, l.mode[c], 1/math.Sqrt(h))
				if math.Abs(got-want) > 2e-13*(1+math.Abs(want)) {
					t.Errorf("%v, sigma %v, cluster %d: %.16g, want %.16g", family, sigma, c, got, want)
				}
				if got := many.cluster(c); math.Abs(got-want) > 1e-9 && sigma < 3 {
					t.Errorf("%v, sigma %v, cluster %d: 150 nodes %.16g, want %.16g", family, sigma, c, got, want)
				}
			}
		}
	}
}

// A rule with n nodes integrates polynomials up to degree 2n-1: moments of the
// normal with variance 1/2 are (2j-1)!!/2^j.
func TestHermiteRules(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 25, 100, 500} {
		r := hermiteRule(n)
		moment := 1.0
		for j := range min(n, 8) {
			if j > 0 {
				moment *= float64(2*j-1) / 2
			}
			sum, odd := 0.0, 0.0
			for k, x := range r.x {
				w := math.Exp(r.logw[k]-x*x) / math.SqrtPi
				sum += w * math.Pow(x, float64(2*j))
				odd += w * math.Pow(x, float64(2*j+1))
			}
			if math.Abs(sum/moment-1) > 1e-12 || math.Abs(odd) > 1e-12*moment {
				t.Errorf("%d nodes: moment %d is %v, want %v, odd one %v", n, 2*j, sum, moment, odd)
			}
		}
	}
	// Abramowitz and Stegun, table 25.10, n = 5
	r := hermiteRule(5)
	for k, want := range []float64{-2.020182870456086, -0.958572464613819, 0, 0.958572464613819, 2.020182870456086} {
		if math.Abs(r.x[k]-want) > 1e-14 {
			t.Errorf("node %d is %v, want %v", k, r.x[k], want)
		}
	}
	if w := math.Exp(r.logw[0] - r.x[0]*r.x[0]); math.Abs(w-0.01995324205904591) > 1e-15 {
		t.Errorf("weight %v", w)
	}
}

// Plain Newton for the mode falls into a cycle of two at large sigma; the
// bracketed one finds the root from any start.
func TestModeFromAnyStart(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, family := range []Family{Binomial, Poisson, NegativeBinomial} {
		s, err := newSample(simulated(12, family, 30, 1), family)
		if err != nil {
			t.Fatal(err)
		}
		l := newLikelihood(s, 1)
		for range 50 {
			theta := []float64{2 * rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), math.Log(0.1 + 5*rng.Float64()), rng.NormFloat64()}[:l.dim()]
			for c := range l.mode {
				l.mode[c] = 6 * rng.NormFloat64()
			}
			if !l.evaluate(theta, 0) {
				continue
			}
			for c := range s.copies {
				u, score := l.mode[c], -l.mode[c]
				for e := s.first[c]; e < s.first[c+1]; e++ {
					b := s.n[e]
					if family == NegativeBinomial {
						b = s.a[e] + s.n[e]*l.k
					}
					_, k1 := family.cumulant(l.z[s.cell[e]] + l.sigma*u)
					score += l.sigma * (s.a[e] - b*k1)
				}
				if math.Abs(score) > 1e-9*(1+math.Abs(u)) {
					t.Fatalf("%v, theta %v: score %v at the mode %v", family, theta, score, u)
				}
			}
		}
	}
}

// Nothing is allocated in an evaluation, whatever the order of derivatives.
func TestEvaluationAllocatesNothing(t *testing.T) {
	for _, nodes := range []int{Full, 15} {
		s, err := newSample(simulated(4, NegativeBinomial, 20, 1), NegativeBinomial)
		if err != nil {
			t.Fatal(err)
		}
		l := newLikelihood(s, nodes)
		theta := make([]float64, l.dim())
		if n := testing.AllocsPerRun(20, func() { l.evaluate(theta, 2) }); n != 0 {
			t.Errorf("%d nodes: %v allocations", nodes, n)
		}
	}
}

// The optimum of every approximation is at least as high as what ascents from
// many starts of the same hill find, and the gradient there is nothing.
func TestOptimumOfToenailShapedData(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 4))
	d := repeated(rng, 70, 7, 4)
	var last float64
	for _, nodes := range []int{1, 5, 15, 100, Full} {
		m, err := Fit(d, Options{Nodes: nodes})
		if err != nil {
			t.Fatal(err)
		}
		if c := m.Convergence; !c.Definite || c.Decrement > 1e-15 || c.MaxGradient > 1e-6 {
			t.Errorf("%d nodes: %+v", nodes, c)
		}
		l := newLikelihood(m.s, nodes)
		for range 2 {
			theta := append([]float64(nil), m.theta...)
			for j := range theta {
				theta[j] += 0.2 * rng.NormFloat64()
			}
			var c Convergence
			if out := l.climb(theta, nil, &c); out != converged || math.Abs(l.value-m.LogLik) > 1e-9 {
				t.Errorf("%d nodes: %v from a start nearby, %v found", nodes, l.value, m.LogLik)
			}
			for j := range theta {
				if math.Abs(theta[j]-m.theta[j]) > 1e-7 {
					t.Errorf("%d nodes, parameter %d: %v and %v", nodes, j, theta[j], m.theta[j])
				}
			}
		}
		if nodes == Full && math.Abs(m.LogLik-last) > 1e-2 {
			t.Errorf("100 nodes give %v, the integral %v", last, m.LogLik)
		}
		last = m.LogLik
		t.Logf("%d nodes: sigma %.6f, log-likelihood %.8f, nodes used %v", nodes, m.Sigma, m.LogLik, m.Used)
	}
}

// repeated draws a trial of two arms over visits with drop-out.
func repeated(rng *rand.Rand, groups, visits int, sigma float64) Data {
	var d Data
	var x []float64
	for g := range groups {
		u := sigma * rng.NormFloat64()
		arm := float64(g % 2)
		last := visits
		if rng.Float64() < 0.3 {
			last = 1 + rng.IntN(visits)
		}
		for v := range last {
			t := float64(v)
			x = append(x, 1, arm, t, arm*t)
			y := 0.0
			if p, _ := arithmetic.Logistic(0.5 - 0.4*t - 0.1*arm*t + u); rng.Float64() < p {
				y = 1
			}
			d.Y, d.Group = append(d.Y, y), append(d.Group, g)
		}
	}
	d.X = mat.NewDense(len(d.Y), 4, x)
	return d
}
