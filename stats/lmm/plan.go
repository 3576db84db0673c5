package lmm

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
)

// Options choose how a model is fitted. The zero value is restricted maximum likelihood under R's conventions.
type Options struct {
	ML          bool        // maximum likelihood instead of restricted
	Conventions Conventions // zero value: R
}

// Plan is a design prepared for fitting any number of responses. It is read only and may be shared by goroutines.
type Plan struct {
	design   *design.Design
	options  Options
	n, p     int
	triangle []float64 // X = Q triangle, Q orthonormal
	distinct []float64 // rows of Q: of each cell, or of each row
	cell     []int32   // nil: distinct has every row
	constant float64   // what the change to Q and the weights add to the log-likelihood
	clusters *clusters // the random-intercept model; else
	layout   *layout
	notes    []design.Note
	sizes    []int // levels of each random term

	components []Component // names of the variance parameters, in their order

	ranks     sync.Once // for containment degrees of freedom
	effects   []effect
	rankXZ    int
	rankError error
}

// Names of the notes this package gives besides those of design.
const (
	NoteSingular     = "singular"      // a variance is estimated at zero (or a correlation at one)
	NoteGroupOnce    = "group_once"    // levels of a grouping with a single row
	NoteFewGroups    = "few_groups"    // a grouping with fewer than five levels
	NoteNotConverged = "not_converged" // the search ended before its criterion was met
	NoteInformation  = "information"   // an information matrix cannot be inverted
	NoteResidualZero = "residual_zero" // the residual variance vanishes against another
	NoteOtherOptimum = "other_optimum" // the likelihood has more than one local maximum
)

// NewPlan prepares a design. Its response is not looked at.
func NewPlan(d *design.Design, o Options) (*Plan, error) {
	p := &Plan{design: d, options: o, n: d.N(), p: d.P(), triangle: d.Triangle()}
	if p.n <= p.p {
		return nil, fmt.Errorf("%d rows and %d coefficients: nothing is left to estimate a variance from", p.n, p.p)
	}
	for i := range p.p {
		p.constant += arithmetic.Log(math.Abs(p.triangle[i*p.p+i]))
	}
	if o.ML {
		p.constant = 0
	}
	p.constant = -p.constant // (R8): log|X'V^-1 X| = log|Q'V^-1 Q| + 2 log|triangle|
	for _, w := range d.Weights {
		p.constant += 0.5 * arithmetic.Log(w)
	}
	p.orthonormal()
	if err := p.check(); err != nil {
		return nil, err
	}
	p.name()
	if err := p.engine(); err != nil {
		return nil, err
	}
	return p, nil
}

// engine prepares the random part for one of the two ways of fitting.
func (p *Plan) engine() error {
	d := p.design
	if len(d.Random) == 1 && d.Random[0].Z == nil && d.Residual == nil {
		p.clusters = newClusters(d.Random[0].Index, len(d.Random[0].Levels), p.cell, d.Weights, p.p, p.row)
		return nil
	}
	var terms []*term
	for i := range d.Random {
		t, ok := newTerm(&d.Random[i], p.n)
		if !ok {
			return fmt.Errorf("the columns of the random term (%s) depend on each other", d.Formula.Random[i].Label())
		}
		terms = append(terms, t)
	}
	var group []int32
	groups := 1
	if d.Residual != nil {
		group, groups = d.Residual.Index, len(d.Residual.Levels)
	}
	p.layout = newLayout(terms, group, groups, d.Weights, p.n, p.p, p.row)
	return nil
}

// name lists the variance parameters.
func (p *Plan) name() {
	d := p.design
	for i := range d.Random {
		r := &d.Random[i]
		for a, x := range r.Names {
			for _, y := range r.Names[:a] {
				p.components = append(p.components, Component{Name: r.Name + "." + y + ":" + x, Group: r.Name, Covariance: true})
			}
			p.components = append(p.components, Component{Name: r.Name + "." + x, Group: r.Name})
		}
	}
	if d.Residual == nil {
		p.components = append(p.components, Component{Name: "residual", Group: "residual"})
		return
	}
	for _, level := range d.Residual.Levels {
		p.components = append(p.components, Component{Name: "residual." + level, Group: "residual"})
	}
}

// orthonormal computes the distinct rows of Q.
func (p *Plan) orthonormal() {
	cell, distinct, ok := p.design.Cells()
	if ok {
		p.cell = cell
		p.distinct = append([]float64(nil), distinct...)
	} else {
		p.distinct = p.design.Matrix()
	}
	for i := 0; i < len(p.distinct); i += p.p {
		arithmetic.SolveUpperT(p.triangle, p.p, p.distinct[i:i+p.p])
	}
}

// row is a row of Q.
func (p *Plan) row(i int32) []float64 {
	if p.cell != nil {
		i = p.cell[i]
	}
	return p.distinct[int(i)*p.p : int(i+1)*p.p]
}

// check refuses groupings that carry no information and notes those that carry little.
func (p *Plan) check() error {
	for i := range p.design.Random {
		r := &p.design.Random[i]
		levels := len(r.Levels)
		p.sizes = append(p.sizes, levels)
		if r.Z == nil && levels >= p.n {
			return fmt.Errorf("random term (%s): each of the %d levels has a single row, so its variance cannot be told from the residual variance", p.design.Formula.Random[i].Label(), levels)
		}
		if levels == 1 {
			return fmt.Errorf("random term (%s): there is one level only, so it has no variance", p.design.Formula.Random[i].Label())
		}
		count := make([]int32, levels)
		for _, g := range r.Index {
			count[g]++
		}
		once := 0
		for _, c := range count {
			if c == 1 {
				once++
			}
		}
		if once > 0 {
			p.notes = append(p.notes, design.Note{Name: NoteGroupOnce, Text: fmt.Sprintf("%d of the %d levels of %s have a single row; they inform the fixed effects and the total variance only", once, levels, r.Name)})
		}
		if levels < 5 {
			p.notes = append(p.notes, design.Note{Name: NoteFewGroups, Text: fmt.Sprintf("%s has %d levels: its variance is poorly determined", r.Name, levels)})
		}
	}
	return nil
}

// Fit fits the design to its own response.
func Fit(d *design.Design, o Options) (*Model, error) {
	if d.Response == nil {
		return nil, errors.New("the formula has no response")
	}
	p, err := NewPlan(d, o)
	if err != nil {
		return nil, err
	}
	m := p.NewModel()
	if err := m.Refit(d.Response); err != nil {
		return nil, err
	}
	return m, nil
}
