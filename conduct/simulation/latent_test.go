package simulation

import (
	"math"
	"math/rand/v2"
	"testing"

	"rekindle/trial/instrument"
)

// The pooled baseline means and SDs of Kiser 2024, Table 2 (randomized intervention and control, 67 and 71), and the
// three-month stability that the widths of its Table 3 imply.
func TestPopulationIsThePublishedOne(t *testing.T) {
	want := map[string][3]float64{ // mean, SD, retest
		"pfi_pf": {5.71, 1.94, .70}, "pfi_we": {4.34, 1.97, .60}, "pfi_id": {2.84, 1.81, .70}, "pfi_burnout": {3.44, 1.69, .71},
		"mmbi_ee": {3.33, 1.65, .67}, "mmbi_dp": {2.03, 1.67, .65}, "uwes_total": {4.01, 1.24, .78},
		"svs_total": {6.89, 3.44, .69}, "iwpr": {3.93, 2.62, .64}, "qol": {60.2, 19.7, .56},
	}
	const n = 6000
	rng := rand.New(rand.NewPCG(1, 2))
	m := model()
	scores := map[string][2][]float64{}
	for range n {
		s := m.first(rng)
		for visit := range 2 {
			if visit == 1 {
				s = m.later(rng, s)
			}
			for _, id := range []string{"pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"} {
				in, err := instrument.Find(id)
				if err != nil {
					t.Fatal(err)
				}
				codes, known := m.answers(rng, s, in)
				if !known || len(codes) != len(in.Items) {
					t.Fatalf("%s: %d answers of %d", id, len(codes), len(in.Items))
				}
				for score, v := range scored(t, in, codes) {
					pair := scores[score]
					pair[visit] = append(pair[visit], v)
					scores[score] = pair
				}
			}
		}
	}
	for id, w := range want {
		a, b := scores[id][0], scores[id][1]
		ma, sa := moments(a)
		mb, sb := moments(b)
		var cov float64
		for i := range a {
			cov += (a[i] - ma) * (b[i] - mb) / float64(len(a)-1)
		}
		if math.Abs(ma-w[0]) > 0.06*w[1]+0.02 || math.Abs(sa-w[1]) > 0.05*w[1] {
			t.Errorf("%s: mean %.3f SD %.3f, want %.2f and %.2f", id, ma, sa, w[0], w[1])
		}
		if r := cov / (sa * sb); math.Abs(r-w[2]) > 0.05 {
			t.Errorf("%s: stability %.3f, want %.2f", id, r, w[2])
		}
	}
}

func scored(t *testing.T, in *instrument.Instrument, codes map[string]int) map[string]float64 {
	t.Helper()
	answers := instrument.Answers{}
	for item, code := range codes {
		answers[item] = instrument.Whole(code)
	}
	got, err := in.Score(answers)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for id, v := range got.Scores {
		if v != nil {
			out[id] = *v
		}
	}
	return out
}

func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(sd)
}
