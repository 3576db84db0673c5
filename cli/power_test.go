package cli_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

func TestPowerAnswersAFile(t *testing.T) {
	const name = "../testdata/gold/visible/power_visible/expected.json"
	status, out, errs := run(t, nil, "power", name)
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got, want struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil || len(got.Items) != len(want.Items) {
		t.Fatalf("%d items of %d, %v", len(got.Items), len(want.Items), err)
	}
	for i, w := range want.Items {
		for field, v := range w {
			if number, ok := v.(float64); ok {
				if g, _ := got.Items[i][field].(float64); math.Abs(g-number) > 1e-11*math.Abs(number) {
					t.Errorf("item %d %s: got %v, want %v", i+1, field, g, number)
				}
			}
		}
	}
}

func TestPowerSolves(t *testing.T) {
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"--delta", "0.5", "--n", "50"}, []string{"power 0.6969", "98 degrees of freedom"}},
		{[]string{"--delta", "0.3", "--kind", "ancova", "--rho", "0.7"}, []string{"90 and 90 randomized has power 0.8003", "89.93"}},
		{[]string{"--n", "64", "--curve"}, []string{"power 0.8 to find a difference of 0.499", "#####"}},
		{[]string{"--kind", "two_proportions", "--p1", "0.3", "--p2", "0.5", "--n", "80", "--test", "fisher"}, []string{"0.3 against 0.5"}},
	} {
		status, out, errs := run(t, nil, append([]string{"power", "solve"}, c.args...)...)
		if status != 0 {
			t.Errorf("%v: status %d: %s", c.args, status, errs)
		}
		for _, s := range c.says {
			if !strings.Contains(out, s) {
				t.Errorf("%v: %q is not in\n%s", c.args, s, out)
			}
		}
		if status, out, _ := run(t, nil, append([]string{"power", "solve", "--json"}, c.args...)...); status != 0 || !json.Valid([]byte(out)) {
			t.Errorf("%v as JSON: status %d\n%s", c.args, status, out)
		}
	}
}

func TestPowerSimulates(t *testing.T) {
	flags := []string{"power", "simulate", "--treated", "20", "--control", "24", "--delta", "1", "--trials", "60", "--json"}
	_, first, errs := run(t, nil, flags...)
	var got struct {
		Trial   json.RawMessage
		Results []struct {
			Power          float64
			Failed, Trials int
		}
	}
	if err := json.Unmarshal([]byte(first), &got); err != nil || len(got.Results) != 1 || got.Results[0].Power < 0.5 || got.Results[0].Failed != 0 {
		t.Fatalf("%+v, %v, %s", got, err, errs)
	}
	if _, again, _ := run(t, nil, flags...); again != first {
		t.Error("the same seed gave another answer")
	}
	// The trial of the output is a file of the input.
	status, again, errs := run(t, nil, "power", "simulate", file(t, "trial.json", string(got.Trial)), "--trials", "60", "--json")
	if status != 0 || again != first {
		t.Errorf("from the file: status %d %s\n%s", status, errs, again)
	}
	status, out, _ := run(t, nil, "power", "simulate", "--treated", "20", "--control", "24", "--delta", "1", "--trials", "40", "--sizes", "10,20")
	if status != 0 || !strings.Contains(out, "10       12") || !strings.Contains(out, "MC error") {
		t.Errorf("curve: status %d\n%s", status, out)
	}
}

func TestPowerRefuses(t *testing.T) {
	for _, args := range [][]string{
		{"power", "no-such-file.json"},
		{"power", file(t, "case.json", `{"kind":"power","items":[{"kind":"anova","input":{}}]}`)},
		{"power", file(t, "bad.json", `{`)},
		{"power", "solve"},
		{"power", "solve", "--delta", "0.5", "--n", "50", "--sd=-1"},
		{"power", "simulate"},
		{"power", "simulate", "--treated", "20", "--control", "20", "--rho", "2"},
		{"power", "simulate", file(t, "trial.json", `{"treated": 20, "sdd": 1}`)},
	} {
		if status, out, errs := run(t, nil, args...); status == 0 || errs == "" {
			t.Errorf("%v: status %d, output %q, message %q", args, status, out, errs)
		}
	}
}
