package randomization_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// paper is the allocation of the published trial: 1:1, by gender and department of medicine.
func paper(method study.Method) study.Protocol {
	p := study.Protocol{
		ID:   "kiser2024",
		Arms: []study.Arm{{ID: "coaching", Ratio: 1}, {ID: "control", Ratio: 1}},
		Strata: []study.Stratum{
			{ID: "gender", Item: "demographics.gender", Levels: []study.Level{{ID: "woman", Codes: []string{"1"}, Expected: 0.79},
				{ID: "man", Codes: []string{"2"}, Expected: 0.195}, {ID: "nonbinary", Codes: []string{"3"}},
				{ID: "undisclosed", Codes: []string{"4", "9"}, Expected: 0.0145}}},
			{ID: "medicine", Item: "demographics.medicine", Levels: []study.Level{{ID: "yes", Expected: 0.4}, {ID: "no", Expected: 0.6}}},
		},
		Enrolment: study.Enrolment{Cap: 138},
	}
	p.Allocation.Method = method
	if method == study.PermutedBlocks {
		p.Allocation.BlockSizes = []int{4, 2}
	} else {
		p.Allocation.Probability = 0.8
	}
	return p
}

func design(t testing.TB, method study.Method) randomization.Design {
	t.Helper()
	d, err := randomization.NewDesign(paper(method))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func seed(t testing.TB, b byte) randomization.Seed {
	t.Helper()
	s, err := randomization.NewSeed(bytes.NewReader(bytes.Repeat([]byte{b}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var cells = func() (all []randomization.Values) {
	for _, g := range []string{"woman", "woman", "woman", "man", "undisclosed"} {
		for _, m := range []string{"yes", "no"} {
			all = append(all, randomization.Values{"gender": g, "medicine": m})
		}
	}
	return all
}()

// enrol allocates people with the values given, one after the other, as a trial does.
func enrol(t interface{ Fatal(...any) }, d randomization.Design, s randomization.Seed, people []randomization.Values) []randomization.Allocation {
	var all []randomization.Allocation
	drawn := map[string]int{}
	for i, v := range people {
		stratum, err := d.Stratum(v)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := d.Stream(v)
		if err != nil {
			t.Fatal(err)
		}
		arm, err := d.Draw(s, v, drawn[stream], d.NewTally(all))
		if err != nil {
			t.Fatal(err)
		}
		drawn[stream]++
		all = append(all, randomization.Allocation{Participant: participant.Code(fmt.Sprintf("P%03d", i+1)),
			Sequence: i + 1, Values: v, Stratum: stratum, Index: drawn[stream], Arm: arm})
	}
	return all
}

func arms(all []randomization.Allocation, stratum string) (out []string) {
	for _, a := range all {
		if stratum == "" || a.Stratum == stratum {
			out = append(out, a.Arm)
		}
	}
	return out
}

func drawPeople(t *rapid.T, label string, most int) []randomization.Values {
	return rapid.SliceOfN(rapid.SampledFrom(cells), 0, most).Draw(t, label)
}

func TestStrataDoNotKnowOfEachOther(t *testing.T) {
	d := design(t, study.PermutedBlocks)
	rapid.Check(t, func(t *rapid.T) {
		s := seedFrom(t)
		one, two := enrol(t, d, s, drawPeople(t, "one", 40)), enrol(t, d, s, drawPeople(t, "two", 40))
		for _, v := range cells {
			stratum, _ := d.Stratum(v)
			a, b := arms(one, stratum), arms(two, stratum)
			n := min(len(a), len(b))
			if !slices.Equal(a[:n], b[:n]) {
				t.Fatalf("stratum %s depends on the others: %v and %v", stratum, a, b)
			}
		}
	})
}

func seedFrom(t *rapid.T) randomization.Seed {
	s, err := randomization.NewSeed(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLaterEnrolmentLeavesEarlierAllocationsAlone(t *testing.T) {
	for _, method := range []study.Method{study.PermutedBlocks, study.Minimization} {
		d := design(t, method)
		rapid.Check(t, func(t *rapid.T) {
			s, people := seedFrom(t), drawPeople(t, "people", 40)
			n := rapid.IntRange(0, len(people)).Draw(t, "n")
			if !slices.Equal(arms(enrol(t, d, s, people), "")[:n], arms(enrol(t, d, s, people[:n]), "")) {
				t.Fatal("a prefix of the trial is allocated otherwise")
			}
		})
	}
}

func TestCommitmentBindsEverything(t *testing.T) {
	for _, method := range []study.Method{study.PermutedBlocks, study.Minimization} {
		base := design(t, method)
		s := seed(t, 7)
		seen := map[string]string{base.Commitment(s): "the design itself"}
		add := func(what, commitment string) {
			if other, ok := seen[commitment]; ok {
				t.Errorf("%s: %s has the commitment of %s", method, what, other)
			}
			seen[commitment] = what
		}
		add("another seed", base.Commitment(seed(t, 8)))
		for what, change := range map[string]func(*randomization.Design){
			"trial":       func(d *randomization.Design) { d.Trial = "other" },
			"test":        func(d *randomization.Design) { d.Test = true },
			"method":      func(d *randomization.Design) { d.Method = "other" },
			"arm id":      func(d *randomization.Design) { d.Arms[0].ID = "coach" },
			"ratio":       func(d *randomization.Design) { d.Arms[0].Ratio = 2 },
			"arm order":   func(d *randomization.Design) { slices.Reverse(d.Arms) },
			"factor":      func(d *randomization.Design) { d.Factors[0].ID = "sex" },
			"fewer":       func(d *randomization.Design) { d.Factors = d.Factors[:1] },
			"level":       func(d *randomization.Design) { d.Factors[0].Levels[0] = "women" },
			"level order": func(d *randomization.Design) { slices.Reverse(d.Factors[1].Levels) },
			"weight":      func(d *randomization.Design) { d.Factors[1].Weight = 3 },
			"sizes":       func(d *randomization.Design) { d.BlockSizes = []int{4} },
			"probability": func(d *randomization.Design) { d.Probability = 900_000 },
			"measure":     func(d *randomization.Design) { d.Measure = randomization.Variance },
		} {
			changed := design(t, method)
			change(&changed)
			add(what, changed.Commitment(s))
		}
	}
}

func TestDesignReadsBack(t *testing.T) {
	for _, method := range []study.Method{study.PermutedBlocks, study.Minimization} {
		d := design(t, method)
		text := d.Canonical()
		back, err := randomization.ParseDesign(text)
		if err != nil || !bytes.Equal(back.Canonical(), text) {
			t.Errorf("%s: %v", text, err)
		}
		for _, bad := range []string{"", "{", "null", string(text) + " ", strings.Replace(string(text), `"trial"`, `"Trial"`, 1)} {
			if _, err := randomization.ParseDesign([]byte(bad)); !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: %v, want an invalid problem", bad, err)
			}
		}
	}
}

func TestTestDrawsHaveNothingInCommonWithTheTrials(t *testing.T) {
	trial, test := design(t, study.PermutedBlocks), design(t, study.PermutedBlocks)
	test.Test = true
	people := slices.Repeat(cells, 20)
	a, b := arms(enrol(t, trial, seed(t, 3), people), ""), arms(enrol(t, test, seed(t, 3), people), "")
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	// 200 pairs of fair coins: 100 expected, standard deviation 7.
	if same < 65 || same > 135 {
		t.Errorf("%d of %d test draws are the trial's", same, len(a))
	}
}

func TestNewDesignFindsEveryMistake(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*study.Protocol)
	}{
		{"one arm", "two arms", func(p *study.Protocol) { p.Arms = p.Arms[:1] }},
		{"no arms", "two arms", func(p *study.Protocol) { p.Arms = nil }},
		{"same arm", "used twice", func(p *study.Protocol) { p.Arms[1].ID = "coaching" }},
		{"ratio", "has ratio 0", func(p *study.Protocol) { p.Arms[0].Ratio = 0 }},
		{"ratios", "add up", func(p *study.Protocol) { p.Arms[0].Ratio = 1000 }},
		{"method", "no method", func(p *study.Protocol) { p.Allocation.Method = "coin" }},
		{"sizes", "no block sizes", func(p *study.Protocol) { p.Allocation.BlockSizes = nil }},
		{"odd size", "cannot hold", func(p *study.Protocol) { p.Allocation.BlockSizes = []int{3} }},
		{"negative size", "cannot hold", func(p *study.Protocol) { p.Allocation.BlockSizes = []int{-2} }},
		{"level", "repeated", func(p *study.Protocol) { p.Strata[1].Levels[0].ID = "no" }},
		{"levels", "no levels", func(p *study.Protocol) { p.Strata[1].Levels = nil }},
		{"factor", "used twice", func(p *study.Protocol) { p.Strata[1].ID = "gender" }},
		{"probability", "favour", func(p *study.Protocol) {
			p.Allocation.Method, p.Allocation.Probability = study.Minimization, 0.5
		}},
		{"decimals", "six decimals", func(p *study.Protocol) {
			p.Allocation.Method, p.Allocation.Probability = study.Minimization, 0.81234567
		}},
		{"nothing to balance", "balances factors", func(p *study.Protocol) {
			p.Allocation.Method, p.Allocation.Probability, p.Strata = study.Minimization, 0.8, nil
		}},
		{"multiple", "common multiple", func(p *study.Protocol) {
			p.Allocation.Method, p.Allocation.Probability = study.Minimization, 0.8
			p.Arms[0].Ratio, p.Arms[1].Ratio = 37, 31
		}},
		{"measure", "no measure", func(p *study.Protocol) {
			p.Allocation.Method, p.Allocation.Probability, p.Allocation.Measure = study.Minimization, 0.8, "entropy"
		}},
	} {
		p := paper(study.PermutedBlocks)
		c.change(&p)
		_, err := randomization.NewDesign(p)
		if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestHalfADesignIsNotDrawnFrom(t *testing.T) {
	for _, method := range []study.Method{study.PermutedBlocks, study.Minimization, ""} {
		half := randomization.Design{Trial: "half", Method: method}
		if _, err := half.Draw(seed(t, 1), nil, 0, nil); !problem.Is(err, problem.Invalid) {
			t.Errorf("a draw from %+v: %v", half, err)
		}
		if found := randomization.Prove(seed(t, 1), half, half.Commitment(seed(t, 1)), nil, nil); len(found) != 1 || found[0].What != "design" {
			t.Errorf("a proof of %+v: %v", half, found)
		}
	}
}

func TestStratify(t *testing.T) {
	strata := paper(study.PermutedBlocks).Strata
	answers := map[string]string{"demographics.gender": "9", "demographics.medicine": "no"}
	answer := func(item string) (string, bool) { code, ok := answers[item]; return code, ok }
	v, err := randomization.Stratify(strata, answer)
	if err != nil || v["gender"] != "undisclosed" || v["medicine"] != "no" {
		t.Fatalf("%v, %v", v, err)
	}
	stratum, err := design(t, study.PermutedBlocks).Stratum(v)
	if err != nil || stratum != "gender=undisclosed;medicine=no" {
		t.Errorf("%q, %v", stratum, err)
	}
	answers = map[string]string{"demographics.gender": "7"}
	_, err = randomization.Stratify(strata, answer)
	if err == nil || !strings.Contains(err.Error(), "belongs to no level") || !strings.Contains(err.Error(), "not answered") {
		t.Errorf("%v, want both problems", err)
	}
}

func TestStratumRefusesWhatTheDesignHasNot(t *testing.T) {
	d := design(t, study.PermutedBlocks)
	for _, v := range []randomization.Values{nil, {}, {"gender": "woman"}, {"gender": "woman", "medicine": "maybe"},
		{"gender": "woman", "site": "a"}, {"gender": "woman", "medicine": "yes", "site": "a"}} {
		if _, err := d.Draw(seed(t, 1), v, 0, nil); !problem.Is(err, problem.Invalid) {
			t.Errorf("%v: %v, want an invalid problem", v, err)
		}
	}
}

func TestSeedIsNeverPrinted(t *testing.T) {
	s := seed(t, 0xab)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("drawn", "seed", s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("drawn", "seed", s, "in", struct{ S *randomization.Seed }{&s})
	text := fmt.Sprintf("%v %+v %#v %x %X %s %q %d %v %v", s, s, s, s, s, s, s, s, &s, []randomization.Seed{s}) + log.String()
	for _, leak := range []string{"abab", "ABAB", "171", "0xab", "q6ur"} {
		if strings.Contains(text, leak) {
			t.Errorf("the seed is printed: %s", text)
		}
	}
	back, err := randomization.ParseSeed(s.Reveal())
	if err != nil || back != s {
		t.Errorf("a revealed seed does not read back: %v", err)
	}
}

func TestSeedNeedsAllItsBytes(t *testing.T) {
	if _, err := randomization.NewSeed(bytes.NewReader(make([]byte, 31))); !problem.Is(err, problem.Unavailable) {
		t.Errorf("31 bytes: %v", err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64), strings.Repeat("a", 66)} {
		if _, err := randomization.ParseSeed(bad); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestIndependentReplay: the worked examples of docs/derivations/randomization.md, whose numbers were computed from that
// text alone by a second implementation (Python's hmac, hashlib and whole numbers). A is coaching, B control.
func TestIndependentReplay(t *testing.T) {
	bytes32 := make([]byte, 32)
	for i := range bytes32 {
		bytes32[i] = byte(i)
	}
	s, err := randomization.NewSeed(bytes.NewReader(bytes32))
	if err != nil {
		t.Fatal(err)
	}
	read := func(text, commitment string) randomization.Design {
		d, err := randomization.ParseDesign([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Commitment(s); got != commitment {
			t.Errorf("commitment %s, want %s", got, commitment)
		}
		return d
	}
	letters := func(all []randomization.Allocation, stratum string) string {
		return strings.NewReplacer("coaching", "A", "control", "B").Replace(strings.Join(arms(all, stratum), ""))
	}

	d := read(`{"trial":"example","method":"permuted-blocks","arms":[{"id":"coaching","ratio":2},{"id":"control","ratio":1}],"factors":[{"id":"medicine","levels":["yes","no"]}],"block_sizes":[3,6]}`,
		"40e324716a170e24cc78cf019ae1e5ca7fdd850b1f96df5d9a1669abbe41eb4e")
	all := enrol(t, d, s, slices.Repeat([]randomization.Values{{"medicine": "yes"}, {"medicine": "no"}}, 120))
	for stratum, want := range map[string]string{
		"medicine=yes": "BAAAABAABBAAAABABAAABAABBAAAAAABBBAAAABABABAAAAAABBBAABAAAAABBAAABBAAABABAAABAAABABAAABABAAABAABAAABABABBAAAABBAAAAABAAA",
		"medicine=no":  "ABAAABBAAAABBAAAABAABBAAAAAABBBAAAABABABAABAABAAAABAABABAABABAAAABAABAABBAAAABABAABAABAAABABABAAAABBAAABBAAAAABABBAAAABA",
	} {
		if got := letters(all, stratum); got != want {
			t.Errorf("%s:\n got %s\nwant %s", stratum, got, want)
		}
	}

	d = read(`{"trial":"example","method":"minimization","arms":[{"id":"coaching","ratio":2},{"id":"control","ratio":1}],"factors":[{"id":"gender","levels":["woman","man"],"weight":2},{"id":"medicine","levels":["yes","no"],"weight":1}],"probability":800000,"measure":"variance"}`,
		"a4a33e13743c8dc474b804f17a3941331fca713b168f2653fcbe7148c3c82d20")
	var people []randomization.Values
	for i := range 60 {
		people = append(people, randomization.Values{
			"gender":   []string{"woman", "man", "woman"}[i%3],
			"medicine": []string{"yes", "no", "no", "no", "yes"}[i%5],
		})
	}
	if got, want := letters(enrol(t, d, s, people), ""), "AABABAAABAABAABABAAABABABAAAAABBAAABBAAAABBBAAABABAAAAAAABAB"; got != want {
		t.Errorf("minimization:\n got %s\nwant %s", got, want)
	}
}
