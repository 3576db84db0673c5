// Package multiplicity adjusts P values for having asked more than one question.
//
// An adjusted P value is the smallest level at which its hypothesis is rejected by the whole procedure: compare it
// with alpha and nothing else. Procedures here know P values only, not their correlation; which hypotheses form a
// family and in what order is the protocol's to say, before the data.
//
// In the paper ten outcomes are tested at .05 each (Table 3); after Holm two of the differences remain.
package multiplicity

import (
	"fmt"
	"slices"
)

// Method names a procedure for one family of hypotheses.
type Method string

// The procedures. Those to FixedSequence keep the familywise error; BenjaminiHochberg and BenjaminiYekutieli keep the
// false discovery rate.
const (
	Bonferroni    Method = "bonferroni"     // P times the number of hypotheses; any dependence
	Holm          Method = "holm"           // step-down Bonferroni (Holm 1979); any dependence, never weaker than Bonferroni
	Hochberg      Method = "hochberg"       // step-up (Hochberg 1988); independent or positively dependent P values
	Hommel        Method = "hommel"         // closed Simes test (Hommel 1988); as Hochberg, never weaker
	FixedSequence Method = "fixed-sequence" // each at full level in the given order until the first that fails
	// BenjaminiHochberg is for independent or positively dependent P values (1995).
	BenjaminiHochberg Method = "bh"
	// BenjaminiYekutieli is for any dependence (2001).
	BenjaminiYekutieli Method = "by"
)

// Methods lists every Method.
func Methods() []Method {
	return []Method{Bonferroni, Holm, Hochberg, Hommel, FixedSequence, BenjaminiHochberg, BenjaminiYekutieli}
}

// Adjust gives the adjusted P values in the order of p. An error names a P value that is not in [0, 1], or an unknown
// method. No P values give none.
func Adjust(m Method, p []float64) ([]float64, error) {
	if err := validate(p); err != nil {
		return nil, err
	}
	n := float64(len(p))
	switch m {
	case Bonferroni:
		return each(p, func(v float64) float64 { return v * n }), nil
	case Holm:
		return stepDown(p, func(rank int) float64 { return n - float64(rank) }), nil
	case Hochberg:
		return stepUp(p, func(rank int) float64 { return n - float64(rank) }), nil
	case Hommel:
		return hommel(p), nil
	case FixedSequence:
		return runningMax(p), nil
	case BenjaminiHochberg:
		return stepUp(p, func(rank int) float64 { return n / float64(rank+1) }), nil
	case BenjaminiYekutieli:
		harmonic := 0.0
		for i := range p {
			harmonic += 1 / float64(i+1)
		}
		return stepUp(p, func(rank int) float64 { return harmonic * n / float64(rank+1) }), nil
	}
	return nil, fmt.Errorf("unknown multiplicity method %q: use one of %v", m, Methods())
}

func validate(p []float64) error {
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("P value %d is %v: P values lie between 0 and 1", i+1, v)
		}
	}
	return nil
}

func each(p []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(p))
	for i, v := range p {
		out[i] = min(1, f(v))
	}
	return out
}

// order gives the indices of p from the smallest to the largest, ties as given.
func order(p []float64) []int {
	idx := make([]int, len(p))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	return idx
}

// stepDown multiplies the sorted P values by factor(rank) and takes maxima from the smallest up.
func stepDown(p []float64, factor func(rank int) float64) []float64 {
	out, top := make([]float64, len(p)), 0.0
	for rank, i := range order(p) {
		top = max(top, min(1, p[i]*factor(rank)))
		out[i] = top
	}
	return out
}

// stepUp multiplies the sorted P values by factor(rank) and takes minima from the largest down.
func stepUp(p []float64, factor func(rank int) float64) []float64 {
	out, low := make([]float64, len(p)), 1.0
	idx := order(p)
	for rank := len(p) - 1; rank >= 0; rank-- {
		i := idx[rank]
		low = min(low, p[i]*factor(rank))
		out[i] = low
	}
	return out
}

func runningMax(p []float64) []float64 {
	out, top := make([]float64, len(p)), 0.0
	for i, v := range p {
		top = max(top, v)
		out[i] = top
	}
	return out
}

// hommel follows S. P. Wright, Biometrics 48 (1992) 1005-1013, in the form of R's p.adjust.
func hommel(p []float64) []float64 {
	n := len(p)
	idx := order(p)
	sorted := make([]float64, n)
	for r, i := range idx {
		sorted[r] = p[i]
	}
	simes := func(from, m int) float64 { // m times the smallest P over its rank, ranks running from m - len + 1
		low := 1.0
		for r := from; r < n; r++ {
			low = min(low, float64(m)*sorted[r]/float64(m-(n-1-r)))
		}
		return low
	}
	best := make([]float64, n)
	for r := range best {
		best[r] = simes(0, n)
	}
	q := make([]float64, n)
	for m := n - 1; m >= 2; m-- {
		q1 := simes(n-m+1, m)
		for r := 0; r <= n-m; r++ {
			q[r] = min(float64(m)*sorted[r], q1)
		}
		for r := n - m + 1; r < n; r++ {
			q[r] = q[n-m]
		}
		for r := range best {
			best[r] = max(best[r], q[r])
		}
	}
	out := make([]float64, n)
	for r, i := range idx {
		out[i] = min(1, max(best[r], sorted[r]))
	}
	return out
}
