package lmm_test

import (
	"fmt"
	"log"
	"os"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// The paper's model on a paper-shaped synthetic trial: arm by wave, gender, department, a random participant intercept.
func Example() {
	file, err := os.Open("../../testdata/gold/visible/trial_a/data.csv")
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
			"gender":     {"woman", "man", "nonbinary", "undisclosed"},
			"department": {"other", "medicine"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := d.ArmByTime("arm", "wave", "baseline", design.Proportional)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		if row.Kind == design.KindDiffChange {
			e := m.Contrast(row.L, wald.KenwardRoger)
			fmt.Printf("%s: %.2f (%.2f to %.2f), df %.1f, P = %.5f\n", row.Label, e.Value, e.Lower, e.Upper, e.DF, e.P)
		}
	}
	for _, n := range d.Notes {
		fmt.Println(n.Text)
	}
	// Output:
	// difference in change coaching - control: month3 - baseline: -1.04 (-1.56 to -0.53), df 111.4, P = 0.00011
	// 13 of 246 rows are not used because a model variable is missing (y 13)
}
