package fit

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/design"
	"rekindle/stats/glmm"
	"rekindle/stats/wald"
)

// general writes a generalized linear mixed model.
func (r *Request) general(p *page, d *design.Design, rows []design.Contrast) error {
	family, err := glmm.ParseFamily(r.Family)
	if err != nil {
		return err
	}
	if r.ML || r.Method != "" && r.Method != wald.Z {
		return fmt.Errorf("the family %s is fitted by maximum likelihood with the normal distribution; --ml and --df belong to gaussian", r.Family)
	}
	data, err := glmm.FromDesign(d, r.Trials)
	if err != nil {
		return err
	}
	m, err := glmm.Fit(data, glmm.Options{Family: family})
	if err != nil {
		return err
	}
	scale, ratio := "log odds", "odds ratio"
	if family != glmm.Binomial {
		scale, ratio = "log rate", "rate ratio"
	}
	p.line("Generalized linear mixed model (%s): %s", family, r.Formula)
	p.line("Data: %s, %d of %d rows used%s", r.Source, d.N(), d.Filtered, groups(d))
	p.line("Maximum likelihood, the intercept integrated to full accuracy (%d to %d nodes a group); tests with the normal distribution", m.Used[0], m.Used[1])
	p.line("Log-likelihood %.4f, %d parameters, AIC %.2f, BIC %.2f", m.LogLik, m.NParameters, m.AIC(), m.BIC())
	statistic, prob := m.RandomIntercept()
	p.line("Random intercept of %s: SD %s; likelihood ratio against none %s, P %s", d.Random[0].Name, digits(m.Sigma), digits(statistic), probability(prob))
	heading := []string{"", "Estimate", "SE", "z", "P", "95% CI", "", ratio}
	row := func(name string, e wald.Estimate) []string {
		return []string{name, digits(e.Value), digits(e.SE), digits(e.T), probability(e.P), digits(e.Lower), digits(e.Upper), digits(math.Exp(e.Value))}
	}
	lines := [][]string{heading}
	for i, name := range d.Names {
		l := make([]float64, d.P())
		l[i] = 1
		lines = append(lines, row(name, m.Contrast(l)))
	}
	p.table("Fixed effects ("+scale+")", lines)
	if len(rows) > 0 {
		if err := r.population(p, d, m); err != nil {
			return err
		}
	}
	p.line("\nOptimum\n  %d evaluations, largest remaining gradient %.1g", m.Convergence.Evaluations, m.Convergence.MaxGradient)
	p.notes(append(slices.Clone(d.Notes), m.Notes...))
	return nil
}

// population writes population-averaged proportions (or rates) and what follows from them.
func (r *Request) population(p *page, d *design.Design, m *glmm.Model) error {
	cells, err := glmm.Standardized(d, r.Arm, r.Time)
	if err != nil {
		return err
	}
	marginal, err := m.Marginal(cells)
	if err != nil {
		return err
	}
	effects, err := marginal.Effects(r.Baseline, 0.95)
	if err != nil {
		return err
	}
	lines := [][]string{{"", "Estimate", "SE", "95% CI", ""}}
	for _, e := range effects {
		lines = append(lines, []string{e.Label, digits(e.Value), digits(e.SE), digits(e.Lower), digits(e.Upper)})
	}
	p.table("Population-averaged, standardized over the participants' covariates", lines)
	return nil
}
