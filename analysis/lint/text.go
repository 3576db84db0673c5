package lint

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

var textRules = []Rule{
	{"text", "A number in the text is that of the table it speaks of: counts summed, means and SDs pooled over the columns. Where it is the number of other columns, the finding names them.", (*checker).claims},
	{"sign", "A change in the text has the sign of the table, in figures or in words.", nil}, // found by text
	{"text-sum", "The counts that a sentence gives for all answers to one question sum to its people.", (*checker).wholes},
}

// quoted is a claim with what its cell refers to.
type quoted struct {
	*Claim
	s       *sheet // nil without a cell
	rows    []*line
	columns []int
	n       int // denominator; -1 not known
}

// claims checks each statement of the text.
func (c *checker) claims() {
	for i := range c.Claims {
		q := c.quote(&c.Claims[i])
		if q.s != nil {
			c.denominator(q)
			c.described(q)
			c.changed(q)
		}
		if q.Count != "" {
			c.counted(q)
		}
		if q.s == nil && q.Value != "" && q.Lower != "" && q.Upper != "" {
			c.alone(q)
		}
	}
}

// quote resolves a claim's cell.
func (c *checker) quote(claim *Claim) quoted {
	q := quoted{Claim: claim, n: -1}
	if claim.Cell != "" {
		r, _ := c.resolve(claim.Cell) // what does not resolve was refused
		q.s, q.columns = c.sheet(r.table), r.columns
		for _, id := range r.rows {
			q.rows = append(q.rows, q.s.row(id))
		}
		q.n = q.people(q.columns)
	}
	if claim.N != nil {
		q.n = *claim.N
	}
	return q
}

// people sums the denominators of columns in the claim's first row; -1 where one is not known.
func (q quoted) people(columns []int) (n int) {
	for _, k := range columns {
		if q.rows[0].cells[k].n < 0 {
			return -1
		}
		n += q.rows[0].cells[k].n
	}
	return n
}

// count sums the counts of the claim's rows over columns; ok is false where one is not printed.
func (q quoted) count(columns []int) (sum int, ok bool) {
	for _, l := range q.rows {
		for _, k := range columns {
			if x := l.cells[k]; x.blank || !x.kind.counts() || x.first.bound != 0 {
				return 0, false
			}
			sum += int(l.cells[k].first.value)
		}
	}
	return sum, true
}

func (c *checker) say(rule string, q quoted, printed, expected, format string, args ...any) {
	c.find(rule, Error, "", q.Place+": \""+q.Text+"\"", printed, expected, format, args...)
}

// name gives the place in the table that a claim speaks of.
func (q quoted) name() string {
	var rows, columns []string
	for _, l := range q.rows {
		rows = append(rows, l.name())
	}
	for _, k := range q.columns {
		columns = append(columns, q.s.Columns[k].Label)
	}
	return fmt.Sprintf("%s, %s, %s", q.s.short(), strings.Join(rows, " + "), strings.Join(columns, " + "))
}

// denominator compares the denominator of the text with that of the table.
func (c *checker) denominator(q quoted) {
	if of := q.people(q.columns); q.N != nil && of >= 0 && of != *q.N {
		c.say("text", q, strconv.Itoa(*q.N), strconv.Itoa(of), "%s: these are %d people.", q.name(), of)
	}
}

// counted checks a count, and its percentage.
func (c *checker) counted(q quoted) {
	count, _ := parseNumber(q.Count)
	var percent number
	places := 1
	if q.Percent != "" {
		percent, _ = parseNumber(q.Percent)
		places = max(percent.places, 1)
	}
	printed := q.Count
	if q.Percent != "" {
		printed += " (" + q.Percent + ")"
	}
	right := int(count.value)
	if q.s != nil {
		want, ok := q.count(q.columns)
		if ok && float64(want) != count.value {
			expected := strconv.Itoa(want)
			if q.Percent != "" && q.n > 0 {
				expected = fmt.Sprintf("%d (%s%%)", want, fixed(share(want, q.n), places))
			}
			other, explains := c.elsewhere(q, int(count.value), percent)
			c.say("text", q, printed, expected, "%s: %d of %d.%s", q.name(), want, q.n, other)
			if explains {
				return
			}
		}
	}
	if q.Percent == "" || q.n <= 0 || percent.interval().holds(share(right, q.n)) {
		return
	}
	expected := fmt.Sprintf("%d (%s%%)", right, fixed(share(right, q.n), places))
	if fraction(percent, right, q.n) {
		c.say("fraction", q, printed, expected, "%d of %d is %s as a proportion, which was printed as percent.", right, q.n, fixed(float64(right)/float64(q.n), 3))
		return
	}
	c.say("percent", q, printed, expected, "%d of %d is %s%%.", right, q.n, fixed(share(right, q.n), places+1))
}

