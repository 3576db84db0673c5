package mmrm_test

import (
	"fmt"
	"log"
	"os"

	"rekindle/stats/design"
	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// The paper's comparison on a paper-shaped synthetic trial, with the variances
// before and after coaching and their correlation left free.
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
	d, err := design.New(table, "y ~ arm*wave + gender + department", design.Options{
		Filter: map[string][]string{"analysed": {"1"}},
		Also:   []string{"id"},
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
	data, err := mmrm.FromDesign(d, "id", "wave", "")
	if err != nil {
		log.Fatal(err)
	}
	m, err := mmrm.Fit(data, mmrm.Options{})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := d.ArmByTime("arm", "wave", "baseline", design.Proportional)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		if row.Kind == design.KindDiffChange {
			for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger} {
				e := m.Contrast(row.L, method)
				fmt.Printf("%s: %.3f (%.3f to %.3f), df %.1f\n", method, e.Value, e.Lower, e.Upper, e.DF)
			}
			robust, err := m.Robust(mmrm.CR2)
			if err != nil {
				log.Fatal(err)
			}
			e := robust.Contrast(row.L)
			fmt.Printf("%s: %.3f (%.3f to %.3f), df %.1f\n", e.Method, e.Value, e.Lower, e.Upper, e.DF)
		}
	}
	// Output:
	// satterthwaite: -1.042 (-1.560 to -0.524), df 109.9
	// kr: -1.042 (-1.561 to -0.523), df 110.2
	// CR2: -1.042 (-1.547 to -0.537), df 101.2
}
