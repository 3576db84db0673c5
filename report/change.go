package report

import (
	"fmt"
	"math"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// table3 prints the changes of one population.
func table3(p *study.Protocol, r *analysis.Result, c analysis.ChangeTable) *Table {
	pop, _ := p.Population(c.Population)
	endpoint, _ := p.Endpoint()
	baseline, _ := p.Visit(p.Analysis.Baseline)
	t := &Table{ID: "table3-" + pop.ID, Number: "Table 3", Stub: "Outcome", Data: c,
		Title: fmt.Sprintf("Changes from %s to %s, %s", baseline.Name, endpoint.Name, pop.Name)}
	size := sizeOf(r, pop.ID)
	for _, a := range p.Arms {
		group := fmt.Sprintf("%s (n = %d)", a.Name, size.ByArm[a.ID])
		t.Columns = append(t.Columns,
			Column{Group: group, Label: "Baseline and follow-up, No."},
			Column{Group: group, Label: fmt.Sprintf("Absolute change, mean (%s CI), points", confidence(p))},
			Column{Group: group, Label: "Relative change, %"})
	}
	for _, k := range p.Analysis.Contrasts {
		arm, _ := p.Arm(k.Arm)
		versus, _ := p.Arm(k.Versus)
		group := arm.Name + " vs " + versus.Name
		t.Columns = append(t.Columns,
			Column{Group: group, Label: fmt.Sprintf("Difference of changes (%s CI), points", confidence(p))},
			Column{Group: group, Label: "P value"},
			Column{Group: group, Label: adjustedLabel(p)},
			Column{Group: group, Label: fmt.Sprintf("Standardized (%s CI), SD", confidence(p))},
			Column{Group: group, Label: "Direction"})
	}
	group := ""
	for _, row := range c.Rows {
		o, _ := p.Outcome(row.Outcome)
		if o.Group != group {
			group = o.Group
			t.heading(group)
		}
		t.Rows = append(t.Rows, changeRow(p, o, row, len(t.Columns), group != ""))
		for _, w := range row.Warnings {
			t.Notes = append(t.Notes, o.Name+": "+w)
		}
		if row.Failed != "" {
			t.Notes = append(t.Notes, o.Name+": no model. "+row.Failed)
		}
	}
	t.Notes = append([]string{
		pop.Name + ": " + size.Definition,
		c.Model,
		"Relative change: model-based change as a percentage of the model-based baseline mean. Standardized: difference over the pooled baseline SD of the two arms.",
		"Direction says which way the estimate points, not whether it differs from none; " + primaryNote(p),
	}, t.Notes...)
	t.Notes = append(t.Notes, outcomeNotes(p)...)
	return t
}

func changeRow(p *study.Protocol, o study.Outcome, row analysis.ChangeRow, width int, indent bool) Row {
	out := Row{Label: outcomeLabel(o), Indent: indent}
	if o.Primary {
		out.Label += ", primary"
	}
	for _, a := range row.Arms {
		out.Cells = append(out.Cells, fmt.Sprintf("%d, %d", a.Baselines, a.Followups))
		if row.Failed == "" {
			out.Cells = append(out.Cells, Interval(a.Change, o.Decimals), Fixed(a.Relative.Value, 1))
		} else {
			out.Cells = append(out.Cells, "-", "-")
		}
	}
	for _, d := range row.Differences {
		out.Cells = append(out.Cells, Interval(d.Points, o.Decimals), P(d.Points.P), P(d.Adjusted), Interval(d.Standardized, 2), d.Benefit)
		out.Tone = d.Benefit
	}
	for len(out.Cells) < width {
		out.Cells = append(out.Cells, "-")
	}
	return out
}

func primaryNote(p *study.Protocol) string {
	o, ok := p.Primary()
	if !ok {
		return "the protocol names no primary outcome."
	}
	return "the primary outcome is " + o.Name + "."
}

func adjustedLabel(p *study.Protocol) string {
	switch m := p.Analysis.Multiplicity; m {
	case "", "none":
		return "Adjusted P (none)"
	case "holm":
		return "Adjusted P (Holm)"
	default:
		return "Adjusted P (" + m + ")"
	}
}

// confidence prints 0.95 as "95%".
func confidence(p *study.Protocol) string {
	c := 100 * p.Analysis.Confidence
	if math.Abs(c-math.Round(c)) < 1e-9 {
		return Fixed(c, 0) + "%"
	}
	return Fixed(c, 1) + "%"
}

func sizeOf(r *analysis.Result, population string) analysis.PopulationSize {
	for _, s := range r.Populations {
		if s.ID == population {
			return s
		}
	}
	return analysis.PopulationSize{}
}
