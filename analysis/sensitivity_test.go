package analysis_test

import (
	"math"
	"slices"
	"testing"

	"rekindle/analysis"
)

func furtherOf(t *testing.T, d *analysis.Data) map[string]analysis.Sensitivity {
	t.Helper()
	r, err := analysis.Run(t.Context(), d, analysis.Options{Sensitivity: true})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]analysis.Sensitivity{}
	for _, s := range r.Sensitivity {
		if len(s.Rows) != 10 || s.Method == "" || s.Population == "" {
			t.Errorf("%s: %d rows, method %q, population %q", s.ID, len(s.Rows), s.Method, s.Population)
		}
		out[s.ID] = s
	}
	return out
}

// Every further analysis that a file of scores can answer is there; the others are named with the reason.
func TestFurtherAnalysesOfAFileOfScores(t *testing.T) {
	d := calibrated(t)
	all := furtherOf(t, d)
	for _, id := range []string{"kenward-roger", "mmrm", "clda", "mi", "j2r", "tipping-point", "cace", "responder"} {
		if _, ok := all[id]; !ok {
			t.Errorf("%s is missing", id)
		}
	}
	for _, id := range []string{"coach", "randomization-test"} {
		if _, ok := all[id]; ok {
			t.Errorf("%s cannot be had from scores alone", id)
		}
	}
	for _, want := range []string{"Clustering by coach: not done. The data name 0 coaches; it takes two.", "Randomization test: not done. A file of scores does not tell strata and order of allocation."} {
		if !slices.Contains(d.Notes, want) {
			t.Errorf("nobody is told %q: %q", want, d.Notes)
		}
	}
}

// What the methods must have in common with the plan's model, whatever the data.
func TestFurtherAnalysesAgreeWhereTheyMust(t *testing.T) {
	all := furtherOf(t, calibrated(t))
	main := run(t, calibrated(t)).Changes[0]
	for i, row := range main.Rows {
		d := row.Differences[0].Points
		kr := all["kenward-roger"].Rows[i]
		// The adjustment leaves the estimate and widens it by next to nothing at 233 rows.
		if math.Abs(kr.Points.Value-d.Value) > 1e-10 || kr.Points.SE < d.SE || kr.Points.SE > 1.01*d.SE {
			t.Errorf("%s: Kenward-Roger %v (SE %v), plan %v (SE %v)", row.Outcome, kr.Points.Value, kr.Points.SE, d.Value, d.SE)
		}
		if un := all["mmrm"].Rows[i]; math.Abs(un.Points.Value-d.Value) > d.SE/4 {
			t.Errorf("%s: MMRM %v, plan %v", row.Outcome, un.Points.Value, d.Value)
		}
		// Those lost who go on as controls can only shrink an effect that imputation under MAR keeps.
		mi, j2r := all["mi"].Rows[i].Points, all["j2r"].Rows[i].Points
		if math.Abs(mi.Value) > 2*mi.SE && math.Abs(j2r.Value) >= math.Abs(mi.Value) {
			t.Errorf("%s: jump to reference %v, missing at random %v", row.Outcome, j2r.Value, mi.Value)
		}
		if tip := all["tipping-point"].Rows[i]; tip.Failed == "" && math.Abs(tip.Points.P-0.05) > 1e-4 {
			t.Errorf("%s: P %v at the tipping point", row.Outcome, tip.Points.P)
		}
		if c := all["cace"].Rows[i]; c.Failed != "" || !(c.Points.SE > 0) {
			t.Errorf("%s: complier effect %+v", row.Outcome, c)
		}
	}
}

// The difference of changes of interpersonal disengagement with Kenward and Roger's degrees of freedom (pbkrtest 0.5.2 through lmerTest 3.1-3, in
// testdata/gold/kiser2024_table3.json).
func TestKenwardRogerIsTheReference(t *testing.T) {
	row := furtherOf(t, calibrated(t))["kenward-roger"].Rows[1] // interpersonal disengagement
	if row.Outcome != "interpersonal_disengagement" || math.Abs(row.Points.DF-111.079777818651) > 1e-3 || math.Abs(row.Points.P-0.0007044318389083) > 1e-7 {
		t.Errorf("%+v", row)
	}
}

func TestResponderCountsEverybodyRandomized(t *testing.T) {
	row := furtherOf(t, calibrated(t))["responder"].Rows[2]
	if want := "21 of 67 vs 12 of 71 changed by 0.84 points or more for the better"; row.Note != want {
		t.Errorf("%q, want %q", row.Note, want)
	}
	if want := 21.0/67 - 12.0/71; math.Abs(row.Points.Value-want) > 1e-12 {
		t.Errorf("risk difference %v, want %v", row.Points.Value, want)
	}
}
