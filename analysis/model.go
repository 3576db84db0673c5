package analysis

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rekindle/stats/design"
	"rekindle/stats/wald"
	"rekindle/trial/study"
)

// The columns of the table that models are fitted to. Arms, visits and covariates keep the protocol's ids as levels.
const (
	colScore       = "score"
	colArm         = "arm"
	colVisit       = "visit"
	colParticipant = "participant"
	colCoach       = "coach"   // who coached; for the others the participant, alone in a group
	colCoached     = "coached" // 1 from the endpoint on for those who were coached, else 0
	colBaseline    = "baseline"
)

// covariateName is the column of the i-th covariate: ids of a protocol may hold characters that a formula cannot.
func covariateName(i int) string { return "covariate" + strconv.Itoa(i+1) }

// long is one outcome of some people, one row for each score.
type long struct {
	table   *design.Table
	factors map[string][]string
	people  []*Participant
	rows    []row
}

type row struct {
	p     *Participant
	visit string
	score float64
}

// longOf files an outcome of a population by participant and visit, in their order.
func longOf(p *study.Protocol, people []*Participant, outcome string) (*long, error) {
	l := &long{people: people, factors: map[string][]string{colVisit: visitIDs(p)}}
	for _, who := range people {
		for _, v := range p.Visits {
			if s, ok := who.score(outcome, v.ID); ok {
				l.rows = append(l.rows, row{who, v.ID, s})
			}
		}
	}
	for _, a := range p.Arms { // the control arm is the reference
		if a.Role == study.Control {
			l.factors[colArm] = append([]string{a.ID}, l.factors[colArm]...)
		} else {
			l.factors[colArm] = append(l.factors[colArm], a.ID)
		}
	}
	return l, l.fill(p, outcome)
}

