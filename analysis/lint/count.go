package lint

import (
	"fmt"
	"strconv"
	"strings"
)

var countRules = []Rule{
	{"percent", "A percentage must be 100 x count / denominator, rounded. Where it is right for another column's denominator, or stands in a neighbouring cell, the finding says so.", (*checker).percentages},
	{"fraction", "A proportion (0.022) must not stand under a percent sign, nor a percentage where a fraction is announced.", nil}, // found by percent, relative and the text
	{"sum", "The counts of a question with one answer a person sum to the people who answered; percentages alone sum to 100 within rounding.", (*checker).sums},
	{"select-all", "Where counts sum to more people than there are, the table must say that people may give several answers.", nil}, // found by sum
	{"total", "A column that puts others together has their sums, their joint mean, and the SD that follows from theirs.", (*checker).totals},
}

// share gives count as a percentage of n.
func share(count, n int) float64 { return 100 * float64(count) / float64(n) }

// countPercent prints a count with its percentage.
func countPercent(count, n, places int) string {
	return fmt.Sprintf("%d (%s)", count, fixed(share(count, n), places))
}

// percentages checks each percentage against its count.
func (c *checker) percentages() {
	for _, s := range c.sheets {
		for i := range s.lines {
			l := &s.lines[i]
			for k, x := range l.cells {
				if x.blank || x.kind != CountPercent || x.first.bound != 0 || x.n < 0 {
					continue
				}
				count := int(x.first.value)
				if count > x.n {
					c.find("percent", Error, s.ID, s.place(l, k), x.text, fmt.Sprintf("at most %d", x.n), "%d of %d people.", count, x.n)
				} else if x.paired && x.n > 0 && !x.second.interval().holds(share(count, x.n)) {
					c.percentage(s, l, k)
				}
			}
		}
	}
}

// percentage says what is wrong with the percentage of a cell.
func (c *checker) percentage(s *sheet, l *line, k int) {
	x := l.cells[k]
	count, n := int(x.first.value), x.n
	places := max(x.second.places, 1)
	expected := countPercent(count, n, places)
	if fraction(x.second, count, n) {
		c.find("fraction", Error, s.ID, s.place(l, k), x.text, expected, "%d of %d is %s%%; %s is that as a proportion.", count, n, fixed(share(count, n), places), x.second.text)
		return
	}
	reason := fmt.Sprintf("%d of %d is %s%%.", count, n, fixed(share(count, n), places+1))
	for j, other := range l.cells {
		if j == k || other.blank || other.n <= 0 || other.n == n {
			continue
		}
		if x.second.interval().holds(share(count, other.n)) {
			reason += fmt.Sprintf(" It would be right for the %d of %q.", other.n, s.Columns[j].Label)
		} else if other.paired && other.second.text == x.second.text {
			reason += fmt.Sprintf(" The same percentage stands under %q.", s.Columns[j].Label)
		}
	}
	c.find("percent", Error, s.ID, s.place(l, k), x.text, expected, "%s", reason)
}

// fraction says whether a percentage as printed is count/n as a proportion.
func fraction(percent number, count, n int) bool {
	return count > 0 && n > 0 && percent.value <= 1 && percent.interval().holds(float64(count)/float64(n))
}

// sums checks the counts of each block of several rows, column by column.
func (c *checker) sums() {
	for _, s := range c.sheets {
		for b := range s.Blocks {
			var in []*line
			for i := range s.lines {
				if l := &s.lines[i]; l.block == &s.Blocks[b] && !l.Missing {
					in = append(in, l)
				}
			}
			if len(in) < 2 || s.Blocks[b].Answers == "each" || s.Blocks[b].Answers == "any" {
				continue
			}
			c.sumCounts(s, &s.Blocks[b], in)
			c.sumPercents(s, &s.Blocks[b], in)
		}
	}
}

// added is the sum of a block's counts in one column.
type added struct {
	column, sum, n int
	terms          []string
}

