package lmm

import (
	"fmt"

	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// Conventions are the choices on which statistical programs differ.
type Conventions struct {
	Name     string      // "R" or "SAS"
	Method   wald.Method // degrees of freedom where none are asked for
	Weights  string      // of marginal means: "equal" or "proportional"
	Criteria string      // which AIC and BIC are printed: "lme4" or "sas"
}

// R are the choices of lme4, lmerTest and emmeans; SAS those of PROC MIXED with a RANDOM statement.
var (
	R   = Conventions{Name: "R", Method: wald.Satterthwaite, Weights: "equal", Criteria: "lme4"}
	SAS = Conventions{Name: "SAS", Method: wald.Containment, Weights: "equal", Criteria: "sas"}
)

// Criteria are the information criteria in both conventions.
type Criteria struct {
	Deviance       float64 // -2 log-likelihood (restricted if REML)
	Parameters     int     // fixed effects and variance parameters
	AIC, BIC       float64 // lme4: all parameters, log of the number of rows
	SASAIC, SASBIC float64 // PROC MIXED: with REML only the variance parameters, without those on the boundary; log of the number of subjects
}

// Criteria computes the information criteria.
func (m *Model) Criteria() Criteria {
	k, p := len(m.gamma), m.plan.p
	c := Criteria{Deviance: -2 * m.LogLik, Parameters: p + k}
	c.AIC = c.Deviance + 2*float64(c.Parameters)
	c.BIC = c.Deviance + float64(arithmetic.Log(float64(m.plan.n))*float64(c.Parameters))
	counted := float64(k - m.boundary)
	if m.plan.options.ML {
		counted += float64(p)
	}
	subjects := m.plan.n
	if len(m.plan.sizes) > 0 {
		subjects = m.plan.sizes[0]
	}
	c.SASAIC = c.Deviance + 2*counted
	c.SASBIC = c.Deviance + float64(arithmetic.Log(float64(subjects))*counted)
	return c
}

// ICC is the share of the intercept's variance in the variance of a row: the correlation of two rows of one level. It
// exists for a model whose only random term is an intercept, with one residual variance.
func (m *Model) ICC() (float64, error) {
	d := m.plan.design
	if len(d.Random) != 1 || d.Random[0].Z != nil || d.Residual != nil {
		return 0, fmt.Errorf("the intraclass correlation is defined here for one random intercept and one residual variance only")
	}
	return m.gamma[0] / (m.gamma[0] + m.gamma[1]), nil
}

// ChoicesLine names every choice behind a set of estimates, for printing below a table.
func (m *Model) ChoicesLine(method wald.Method) string {
	likelihood := "restricted maximum likelihood"
	if m.plan.options.ML {
		likelihood = "maximum likelihood"
	}
	c := m.conventions()
	return fmt.Sprintf("%s conventions: %s; %s; marginal means with %s weights; AIC and BIC as %s counts them; treatment coding, first level the reference.",
		c.Name, likelihood, methodWords[method], c.Weights, map[string]string{"lme4": "lme4", "sas": "PROC MIXED"}[c.Criteria])
}

func (m *Model) conventions() Conventions {
	if m.plan.options.Conventions.Name == "" {
		return R
	}
	return m.plan.options.Conventions
}

var methodWords = map[wald.Method]string{
	wald.Satterthwaite:        "Satterthwaite degrees of freedom from the observed information (as lmerTest, SAS DDFM=SATTERTH)",
	wald.KenwardRoger:         "Kenward-Roger covariance and degrees of freedom from the expected information, components at zero kept (as pbkrtest)",
	wald.KenwardRogerObserved: "Kenward-Roger covariance and degrees of freedom from the observed information, components at zero dropped (as SAS DDFM=KR)",
	wald.Containment:          "containment degrees of freedom (as SAS's default with a RANDOM statement)",
	wald.Residual:             "residual degrees of freedom, rows minus coefficients",
	wald.Z:                    "normal distribution, no degrees of freedom",
}
