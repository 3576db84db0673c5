package report

import (
	"fmt"
	"strconv"
	"strings"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// peopleColumns heads Tables 1 and 2.
func peopleColumns(columns []analysis.Column) []Column {
	var out []Column
	for _, c := range columns {
		out = append(out, Column{Label: fmt.Sprintf("%s (n = %d)", c.Label, c.N)})
	}
	return append(out, Column{Label: "Standardized difference"})
}

// table1 prints the characteristics at baseline.
func table1(r *analysis.Result) *Table {
	t := &Table{ID: "table1", Number: "Table 1", Title: "Baseline characteristics of randomized participants", Stub: "Characteristic", Columns: peopleColumns(r.People), Data: r.Characteristics}
	t.Notes = append(t.Notes, "Data are No. (%) unless otherwise specified. The denominator of each percentage is the people of the column who answered.")
	var any, yes bool
	for _, c := range r.Characteristics {
		difference := Fixed(c.SMD, 2)
		switch c.Kind {
		case "number":
			cells := []string{}
			for _, s := range c.Numbers {
				cells = append(cells, MeanSD(s, 1))
			}
			t.row(c.Label+", mean (SD)", false, append(cells, difference)...)
		case "yes":
			yes = true
			for _, row := range c.Rows {
				t.row(c.Label, false, append(counts(row), difference)...)
			}
		default:
			label := c.Label
			if c.Kind == "any" {
				any = true
				label += " (select all that apply)"
			}
			t.heading(label)
			for i, row := range c.Rows {
				last := ""
				if i == 0 {
					last = difference
				}
				t.row(row.Label, true, append(counts(row), last)...)
			}
		}
		if sum(c.Missing) > 0 {
			cells := []string{}
			for _, n := range c.Missing {
				cells = append(cells, strconv.Itoa(n))
			}
			t.row("Missing, No.", c.Kind == "one" || c.Kind == "any", append(cells, "")...)
		}
	}
	if any {
		t.Notes = append(t.Notes, "Select all that apply: a person may be counted in several lines, so the percentages can sum to more than 100.")
	}
	if yes {
		t.Notes = append(t.Notes, "A characteristic on one line gives those who answered yes.")
	}
	if len(r.People) < len(r.Columns) {
		t.Notes = append(t.Notes, "People who received the intervention have no column here: subtracted from those randomized it would describe fewer than five people.")
	}
	t.Notes = append(t.Notes, "Standardized difference: between the randomized arms, in SD (for categories the distance of all proportions at once; for select-all the largest of its answers). It is given in place of a P value, which would test the randomization.")
	return t
}

func counts(row analysis.CharacteristicRow) (cells []string) {
	for _, s := range row.Cells {
		cells = append(cells, CountPercent(s))
	}
	return cells
}

func sum(x []int) (n int) {
	for _, v := range x {
		n += v
	}
	return n
}

// table2 prints the outcomes at baseline.
func table2(p *study.Protocol, r *analysis.Result) *Table {
	t := &Table{ID: "table2", Number: "Table 2", Title: "Outcomes at baseline", Stub: "Outcome", Columns: peopleColumns(r.Columns), Data: r.Baseline}
	group := ""
	for _, row := range r.Baseline {
		o, _ := p.Outcome(row.Outcome)
		if o.Group != group {
			group = o.Group
			t.heading(group)
		}
		cells := []string{}
		for _, s := range row.Cells {
			cells = append(cells, MeanSD(s, o.Decimals))
		}
		t.row(outcomeLabel(o), group != "", append(cells, Fixed(row.SMD, 2))...)
	}
	t.Notes = append(t.Notes, "Data are mean (SD) in points of those who answered.")
	if missing := missingScores(p, r); missing != "" {
		t.Notes = append(t.Notes, "All of a column have a score, but for these: "+missing+".")
	} else {
		t.Notes = append(t.Notes, "All of a column have a score.")
	}
	t.Notes = append(t.Notes, outcomeNotes(p)...)
	return t
}

// missingScores names the cells of Table 2 that rest on fewer people than their column holds.
func missingScores(p *study.Protocol, r *analysis.Result) string {
	var cells []string
	for _, row := range r.Baseline {
		o, _ := p.Outcome(row.Outcome)
		for i, s := range row.Cells {
			if s.N < r.Columns[i].N {
				cells = append(cells, fmt.Sprintf("%s, %s (n = %d)", o.Name, lower(r.Columns[i].Label), s.N))
			}
		}
	}
	return strings.Join(cells, "; ")
}

// outcomeLabel is an outcome's name with the direction of benefit.
func outcomeLabel(o study.Outcome) string {
	if o.Direction == "higher worse" {
		return o.Name + " (lower is better)"
	}
	return o.Name + " (higher is better)"
}

// outcomeNotes gives the outcomes' own footnotes.
func outcomeNotes(p *study.Protocol) (notes []string) {
	for _, o := range p.Outcomes {
		if o.Note != "" {
			notes = append(notes, o.Name+": "+o.Note)
		}
	}
	return notes
}
