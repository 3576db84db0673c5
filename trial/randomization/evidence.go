package randomization

import (
	"fmt"
	"strconv"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Opening is what the audit trail keeps of the opening of randomization, before the first allocation. The design is its
// canonical text, so that the trail binds its exact bytes.
type Opening struct {
	Design     string `json:"design"`
	Commitment string `json:"commitment"`
}

// Closing is what the audit trail keeps of the closing.
type Closing struct {
	Seed        string `json:"seed"` // as Seed.Reveal gives it
	Allocations int    `json:"allocations"`
}

// Evidence is all that a proof needs: what the trail says, and what the store says.
type Evidence struct {
	Openings []Opening `json:"openings"`
	Early    int       `json:"early"` // entries before the first opening
	Entries  []Entry   `json:"entries"`
	Events   []int64   `json:"entry_events"` // the number of each entry's event
	Closings []Closing `json:"closings"`
	Late     int       `json:"late"` // entries after the first closing

	Design     string       `json:"stored_design"` // canonical text
	Commitment string       `json:"stored_commitment"`
	Seed       string       `json:"stored_seed"` // empty before closing
	Store      []Allocation `json:"stored_allocations"`
	Filed      []Filing     `json:"stored_filings"`
}

// Filing is how the store files an allocation: the stream in which it counts places, and the event that told it.
type Filing struct {
	Participant participant.Code `json:"participant"`
	Stream      string           `json:"stream"`
	Event       int64            `json:"event"`
}

// Prove confirms every allocation against commitment and trail, and names whatever does not agree. Before closing there is no
// proof: problem.Conflict, with the reason.
func (e Evidence) Prove() ([]Finding, error) {
	if e.Seed == "" && len(e.Closings) == 0 {
		return nil, problem.New(problem.Conflict, "the allocations cannot be proved before randomization is closed: the proof needs the seed, and whoever knows it knows every allocation to come").
			Instead("Close randomization after the dataset is locked, then prove it; until then the commitment in the audit trail stands for it")
	}
	var found []Finding
	expect := func(what, expected, actual string) {
		if expected != actual {
			found = append(found, Finding{What: what, Expected: expected, Found: actual})
		}
	}
	expect("openings in the trail", "1", strconv.Itoa(len(e.Openings)))
	expect("closings in the trail", "1", strconv.Itoa(len(e.Closings)))
	expect("allocations in the trail before the commitment", "0", strconv.Itoa(e.Early))
	expect("allocations in the trail after closing", "0", strconv.Itoa(e.Late))
	if len(e.Openings) == 0 || len(e.Closings) == 0 {
		return found, nil
	}
	opening, closing := e.Openings[0], e.Closings[0]
	expect("design in the store", opening.Design, e.Design)
	expect("commitment in the store", opening.Commitment, e.Commitment)
	expect("revealed seed in the store", closing.Seed, e.Seed)
	expect("allocations in the trail, beside the number counted at closing", strconv.Itoa(closing.Allocations), strconv.Itoa(len(e.Entries)))
	seed, err := ParseSeed(closing.Seed)
	if err != nil {
		return append(found, Finding{What: "seed in the trail", Expected: "64 hexadecimal digits", Found: fmt.Sprintf("%q", closing.Seed)}), nil
	}
	design, err := ParseDesign([]byte(opening.Design))
	if err != nil {
		return append(found, Finding{What: "design in the trail", Expected: "a design in its canonical form", Found: err.Error()}), nil
	}
	trail, unopened := OpenTrail(seed, e.Entries)
	found = append(found, unopened...)
	found = append(found, Prove(seed, design, opening.Commitment, e.Store, trail)...)
	return append(found, e.filings(design, trail)...), nil
}

// filings compares how the store files the allocations with what the trail says of them.
func (e Evidence) filings(d Design, trail []Allocation) (found []Finding) {
	filed := map[participant.Code]Filing{}
	for _, f := range e.Filed {
		filed[f.Participant] = f
	}
	event := map[participant.Code]int64{}
	for i, entry := range e.Entries {
		if i < len(e.Events) {
			event[entry.Participant] = e.Events[i]
		}
	}
	for _, a := range trail {
		f, ok := filed[a.Participant]
		if !ok {
			continue // Prove has named the missing allocation
		}
		stream := a.Stratum
		if d.Method == study.Minimization {
			stream = Whole
		}
		if f.Stream != stream {
			found = append(found, Finding{a.Participant, a.Sequence, "stream in the store", stream, f.Stream})
		}
		if f.Event != event[a.Participant] {
			found = append(found, Finding{a.Participant, a.Sequence, "event in the store", strconv.FormatInt(event[a.Participant], 10), strconv.FormatInt(f.Event, 10)})
		}
	}
	return found
}
