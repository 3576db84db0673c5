package lint

import (
	"fmt"
	"math"
	"strings"
)

var summaryRules = []Rule{
	{"range", "The range that is given for a score is that of its instrument, and a mean lies in it.", (*checker).ranges},
	{"grim", "A mean of scores made of whole-number items is a whole number of steps over n (GRIM; Brown and Heathers 2017, doi:10.1177/1948550616673876).", (*checker).lattices},
	{"spread", "An SD is one that n scores of the instrument with this mean can have (GRIMMER, after Anaya 2016, doi:10.7287/peerj.preprints.2400v1; and no larger than with all scores at the ends).", nil}, // found by grim
	{"derivation", "A score that is computed from other rows has the mean that the stated formula gives; where another formula fits, the finding says so.", (*checker).derivations},
}

// pooled gives the mean and the SD of several groups together, as intervals. It needs n of each.
func pooled(cells []cell) (mean, sd interval, ok bool) {
	total := 0
	for _, x := range cells {
		if x.blank || x.n < 1 || !x.kind.mean() {
			return mean, sd, false
		}
		mean = mean.plus(x.first.interval().times(float64(x.n)))
		total += x.n
	}
	mean = mean.times(1 / float64(total))
	for _, x := range cells {
		if !x.paired {
			return mean, interval{0, math.Inf(1)}, true
		}
	}
	if total < 2 {
		return mean, interval{0, math.Inf(1)}, true
	}
	least, greatest := 0.0, 0.0
	for _, x := range cells {
		s := x.second.interval()
		least += float64(x.n-1) * math.Pow(math.Max(s.low, 0), 2)
		greatest += float64(x.n-1) * s.high * s.high
	}
	// Between groups: sum of n (mean - joint mean)^2 = sum over pairs of n_i n_j (mean_i - mean_j)^2 / total.
	for i, x := range cells {
		for _, y := range cells[:i] {
			gap := x.first.interval().minus(y.first.interval()).magnitude()
			if d := x.first.interval().minus(y.first.interval()); d.low < 0 && d.high > 0 {
				gap.low = 0
			}
			w := float64(x.n) * float64(y.n) / float64(total)
			least, greatest = least+w*gap.low*gap.low, greatest+w*gap.high*gap.high
		}
	}
	df := float64(total - 1)
	return mean, interval{math.Sqrt(least / df), math.Sqrt(greatest / df)}, true
}

// ranges checks printed ranges, and means, against the instruments.
func (c *checker) ranges() {
	for _, s := range c.sheets {
		for i := range s.lines {
			l := &s.lines[i]
			score := c.score(l.Score)
			if score == nil {
				continue
			}
			span := score.span()
			right := fmt.Sprintf("%g to %g", span.low, span.high)
			if l.Range != nil && (math.Abs(l.Range[0]-span.low) > slack || math.Abs(l.Range[1]-span.high) > slack) {
				c.find("range", Error, s.ID, l.name(), fmt.Sprintf("%g to %g", l.Range[0], l.Range[1]), right, "%s.", score.words())
			}
			for k, x := range l.cells {
				if !x.blank && x.kind.mean() && !x.first.interval().meets(span) {
					c.find("range", Error, s.ID, s.place(l, k), x.text, right, "A mean outside the range of the score: %s.", score.words())
				}
			}
		}
	}
}

// words describes a score.
func (s *Score) words() string {
	if s.Items == 1 {
		return fmt.Sprintf("one item with codes %d to %d", s.Codes[0], s.Codes[1])
	}
	of := s.Of
	if of == "" {
		of = "mean"
	}
	words := fmt.Sprintf("%s of %d items with codes %d to %d", of, s.Items, s.Codes[0], s.Codes[1])
	if s.Times != 0 && s.Times != 1 {
		words += fmt.Sprintf(", times %g", s.Times)
	}
	return words
}

// lattices checks means and SDs of scores that can take steps only.
func (c *checker) lattices() {
	for _, s := range c.sheets {
		for i := range s.lines {
			l := &s.lines[i]
			score := c.score(l.Score)
			if score == nil || score.Prorated {
				continue
			}
			for k, x := range l.cells {
				if !x.blank && x.kind.mean() && x.n > 0 && x.first.bound == 0 {
					c.lattice(s, l, k, score)
				}
			}
		}
	}
}

func (c *checker) lattice(s *sheet, l *line, k int, score *Score) {
	x := l.cells[k]
	step, n := score.step(), float64(x.n)
	// In steps: the sum over people is whole, and so is each person's number.
	printed := x.first.interval().times(n / step)
	lowest, highest := float64(score.Codes[0]*score.Items), float64(score.Codes[1]*score.Items)
	tolerance := slack * (1 + math.Abs(printed.high))
	from := math.Max(math.Ceil(printed.low-tolerance), n*lowest)
	to := math.Min(math.Floor(printed.high+tolerance), n*highest)
	if from > to {
		if x.first.interval().meets(score.span()) { // else the range rule has spoken
			near := math.Round(x.first.value * n / step)
			c.find("grim", Error, s.ID, s.place(l, k), x.first.text, fmt.Sprintf("%s or %s", fixed((near-1)*step/n, x.first.places+2), fixed((near+1)*step/n, x.first.places+2)),
				"%d people's scores in steps of %s (%s) have no such mean; the nearest is %s.", x.n, trimmed(step), score.words(), fixed(near*step/n, x.first.places+2))
		}
		return
	}
	if !x.paired || x.n < 2 {
		return
	}
	c.spread(s, l, k, score, interval{from, to})
}

