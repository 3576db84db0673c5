package fit

import (
	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// LMM is the answer to a case of kind lmm.
type LMM struct {
	Schema        string          `json:"schema"`
	Case          string          `json:"case"`
	Kind          string          `json:"kind"`
	Data          Data            `json:"data"`
	Choices       string          `json:"choices"`
	Columns       []string        `json:"columns"`
	Dropped       []string        `json:"dropped_columns,omitempty"`
	REML          LMMFit          `json:"reml"`
	ML            LMMFit          `json:"ml"`
	Coefficients  []Line          `json:"coefficients"`
	Estimates     []Line          `json:"estimates"`
	PercentChange []PercentChange `json:"percent_change,omitempty"`
	Ranef         *Ranef          `json:"ranef,omitempty"`
	Notes         []Note          `json:"notes"`
}

// LMMFit is the block of one likelihood.
type LMMFit struct {
	LogLik     Number         `json:"loglik"`
	Deviance   Number         `json:"deviance"`
	Parameters int            `json:"n_par"`
	AIC        Number         `json:"aic"`
	BIC        Number         `json:"bic"`
	SASAIC     Number         `json:"sas_aic"`
	SASBIC     Number         `json:"sas_bic"`
	Singular   bool           `json:"singular"`
	Components []LMMComponent `json:"varcomp"`
	Sigma      Number         `json:"sigma"`
	Beta       []Number       `json:"beta"`
	SE         []Number       `json:"se"`
	VCov       [][]Number     `json:"vcov"`
	VCovKR     [][]Number     `json:"vcov_kr,omitempty"`
	ICC        *Number        `json:"icc,omitempty"`
	Story      lmm.Story      `json:"story"`
}

// LMMComponent is a variance or covariance.
type LMMComponent struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Type  string `json:"type"`
	Value Number `json:"value"`
}

// Ranef are predicted random intercepts.
type Ranef struct {
	Group string       `json:"group"`
	First []RanefLevel `json:"first"` // of all levels, in order of appearance
}

// RanefLevel is the prediction for one level.
type RanefLevel struct {
	Level string `json:"level"`
	Value Number `json:"value"`
	SE    Number `json:"se"` // of prediction
}

func answerLMM(c *Case) (any, error) {
	d, err := c.Design()
	if err != nil {
		return nil, err
	}
	rows, err := c.Rows(d)
	if err != nil {
		return nil, err
	}
	reml, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		return nil, err
	}
	ml, err := lmm.Fit(d, lmm.Options{ML: true})
	if err != nil {
		return nil, err
	}
	a := &LMM{Schema: c.Schema, Case: c.Case, Kind: c.Kind, Choices: reml.ChoicesLine(wald.Satterthwaite), Columns: d.Names, Dropped: d.Dropped,
		Data: Data{File: c.Data.File, Rows: d.Filtered, Used: d.N(), Groups: map[string]int{}}, Notes: Notes(reml.Notes)}
	for _, r := range d.Random {
		a.Data.Groups[r.Name] = len(r.Levels)
	}
	if a.REML, err = lmmFit(reml); err != nil {
		return nil, err
	}
	if a.ML, err = lmmFit(ml); err != nil {
		return nil, err
	}
	if adjusted, err := reml.Covariance(wald.KenwardRoger); err == nil {
		a.REML.VCovKR = Matrix(adjusted, d.P())
	}
	if icc, err := reml.ICC(); err == nil {
		a.REML.ICC = new(Number(icc))
	}
	a.Coefficients = InferCoefficients(d.Names, reml.Contrast)
	a.Estimates = InferAll(rows, reml.Contrast)
	if c.Model.Baseline != "" {
		vcov, err := reml.Covariance(wald.Z)
		if err != nil {
			return nil, err
		}
		if a.PercentChange, err = PercentChanges(rows, c.Model.Baseline, reml.Beta, vcov); err != nil {
			a.Notes = append(a.Notes, Note{Name: "percent_change", Text: err.Error()})
		}
	}
	a.Ranef = ranef(d, reml)
	return a, nil
}

func lmmFit(m *lmm.Model) (LMMFit, error) {
	k := m.Criteria()
	f := LMMFit{LogLik: Number(m.LogLik), Deviance: Number(k.Deviance), Parameters: k.Parameters, AIC: Number(k.AIC), BIC: Number(k.BIC),
		SASAIC: Number(k.SASAIC), SASBIC: Number(k.SASBIC), Singular: m.Singular, Sigma: Number(m.Sigma), Beta: Numbers(m.Beta), Story: m.Story}
	for _, c := range m.Components {
		kind := "variance"
		if c.Covariance {
			kind = "covariance"
		}
		f.Components = append(f.Components, LMMComponent{c.Name, c.Group, kind, Number(c.Value)})
	}
	vcov, err := m.Covariance(wald.Z)
	if err != nil {
		return f, err
	}
	f.VCov = Matrix(vcov, len(m.Beta))
	l := make([]float64, len(m.Beta))
	for i := range l {
		l[i] = 1
		f.SE = append(f.SE, Number(m.Contrast(l, wald.Z).SE))
		l[i] = 0
	}
	return f, nil
}

// ranef predicts the effects of the first random term if it is an intercept.
func ranef(d *design.Design, m *lmm.Model) *Ranef {
	if len(d.Random) == 0 || d.Random[0].Z != nil {
		return nil
	}
	e := m.Effects(0)
	out := &Ranef{Group: e.Group}
	for i, level := range e.Levels {
		out.First = append(out.First, RanefLevel{level, Number(e.Value[i]), Number(e.SE[i])})
	}
	return out
}
