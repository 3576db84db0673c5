package analysis

import (
	"errors"
	"fmt"

	"rekindle/stats/design"
	"rekindle/stats/dist"
	"rekindle/stats/lmm"
	"rekindle/stats/multiplicity"
	"rekindle/stats/wald"
	"rekindle/trial/study"
)

// changes is Table 3 of one population: for each outcome the plan's linear mixed model and its contrasts.
func changes(d *Data, pop study.Population) (ChangeTable, error) {
	p := d.Protocol
	t := ChangeTable{Population: pop.ID}
	df, err := method(p)
	if err != nil {
		return t, err
	}
	t.Model = modelWords(p, df)
	people := d.members(pop)
	for _, o := range p.Outcomes {
		row, err := change(p, people, o, df)
		if err != nil {
			row.Failed = err.Error()
			row.Differences, row.Means = nil, nil
		}
		t.Rows = append(t.Rows, row)
	}
	return t, adjust(p, t.Rows)
}

// modelWords says in one sentence what was fitted.
func modelWords(p *study.Protocol, df wald.Method) string {
	estimation := "restricted maximum likelihood"
	if p.Analysis.Estimation == "ml" {
		estimation = "maximum likelihood"
	}
	names := map[wald.Method]string{wald.Satterthwaite: "Satterthwaite", wald.KenwardRoger: "Kenward-Roger (expected information)",
		wald.KenwardRogerObserved: "Kenward-Roger (observed information)", wald.Containment: "containment", wald.Residual: "residual", wald.Z: "infinite (normal)"}
	adjusted := ""
	if c := covariateWords(p); c != "" {
		adjusted = ", adjusted for " + c
	}
	return fmt.Sprintf("Linear mixed model of all available scores: arm, visit and arm by visit%s; a random intercept for each participant; %s; %s degrees of freedom; model-based means with %s weights of the covariates.",
		adjusted, estimation, names[df], weighting(p))
}

// change fits one outcome. The row's counts are filled even where there is no model.
func change(p *study.Protocol, people []*Participant, o study.Outcome, df wald.Method) (ChangeRow, error) {
	out := ChangeRow{Outcome: o.ID}
	l, err := longOf(p, people, o.ID)
	if err != nil {
		return out, err
	}
	out.Observations = len(l.rows)
	for _, a := range p.Arms {
		n, baselines := l.analysed(a.ID, p.Analysis.Baseline)
		_, followups := l.analysed(a.ID, p.Analysis.Endpoint)
		out.Participants += n
		out.Arms = append(out.Arms, ArmChange{Arm: a.ID, Analysed: n, Baselines: baselines, Followups: followups})
		if baselines == 0 || followups == 0 {
			return out, fmt.Errorf("arm %q has %d scores at %s and %d at %s", a.ID, baselines, p.Analysis.Baseline, followups, p.Analysis.Endpoint)
		}
	}
	dsn, err := l.design(fixed(p) + " + (1|" + colParticipant + ")")
	if err != nil {
		return out, err
	}
	m, err := lmm.Fit(dsn, lmm.Options{ML: p.Analysis.Estimation == "ml"})
	if err != nil {
		return out, err
	}
	out.Warnings = warnings(m.Notes)
	out.Variance = variance(m)
	f := fitted{p: p, o: o, m: m, means: means{d: dsn, w: weighting(p)}, df: df}
	return out, errors.Join(f.arms(&out), f.differences(&out, people), f.profile(&out, l))
}

// fitted is a model of one outcome with what its contrasts need.
type fitted struct {
	p     *study.Protocol
	o     study.Outcome
	m     *lmm.Model
	means means
	df    wald.Method
}

func (f *fitted) contrast(r design.Row) (Estimate, error) {
	if r.NotEstimable != "" {
		return Estimate{}, fmt.Errorf("not estimable: %s", r.NotEstimable)
	}
	return estimate(f.m.ContrastLevel(r.L, f.df, confidenceOf(f.p)))
}

