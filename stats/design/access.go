package design

import (
	"fmt"
	"math"
)

// N is the number of used rows.
func (d *Design) N() int { return len(d.Used) }

// P is the number of coefficients.
func (d *Design) P() int { return len(d.Names) }

// Row is row i of the model matrix; it must not be written to.
func (d *Design) Row(i int) []float64 { return d.rows.row(i) }

// Cells gives the compressed model matrix: for each used row the number of its distinct row, and the
// distinct rows (row-major, P columns). ok is false where the matrix is kept in full because compression does not pay.
func (d *Design) Cells() (cell []int32, distinct []float64, ok bool) {
	return d.rows.cell, d.rows.values, d.rows.cell != nil
}

// Triangle is the upper triangular R (P x P, row-major) with R'R = X'X. It must not be written to.
func (d *Design) Triangle() []float64 { return d.upper }

// Terms names the terms of the fixed part in order and says for each column of Names which one it is; -1 is the intercept.
func (d *Design) Terms() (labels []string, of []int) {
	for i := range d.Formula.Fixed.Terms {
		labels = append(labels, d.Formula.Fixed.Label(i))
	}
	for _, j := range d.kept {
		of = append(of, d.coder.termOf[j])
	}
	return labels, of
}

// TermVariables gives the variables of a fixed term by its number in Terms; none for the intercept, -1.
func (d *Design) TermVariables(term int) []string { return d.Formula.Fixed.names(term) }

// Numbers gives a column over the used rows as finite numbers.
func (d *Design) Numbers(name string) ([]float64, error) {
	c, err := d.table.find(name)
	if err != nil {
		return nil, err
	}
	if !c.numeric() {
		return nil, c.notNumber()
	}
	out := make([]float64, len(d.Used))
	for i, row := range d.Used {
		out[i] = c.number(int(row))
		if math.IsInf(out[i], 0) || math.IsNaN(out[i]) {
			return nil, fmt.Errorf("column %q, row %d: %v is not a finite number", name, row+1, out[i])
		}
	}
	return out, nil
}

// Matrix copies the model matrix, row-major with N rows and P columns.
func (d *Design) Matrix() []float64 {
	out := make([]float64, 0, d.N()*d.P())
	for i := range d.N() {
		out = append(out, d.Row(i)...)
	}
	return out
}
