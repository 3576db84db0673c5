package fit

import (
	"fmt"
	"maps"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/glmm"
)

// GLMM is the answer to a case of kind glmm.
type GLMM struct {
	Schema       string                        `json:"schema"`
	Case         string                        `json:"case"`
	Kind         string                        `json:"kind"`
	Data         Data                          `json:"data"`
	Columns      []string                      `json:"columns"`
	Dropped      []string                      `json:"dropped_columns,omitempty"`
	Fits         map[string]GLMMFit            `json:"fits"`
	Coefficients []map[string]any              `json:"coefficients"` // name, and a GLMMLine for each fit
	Estimates    []map[string]any              `json:"estimates"`    // as the contrasts of other kinds, and a GLMMLine for each fit
	Marginal     map[string]map[string][]Share `json:"marginal,omitempty"`
	Notes        []Note                        `json:"notes"`
}

// GLMMFit is the block of one number of nodes.
type GLMMFit struct {
	Nodes       int              `json:"nagq"`       // 0 = to full accuracy
	NodesUsed   [2]int           `json:"nodes_used"` // fewest and most a group took
	LogLik      Number           `json:"loglik"`
	Deviance    Number           `json:"deviance"`
	Parameters  int              `json:"n_par"`
	AIC         Number           `json:"aic"`
	BIC         Number           `json:"bic"`
	Singular    bool             `json:"singular"`
	Sigma       Number           `json:"sigma"`
	Sigma2      Number           `json:"sigma2"`
	Dispersion  *Number          `json:"dispersion,omitempty"` // k of the negative binomial
	Beta        []Number         `json:"beta"`
	SE          []Number         `json:"se"`
	VCov        [][]Number       `json:"vcov"`
	SELogSigma  Number           `json:"se_log_sigma"`
	Full        [][]Number       `json:"vcov_with_log_sigma"`
	MaxGradient Number           `json:"max_abs_gradient"`
	Story       glmm.Convergence `json:"story"`
}

// GLMMLine is a linear combination on the scale of the link, tested against the normal.
type GLMMLine struct {
	Estimate Number `json:"estimate"`
	SE       Number `json:"se"`
	Z        Number `json:"z"`
	P        Number `json:"p"`
	Lower    Number `json:"lower"`
	Upper    Number `json:"upper"`
	Exp      Number `json:"exp_estimate"` // odds ratio, rate ratio
	Note     string `json:"note,omitempty"`
}

// Share is a population-averaged proportion (mean), or a figure made of such.
type Share struct {
	Arm      string `json:"arm"`
	Time     string `json:"time"`
	Label    string `json:"label"`
	Kind     string `json:"kind"`
	Estimate Number `json:"estimate"`
	SE       Number `json:"se_delta"` // of the logarithm for ratios
	Lower    Number `json:"lower_z"`
	Upper    Number `json:"upper_z"`
	Note     string `json:"note,omitempty"`
}

