package analysis

// Result is everything that the plan asks for. It is written as JSON beside the printed tables.
type Result struct {
	Source          Source           `json:"source"`
	Flow            *Flow            `json:"flow,omitempty"`
	Populations     []PopulationSize `json:"populations"`
	Columns         []Column         `json:"columns"`                   // of Table 2
	People          []Column         `json:"people,omitempty"`          // columns of Table 1: those of Columns that do not describe few people by subtraction
	Characteristics []Characteristic `json:"characteristics,omitempty"` // Table 1
	Baseline        []BaselineRow    `json:"baseline"`                  // Table 2
	Changes         []ChangeTable    `json:"changes"`                   // Table 3, one for each population, the protocol's default first
	Themes          *Themes          `json:"themes,omitempty"`          // Table 4
	Fidelity        []Fidelity       `json:"fidelity,omitempty"`
	Dose            *Dose            `json:"dose,omitempty"`
	Cost            *Cost            `json:"cost,omitempty"`
	Sensitivity     []Sensitivity    `json:"sensitivity,omitempty"`
	Notes           []string         `json:"notes,omitempty"` // what a reader must know: dropped levels, empty cells, singular fits
}

// Share is a count with its denominator. Its percentage is computed where it is printed.
type Share struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

// Summary is n, mean and standard deviation (n-1) of numbers; Mean is NaN-free: N 0 means there is none, SD is 0 below N 2.
type Summary struct {
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

// Estimate is a number with its uncertainty: two-sided interval at the protocol's confidence, P for zero.
type Estimate struct {
	Value float64 `json:"estimate"`
	SE    float64 `json:"se"`
	DF    float64 `json:"df,omitempty"` // 0: normal
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	P     float64 `json:"p"`
}

// PopulationSize is an analysis set with its counts by arm.
type PopulationSize struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Definition string         `json:"definition"` // in words
	Default    bool           `json:"default"`
	Total      int            `json:"total"`
	ByArm      map[string]int `json:"by_arm"`
}

// Column is one group of people side by side in Tables 1 and 2.
type Column struct {
	ID    string `json:"id"`    // "randomized:coaching", "received:coaching", "randomized:control"
	Label string `json:"label"` // "Randomized to coaching"
	Arm   string `json:"arm"`
	N     int    `json:"n"`
}

// Characteristic is one block of Table 1. Kind is "one" (categories, one answer), "any" (select all that apply: the
// shares may sum to more than 100%), "yes" (one line: the share that said yes) or "number" (mean and SD).
type Characteristic struct {
	Item    string              `json:"item"`
	Label   string              `json:"label"`
	Kind    string              `json:"kind"`
	Rows    []CharacteristicRow `json:"rows,omitempty"`
	Numbers []Summary           `json:"numbers,omitempty"` // by column, for kind "number"
	Missing []int               `json:"missing"`           // by column: people of the column without an answer
	SMD     float64             `json:"smd"`               // standardized difference of the first contrast's randomized arms: signed for a number, a distance for answers
}

// CharacteristicRow is one answer of a Characteristic; the denominator of each cell is the people of the column who answered.
type CharacteristicRow struct {
	Code  string  `json:"code"`
	Label string  `json:"label"`
	Cells []Share `json:"cells"` // by column
}

// BaselineRow is one outcome of Table 2.
type BaselineRow struct {
	Outcome string    `json:"outcome"`
	Cells   []Summary `json:"cells"` // by column
	SMD     float64   `json:"smd"`   // intervention minus control over the pooled SD, randomized arms
}

// ChangeTable is Table 3 for one population.
type ChangeTable struct {
	Population string      `json:"population"`
	Model      string      `json:"model"` // in words: fixed and random parts, estimation, degrees of freedom, weights
	Rows       []ChangeRow `json:"rows"`
}

// ChangeRow is one outcome of Table 3.
type ChangeRow struct {
	Outcome      string       `json:"outcome"`
	Observations int          `json:"observations"`
	Participants int          `json:"participants"`
	Arms         []ArmChange  `json:"arms"` // in the protocol's order
	Differences  []Difference `json:"differences"`
	Means        []Mean       `json:"means"` // model-based, arm by visit
	Variance     Variance     `json:"variance"`
	Warnings     []string     `json:"warnings,omitempty"`
	Failed       string       `json:"failed,omitempty"` // why there is no model; then nothing but the counts is filled
}

// ArmChange is the change from baseline to the endpoint within an arm.
type ArmChange struct {
	Arm       string   `json:"arm"`
	Analysed  int      `json:"analysed"`  // participants with at least one score in the model
	Baselines int      `json:"baselines"` // ... with a baseline score
	Followups int      `json:"followups"` // ... with an endpoint score
	Baseline  Estimate `json:"baseline"`  // model-based mean at baseline
	Change    Estimate `json:"change"`    // points
	Relative  Estimate `json:"relative"`  // percent of the model-based baseline (delta method, normal interval)
	Benefit   string   `json:"benefit"`   // "better", "worse", or "none" when the estimate is 0
}

