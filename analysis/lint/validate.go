package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rekindle/problem"
)

var identifier = regexp.MustCompile(`^[\pL\d._:-]+$`)

// validator collects the mistakes of one file.
type validator struct {
	*Publication
	file string
	list problem.List
}

func (v *validator) wrong(path, remedy, format string, args ...any) {
	v.list.Add(problem.New(problem.Invalid, format, args...).At("%s", v.file).On("%s", path).Instead("%s", remedy))
}

// unique checks ids of one list.
func (v *validator) unique(path string, seen map[string]bool, id string) {
	switch {
	case !identifier.MatchString(id):
		v.wrong(path+".id", "use letters, digits, and . _ : -", "%q is not an id", id)
	case seen[id]:
		v.wrong(path+".id", "give each its own", "%q stands twice", id)
	}
	seen[id] = true
}

func (v *validator) oneOf(path, value string, words ...string) {
	if slices.Contains(words, value) {
		return
	}
	remedy := "use " + strings.Join(words, ", ")
	if words[0] == "" {
		remedy = "use " + strings.Join(words[1:], ", ") + "; or leave it out"
	}
	v.wrong(path, remedy, "%q is not known", value)
}

// validate gives every mistake of the publication.
func (p *Publication) validate(file string) problem.List {
	v := &validator{Publication: p, file: file}
	if len(p.Tables) == 0 && len(p.Claims) == 0 {
		v.wrong("tables", "enter at least one table", "there is nothing to check")
	}
	if p.Smallest < 0 {
		v.wrong("smallest", "use 0 or more", "%d", p.Smallest)
	}
	v.groups()
	v.scores()
	seen := map[string]bool{}
	for i := range p.Tables {
		path := fmt.Sprintf("tables[%d]", i)
		v.unique(path, seen, p.Tables[i].ID)
		v.table(path, &p.Tables[i])
	}
	if len(v.list) > 0 {
		return v.list // relations and claims refer to tables that must be sound
	}
	for i := range p.Tables {
		v.relations(fmt.Sprintf("tables[%d]", i), &p.Tables[i])
	}
	for i := range p.Claims {
		v.claim(fmt.Sprintf("claims[%d]", i), &p.Claims[i])
	}
	return v.list
}

func (v *validator) groups() {
	seen := map[string]bool{}
	for i, g := range v.Groups {
		path := fmt.Sprintf("groups[%d]", i)
		v.unique(path, seen, g.ID)
		if g.N < 0 {
			v.wrong(path+".n", "use 0 or more", "%d", g.N)
		}
		if g.PartOf != "" && v.group(g.PartOf) == nil {
			v.wrong(path+".part_of", "name a group", "there is no group %q", g.PartOf)
		}
		if v.within(g.ID, g.ID) {
			v.wrong(path+".part_of", "let groups be part of larger ones", "group %q is part of itself", g.ID)
		}
	}
}

func (v *validator) scores() {
	seen := map[string]bool{}
	for i, s := range v.Scores {
		path := fmt.Sprintf("scores[%d]", i)
		v.unique(path, seen, s.ID)
		if s.Items < 1 {
			v.wrong(path+".items", "use 1 or more", "%d", s.Items)
		}
		if s.Codes[0] >= s.Codes[1] {
			v.wrong(path+".codes", "give the least and the greatest", "%d to %d", s.Codes[0], s.Codes[1])
		}
		if s.Times < 0 {
			v.wrong(path+".times", "use a number above 0", "%g", s.Times)
		}
		v.oneOf(path+".of", s.Of, "", "mean", "sum")
	}
}

func (v *validator) table(path string, t *Table) {
	v.kind(path, t.Kind)
	seen := map[string]bool{}
	for i, c := range t.Columns {
		path := fmt.Sprintf("%s.columns[%d]", path, i)
		v.unique(path, seen, c.ID)
		v.kind(path, c.Kind)
		if c.Group != "" && v.group(c.Group) == nil {
			v.wrong(path+".group", "name a group", "there is no group %q", c.Group)
		}
		if c.N != nil && *c.N < 0 {
			v.wrong(path+".n", "use 0 or more", "%d", *c.N)
		}
		for _, id := range c.SumOf {
			if k := t.column(id); k < 0 || k == i {
				v.wrong(path+".sum_of", "name other columns of the table", "there is no other column %q", id)
			}
		}
	}
	seen = map[string]bool{}
	for b := range t.Blocks {
		path := fmt.Sprintf("%s.blocks[%d]", path, b)
		v.oneOf(path+".answers", t.Blocks[b].Answers, "", "one", "any", "each")
		for r := range t.Blocks[b].Rows {
			row := &t.Blocks[b].Rows[r]
			path := fmt.Sprintf("%s.rows[%d]", path, r)
			v.unique(path, seen, row.ID)
			v.row(path, t, row)
		}
	}
}

func (v *validator) kind(path string, k Kind) {
	if k != "" && !slices.Contains(kinds, k) {
		v.wrong(path+".kind", fmt.Sprintf("use one of %q", kinds), "%q is not a kind of cell", string(k))
	}
}

func (v *validator) row(path string, t *Table, row *Row) {
	v.kind(path, row.Kind)
	if row.Score != "" && v.score(row.Score) == nil {
		v.wrong(path+".score", "name a score", "there is no score %q", row.Score)
	}
	if row.Range != nil && row.Range[0] >= row.Range[1] {
		v.wrong(path+".range", "give the least and the greatest", "%g to %g", row.Range[0], row.Range[1])
	}
	if len(row.Cells) != len(t.Columns) {
		v.wrong(path+".cells", "give one for each column", "%d cells under %d columns", len(row.Cells), len(t.Columns))
		return
	}
	for i, c := range row.Cells {
		path := fmt.Sprintf("%s.cells[%d]", path, i)
		kind := t.kind(row, i)
		parsed, err := parseCell(c.Text, kind)
		if err != nil {
			v.wrong(path, fmt.Sprintf("print it as %q, or give the row or column its own kind", kind), "%v", err)
		}
		if row.Missing && !parsed.blank && !kind.counts() {
			v.wrong(path, "count the people without an answer: kind \"n\"", "a missing row of kind %q", kind)
		}
		if c.N != nil && *c.N < 0 || c.DF < 0 {
			v.wrong(path, "use 0 or more", "n or df is below zero")
		}
	}
}

