package analysis

import (
	"fmt"
	"math"
	"strings"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
	"rekindle/trial/study"
)

// kenwardRoger is the plan's model with Kenward and Roger's standard errors and degrees of freedom.
var kenwardRoger = further{
	id: "kenward-roger", name: "Kenward-Roger",
	words: func(q *plan) string {
		return modelWords(q.p, wald.KenwardRoger)
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		l, err := longOf(q.p, q.people, o.ID)
		if err != nil {
			return SensitivityRow{}, err
		}
		return q.mixed(l, fixed(q.p)+" + (1|"+colParticipant+")", design.Options{}, wald.KenwardRoger)
	},
}

// coachClustering lets those who share a coach be alike after coaching: a random effect of the coach for the coached at
// the follow-up visits only, and a residual variance for each arm (a partially nested design, stats/lmm).
var coachClustering = further{
	id: "coach", name: "Clustering by coach",
	words: func(q *plan) string {
		return "The plan's model with a random effect of the coach on those coached, after baseline, and a residual variance for each arm (partially nested); Satterthwaite degrees of freedom."
	},
	asks: func(q *plan) (string, bool) {
		coaches := map[string]bool{}
		for _, p := range q.people {
			if p.Coach != "" {
				coaches[p.Coach] = true
			}
		}
		return fmt.Sprintf("The data name %d coaches; it takes two.", len(coaches)), len(coaches) >= 2
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		l, err := longOf(q.p, q.people, o.ID)
		if err != nil {
			return SensitivityRow{}, err
		}
		return q.mixed(l, fixed(q.p)+" + (1|"+colParticipant+") + (0+"+colCoached+"|"+colCoach+")", design.Options{ResidualBy: colArm}, wald.Satterthwaite)
	},
}

// mixed fits a mixed model and gives the contrast.
func (q *plan) mixed(l *long, formula string, o design.Options, df wald.Method) (SensitivityRow, error) {
	o.Factors = l.factors
	d, err := design.New(l.table, formula, o)
	if err != nil {
		return SensitivityRow{}, err
	}
	m, err := lmm.Fit(d, lmm.Options{ML: q.p.Analysis.Estimation == "ml"})
	if err != nil {
		return SensitivityRow{}, err
	}
	r, err := q.differenceIn(d)
	if err != nil {
		return SensitivityRow{}, err
	}
	e, err := estimate(m.ContrastLevel(r.L, df, confidenceOf(q.p)))
	return SensitivityRow{Points: e, Note: strings.Join(warnings(m.Notes), " ")}, err
}

// unstructured lets the visits have variances and covariances of their own.
var unstructured = further{
	id: "mmrm", name: "MMRM, unstructured covariance",
	words: func(q *plan) string {
		return "Mixed model for repeated measures: the plan's fixed effects, an unstructured covariance of the visits, no random effect; restricted maximum likelihood; Kenward-Roger (observed information)."
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		l, err := longOf(q.p, q.people, o.ID)
		if err != nil {
			return SensitivityRow{}, err
		}
		d, err := l.design(fixed(q.p))
		if err != nil {
			return SensitivityRow{}, err
		}
		r, err := q.differenceIn(d)
		if err != nil {
			return SensitivityRow{}, err
		}
		return q.repeated(d, r.L)
	},
}

// constrained gives the randomized arms one mean at baseline (constrained longitudinal data analysis).
var constrained = further{
	id: "clda", name: "Constrained longitudinal data analysis", everyone: true,
	words: func(q *plan) string {
		return "One baseline mean for all arms, as randomization makes it (Liang and Zeger 2000), unstructured covariance of the visits, covariates as in the plan; restricted maximum likelihood; Kenward-Roger (observed information). The estimate is the difference at the endpoint, adjusted for baseline."
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		l, err := longOf(q.p, q.people, o.ID)
		if err != nil {
			return SensitivityRow{}, err
		}
		arms, visits := make([]string, len(l.rows)), make([]string, len(l.rows))
		for i, r := range l.rows {
			arms[i], visits[i] = r.p.Arm, r.visit
		}
		names, err := mmrm.ConstrainBaseline(l.table, arms, visits, q.contrast.Versus, q.p.Analysis.Baseline)
		if err != nil {
			return SensitivityRow{}, err
		}
		formula := colScore + " ~ " + colVisit
		for _, n := range names {
			formula += " + `" + n + "`"
		}
		for i := range q.p.Analysis.Covariates {
			formula += " + " + covariateName(i)
		}
		d, err := l.design(formula)
		if err != nil {
			return SensitivityRow{}, err
		}
		row := make([]float64, d.P())
		found := false
		for i, n := range d.Names {
			if strings.Trim(n, "`") == q.contrast.Arm+"@"+q.contrast.Visit {
				row[i], found = 1, true
			}
		}
		if !found {
			return SensitivityRow{}, fmt.Errorf("the effect of %s at %s is not in the model", q.contrast.Arm, q.contrast.Visit)
		}
		out, err := q.repeated(d, row)
		out.Measure = "difference at the endpoint adjusted for baseline, points"
		return out, err
	},
}

// repeated fits an MMRM and gives a combination of its coefficients.
func (q *plan) repeated(d *design.Design, l []float64) (SensitivityRow, error) {
	data, err := mmrm.FromDesign(d, colParticipant, colVisit, "")
	if err != nil {
		return SensitivityRow{}, err
	}
	m, err := mmrm.Fit(data, mmrm.Options{})
	if err != nil {
		return SensitivityRow{}, err
	}
	e, err := estimate(m.ContrastLevel(l, wald.KenwardRogerObserved, confidenceOf(q.p)))
	var notes []string
	for _, n := range m.Notes {
		if !quietNotes[n.Name] {
			notes = append(notes, n.Text)
		}
	}
	return SensitivityRow{Points: e, Note: strings.Join(notes, " ")}, err
}

// finite says whether all numbers are.
func finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
