package report

import (
	"rekindle/analysis"
	"rekindle/trial/study"
)

// Report is all that is published of one analysis.
type Report struct {
	Protocol *study.Protocol
	Result   *analysis.Result
	Sections []Section
	Tables   []*Table
}

// New prints a result.
func New(p *study.Protocol, r *analysis.Result) *Report {
	rep := &Report{Protocol: p, Result: r, Sections: text(p, r)}
	rep.Tables = append(rep.Tables, populationsTable(p, r))
	if len(r.Characteristics) > 0 {
		rep.Tables = append(rep.Tables, table1(r))
	}
	rep.Tables = append(rep.Tables, table2(p, r))
	for _, c := range r.Changes {
		rep.Tables = append(rep.Tables, table3(p, r, c))
	}
	if r.Themes != nil {
		rep.Tables = append(rep.Tables, table4(r))
	}
	if len(r.Fidelity) > 0 {
		rep.Tables = append(rep.Tables, fidelityTable(r))
	}
	if r.Dose != nil {
		rep.Tables = append(rep.Tables, doseTable(p, r))
	}
	if r.Cost != nil {
		rep.Tables = append(rep.Tables, costTable(p, r))
	}
	rep.Tables = append(rep.Tables, sensitivityTables(p, r)...)
	return rep
}
