package design

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
)

// Table is columns of equal length. A column holds numbers (NaN = missing) or text, kept as codes into
// its distinct values (code -1 = missing). Text that reads as numbers can be used as numbers.
type Table struct {
	rows    int
	columns []*column
	byName  map[string]*column
}

// column is either numbers or codes; values are the numbers the levels read as, parsed once on demand.
type column struct {
	name    string
	numbers []float64
	codes   []int32
	levels  []string
	values  []float64
	once    sync.Once
	badCode int32 // first level that is no number, or -1
}

// NewTable gives an empty table; the first column added fixes the number of rows.
func NewTable() *Table { return &Table{rows: -1, byName: map[string]*column{}} }

// Len is the number of rows.
func (t *Table) Len() int { return max(t.rows, 0) }

// Names gives the columns in their order.
func (t *Table) Names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// Has says whether a column of that name exists.
func (t *Table) Has(name string) bool { return t.byName[name] != nil }

func (t *Table) add(c *column, rows int) error {
	switch {
	case c.name == "":
		return errors.New("a column needs a name")
	case t.byName[c.name] != nil:
		return fmt.Errorf("column %q is there twice", c.name)
	case t.rows >= 0 && rows != t.rows:
		return fmt.Errorf("column %q has %d rows, the table has %d", c.name, rows, t.rows)
	}
	t.rows = rows
	t.columns = append(t.columns, c)
	t.byName[c.name] = c
	return nil
}

// AddNumbers adds a column of numbers; NaN is missing. The slice is kept, not copied.
func (t *Table) AddNumbers(name string, x []float64) error {
	return t.add(&column{name: name, numbers: x}, len(x))
}

// AddText adds a column of text; "" is missing.
func (t *Table) AddText(name string, x []string) error {
	c := &column{name: name, codes: make([]int32, len(x))}
	seen := map[string]int32{}
	for i, s := range x {
		c.codes[i] = c.code(seen, s)
	}
	return t.add(c, len(x))
}

// AddCoded adds a text column given as codes into levels; -1 is missing. Both slices are kept.
func (t *Table) AddCoded(name string, codes []int32, levels []string) error {
	for i, k := range codes {
		if k < -1 || int(k) >= len(levels) {
			return fmt.Errorf("column %q, row %d: code %d, but there are %d levels", name, i+1, k, len(levels))
		}
	}
	return t.add(&column{name: name, codes: codes, levels: levels}, len(codes))
}

func (c *column) code(seen map[string]int32, s string) int32 {
	if s == "" {
		return -1
	}
	k, ok := seen[s]
	if !ok {
		k = int32(len(c.levels))
		s = strings.Clone(s)
		seen[s] = k
		c.levels = append(c.levels, s)
	}
	return k
}

// ReadCSV reads a comma-separated file with a header. Cells equal to one of missing are missing; the empty
// cell always is. Columns keep their text, so that "01" stays "01"; they are read as numbers where a model uses them so.
func ReadCSV(r io.Reader, missing ...string) (*Table, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err == io.EOF {
		return nil, errors.New("the file is empty: the first line must name the columns")
	}
	if err != nil {
		return nil, err
	}
	columns := make([]*column, len(header))
	seen := make([]map[string]int32, len(header))
	for j, name := range header {
		columns[j] = &column{name: strings.Clone(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))}
		seen[j] = map[string]int32{}
		for _, m := range missing {
			seen[j][m] = -1
		}
	}
	rows := 0
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		for j, cell := range record {
			columns[j].codes = append(columns[j].codes, columns[j].code(seen[j], cell))
		}
		rows++
	}
	t := NewTable()
	for _, c := range columns {
		if err := t.add(c, rows); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// find gives a column, or an error that lists what there is.
func (t *Table) find(name string) (*column, error) {
	if c := t.byName[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("there is no column %q; the columns are %s", name, strings.Join(t.Names(), ", "))
}

// parse reads the levels of a text column as numbers, once.
func (c *column) parse() {
	c.once.Do(func() {
		c.badCode = -1
		c.values = make([]float64, len(c.levels))
		for k, s := range c.levels {
			v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
			if err != nil {
				c.badCode = int32(k)
				return
			}
			c.values[k] = v
		}
	})
}

// numeric says whether every cell that is not missing reads as a number.
func (c *column) numeric() bool {
	if c.numbers != nil {
		return true
	}
	c.parse()
	return c.badCode < 0
}

// number is the value of a cell; NaN if missing. Only for columns that are numeric.
func (c *column) number(row int) float64 {
	if c.numbers != nil {
		return c.numbers[row]
	}
	if k := c.codes[row]; k >= 0 {
		return c.values[k]
	}
	return math.NaN()
}

// missing says whether the cell is empty.
func (c *column) missing(row int) bool {
	if c.numbers != nil {
		return math.IsNaN(c.numbers[row])
	}
	return c.codes[row] < 0
}

// text is the cell as written; a number in its shortest form.
func (c *column) text(row int) string {
	if c.numbers != nil {
		if math.IsNaN(c.numbers[row]) {
			return ""
		}
		return formatNumber(c.numbers[row])
	}
	if k := c.codes[row]; k >= 0 {
		return c.levels[k]
	}
	return ""
}

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// notNumber names the first cell that is no number, for an error message.
func (c *column) notNumber() error {
	for row, k := range c.codes {
		if k == c.badCode {
			return fmt.Errorf("column %q, row %d: %q is not a number", c.name, row+1, c.levels[k])
		}
	}
	return fmt.Errorf("column %q has the level %q, which is not a number", c.name, c.levels[c.badCode])
}
