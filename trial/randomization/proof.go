package randomization

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Finding is one thing that does not agree with the seed, the design, the commitment, or between store and trail.
// Participant and Sequence are empty where it concerns the whole trial.
type Finding struct {
	Participant participant.Code `json:"participant,omitempty"`
	Sequence    int              `json:"sequence,omitempty"` // as the trail has it; as the store has it where only the store knows it
	What        string           `json:"what"`
	Expected    string           `json:"expected"`
	Found       string           `json:"found"`
}

// String gives the finding as one line for people.
func (f Finding) String() string {
	line := fmt.Sprintf("%s: expected %s, found %s", f.What, f.Expected, f.Found)
	if f.Participant == "" {
		return line
	}
	return f.where() + ": " + line
}

func (f Finding) where() string {
	return fmt.Sprintf("participant %s, allocation %d", f.Participant, f.Sequence)
}

// Prove replays a closed trial. Trail is the allocations in the order of the audit trail (see OpenTrail), store
// those of the database in any order. No finding means: the seed and the design are those committed to, every allocation is the one that they
// determine, the strata are those of the values, nothing is missing, added or out of order, and store and trail agree.
//
// After a wrong commitment nothing is replayed, since every arm would be wrong for that one reason. A wrong arm
// does not make later ones wrong: the replay goes on with the arm that should have been drawn.
func Prove(s Seed, d Design, commitment string, store, trail []Allocation) []Finding {
	if got := d.Commitment(s); got != commitment {
		return []Finding{{What: "commitment of seed and design", Expected: commitment, Found: got}}
	}
	if err := d.Check(); err != nil {
		return []Finding{{What: "design", Expected: "one that can be drawn from", Found: err.Error()}}
	}
	r := replay{design: d, seed: s, drawn: map[string]int{}, streams: map[string]*blocks{}, tally: d.NewTally(nil),
		people: map[participant.Code]int{}}
	for _, a := range trail {
		r.confirm(a)
	}
	r.compare(store, trail)
	return r.findings
}

// replay is a proof under way.
type replay struct {
	design   Design
	seed     Seed
	drawn    map[string]int     // stream -> index of its last allocation
	streams  map[string]*blocks // stratum -> where its blocks are
	tally    Tally
	people   map[participant.Code]int // participant -> sequence
	last     int                      // sequence of the last allocation
	findings []Finding
}

func (r *replay) find(a Allocation, what, expected, found string) {
	r.findings = append(r.findings, Finding{a.Participant, a.Sequence, what, expected, found})
}

// maxGap is the longest run of missing allocations that is passed over to check the one after it.
const maxGap = 1_000_000

// confirm checks the next allocation of the trail against the replay.
func (r *replay) confirm(a Allocation) {
	if earlier, ok := r.people[a.Participant]; ok {
		r.find(a, "allocated twice", "allocation "+strconv.Itoa(earlier)+" only", "one more")
	}
	r.people[a.Participant] = a.Sequence
	if a.Sequence != r.last+1 {
		r.find(a, "place in the order of the trial", strconv.Itoa(r.last+1), strconv.Itoa(a.Sequence))
	}
	r.last = a.Sequence
	stratum, err := r.design.Stratum(a.Values)
	if err != nil {
		r.find(a, "stratum values", "one level of each factor of the design", fmt.Sprint(map[string]string(a.Values)))
		return
	}
	if a.Stratum != stratum {
		r.find(a, "stratum", stratum, a.Stratum)
	}
	stream := stratum
	if r.design.Method == study.Minimization {
		stream = Whole
	}
	expected := r.drawn[stream] + 1
	if a.Index != expected {
		r.find(a, "place in "+stream, strconv.Itoa(expected), strconv.Itoa(a.Index))
		if a.Index < expected || a.Index-expected > maxGap {
			return // seen before, or beyond all that missing allocations could explain: there is no arm to compare with
		}
	}
	r.drawn[stream] = a.Index
	arm := r.arm(stratum, a, a.Index-expected)
	if id := r.design.Arms[arm].ID; a.Arm != id {
		r.find(a, "arm", id, a.Arm)
	}
}

// arm gives the arm that the allocation must have, after passing over the missing ones of its stream.
func (r *replay) arm(stratum string, a Allocation, missing int) int {
	if r.design.Method == study.Minimization {
		arm := r.design.minimize(r.seed, a.Values, a.Index, r.tally)
		r.tally.add(a.Values, arm)
		return arm
	}
	b, ok := r.streams[stratum]
	if !ok {
		b = r.design.blocks(r.seed, stratum)
		r.streams[stratum] = b
	}
	for range missing {
		b.next()
	}
	return b.next()
}

// compare finds what the store has otherwise than the trail.
func (r *replay) compare(store, trail []Allocation) {
	stored := map[participant.Code]Allocation{}
	for _, a := range store {
		if _, twice := stored[a.Participant]; twice {
			r.find(a, "rows in the store", "one", "more than one")
		}
		stored[a.Participant] = a
		if _, ok := r.people[a.Participant]; !ok {
			r.find(a, "allocation in the store", "none, as in the trail", a.Arm)
		}
	}
	for _, t := range trail {
		s, ok := stored[t.Participant]
		if !ok {
			r.find(t, "allocation in the store", t.Arm+", as in the trail", "none")
			continue
		}
		for _, f := range []struct{ what, trail, store string }{
			{"arm in the store", t.Arm, s.Arm},
			{"stratum in the store", t.Stratum, s.Stratum},
			{"place in the order of the trial, in the store", strconv.Itoa(t.Sequence), strconv.Itoa(s.Sequence)},
			{"place in its stratum, in the store", strconv.Itoa(t.Index), strconv.Itoa(s.Index)},
			{"time in the store", t.At.UTC().Format(time.RFC3339Nano), s.At.UTC().Format(time.RFC3339Nano)},
		} {
			if f.trail != f.store {
				r.find(t, f.what, f.trail, f.store)
			}
		}
		if !maps.Equal(t.Values, s.Values) {
			r.find(t, "stratum values in the store", fmt.Sprint(map[string]string(t.Values)), fmt.Sprint(map[string]string(s.Values)))
		}
	}
}
