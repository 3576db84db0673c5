package report

import (
	"slices"
	"strings"

	"rekindle/analysis"
	"rekindle/analysis/lint"
)

// changes adds Table 3 of one population, and before it the baseline means that its relative changes refer to.
func (b *publication) changes(t *Table, c analysis.ChangeTable) {
	means := lint.Table{ID: "means-" + c.Population, Title: "Model-based means at baseline (data of " + t.ID + ")", Kind: lint.Estimate, Blocks: []lint.Block{{}}}
	for _, a := range b.p.Arms {
		means.Columns = append(means.Columns, lint.Column{ID: a.ID, Label: a.Name})
	}
	out := printedTable(t, lint.Text)
	b.changeColumns(t, out, c.Population)
	var ids []string
	for _, row := range c.Rows {
		ids = append(ids, row.Outcome)
	}
	b.outcomes(out, ids, func(i int, row *lint.Row) {
		mean := lint.Row{ID: row.ID, Label: row.Label}
		for _, a := range b.p.Arms {
			k := slices.IndexFunc(c.Rows[i].Arms, func(x analysis.ArmChange) bool { return x.Arm == a.ID })
			text := ""
			if k >= 0 && c.Rows[i].Failed == "" {
				text = Fixed(c.Rows[i].Arms[k].Baseline.Value, 4)
			}
			mean.Cells = append(mean.Cells, lint.Cell{Text: text})
		}
		means.Blocks[0].Rows = append(means.Blocks[0].Rows, mean)
		for _, d := range c.Rows[i].Differences {
			for j := range out.Columns {
				if out.Columns[j].ID == "difference:"+d.Contrast {
					row.Cells[j].DF = d.Points.DF
				}
			}
		}
	})
	b.out.Tables = append(b.out.Tables, means, *out)
}

// changeColumns says what the columns of Table 3 are: for each arm, then for each contrast, in the protocol's order.
func (b *publication) changeColumns(t *Table, out *lint.Table, pop string) {
	arm, contrast := -1, -1
	for i := range out.Columns {
		column, label := &out.Columns[i], t.Columns[i].Label
		is := func(id string, kind lint.Kind) { column.ID, column.Kind = id, kind }
		switch {
		case strings.HasPrefix(label, "Absolute change"):
			arm++
			is("change:"+b.p.Arms[arm].ID, lint.EstimateCI)
			for k := range out.Columns { // all columns under the arm's heading hold its people
				if t.Columns[k].Group == t.Columns[i].Group {
					out.Columns[k].Group = population(pop, b.p.Arms[arm].ID)
				}
			}
		case strings.HasPrefix(label, "Relative change"):
			id := b.p.Arms[arm].ID
			is("relative:"+id, lint.Estimate)
			out.Relatives = append(out.Relatives, lint.Relative{Column: column.ID, Change: "change:" + id, Baseline: "means-" + pop + "/" + id, Unit: "%"})
		case strings.HasPrefix(label, "Difference of changes"):
			contrast++
			k := b.p.Analysis.Contrasts[contrast]
			is("difference:"+k.ID, lint.EstimateCI)
			out.Contrasts = append(out.Contrasts, lint.Contrast{Difference: column.ID, Arm: "change:" + k.Arm, Versus: "change:" + k.Versus, Confidence: 100 * b.p.Analysis.Confidence})
		case label == "P value":
			is("p:"+b.p.Analysis.Contrasts[contrast].ID, lint.PValue)
			out.Contrasts[contrast].P = column.ID
		case strings.HasPrefix(label, "Adjusted P"):
			is("adjusted:"+b.p.Analysis.Contrasts[contrast].ID, lint.PValue)
			out.Contrasts[contrast].Adjusted = column.ID
			if m := b.p.Analysis.Multiplicity; m == "holm" || m == "bonferroni" || m == "none" {
				out.Contrasts[contrast].Method = m
			}
		case strings.HasPrefix(label, "Standardized"):
			is("standardized:"+b.p.Analysis.Contrasts[contrast].ID, lint.EstimateCI)
		}
	}
}
