package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"rekindle/problem"
)

// Format names the format of a publication's file; docs/lint-tables.md describes it.
const Format = "rekindle-publication/1"

// Publication is a set of printed tables, and the numbers of the text around them.
type Publication struct {
	Format   string  `json:"format"`
	Title    string  `json:"title"`
	Source   string  `json:"source"`             // where it was printed
	Notes    string  `json:"notes,omitempty"`    // what whoever entered it has to say
	Smallest int     `json:"smallest,omitempty"` // fewest people that a published number may describe when tables are subtracted; 0: 5
	Groups   []Group `json:"groups,omitempty"`
	Scores   []Score `json:"scores,omitempty"`
	Tables   []Table `json:"tables"`
	Claims   []Claim `json:"claims,omitempty"`
}

// Group is a group of people whose number the publication states.
type Group struct {
	ID     string `json:"id"`
	Label  string `json:"label,omitempty"`
	N      int    `json:"n"`
	PartOf string `json:"part_of,omitempty"` // the group that these people are all in
	Arm    string `json:"arm,omitempty"`
	Stage  string `json:"stage,omitempty"` // of the flow: "randomized", "analysed", "followed up"
}

// Score is how a number of one person is made of items: times x the mean (or sum) of items with whole-number codes.
type Score struct {
	ID       string  `json:"id"`
	Items    int     `json:"items"`
	Codes    [2]int  `json:"codes"`              // least and greatest
	Of       string  `json:"of,omitempty"`       // "mean" (also when empty) or "sum"
	Times    float64 `json:"times,omitempty"`    // 0: 1
	Prorated bool    `json:"prorated,omitempty"` // scored with items missing, so that its values are on no lattice
}

// step is the distance between neighbouring values of the score.
func (s *Score) step() float64 {
	times := s.Times
	if times == 0 {
		times = 1
	}
	if s.Of == "sum" {
		return times
	}
	return times / float64(s.Items)
}

// span is the range of the score.
func (s *Score) span() interval {
	return interval{float64(s.Codes[0]), float64(s.Codes[1])}.times(s.step() * float64(s.Items))
}

// Table is one printed table.
type Table struct {
	ID          string       `json:"id"`
	Title       string       `json:"title"`
	Kind        Kind         `json:"kind,omitempty"` // of cells whose column and row have none
	Columns     []Column     `json:"columns"`
	Blocks      []Block      `json:"blocks"`
	Contrasts   []Contrast   `json:"contrasts,omitempty"`
	Relatives   []Relative   `json:"relatives,omitempty"`
	Derivations []Derivation `json:"derivations,omitempty"`
}

// Column is one column of cells.
type Column struct {
	ID    string   `json:"id"`
	Label string   `json:"label"` // as printed, with the heading above it
	N     *int     `json:"n,omitempty"`
	Group string   `json:"group,omitempty"`  // the people of the column, where the heading leaves no doubt
	Arm   string   `json:"arm,omitempty"`    // their arm, where it does not say which of them
	Kind  Kind     `json:"kind,omitempty"`   // before the row's and the table's
	SumOf []string `json:"sum_of,omitempty"` // columns that this one puts together
}

// Block is rows that belong together under one heading.
//
// Answers says what the table says of them: "one" (each person gives one answer), "any" (select all that apply),
// "each" (every row is a question of its own), "" (nothing is said).
type Block struct {
	Label   string `json:"label,omitempty"`
	Answers string `json:"answers,omitempty"`
	Rows    []Row  `json:"rows"`
}

// Row is one row of cells.
type Row struct {
	ID       string      `json:"id"` // unique in the table; rows of several tables with one id are the same question
	Label    string      `json:"label"`
	Kind     Kind        `json:"kind,omitempty"` // before the table's
	Score    string      `json:"score,omitempty"`
	Range    *[2]float64 `json:"range,omitempty"`    // that the publication gives for the row, in a footnote or the text
	Decimals *int        `json:"decimals,omitempty"` // places that the plan gives to this row's points, where they are its own
	Missing  bool        `json:"missing,omitempty"`  // counts people of the block without an answer
	Cells    []Cell      `json:"cells"`
}

// Cell is one cell: its text alone, or with the number of people behind it or the degrees of freedom of its interval.
type Cell struct {
	Text string  `json:"text"`
	N    *int    `json:"n,omitempty"`
	DF   float64 `json:"df,omitempty"`
}

// UnmarshalJSON reads a string, or an object.
func (c *Cell) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.Text)
	}
	type plain Cell
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(c))
}

// MarshalJSON writes a string where there is nothing but text.
func (c Cell) MarshalJSON() ([]byte, error) {
	if c.N == nil && c.DF == 0 {
		return json.Marshal(c.Text)
	}
	type plain Cell
	return json.Marshal(plain(c))
}

// Contrast names the columns of a comparison of two arms. Columns that are not printed are left out.
type Contrast struct {
	Difference string  `json:"difference"`           // estimate (CI)
	Arm        string  `json:"arm,omitempty"`        // change whose difference it is; left out where the difference is adjusted otherwise
	Versus     string  `json:"versus,omitempty"`     // ... minus this one
	P          string  `json:"p,omitempty"`          // for a difference of none
	Adjusted   string  `json:"adjusted,omitempty"`   // P adjusted over the rows
	Method     string  `json:"method,omitempty"`     // of the adjustment: "holm", "bonferroni", "none"
	Scale      string  `json:"scale,omitempty"`      // "log": a ratio, whose interval is symmetric on the log scale
	Confidence float64 `json:"confidence,omitempty"` // percent; 0: 95
	DF         float64 `json:"df,omitempty"`         // of the interval; 0: not known
}