// elsewhere looks for other columns of the table whose counts sum to the one in the text; explains is true where the
// percentage is theirs too.
func (c *checker) elsewhere(q quoted, count int, percent number) (words string, explains bool) {
	if len(q.s.Columns) > 12 {
		return "", false
	}
	for mask := 1; mask < 1<<len(q.s.Columns); mask++ {
		var columns []int
		var labels []string
		for k := range q.s.Columns {
			if mask&(1<<k) != 0 {
				columns = append(columns, k)
				labels = append(labels, strconv.Quote(q.s.Columns[k].Label))
			}
		}
		sum, ok := q.count(columns)
		n := q.people(columns)
		if !ok || sum != count || n <= 0 || slices.Equal(columns, q.columns) || c.overlap(q.s, columns) {
			continue
		}
		fits := q.Percent != "" && percent.interval().holds(share(count, n))
		if fits || !explains && words == "" {
			words = fmt.Sprintf(" %d of %d is the number under %s.", count, n, strings.Join(labels, " and "))
			explains = fits
		}
	}
	return words, explains
}

// overlap says whether two of the columns hold the same people.
func (c *checker) overlap(s *sheet, columns []int) bool {
	for _, i := range columns {
		for _, j := range columns {
			if i != j && (c.within(s.Columns[i].Group, s.Columns[j].Group) || len(s.Columns[i].SumOf) > 0) {
				return true
			}
		}
	}
	return false
}

