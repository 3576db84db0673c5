package randomization_test

import (
	"slices"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/randomization"
)

func evidence(t testing.TB) randomization.Evidence {
	d, s, all := closed(t, methods[0])
	e := randomization.Evidence{
		Openings: []randomization.Opening{{Design: string(d.Canonical()), Commitment: d.Commitment(s)}},
		Closings: []randomization.Closing{{Seed: s.Reveal(), Allocations: len(all)}},
		Design:   string(d.Canonical()), Commitment: d.Commitment(s), Seed: s.Reveal(), Store: all,
	}
	for _, a := range all {
		entry, err := s.Entry(a)
		if err != nil {
			t.Fatal(err)
		}
		event := int64(10 * a.Sequence)
		e.Entries, e.Events = append(e.Entries, entry), append(e.Events, event)
		e.Filed = append(e.Filed, randomization.Filing{Participant: a.Participant, Stream: a.Stratum, Event: event})
	}
	return e
}

func TestEvidence(t *testing.T) {
	if found, err := evidence(t).Prove(); err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", found, err)
	}
	for _, c := range []struct {
		name, want string
		change     func(*randomization.Evidence)
	}{
		{"no opening", "openings in the trail", func(e *randomization.Evidence) { e.Openings = nil }},
		{"two openings", "openings in the trail", func(e *randomization.Evidence) { e.Openings = slices.Repeat(e.Openings, 2) }},
		{"no closing", "closings in the trail", func(e *randomization.Evidence) { e.Closings = nil }},
		{"late commitment", "before the commitment", func(e *randomization.Evidence) { e.Early = 3 }},
		{"draw after closing", "after closing", func(e *randomization.Evidence) { e.Late = 1 }},
		{"stored design", "design in the store", func(e *randomization.Evidence) { e.Design += " " }},
		{"stored commitment", "commitment in the store", func(e *randomization.Evidence) { e.Commitment = "00" }},
		{"stored seed", "seed in the store", func(e *randomization.Evidence) { e.Seed = strings.Repeat("0", 64) }},
		{"seed in the trail", "seed in the trail", func(e *randomization.Evidence) { e.Closings[0].Seed = "?" }},
		{"design in the trail", "design in the trail", func(e *randomization.Evidence) { e.Openings[0].Design = "{}" }},
		{"another seed everywhere", "commitment of seed and design", func(e *randomization.Evidence) {
			e.Seed = strings.Repeat("0", 64)
			e.Closings[0].Seed = e.Seed
		}},
		{"the last allocations gone from both", "counted at closing", func(e *randomization.Evidence) {
			e.Entries, e.Store = e.Entries[:50], e.Store[:50]
		}},
		{"an entry that does not open", "entry in the trail", func(e *randomization.Evidence) { e.Entries[7].Sealed = "" }},
		{"filed in another stream", "stream in the store", func(e *randomization.Evidence) { e.Filed[7].Stream = "third" }},
		{"filed under another event", "event in the store", func(e *randomization.Evidence) { e.Filed[7].Event++ }},
		{"a changed arm in the store", "arm in the store", func(e *randomization.Evidence) { e.Store[7].Arm = "third" }},
	} {
		e := evidence(t)
		c.change(&e)
		found, err := e.Prove()
		if err != nil || !slices.ContainsFunc(found, func(f randomization.Finding) bool { return strings.Contains(f.What, c.want) }) {
			t.Errorf("%s: %v, %v", c.name, found, err)
		}
	}
}

func TestNoProofBeforeClosing(t *testing.T) {
	e := evidence(t)
	e.Closings, e.Seed = nil, ""
	if _, err := e.Prove(); !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "before randomization is closed") {
		t.Errorf("%v", err)
	}
}
