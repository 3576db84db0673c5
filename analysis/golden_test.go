package analysis_test

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// published is testdata/gold/kiser2024_table3.json: the printed Tables 2 and 3, and what lme4/lmerTest give on the
// calibrated data set (R 4.2.2, lme4 1.1-31, lmerTest 3.1-3).
type published struct {
	Outcomes map[string]struct {
		Published struct {
			Mean           map[string]float64 `json:"baseline_mean"`
			SD             map[string]float64 `json:"baseline_sd"`
			Intervention   [3]float64         `json:"intervention_change"`
			Control        [3]float64         `json:"control_change"`
			Difference     [3]float64         `json:"difference"`
			P              string             `json:"p"`
			Relative       map[string]float64 `json:"relative_change"`
			RelativeInText map[string]float64 `json:"relative_change_text_percent"`
			Decimals       int                `json:"decimals"`
		} `json:"published"`
		N struct {
			Observations int            `json:"observations"`
			Participants int            `json:"participants"`
			Followups    map[string]int `json:"followups"`
		} `json:"n"`
		Intervention, Control, Difference reference
		LogLik                            float64        `json:"reml_loglik"`
		Percent                           map[string]any `json:"percent_change"`
		Variance                          struct {
			Between float64 `json:"sigma2_b"`
			Within  float64 `json:"sigma2_e"`
		} `json:"variance"`
	} `json:"outcomes"`
}

type reference struct {
	Estimate      float64 `json:"estimate"`
	SE            float64 `json:"se"`
	Satterthwaite struct {
		DF    float64 `json:"df"`
		Lower float64 `json:"lower"`
		Upper float64 `json:"upper"`
		P     float64 `json:"p"`
	} `json:"satterthwaite"`
}

func gold(t *testing.T) published {
	t.Helper()
	b, err := os.ReadFile("../testdata/gold/kiser2024_table3.json")
	if err != nil {
		t.Fatal(err)
	}
	var g published
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Outcomes) != 10 {
		t.Fatalf("%d outcomes in the reference, want 10", len(g.Outcomes))
	}
	return g
}