func (c *checker) sumCounts(s *sheet, b *Block, in []*line) {
	var columns []added
	more, exact := false, false
	for k := range s.Columns {
		a := added{column: k, n: -1}
		for _, l := range in {
			x := l.cells[k]
			if x.blank || !x.kind.counts() || x.first.bound != 0 {
				a.n = -1
				break
			}
			a.n = x.n
			a.sum += int(x.first.value)
			a.terms = append(a.terms, strconv.Itoa(int(x.first.value)))
		}
		if a.n < 0 {
			continue
		}
		columns = append(columns, a)
		more, exact = more || a.sum > a.n, exact || a.sum == a.n
	}
	if more && b.Answers == "" {
		c.selectAll(s, b, columns)
		return
	}
	for _, a := range columns {
		if a.sum == a.n {
			continue
		}
		severity, reason := Error, people(a.n-a.sum)+" not counted."
		if a.sum > a.n {
			reason = people(a.sum-a.n) + " counted twice."
		} else if b.Answers == "" && !exact {
			severity, reason = Warning, reason+" Say how many did not answer, or that the rows are not the answers to one question."
		}
		if exact {
			reason += " The other columns sum to their n."
		}
		c.find("sum", severity, s.ID, b.Label+" / "+s.Columns[a.column].Label, fmt.Sprintf("%s = %d", strings.Join(a.terms, " + "), a.sum),
			strconv.Itoa(a.n), "%s%s", reason, c.excluded(s, in, a))
	}
}

// excluded compares a column that does not sum with the larger column that its people come from.
func (c *checker) excluded(s *sheet, in []*line, a added) string {
	for k := range s.Columns {
		if !c.within(s.Columns[a.column].Group, s.Columns[k].Group) {
			continue
		}
		out, whole := 0, -1
		for _, l := range in {
			x := l.cells[k]
			if x.blank || !x.kind.counts() {
				return ""
			}
			out += int(x.first.value - l.cells[a.column].first.value)
			whole = x.n
		}
		if out != whole-a.n {
			return fmt.Sprintf(" Taken from %q row by row, %d people are left, but only %d of %d can be.", s.Columns[k].Label, out, whole-a.n, whole)
		}
	}
	return ""
}

func (c *checker) selectAll(s *sheet, b *Block, columns []added) {
	var printed, people []string
	for _, a := range columns {
		printed = append(printed, strconv.Itoa(a.sum))
		people = append(people, strconv.Itoa(a.n))
	}
	c.find("select-all", Warning, s.ID, b.Label, "answers sum to "+strings.Join(printed, ", "), "the words \"select all that apply\"",
		"There are only %s people: some gave several answers, and nothing says that they could.", strings.Join(people, ", "))
}

// sumPercents checks columns that give percentages without counts.
func (c *checker) sumPercents(s *sheet, b *Block, in []*line) {
	for k := range s.Columns {
		sum := interval{}
		places := 0
		for _, l := range in {
			x := l.cells[k]
			if x.blank || x.kind != Percent || x.first.bound != 0 {
				places = -1
				break
			}
			sum = sum.plus(x.first.interval())
			places = max(places, x.first.places)
		}
		if places >= 0 && !sum.holds(100) && (b.Answers == "one" || sum.high < 100) {
			c.find("sum", Error, s.ID, b.Label+" / "+s.Columns[k].Label, "sum "+fixed((sum.low+sum.high)/2, places), "100", "Rounding allows %s.", sum.text(places+1))
		}
	}
}

// totals checks the columns that put others together.
func (c *checker) totals() {
	for _, s := range c.sheets {
		for k, column := range s.Columns {
			if len(column.SumOf) == 0 {
				continue
			}
			var parts []int
			for _, id := range column.SumOf {
				parts = append(parts, s.column(id))
			}
			for i := range s.lines {
				c.total(s, &s.lines[i], k, parts)
			}
		}
	}
}

func (c *checker) total(s *sheet, l *line, k int, parts []int) {
	x := l.cells[k]
	var cells []cell
	sum := 0
	for _, j := range parts {
		part := l.cells[j]
		if part.blank || part.kind != x.kind || part.first.bound != 0 {
			return
		}
		sum += int(part.first.value)
		cells = append(cells, part)
	}
	switch {
	case x.blank:
	case x.kind.counts():
		if int(x.first.value) != sum {
			c.find("total", Error, s.ID, s.place(l, k), x.text, strconv.Itoa(sum), "The columns that it puts together sum to %d.", sum)
		}
	case x.kind.mean():
		mean, sd, ok := pooled(cells)
		if ok && !x.first.interval().meets(mean) {
			c.find("total", Error, s.ID, s.place(l, k), x.first.text, mean.text(x.first.places+1), "The mean of the columns together, each counted by its people.")
		}
		if ok && x.paired && !x.second.interval().meets(sd) {
			c.find("total", Error, s.ID, s.place(l, k), "SD "+x.second.text, sd.text(x.second.places+1), "The SD of the columns together follows from their means and SDs.")
		}
	}
}

// people counts people in words.
func people(n int) string {
	if n == 1 {
		return "One person is"
	}
	return fmt.Sprintf("%d people are", n)
}
