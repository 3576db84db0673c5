package impute

import (
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/arithmetic"
)

// expectation is the sufficient statistics of an arm, completed: X'X, X'Y and Y'Y.
type expectation struct{ xx, xy, yy []float64 }

// complete fills the missing scores in from l, by conditional means with the conditional covariances added (EM), or by draws (with
// rng).
func (s *sample) complete(l *law, rng *rand.Rand) (*expectation, error) {
	e := &expectation{make([]float64, s.p*s.p), make([]float64, s.p*s.v), make([]float64, s.v*s.v)}
	for i, row := range s.y {
		filled, spread, err := l.fill(l.mean(s.x[i]), l.s, row, rng)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		for j, v := range s.x[i] {
			arithmetic.AddScaled(e.xx[j*s.p:(j+1)*s.p], v, s.x[i])
			arithmetic.AddScaled(e.xy[j*s.v:(j+1)*s.v], v, filled)
		}
		for t, v := range filled {
			arithmetic.AddScaled(e.yy[t*s.v:(t+1)*s.v], v, filled)
		}
		if rng == nil && spread != nil {
			arithmetic.AddScaled(e.yy, 1, spread)
		}
	}
	return e, nil
}

// fill gives a row with its missing scores at their conditional mean given the observed ones under mean m and covariance c, and
// their conditional covariance (zero elsewhere; nil when nothing is missing); with rng, at a draw.
func (l *law) fill(m, c, row []float64, rng *rand.Rand) (filled, spread []float64, err error) {
	v := l.v
	var seen, gone []int
	for t, y := range row {
		if math.IsNaN(y) {
			gone = append(gone, t)
		} else {
			seen = append(seen, t)
		}
	}
	filled = append([]float64(nil), row...)
	if len(gone) == 0 {
		return filled, nil, nil
	}
	k, g := len(seen), len(gone)
	root := make([]float64, k*k)
	for a, t := range seen {
		for b, u := range seen {
			root[a*k+b] = c[t*v+u]
		}
	}
	if !arithmetic.Cholesky(root, k) {
		return nil, nil, fmt.Errorf("the covariance of the visits is not positive definite: scores at some visits determine others")
	}
	residual := make([]float64, k)
	for a, t := range seen {
		residual[a] = row[t] - m[t]
	}
	arithmetic.Solve(root, k, residual)
	// half holds L^-1 times the covariance of seen and gone: its cross product is what the seen explain.
	half := make([][]float64, g)
	for b, u := range gone {
		half[b] = make([]float64, k)
		filled[u] = m[u]
		for a, t := range seen {
			half[b][a] = c[t*v+u]
			filled[u] += float64(c[t*v+u] * residual[a])
		}
		arithmetic.SolveLower(root, k, half[b])
	}
	rest := make([]float64, g*g)
	spread = make([]float64, v*v)
	for a, t := range gone {
		for b, u := range gone {
			rest[a*g+b] = c[t*v+u] - arithmetic.Dot(half[a], half[b])
			spread[t*v+u] = rest[a*g+b]
		}
	}
	if rng == nil {
		return filled, spread, nil
	}
	if !arithmetic.Cholesky(rest, g) {
		return nil, nil, fmt.Errorf("missing scores have no conditional variance: scores at some visits determine others")
	}
	for a := range gone {
		z := rng.NormFloat64()
		for b := a; b < g; b++ {
			filled[gone[b]] += float64(rest[b*g+a] * z)
		}
	}
	return filled, spread, nil
}

// regress gives the law that maximizes the completed likelihood, with the Cholesky root of X'X and the residual cross product.
func (s *sample) regress(e *expectation) (l *law, root, residual []float64, err error) {
	root = append([]float64(nil), e.xx...)
	if !arithmetic.Cholesky(root, s.p) {
		return nil, nil, nil, fmt.Errorf("%s: covariates determine each other", s.name)
	}
	l = &law{p: s.p, v: s.v, b: append([]float64(nil), e.xy...), s: make([]float64, s.v*s.v)}
	column := make([]float64, s.p)
	for t := range s.v {
		for j := range column {
			column[j] = e.xy[j*s.v+t]
		}
		arithmetic.Solve(root, s.p, column)
		for j := range column {
			l.b[j*s.v+t] = column[j]
		}
	}
	residual = append([]float64(nil), e.yy...)
	for t := range s.v {
		for u := range s.v {
			for j := range s.p {
				residual[t*s.v+u] -= float64(l.b[j*s.v+t] * e.xy[j*s.v+u])
			}
		}
	}
	for k := range residual {
		l.s[k] = residual[k] / float64(len(s.y))
	}
	return l, root, residual, nil
}

// start is a law from what is seen of each visit alone.
func (s *sample) start() (*law, error) {
	if s.latest != nil {
		return s.latest, nil
	}
	l := &law{p: s.p, v: s.v, b: make([]float64, s.p*s.v), s: make([]float64, s.v*s.v)}
	for t := range s.v {
		n, sum, squares := 0.0, 0.0, 0.0
		for _, row := range s.y {
			if !math.IsNaN(row[t]) {
				n, sum, squares = n+1, sum+row[t], squares+float64(row[t]*row[t])
			}
		}
		if int(n) <= s.p+t+1 {
			return nil, fmt.Errorf("%s, visit %d: %v participants seen for %d coefficients", s.name, t+1, n, s.p+t)
		}
		l.b[t] = sum / n
		l.s[t*s.v+t] = max(squares/n-float64(sum/n*sum/n), 1e-12*squares/n, 1e-300)
	}
	return l, nil
}

