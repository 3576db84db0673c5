package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFitAnswersACase(t *testing.T) {
	status, out, errs := run(t, nil, "fit", "../testdata/gold/visible/trial_a/expected.json")
	if status != 0 {
		t.Fatal(errs)
	}
	var answer struct {
		REML struct{ LogLik float64 }
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || answer.REML.LogLik > -416.5566 || answer.REML.LogLik < -416.5568 {
		t.Errorf("%v, log-likelihood %v", err, answer.REML.LogLik)
	}
}

func TestFitWritesASummary(t *testing.T) {
	status, out, errs := run(t, nil, "fit", "--formula", "y ~ arm*wave + gender + (1|id)", "--data", "../testdata/gold/visible/trial_a/data.csv",
		"--factor", "arm=control,coaching", "--filter", "analysed=1", "--df", "kr-observed", "--sas")
	if status != 0 || !strings.Contains(out, "SAS conventions") || !strings.Contains(out, "observed information") || !strings.Contains(out, "difference in change coaching - control") {
		t.Errorf("%d %s %s", status, out, errs)
	}
}

func TestFitRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"nothing to fit":         {"fit"},
		"character 5":            {"fit", "--formula", "y ~ $", "--data", "../testdata/gold/visible/trial_a/data.csv"},
		"unknown":                {"fit", "--formula", "y ~ arm + (1|id)", "--data", "../testdata/gold/visible/trial_a/data.csv", "--df", "guess"},
		"case file and":          {"fit", "x.json", "--formula", "y ~ 1"},
		"no such file":           {"fit", "--formula", "y ~ 1", "--data", "nowhere.csv"},
		"no such file or direct": {"fit", "nowhere.json"},
	} {
		if status, _, errs := run(t, nil, args...); status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%q: %d %s", args, status, errs)
		}
	}
}
