package instrument_test

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/instrument"
)

// drawAnswers gives answers in which each item is blank, declined or any of its codes.
func drawAnswers(t *rapid.T, in *instrument.Instrument) instrument.Answers {
	a := instrument.Answers{}
	for _, it := range in.Items {
		switch rapid.IntRange(0, 9).Draw(t, it.ID+" state") {
		case 0: // absent
		case 1:
			if it.Declinable() {
				a[it.ID] = instrument.Declined
			}
		default:
			a[it.ID] = drawAnswer(t, it)
		}
	}
	return a
}

func drawAnswer(t *rapid.T, it *instrument.Item) instrument.Answer {
	switch it.Scale.Kind {
	case instrument.Text:
		return instrument.Answer(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, it.ID))
	case instrument.VAS, instrument.Number:
		return instrument.Whole(rapid.IntRange(int(it.Scale.Low), int(it.Scale.High)).Draw(t, it.ID))
	case instrument.SelectAll:
		return instrument.Select(rapid.SliceOfDistinct(rapid.SampledFrom(it.Scale.Allowed()), rapid.ID[string]).Draw(t, it.ID)...)
	}
	return instrument.Answer(rapid.SampledFrom(it.Scale.Allowed()).Draw(t, it.ID))
}

func score(t rapid.TB, in *instrument.Instrument, a instrument.Answers) instrument.Result {
	res, err := in.Score(a)
	if err != nil {
		t.Fatalf("%s %v: %v", in.ID, a, err)
	}
	return res
}

func drawInstrument(t *rapid.T) *instrument.Instrument {
	return rapid.SampledFrom(instrument.All()).Draw(t, "instrument")
}

func TestScoresStayInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstrument(t)
		res := score(t, in, drawAnswers(t, in))
		for _, s := range in.Scores {
			if x := res.Scores[s.ID]; x != nil && !(*x >= s.Range[0] && *x <= s.Range[1]) {
				t.Errorf("%s = %v, outside %s", s.ID, *x, s.RangeText())
			}
		}
	})
}

// Taking an answer away never makes a missing score present, and adds exactly that item to the missing ones.
func TestMissingOnlyGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstrument(t)
		a := drawAnswers(t, in)
		before := score(t, in, a)
		it := rapid.SampledFrom(in.Items).Draw(t, "taken away")
		grown := len(before.Missing)
		if !a[it.ID].Missing() {
			grown++
		}
		delete(a, it.ID)
		after := score(t, in, a)
		if len(after.Missing) != grown {
			t.Errorf("missing %v, then %v", before.Missing, after.Missing)
		}
		for id, x := range before.Scores {
			if x == nil && after.Scores[id] != nil {
				t.Errorf("%s appears when %s is taken away", id, it.ID)
			}
		}
		for id, f := range before.Flags {
			if f == nil && after.Flags[id] != nil {
				t.Errorf("flag %s appears when %s is taken away", id, it.ID)
			}
		}
	})
}

// The items of one part of a score can be exchanged, unless one of them is reversed.
func TestOrderWithinAPartDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstrument(t)
		if len(in.Scores) == 0 {
			return
		}
		s := rapid.SampledFrom(in.Scores).Draw(t, "score")
		if len(s.Expression.Parts) == 0 {
			return
		}
		part := rapid.SampledFrom(s.Expression.Parts).Draw(t, "part")
		x, y := rapid.SampledFrom(part.Items).Draw(t, "x"), rapid.SampledFrom(part.Items).Draw(t, "y")
		itx, _ := in.FindItem(x)
		ity, _ := in.FindItem(y)
		if itx.Reverse != ity.Reverse {
			return
		}
		a := drawAnswers(t, in)
		before := score(t, in, a).Scores[s.ID]
		a[x], a[y] = a[y], a[x]
		if after := score(t, in, a).Scores[s.ID]; !same(before, after) {
			t.Errorf("%s was %v, is %v after exchanging %s and %s", s.ID, show(before), show(after), x, y)
		}
	})
}

