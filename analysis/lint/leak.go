package lint

import (
	"fmt"
	"strconv"
	"strings"
)

var leakRules = []Rule{
	{"nested", "No row of a group's part has more people than the group, and no row leaves more people out than there are.", (*checker).leaks},
	{"leak", "Where a group stands beside a part of it, the people left out can be computed row by row. None of these counts may be below the smallest number of people that the publication allows (0 is allowed).", nil}, // found with nested
}

// leaks subtracts each column from every column, of any table, that holds the same people and more.
func (c *checker) leaks() {
	for _, small := range c.sheets {
		for j := range small.Columns {
			for _, large := range c.sheets {
				for k := range large.Columns {
					if c.within(small.Columns[j].Group, large.Columns[k].Group) {
						c.subtract(large, k, small, j)
					}
				}
			}
		}
	}
}

// disclosed is what a subtraction says of the people left out, block by block.
type disclosed struct {
	block *Block
	lines []string
}

// subtract takes column j of small from column k of large, in the rows that both have.
func (c *checker) subtract(large *sheet, k int, small *sheet, j int) {
	least := c.Smallest
	if least == 0 {
		least = 5
	}
	if part, ok := c.size(&small.Columns[j]); ok {
		if whole, ok := c.size(&large.Columns[k]); ok && part > whole {
			c.find("nested", Error, small.ID, small.Columns[j].Label, strconv.Itoa(part), fmt.Sprintf("at most %d", whole), "These people are part of %q.", large.Columns[k].Label)
			return
		}
	}
	tell := func(n int) bool { return n > 0 && n < least }
	var blocks []disclosed
	for i := range large.lines {
		l := &large.lines[i]
		other := small.row(l.ID)
		if other == nil || l.Missing {
			continue
		}
		whole, part := l.cells[k], other.cells[j]
		if whole.blank || part.blank || whole.first.bound != 0 || part.first.bound != 0 || whole.kind != part.kind {
			continue
		}
		left := whole.n - part.n // people left out who answered
		known := whole.n >= 0 && part.n >= 0
		var line string
		switch {
		case whole.kind.counts():
			out := int(whole.first.value - part.first.value)
			expected := "at most " + whole.first.text
			if known && out > left {
				expected = fmt.Sprintf("at least %d", int(whole.first.value)-left)
			}
			if out < 0 || known && out > left {
				c.find("nested", Error, small.ID, small.place(other, j), part.text, expected, "These people are part of %q, where there are %s, and which has %d people more.", large.Columns[k].Label, whole.text, left)
				continue
			}
			if tell(out) {
				line = fmt.Sprintf("%s %s - %s = %d", l.Label, whole.first.text, part.first.text, out)
			} else if known && out > 0 && tell(left-out) && l.single() {
				line = fmt.Sprintf("not %s: %d - %d = %d", l.Label, left, out, left-out)
			}
		case whole.kind.mean() && known && tell(left):
			line = fmt.Sprintf("%s: mean of %d", l.Label, left)
		}
		if line == "" {
			continue
		}
		if n := len(blocks); n == 0 || blocks[n-1].block != l.block {
			blocks = append(blocks, disclosed{block: l.block})
		}
		b := &blocks[len(blocks)-1]
		b.lines = append(b.lines, line)
	}
	for _, b := range blocks {
		place := b.block.Label
		if place == "" {
			place = b.block.Rows[0].Label
		}
		c.find("leak", Warning, small.ID, place+" / "+small.Columns[j].Label, strings.Join(b.lines, "; "), fmt.Sprintf("0, or at least %d, people left out in every row", least),
			"Subtracted from %q, the column describes the few people who are only in the larger group. Print one of the two columns, or join rows.", large.Columns[k].Label)
	}
}

// single says whether a row is a question by itself, so that its complement is printed too.
func (l *line) single() bool {
	rows := 0
	for _, r := range l.block.Rows {
		if !r.Missing {
			rows++
		}
	}
	return rows == 1 || l.block.Answers == "each"
}
