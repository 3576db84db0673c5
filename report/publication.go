package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rekindle/analysis"
	"rekindle/analysis/lint"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// PublicationFile is the name, in a report's folder, of its tables and sentences as `rekindle lint-tables` reads them.
const PublicationFile = "publication.json"

// Publication gives the printed cells and sentences of the report, with what relates them: populations, columns,
// instruments, contrasts. The numbers are the printed ones; from the result come only the number of people behind a
// mean, degrees of freedom, and the model-based baseline means, which stand in the data of Table 3.
// The tables of cost and of further analyses are left out: nothing in them can be recomputed from print.
func (rep *Report) Publication() *lint.Publication {
	b := &publication{p: rep.Protocol, r: rep.Result, out: &lint.Publication{
		Format: lint.Format, Title: rep.Protocol.Title, Source: "report of study " + rep.Protocol.ID,
	}}
	b.groups()
	b.scores()
	for _, t := range rep.Tables {
		b.table(t)
	}
	for _, s := range rep.Sections {
		b.claims(s)
	}
	return b.out
}

// publication is one being made.
type publication struct {
	p   *study.Protocol
	r   *analysis.Result
	out *lint.Publication
}

// groups names the people of the columns and of the populations.
func (b *publication) groups() {
	for _, c := range b.r.Columns {
		g := lint.Group{ID: c.ID, Label: c.Label, N: c.N, Arm: c.Arm}
		stage, arm, _ := strings.Cut(c.ID, ":")
		g.Stage = stage
		if whole := "randomized:" + arm; stage != "randomized" && slices.ContainsFunc(b.r.Columns, func(o analysis.Column) bool { return o.ID == whole }) {
			g.PartOf = whole
		}
		b.out.Groups = append(b.out.Groups, g)
	}
	for _, s := range b.r.Populations {
		for _, a := range b.p.Arms {
			b.out.Groups = append(b.out.Groups, lint.Group{ID: population(s.ID, a.ID), Label: s.Name + ", " + a.Name, N: s.ByArm[a.ID], Arm: a.ID, Stage: s.Name})
		}
	}
}

func population(id, arm string) string { return "population:" + id + ":" + arm }

// scores describes the outcomes that are means of items with whole-number codes.
func (b *publication) scores() {
	for _, o := range b.p.Outcomes {
		in, s := scoreOf(o)
		if s == nil || s.Expression.Op != "mean" || s.Expression.RoundUp {
			continue
		}
		score := lint.Score{ID: o.ID, Times: s.Expression.Multiplier.Float()}
		equal := true // each item weighs the same: a part weighs as much as it has items
		for _, part := range s.Expression.Parts {
			equal = equal && (len(s.Expression.Parts) == 1 || part.Weight == len(part.Items))
			score.Items += len(part.Items)
			score.Prorated = score.Prorated || part.MinAnswered < len(part.Items)
			for _, id := range part.Items {
				item, _ := in.FindItem(id)
				codes := [2]int{int(item.Scale.Low), int(item.Scale.High)}
				equal = equal && (score.Codes == codes || score.Codes == [2]int{})
				score.Codes = codes
			}
		}
		if equal {
			b.out.Scores = append(b.out.Scores, score)
		}
	}
}

func scoreOf(o study.Outcome) (*instrument.Instrument, *instrument.Score) {
	in, err := instrument.Find(o.Instrument)
	if err != nil {
		return nil, nil
	}
	s, _ := in.FindScore(o.Score)
	return in, s
}

func (b *publication) hasScore(id string) bool {
	return slices.ContainsFunc(b.out.Scores, func(s lint.Score) bool { return s.ID == id })
}

// table adds one table of the report.
func (b *publication) table(t *Table) {
	switch {
	case t.ID == "populations":
		b.populations(t)
	case t.ID == "table1":
		out := printedTable(t, lint.CountPercent)
		people(out, b.r.People)
		b.out.Tables = append(b.out.Tables, *out)
	case t.ID == "table2":
		b.baseline(t)
	case strings.HasPrefix(t.ID, "table3-"):
		for _, c := range b.r.Changes {
			if t.ID == "table3-"+c.Population {
				b.changes(t, c)
			}
		}
	case t.ID == "table4":
		out := printedTable(t, lint.CountPercent)
		out.Columns[0].N = &b.r.Themes.Answered
		out.Blocks = together(out.Blocks, "any")
		b.out.Tables = append(b.out.Tables, *out)
	case t.ID == "fidelity":
		b.fidelity(t)
	case t.ID == "dose":
		b.dose(t)
	}
}

var size = regexp.MustCompile(`\(n = (\d+)\)`)

// printedTable takes over a table's cells. A heading begins a block, an indented row is in it, any other row is a block by
// itself, but for a row of missing answers, which belongs to the row above.
func printedTable(t *Table, kind lint.Kind) *lint.Table {
	out := &lint.Table{ID: t.ID, Title: strings.TrimPrefix(t.Number+". "+t.Title, ". "), Kind: kind}
	for i, c := range t.Columns {
		column := lint.Column{ID: "column" + strconv.Itoa(i+1), Label: strings.TrimPrefix(c.Group+": "+c.Label, ": ")}
		if m := size.FindStringSubmatch(column.Label); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				column.N = &n
			}
		}
		out.Columns = append(out.Columns, column)
	}
	for i, r := range t.Rows {
		missing := r.Label == "Missing, No."
		switch {
		case r.Heading:
			block := lint.Block{Label: r.Label}
			if strings.Contains(r.Label, "select all that apply") {
				block.Answers = "any"
			}
			out.Blocks = append(out.Blocks, block)
			continue
		case !r.Indent && !missing || len(out.Blocks) == 0:
			out.Blocks = append(out.Blocks, lint.Block{})
		}
		row := lint.Row{ID: "row" + strconv.Itoa(i+1), Label: r.Label, Missing: missing, Kind: kindOf(r.Label)}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, lint.Cell{Text: c})
		}
		last := &out.Blocks[len(out.Blocks)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}