// em is the algorithm of A. P. Dempster, N. M. Laird, D. B. Rubin (1977), run until no mean moves by 1e-11 of its standard
// deviation and no covariance by 1e-11 of the product of its two.
func (s *sample) em() (*law, error) {
	l, err := s.start()
	if err != nil {
		return nil, err
	}
	const most = 20_000
	for range most {
		e, err := s.complete(l, nil)
		if err != nil {
			return nil, err
		}
		next, _, _, err := s.regress(e)
		if err != nil {
			return nil, err
		}
		moved := 0.0
		for t := range s.v {
			sd := math.Sqrt(next.s[t*s.v+t])
			for j := range s.p {
				moved = max(moved, math.Abs(next.b[j*s.v+t]-l.b[j*s.v+t])/sd*s.typical(j))
			}
			for u := range s.v {
				moved = max(moved, math.Abs(next.s[t*s.v+u]-l.s[t*s.v+u])/(sd*math.Sqrt(next.s[u*s.v+u])))
			}
		}
		l = next
		if moved < 1e-11 {
			s.latest = l
			return l, nil
		}
	}
	return nil, fmt.Errorf("%s: the EM algorithm did not settle in %d steps: too little is seen of some pairs of visits", s.name, most)
}

// typical is the size of covariate j: it turns a coefficient into score units.
func (s *sample) typical(j int) float64 {
	v := 0.0
	for _, x := range s.x {
		v = max(v, math.Abs(x[j]))
	}
	return v
}

// augmentation steps: before the first draw that is kept. Each imputation has a chain of its own, started at the maximum
// likelihood estimate, so draws are independent and need no thinning.
const burnIn = 300

// augment is data augmentation (M. A. Tanner, W. H. Wong 1987; J. L. Schafer, Analysis of Incomplete Multivariate Data, 1997, 5.4) under
// the prior |Sigma|^-(v+1)/2: draw the missing scores, then Sigma from its inverse Wishart law and the coefficients from their normal one.
func (s *sample) augment(rng *rand.Rand) (*law, error) {
	l, err := s.em()
	if err != nil {
		return nil, err
	}
	df := len(s.y) - s.p
	if df < s.v {
		return nil, fmt.Errorf("%s: %d participants for %d visits and %d covariates: too few to draw a covariance", s.name, len(s.y), s.v, s.p)
	}
	for range burnIn {
		e, err := s.complete(l, rng)
		if err != nil {
			return nil, err
		}
		center, root, residual, err := s.regress(e)
		if err != nil {
			return nil, err
		}
		sigma, ok := inverseWishart(rng, residual, s.v, float64(df))
		if !ok {
			return nil, fmt.Errorf("%s: scores at some visits determine others", s.name)
		}
		l = &law{p: s.p, v: s.v, s: sigma, b: center.b}
		s.scatter(rng, l, root)
	}
	return l, nil
}

// scatter adds to the coefficients a draw with covariance (X'X)^-1 across covariates and Sigma across visits.
func (s *sample) scatter(rng *rand.Rand, l *law, root []float64) {
	across := append([]float64(nil), l.s...)
	if !arithmetic.Cholesky(across, s.v) { // drawn from an inverse Wishart law: positive definite
		return
	}
	z := make([]float64, s.p*s.v)
	for k := range z {
		z[k] = rng.NormFloat64()
	}
	column := make([]float64, s.p)
	for u := range s.v {
		for j := range column {
			column[j] = z[j*s.v+u]
		}
		arithmetic.SolveLowerT(root, s.p, column)
		for j, c := range column {
			for t := u; t < s.v; t++ {
				l.b[j*s.v+t] += float64(across[t*s.v+u] * c)
			}
		}
	}
}

// inverseWishart draws the inverse of a Wishart matrix with df degrees of freedom and scale the inverse of w (Bartlett's decomposition).
func inverseWishart(rng *rand.Rand, w []float64, v int, df float64) ([]float64, bool) {
	root := append([]float64(nil), w...)
	if !arithmetic.Cholesky(root, v) {
		return nil, false
	}
	// With W = L L' and A Bartlett's triangle, Sigma = L (A A')^-1 L' = M M', M = L A'^-1.
	a := make([]float64, v*v)
	for i := range v {
		a[i*v+i] = math.Sqrt(chiSquare(rng, df-float64(i)))
		for j := range i {
			a[i*v+j] = rng.NormFloat64()
		}
	}
	m := make([]float64, v*v) // row t: A^-1 times row t of L
	for t := range v {
		row := make([]float64, v)
		copy(row, root[t*v:t*v+t+1])
		arithmetic.SolveLower(a, v, row)
		copy(m[t*v:], row)
	}
	out := make([]float64, v*v)
	for t := range v {
		for u := range v {
			out[t*v+u] = arithmetic.Dot(m[t*v:(t+1)*v], m[u*v:(u+1)*v])
		}
	}
	return out, true
}
