package design

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Options are what a formula does not say.
type Options struct {
	// Factors gives the levels of a column in their order; the first is the reference. A column with an empty
	// list is a factor with its levels sorted. Text columns not listed are factors with sorted levels, others are numbers.
	Factors map[string][]string
	// Filter keeps the rows whose text in the column is one of the values.
	Filter map[string][]string
	// Weights is a column of prior weights: the residual variance of a row is sigma^2 / weight. "" = all 1.
	Weights string
	// ResidualBy is a column with one residual variance for each of its levels. "" = one for all rows.
	ResidualBy string
	// Also are further columns a model needs (visit, trials): rows where they are missing are dropped too.
	Also []string

	leave []bool // rows of the table left out by Without
}

// Design is a formula applied to a table.
type Design struct {
	Formula  *Formula
	Names    []string  // columns of the model matrix, in order, without the dropped ones
	Dropped  []string  // columns left out because those before them determine them
	Response []float64 // of the used rows; nil when the formula has no left side
	Weights  []float64 // nil = all 1
	Random   []Random
	Residual *Grouping // groups of rows with a residual variance each; nil = one group
	Used     []int32   // row of the table (from 0) behind each used row
	Filtered int       // rows of the table that pass the filter
	Notes    []Note

	table   *Table
	options Options
	coder   *coder
	rows    *rows
	kept    []int
	aliases []alias
	upper   []float64
}

// Grouping is a partition of the used rows. Levels stand in order of first appearance.
type Grouping struct {
	Name   string
	Index  []int32 // level of each used row
	Levels []string
}

// Random is a random term: for each level of the grouping as many correlated effects as it has names.
type Random struct {
	Grouping
	Names     []string   // "(Intercept)" or a column's name
	Z         []float64  // used rows x len(Names), row-major; nil means one column of ones
	Variables [][]string // of the term each column belongs to; none for the intercept
}

// New parses the formula and applies it to the table.
func New(t *Table, formula string, o Options) (*Design, error) {
	f, err := Parse(formula)
	if err != nil {
		return nil, err
	}
	return Build(t, f, o)
}

// Build applies a parsed formula to the table. Rows that miss a value of any model variable are dropped, levels
// without a used row are dropped, columns determined by others are dropped; the notes say which.
func Build(t *Table, f *Formula, o Options) (*Design, error) {
	d := &Design{Formula: f, table: t, options: o}
	columns, err := d.columns()
	if err != nil {
		return nil, err
	}
	if err := d.choose(columns); err != nil {
		return nil, err
	}
	if len(d.Used) == 0 {
		return nil, errors.New("no row of the table has a value in every model variable")
	}
	if f.Response != "" {
		if d.Response, err = d.Numbers(f.Response); err != nil {
			return nil, err
		}
	}
	if err := d.fixed(); err != nil {
		return nil, err
	}
	for _, bar := range f.Random {
		r, err := d.random(bar)
		if err != nil {
			return nil, err
		}
		d.Random = append(d.Random, *r)
	}
	if o.ResidualBy != "" {
		if d.Residual, err = d.Group(o.ResidualBy); err != nil {
			return nil, err
		}
	}
	if o.Weights != "" {
		if d.Weights, err = d.Numbers(o.Weights); err != nil {
			return nil, err
		}
		for i, w := range d.Weights {
			if !(w > 0) {
				return nil, fmt.Errorf("column %q, row %d: a weight must be above 0, not %v", o.Weights, d.Used[i]+1, w)
			}
		}
	}
	return d, nil
}

