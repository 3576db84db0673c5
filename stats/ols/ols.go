// Package ols fits ordinary and two-stage least squares with classical and heteroscedasticity-robust standard errors.
//
// It is the analysis of one follow-up adjusted for baseline (ANCOVA), which multiple imputation, complier effects and
// power simulation repeat many times; mixed models are lmm's. It does not read formulas: rows come as numbers.
package ols

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
)

// Fit is a least-squares fit of N rows and P columns.
type Fit struct {
	N, P     int
	Beta     []float64 // P
	Inverse  []float64 // P x P row-major: (X'X)^-1, of the projected columns for two stages
	Variance float64   // of the residuals, divisor DF
	DF       float64   // N - P
	columns  []float64 // X, or its projection for two stages: what the sandwich is made of
	residual []float64
}

// Least regresses y on x, n rows of p columns, row-major, the intercept among them. Rows must outnumber columns; columns
// that determine each other, and values that are not finite, are errors.
func Least(x, y []float64, p int) (*Fit, error) {
	if err := check(x, y, p); err != nil {
		return nil, err
	}
	return solve(x, x, y, p)
}

// TwoStage regresses y on x by two-stage least squares with instruments z (n rows of q columns, q >= p; exogenous columns of
// x stand in z too): x is replaced by its projection on z in the estimate, and by itself in the residuals.
func TwoStage(x, z, y []float64, p, q int) (*Fit, error) {
	if err := check(x, y, p); err != nil {
		return nil, err
	}
	if err := check(z, y, q); err != nil {
		return nil, fmt.Errorf("instruments: %w", err)
	}
	if q < p {
		return nil, fmt.Errorf("%d instruments for %d columns: as many are needed at least", q, p)
	}
	n := len(y)
	projected := make([]float64, len(x))
	column := make([]float64, n)
	for j := range p {
		for i := range n {
			column[i] = x[i*p+j]
		}
		f, err := solve(z, z, column, q)
		if err != nil {
			return nil, fmt.Errorf("instruments: %w", err)
		}
		for i := range n {
			projected[i*p+j] = arithmetic.Dot(z[i*q:(i+1)*q], f.Beta)
		}
	}
	f, err := solve(projected, x, y, p)
	if err != nil {
		return nil, fmt.Errorf("the instruments do not move the columns they stand for: %w", err)
	}
	return f, nil
}

func check(x, y []float64, p int) error {
	n := len(y)
	if p < 1 || len(x) != n*p {
		return fmt.Errorf("%d numbers for %d rows of %d columns", len(x), n, p)
	}
	if n <= p {
		return fmt.Errorf("%d rows for %d coefficients: nothing is left to estimate the variance from", n, p)
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("response of row %d is %v", i+1, v)
		}
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("column %d of row %d is %v", i%p+1, i/p+1, v)
		}
	}
	return nil
}

// errDependent is a design without full column rank.
var errDependent = errors.New("columns determine each other")

// solve fits y on a by the QR decomposition and takes residuals from b.
func solve(a, b, y []float64, p int) (*Fit, error) {
	n := len(y)
	f := &Fit{N: n, P: p, DF: float64(n - p), columns: a, Beta: make([]float64, p), Inverse: make([]float64, p*p)}
	q := append([]float64(nil), a...)
	r, dependent := arithmetic.Orthogonalize(q, n, p)
	if dependent >= 0 {
		return nil, fmt.Errorf("%w: column %d depends on those before it, or is zero", errDependent, dependent+1)
	}
	for i := range n {
		arithmetic.AddScaled(f.Beta, y[i], q[i*p:(i+1)*p])
	}
	arithmetic.SolveUpper(r, p, f.Beta)
	row := make([]float64, p)
	for j := range p {
		clear(row)
		row[j] = 1
		arithmetic.SolveUpperT(r, p, row)
		arithmetic.SolveUpper(r, p, row)
		copy(f.Inverse[j*p:], row)
	}
	f.residual = make([]float64, n)
	ss := 0.0
	for i := range n {
		e := y[i] - arithmetic.Dot(b[i*p:(i+1)*p], f.Beta)
		f.residual[i] = e
		ss += float64(e * e)
	}
	f.Variance = ss / f.DF
	return f, nil
}

// SE gives the classical standard error of coefficient j.
func (f *Fit) SE(j int) float64 { return math.Sqrt(f.Variance * f.Inverse[j*f.P+j]) }

// RobustSE gives the heteroscedasticity-robust standard error HC1 of coefficient j (H. White, Econometrica 48, 1980, with the
// factor n / (n - p) of D. V. Hinkley 1977).
func (f *Fit) RobustSE(j int) float64 {
	w := f.Inverse[j*f.P : (j+1)*f.P]
	sum := 0.0
	for i, r := range f.residual {
		v := r * arithmetic.Dot(w, f.columns[i*f.P:(i+1)*f.P])
		sum += float64(v * v)
	}
	return math.Sqrt(sum * float64(f.N) / f.DF)
}
