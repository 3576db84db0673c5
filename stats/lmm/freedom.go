package lmm

import (
	"fmt"

	"rekindle/stats/wald"
)

// fixedDF gives the degrees of freedom of the methods that depend on the design alone.
func (m *Model) fixedDF(method wald.Method, l []float64) (float64, error) {
	if method == wald.Residual {
		return float64(m.plan.n - m.plan.p), nil
	}
	return 0, fmt.Errorf("no containment yet")
}