// columns finds every column the model needs.
func (d *Design) columns() ([]*column, error) {
	names := append([]string{}, d.Formula.Fixed.Vars...)
	for _, bar := range d.Formula.Random {
		names = append(names, bar.Effects.Vars...)
		if !d.partial(bar) {
			names = append(names, bar.Group...)
			continue
		}
		for _, name := range bar.Group {
			if _, err := d.table.find(name); err != nil {
				return nil, err
			}
		}
	}
	names = append(names, d.Formula.Response, d.options.Weights, d.options.ResidualBy)
	names = append(names, d.options.Also...)
	slices.Sort(names)
	var out []*column
	for _, name := range slices.Compact(names) {
		if name == "" {
			continue
		}
		c, err := d.table.find(name)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// choose finds the used rows: through the filter, then complete in all columns.
func (d *Design) choose(columns []*column) error {
	n := d.table.Len()
	keep := make([]bool, n)
	for i := range keep {
		keep[i] = d.options.leave == nil || !d.options.leave[i]
	}
	for name, values := range d.options.Filter {
		c, err := d.table.find(name)
		if err != nil {
			return fmt.Errorf("filter: %w", err)
		}
		for i := range keep {
			keep[i] = keep[i] && slices.Contains(values, c.text(i))
		}
	}
	for _, k := range keep {
		if k {
			d.Filtered++
		}
	}
	missing := map[string]int{}
	for _, c := range columns {
		lost := 0
		unlisted := d.unlisted(c, keep)
		for i, k := range keep {
			if k && (c.missing(i) || unlisted != nil && c.codes != nil && unlisted[c.codes[i]]) {
				keep[i] = false
				lost++
			}
		}
		if lost > 0 {
			missing[c.name] = lost
		}
	}
	for _, bar := range d.Formula.Random {
		if d.partial(bar) {
			d.chooseGrouped(bar, keep, missing)
		}
	}
	used := 0
	for _, k := range keep {
		if k {
			used++
		}
	}
	d.Used = make([]int32, 0, used)
	for i, k := range keep {
		if k {
			d.Used = append(d.Used, int32(i))
		}
	}
	if lost := d.Filtered - len(d.Used); lost > 0 {
		var parts []string
		for _, c := range d.table.columns {
			if missing[c.name] > 0 {
				parts = append(parts, fmt.Sprintf("%s %d", c.name, missing[c.name]))
			}
		}
		d.note(NoteRowsDropped, "%d of %d rows are not used because a model variable is missing (%s)", lost, d.Filtered, strings.Join(parts, ", "))
	}
	return nil
}

// partial says whether a random term can be absent from a row: it has no intercept and its effects are single numbers, as in
// (0 + coached | coach), where a participant who is not coached has no coach.
func (d *Design) partial(bar Bar) bool {
	for i, term := range bar.Effects.Terms {
		c := d.table.byName[bar.Effects.names(i)[0]]
		if _, declared := d.options.Factors[bar.Effects.names(i)[0]]; len(term) != 1 || declared || c == nil || !c.numeric() {
			return false
		}
	}
	return !bar.Effects.Intercept
}

// chooseGrouped drops the rows where a partial random term acts but its group is missing.
func (d *Design) chooseGrouped(bar Bar, keep []bool, missing map[string]int) {
	for _, name := range bar.Group {
		group := d.table.byName[name]
		for i, k := range keep {
			if !k || !group.missing(i) {
				continue
			}
			for _, effect := range bar.Effects.Vars {
				if d.table.byName[effect].number(i) != 0 && keep[i] {
					keep[i] = false
					missing[name]++
				}
			}
		}
	}
}

// unlisted marks the codes of a factor whose text is none of the declared levels, with a note if a row has one.
func (d *Design) unlisted(c *column, keep []bool) []bool {
	declared := d.options.Factors[c.name]
	if len(declared) == 0 || c.codes == nil {
		return nil
	}
	out := make([]bool, len(c.levels))
	var names []string
	for k, s := range c.levels {
		out[k] = !slices.Contains(declared, s)
	}
	if !slices.Contains(out, true) {
		return nil
	}
	said := make([]bool, len(out))
	for i, k := range c.codes {
		if keep[i] && k >= 0 && out[k] && !said[k] {
			said[k] = true
			names = append(names, fmt.Sprintf("%q", c.levels[k]))
		}
	}
	if len(names) > 0 {
		d.note(NoteUnlistedLevel, "column %s has values that are no declared level and count as missing: %s", c.name, strings.Join(names, ", "))
	}
	return out
}

func (d *Design) note(name, format string, args ...any) {
	d.Notes = append(d.Notes, Note{name, fmt.Sprintf(format, args...)})
}

// fixed builds the model matrix and drops dependent columns.
func (d *Design) fixed() error {
	variables, err := d.variables(&d.Formula.Fixed, true)
	if err != nil {
		return err
	}
	d.coder = newCoder(&d.Formula.Fixed, variables)
	if len(d.coder.names) == 0 {
		return errors.New("the model has no fixed effect: write at least 1 on the right side")
	}
	d.rows = d.coder.build(len(d.Used))
	d.upper = d.rows.triangle()
	d.kept, d.aliases = independent(d.upper, d.rows.p)
	if len(d.aliases) > 0 {
		d.rows.keep(d.kept)
		d.upper = d.rows.triangle()
	}
	for _, j := range d.kept {
		d.Names = append(d.Names, d.coder.names[j])
	}
	for _, a := range d.aliases {
		d.Dropped = append(d.Dropped, d.coder.names[a.column])
	}
	if len(d.Dropped) > 0 {
		d.note(NoteRankDeficient, "the model matrix has rank %d of %d; dropped because the columns before determine them: %s",
			len(d.kept), len(d.coder.names), strings.Join(d.Dropped, ", "))
	}
	if len(d.kept) == 0 {
		return errors.New("every column of the model matrix is zero")
	}
	return nil
}

// variables reads the variables of a right-hand side over the used rows.
func (d *Design) variables(t *Terms, notes bool) ([]*variable, error) {
	var out []*variable
	for _, name := range t.Vars {
		v := &variable{name: name}
		out = append(out, v)
		c := d.table.byName[name]
		_, declared := d.options.Factors[name]
		if !declared && c.numeric() {
			values, err := d.Numbers(name)
			if err != nil {
				return nil, err
			}
			v.values = values
			for i, x := range values { // running mean: no overflow, exact for a constant
				v.mean += (x - v.mean) / float64(i+1)
			}
			continue
		}
		g, empty, err := d.factor(name)
		if err != nil {
			return nil, err
		}
		v.levels, v.codes = g.Levels, g.Index
		v.counts = make([]float64, len(v.levels))
		for _, k := range v.codes {
			v.counts[k]++
		}
		if notes && len(empty) > 0 {
			d.note(NoteEmptyLevel, "factor %s: no used row has %s; the level is dropped", name, strings.Join(empty, ", "))
		}
		if notes && len(v.levels) == 1 {
			d.note(NoteSingleLevel, "factor %s has the single level %s among the used rows; it adds nothing to the model", name, v.levels[0])
		}
	}
	return out, nil
}

// random builds the columns and groups of a random term.
func (d *Design) random(bar Bar) (*Random, error) {
	g, err := d.group(bar.Group, d.partial(bar))
	if err != nil {
		return nil, err
	}
	r := &Random{Grouping: *g}
	variables, err := d.variables(&bar.Effects, false)
	if err != nil {
		return nil, err
	}
	c := newCoder(&bar.Effects, variables)
	r.Names = c.names
	for _, term := range c.termOf {
		r.Variables = append(r.Variables, bar.Effects.names(term))
	}
	if len(c.names) == 0 {
		return nil, fmt.Errorf("the random term (%s) has no column among the used rows", bar.Label())
	}
	if len(bar.Effects.Terms) == 0 {
		return r, nil
	}
	m := c.build(len(d.Used))
	r.Z = make([]float64, 0, m.n*m.p)
	for i := range m.n {
		r.Z = append(r.Z, m.row(i)...)
	}
	return r, nil
}
