package lmm_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// paperShaped is a synthetic trial like the paper's: participants in two arms, two visits, gender and department,
// every tenth participant without the second visit. 123 participants give 233 rows with 8 coefficients in the paper's proportion.
func paperShaped(tb testing.TB, participants int) *design.Table {
	tb.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var arm, wave, gender, department, id []int32
	var y []float64
	names := make([]string, participants)
	for i := range participants {
		names[i] = fmt.Sprintf("P%07d", i)
		b := r.NormFloat64()
		a, g, d := int32(i%2), int32(0), int32(r.IntN(2))
		if u := r.Float64(); u > 0.97 {
			g = 2 + int32(r.IntN(2))
		} else if u > 0.78 {
			g = 1
		}
		for w := range int32(2) {
			if w == 1 && i%10 == 9 {
				continue
			}
			arm, wave, gender, department, id = append(arm, a), append(wave, w), append(gender, g), append(department, d), append(id, int32(i))
			y = append(y, 3.4+b-0.8*float64(a*w)+0.2*float64(g)+0.95*r.NormFloat64())
		}
	}
	t := design.NewTable()
	for _, err := range []error{
		t.AddCoded("arm", arm, []string{"control", "coaching"}), t.AddCoded("wave", wave, []string{"baseline", "month3"}),
		t.AddCoded("gender", gender, []string{"woman", "man", "nonbinary", "undisclosed"}),
		t.AddCoded("department", department, []string{"other", "medicine"}), t.AddCoded("id", id, names), t.AddNumbers("y", y),
	} {
		if err != nil {
			tb.Fatal(err)
		}
	}
	return t
}

var paperFactors = map[string][]string{"arm": {"control", "coaching"}, "wave": {"baseline", "month3"},
	"gender": {"woman", "man", "nonbinary", "undisclosed"}, "department": {"other", "medicine"}}

const paperModel = "y ~ arm*wave + gender + department + (1|id)"

func paperDesign(tb testing.TB, participants int) *design.Design {
	tb.Helper()
	d, err := design.New(paperShaped(tb, participants), paperModel, design.Options{Factors: paperFactors})
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// BenchmarkPaperShapedFit is the whole analysis of one outcome from the rows of the design: fit and every standard contrast (means, changes,
// differences) with Satterthwaite and with Kenward-Roger. Goal: 50 us.
func BenchmarkPaperShapedFit(b *testing.B) {
	d := paperDesign(b, 123)
	rows, err := d.ArmByTime("arm", "wave", "baseline", design.Equal)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range rows {
			m.Contrast(r.L, wald.Satterthwaite)
			m.Contrast(r.L, wald.KenwardRoger)
		}
	}
	b.ReportMetric(float64(d.N()), "rows")
}

// BenchmarkPaperShapedTable is the same from the columns of a table: formula, coding, model matrix, contrasts and all.
func BenchmarkPaperShapedTable(b *testing.B) {
	t := paperShaped(b, 123)
	for b.Loop() {
		d, err := design.New(t, paperModel, design.Options{Factors: paperFactors})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := d.ArmByTime("arm", "wave", "baseline", design.Equal)
		if err != nil {
			b.Fatal(err)
		}
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range rows {
			m.Contrast(r.L, wald.Satterthwaite)
			m.Contrast(r.L, wald.KenwardRoger)
		}
	}
}

// BenchmarkRefit fits another response of the same design; it must not allocate.
func BenchmarkRefit(b *testing.B) {
	d := paperDesign(b, 123)
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Refit(d.Response); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRefitContrast is one trial of a power simulation: a refit and one test.
func BenchmarkRefitContrast(b *testing.B) {
	d := paperDesign(b, 123)
	l, err := d.Coefficient("armcoaching:wavemonth3")
	if err != nil {
		b.Fatal(err)
	}
	for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger} {
		b.Run(string(method), func(b *testing.B) {
			m, err := lmm.Fit(d, lmm.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Refit(d.Response); err != nil {
					b.Fatal(err)
				}
				m.Contrast(l.L, method)
			}
		})
	}
}

// BenchmarkParticipants fits many participants with two visits. Goals: 10^4 2 ms, 10^5 15 ms, 10^6 0.15 s, memory under twice the data.
func BenchmarkParticipants(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := paperDesign(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lmm.Fit(d, lmm.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// crossed is a table of subjects who each see some of the items.
func crossed(tb testing.TB, subjects, items, each int) *design.Table {
	tb.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	bs, bi := make([]float64, subjects), make([]float64, items)
	for i := range bs {
		bs[i] = r.NormFloat64()
	}
	for i := range bi {
		bi[i] = 0.5 * r.NormFloat64()
	}
	var subject, item []int32
	var x, y []float64
	for s := range subjects {
		for range each {
			i := r.IntN(items)
			v := r.NormFloat64()
			subject, item, x = append(subject, int32(s)), append(item, int32(i)), append(x, v)
			y = append(y, 0.3*v+bs[s]+bi[i]+0.2*v*bs[s]+r.NormFloat64())
		}
	}
	name := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprint(i)
		}
		return out
	}
	t := design.NewTable()
	for _, err := range []error{t.AddCoded("subject", subject, name(subjects)), t.AddCoded("item", item, name(items)), t.AddNumbers("x", x), t.AddNumbers("y", y)} {
		if err != nil {
			tb.Fatal(err)
		}
	}
	return t
}

// BenchmarkGeneral fits models of the general engine.
func BenchmarkGeneral(b *testing.B) {
	for _, c := range []struct {
		name, formula         string
		subjects, items, each int
	}{
		{"slopes20x10", "y ~ x + (1 + x | subject)", 20, 10, 10},
		{"slopes1000x5", "y ~ x + (1 + x | subject)", 1000, 10, 5},
		{"crossed40x20", "y ~ x + (1 | subject) + (1 | item)", 40, 20, 10},
		{"crossed500x40", "y ~ x + (1 | subject) + (1 | item)", 500, 40, 10},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, err := design.New(crossed(b, c.subjects, c.items, c.each), c.formula, design.Options{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				m, err := lmm.Fit(d, lmm.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if !m.Story.Converged {
					b.Fatal(m.Story)
				}
			}
		})
	}
}

// BenchmarkDesign is the step before: from the coded columns of a table to the model matrix.
func BenchmarkDesign(b *testing.B) {
	for _, n := range []int{123, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			t := paperShaped(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := design.New(t, paperModel, design.Options{Factors: paperFactors}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
