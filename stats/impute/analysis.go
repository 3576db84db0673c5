package impute

import (
	"fmt"

	"rekindle/stats/ols"
)

// Analysis is the linear model fitted to completed data: the score of a visit, or its change from baseline, on arms, covariates and,
// for a score, the baseline. It estimates an arm's difference from the reference arm.
type Analysis struct {
	Arm    int  // the arm compared with the reference; 0 = 1
	Visit  int  // column of Y; 0 = the last
	Change bool // change from the baseline column instead of the score adjusted for it
}

func (a Analysis) withDefaults(d Data, r Rule) (Analysis, error) {
	if a.Arm == 0 && r.Reference == 0 {
		a.Arm = 1
	}
	if a.Visit == 0 {
		a.Visit = d.visits() - 1
	}
	switch {
	case a.Arm < 0 || a.Arm >= d.arms() || a.Arm == r.Reference:
		return a, fmt.Errorf("arm %d cannot be compared with reference arm %d of %d arms", a.Arm, r.Reference, d.arms())
	case a.Visit < 0 || a.Visit >= d.visits() || d.Baseline && a.Visit == 0:
		return a, fmt.Errorf("visit column %d cannot be analysed: there are %d columns", a.Visit, d.visits())
	case a.Change && !d.Baseline:
		return a, fmt.Errorf("change from baseline needs the baseline as first column")
	}
	return a, nil
}

// fit analyses completed rows (nil rows are left out) and gives estimate, variance and residual degrees of freedom.
func (a Analysis) fit(d Data, reference int, rows [][]float64) (estimate, variance, df float64, err error) {
	var x, y []float64
	p, at := 0, 0
	for i, row := range rows {
		if row == nil {
			continue
		}
		from := len(x)
		x = append(x, 1)
		for k := range d.arms() {
			if k == reference {
				continue
			}
			v := 0.0
			if d.Arm[i] == k {
				v = 1
			}
			if k == a.Arm {
				at = len(x) - from
			}
			x = append(x, v)
		}
		value := row[a.Visit]
		if d.Baseline {
			if a.Change {
				value -= row[0]
			} else {
				x = append(x, row[0])
			}
		}
		if d.X != nil {
			x = append(x, d.X[i]...)
		}
		y = append(y, value)
		p = len(x) - from
	}
	f, err := ols.Least(x, y, p)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("analysis of completed data: %w", err)
	}
	se := f.SE(at)
	return f.Beta[at], se * se, f.DF, nil
}
