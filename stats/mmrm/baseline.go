package mmrm

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/design"
)

// ConstrainBaseline prepares constrained longitudinal data analysis (Liang and
// Zeger 2000): a model in which randomized arms have one mean at baseline. It
// adds to the table, for every arm but the reference and every visit after the
// baseline, a column that is 1 there and 0 elsewhere, and returns their names,
// such as "coaching@month3". A formula with the visit and these columns,
//
//	y ~ wave + `coaching@month3` + gender + department
//
// is the model, and the coefficient of a column is the effect of that arm at
// that visit. A row without arm or visit is missing in all of them.
func ConstrainBaseline(t *design.Table, arm, visit []string, reference, baseline string) ([]string, error) {
	if len(arm) != t.Len() || len(visit) != t.Len() {
		return nil, fmt.Errorf("mmrm: the table has %d rows, but %d arms and %d visits were given", t.Len(), len(arm), len(visit))
	}
	arms, visits := distinct(arm), distinct(visit)
	if !slices.Contains(arms, reference) {
		return nil, fmt.Errorf("mmrm: no row has the reference arm %q; there are %q", reference, arms)
	}
	if !slices.Contains(visits, baseline) {
		return nil, fmt.Errorf("mmrm: no row has the baseline visit %q; there are %q", baseline, visits)
	}
	var names []string
	for _, v := range visits {
		for _, a := range arms {
			if a == reference || v == baseline {
				continue
			}
			codes := make([]float64, len(arm))
			for i := range codes {
				switch {
				case arm[i] == "" || visit[i] == "":
					codes[i] = math.NaN()
				case arm[i] == a && visit[i] == v:
					codes[i] = 1
				}
			}
			name := a + "@" + v
			if err := t.AddNumbers(name, codes); err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// distinct returns the values in order of first appearance, without "".
func distinct(x []string) []string {
	var out []string
	for _, v := range x {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
