package study

// Catalogue is what a protocol may refer to: instruments by id. Package instrument fills it.
type Catalogue map[string]InstrumentFacts

// InstrumentFacts is what a protocol must know of an instrument.
type InstrumentFacts struct {
	Name    string
	Scores  map[string]ScoreFacts
	Items   map[string][]string // item id -> allowed codes as text; empty for numbers and free text
	Cutoffs []string            // ids of its cut-offs
	Asked   []ItemFacts         // its items in the order of asking
}

// ItemFacts is what branching must know of an item.
type ItemFacts struct {
	ID        string
	SelectAll bool // answered by any number of its codes
	Always    bool // a score is made of it, or it is required: it is asked of everybody
}

// ScoreFacts is what a protocol must know of a score.
type ScoreFacts struct {
	Label           string
	HigherMeans     string // "better" or "worse"
	Lowest, Highest float64
}
