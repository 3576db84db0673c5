package lint_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/analysis/lint"
	"rekindle/stats/dist"
)

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(x)-1))
}

func printed(x float64, places int) string { return strconv.FormatFloat(x, 'f', places, 64) }

func cells(texts ...string) (out []lint.Cell) {
	for _, s := range texts {
		out = append(out, lint.Cell{Text: s})
	}
	return out
}

func pText(p float64) string {
	if p < .0005 {
		return "<.001"
	}
	return strings.TrimPrefix(printed(p, 3), "0")
}

// Tables printed from real data are clean, however the numbers round.
func TestTruthIsClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := []int{rapid.IntRange(2, 90).Draw(t, "a"), rapid.IntRange(2, 90).Draw(t, "b")}
		places := rapid.IntRange(0, 3).Draw(t, "places")
		all := sizes[0] + sizes[1]
		columns := []lint.Column{{ID: "a", Label: "A", N: &sizes[0]}, {ID: "b", Label: "B", N: &sizes[1]}, {ID: "all", Label: "All", N: &all, SumOf: []string{"a", "b"}}}
		counts := lint.Table{ID: "counts", Title: "counts", Kind: lint.CountPercent, Columns: columns, Blocks: []lint.Block{{Label: "q", Answers: "one"}}}
		k := rapid.IntRange(2, 5).Draw(t, "categories")
		number := make([][2]int, k)
		for arm, n := range sizes {
			for range n {
				number[rapid.IntRange(0, k-1).Draw(t, "answer")][arm]++
			}
		}
		var claims []lint.Claim
		for i, c := range number {
			share := func(count, n int) string {
				return fmt.Sprintf("%d (%s)", count, printed(100*float64(count)/float64(n), places))
			}
			id := "c" + strconv.Itoa(i)
			counts.Blocks[0].Rows = append(counts.Blocks[0].Rows, lint.Row{ID: id, Label: id, Cells: cells(share(c[0], sizes[0]), share(c[1], sizes[1]), share(c[0]+c[1], all))})
			claims = append(claims, lint.Claim{Place: "text", Text: id, Cell: "counts/" + id + "/a+b", Count: strconv.Itoa(c[0] + c[1]), Whole: "q"})
		}

		// Two subscales of whole-number items and the score of all their items.
		times := rapid.SampledFrom([]float64{1, 2.5}).Draw(t, "times")
		scores := []lint.Score{{ID: "x", Items: 2, Codes: [2]int{0, 4}, Times: times}, {ID: "y", Items: 3, Codes: [2]int{0, 4}, Times: times}, {ID: "z", Items: 5, Codes: [2]int{0, 4}, Times: times}}
		values := make([][2][]float64, 3)
		for arm, n := range sizes {
			for range n {
				x, y := rapid.IntRange(0, 8).Draw(t, "x"), rapid.IntRange(0, 12).Draw(t, "y")
				for i, v := range []float64{float64(x) / 2, float64(y) / 3, float64(x+y) / 5} {
					values[i][arm] = append(values[i][arm], times*v)
				}
			}
		}
		means := lint.Table{ID: "means", Title: "means", Kind: lint.MeanSD, Columns: columns, Blocks: []lint.Block{{}}, Derivations: []lint.Derivation{{Row: "z", Parts: []string{"x", "y"}, Stated: "items"}}}
		for i, s := range scores {
			row := lint.Row{ID: s.ID, Label: s.ID, Score: s.ID}
			for _, v := range [][]float64{values[i][0], values[i][1], append(append([]float64{}, values[i][0]...), values[i][1]...)} {
				m, sd := meanSD(v)
				row.Cells = append(row.Cells, lint.Cell{Text: printed(m, places) + " (" + printed(sd, places) + ")"})
			}
			means.Blocks[0].Rows = append(means.Blocks[0].Rows, row)
			m, sd := meanSD(append(append([]float64{}, values[i][0]...), values[i][1]...))
			claims = append(claims, lint.Claim{Place: "text", Text: s.ID, Cell: "means/" + s.ID + "/a+b", Mean: printed(m, places), SD: printed(sd, places)})
		}

		// Changes with intervals from t quantiles.
		df := rapid.Float64Range(3, 500).Draw(t, "df")
		q := dist.StudentT{DF: df}
		half := q.QuantileUpper(.025)
		changes := lint.Table{ID: "changes", Title: "changes", Blocks: []lint.Block{{}},
			Columns: []lint.Column{{ID: "ca", Label: "ca", Kind: lint.EstimateCI}, {ID: "ra", Label: "ra", Kind: lint.Estimate}, {ID: "cb", Label: "cb", Kind: lint.EstimateCI},
				{ID: "d", Label: "d", Kind: lint.EstimateCI}, {ID: "p", Label: "p", Kind: lint.PValue}},
			Contrasts: []lint.Contrast{{Difference: "d", Arm: "ca", Versus: "cb", P: "p", DF: df}},
			Relatives: []lint.Relative{{Column: "ra", Change: "ca", Baseline: "means/a", Unit: "%"}}}
		interval := func(x, se float64) string {
			return printed(x, places) + " (" + printed(x-half*se, places) + " to " + printed(x+half*se, places) + ")"
		}
		for i, s := range scores {
			a, b := rapid.Float64Range(-3, 3).Draw(t, "change a"), rapid.Float64Range(-3, 3).Draw(t, "change b")
			sa, sb := rapid.Float64Range(.05, 2).Draw(t, "SE a"), rapid.Float64Range(.05, 2).Draw(t, "SE b")
			se := math.Hypot(sa, sb)
			base, _ := meanSD(values[i][0])
			relative := "-"
			if base > 0 {
				relative = printed(100*a/base, 1)
			}
			changes.Blocks[0].Rows = append(changes.Blocks[0].Rows, lint.Row{ID: s.ID, Label: s.ID, Cells: cells(interval(a, sa), relative, interval(b, sb), interval(a-b, se), pText(q.TwoSided((a-b)/se)))})
			claims = append(claims, lint.Claim{Place: "text", Text: s.ID, Cell: "changes/" + s.ID + "/d", Value: printed(a-b, places), Lower: printed(a-b-half*se, places), P: pText(q.TwoSided((a - b) / se))})
		}
		p := &lint.Publication{Format: lint.Format, Title: "truth", Scores: scores, Tables: []lint.Table{counts, means, changes}, Claims: claims}
		b, err := p.Write()
		if err != nil {
			t.Fatal(err)
		}
		if p, err = lint.Read("truth.json", b); err != nil {
			t.Fatal(err)
		}
		for _, f := range lint.Check(p) {
			if f.Severity != lint.Note {
				t.Errorf("%+v", f)
			}
		}
	})
}

