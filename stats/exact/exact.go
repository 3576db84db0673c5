// Package exact has tests that condition on what was fixed by design or by the margins: Fisher's test for tables, stratified
// tables after Mantel and Haenszel, McNemar's test, rank sums, and the randomization test that replays the trial's own
// allocation. Where a large-sample test belongs beside the exact one (chi-square), it is here too.
//
// It has no models and no covariates: those are lmm's and glmm's. In the paper it stands behind Table 1, the
// comparison of completers with those lost, and the check of Table 3 by the one distribution that the design itself
// guarantees.
package exact

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
)

// Table is a two-by-two table of counts: Table{{a, b}, {c, d}} has the treated in its first row and the events in
// its first column.
type Table [2][2]int

func (t Table) validate() error {
	total := 0
	for _, row := range t {
		for _, v := range row {
			if v < 0 {
				return fmt.Errorf("table %v has a negative count", t)
			}
			total += v
		}
	}
	if total == 0 {
		return fmt.Errorf("table is empty")
	}
	return nil
}

func validateLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	return nil
}

// ChiSquare is Pearson's test of independence.
type ChiSquare struct {
	Statistic, DF, P float64
	Smallest         float64 // smallest expected count: below 5 the approximation is poor
}

// Independence tests a table of counts (rows by columns) by Pearson's chi-square; yates takes half a count off each
// deviation, for two-by-two tables only. Empty rows and columns are left out.
func Independence(table [][]int, yates bool) (ChiSquare, error) {
	t, err := compact(table)
	if err != nil {
		return ChiSquare{}, err
	}
	rows, cols, n := margins(t)
	if len(rows) < 2 || len(cols) < 2 {
		return ChiSquare{}, fmt.Errorf("table has one non-empty row or column: nothing to compare")
	}
	if yates && (len(rows) != 2 || len(cols) != 2) {
		return ChiSquare{}, fmt.Errorf("Yates's correction is for 2 by 2 tables, this one is %d by %d", len(rows), len(cols))
	}
	out := ChiSquare{DF: float64((len(rows) - 1) * (len(cols) - 1)), Smallest: math.Inf(1)}
	for i, row := range t {
		for j, v := range row {
			e := float64(rows[i]) * float64(cols[j]) / float64(n)
			d := math.Abs(float64(v) - e)
			if yates {
				d -= min(0.5, d)
			}
			out.Statistic += d * d / e
			out.Smallest = min(out.Smallest, e)
		}
	}
	out.P = dist.ChiSquared{DF: out.DF}.Survival(out.Statistic)
	return out, nil
}

// compact checks counts and drops empty rows and columns.
func compact(table [][]int) ([][]int, error) {
	if len(table) == 0 {
		return nil, fmt.Errorf("table is empty")
	}
	keep := make([]bool, len(table[0]))
	var out [][]int
	for i, row := range table {
		if len(row) != len(keep) {
			return nil, fmt.Errorf("row %d has %d cells, the first has %d", i+1, len(row), len(keep))
		}
		total := 0
		for j, v := range row {
			if v < 0 {
				return nil, fmt.Errorf("cell %d of row %d is negative", j+1, i+1)
			}
			total += v
			keep[j] = keep[j] || v > 0
		}
		if total > 0 {
			out = append(out, row)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("table has no counts")
	}
	for i, row := range out {
		var kept []int
		for j, v := range row {
			if keep[j] {
				kept = append(kept, v)
			}
		}
		out[i] = kept
	}
	return out, nil
}

func margins(t [][]int) (rows, cols []int, n int) {
	rows, cols = make([]int, len(t)), make([]int, len(t[0]))
	for i, row := range t {
		for j, v := range row {
			rows[i] += v
			cols[j] += v
			n += v
		}
	}
	return rows, cols, n
}

// logFactorial gives log n!.
func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

// asProbable is how much larger than the observed one a probability may be and still count as not larger: equal
// probabilities reached by different roundings must count alike (the factor R uses).
const asProbable = 1 + 1e-7
