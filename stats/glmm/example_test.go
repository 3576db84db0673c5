package glmm_test

import (
	"fmt"
	"log"
	"os"

	"rekindle/stats/design"
	"rekindle/stats/glmm"
)

// Burnout yes or no on a paper-shaped synthetic trial: the share of each arm
// with burnout after three months, averaged over its participants.
func Example() {
	file, err := os.Open("../../testdata/gold/visible/trial_logit/data.csv")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	table, err := design.ReadCSV(file)
	if err != nil {
		log.Fatal(err)
	}
	d, err := design.New(table, "y ~ arm*wave + gender + department + (1|id)", design.Options{
		Filter: map[string][]string{"analysed": {"1"}},
		Factors: map[string][]string{ // the first level is the reference
			"arm":        {"control", "coaching"},
			"wave":       {"baseline", "month3"},
			"gender":     {"woman", "man", "undisclosed"},
			"department": {"other", "medicine"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	data, err := glmm.FromDesign(d, "")
	if err != nil {
		log.Fatal(err)
	}
	m, err := glmm.Fit(data, glmm.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("random-intercept SD %.3f, log-likelihood %.4f\n", m.Sigma, m.LogLik)
	cells, err := glmm.Standardized(d, "arm", "wave")
	if err != nil {
		log.Fatal(err)
	}
	shares, err := m.Marginal(cells)
	if err != nil {
		log.Fatal(err)
	}
	effects, err := shares.Effects("baseline", 0.95)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range effects {
		if e.Time == "month3" && e.Kind != "nnt" {
			fmt.Printf("%s: %.3f (%.3f to %.3f)\n", e.Label, e.Value, e.Lower, e.Upper)
		}
	}
	// Output:
	// random-intercept SD 1.642, log-likelihood -144.6909
	// proportion control @ month3: 0.542 (0.424 to 0.661)
	// proportion coaching @ month3: 0.298 (0.174 to 0.422)
	// change control month3 - baseline: -0.008 (-0.145 to 0.128)
	// change coaching month3 - baseline: -0.272 (-0.426 to -0.118)
	// risk difference coaching - control @ month3: -0.245 (-0.417 to -0.072)
	// difference in change coaching - control month3 - baseline: -0.264 (-0.470 to -0.058)
	// ratio coaching / control @ month3: 0.549 (0.343 to 0.880)
	// odds ratio coaching / control @ month3: 0.358 (0.167 to 0.768)
}
