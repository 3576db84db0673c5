package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// small is as much of a protocol as allocation needs.
const small = `
id = "small"
[enrolment]
cap = 40
[[arm]]
id = "coaching"
ratio = 2
[[arm]]
id = "control"
ratio = 1
[allocation]
method = "permuted-blocks"
block_sizes = [3, 6]
[[stratum]]
id = "site"
item = "demographics.site"
  [[stratum.level]]
  id = "large"
  expected = 0.99
  [[stratum.level]]
  id = "tiny"
  expected = 0.01
`

func TestRandomizationSimulate(t *testing.T) {
	path := file(t, "small.toml", small)
	status, out, errs := run(t, nil, "randomization", "simulate", path, "--n", "20", "--seed", "3")
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{
		"Allocation of small: 40 participants, 20 simulated enrolments, seed 3",
		"A  permuted blocks of 3 or 6 in 2 strata, coaching:control = 2:1",
		"B  minimization of the range over 1 factors, best arm with chance 0.8, coaching:control = 2:1",
		"site=large (39.6 expected)",
		"warning: stratum site=tiny stays empty with a chance of 67%", // 0.99^40 = 0.669
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the report lacks %q:\n%s", want, out)
		}
	}
	if _, again, _ := run(t, nil, "randomization", "simulate", path, "--n", "20", "--seed", "3"); again != out {
		t.Error("the same seed prints another report")
	}
}

func TestRandomizationSimulateJSON(t *testing.T) {
	status, out, errs := run(t, nil, "randomization", "simulate", file(t, "small.toml", small), "--n", "5", "--json")
	var report struct {
		Protocol string
		Designs  []struct {
			Runs           int
			Predictability struct{ Blind, Convergence, Informed float64 }
		}
		Warnings []string
	}
	if err := json.Unmarshal([]byte(out), &report); status != 0 || err != nil {
		t.Fatalf("status %d, %v: %s", status, err, errs)
	}
	if report.Protocol != "small" || len(report.Designs) != 2 || report.Designs[0].Runs != 5 || len(report.Warnings) != 1 ||
		report.Designs[0].Predictability.Blind != 2./3 || report.Designs[0].Predictability.Informed <= 2./3 {
		t.Errorf("%+v", report)
	}
}

func TestRandomizationSimulateRefuses(t *testing.T) {
	for _, c := range []struct {
		name, protocol, want string
		args                 []string
	}{
		{"a block that does not hold the ratio", strings.Replace(small, "[3, 6]", "[4]", 1), "a block of 4 cannot hold the ratio", nil},
		{"shares above 1", strings.Replace(small, "0.01", "0.5", 1), "add up to 1.49", nil},
		{"no runs", small, "0 runs", []string{"--n", "0"}},
		{"nobody", strings.Replace(small, "cap = 40", "cap = 0", 1), "0 participants", nil},
		{"not TOML", "id = ", "broken.toml", nil},
	} {
		status, out, errs := run(t, nil, append([]string{"randomization", "simulate", file(t, "broken.toml", c.protocol)}, c.args...)...)
		if status != 1 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d, %q, %q", c.name, status, out, errs)
		}
	}
	if status, _, errs := run(t, nil, "randomization", "simulate", "no-such.toml"); status != 1 || !strings.Contains(errs, "no-such.toml") {
		t.Errorf("no file: status %d, %q", status, errs)
	}
}
