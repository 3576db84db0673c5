package design_test

import (
	"math"
	"strings"
	"testing"

	"rekindle/stats/design"
)

// Averaging the rows of RowsAt is the observed weighting; at a row's own values it is that row.
func TestRowsAtAveragesToObserved(t *testing.T) {
	table, err := design.ReadCSV(strings.NewReader("y,arm,x\n1,a,0.5\n2,b,1.5\n3,a,-2\n4,b,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := design.New(table, "y ~ arm*x", design.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.RowsAt(design.At{"arm": "b"}, []int{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	want, err := d.Mean(design.At{"arm": "b"}, design.Observed)
	if err != nil {
		t.Fatal(err)
	}
	for j := range want.L {
		sum := 0.0
		for _, r := range rows {
			sum += r.L[j] / 4
		}
		if math.Abs(sum-want.L[j]) > 1e-15 {
			t.Errorf("column %s: %v, want %v", d.Names[j], sum, want.L[j])
		}
		if rows[1].L[j] != d.Row(1)[j] {
			t.Errorf("column %s of an unchanged row: %v, want %v", d.Names[j], rows[1].L[j], d.Row(1)[j])
		}
	}
	if _, err := d.RowsAt(design.At{"arm": "c"}, []int{0}); err == nil {
		t.Error("unknown level accepted")
	}
	if _, err := d.RowsAt(nil, []int{4}); err == nil {
		t.Error("row beyond the data accepted")
	}
}
