// Package gold reads the reference cases under testdata/gold for the tests of the statistics packages. Which program made
// each number is in testdata/gold/README.md. It is not part of the library.
package gold

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// folder is where the cases are, seen from a package of stats.
const folder = "../../testdata/gold/visible"

// Item is one question of a case with its answer.
type Item struct {
	Kind          string
	Input, Output json.RawMessage
}

// Items gives the items of a kind; the test fails when there are none.
func Items(t testing.TB, name, kind string) []Item {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, name, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Items []Item }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var found []Item
	for _, it := range file.Items {
		if it.Kind == kind {
			found = append(found, it)
		}
	}
	if len(found) == 0 {
		t.Fatalf("case %s has no item of kind %s", name, kind)
	}
	return found
}

// Decode fills input and output.
func (it Item) Decode(t testing.TB, input, output any) {
	t.Helper()
	if err := json.Unmarshal(it.Input, input); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(it.Output, output); err != nil {
		t.Fatal(err)
	}
}

// Table reads a CSV file of a case as columns of text.
func Table(t testing.TB, name, file string) map[string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, name, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for j, head := range rows[0] {
		for _, row := range rows[1:] {
			columns[head] = append(columns[head], row[j])
		}
	}
	return columns
}

// Numbers reads a column; an empty cell is NaN.
func Numbers(t testing.TB, column []string) []float64 {
	t.Helper()
	if len(column) == 0 {
		t.Fatal("no such column")
	}
	out := make([]float64, len(column))
	for i, text := range column {
		if text == "" {
			out[i] = math.NaN()
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = v
	}
	return out
}

// Near reports a number that is further from want than tolerance times |want|, or than tolerance itself near zero (the
// cases print 15 digits).
func Near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if d := math.Abs(got - want); !(d <= tolerance*max(math.Abs(want), 1e-3)) {
		t.Errorf("%s: got %.16g, want %.16g", what, got, want)
	}
}

// NearPair is Near for two limits.
func NearPair(t testing.TB, what string, lower, upper float64, want [2]float64, tolerance float64) {
	t.Helper()
	Near(t, what+" lower", lower, want[0], tolerance)
	Near(t, what+" upper", upper, want[1], tolerance)
}
