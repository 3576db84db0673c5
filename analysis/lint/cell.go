package lint

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says how a cell is printed.
type Kind string

const (
	Count        Kind = "n"                  // "52"
	CountPercent Kind = "n (%)"              // "52 (77.6)"; "0" alone is none
	Percent      Kind = "%"                  // "77.6"
	Mean         Kind = "mean"               // "4.28"
	MeanSD       Kind = "mean (SD)"          // "4.28 (1.76)"
	Quartiles    Kind = "median (quartiles)" // "9 (6 to 14)"
	Estimate     Kind = "estimate"           // "-0.12": compared only where a relation names its column
	EstimateCI   Kind = "estimate (CI)"      // "-0.94 (-1.48 to -0.41)"
	PValue       Kind = "P"                  // ".046", "<.001"
	Text         Kind = "text"               // not checked
)

var kinds = []Kind{Count, CountPercent, Percent, Mean, MeanSD, Quartiles, Estimate, EstimateCI, PValue, Text}

// blanks are the ways to print that there is nothing.
var blanks = []string{"", "-", "−", "–", "—", "NA", "N/A", "not estimable", "never"}

// cell is a printed cell, read.
type cell struct {
	text  string
	kind  Kind
	blank bool    // nothing is printed, or it is not to be checked
	n     int     // denominator; -1 not known
	df    float64 // of the interval; 0 not known

	first        number // count, mean, median, estimate, P
	second       number // percentage or SD
	lower, upper number // limits or quartiles
	paired       bool   // second is printed
	ranged       bool   // lower and upper are printed
}

// parseCell reads a cell by its kind.
func parseCell(text string, kind Kind) (cell, error) {
	c := cell{text: text, kind: kind, n: -1}
	s := strings.TrimSpace(text)
	if kind == Text || slices.Contains(blanks, s) {
		c.blank = true
		return c, nil
	}
	head, inner, wrapped := s, "", false
	if i := strings.IndexAny(s, "(["); i >= 0 {
		if !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "]") {
			return c, fmt.Errorf("%q has an open bracket", text)
		}
		head, inner, wrapped = s[:i], s[i+1:len(s)-1], true
	}
	var err error
	if c.first, err = parseNumber(head); err != nil {
		return c, err
	}
	if (kind == Count || kind == CountPercent) && (c.first.places > 0 || c.first.value < 0) {
		return c, fmt.Errorf("%q is not a count", head)
	}
	switch kind {
	case CountPercent, MeanSD:
		if !wrapped {
			return c, nil // "0" for none; a mean of one person
		}
		c.paired = true
		c.second, err = parseNumber(inner)
		if err == nil && c.second.value < 0 {
			err = fmt.Errorf("%q is below zero", inner)
		}
	case EstimateCI, Quartiles:
		if !wrapped {
			return c, nil
		}
		c.ranged = true
		c.lower, c.upper, err = parseRange(inner)
	default:
		if wrapped {
			err = fmt.Errorf("%q has more than one number", text)
		}
	}
	return c, err
}

// parseRange reads "-1.48 to -0.41", "-1.48, -0.41" and "0.01-1.16".
func parseRange(s string) (lower, upper number, err error) {
	low, high, ok := strings.Cut(s, " to ")
	for _, separator := range []string{", ", "; ", "–"} {
		if !ok {
			low, high, ok = strings.Cut(s, separator)
		}
	}
	if !ok {
		if i := strings.IndexByte(s[min(1, len(s)):], '-'); i >= 0 { // the first character may be a sign
			low, high, ok = s[:i+1], s[i+2:], true
		}
	}
	if !ok {
		return lower, upper, fmt.Errorf("%q is not a range", s)
	}
	if lower, err = parseNumber(low); err == nil {
		upper, err = parseNumber(high)
	}
	return lower, upper, err
}

// sheet is a table with its cells read.
type sheet struct {
	*Table
	lines []line
}

// line is one row.
type line struct {
	*Row
	block *Block
	cells []cell
}

// newSheet reads the cells of a table that passed validation, and gives each its denominator: its own n, else that of the
// column less the people whom the block's missing row counts.
func newSheet(p *Publication, t *Table) *sheet {
	s := &sheet{Table: t}
	for b := range t.Blocks {
		block := &t.Blocks[b]
		missing := make([]int, len(t.Columns))
		from := len(s.lines)
		for r := range block.Rows {
			row := &block.Rows[r]
			l := line{Row: row, block: block}
			for i, given := range row.Cells {
				c, _ := parseCell(given.Text, t.kind(row, i)) // what cannot be read was refused
				if given.N != nil {
					c.n = *given.N
				} else if n, ok := p.size(&t.Columns[i]); ok {
					c.n = n
				}
				c.df = given.DF
				if row.Missing && !c.blank {
					missing[i] = int(c.first.value)
				}
				l.cells = append(l.cells, c)
			}
			s.lines = append(s.lines, l)
		}
		for _, l := range s.lines[from:] {
			for i := range l.cells {
				if l.Cells[i].N == nil && l.cells[i].n >= 0 && !l.Missing {
					l.cells[i].n -= missing[i]
				}
			}
		}
	}
	return s
}

// row gives a line by id, nil where there is none.
func (s *sheet) row(id string) *line {
	for i := range s.lines {
		if s.lines[i].ID == id {
			return &s.lines[i]
		}
	}
	return nil
}

// short is the number of a table whose title begins with it, else the title.
func (s *sheet) short() string {
	number, _, _ := strings.Cut(s.Title, ". ")
	return number
}

// place names a cell.
func (s *sheet) place(l *line, column int) string { return l.name() + " / " + s.Columns[column].Label }

// name gives a row with the heading that it stands under.
func (l *line) name() string {
	if l.block.Label == "" || l.block.Label == l.Label {
		return l.Label
	}
	return l.block.Label + ": " + l.Label
}

func (k Kind) counts() bool { return k == Count || k == CountPercent }
func (k Kind) mean() bool   { return k == Mean || k == MeanSD }
