package lmm

import (
	"rekindle/stats/design"
	"rekindle/stats/wald"
)

// TermTest is the F test of a term.
type TermTest struct {
	Term string
	wald.Joint
	Note string // why there is no test; "" = there is
}

// TypeIII tests every term of the fixed part adjusted for all others, averaged over the levels of factors it interacts with (SAS type III,
// lmerTest's default).
func (m *Model) TypeIII(method wald.Method) ([]TermTest, error) {
	h, err := m.plan.design.TypeIII()
	if err != nil {
		return nil, err
	}
	return m.testTerms(h, method), nil
}

// TypeI tests every term adjusted for those before it only.
func (m *Model) TypeI(method wald.Method) []TermTest {
	return m.testTerms(m.plan.design.TypeI(), method)
}

func (m *Model) testTerms(h []design.Hypothesis, method wald.Method) []TermTest {
	out := make([]TermTest, len(h))
	for i, x := range h {
		out[i].Term = x.Term
		j, err := m.JointTest(x.L, method)
		if err != nil {
			out[i].Note = err.Error()
		}
		out[i].Joint = j
	}
	return out
}
