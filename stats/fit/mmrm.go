package fit

import (
	"errors"

	"rekindle/stats/design"
	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// MMRM is the answer to a case of kind mmrm.
type MMRM struct {
	Schema        string          `json:"schema"`
	Case          string          `json:"case"`
	Kind          string          `json:"kind"`
	Data          Data            `json:"data"`
	Columns       []string        `json:"columns"`
	Dropped       []string        `json:"dropped_columns,omitempty"`
	REML          MMRMFit         `json:"reml"`
	ML            MMRMFit         `json:"ml"`
	Coefficients  []Line          `json:"coefficients"`
	Estimates     []Line          `json:"estimates"`
	PercentChange []PercentChange `json:"percent_change,omitempty"`
	Notes         []Note          `json:"notes"`
}

// MMRMFit is the block of one likelihood.
type MMRMFit struct {
	LogLik     Number                `json:"loglik"`
	Deviance   Number                `json:"deviance"`
	Parameters int                   `json:"n_par"`
	AIC        Number                `json:"aic"`
	BIC        Number                `json:"bic"`
	SASAIC     Number                `json:"sas_aic"`
	SASBIC     Number                `json:"sas_bic"`
	Visits     []string              `json:"visits"`
	Covariance [][]Number            `json:"covariance"`            // of the visits, in their order; of the first group
	ByGroup    map[string][][]Number `json:"covariances,omitempty"` // of every group, where there are several
	Parameter  []MMRMParameter       `json:"covariance_parameters"` // as the structure has them
	Beta       []Number              `json:"beta"`
	SE         []Number              `json:"se"`
	VCov       [][]Number            `json:"vcov"`
	VCovKR     [][]Number            `json:"vcov_kr,omitempty"`
	Robust     map[string][]Number   `json:"robust_se,omitempty"` // by correction
	Story      mmrm.Convergence      `json:"story"`
}

// MMRMParameter is a parameter of the covariance structure.
type MMRMParameter struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
	SE    Number `json:"se"`
}

func answerMMRM(c *Case) (any, error) {
	v := c.Model.Covariance
	if v == nil || v.Subject == "" || v.Visit == "" {
		return nil, errors.New("an mmrm needs the model's covariance block with type, subject and visit")
	}
	structure, err := mmrm.ParseStructure(v.Type)
	if err != nil {
		return nil, err
	}
	also := []string{v.Subject, v.Visit}
	if v.By != "" {
		also = append(also, v.By)
	}
	d, err := c.Design(also...)
	if err != nil {
		return nil, err
	}
	rows, err := c.Rows(d)
	if err != nil {
		return nil, err
	}
	data, err := mmrm.FromDesign(d, v.Subject, v.Visit, v.By)
	if err != nil {
		return nil, err
	}
	reml, err := mmrm.Fit(data, mmrm.Options{Structure: structure})
	if err != nil {
		return nil, err
	}
	ml, err := mmrm.Fit(data, mmrm.Options{Structure: structure, ML: true})
	if err != nil {
		return nil, err
	}
	a := &MMRM{Schema: c.Schema, Case: c.Case, Kind: c.Kind, Columns: d.Names, Dropped: d.Dropped,
		Data:  Data{File: c.Data.File, Rows: d.Filtered, Used: d.N(), Groups: map[string]int{v.Subject: reml.Subjects}},
		Notes: Notes(append(append([]design.Note{}, d.Notes...), reml.Notes...)), REML: mmrmFit(reml), ML: mmrmFit(ml)}
	if adjusted, err := reml.Covariance(wald.KenwardRoger); err == nil {
		a.REML.VCovKR = Matrix(adjusted, d.P())
	}
	if err := robust(&a.REML, reml, d.P()); err != nil {
		return nil, err
	}
	a.Coefficients = InferCoefficients(d.Names, reml.Contrast)
	a.Estimates = InferAll(rows, reml.Contrast)
	if c.Model.Baseline != "" {
		if a.PercentChange, err = PercentChanges(rows, c.Model.Baseline, reml.Beta, reml.VCov); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func mmrmFit(m *mmrm.Model) MMRMFit {
	f := MMRMFit{LogLik: Number(m.LogLik), Deviance: Number(m.Deviance()), Parameters: m.NParameters(), AIC: Number(m.AIC()), BIC: Number(m.BIC()),
		SASAIC: Number(m.SASAIC()), SASBIC: Number(m.SASBIC()), Visits: m.Visits, Covariance: Matrix(m.VisitCovariance[0], len(m.Visits)),
		Beta: Numbers(m.Beta), SE: Numbers(m.SE), VCov: Matrix(m.VCov, len(m.Beta)), Story: m.Convergence}
	if m.ByLevels != nil {
		f.ByGroup = map[string][][]Number{}
		for g, level := range m.ByLevels {
			f.ByGroup[level] = Matrix(m.VisitCovariance[g], len(m.Visits))
		}
	}
	for i, name := range m.ThetaNames {
		f.Parameter = append(f.Parameter, MMRMParameter{name, Number(m.Theta[i]), Number(m.ThetaSE[i])})
	}
	return f
}

// robust adds the coefficients' standard errors under the sandwich.
func robust(f *MMRMFit, m *mmrm.Model, p int) error {
	f.Robust = map[string][]Number{}
	for _, correction := range []mmrm.Correction{mmrm.CR0, mmrm.CR2, mmrm.CR3} {
		r, err := m.Robust(correction)
		if err != nil {
			return err
		}
		l := make([]float64, p)
		for i := range l {
			l[i] = 1
			f.Robust[string(correction)] = append(f.Robust[string(correction)], Number(r.Contrast(l).SE))
			l[i] = 0
		}
	}
	return nil
}