// Mirroring the codes of every item (low + high - code) mirrors a sum or mean of all of them; twice gives it back.
func TestReversalIsAnInvolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := find(t, rapid.SampledFrom([]string{"svs4", "promis_sri8a", "uwes9", "iwpr4", "phq2"}).Draw(t, "instrument"))
		s := in.Scores[0]
		a := instrument.Answers{}
		for _, it := range in.Items {
			a[it.ID] = drawAnswer(t, it)
		}
		mirror := func(a instrument.Answers) instrument.Answers {
			m := instrument.Answers{}
			for _, it := range in.Items {
				code, err := strconv.Atoi(string(a[it.ID]))
				if err != nil {
					t.Fatal(err)
				}
				m[it.ID] = instrument.Whole(int(it.Scale.Low+it.Scale.High) - code)
			}
			return m
		}
		once, twice := *score(t, in, mirror(a)).Scores[s.ID], *score(t, in, mirror(mirror(a))).Scores[s.ID]
		start := *score(t, in, a).Scores[s.ID]
		if twice != start || math.Abs(start+once-s.Range[0]-s.Range[1]) > 1e-12 {
			t.Errorf("%s: %v, mirrored %v, twice %v", s.ID, start, once, twice)
		}
	})
}

// The flag of the burnout cut-off is the integer comparison of the research file,
// 100*(4*sWE*nID + 6*sID*nWE) >= 1330*nWE*nID, and that of big rationals.
func TestBurnoutCutoffComparesIntegers(t *testing.T) {
	in := find(t, "pfi16")
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswers(t, in)
		res := score(t, in, a)
		var sum, n [2]int
		for _, it := range in.Items {
			for i, subscale := range []string{"WE", "ID"} {
				if code, err := strconv.Atoi(string(a[it.ID])); err == nil && it.Subscale == subscale {
					sum[i] += code
					n[i]++
				}
			}
		}
		if n[0] < 2 || n[1] < 3 {
			if res.Flags["burnout"] != nil || res.Scores["pfi_burnout"] != nil {
				t.Errorf("burnout from %d and %d answers", n[0], n[1])
			}
			return
		}
		want := 100*(4*sum[0]*n[1]+6*sum[1]*n[0]) >= 1330*n[0]*n[1]
		mean := new(big.Rat).Add(big.NewRat(int64(4*sum[0]), int64(n[0])), big.NewRat(int64(6*sum[1]), int64(n[1])))
		exact := mean.Mul(mean, big.NewRat(5, 20)) // 2.5 / (4 + 6)
		if rational := exact.Cmp(big.NewRat(3325, 1000)) >= 0; rational != want || *res.Flags["burnout"] != want {
			t.Errorf("sums %v of %v: flag %v, integers %v, rational %v", sum, n, *res.Flags["burnout"], want, rational)
		}
		if f, _ := exact.Float64(); math.Abs(f-*res.Scores["pfi_burnout"]) > 1e-14 {
			t.Errorf("score %v, exactly %v", *res.Scores["pfi_burnout"], exact)
		}
	})
}

// With complete answers the cut-offs are sums: 14 of 40, 18 and 19 of 24, 7 of 16, 9 of 24.
func TestCompleteCutoffsAreSums(t *testing.T) {
	in := find(t, "pfi16")
	spread := func(a instrument.Answers, prefix string, items, sum int) {
		for i := range items {
			a[prefix+strconv.Itoa(i+1)] = instrument.Whole(sum/items + min(1, max(0, sum%items-i)))
		}
	}
	for pf := 0; pf <= 24; pf++ {
		a := instrument.Answers{}
		spread(a, "PF", 6, pf)
		res := score(t, in, a)
		if *res.Flags["fulfilled"] != (pf >= 18) || *res.Flags["fulfilled_kiser_text"] != (pf >= 19) {
			t.Errorf("fulfillment sum %d: %v %v", pf, *res.Flags["fulfilled"], *res.Flags["fulfilled_kiser_text"])
		}
	}
	for we := 0; we <= 16; we++ {
		for id := 0; id <= 24; id++ {
			a := instrument.Answers{}
			spread(a, "WE", 4, we)
			spread(a, "ID", 6, id)
			f := score(t, in, a).Flags
			if *f["burnout"] != (we+id >= 14) || *f["mbi_ee27_equiv"] != (we >= 7) || *f["mbi_dp10_equiv"] != (id >= 9) {
				t.Errorf("sums %d and %d: burnout %v, EE %v, DP %v", we, id, *f["burnout"], *f["mbi_ee27_equiv"], *f["mbi_dp10_equiv"])
			}
		}
	}
}

