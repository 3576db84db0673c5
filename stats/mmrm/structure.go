package mmrm

import (
	"fmt"
	"math"
	"strings"

	"rekindle/stats/arithmetic"
)

// Structure is the form of the covariance of a participant's visits.
type Structure string

// The structures, by SAS's and mmrm's short names. Heterogeneous ones have a
// variance for each visit.
const (
	Unstructured                  Structure = "un"     // every variance and covariance
	CompoundSymmetry              Structure = "cs"     // one variance, one correlation
	CompoundSymmetryHeterogeneous Structure = "csh"    // variances by visit, one correlation
	Autoregressive                Structure = "ar1"    // one variance, correlation rho^|a-b|
	AutoregressiveHeterogeneous   Structure = "ar1h"   // variances by visit, correlation rho^|a-b|
	Toeplitz                      Structure = "toep"   // one variance, a correlation for each distance |a-b|
	ToeplitzHeterogeneous         Structure = "toeph"  // variances by visit, a correlation for each distance
	Independent                   Structure = "simple" // one variance, no correlation
)

// Structures are all structures.
var Structures = []Structure{Unstructured, CompoundSymmetry, CompoundSymmetryHeterogeneous, Autoregressive, AutoregressiveHeterogeneous, Toeplitz, ToeplitzHeterogeneous, Independent}

// ParseStructure finds a structure by its short name, or by the long names of
// protocols ("unstructured", "compound_symmetry", ...).
func ParseStructure(name string) (Structure, error) {
	long := map[string]Structure{"unstructured": Unstructured, "us": Unstructured,
		"compound_symmetry": CompoundSymmetry, "compound_symmetry_heterogeneous": CompoundSymmetryHeterogeneous, "cs_heterogeneous": CompoundSymmetryHeterogeneous,
		"autoregressive": Autoregressive, "ar(1)": Autoregressive, "autoregressive_heterogeneous": AutoregressiveHeterogeneous, "arh(1)": AutoregressiveHeterogeneous,
		"toeplitz": Toeplitz, "toeplitz_heterogeneous": ToeplitzHeterogeneous, "independent": Independent}
	name = strings.ToLower(name)
	if s, ok := long[name]; ok {
		return s, nil
	}
	for _, s := range Structures {
		if string(s) == name {
			return s, nil
		}
	}
	return "", fmt.Errorf("mmrm: covariance structure %q is unknown; there are %q", name, Structures)
}

func (s Structure) heterogeneous() bool {
	return s == CompoundSymmetryHeterogeneous || s == AutoregressiveHeterogeneous || s == ToeplitzHeterogeneous
}

// shape of the correlations: "cs", "ar1", "toep", or "" for none.
func (s Structure) shape() string {
	switch s {
	case CompoundSymmetry, CompoundSymmetryHeterogeneous:
		return "cs"
	case Autoregressive, AutoregressiveHeterogeneous:
		return "ar1"
	case Toeplitz, ToeplitzHeterogeneous:
		return "toep"
	}
	return ""
}

// scales and correlations count the parameters over m visits; of the
// unstructured form all parameters are entries of the matrix.
func (s Structure) scales(m int) int {
	if s.heterogeneous() {
		return m
	}
	return 1
}

func (s Structure) correlations(m int) int {
	switch {
	case m == 1:
		return 0
	case s.shape() == "toep":
		return m - 1
	case s.shape() == "":
		return 0
	}
	return 1
}

// parameters is their number over m visits.
func (s Structure) parameters(m int) int {
	if s == Unstructured {
		return m * (m + 1) / 2
	}
	return s.scales(m) + s.correlations(m)
}

// names of the parameters in their order: entries of the covariance by row
// (un), else log standard deviations and then correlations.
func (s Structure) names(visits []string) []string {
	var out []string
	if s == Unstructured {
		for a := range visits {
			for b := range a + 1 {
				if a == b {
					out = append(out, "variance "+visits[a])
				} else {
					out = append(out, "covariance "+visits[b]+", "+visits[a])
				}
			}
		}
		return out
	}
	if s.heterogeneous() {
		for _, v := range visits {
			out = append(out, "log SD "+v)
		}
	} else {
		out = append(out, "log SD")
	}
	if s.shape() == "toep" {
		for d := 1; d < len(visits); d++ {
			out = append(out, fmt.Sprintf("correlation at distance %d", d))
		}
	} else if s.correlations(len(visits)) == 1 {
		out = append(out, "correlation")
	}
	return out
}

// spot is an entry of a symmetric matrix on or below its diagonal (a >= b).
type spot struct {
	a, b int
	v    float64
}

// sigma is a covariance matrix with its derivatives in the parameters, as
// lists of entries: most are nearly empty. Equation (structure).
type sigma struct {
	s      Structure
	m      int
	matrix []float64  // m x m
	first  [][]spot   // by parameter
	second [][][]spot // by pair of parameters, j <= i; nil where the matrix is linear in them
}