// Relative names a column of relative changes, the column of changes, and the baseline they are relative to.
type Relative struct {
	Column   string `json:"column"`
	Change   string `json:"change"`
	Baseline string `json:"baseline"` // "table/column", row by row
	Unit     string `json:"unit"`     // as the heading says: "%" or "fraction"
}

// Derivation says that a row is computed from other rows of its table.
type Derivation struct {
	Row    string   `json:"row"`
	Parts  []string `json:"parts"`
	Stated string   `json:"stated"`           // "items": mean of all items; "subscales": mean of the parts' means
	Source string   `json:"source,omitempty"` // where it is stated
}

// Claim is one statement of the text with its numbers as printed. Cell is "table/rows/columns", where rows and
// columns are ids joined by "+": the statement is about their sum (counts) or about these people together (means).
type Claim struct {
	Place     string `json:"place"`
	Text      string `json:"text"`
	Cell      string `json:"cell,omitempty"`
	Count     string `json:"count,omitempty"`
	Percent   string `json:"percent,omitempty"`
	N         *int   `json:"n,omitempty"` // denominator by the text's own words
	Mean      string `json:"mean,omitempty"`
	SD        string `json:"sd,omitempty"`
	Value     string `json:"value,omitempty"`     // a difference or change
	Direction string `json:"direction,omitempty"` // "increase" or "decrease", where words carry the sign
	Lower     string `json:"lower,omitempty"`
	Upper     string `json:"upper,omitempty"`
	P         string `json:"p,omitempty"`
	Adjusted  string `json:"adjusted,omitempty"`
	Whole     string `json:"whole,omitempty"` // claims with one Whole are the answers to one question: counts sum to N
}

// kind gives the kind of a row's cell.
func (t *Table) kind(row *Row, column int) Kind {
	for _, k := range []Kind{t.Columns[column].Kind, row.Kind, t.Kind} {
		if k != "" {
			return k
		}
	}
	return Text
}

func (t *Table) column(id string) int {
	for i := range t.Columns {
		if t.Columns[i].ID == id {
			return i
		}
	}
	return -1
}

func (p *Publication) group(id string) *Group {
	for i := range p.Groups {
		if p.Groups[i].ID == id {
			return &p.Groups[i]
		}
	}
	return nil
}

func (p *Publication) score(id string) *Score {
	for i := range p.Scores {
		if p.Scores[i].ID == id {
			return &p.Scores[i]
		}
	}
	return nil
}

// size is the number of people in a column: as its heading says, else of its group.
func (p *Publication) size(c *Column) (int, bool) {
	if c.N != nil {
		return *c.N, true
	}
	if g := p.group(c.Group); g != nil {
		return g.N, true
	}
	return 0, false
}

// within says whether the people of a group are all in another.
func (p *Publication) within(part, whole string) bool {
	for range p.Groups { // no longer than the longest chain
		g := p.group(part)
		if g == nil || g.PartOf == "" {
			return false
		}
		if part = g.PartOf; part == whole {
			return true
		}
	}
	return false
}

// Read reads a publication from its file. Every mistake is named with its place; cells must read as their kind.
func Read(name string, data []byte) (*Publication, error) {
	var p Publication
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	line := func(offset int64) int { return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n")) }
	err := d.Decode(&p)
	if err == nil && p.Format != Format {
		return nil, problem.New(problem.Invalid, "the format is %q", p.Format).At("%s", name).On("format").Instead("write %q", Format)
	}
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			return nil, problem.New(problem.Invalid, "something follows the publication").At("%s line %d", name, line(d.InputOffset())).Instead("give one JSON object")
		}
		if list := p.validate(name); len(list) > 0 {
			return nil, list
		}
		return &p, nil
	}
	remedy := "give one JSON object as docs/lint-tables.md describes"
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, problem.New(problem.Invalid, "not JSON: %v", s).At("%s line %d", name, line(s.Offset)).Instead("%s", remedy)
	}
	if u, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil, problem.New(problem.Invalid, "%s stands where %s is wanted", given(u.Value), wanted(u.Type.String())).At("%s line %d", name, line(u.Offset)).On("%s", u.Field).Instead("%s", remedy)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, problem.New(problem.Invalid, "the file ends too early").At("%s line %d", name, line(int64(len(data)))).Instead("%s", remedy)
	}
	return nil, problem.New(problem.Invalid, "%s", strings.TrimPrefix(err.Error(), "json: ")).At("%s line %d", name, line(d.InputOffset())).Instead("%s", remedy)
}

// given puts what a JSON decoder calls a value in words.
func given(value string) string {
	kind, _, _ := strings.Cut(value, " ")
	if words, ok := map[string]string{"string": "text", "number": "a number", "array": "a list", "object": "an object", "bool": "true or false"}[kind]; ok {
		return words
	}
	return value
}

// wanted puts a Go type in words.
func wanted(t string) string {
	switch {
	case strings.HasPrefix(t, "["):
		return "a list"
	case t == "int":
		return "a whole number"
	case t == "float64":
		return "a number"
	case t == "string" || t == "lint.Kind":
		return "text"
	case t == "bool":
		return "true or false"
	}
	return "an object"
}

// Write gives the publication as Read reads it.
func (p *Publication) Write() ([]byte, error) {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the publication cannot be written: %w", err)
	}
	return append(b, '\n'), nil
}
