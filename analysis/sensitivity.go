package analysis

import (
	"context"
	"slices"
	"sync"

	"rekindle/stats/design"
	"rekindle/trial/study"
)

// further is one kind of further analysis: how it is named, whom it analyses, and how it gets one row for an outcome.
type further struct {
	id, name string
	everyone bool               // all randomized; else the protocol's default population
	words    func(*plan) string // the method, for the table's note
	row      func(*plan, study.Outcome) (SensitivityRow, error)
	asks     func(*plan) (reason string, ok bool) // whether the data can answer; nil: always
}

// plan is what a further analysis works with.
type plan struct {
	further
	population study.Population
	d          *Data
	p          *study.Protocol
	people     []*Participant
	contrast   study.Contrast // the first of the protocol
	drawn      [][]uint8      // new allocations of a randomization test, arms by person; nil: not drawn yet
}

// furtherAnalyses are all that a protocol may list, in the order they are reported.
var furtherAnalyses = []further{kenwardRoger, unstructured, constrained, coachClustering, multipleImputation, jumpToReference, tippingPoint, complierEffect, responders, rerandomization}

// sensitivity carries out the further analyses that the protocol lists, for the first contrast and every outcome.
func sensitivity(ctx context.Context, d *Data) (out []Sensitivity, err error) {
	p := d.Protocol
	if len(p.Analysis.Contrasts) == 0 || len(p.Analysis.Sensitivity) == 0 {
		return nil, nil
	}
	var plans []*plan
	for _, f := range furtherAnalyses {
		if !slices.Contains(p.Analysis.Sensitivity, f.id) {
			continue
		}
		pop := populationFor(p, f.everyone)
		q := &plan{further: f, population: pop, d: d, p: p, people: d.members(pop), contrast: p.Analysis.Contrasts[0]}
		if f.asks != nil {
			if reason, ok := f.asks(q); !ok {
				d.Notes = append(d.Notes, f.name+": not done. "+reason)
				continue
			}
		}
		plans = append(plans, q)
	}
	out = make([]Sensitivity, len(plans))
	var wait sync.WaitGroup
	for i, q := range plans {
		wait.Go(func() { out[i] = q.carryOut(ctx) })
	}
	wait.Wait()
	return out, ctx.Err()
}

// carryOut gives one row for each outcome. It stops early when ctx ends.
func (q *plan) carryOut(ctx context.Context) Sensitivity {
	s := Sensitivity{ID: q.id, Name: q.name, Population: q.population.ID, Method: q.words(q)}
	for _, o := range q.p.Outcomes {
		if ctx.Err() != nil {
			break
		}
		row, err := q.row(q, o)
		row.Outcome, row.Contrast = o.ID, q.contrast.ID
		if err != nil {
			row = SensitivityRow{Outcome: o.ID, Contrast: q.contrast.ID, Measure: row.Measure, Failed: err.Error()}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// populationFor gives everybody randomized, or the population that the tables lead with.
func populationFor(p *study.Protocol, everyone bool) study.Population {
	all := inOrder(p)
	if everyone {
		for _, pop := range all {
			if pop.Rule == study.AllRandomized {
				return pop
			}
		}
		return study.Population{Name: "All randomized", Rule: study.AllRandomized}
	}
	if len(all) == 0 {
		return study.Population{Name: "All randomized", Rule: study.AllRandomized}
	}
	return all[0]
}

// differenceIn gives the contrast's row in a design of arm by visit.
func (q *plan) differenceIn(d *design.Design) (design.Row, error) {
	return means{d: d, w: weighting(q.p)}.difference(q.contrast, q.p.Analysis.Baseline)
}
