package study

// Cost is what the programme costs and what it is compared with. Money is in Currency.
type Cost struct {
	Currency        string     `toml:"currency"`
	Year            int        `toml:"year"`
	HourlyRate      float64    `toml:"hourly_rate"`   // paid to a coach for an hour
	Stipend         float64    `toml:"stipend"`       // paid once to each coach for training and certification
	NoShowShare     float64    `toml:"no_show_share"` // share of the rate paid for a no-show or late cancellation
	Lines           []CostLine `toml:"line"`
	Amortisation    int        `toml:"amortisation"`    // cohorts that training is spread over
	Benchmark       float64    `toml:"benchmark"`       // cost per participant of a published programme
	BenchmarkHours  float64    `toml:"benchmark_hours"` // hours for each participant in it
	BenchmarkSource string     `toml:"benchmark_source"`
	Basis           string     `toml:"basis"` // hours paid: "actual", "booked"
	Note            string     `toml:"note"`
}

// CostLine is a further cost: Each is "programme", "coach", "participant" or "hour".
type CostLine struct {
	Name     string  `toml:"name"`
	Amount   float64 `toml:"amount"`
	Each     string  `toml:"each"`
	Training bool    `toml:"training"` // counted as onboarding
}