// kindOf reads the kind of a row off its label; "" where the label does not say.
func kindOf(label string) lint.Kind {
	for suffix, kind := range map[string]lint.Kind{", mean (SD)": lint.MeanSD, ", No. (%)": lint.CountPercent, ", No.": lint.Count, ", median (quartiles)": lint.Quartiles} {
		if strings.HasSuffix(label, suffix) {
			return kind
		}
	}
	return ""
}

// together puts all rows into one block.
func together(blocks []lint.Block, answers string) []lint.Block {
	one := lint.Block{Answers: answers}
	for _, b := range blocks {
		one.Rows = append(one.Rows, b.Rows...)
	}
	return []lint.Block{one}
}

// people gives the columns of Tables 1 and 2 their groups; the last one holds standardized differences.
func people(t *lint.Table, columns []analysis.Column) {
	for i := range t.Columns {
		if i < len(columns) {
			t.Columns[i].ID, t.Columns[i].Group = columns[i].ID, columns[i].ID
		} else {
			t.Columns[i].Kind = lint.Estimate
		}
	}
}

func (b *publication) populations(t *Table) {
	out := printedTable(t, lint.Count)
	last := len(out.Columns) - 1
	for i := range out.Columns[:last] {
		out.Columns[last].SumOf = append(out.Columns[last].SumOf, out.Columns[i].ID)
	}
	b.out.Tables = append(b.out.Tables, *out)
}

// outcomes gives each row its outcome, in the order that the table prints them.
func (b *publication) outcomes(t *lint.Table, ids []string, each func(i int, row *lint.Row)) {
	i := 0
	for k := range t.Blocks {
		for j := range t.Blocks[k].Rows {
			row := &t.Blocks[k].Rows[j]
			o, _ := b.p.Outcome(ids[i])
			row.ID, row.Decimals = o.ID, &o.Decimals
			each(i, row)
			i++
		}
	}
}

func (b *publication) baseline(t *Table) {
	out := printedTable(t, lint.MeanSD)
	people(out, b.r.Columns)
	var ids []string
	for _, row := range b.r.Baseline {
		ids = append(ids, row.Outcome)
	}
	b.outcomes(out, ids, func(i int, row *lint.Row) {
		if b.hasScore(row.ID) {
			row.Score = row.ID
		}
		for j, s := range b.r.Baseline[i].Cells {
			row.Cells[j].N = &s.N
		}
	})
	out.Derivations = b.derivations()
	b.out.Tables = append(b.out.Tables, *out)
}

// derivations finds the outcomes whose parts are outcomes themselves.
func (b *publication) derivations() (out []lint.Derivation) {
	for _, o := range b.p.Outcomes {
		_, s := scoreOf(o)
		if s == nil || len(s.Expression.Parts) < 2 || s.Expression.Op != "mean" {
			continue
		}
		d := lint.Derivation{Row: o.ID, Source: "scoring rule: " + s.Formula}
		items, means := true, true
		for _, part := range s.Expression.Parts {
			items, means = items && part.Weight == len(part.Items), means && part.Weight <= 1
			for _, other := range b.p.Outcomes {
				if _, q := scoreOf(other); q != nil && other.Instrument == o.Instrument && b.hasScore(other.ID) && len(q.Expression.Parts) == 1 && slices.Equal(q.Expression.Parts[0].Items, part.Items) {
					d.Parts = append(d.Parts, other.ID)
				}
			}
		}
		switch {
		case len(d.Parts) != len(s.Expression.Parts):
			continue
		case items:
			d.Stated = "items"
		case means:
			d.Stated = "subscales"
		default:
			continue
		}
		out = append(out, d)
	}
	return out
}

func (b *publication) fidelity(t *Table) {
	out := printedTable(t, lint.CountPercent)
	out.Columns[1].Kind = lint.Text
	for k, f := range b.r.Fidelity {
		if k == len(out.Blocks) {
			break
		}
		out.Blocks[k].Answers = "one"
		for i, row := range f.Rows {
			out.Blocks[k].Rows[i].Cells[0].N = &row.Share.Of
		}
	}
	b.out.Tables = append(b.out.Tables, *out)
}

// dose adds the table of sessions. The sessions of a starter are a whole number between 1 and the greatest count held.
func (b *publication) dose(t *Table) {
	d := b.r.Dose
	out := printedTable(t, lint.CountPercent)
	if greatest := len(d.ByNumber) - 1; greatest > 1 {
		b.out.Scores = append(b.out.Scores, lint.Score{ID: "sessions", Items: 1, Codes: [2]int{1, greatest}})
	}
	for k := range out.Blocks {
		for i := range out.Blocks[k].Rows {
			row := &out.Blocks[k].Rows[i]
			switch {
			case strings.HasPrefix(row.Label, "Sessions held"):
				row.Cells[0].N = &d.Sessions.N
				if b.hasScore("sessions") {
					row.Score = "sessions"
				}
			case row.Kind == lint.CountPercent || row.Kind == "":
				row.Cells[0].N = &d.Allocated
			}
		}
		if out.Blocks[k].Label != "" {
			out.Blocks[k].Answers = "one"
		}
	}
	b.out.Tables = append(b.out.Tables, *out)
}