func (l *long) fill(p *study.Protocol, outcome string) error {
	l.table = design.NewTable()
	text := func(name string, of func(row) string) error {
		column := make([]string, len(l.rows))
		for i, r := range l.rows {
			column[i] = of(r)
		}
		return l.table.AddText(name, column)
	}
	numbers := func(name string, of func(row) float64) error {
		column := make([]float64, len(l.rows))
		for i, r := range l.rows {
			column[i] = of(r)
		}
		return l.table.AddNumbers(name, column)
	}
	errs := []error{
		numbers(colScore, func(r row) float64 { return r.score }),
		text(colArm, func(r row) string { return r.p.Arm }),
		text(colVisit, func(r row) string { return r.visit }),
		text(colParticipant, func(r row) string { return r.p.Code }),
		text(colCoach, func(r row) string {
			if r.p.Coach != "" {
				return "coach " + r.p.Coach
			}
			return "nobody for " + r.p.Code
		}),
		numbers(colCoached, func(r row) float64 {
			if r.p.Coach != "" && r.visit != p.Analysis.Baseline {
				return 1
			}
			return 0
		}),
		numbers(colBaseline, func(r row) float64 {
			if s, ok := r.p.score(outcome, p.Analysis.Baseline); ok {
				return s
			}
			return math.NaN()
		}),
	}
	for i, c := range p.Analysis.Covariates {
		if len(c.Levels) == 0 {
			errs = append(errs, numbers(covariateName(i), func(r row) float64 {
				x, err := strconv.ParseFloat(r.p.Covariates[c.ID], 64)
				if err != nil {
					return math.NaN()
				}
				return x
			}))
			continue
		}
		l.factors[covariateName(i)] = c.Levels
		errs = append(errs, text(covariateName(i), func(r row) string { return r.p.Covariates[c.ID] }))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func visitIDs(p *study.Protocol) (ids []string) {
	for _, v := range p.Visits {
		ids = append(ids, v.ID)
	}
	return ids
}

// fixed is the fixed part of the plan's model: arm by visit and the covariates.
func fixed(p *study.Protocol) string {
	var b strings.Builder
	b.WriteString(colScore + " ~ " + colArm + "*" + colVisit)
	for i := range p.Analysis.Covariates {
		b.WriteString(" + " + covariateName(i))
	}
	return b.String()
}

// design makes the model's design from the rows.
func (l *long) design(formula string) (*design.Design, error) {
	return design.New(l.table, formula, design.Options{Factors: l.factors})
}

// weighting of the covariates in model-based means.
func weighting(p *study.Protocol) design.Weighting {
	if p.Analysis.Weights == "equal" {
		return design.Equal
	}
	return design.Proportional
}

// method gives the degrees of freedom of the plan.
func method(p *study.Protocol) (wald.Method, error) {
	switch p.Analysis.DF {
	case "", "satterthwaite":
		return wald.Satterthwaite, nil
	case "kenward-roger":
		return wald.KenwardRoger, nil
	case "kenward-roger-observed":
		return wald.KenwardRogerObserved, nil
	case "containment":
		return wald.Containment, nil
	case "residual":
		return wald.Residual, nil
	case "normal":
		return wald.Z, nil
	}
	return "", fmt.Errorf("degrees of freedom %q are not known", p.Analysis.DF)
}

// confidenceOf is the level of intervals.
func confidenceOf(p *study.Protocol) float64 {
	if c := p.Analysis.Confidence; c > 0 && c < 1 {
		return c
	}
	return 0.95
}

// means are the rows of the model-based means, by arm and visit, and what is made of them.
type means struct {
	d *design.Design
	w design.Weighting
}

func (m means) at(arm, visit string) (design.Row, error) {
	return m.d.Mean(design.At{colArm: arm, colVisit: visit}, m.w)
}

// change is the row of a visit minus the baseline within an arm.
func (m means) change(arm, visit, baseline string) (design.Row, error) {
	to, err := m.at(arm, visit)
	if err != nil {
		return design.Row{}, err
	}
	from, err := m.at(arm, baseline)
	if err != nil {
		return design.Row{}, err
	}
	return to.Minus(from), nil
}

// difference is the row of a contrast: change in its arm minus change in the arm it is compared with.
func (m means) difference(c study.Contrast, baseline string) (design.Row, error) {
	arm, err := m.change(c.Arm, c.Visit, baseline)
	if err != nil {
		return design.Row{}, err
	}
	versus, err := m.change(c.Versus, c.Visit, baseline)
	if err != nil {
		return design.Row{}, err
	}
	return arm.Minus(versus), nil
}

// estimate takes over an inference; figures that could not be had are an error, never NaN in a result.
func estimate(e wald.Estimate) (Estimate, error) {
	for _, x := range []float64{e.Value, e.SE, e.Lower, e.Upper, e.P} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			note := e.Note
			if note == "" {
				note = "it has no finite value"
			}
			return Estimate{}, fmt.Errorf("not estimable: %s", note)
		}
	}
	out := Estimate{Value: e.Value, SE: e.SE, DF: e.DF, Lower: e.Lower, Upper: e.Upper, P: e.P}
	if math.IsInf(e.DF, 0) || math.IsNaN(e.DF) {
		out.DF = 0
	}
	return out, nil
}

// benefit says which way a change points.
func benefit(o study.Outcome, change float64) string {
	switch better := o.Direction != "higher worse"; {
	case change == 0:
		return "none"
	case better == (change > 0):
		return "better"
	default:
		return "worse"
	}
}

// analysed gives the people with a score in the rows, by arm, and how many have one at a visit.
func (l *long) analysed(arm, visit string) (people, atVisit int) {
	seen := map[string]bool{}
	for _, r := range l.rows {
		if r.p.Arm != arm {
			continue
		}
		if !seen[r.p.Code] {
			seen[r.p.Code] = true
			people++
		}
		if r.visit == visit {
			atVisit++
		}
	}
	return people, atVisit
}

// baselineSD is the pooled standard deviation at baseline of two arms of the people.
func baselineSD(p *study.Protocol, people []*Participant, outcome, arm, versus string) float64 {
	scores := func(id string) (x []float64) {
		for _, who := range people {
			if s, ok := who.score(outcome, p.Analysis.Baseline); ok && who.Arm == id {
				x = append(x, s)
			}
		}
		return x
	}
	return pooledSD(summarize(scores(arm)), summarize(scores(versus)))
}

// words joins with commas and an "and".
func words(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// covariateWords names the covariates.
func covariateWords(p *study.Protocol) string {
	var names []string
	for _, c := range p.Analysis.Covariates {
		n := c.Name
		if n == "" {
			n = c.ID
		}
		names = append(names, strings.ToLower(n))
	}
	slices.Sort(names)
	return words(names)
}
