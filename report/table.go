package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"

	"rekindle/problem"
)

// Table is one printed table: cells are text as they stand on paper.
type Table struct {
	ID      string   `json:"id"`     // "table3-itt"
	Number  string   `json:"number"` // "Table 3"; empty for one without a number
	Title   string   `json:"title"`
	Stub    string   `json:"stub"` // heading of the row labels
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
	Notes   []string `json:"notes"`
	Data    any      `json:"data,omitempty"` // the numbers behind the cells, in full precision
}

// Column is one column of cells. Columns next to each other with the same Group stand under it.
type Column struct {
	Group string `json:"group,omitempty"`
	Label string `json:"label"`
}

// Row is a heading (no cells) or a line with one cell for each column.
type Row struct {
	Label   string   `json:"label"`
	Heading bool     `json:"heading,omitempty"`
	Indent  bool     `json:"indent,omitempty"` // belongs to the heading above
	Cells   []string `json:"cells,omitempty"`
	Tone    string   `json:"tone,omitempty"` // "better" or "worse": the direction of benefit, printed as a word too, never by color alone
}

func (t *Table) heading(label string) { t.Rows = append(t.Rows, Row{Label: label, Heading: true}) }

func (t *Table) row(label string, indent bool, cells ...string) {
	t.Rows = append(t.Rows, Row{Label: label, Indent: indent, Cells: cells})
}

// CSV gives the printed table with a flat header: "Group: Label". A heading stands in the first column of its lines.
func (t *Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := []string{"Section", t.Stub}
	for _, c := range t.Columns {
		header = append(header, strings.TrimPrefix(c.Group+": "+c.Label, ": "))
	}
	records := [][]string{header}
	section := ""
	for _, r := range t.Rows {
		if r.Heading {
			section = r.Label
			continue
		}
		in := ""
		if r.Indent {
			in = section
		}
		records = append(records, append([]string{in, r.Label}, r.Cells...))
	}
	if err := w.WriteAll(records); err != nil {
		return nil, problem.New(problem.Internal, "table %s cannot be written", t.ID).Because(err)
	}
	return b.Bytes(), nil
}

// JSON gives the printed table with the numbers behind it.
func (t *Table) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return nil, problem.New(problem.Internal, "table %s cannot be written", t.ID).Because(err)
	}
	return append(b, '\n'), nil
}
