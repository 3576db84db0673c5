package design

import (
	"fmt"
	"slices"
	"strings"
)

// Group partitions the used rows by the crossing of columns; levels in order of first appearance, "a:b" when several.
func (d *Design) Group(columns ...string) (*Grouping, error) { return d.group(columns, false) }

// NoGroup is the level of the rows in which a partial random term, such as (0 + coached | coach), has no group.
const NoGroup = "(none)"

// group also takes rows without a value, into the level NoGroup, if partial.
func (d *Design) group(columns []string, partial bool) (*Grouping, error) {
	if len(columns) == 0 {
		return nil, fmt.Errorf("a grouping needs a column")
	}
	out, err := d.groupOne(columns[0], partial)
	if err != nil {
		return nil, err
	}
	for _, name := range columns[1:] {
		g, err := d.groupOne(name, partial)
		if err != nil {
			return nil, err
		}
		out = cross(out, g)
	}
	return out, nil
}

func (d *Design) groupOne(name string, partial bool) (*Grouping, error) {
	c, err := d.table.find(name)
	if err != nil {
		return nil, err
	}
	if c.numbers == nil && len(d.Used) == d.table.Len() && inOrder(c.codes, len(c.levels)) {
		return &Grouping{Name: name, Index: c.codes, Levels: c.levels}, nil // as the table has it: nothing to copy
	}
	g := &Grouping{Name: name, Index: make([]int32, len(d.Used))}
	seen := map[float64]int32{}              // of a column of numbers
	renumber := make([]int32, len(c.levels)) // of text: 0 = not seen
	none := int32(-1)
	for i, row := range d.Used {
		if c.missing(int(row)) {
			if !partial {
				return nil, fmt.Errorf("column %q, row %d: the value is missing", name, row+1)
			}
			if none < 0 {
				none = int32(len(g.Levels))
				g.Levels = append(g.Levels, NoGroup)
			}
			g.Index[i] = none
			continue
		}
		if c.numbers != nil {
			k, ok := seen[c.numbers[row]]
			if !ok {
				k = int32(len(g.Levels))
				seen[c.numbers[row]] = k
				g.Levels = append(g.Levels, c.text(int(row)))
			}
			g.Index[i] = k
			continue
		}
		k := c.codes[row]
		if renumber[k] == 0 {
			g.Levels = append(g.Levels, c.levels[k])
			renumber[k] = int32(len(g.Levels))
		}
		g.Index[i] = renumber[k] - 1
	}
	return g, nil
}

// inOrder says whether the codes are complete and number all levels by first appearance.
func inOrder(codes []int32, levels int) bool {
	next := int32(0)
	for _, k := range codes {
		if k > next || k < 0 {
			return false
		}
		if k == next {
			next++
		}
	}
	return int(next) == levels
}

func cross(a, b *Grouping) *Grouping {
	g := &Grouping{Name: a.Name + ":" + b.Name, Index: make([]int32, len(a.Index))}
	seen := map[[2]int32]int32{}
	for i := range a.Index {
		key := [2]int32{a.Index[i], b.Index[i]}
		k, ok := seen[key]
		if !ok {
			k = int32(len(g.Levels))
			seen[key] = k
			g.Levels = append(g.Levels, a.Levels[key[0]]+":"+b.Levels[key[1]])
		}
		g.Index[i] = k
	}
	return g
}

// Factor partitions the used rows by a column, levels in the declared order (else sorted: as numbers if all are, else as text).
func (d *Design) Factor(name string) (*Grouping, error) {
	g, _, err := d.factor(name)
	return g, err
}

// factor also names the declared levels without a used row.
func (d *Design) factor(name string) (g *Grouping, empty []string, err error) {
	g, err = d.groupOne(name, false)
	if err != nil {
		return nil, nil, err
	}
	order := slices.Clone(d.options.Factors[name])
	if len(order) == 0 {
		order = slices.Clone(g.Levels)
		if c := d.table.byName[name]; c.numeric() {
			values := map[string]float64{}
			for i, row := range d.Used {
				values[g.Levels[g.Index[i]]] = c.number(int(row))
			}
			slices.SortFunc(order, func(a, b string) int {
				switch {
				case values[a] < values[b]:
					return -1
				case values[a] > values[b]:
					return 1
				}
				return strings.Compare(a, b)
			})
		} else {
			slices.Sort(order)
		}
	}
	renumber := make([]int32, len(g.Levels))
	for i := range renumber {
		renumber[i] = -1
	}
	var used []string
	for _, level := range order {
		k := slices.Index(g.Levels, level)
		switch {
		case k < 0:
			empty = append(empty, level)
		case renumber[k] >= 0:
			return nil, nil, fmt.Errorf("factor %q declares the level %q twice", name, level)
		default:
			renumber[k] = int32(len(used))
			used = append(used, level)
		}
	}
	if slices.Equal(used, g.Levels) {
		return g, empty, nil
	}
	index, levels := g.Index, g.Levels
	g = &Grouping{Name: name, Index: make([]int32, len(index)), Levels: used}
	for i, k := range index {
		if renumber[k] < 0 { // numbers as a factor: the check for undeclared levels reads text columns only
			return nil, nil, fmt.Errorf("factor %q, row %d: %q is no declared level %q", name, d.Used[i]+1, levels[k], order)
		}
		g.Index[i] = renumber[k]
	}
	return g, empty, nil
}
