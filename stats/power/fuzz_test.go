package power_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"rekindle/stats/power"
)

// FuzzCase feeds any file to a case: an answer has a power between 0 and 1 or a size, otherwise there is an error.
func FuzzCase(f *testing.F) {
	raw, err := os.ReadFile("../../testdata/gold/visible/power_visible/expected.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"kind":"power","items":[{"kind":"two_proportions","input":{"p1":0.2,"p2":0.4,"n1":30,"n2":30,"test":"fisher"}}]}`))
	f.Add([]byte(`{"kind":"power","items":[{"kind":"cluster_n_per_arm","input":{"delta":-1,"sd":2,"cluster_size":3,"icc_treated":1,"target_power":0.9}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c power.Case
		if json.Unmarshal(raw, &c) != nil || len(c.Items) > 40 {
			return
		}
		answers, err := c.Answer()
		if err != nil {
			return
		}
		for _, a := range answers.Items {
			if a.Answer != nil && !(a.Answer.Power >= 0 && a.Answer.Power <= 1) {
				t.Errorf("%s %s: power %v", a.Kind, a.Input, a.Answer.Power)
			}
			if a.Size != nil && (a.Size.N1 < 1 || math.IsNaN(a.Size.Power)) {
				t.Errorf("%s %s: %+v", a.Kind, a.Input, *a.Size)
			}
		}
		if _, err := json.Marshal(answers); err != nil {
			t.Errorf("the answer is no JSON: %v", err)
		}
	})
}