func newSigma(s Structure, m int) *sigma {
	k := s.parameters(m)
	g := &sigma{s: s, m: m, matrix: make([]float64, m*m), first: make([][]spot, k)}
	if s == Unstructured {
		i := 0
		for a := range m {
			for b := range a + 1 {
				g.first[i] = []spot{{a, b, 1}}
				i++
			}
		}
		return g
	}
	g.second = make([][][]spot, k)
	all := m * (m + 1) / 2
	for i := range k {
		g.first[i] = make([]spot, 0, all)
		g.second[i] = make([][]spot, i+1)
		for j := range i + 1 {
			g.second[i][j] = make([]spot, 0, all)
		}
	}
	return g
}

// set computes the matrix at theta, and with derivatives its first and second
// derivatives.
func (g *sigma) set(theta []float64, derivatives bool) {
	m := g.m
	if g.s == Unstructured {
		i := 0
		for a := range m {
			for b := range a + 1 {
				g.matrix[a*m+b], g.matrix[b*m+a] = theta[i], theta[i]
				i++
			}
		}
		return
	}
	if derivatives {
		for i := range g.first {
			g.first[i] = g.first[i][:0]
			for j := range i + 1 {
				g.second[i][j] = g.second[i][j][:0]
			}
		}
	}
	scales := g.s.scales(m)
	for a := range m {
		for b := range a + 1 {
			ia, ib := 0, 0 // which scale each visit has
			if scales > 1 {
				ia, ib = a, b
			}
			scale := arithmetic.Exp(theta[ia] + theta[ib])
			c, k, c1, c2 := g.correlation(theta[scales:], a-b)
			v := float64(scale * c)
			g.matrix[a*m+b], g.matrix[b*m+a] = v, v
			if !derivatives {
				continue
			}
			if ia == ib {
				g.add(ia, -1, a, b, 2*v)
				g.add(ia, ia, a, b, 4*v)
			} else {
				g.add(ia, -1, a, b, v)
				g.add(ib, -1, a, b, v)
				g.add(ia, ia, a, b, v)
				g.add(ib, ib, a, b, v)
				g.add(ia, ib, a, b, v)
			}
			if k < 0 {
				continue
			}
			k += scales
			g.add(k, -1, a, b, float64(scale*c1))
			g.add(k, k, a, b, float64(scale*c2))
			if ia == ib {
				g.add(k, ia, a, b, 2*float64(scale*c1))
			} else {
				g.add(k, ia, a, b, float64(scale*c1))
				g.add(k, ib, a, b, float64(scale*c1))
			}
		}
	}
}

// add files an entry of a first (j < 0) or second derivative.
func (g *sigma) add(i, j, a, b int, v float64) {
	switch {
	case v == 0:
	case j < 0:
		g.first[i] = append(g.first[i], spot{a, b, v})
	default:
		i, j = max(i, j), min(i, j)
		g.second[i][j] = append(g.second[i][j], spot{a, b, v})
	}
}

// correlation returns the correlation of two visits at a distance, the index
// of its parameter (-1: none), and its two derivatives in that parameter.
func (g *sigma) correlation(rho []float64, distance int) (c float64, k int, c1, c2 float64) {
	if distance == 0 {
		return 1, -1, 0, 0
	}
	switch g.s.shape() {
	case "cs":
		return rho[0], 0, 1, 0
	case "toep":
		return rho[distance-1], distance - 1, 1, 0
	case "ar1":
		c, c1, c2 = 1, 0, 0
		for range distance { // c2, c1, c <- derivatives of c*rho
			c2 = float64(c2*rho[0]) + 2*c1
			c1 = float64(c1*rho[0]) + c
			c = float64(c * rho[0])
		}
		return c, 0, c1, c2
	}
	return 0, -1, 0, 0
}

// start fills theta with a guess from the covariance s (m x m) of the
// residuals; with 0 < shrink <= 1 the correlations are multiplied by it.
func (s Structure) start(theta, cov []float64, m int, shrink float64) {
	if s == Unstructured {
		i := 0
		for a := range m {
			for b := range a + 1 {
				theta[i] = cov[a*m+b]
				if a != b {
					theta[i] = float64(theta[i] * shrink)
				}
				i++
			}
		}
		return
	}
	scales := s.scales(m)
	mean := 0.0
	for a := range m {
		mean += cov[a*m+a] / float64(m)
		if scales > 1 {
			theta[a] = 0.5 * arithmetic.Log(cov[a*m+a])
		}
	}
	if scales == 1 {
		theta[0] = 0.5 * arithmetic.Log(mean)
	}
	// mean correlation at each distance
	by := make([]float64, m)
	total, pairs := 0.0, 0.0
	for d := 1; d < m; d++ {
		for b := range m - d {
			a := b + d
			r := cov[a*m+b] / math.Sqrt(float64(cov[a*m+a]*cov[b*m+b]))
			by[d] += r / float64(m-d)
			total += r
			pairs++
		}
	}
	switch s.shape() {
	case "cs":
		if m > 1 {
			theta[scales] = float64(shrink * max(total/pairs, -0.9/float64(m-1)))
		}
	case "ar1":
		if m > 1 {
			theta[scales] = float64(shrink * by[1])
		}
	case "toep":
		for d := 1; d < m; d++ {
			theta[scales+d-1] = float64(shrink * by[d])
		}
	}
}
