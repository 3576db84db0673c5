package randomization_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// closed is a trial to prove, enough of it for blocks to fill.
func closed(t testing.TB, method study.Method) (randomization.Design, randomization.Seed, []randomization.Allocation) {
	d, s := design(t, method), seed(t, 42)
	return d, s, enrol(t, d, s, slices.Repeat(cells, 6))
}

var methods = []study.Method{study.PermutedBlocks, study.Minimization}

func TestProveConfirmsATrialThatWentRight(t *testing.T) {
	for _, method := range methods {
		d := design(t, method)
		rapid.Check(t, func(t *rapid.T) {
			s := seedFrom(t)
			all := enrol(t, d, s, drawPeople(t, "people", 60))
			store := rapid.Permutation(all).Draw(t, "store")
			if found := randomization.Prove(s, d, d.Commitment(s), store, all); len(found) > 0 {
				t.Fatalf("%s: %v", method, found)
			}
		})
	}
}

// tamper is one change to a closed trial; both says that store and trail are changed alike, as by somebody who
// can write to both.
var tampers = []struct {
	name, want string
	both       bool
	change     func([]randomization.Allocation, int) []randomization.Allocation
}{
	{"arm", "arm", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Arm = map[string]string{"coaching": "control", "control": "coaching"}[all[i].Arm]
		return all
	}},
	{"unknown arm", "arm", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Arm = "third"
		return all
	}},
	{"stratum name", "stratum", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Stratum = "gender=man;medicine=maybe"
		return all
	}},
	{"values without level", "stratum values", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Values = randomization.Values{"gender": "woman"}
		return all
	}},
	{"index", "place in", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Index += 1000
		return all
	}},
	{"huge index", "place in", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Index = 1 << 60
		return all
	}},
	{"negative index", "place in", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Index = -5
		return all
	}},
	{"sequence", "place in the order", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Sequence += 7
		return all
	}},
	{"same person twice", "allocated twice", true, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Participant = all[i-1].Participant
		return all
	}},
	{"arm in one", "arm in the store", false, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Arm = "third"
		return all
	}},
	{"values in one", "stratum values in the store", false, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].Values = maps.Clone(all[i].Values)
		all[i].Values["gender"] = "nonbinary"
		return all
	}},
	{"time in one", "time in the store", false, func(all []randomization.Allocation, i int) []randomization.Allocation {
		all[i].At = all[i].At.Add(time.Second)
		return all
	}},
	{"row twice", "rows in the store", false, func(all []randomization.Allocation, i int) []randomization.Allocation {
		return append(all, all[i])
	}},
}

func TestProveNamesEachSingleChange(t *testing.T) {
	for _, method := range methods {
		d, s, right := closed(t, method)
		for _, c := range tampers {
			for _, at := range []int{1, 17, len(right) - 1} {
				trail := slices.Clone(right)
				store := c.change(slices.Clone(right), at)
				named := right[at].Participant
				if c.both {
					trail = slices.Clone(store)
					named = store[at].Participant
				}
				found := randomization.Prove(s, d, d.Commitment(s), store, trail)
				if !slices.ContainsFunc(found, func(f randomization.Finding) bool {
					return f.Participant == named && strings.HasPrefix(f.What, c.want) && f.Expected != f.Found
				}) {
					t.Errorf("%s, %s at %d: no finding %q for %s in %v", method, c.name, at, c.want, named, found)
				}
			}
		}
	}
}

func TestOneWrongArmIsOneFinding(t *testing.T) {
	for _, method := range methods {
		d, s, all := closed(t, method)
		all[20].Arm = map[string]string{"coaching": "control", "control": "coaching"}[all[20].Arm]
		found := randomization.Prove(s, d, d.Commitment(s), all, all)
		if len(found) != 1 || found[0].Participant != all[20].Participant || found[0].Sequence != 21 || found[0].Found != all[20].Arm {
			t.Errorf("%s: %v", method, found)
		}
	}
}