func answerGLMM(c *Case) (any, error) {
	family := glmm.Binomial
	if c.Model.Family != "" {
		var err error
		if family, err = glmm.ParseFamily(c.Model.Family); err != nil {
			return nil, err
		}
	}
	if link := c.Model.Link; link != "" && link != map[bool]string{true: "logit", false: "log"}[family == glmm.Binomial] {
		return nil, fmt.Errorf("link %q is not available for the family %v", link, family)
	}
	var also []string
	if c.Model.Trials != "" {
		also = append(also, c.Model.Trials)
	}
	d, err := c.Design(also...)
	if err != nil {
		return nil, err
	}
	rows, err := c.Rows(d)
	if err != nil {
		return nil, err
	}
	data, err := glmm.FromDesign(d, c.Model.Trials)
	if err != nil {
		return nil, err
	}
	nodes := c.NAGQ
	if len(nodes) == 0 {
		nodes = map[string]int{"full": glmm.Full}
	}
	names := slices.Sorted(maps.Keys(nodes))
	a := &GLMM{Schema: c.Schema, Case: c.Case, Kind: c.Kind, Columns: d.Names, Dropped: d.Dropped, Fits: map[string]GLMMFit{},
		Data: Data{File: c.Data.File, Rows: d.Filtered, Used: d.N(), Groups: map[string]int{d.Random[0].Name: len(d.Random[0].Levels)}}, Notes: Notes(d.Notes)}
	models := map[string]*glmm.Model{}
	for _, name := range names {
		m, err := glmm.Fit(data, glmm.Options{Family: family, Nodes: nodes[name]})
		if err != nil {
			return nil, fmt.Errorf("fit %s: %w", name, err)
		}
		models[name] = m
		a.Fits[name] = glmmFit(m)
		for _, n := range m.Notes {
			a.Notes = append(a.Notes, Note{Name: n.Name, Text: name + ": " + n.Text})
		}
	}
	lines := func(into map[string]any, l []float64) map[string]any {
		for _, name := range names {
			into[name] = glmmLine(models[name], l)
		}
		return into
	}
	for i, name := range d.Names {
		l := make([]float64, d.P())
		l[i] = 1
		a.Coefficients = append(a.Coefficients, lines(map[string]any{"name": name}, l))
	}
	for _, r := range rows {
		head := map[string]any{"label": r.Label, "kind": string(r.Kind), "L": Numbers(r.L)}
		for key, v := range map[string]string{"arm": r.Arm, "reference_arm": r.ReferenceArm, "time": r.Time, "from": r.From, "weights": string(r.Weights), "note": r.NotEstimable} {
			if v != "" {
				head[key] = v
			}
		}
		if r.NotEstimable == "" {
			head = lines(head, r.L)
		}
		a.Estimates = append(a.Estimates, head)
	}
	if c.Model.Arm == "" || c.Model.Time == "" {
		return a, nil
	}
	a.Marginal = map[string]map[string][]Share{}
	for _, name := range names {
		if a.Marginal[name], err = shares(d, c, models[name]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func glmmFit(m *glmm.Model) GLMMFit {
	p := len(m.Beta)
	f := GLMMFit{Nodes: m.Nodes, NodesUsed: m.Used, LogLik: Number(m.LogLik), Deviance: Number(m.Deviance()), Parameters: m.NParameters, AIC: Number(m.AIC()), BIC: Number(m.BIC()),
		Singular: m.Singular, Sigma: Number(m.Sigma), Sigma2: Number(m.Sigma * m.Sigma), Beta: Numbers(m.Beta), SE: Numbers(m.SE), VCov: Matrix(m.VCov, p),
		SELogSigma: Number(m.SELogSigma), MaxGradient: Number(m.Convergence.MaxGradient), Story: m.Convergence}
	if !m.Singular {
		f.Full = Matrix(m.Covariance, len(m.Parameters))
	}
	if m.Family == glmm.NegativeBinomial {
		f.Dispersion = new(Number(m.Dispersion))
	}
	return f
}

func glmmLine(m *glmm.Model, l []float64) GLMMLine {
	e := m.Contrast(l)
	return GLMMLine{Estimate: Number(e.Value), SE: Number(e.SE), Z: Number(e.T), P: Number(e.P), Lower: Number(e.Lower), Upper: Number(e.Upper),
		Exp: Number(arithmetic.Exp(e.Value)), Note: e.Note}
}

// shares computes the population-averaged figures under the three ways of averaging over covariates.
func shares(d *design.Design, c *Case, m *glmm.Model) (map[string][]Share, error) {
	out := map[string][]Share{}
	for key, make := range map[string]func() ([]glmm.Cell, error){
		"standardised":     func() ([]glmm.Cell, error) { return glmm.Standardized(d, c.Model.Arm, c.Model.Time) },
		"emm_equal":        func() ([]glmm.Cell, error) { return glmm.AtMeans(d, c.Model.Arm, c.Model.Time, design.Equal) },
		"emm_proportional": func() ([]glmm.Cell, error) { return glmm.AtMeans(d, c.Model.Arm, c.Model.Time, design.Proportional) },
	} {
		cells, err := make()
		if err != nil {
			return nil, err
		}
		marginal, err := m.Marginal(cells)
		if err != nil {
			return nil, err
		}
		effects, err := marginal.Effects(c.Model.Baseline, 0.95)
		if err != nil {
			return nil, err
		}
		for _, e := range effects {
			out[key] = append(out[key], Share{Arm: e.Arm, Time: e.Time, Label: e.Label, Kind: e.Kind, Estimate: Number(e.Value), SE: Number(e.SE),
				Lower: Number(e.Lower), Upper: Number(e.Upper), Note: e.Note})
		}
	}
	return out, nil
}
