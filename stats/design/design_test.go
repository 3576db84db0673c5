package design_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rekindle/stats/design"
)

type goldCase struct {
	Kind string
	Data struct {
		File string
		Used int `json:"n_used"`
	}
	Model struct {
		Response, Fixed     string
		Arm, Time, Baseline string
		Factors             json.RawMessage
		Filter              map[string][]string
		Coefficients        []string
	}
	Estimates []struct {
		Label, Kind string
		L           []float64
	}
}

// The cases under testdata/gold/visible hold model.matrix columns and reference-grid rows made in R 4.2.2 by refkit.R.
func TestColumnsAndRowsAgreeWithR(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/gold/visible/*/expected.json")
	compared := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c goldCase
		var kind struct{ Kind string }
		if json.Unmarshal(raw, &kind); kind.Kind != "lmm" && kind.Kind != "mmrm" && kind.Kind != "glmm" {
			continue
		}
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(file, err)
		}
		factors := map[string][]string{}
		json.Unmarshal(c.Model.Factors, &factors)
		data, err := os.Open(filepath.Join(filepath.Dir(file), c.Data.File))
		if err != nil {
			t.Fatal(err)
		}
		table, err := design.ReadCSV(data)
		data.Close()
		if err != nil {
			t.Fatal(file, err)
		}
		d, err := design.New(table, c.Model.Response+" ~ "+c.Model.Fixed, design.Options{Factors: factors, Filter: c.Model.Filter})
		if err != nil {
			t.Fatal(file, err)
		}
		if !slices.Equal(d.Names, c.Model.Coefficients) || d.N() != c.Data.Used {
			t.Errorf("%s: %d rows, columns %q", file, d.N(), d.Names)
		}
		if c.Model.Arm == "" {
			continue
		}
		rows, err := d.ArmByTime(c.Model.Arm, c.Model.Time, c.Model.Baseline)
		if err != nil {
			t.Fatal(file, err)
		}
		for _, want := range c.Estimates {
			if want.Kind == "custom" {
				continue
			}
			i := slices.IndexFunc(rows, func(r design.Contrast) bool { return r.Label == want.Label })
			if i < 0 {
				t.Errorf("%s: no row %q", file, want.Label)
				continue
			}
			for j := range want.L {
				if math.Abs(rows[i].L[j]-want.L[j]) > 1e-13 {
					t.Errorf("%s: %s: L[%d] = %v, want %v", file, want.Label, j, rows[i].L[j], want.L[j])
				}
			}
			compared++
		}
	}
	if compared < 50 {
		t.Errorf("only %d rows compared", compared)
	}
}

func small(t *testing.T) *design.Table {
	t.Helper()
	table, err := design.ReadCSV(strings.NewReader(`y,a,b,x,id
1,u,p,1,1
2,u,q,2,1
3,v,p,3,2
4,v,q,4,2
5,w,p,5,3
,w,q,6,3
7,u,p,7,4
8,v,q,8,4
`))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Column names as R 4.2's model.matrix gives them for these formulas.
func TestCodingFollowsMarginality(t *testing.T) {
	for formula, want := range map[string]string{
		"y ~ a":           "(Intercept) av aw",
		"y ~ 0 + a":       "au av aw",
		"y ~ 0 + a + b":   "au av aw bq",
		"y ~ 0 + x + a":   "x au av aw",
		"y ~ x + a:x":     "(Intercept) x x:av x:aw",
		"y ~ a:x":         "(Intercept) au:x av:x aw:x",
		"y ~ b + a:x - 1": "bp bq au:x av:x aw:x",
	} {
		d, err := design.New(small(t), formula, design.Options{})
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		if got := strings.Join(d.Names, " "); got != want {
			t.Errorf("%s: %s, want %s", formula, got, want)
		}
	}
}

func TestDependentColumnsAreDroppedAndNamed(t *testing.T) {
	// The only row of level w with b = q misses its response, so aw:bq is all zero.
	d, err := design.New(small(t), "y ~ a*b", design.Options{Factors: map[string][]string{"b": {"p", "q", "r"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.Dropped, " "); got != "aw:bq" {
		t.Errorf("dropped %q", got)
	}
	var names []string
	for _, n := range d.Notes {
		names = append(names, n.Name)
	}
	if !slices.Equal(names, []string{design.NoteRowsDropped, design.NoteEmptyLevel, design.NoteRankDeficient}) {
		t.Errorf("notes %q", names)
	}
	if r, err := d.Mean(design.At{"a": "w", "b": "q"}, design.Equal); err != nil || r.NotEstimable == "" {
		t.Errorf("mean of an empty cell: %+v, %v", r, err)
	}
	if r, err := d.Mean(design.At{"a": "u", "b": "q"}, design.Equal); err != nil || r.NotEstimable != "" {
		t.Errorf("mean of a cell with rows: %+v, %v", r, err)
	}
	// a column that repeats another
	x, _ := d.Numbers("x")
	table := small(t)
	double := make([]float64, table.Len())
	for i := range double {
		double[i] = 2*float64(i+1) + 3
	}
	if err := table.AddNumbers("z", double); err != nil {
		t.Fatal(err)
	}
	if d, err = design.New(table, "y ~ x + z", design.Options{}); err != nil || !slices.Equal(d.Dropped, []string{"z"}) {
		t.Errorf("%v %v %v", d.Dropped, err, x)
	}
}

func TestWeightings(t *testing.T) {
	d, err := design.New(small(t), "y ~ a + x", design.Options{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, r design.Row, err error, want ...float64) {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range want {
			if math.Abs(r.L[i]-want[i]) > 1e-14 {
				t.Errorf("%s: %v, want %v", name, r.L, want)
			}
		}
	}
	mean := (1 + 2 + 3 + 4 + 5 + 7 + 8) / 7.0
	r, err := d.Mean(nil, design.Equal)
	check("equal", r, err, 1, 1/3.0, 1/3.0, mean)
	r, err = d.Mean(nil, design.Proportional)
	check("proportional", r, err, 1, 3/7.0, 1/7.0, mean)
	r, err = d.Mean(design.At{"x": "2"}, design.Observed)
	check("observed", r, err, 1, 3/7.0, 1/7.0, 2)
	r, err = d.MeanWeighted(nil, map[string]map[string]float64{"a": {"u": 1, "v": 1, "w": 2}})
	check("given", r, err, 1, 1/4.0, 1/2.0, mean)
	if _, err := d.MeanWeighted(nil, map[string]map[string]float64{"a": {"u": 1}}); err == nil {
		t.Error("weights that miss a level are accepted")
	}
	if _, err := d.Mean(design.At{"q": "2"}, design.Equal); err == nil {
		t.Error("an unknown variable is accepted")
	}
}

func TestBadInputIsRefused(t *testing.T) {
	if _, err := design.New(small(t), "y ~ nobody", design.Options{}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
	table := design.NewTable()
	if err := table.AddNumbers("y", []float64{1, math.Inf(1), 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := design.New(table, "y ~ 1", design.Options{}); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Error(err)
	}
	if err := table.AddText("a", []string{"x"}); err == nil {
		t.Error("a short column is accepted")
	}
	if _, err := design.ReadCSV(strings.NewReader("")); err == nil {
		t.Error("an empty file is accepted")
	}
	if _, err := design.New(small(t), "y ~ 1", design.Options{Filter: map[string][]string{"a": {"none"}}}); err == nil {
		t.Error("no rows are accepted")
	}
}

// A coach belongs to coached rows only: the others need none and stay in the analysis; a coached row without a coach does not.
func TestPartialRandomTerm(t *testing.T) {
	table, err := design.ReadCSV(strings.NewReader("y,coached,coach,id\n1,0,,a\n2,1,c1,a\n3,0,,b\n4,1,,b\n5,1,c2,c\n6,0,,c\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := design.New(table, "y ~ coached + (1|id) + (0 + coached|coach)", design.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d.N() != 5 || len(d.Notes) != 1 || !strings.Contains(d.Notes[0].Text, "coach 1") {
		t.Errorf("%d rows, %+v", d.N(), d.Notes)
	}
	if got := strings.Join(d.Random[1].Levels, " "); got != design.NoGroup+" c1 c2" {
		t.Errorf("levels %q", got)
	}
	if d, err = design.New(table, "y ~ coached + (1|coach)", design.Options{}); err != nil || d.N() != 2 {
		t.Errorf("an intercept needs its group in every row: %v", err)
	}
}
