package fit

import (
	"math"
	"strconv"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/wald"
)

// Number is a number in JSON with all its digits; what is not finite is null.
type Number float64

// MarshalJSON writes the shortest text that reads back as the same number.
func (n Number) MarshalJSON() ([]byte, error) {
	x := float64(n)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, x, 'g', -1, 64), nil
}

// Numbers converts a slice.
func Numbers(x []float64) []Number {
	out := make([]Number, len(x))
	for i, v := range x {
		out[i] = Number(v)
	}
	return out
}

// Matrix cuts a row-major square matrix into its rows.
func Matrix(x []float64, n int) [][]Number {
	out := make([][]Number, n)
	for i := range out {
		out[i] = Numbers(x[i*n : (i+1)*n])
	}
	return out
}

// Inference is one way of testing an estimate.
type Inference struct {
	SE    Number `json:"se"`
	DF    Number `json:"df"`
	T     Number `json:"t"`
	P     Number `json:"p"`
	Lower Number `json:"lower"`
	Upper Number `json:"upper"`
	Note  string `json:"note,omitempty"`
}

// Line is a linear combination of a Gaussian model with its three inferences.
type Line struct {
	Name          string     `json:"name,omitempty"` // of a coefficient
	Label         string     `json:"label,omitempty"`
	Kind          string     `json:"kind,omitempty"`
	Arm           string     `json:"arm,omitempty"`
	ReferenceArm  string     `json:"reference_arm,omitempty"`
	Time          string     `json:"time,omitempty"`
	From          string     `json:"from,omitempty"`
	Weights       string     `json:"weights,omitempty"`
	L             []Number   `json:"L,omitempty"`
	Estimate      Number     `json:"estimate"`
	SE            Number     `json:"se"`
	Satterthwaite *Inference `json:"satterthwaite"`
	KR            *Inference `json:"kr"`
	KRObserved    *Inference `json:"kr_observed"`
	Note          string     `json:"note,omitempty"`
}

// Estimator gives l'beta with its inference.
type Estimator func(l []float64, m wald.Method) wald.Estimate

// Infer computes a line for a contrast; one that is not estimable has no numbers.
func Infer(c design.Contrast, estimate Estimator) Line {
	line := Line{Label: c.Label, Kind: string(c.Kind), Arm: c.Arm, ReferenceArm: c.ReferenceArm, Time: c.Time, From: c.From,
		Weights: string(c.Weights), L: Numbers(c.L), Note: c.NotEstimable}
	if c.NotEstimable != "" {
		line.Estimate, line.SE = Number(math.NaN()), Number(math.NaN())
		return line
	}
	one := func(m wald.Method) *Inference {
		e := estimate(c.L, m)
		line.Estimate = Number(e.Value)
		return &Inference{SE: Number(e.SE), DF: Number(e.DF), T: Number(e.T), P: Number(e.P), Lower: Number(e.Lower), Upper: Number(e.Upper), Note: e.Note}
	}
	line.Satterthwaite, line.KR, line.KRObserved = one(wald.Satterthwaite), one(wald.KenwardRoger), one(wald.KenwardRogerObserved)
	line.SE = Number(estimate(c.L, wald.Z).SE)
	return line
}

// InferCoefficients computes a line for each coefficient.
func InferCoefficients(names []string, estimate Estimator) []Line {
	out := make([]Line, len(names))
	for i, name := range names {
		c := design.Contrast{Row: design.Row{L: make([]float64, len(names))}}
		c.L[i] = 1
		out[i] = Infer(c, estimate)
		out[i].Name, out[i].L = name, nil
	}
	return out
}

// InferAll computes a line for each contrast.
func InferAll(rows []design.Contrast, estimate Estimator) []Line {
	out := make([]Line, len(rows))
	for i, r := range rows {
		out[i] = Infer(r, estimate)
	}
	return out
}

// PercentChange is a change relative to the baseline mean, as a fraction.
type PercentChange struct {
	Arm          string `json:"arm"`
	Time         string `json:"time"`
	From         string `json:"from"`
	Weights      string `json:"weights"`
	Change       Number `json:"change"`
	Baseline     Number `json:"baseline"`
	Ratio        Number `json:"ratio"`
	SE           Number `json:"se_delta"`
	LowerDelta   Number `json:"lower_delta_z"`
	UpperDelta   Number `json:"upper_delta_z"`
	LowerFieller Number `json:"lower_fieller_z"`
	UpperFieller Number `json:"upper_fieller_z"`
}

// z975 is the normal quantile of two-sided 95% intervals.
const z975 = 1.959963984540054

// PercentChanges relates every change from the baseline to the baseline mean, for each arm, time and weighting among the rows;
// beta and vcov (row-major) are the coefficients and their covariance.
func PercentChanges(rows []design.Contrast, baseline string, beta, vcov []float64) ([]PercentChange, error) {
	var out []PercentChange
	p := len(beta)
	half := make([]float64, p)
	for _, base := range rows {
		if base.Kind != design.KindMean || base.Time != baseline || base.NotEstimable != "" {
			continue
		}
		for _, later := range rows {
			if later.Kind != design.KindMean || later.Arm != base.Arm || later.Weights != base.Weights || later.Time == baseline || later.NotEstimable != "" {
				continue
			}
			change := later.Minus(base.Row)
			arithmetic.Multiply(half, vcov, base.L, p, p, 1)
			r, err := design.NewPercent(arithmetic.Dot(change.L, beta), arithmetic.Dot(base.L, beta),
				arithmetic.QuadraticForm(vcov, p, change.L), arithmetic.Dot(base.L, half), arithmetic.Dot(change.L, half), z975)
			if err != nil {
				return nil, err
			}
			out = append(out, PercentChange{Arm: base.Arm, Time: later.Time, From: baseline, Weights: string(base.Weights),
				Change: Number(r.Change), Baseline: Number(r.Baseline), Ratio: Number(r.Ratio), SE: Number(r.SE),
				LowerDelta: Number(r.Delta[0]), UpperDelta: Number(r.Delta[1]), LowerFieller: Number(r.Fieller[0]), UpperFieller: Number(r.Fieller[1])})
		}
	}
	return out, nil
}

// Note is a decision or warning in words.
type Note struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Notes converts the notes of a fit.
func Notes(notes []design.Note) []Note {
	out := make([]Note, len(notes))
	for i, n := range notes {
		out[i] = Note(n)
	}
	return out
}

// Data is what was used of the data file.
type Data struct {
	File   string         `json:"file"`
	Rows   int            `json:"n_rows"` // of the file, after the filter
	Used   int            `json:"n_used"`
	Groups map[string]int `json:"n_groups"`
}