// arms fills the changes within each arm.
func (f *fitted) arms(out *ChangeRow) error {
	cov, err := f.m.Covariance(f.df)
	if err != nil {
		return err
	}
	for i := range out.Arms {
		a := &out.Arms[i]
		from, err := f.means.at(a.Arm, f.p.Analysis.Baseline)
		if err != nil {
			return err
		}
		by, err := f.means.change(a.Arm, f.p.Analysis.Endpoint, f.p.Analysis.Baseline)
		if err != nil {
			return err
		}
		if a.Baseline, err = f.contrast(from); err != nil {
			return err
		}
		if a.Change, err = f.contrast(by); err != nil {
			return err
		}
		q := dist.Normal{}.Quantile((1 + confidenceOf(f.p)) / 2)
		pc, err := design.NewPercent(a.Change.Value, a.Baseline.Value, bilinear(by.L, cov, by.L), bilinear(from.L, cov, from.L), bilinear(by.L, cov, from.L), q)
		if err != nil {
			return err
		}
		a.Relative = Estimate{Value: 100 * pc.Ratio, SE: 100 * pc.SE, Lower: 100 * pc.Delta[0], Upper: 100 * pc.Delta[1], P: a.Change.P}
		a.Benefit = benefit(f.o, a.Change.Value)
	}
	return nil
}

// differences fills the contrasts.
func (f *fitted) differences(out *ChangeRow, people []*Participant) error {
	for _, c := range f.p.Analysis.Contrasts {
		r, err := f.means.difference(c, f.p.Analysis.Baseline)
		if err != nil {
			return err
		}
		e, err := f.contrast(r)
		if err != nil {
			return err
		}
		d := Difference{Contrast: c.ID, Arm: c.Arm, Versus: c.Versus, Visit: c.Visit, Points: e, Adjusted: e.P, Benefit: benefit(f.o, e.Value)}
		if d.SD = baselineSD(f.p, people, f.o.ID, c.Arm, c.Versus); d.SD > 0 {
			d.Standardized = Estimate{Value: e.Value / d.SD, SE: e.SE / d.SD, DF: e.DF, Lower: e.Lower / d.SD, Upper: e.Upper / d.SD, P: e.P}
		}
		out.Differences = append(out.Differences, d)
	}
	return nil
}

// profile fills the model-based means.
func (f *fitted) profile(out *ChangeRow, l *long) error {
	for _, a := range f.p.Arms {
		for _, v := range f.p.Visits {
			_, n := l.analysed(a.ID, v.ID)
			if n == 0 {
				continue
			}
			r, err := f.means.at(a.ID, v.ID)
			if err != nil {
				return err
			}
			e, err := f.contrast(r)
			if err != nil {
				return err
			}
			out.Means = append(out.Means, Mean{Arm: a.ID, Visit: v.ID, Mean: e, N: n})
		}
	}
	return nil
}

// bilinear is a'Cb for a square matrix by rows.
func bilinear(a, c, b []float64) (s float64) {
	n := len(b)
	for i, x := range a {
		for j, y := range b {
			s += x * c[i*n+j] * y
		}
	}
	return s
}

// variance takes over the random part of a random-intercept fit.
func variance(m *lmm.Model) Variance {
	v := Variance{Singular: m.Singular, LogLik: m.LogLik, Within: m.Sigma * m.Sigma}
	for _, c := range m.Components {
		if c.Group == colParticipant && !c.Covariance {
			v.Between = c.Value
		}
	}
	if total := v.Between + v.Within; total > 0 {
		v.ICC = v.Between / total
	}
	return v
}

// quietNotes are routine: dropped rows are counted in the table, levels without a row are noted once for all outcomes.
var quietNotes = map[string]bool{design.NoteRowsDropped: true, design.NoteEmptyLevel: true, lmm.NoteGroupOnce: true}

// warnings are the notes of a fit that a reader of the table must know.
func warnings(notes []design.Note) (out []string) {
	for _, n := range notes {
		if !quietNotes[n.Name] {
			out = append(out, n.Text)
		}
	}
	return out
}

// adjust fills the adjusted P values of each contrast, over the outcomes that have one.
func adjust(p *study.Protocol, rows []ChangeRow) error {
	rule := p.Analysis.Multiplicity
	if rule == "" || rule == "none" {
		return nil
	}
	for k := range p.Analysis.Contrasts {
		var ps []float64
		var at []int
		for i, r := range rows {
			if r.Failed == "" {
				ps, at = append(ps, r.Differences[k].Points.P), append(at, i)
			}
		}
		adjusted, err := multiplicity.Adjust(multiplicity.Method(rule), ps)
		if err != nil {
			return err
		}
		for j, i := range at {
			rows[i].Differences[k].Adjusted = adjusted[j]
		}
	}
	return nil
}