// Every mean and SD that samples of five whole numbers from 0 to 3 can have is accepted; every mean that none has is
// found, and nearly every SD (parity and bounds are necessary, not sufficient).
func TestLatticeAgainstAllSamples(t *testing.T) {
	const n = 5
	possible := map[string]bool{}
	means := map[string]bool{}
	for code := range 1 << (2 * n) {
		var x []float64
		for i := range n {
			x = append(x, float64(code>>(2*i)&3))
		}
		m, sd := meanSD(x)
		possible[printed(m, 2)+" ("+printed(sd, 2)+")"] = true
		means[printed(m, 2)] = true
	}
	row := lint.Row{ID: "x", Label: "x", Score: "x", Cells: cells("")}
	size := n
	p := &lint.Publication{Scores: []lint.Score{{ID: "x", Items: 1, Codes: [2]int{0, 3}}},
		Tables: []lint.Table{{ID: "t", Title: "t", Kind: lint.MeanSD, Columns: []lint.Column{{ID: "c", Label: "c", N: &size}}, Blocks: []lint.Block{{Rows: []lint.Row{row}}}}}}
	wrong, missed := 0, 0
	for i := range 301 {
		m := printed(float64(i)/100, 2)
		for j := i % 7; j < 171; j += 7 { // a seventh of all pairs, another one for each mean
			text := m + " (" + printed(float64(j)/100, 2) + ")"
			p.Tables[0].Blocks[0].Rows[0].Cells[0].Text = text
			found := lint.Check(p)
			switch {
			case possible[text] && len(found) > 0:
				t.Errorf("%s is possible: %+v", text, found)
			case !means[m] && (len(found) != 1 || found[0].Rule != "grim"):
				t.Errorf("mean %s is impossible: %+v", m, found)
			case means[m] && !possible[text]:
				wrong++
				if len(found) == 0 {
					missed++
				}
			}
		}
	}
	if missed*50 > wrong {
		t.Errorf("%d of %d impossible SDs not found", missed, wrong)
	}
}

// The example of Brown and Heathers 2017: with 28 people and whole numbers there is a mean of 5.18 and of 5.21, none of 5.19.
func TestGRIM(t *testing.T) {
	n := 28
	p := &lint.Publication{Scores: []lint.Score{{ID: "x", Items: 1, Codes: [2]int{1, 7}}}, Tables: []lint.Table{{ID: "t", Title: "t", Kind: lint.Mean, Columns: []lint.Column{{ID: "c", Label: "c", N: &n}},
		Blocks: []lint.Block{{Rows: []lint.Row{{ID: "x", Label: "x", Score: "x", Cells: cells("")}}}}}}}
	for text, want := range map[string]int{"5.18": 0, "5.19": 1, "5.20": 1, "5.21": 0} {
		p.Tables[0].Blocks[0].Rows[0].Cells[0].Text = text
		if found := lint.Check(p); len(found) != want {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

func FuzzRead(f *testing.F) {
	b, err := small().Write()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"rekindle-publication/1","title":"","source":"","tables":[{"id":"t","title":"","kind":"n (%)","columns":[{"id":"c","label":""}],"blocks":[{"rows":[{"id":"r","label":"","cells":["1,234 (<0.1%)"]}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := lint.Read("fuzz.json", data)
		if err != nil {
			return
		}
		lint.Check(p)
		lint.Derive(p)
	})
}
