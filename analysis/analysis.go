package analysis

import (
	"context"
)

// Options of a run. The zero Options is the plan as the protocol has it.
type Options struct {
	Sensitivity bool   // also the further analyses that the protocol lists
	Program     string // version of the program, for the result's source
}

// Run carries out the plan.
func Run(ctx context.Context, d *Data, o Options) (*Result, error) {
	d.Source.Program = o.Program
	r := &Result{Source: d.Source, Populations: populations(d)}
	groups := apart(d, columns(d))
	for _, g := range groups {
		r.Columns = append(r.Columns, g.Column)
	}
	var err error
	if r.Flow, err = flow(d); err != nil {
		return nil, err
	}
	if r.People, r.Characteristics, err = table1(d, groups); err != nil {
		return nil, err
	}
	r.Baseline = baseline(d, groups)
	for _, pop := range inOrder(d.Protocol) {
		table, err := changes(d, pop)
		if err != nil {
			return nil, err
		}
		r.Changes = append(r.Changes, table)
	}
	if r.Themes, err = themes(d); err != nil {
		return nil, err
	}
	if r.Fidelity, err = fidelity(d); err != nil {
		return nil, err
	}
	r.Dose = doses(d)
	if r.Cost, err = costs(d); err != nil {
		return nil, err
	}
	if o.Sensitivity {
		if r.Sensitivity, err = sensitivity(ctx, d); err != nil {
			return nil, err
		}
	}
	r.Notes = d.Notes
	return r, nil
}