func TestProveFindsMissingExtraAndReordered(t *testing.T) {
	for _, method := range methods {
		d, s, right := closed(t, method)
		prove := func(store, trail []randomization.Allocation) []randomization.Finding {
			return randomization.Prove(s, d, d.Commitment(s), store, trail)
		}
		names := func(found []randomization.Finding, what string, a randomization.Allocation) bool {
			return slices.ContainsFunc(found, func(f randomization.Finding) bool {
				return f.Participant == a.Participant && strings.HasPrefix(f.What, what)
			})
		}
		for i := 0; i < len(right)-1; i += 3 {
			without := slices.Delete(slices.Clone(right), i, i+1)
			if found := prove(without, without); !names(found, "place in the order of the trial", right[i+1]) {
				t.Errorf("%s: %d missing from both: %v", method, i, found)
			}
			if found := prove(without, right); !names(found, "allocation in the store", right[i]) || len(found) != 1 {
				t.Errorf("%s: %d missing from the store: %v", method, i, found)
			}
			if found := prove(right, without); !names(found, "allocation in the store", right[i]) {
				t.Errorf("%s: %d missing from the trail: %v", method, i, found)
			}
			swapped := slices.Clone(right)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			if found := prove(right, swapped); !names(found, "place in the order of the trial", right[i]) {
				t.Errorf("%s: %d and the next swapped: %v", method, i, found)
			}
		}
	}
}

func TestTrailEntriesHideAndHold(t *testing.T) {
	_, s, all := closed(t, study.PermutedBlocks)
	var entries []randomization.Entry
	for _, a := range all {
		e, err := s.Entry(a)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"coaching", "control", "woman", "gender"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("the entry tells %q: %s", secret, text)
			}
		}
		entries = append(entries, e)
	}
	trail, found := randomization.OpenTrail(s, entries)
	if len(found) > 0 || !reflect.DeepEqual(trail, all) {
		t.Fatalf("the trail does not open: %v", found)
	}
	if trail, found := randomization.OpenTrail(seed(t, 1), entries); len(trail) > 0 || len(found) != len(entries) {
		t.Errorf("another seed opens %d entries", len(trail))
	}
	for name, change := range map[string]func(*randomization.Entry){
		"participant": func(e *randomization.Entry) { e.Participant = "other" },
		"sequence":    func(e *randomization.Entry) { e.Sequence++ },
		"sealed":      func(e *randomization.Entry) { e.Sealed = "A" + e.Sealed[1:] },
		"cut":         func(e *randomization.Entry) { e.Sealed = e.Sealed[:8] },
		"empty":       func(e *randomization.Entry) { e.Sealed = "" },
		"swapped":     func(e *randomization.Entry) { e.Sealed = entries[5].Sealed },
	} {
		changed := slices.Clone(entries)
		change(&changed[3])
		if _, found := randomization.OpenTrail(s, changed); len(found) != 1 || found[0].Participant != changed[3].Participant {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestProveStopsAtAWrongCommitment(t *testing.T) {
	d, s, all := closed(t, study.PermutedBlocks)
	found := randomization.Prove(seed(t, 43), d, d.Commitment(s), all, all)
	if len(found) != 1 || !strings.Contains(found[0].String(), "commitment") {
		t.Errorf("another seed: %v", found)
	}
	changed := d
	changed.BlockSizes = []int{2}
	if found := randomization.Prove(s, changed, d.Commitment(s), all, all); len(found) != 1 {
		t.Errorf("another design: %v", found)
	}
}

// FuzzProve: no trail, however broken, breaks the proof, and only the right one passes.
func FuzzProve(f *testing.F) {
	d, s, right := closed(f, study.PermutedBlocks)
	f.Add(3, 0, "coaching", "gender=woman;medicine=yes", 1)
	f.Add(59, 1<<62, "", "", -1)
	f.Fuzz(func(t *testing.T, at, index int, arm, stratum string, sequence int) {
		all := slices.Clone(right)
		a := &all[uint(at)%uint(len(all))]
		was := *a
		a.Index, a.Arm, a.Stratum, a.Sequence = index, arm, stratum, sequence
		same := a.Index == was.Index && a.Arm == was.Arm && a.Stratum == was.Stratum && a.Sequence == was.Sequence
		if found := randomization.Prove(s, d, d.Commitment(s), all, all); same != (len(found) == 0) {
			t.Errorf("same %v, found %v", same, found)
		}
	})
}
