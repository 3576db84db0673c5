package analysis

import (
	"time"

	"rekindle/trial/dataset"
	"rekindle/trial/study"
)

// Data is what is analysed: randomized participants as the plan sees them.
type Data struct {
	Protocol     *study.Protocol
	Participants []Participant    // in order of randomization, or of first appearance in a file of scores
	Dataset      *dataset.Dataset // nil for a file of scores: then there is no flow, Table 1, theme, dose or cost
	Source       Source
	Notes        []string // what was dropped or mapped while reading, in words
}

// Source says where the data came from, so that a result can be checked against it.
type Source struct {
	File      string    `json:"file"`
	Dataset   string    `json:"dataset_sha256"`
	Protocol  string    `json:"protocol_sha256"`
	Study     string    `json:"study"`
	Title     string    `json:"title"`
	Locked    time.Time `json:"locked,omitzero"`
	Simulated bool      `json:"simulated"`
	Program   string    `json:"program"` // version that made the analysis
}

// Participant is one randomized person.
type Participant struct {
	Code       string
	Arm        string
	Covariates map[string]string             // covariate id -> level; absent: not known
	Strata     map[string]string             // stratum id -> level as randomized; nil for a file of scores
	Number     int                           // order of randomization; 0 for a file of scores
	Received   int                           // sessions held before the endpoint; for a file of scores 1 where marked analysed
	Coach      string                        // who held them; "" for none
	Complete   bool                          // the endpoint visit was completed
	InWindow   bool                          // ... inside its window
	Scores     map[string]map[string]float64 // outcome id -> visit id -> score; absent: missing
	Entrant    *dataset.Entrant              // nil for a file of scores
}

// score gives a score of the participant and whether it is there.
func (p *Participant) score(outcome, visit string) (float64, bool) {
	v, ok := p.Scores[outcome][visit]
	return v, ok
}
