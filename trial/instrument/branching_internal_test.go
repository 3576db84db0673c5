package instrument

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// An instrument's own conditions: what is not asked is no missing answer, and what cannot be a condition is found on reading.
func TestAnInstrumentsOwnConditions(t *testing.T) {
	with := func(condition string) ([]*Instrument, error) {
		return load(fstest.MapFS{"data/own.json": {Data: []byte(`{"id": "own", "name": "Own", "version": "1", "licence": {"wording": "own words"},
			"scales": [{"id": "s", "kind": "radio", "codes": [["0", "no"], ["1", "yes"]]}, {"id": "m", "kind": "select-all", "codes": [["x", "X"], ["y", "Y"]]}],
			"items": [{"id": "A", "descriptor": "a", "scale": "s"}, {"id": "B", "descriptor": "b", "scale": "m"}, {"id": "C", "descriptor": "c", "scale": "s", "branching": "` + condition + `"}],
			"scores": [{"id": "a", "label": "A", "formula": "A", "expression": {"op": "mean", "multiplier": 1, "parts": [{"items": ["A"], "min_answered": 1}]}, "range": [0, 1],
				"higher_means": "better", "missing": {"rule": "needed", "status": "assumed"}}]}`)}})
	}
	all, err := with("[A] = 1 and [B(x)]")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		answers Answers
		missing []string
	}{
		{Answers{"A": "0", "B": "x"}, []string{}},
		{Answers{"A": "1", "B": "y"}, []string{}},
		{Answers{"A": "1", "B": "x y"}, []string{"C"}},
		{Answers{"A": "1", "B": "x", "C": "declined"}, []string{"C"}},
		{Answers{}, []string{"A", "B"}},
	} {
		r, err := all[0].Score(c.answers)
		if err != nil || !slices.Equal(r.Missing, c.missing) {
			t.Errorf("%v: missing %v, want %v (%v)", c.answers, r.Missing, c.missing, err)
		}
	}
	for condition, want := range map[string]string{"[C] = 1": "no item before it", "[D] = 1": "no item before it", "[v][A] = 1": "no item before it", "[B] = 1": "any number of its codes", "[A": "does not end"} {
		if _, err := with(condition); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", condition, err, want)
		}
	}
}