// described checks a mean and its SD.
func (c *checker) described(q quoted) {
	if q.Mean == "" && q.SD == "" {
		return
	}
	var cells []cell
	for _, k := range q.columns {
		cells = append(cells, q.rows[0].cells[k])
	}
	if len(cells) == 1 && (cells[0].blank || !cells[0].kind.mean()) {
		return
	}
	var mean, sd interval
	if len(cells) == 1 {
		mean, sd = cells[0].first.interval(), cells[0].second.interval()
		if !cells[0].paired {
			sd = interval{0, math.Inf(1)}
		}
	} else {
		var ok bool
		if mean, sd, ok = pooled(cells); !ok {
			return
		}
	}
	reason := q.name() + "."
	if len(cells) > 1 {
		reason = q.name() + " together, from their means, SDs and n."
	}
	for k, x := range q.rows[0].cells {
		if !slices.Contains(q.columns, k) && !x.blank && x.kind.mean() && x.first.text == q.Mean && (q.SD == "" || x.second.text == q.SD) {
			reason += fmt.Sprintf(" These are the numbers under %q.", q.s.Columns[k].Label)
		}
	}
	m, errM := parseNumber(q.Mean)
	d, errD := parseNumber(q.SD)
	okM, okD := errM != nil || m.interval().meets(mean), errD != nil || d.interval().meets(sd)
	if okM && okD {
		return
	}
	printed, expected := strings.TrimSpace(q.Mean+" "+bracket(q.SD)), strings.TrimSpace(mean.text(m.places+1)+" ("+sd.text(d.places+1)+")")
	if len(cells) == 1 {
		expected = cells[0].text
	} else if okM {
		printed, expected = "SD "+q.SD, sd.text(d.places+1)
	} else if okD {
		printed, expected = q.Mean, mean.text(m.places+1)
	}
	c.say("text", q, printed, expected, "%s", reason)
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// changed checks a change or difference, with its limits and P values, against one cell.
func (c *checker) changed(q quoted) {
	l, k := q.rows[0], q.columns[0]
	x := l.cells[k]
	if len(q.rows) > 1 || len(q.columns) > 1 || x.blank {
		return
	}
	factor := c.factor(q.s, k, q.Value)
	compare := func(printed, direction string, in number, times float64) {
		n, err := parseNumber(printed)
		if err != nil {
			return
		}
		want := in.interval().times(times)
		got := n.signed(direction)
		switch {
		case got.meets(want):
		case got.negative().meets(want):
			c.say("sign", q, strings.TrimSpace(direction+" "+printed), fixed(in.value*times, n.places), "The sign is lost. %s: %s.", q.name(), in.text)
		default:
			c.say("text", q, strings.TrimSpace(direction+" "+printed), want.text(n.places), "%s: %s.%s", q.name(), in.text, q.under(n, k))
		}
	}
	compare(q.Value, q.Direction, x.first, factor)
	c.quotedRelative(q, l, k, factor)
	if x.ranged {
		compare(q.Lower, "", x.lower, factor)
		compare(q.Upper, "", x.upper, factor)
	}
	for _, o := range q.s.Contrasts {
		if o.Difference != q.s.Columns[k].ID {
			continue
		}
		for _, p := range [][2]string{{q.P, o.P}, {q.Adjusted, o.Adjusted}} {
			if p[1] != "" && !l.cells[q.s.column(p[1])].blank {
				compare(p[0], "", l.cells[q.s.column(p[1])].first, 1)
			}
		}
	}
}

// quotedRelative compares a relative change, which the text may give with more digits than the table, with change over baseline.
func (c *checker) quotedRelative(q quoted, l *line, column int, factor float64) {
	n, err := parseNumber(q.Value)
	for _, r := range q.s.Relatives {
		if q.s.column(r.Column) != column || err != nil || !strings.HasSuffix(strings.TrimSpace(q.Value), "%") {
			continue
		}
		for _, x := range c.relativeRows(q.s, r) {
			if want := x.want.times(100); x.line == l && n.signed(q.Direction).meets(x.printed.first.interval().times(factor)) && !n.signed(q.Direction).meets(want) {
				c.find("relative", Warning, "", q.Place+": \""+q.Text+"\"", q.Value, want.text(n.places+1)+"%", "%s: change over the baseline mean of %s. A baseline mean from the model may differ a little.", q.name(), r.Baseline)
			}
		}
	}
}

// under names another column of the row where the text's number stands.
func (q quoted) under(n number, not int) string {
	for k, x := range q.rows[0].cells {
		if k != not && !x.blank && x.first.value == n.value && n.value != 0 {
			return fmt.Sprintf(" It stands under %q.", q.s.Columns[k].Label)
		}
	}
	return ""
}

// factor gives what a cell is multiplied by to be in the text's unit: a percentage may quote a column of fractions.
func (c *checker) factor(s *sheet, column int, printed string) float64 {
	for _, r := range s.Relatives {
		if s.column(r.Column) == column {
			own, _ := unitFactor(r.Unit)
			if c.otherUnit(s, r) {
				_, own = unitFactor(r.Unit)
			}
			if strings.HasSuffix(strings.TrimSpace(printed), "%") {
				return 100 / own
			}
			return 1 / own
		}
	}
	return 1
}

// alone checks an estimate that the tables do not have: its limits, and its P value at any degrees of freedom from 2 upwards.
func (c *checker) alone(q quoted) {
	x, err := parseCell(q.Value+" ("+q.Lower+" to "+q.Upper+")", EstimateCI)
	if err != nil {
		return
	}
	c.interval("", q.Place+": \""+q.Text+"\"", x, false)
	if p, err := parseNumber(q.P); err == nil {
		if want, ok := recomputed(x, false, 0, interval{2, math.Inf(1)}); ok && !p.interval().meets(want) {
			c.say("p", q, p.text, pText(want), "From %s.", x.text)
		}
	}
}

// wholes sums the claims that give the answers to one question.
func (c *checker) wholes() {
	var names []string
	for _, claim := range c.Claims {
		if claim.Whole != "" && !slices.Contains(names, claim.Whole) {
			names = append(names, claim.Whole)
		}
	}
	for _, name := range names {
		sum, n, place := 0, -1, ""
		var terms []string
		for i := range c.Claims {
			if q := c.quote(&c.Claims[i]); q.Whole == name {
				count, _ := parseNumber(q.Count)
				sum += int(count.value)
				terms = append(terms, q.Count)
				n = max(n, q.n)
				if place == "" {
					place = q.Place
				}
			}
		}
		if n >= 0 && sum != n {
			c.find("text-sum", Error, "", place+": "+name, fmt.Sprintf("%s = %d", strings.Join(terms, " + "), sum), strconv.Itoa(n), "The answers are counted for %d people.", n)
		}
	}
}