func kiser(t testing.TB) *study.Protocol {
	t.Helper()
	f, err := os.Open("../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func calibrated(t testing.TB) *analysis.Data {
	t.Helper()
	f, err := os.Open("../testdata/gold/kiser2024_calibrated.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := analysis.ReadScores("kiser2024_calibrated.csv", f, kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func run(t testing.TB, d *analysis.Data) *analysis.Result {
	t.Helper()
	r, err := analysis.Run(t.Context(), d, analysis.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// printed rounds half away from zero, as printed tables do.
func printed(x float64, decimals int) string {
	scale := math.Pow10(decimals)
	v := math.Copysign(math.Floor(math.Abs(x)*scale+0.5+1e-9), x) / scale
	return strconv.FormatFloat(v+0, 'f', decimals, 64)
}

func same(a, b string) bool {
	return strings.TrimPrefix(a, "-0.00") == strings.TrimPrefix(b, "-0.00") || zero(a) && zero(b)
}
func zero(s string) bool { v, err := strconv.ParseFloat(s, 64); return err == nil && v == 0 }

func TestTable2IsThePublishedOne(t *testing.T) {
	g, r := gold(t), run(t, calibrated(t))
	columns := map[string]string{"randomized:coaching": "randomised_67", "received:coaching": "received_52", "randomized:control": "control_71"}
	sizes := map[string]int{"randomized:coaching": 67, "received:coaching": 52, "randomized:control": 71}
	for i, c := range r.Columns {
		if c.N != sizes[c.ID] {
			t.Errorf("column %s: n %d, want %d", c.ID, c.N, sizes[c.ID])
		}
		for _, row := range r.Baseline {
			want := g.Outcomes[row.Outcome].Published
			if got, w := printed(row.Cells[i].Mean, 2), printed(want.Mean[columns[c.ID]], 2); got != w {
				t.Errorf("%s, %s: mean %s, printed %s", row.Outcome, c.ID, got, w)
			}
			if got, w := printed(row.Cells[i].SD, 2), printed(want.SD[columns[c.ID]], 2); got != w {
				t.Errorf("%s, %s: SD %s, printed %s", row.Outcome, c.ID, got, w)
			}
		}
	}
	if len(r.Columns) != 3 || len(r.Baseline) != 10 {
		t.Errorf("%d columns and %d outcomes, want 3 and 10", len(r.Columns), len(r.Baseline))
	}
}

func TestTable3IsThePublishedOne(t *testing.T) {
	g, r := gold(t), run(t, calibrated(t))
	if r.Changes[0].Population != "mitt" {
		t.Fatalf("the printed population leads: %s", r.Changes[0].Population)
	}
	if len(r.Changes[0].Rows) != 10 {
		t.Fatalf("%d outcomes, want 10", len(r.Changes[0].Rows))
	}
	for _, row := range r.Changes[0].Rows {
		w := g.Outcomes[row.Outcome]
		if row.Failed != "" {
			t.Errorf("%s: %s", row.Outcome, row.Failed)
			continue
		}
		if row.Observations != w.N.Observations || row.Participants != w.N.Participants {
			t.Errorf("%s: %d observations of %d participants, want %d of %d", row.Outcome, row.Observations, row.Participants, w.N.Observations, w.N.Participants)
		}
		triple := func(what string, e analysis.Estimate, want [3]float64) {
			for k, got := range []float64{e.Value, e.Lower, e.Upper} {
				if a, b := printed(got, w.Published.Decimals), printed(want[k], w.Published.Decimals); !same(a, b) {
					t.Errorf("%s, %s: %s, printed %s", row.Outcome, what, a, b)
				}
			}
		}
		for _, a := range row.Arms {
			want, relative := w.Published.Control, "control"
			if a.Arm == "coaching" {
				want, relative = w.Published.Intervention, "intervention"
			}
			triple(a.Arm+" change", a.Change, want)
			if got, p := printed(a.Relative.Value/100, w.Published.Decimals), printed(w.Published.Relative[relative], w.Published.Decimals); !same(got, p) {
				t.Errorf("%s, %s: relative change %s, printed %s", row.Outcome, a.Arm, got, p)
			}
			if p, ok := w.Published.RelativeInText[relative]; ok && printed(a.Relative.Value, 1) != printed(p, 1) && !same(printed(a.Relative.Value, 1), printed(p, 1)) {
				t.Errorf("%s, %s: relative change %s%%, in the text %s%%", row.Outcome, a.Arm, printed(a.Relative.Value, 1), printed(p, 1))
			}
			if a.Followups != w.N.Followups[a.Arm] {
				t.Errorf("%s, %s: %d follow-ups, want %d", row.Outcome, a.Arm, a.Followups, w.N.Followups[a.Arm])
			}
		}
		d := row.Differences[0]
		triple("difference", d.Points, w.Published.Difference)
		if got := strings.TrimPrefix(printed(d.Points.P, len(w.Published.P)-1), "0"); got != w.Published.P {
			t.Errorf("%s: P %s (%.6f), printed %s", row.Outcome, got, d.Points.P, w.Published.P)
		}
	}
}

// The same numbers against the reference program, far beyond the printed digits; the reference here is its optimizer's answer, not
// polished, and is good to about 1e-6.
func TestTable3AgreesWithTheReference(t *testing.T) {
	g, r := gold(t), run(t, calibrated(t))
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s: %.12g, reference %.12g", what, got, want)
		}
	}
	for _, row := range r.Changes[0].Rows {
		w := g.Outcomes[row.Outcome]
		check := func(what string, e analysis.Estimate, ref reference) {
			t.Helper()
			what = row.Outcome + " " + what
			near(what+" estimate", e.Value, ref.Estimate, 1e-6*ref.SE)
			near(what+" SE", e.SE, ref.SE, 1e-6*ref.SE)
			near(what+" df", e.DF, ref.Satterthwaite.DF, 1e-5*ref.Satterthwaite.DF)
			near(what+" lower", e.Lower, ref.Satterthwaite.Lower, 1e-6*ref.SE)
			near(what+" upper", e.Upper, ref.Satterthwaite.Upper, 1e-6*ref.SE)
			near(what+" P", e.P, ref.Satterthwaite.P, 1e-5*ref.Satterthwaite.P)
		}
		for _, a := range row.Arms {
			if a.Arm == "coaching" {
				check("coaching", a.Change, w.Intervention)
			} else {
				check("control", a.Change, w.Control)
			}
		}
		check("difference", row.Differences[0].Points, w.Difference)
		near(row.Outcome+" loglik", row.Variance.LogLik, w.LogLik, 1e-7)
		near(row.Outcome+" between", row.Variance.Between, w.Variance.Between, 1e-5*w.Variance.Between)
		near(row.Outcome+" within", row.Variance.Within, w.Variance.Within, 1e-5*w.Variance.Within)
	}
}

// The intention-to-treat analysis stands beside it, with everybody randomized in it, and gives other answers.
func TestIntentionToTreatStandsBeside(t *testing.T) {
	r := run(t, calibrated(t))
	if len(r.Changes) < 2 || r.Changes[1].Population != "itt" {
		t.Fatalf("no intention-to-treat table: %+v", r.Populations)
	}
	var size analysis.PopulationSize
	for _, s := range r.Populations {
		if s.ID == "itt" {
			size = s
		}
	}
	if size.ByArm["coaching"] != 67 || size.ByArm["control"] != 71 {
		t.Errorf("intention to treat: %v, want 67 and 71", size.ByArm)
	}
	for i, row := range r.Changes[1].Rows {
		if row.Participants != 138 {
			t.Errorf("%s: %d participants, want 138", row.Outcome, row.Participants)
		}
		if row.Differences[0].Points.Value == r.Changes[0].Rows[i].Differences[0].Points.Value {
			t.Errorf("%s: both populations give the same number", row.Outcome)
		}
	}
}
