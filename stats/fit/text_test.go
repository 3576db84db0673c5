package fit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/stats/fit"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

func summary(t *testing.T, data string, r fit.Request) string {
	t.Helper()
	file, err := os.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r.Data, r.Source = file, "data.csv"
	var out bytes.Buffer
	if err := fit.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const trial = "../../testdata/gold/visible/trial_a/data.csv"

var trialRequest = fit.Request{Formula: "y ~ arm*wave + gender + department + (1|id)", Filter: map[string][]string{"analysed": {"1"}},
	Factors: map[string][]string{"arm": {"control", "coaching"}, "gender": {"woman", "man", "nonbinary", "undisclosed"}, "department": {"other", "medicine"}}}

// What a statistician reads must name its choices; the numbers are those of the reference case trial_a.
func TestSummaryOfATrial(t *testing.T) {
	r := trialRequest
	r.Method = wald.KenwardRoger
	text := summary(t, trial, r)
	for _, want := range []string{
		"233 of 246 rows used, 123 id", "R conventions: restricted maximum likelihood; Kenward-Roger", "expected information",
		"REML criterion 833.1134", "id.(Intercept)", "Intraclass correlation 0.6748",
		"armcoaching:wavemonth3   -1.0444  0.2609  111.45  -4.0027   .0001  -1.5614  -0.5274",
		"Tests of terms (type III)", "EMM coaching @ month3 (equal)", "difference in change coaching - control: month3 - baseline",
		"Change relative to the model's mean at baseline", "1 local maximum", "13 of 246 rows are not used",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	r = trialRequest
	r.Conventions, r.ML = lmm.SAS, true
	text = summary(t, trial, r)
	for _, want := range []string{"SAS conventions: maximum likelihood; containment", "AIC and BIC as PROC MIXED", "108.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

func TestSummaryOfYesAndNo(t *testing.T) {
	r := trialRequest
	r.Family = "binomial"
	text := summary(t, "../../testdata/gold/visible/trial_logit/data.csv", r)
	for _, want := range []string{"Generalized linear mixed model (binomial)", "full accuracy", "odds ratio", "Population-averaged"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

func TestSummaryOfASingularFit(t *testing.T) {
	text := summary(t, "../../testdata/gold/visible/trial_b_singular/data.csv", trialRequest)
	for _, want := range []string{"no row has nonbinary" /* the level is dropped aloud */, "estimated at its boundary", "on the boundary, where the likelihood falls"} {
		if !strings.Contains(strings.ReplaceAll(text, "no used row has", "no row has"), want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// Mistakes in a case file are named.
func TestBadCases(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "data.csv"), []byte("y,a,id\n1,u,p\n2,v,p\n4,u,q\n3,v,q\n9,u,r\n7,v,r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{`{`, "unexpected end"},
		{`{"schema":"other/2"}`, "schema"},
		{`{"schema":"trial-stat-reference/1","kind":"anova"}`, "anova"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"../data.csv"},"model":{"response":"y","fixed":"a"}}`, "beside"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"","fixed":"a"}}`, "response"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"y","fixed":"a +"}}`, "character"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"y","fixed":"b","random":[{"group":"id","terms":["1"]}]}}`, `no column "b"`},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"a","fixed":"1","random":[{"group":"id","terms":["1"]}]}}`, "not a number"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"y","fixed":"a","random":[{"group":"id","terms":["1"]}]},"contrasts":[{"label":"c","L":[1]}]}`, "has 1 numbers"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"y","fixed":"a","factors":["a"]}}`, "factors"},
		{`{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"none.csv"},"model":{"response":"y","fixed":"a"}}`, "none.csv"},
	} {
		path := filepath.Join(dir, "case.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := fit.Read(path)
		if err == nil {
			_, err = k.Answer()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

// A contrast over an empty cell has no numbers and says why; the rest of the answer stands.
func TestEmptyCell(t *testing.T) {
	dir := t.TempDir()
	data := "y,arm,wave,id\n"
	for i, row := range []string{"1,c,0", "2,c,1", "3,c,0", "5,c,1", "4,t,0", "6,t,0", "2,t,0", "4,c,0", "4,c,1"} {
		data += row + "," + string(rune('a'+i/2)) + "\n"
	}
	text := `{"schema":"trial-stat-reference/1","kind":"lmm","data":{"file":"data.csv"},"model":{"response":"y","fixed":"arm * wave","random":[{"group":"id","terms":["1"]}],
		"factors":{"arm":["c","t"],"wave":["0","1"]},"arm":"arm","time":"wave","baseline":"0"}}`
	for name, s := range map[string]string{"data.csv": data, "case.json": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, err := fit.Read(filepath.Join(dir, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := k.Answer()
	if err != nil {
		t.Fatal(err)
	}
	a := answer.(*fit.LMM)
	if len(a.Dropped) != 1 || a.Dropped[0] != "armt:wave1" {
		t.Errorf("dropped %q", a.Dropped)
	}
	for _, e := range a.Estimates {
		if empty := e.Arm == "t" && e.Time == "1"; empty != (e.Note != "") || empty != (e.Satterthwaite == nil) {
			t.Errorf("%s: note %q", e.Label, e.Note)
		}
	}
}