// refer checks the name of a column; an empty one is allowed where the column may be absent.
func (v *validator) refer(path string, t *Table, id string, may bool) {
	if id == "" && may {
		return
	}
	if t.column(id) < 0 {
		v.wrong(path, "name a column of the table", "there is no column %q", id)
	}
}

// relations checks what a table says of its columns and rows.
func (v *validator) relations(path string, t *Table) {
	for i, c := range t.Contrasts {
		path := fmt.Sprintf("%s.contrasts[%d]", path, i)
		v.refer(path+".difference", t, c.Difference, false)
		v.refer(path+".arm", t, c.Arm, true)
		v.refer(path+".versus", t, c.Versus, true)
		v.refer(path+".p", t, c.P, true)
		v.refer(path+".adjusted", t, c.Adjusted, true)
		v.oneOf(path+".method", c.Method, "", "holm", "bonferroni", "none")
		v.oneOf(path+".scale", c.Scale, "", "log")
		if (c.Arm == "") != (c.Versus == "") {
			v.wrong(path, "name both arms, or none", "one arm alone")
		}
		if c.Confidence != 0 && !(c.Confidence > 50 && c.Confidence < 100) {
			v.wrong(path+".confidence", "use percent: 95", "%g", c.Confidence)
		}
		if c.DF < 0 {
			v.wrong(path+".df", "use a number above 0", "%g", c.DF)
		}
	}
	for i, r := range t.Relatives {
		path := fmt.Sprintf("%s.relatives[%d]", path, i)
		v.refer(path+".column", t, r.Column, false)
		v.refer(path+".change", t, r.Change, false)
		v.oneOf(path+".unit", r.Unit, "%", "fraction")
		table, column, _ := strings.Cut(r.Baseline, "/")
		if k := slices.IndexFunc(v.Tables, func(t Table) bool { return t.ID == table }); k < 0 || v.Tables[k].column(column) < 0 {
			v.wrong(path+".baseline", `name a table and its column, as "table2/control"`, "there is no %q", r.Baseline)
		}
	}
	s := newSheet(v.Publication, t)
	for i, d := range t.Derivations {
		path := fmt.Sprintf("%s.derivations[%d]", path, i)
		v.oneOf(path+".stated", d.Stated, "items", "subscales")
		if len(d.Parts) < 2 {
			v.wrong(path+".parts", "name two rows or more", "%d parts", len(d.Parts))
		}
		for _, id := range append(slices.Clone(d.Parts), d.Row) {
			l := s.row(id)
			if l == nil {
				v.wrong(path, "name rows of the table", "there is no row %q", id)
			} else if l.Score == "" && id != d.Row {
				v.wrong(path, "give the row its score, which has its number of items", "row %q has no score", id)
			}
		}
	}
}

func (v *validator) claim(path string, c *Claim) {
	if c.Place == "" || c.Text == "" {
		v.wrong(path, "say where it stands, and quote it", "a claim without place or text")
	}
	v.oneOf(path+".direction", c.Direction, "", "increase", "decrease")
	if c.Cell != "" {
		if _, err := v.resolve(c.Cell); err != nil {
			v.wrong(path+".cell", `name table, rows and columns, as "table1/man/coached+control"`, "%v", err)
		}
	}
	for _, n := range [][2]string{{"count", c.Count}, {"percent", c.Percent}, {"mean", c.Mean}, {"sd", c.SD}, {"value", c.Value},
		{"lower", c.Lower}, {"upper", c.Upper}, {"p", c.P}, {"adjusted", c.Adjusted}} {
		if _, err := parseNumber(n[1]); n[1] != "" && err != nil {
			v.wrong(path+"."+n[0], "enter the number as printed", "%v", err)
		}
	}
	if c.N != nil && *c.N < 0 {
		v.wrong(path+".n", "use 0 or more", "%d", *c.N)
	}
	if c.Whole != "" && (c.Count == "" || c.Cell == "" && c.N == nil) {
		v.wrong(path+".whole", "give the count, and n or the cell", "an answer without count or denominator")
	}
}

// reference is what a claim's cell names.
type reference struct {
	table   string
	rows    []string
	columns []int
}

// resolve reads "table/rows/columns".
func (p *Publication) resolve(cell string) (r reference, err error) {
	parts := strings.Split(cell, "/")
	if len(parts) != 3 {
		return r, fmt.Errorf("%q has %d parts", cell, len(parts))
	}
	i := slices.IndexFunc(p.Tables, func(t Table) bool { return t.ID == parts[0] })
	if i < 0 {
		return r, fmt.Errorf("there is no table %q", parts[0])
	}
	r.table, r.rows = parts[0], strings.Split(parts[1], "+")
	s := newSheet(p, &p.Tables[i])
	for _, id := range r.rows {
		if s.row(id) == nil {
			return r, fmt.Errorf("table %s has no row %q", r.table, id)
		}
	}
	for _, id := range strings.Split(parts[2], "+") {
		k := s.column(id)
		if k < 0 {
			return r, fmt.Errorf("table %s has no column %q", r.table, id)
		}
		r.columns = append(r.columns, k)
	}
	return r, nil
}
