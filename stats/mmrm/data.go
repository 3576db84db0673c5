package mmrm

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/design"
)

// Data is what a model is fitted to: one row for each visit a participant made.
// Visits not made simply have no row.
type Data struct {
	X        *mat.Dense // n x p model matrix, intercept included, full column rank
	Y        []float64  // n responses
	Subject  []int      // n labels of participants
	Visit    []int      // n visits, 0 to len(Visits)-1, in the order of time
	Visits   []string   // their names
	By       []int      // n groups with a covariance of their own, 0 to len(ByLevels)-1; nil: one for all
	ByLevels []string   // their names
	Names    []string   // p column names for messages; nil: numbered
}

// FromDesign takes what a formula without random terms and a table were made
// into. subject, visit and by are columns; by is "" for one covariance for all.
// The visits stand in the declared order of their factor.
func FromDesign(d *design.Design, subject, visit, by string) (Data, error) {
	if len(d.Random) != 0 {
		return Data{}, errors.New("mmrm: the formula has a random term; the covariance of the visits takes its place")
	}
	if d.Response == nil {
		return Data{}, errors.New("mmrm: the formula has no response")
	}
	if d.Weights != nil {
		return Data{}, errors.New("mmrm: weights are not supported")
	}
	data := Data{X: mat.NewDense(d.N(), d.P(), d.Matrix()), Y: d.Response, Names: d.Names}
	s, err := d.Group(subject)
	if err != nil {
		return Data{}, err
	}
	v, err := d.Factor(visit)
	if err != nil {
		return Data{}, err
	}
	data.Subject, data.Visit, data.Visits = ints(s.Index), ints(v.Index), v.Levels
	if by != "" {
		g, err := d.Factor(by)
		if err != nil {
			return Data{}, err
		}
		data.By, data.ByLevels = ints(g.Index), g.Levels
	}
	return data, nil
}

func ints(x []int32) []int {
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// name returns how messages call column j.
func (d Data) name(j int) string {
	if j < len(d.Names) {
		return d.Names[j]
	}
	return fmt.Sprintf("%d", j+1)
}

// groups returns the number of covariance groups.
func (d Data) groups() int {
	if d.By == nil {
		return 1
	}
	return len(d.ByLevels)
}

// by returns the covariance group of row i.
func (d Data) by(i int) int {
	if d.By == nil {
		return 0
	}
	return d.By[i]
}

// check returns the dimensions or what is wrong.
func (d Data) check() (n, p int, err error) {
	if d.X == nil {
		return 0, 0, errors.New("mmrm: no design matrix")
	}
	n, p = d.X.Dims()
	m, g := len(d.Visits), d.groups()
	switch {
	case len(d.Y) != n, len(d.Subject) != n, len(d.Visit) != n, d.By != nil && len(d.By) != n:
		return 0, 0, fmt.Errorf("mmrm: the design has %d rows, but there are %d responses, %d subjects, %d visits", n, len(d.Y), len(d.Subject), len(d.Visit))
	case m == 0 || g == 0:
		return 0, 0, errors.New("mmrm: no visits")
	case n <= p:
		return 0, 0, fmt.Errorf("mmrm: %d rows cannot carry %d coefficients and a covariance", n, p)
	}
	seen := make([]bool, m*g)
	for i := range n {
		for j := range p {
			if v := d.X.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, 0, fmt.Errorf("mmrm: row %d, column %s of the design is %v", i+1, d.name(j), v)
			}
		}
		if math.IsNaN(d.Y[i]) || math.IsInf(d.Y[i], 0) {
			return 0, 0, fmt.Errorf("mmrm: row %d: response is %v", i+1, d.Y[i])
		}
		if d.Visit[i] < 0 || d.Visit[i] >= m {
			return 0, 0, fmt.Errorf("mmrm: row %d: visit %d is not among the %d visits", i+1, d.Visit[i], m)
		}
		if d.by(i) < 0 || d.by(i) >= g {
			return 0, 0, fmt.Errorf("mmrm: row %d: group %d is not among the %d groups", i+1, d.by(i), g)
		}
		seen[d.by(i)*m+d.Visit[i]] = true
	}
	for k, ok := range seen {
		if !ok {
			where := ""
			if g > 1 {
				where = " in group " + d.ByLevels[k/m]
			}
			return 0, 0, fmt.Errorf("mmrm: visit %s has no row%s", d.Visits[k%m], where)
		}
	}
	return n, p, nil
}
