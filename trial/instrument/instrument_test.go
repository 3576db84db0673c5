package instrument_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/instrument"
)

// vector is one case of testdata/instrument/vectors.json: the test vectors of the instrument research, unchanged.
type vector struct {
	Instrument string
	Name       string
	Answers    map[string]*int
	Expect     map[string]any
}

func vectors(t testing.TB) ([]byte, []vector) {
	t.Helper()
	data, err := os.ReadFile("../../testdata/instrument/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return data, all
}

func find(t rapid.TB, id string) *instrument.Instrument {
	t.Helper()
	in, err := instrument.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestVectors(t *testing.T) {
	data, all := vectors(t)
	records, err := instrument.ReadJSON("vectors.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(all) || len(all) != 13 {
		t.Fatalf("%d records, %d vectors, want 13 of each", len(records), len(all))
	}
	for i, v := range all {
		t.Run(v.Instrument+"/"+v.Name, func(t *testing.T) {
			res, err := records[i].Instrument.Score(records[i].Answers)
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range v.Expect {
				score, isScore := res.Scores[id]
				flag, isFlag := res.Flags[id]
				switch want := want.(type) {
				case float64:
					// The vectors are printed with six decimals.
					if score == nil || math.Abs(*score-want) > 5e-7 {
						t.Errorf("%s = %v, want %v", id, show(score), want)
					}
				case bool:
					if flag == nil || *flag != want {
						t.Errorf("%s = %v, want %v", id, show(flag), want)
					}
				default:
					if !isScore && !isFlag || score != nil || flag != nil {
						t.Errorf("%s = %v %v, want null", id, show(score), show(flag))
					}
				}
			}
			var missing []string
			for _, it := range records[i].Instrument.Items {
				if v.Answers[it.ID] == nil {
					missing = append(missing, it.ID)
				}
			}
			if got := strings.Join(res.Missing, " "); got != strings.Join(missing, " ") {
				t.Errorf("missing %s, want %v", got, missing)
			}
		})
	}
}

func show[T any](p *T) any {
	if p == nil {
		return "null"
	}
	return *p
}