// The vector of the research file that tells the two burnout formulas apart: canonical 3.25, not burned out; the
// paper's wording 3.333.
func TestBurnoutIsTheMeanOfTenItems(t *testing.T) {
	res := score(t, find(t, "pfi16"), instrument.Answers{"WE1": "2", "WE2": "1", "WE3": "2", "WE4": "1",
		"ID1": "1", "ID2": "1", "ID3": "1", "ID4": "1", "ID5": "2", "ID6": "1"})
	if x := *res.Scores["pfi_burnout"]; x != 3.25 || *res.Flags["burnout"] {
		t.Errorf("canonical %v, burned out %v", x, *res.Flags["burnout"])
	}
	if x := *res.Scores["pfi_burnout_subscale_mean"]; math.Abs(x-10.0/3) > 1e-15 {
		t.Errorf("paper's wording %v", x)
	}
}

func TestMissingRules(t *testing.T) {
	cases := []struct {
		name, instrument, answers, score string
		want                             float64 // NaN: missing
	}{
		{"a sum is prorated from half of the items", "svs4", "SV1=0 SV2=1", "svs_total", 14},
		{"fewer than half is missing", "svs4", "SV1=0", "svs_total", math.NaN()},
		{"declined counts as missing", "svs4", "SV1=0 SV2=declined", "svs_total", math.NaN()},
		{"five of nine", "uwes9", "UW1=1 UW2=2 UW3=3 UW4=4 UW5=5", "uwes_total", 3},
		{"four of nine", "uwes9", "UW1=1 UW2=2 UW3=3 UW4=4", "uwes_total", math.NaN()},
		{"PROMIS rounds the prorated sum up: 9*8/5 = 14.4", "promis_sri8a", "Sleep10=2 Sleep18=2 Sleep25=2 Sleep27=2 Sleep30=1", "sri_raw", 15},
		{"and looks T up by it", "promis_sri8a", "Sleep10=2 Sleep18=2 Sleep25=2 Sleep27=2 Sleep30=1", "sri_t", 48.9},
		{"PROMIS with three answers", "promis_sri8a", "Sleep10=2 Sleep18=2 Sleep25=2", "sri_t", math.NaN()},
		{"either mMBI item alone can show burnout", "mmbi2", "EE1=4", "mmbi_any", 1},
		{"but not its absence", "mmbi2", "EE1=3", "mmbi_any", math.NaN()},
		{"both low", "mmbi2", "EE1=3 DP1=0", "mmbi_any", 0},
		{"PHQ-2 needs both", "phq2", "PH1=3", "phq2_total", math.NaN()},
		{"Mini Z needs all", "miniz2", "MZ2_1=5 MZ2_2=5 MZ2_3=5 MZ2_4=5", "miniz2_swe", math.NaN()},
		{"the line's ends are answers", "qol_vas", "QL1=0", "qol", 0},
		{"yes counts", "pwbi7", "WB1=1 WB2=1 WB3=0 WB4=0 WB5=1 WB6=1 WB7=0", "pwbi7", 4},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := instrument.Answers{}
			for pair := range strings.FieldsSeq(c.answers) {
				item, answer, _ := strings.Cut(pair, "=")
				a[item] = instrument.Answer(answer)
			}
			got := score(t, find(t, c.instrument), a).Scores[c.score]
			if math.IsNaN(c.want) != (got == nil) || got != nil && *got != c.want {
				t.Errorf("%s = %v, want %v", c.score, show(got), c.want)
			}
		})
	}
}

func same(a, b *float64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

func BenchmarkScore(b *testing.B) {
	in := find(b, "pfi16")
	a := instrument.Answers{}
	for i, it := range in.Items {
		a[it.ID] = instrument.Whole(i % 5)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := in.Score(a); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(in.Items))/b.Elapsed().Seconds(), "answers/s")
}
