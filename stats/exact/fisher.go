package exact

import (
	"fmt"
	"math"

	"rekindle/stats/root"
)

// FisherTest is the result of Fisher's exact test of a 2 by 2 table. The two-sided P adds all tables that are not more
// probable than the observed one; MidP counts those as probable as it half, and so is not conservative. OddsRatio is the
// conditional maximum likelihood estimate, with the exact (Cornfield) limits at the given level.
type FisherTest struct {
	P, MidP                 float64
	PLess, PGreater         float64 // one-sided: odds ratio below 1, above 1
	OddsRatio, Lower, Upper float64 // may be 0 or infinite
}

// Fisher tests a 2 by 2 table given its margins (R. A. Fisher 1935).
func Fisher(t Table, level float64) (FisherTest, error) {
	if err := t.validate(); err != nil {
		return FisherTest{}, err
	}
	if err := validateLevel(level); err != nil {
		return FisherTest{}, err
	}
	return conditionalOf(t).test(t[0][0], level)
}

// conditional is the law of the first cell (or of a sum of first cells) given the margins: weights at odds ratio 1 for
// the values first, first + 1, ... (equation: Fisher's noncentral hypergeometric law).
type conditional struct {
	first int
	log   []float64 // log probabilities at odds ratio 1
}

func conditionalOf(t Table) conditional {
	row, other := t[0][0]+t[0][1], t[1][0]+t[1][1]
	col := t[0][0] + t[1][0]
	lo, hi := max(0, col-other), min(row, col)
	c := conditional{first: lo, log: make([]float64, hi-lo+1)}
	base := logChoose(row+other, col)
	for k := range c.log {
		x := lo + k
		c.log[k] = logChoose(row, x) + logChoose(other, col-x) - base
	}
	return c
}

func logChoose(n, k int) float64 { return logFactorial(n) - logFactorial(k) - logFactorial(n-k) }

// at gives the probabilities at a log odds ratio.
func (c conditional) at(logOdds float64) []float64 {
	p := make([]float64, len(c.log))
	top := math.Inf(-1)
	for k, l := range c.log {
		p[k] = l + float64(k)*logOdds
		top = max(top, p[k])
	}
	sum := 0.0
	for k := range p {
		p[k] = math.Exp(p[k] - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func (c conditional) tails(x int, logOdds float64) (upTo, from, mean float64) {
	for k, p := range c.at(logOdds) {
		v := c.first + k
		if v <= x {
			upTo += p
		}
		if v >= x {
			from += p
		}
		mean += float64(v) * p
	}
	return upTo, from, mean
}

func (c conditional) test(x int, level float64) (FisherTest, error) {
	var out FisherTest
	null := c.at(0)
	observed := null[x-c.first]
	for _, p := range null {
		switch {
		case p <= observed/asProbable:
			out.P += p
			out.MidP += p
		case p <= observed*asProbable:
			out.P += p
			out.MidP += p / 2
		}
	}
	out.P, out.MidP = min(1, out.P), min(1, out.MidP)
	out.PLess, out.PGreater, _ = c.tails(x, 0)
	out.PLess, out.PGreater = min(1, out.PLess), min(1, out.PGreater)

	last := c.first + len(c.log) - 1
	tail := (1 - level) / 2
	solve := func(f func(logOdds float64) float64) (float64, error) {
		v, err := root.Bracket(f, -1, 1, -700, 700)
		return math.Exp(v), err
	}
	out.OddsRatio, out.Lower, out.Upper = 0, 0, math.Inf(1)
	var err error
	switch {
	case len(c.log) == 1:
		out.OddsRatio = math.NaN() // the margins leave no choice: the table says nothing about the odds ratio
		return out, fmt.Errorf("the margins allow only this table: it says nothing about the odds ratio")
	case x == last:
		out.OddsRatio = math.Inf(1)
	case x > c.first:
		if out.OddsRatio, err = solve(func(l float64) float64 { _, _, m := c.tails(x, l); return m - float64(x) }); err != nil {
			return out, fmt.Errorf("conditional odds ratio: %w", err)
		}
	}
	if x > c.first {
		if out.Lower, err = solve(func(l float64) float64 { _, from, _ := c.tails(x, l); return from - tail }); err != nil {
			return out, fmt.Errorf("lower exact limit of the odds ratio: %w", err)
		}
	}
	if x < last {
		if out.Upper, err = solve(func(l float64) float64 { upTo, _, _ := c.tails(x, l); return upTo - tail }); err != nil {
			return out, fmt.Errorf("upper exact limit of the odds ratio: %w", err)
		}
	}
	return out, nil
}
