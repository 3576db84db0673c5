package study

// Analysis is the statistical analysis plan.
type Analysis struct {
	Alpha        float64     `toml:"alpha"`
	Confidence   float64     `toml:"confidence"`
	Baseline     string      `toml:"baseline"` // visit
	Endpoint     string      `toml:"endpoint"` // visit of the primary contrast
	Covariates   []Covariate `toml:"covariate"`
	Random       []string    `toml:"random"`             // "participant"; "coach" for a partially nested model
	Estimation   string      `toml:"estimation"`         // "reml" or "ml"
	DF           string      `toml:"degrees_of_freedom"` // "satterthwaite", "kenward-roger", "containment", "normal"
	Weights      string      `toml:"marginal_weights"`   // "proportional" or "equal"
	Multiplicity string      `toml:"multiplicity"`       // "none", "holm", ...; adjusted P stands beside the raw one
	Contrasts    []Contrast  `toml:"contrast"`
	Sensitivity  []string    `toml:"sensitivity"` // "kenward-roger", "mmrm", "clda", "coach", "mi", "j2r", "tipping-point", "cace", "responder", "randomization-test"
	Columns      Columns     `toml:"columns"`     // of a file of scores
	Seed         uint64      `toml:"seed"`        // of resampling and imputation
}

// Covariate is a factor or number adjusted for. Item or Stratum names where it comes from; the first level is the reference.
type Covariate struct {
	ID      string   `toml:"id"`
	Name    string   `toml:"name"`
	Stratum string   `toml:"stratum"`
	Item    string   `toml:"item"` // "form.item"
	Levels  []string `toml:"levels"`
	Column  string   `toml:"column"`
}

// Contrast is one comparison of changes: intervention minus control, from the baseline to a visit.
type Contrast struct {
	ID     string `toml:"id"`
	Arm    string `toml:"arm"`
	Versus string `toml:"versus"`
	Visit  string `toml:"visit"`
}

// Columns names the columns of a file of scores, one row for each participant and visit; Values maps its words to ours.
type Columns struct {
	Participant string                       `toml:"participant"`
	Arm         string                       `toml:"arm"`
	Visit       string                       `toml:"visit"`
	Analysed    string                       `toml:"analysed"` // "1" where the participant belongs to the received-or-control population; empty: there is none
	Values      map[string]map[string]string `toml:"values"`   // column -> word in the file -> our id
}
