package study

// Simulation is what a rehearsal of the trial assumes of people: how many answer, what they are like, how they attend,
// what coaching changes. It never enters an analysis. Parameters of the answers themselves (latent correlations,
// item difficulties) belong to the population model, not to a protocol.
type Simulation struct {
	Source          string                        `toml:"source"`
	Arrival         Arrival                       `toml:"arrival"`
	Coaches         int                           `toml:"coaches"`
	NonStarters     float64                       `toml:"non_starters"` // share of coached arms who never have a session
	FewSessions     float64                       `toml:"few_sessions"` // share of starters who stop after a few; the others have all
	FewUpTo         int                           `toml:"few_up_to"`    // most sessions of those who stop
	NoShows         float64                       `toml:"no_shows"`     // share of booked sessions missed or cancelled late, then made up
	NonResponse     map[string]float64            `toml:"non_response"` // arm -> share without the endpoint survey, among starters and controls
	ItemMissing     float64                       `toml:"item_missing"` // share of single answers left out
	Effect          map[string]float64            `toml:"effect"`       // construct of the population model -> shift of its latent score by coaching, in SD
	Drift           map[string]float64            `toml:"drift"`        // the same for everybody, between visits
	Characteristics []Characteristic              `toml:"characteristic"`
	Themes          map[string]float64            `toml:"themes"`       // code -> share of the coached who name it
	Fidelity        map[string]map[string]float64 `toml:"fidelity"`     // item -> code -> share
	Rated           float64                       `toml:"rated"`        // share of the sessions asked about whose alliance is rated
	Alliance        map[string]map[string]float64 `toml:"alliance"`     // item -> code -> share
	Supervised      float64                       `toml:"supervised"`   // share of coaches who come to a supervision meeting
	Difficulties    float64                       `toml:"difficulties"` // share of them who put a difficulty down before it
}

// Arrival is how enrolments spread over the announcements: of those who will enrol, the shares that follow each
// announcement, with exponentially falling interest of mean MeanDays days.
type Arrival struct {
	Interested int       `toml:"interested"` // people who would enrol if there were room
	Shares     []float64 `toml:"shares"`
	MeanDays   float64   `toml:"mean_days"`
}

// Characteristic is the distribution of one demographics item: shares of its codes, or mean and SD of a number.
type Characteristic struct {
	Item   string             `toml:"item"` // of the demographics form
	Shares map[string]float64 `toml:"shares"`
	Any    bool               `toml:"any"` // select-all: shares are independent
	Mean   float64            `toml:"mean"`
	SD     float64            `toml:"sd"`
}