// spread checks an SD: some sum of the scores that gives the mean must have squares that give the SD. sums are in steps.
func (c *checker) spread(s *sheet, l *line, k int, score *Score, sums interval) {
	x := l.cells[k]
	if sums.high-sums.low > 1e5 {
		return // so many sums that one of them fits
	}
	n, step := float64(x.n), score.step()
	lowest, highest := float64(score.Codes[0]*score.Items), float64(score.Codes[1]*score.Items)
	sd := x.second.interval().times(1 / step)
	sd.low = math.Max(sd.low, 0)
	below, above := math.Inf(-1), math.Inf(1) // nearest SDs that are possible, in steps
	for sum := sums.low; sum <= sums.high; sum++ {
		center := sum * sum / n
		least, most := squares(n, sum, lowest, highest)
		q := interval{(n-1)*sd.low*sd.low + center, (n-1)*sd.high*sd.high + center}
		tolerance := slack * (1 + q.high)
		// Whole numbers have the parity of their squares, so the sum of squares has the parity of the sum.
		up := math.Max(math.Ceil(q.low-tolerance), least)
		if math.Mod(up-sum, 2) != 0 {
			up++
		}
		if up <= math.Min(q.high+tolerance, most) {
			return
		}
		if up <= most {
			above = math.Min(above, math.Sqrt((up-center)/(n-1)))
		}
		if down := math.Min(up-2, most); down >= least {
			below = math.Max(below, math.Sqrt(math.Max(down-center, 0)/(n-1)))
		}
	}
	places := x.second.places
	var expected string
	switch {
	case math.IsInf(above, 1):
		expected = "at most " + fixed(below*step, places)
	case math.IsInf(below, -1):
		expected = "at least " + fixed(above*step, places)
	default:
		expected = fixed(below*step, places+2) + " or " + fixed(above*step, places+2)
	}
	c.find("spread", Error, s.ID, s.place(l, k), "SD "+x.second.text, expected, "%d scores with mean %s in steps of %s (%s) have no such SD.", x.n, x.first.text, trimmed(step), score.words())
}

// squares gives the least and the greatest sum of squares of n whole numbers between lowest and highest with a given sum:
// all as equal as can be, and all but one at the ends.
func squares(n, sum, lowest, highest float64) (least, most float64) {
	base := math.Floor(sum / n)
	extra := sum - n*base
	least = (n-extra)*base*base + extra*(base+1)*(base+1)
	ends := math.Floor((sum - n*lowest) / (highest - lowest))
	if ends >= n {
		return least, n * highest * highest
	}
	rest := sum - ends*highest - (n-ends-1)*lowest
	return least, ends*highest*highest + (n-ends-1)*lowest*lowest + rest*rest
}

// trimmed prints without needless zeros.
func trimmed(x float64) string { return fmt.Sprintf("%.6g", x) }

// formulas are the ways to put parts together: their weights.
var formulas = map[string]struct {
	words  string
	weight func(*Score) float64
}{
	"items":     {"the mean of all items", func(s *Score) float64 { return float64(s.Items) }},
	"subscales": {"the mean of the subscales' means", func(*Score) float64 { return 1 }},
}

// derivations checks rows that are computed from others.
func (c *checker) derivations() {
	for _, s := range c.sheets {
		for _, d := range s.Derivations {
			c.derivation(s, d)
		}
	}
}

func (c *checker) derivation(s *sheet, d Derivation) {
	row := s.row(d.Row)
	stated, columns, where := c.derive(s, d, d.Stated)
	if len(where) == 0 {
		return
	}
	var printed, expected []string
	for _, k := range where {
		printed = append(printed, row.cells[k].first.text)
		expected = append(expected, stated[k].text(row.cells[k].first.places))
	}
	reason := fmt.Sprintf("As stated (%s) it is %s", d.Source, formulas[d.Stated].words)
	if d.Source == "" {
		reason = "As stated it is " + formulas[d.Stated].words
	}
	reason += fmt.Sprintf("; that fails in %d of %d columns.", len(where), columns)
	for _, other := range []string{"items", "subscales"} {
		if other == d.Stated {
			continue
		}
		if _, _, fails := c.derive(s, d, other); len(fails) == 0 {
			reason += fmt.Sprintf(" %s fits all of them.", capital(formulas[other].words))
		}
	}
	c.find("derivation", Error, s.ID, row.name(), strings.Join(printed, ", "), strings.Join(expected, ", "), "%s", reason)
}

// derive gives the interval of a formula by column, how many columns could be compared, and those that do not fit.
func (c *checker) derive(s *sheet, d Derivation, formula string) (all []interval, columns int, fails []int) {
	all = make([]interval, len(s.Columns))
	row := s.row(d.Row)
	for k := range s.Columns {
		sum, weights := interval{}, 0.0
		usable := !row.cells[k].blank && row.cells[k].kind.mean()
		for _, id := range d.Parts {
			part := s.row(id)
			x := part.cells[k]
			usable = usable && !x.blank && x.kind.mean() && x.n == row.cells[k].n // else they are means of other people
			if !usable {
				break
			}
			w := formulas[formula].weight(c.score(part.Score))
			sum, weights = sum.plus(x.first.interval().times(w)), weights+w
		}
		if !usable {
			continue
		}
		columns++
		all[k] = sum.times(1 / weights)
		if !row.cells[k].first.interval().meets(all[k]) {
			fails = append(fails, k)
		}
	}
	return all, columns, fails
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