// Difference is one contrast: change in an arm minus change in the arm it is compared with.
type Difference struct {
	Contrast     string   `json:"contrast"`
	Arm          string   `json:"arm"`
	Versus       string   `json:"versus"`
	Visit        string   `json:"visit"`
	Points       Estimate `json:"points"`
	Adjusted     float64  `json:"p_adjusted"`   // over the outcomes of the table, by the protocol's multiplicity rule
	Standardized Estimate `json:"standardized"` // points over the pooled baseline SD of the two arms in the population; SE and limits scaled by the same SD
	SD           float64  `json:"sd"`           // that SD
	Benefit      string   `json:"benefit"`      // "better", "worse" or "none" for Arm
}

// Mean is a model-based mean of an arm at a visit.
type Mean struct {
	Arm   string   `json:"arm"`
	Visit string   `json:"visit"`
	Mean  Estimate `json:"mean"`
	N     int      `json:"n"` // scores in the model
}

// Variance is the random part of a fit, in squared points.
type Variance struct {
	Between  float64 `json:"between"`
	Within   float64 `json:"within"`
	ICC      float64 `json:"icc"`
	Singular bool    `json:"singular"` // the between-person variance is zero
	LogLik   float64 `json:"loglik"`
}

// Themes is Table 4: people who named each theme, of those asked who answered.
type Themes struct {
	Asked    int        `json:"asked"`    // coached people to whom the form was due
	Answered int        `json:"answered"` // ... who answered it: the denominator
	Rows     []ThemeRow `json:"rows"`     // in the form's order
}

// ThemeRow is one theme.
type ThemeRow struct {
	Code  string `json:"code"`
	Label string `json:"label"`
	Share Share  `json:"share"`
}

// Fidelity is one fidelity or satisfaction item with its answers.
type Fidelity struct {
	Item  string     `json:"item"`
	Label string     `json:"label"`
	Rows  []ThemeRow `json:"rows"`
}

// Dose is how much coaching the coached had.
type Dose struct {
	Arm         string    `json:"arm"`
	Allocated   int       `json:"allocated"`
	Started     Share     `json:"started"`   // at least one session, of those allocated
	Sessions    Summary   `json:"sessions"`  // held, among starters
	Minutes     Summary   `json:"minutes"`   // held, among starters
	ByNumber    []int     `json:"by_number"` // people with 0, 1, 2, ... sessions held
	Planned     int       `json:"planned"`   // sessions of the plan
	NoShows     int       `json:"no_shows"`
	Late        int       `json:"late_cancelled"`
	DaysToFirst Quartiles `json:"days_to_first"` // randomization to first session, starters
}

// Quartiles of a set of numbers; N 0 means there is none.
type Quartiles struct {
	N                    int `json:"n"`
	Lower, Median, Upper float64
}

// Sensitivity is one further analysis of the contrasts.
type Sensitivity struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Population string           `json:"population"`
	Method     string           `json:"method"` // in words
	Rows       []SensitivityRow `json:"rows"`
}

// SensitivityRow is the difference of one outcome under a further analysis.
type SensitivityRow struct {
	Outcome  string   `json:"outcome"`
	Contrast string   `json:"contrast"`
	Points   Estimate `json:"points"`
	Measure  string   `json:"measure,omitempty"` // what Points holds when it isn't a difference in points: "risk difference", "delta at which P = alpha"
	Note     string   `json:"note,omitempty"`
	Failed   string   `json:"failed,omitempty"`
}

// Cost is cost per participant, over three denominators. Money is in Currency.
type Cost struct {
	Currency        string     `json:"currency"`
	Hours           float64    `json:"hours"`      // paid
	HeldHours       float64    `json:"held_hours"` // held
	Coaches         int        `json:"coaches"`    // trained
	Lines           []CostLine `json:"lines"`
	Training        float64    `json:"training"` // stipends and other onboarding, after amortisation
	Running         float64    `json:"running"`
	Benchmark       float64    `json:"benchmark"` // 0: none
	BenchmarkSource string     `json:"benchmark_source"`
	Hourly          float64    `json:"hourly"`                     // running cost for each paid hour
	BenchmarkHourly *float64   `json:"benchmark_hourly,omitempty"` // nil: not known
	PerParticipant  []CostRow  `json:"per_participant"`
}

// CostLine is one line of the account.
type CostLine struct {
	Name     string  `json:"name"`
	Quantity float64 `json:"quantity"`
	Price    float64 `json:"price"`
	Amount   float64 `json:"amount"`
	Training bool    `json:"training"`
}

// CostRow is the cost over one denominator; differences are from the benchmark, negative where ours costs less, nil without one.
type CostRow struct {
	ID                string   `json:"id"` // "randomized", "started", "completed"
	Label             string   `json:"label"`
	N                 int      `json:"n"`
	With              float64  `json:"with_training"`
	WithDifference    *float64 `json:"with_training_difference,omitempty"`
	Without           float64  `json:"without_training"`
	WithoutDifference *float64 `json:"without_training_difference,omitempty"`
	BreakEven         *int     `json:"break_even,omitempty"` // least number of participants whose savings pay for the training at this cost; nil: never
}
