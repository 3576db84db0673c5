package lint

import (
	"math"
	"slices"
	"strings"

	"rekindle/stats/dist"
)

var changeRules = []Rule{
	{"difference", "A difference between arms is the change in one minus the change in the other, within rounding.", (*checker).differences},
	{"interval", "An estimate lies inside its limits, and half-way between them where the interval is symmetric (on the log scale for ratios).", (*checker).intervals},
	{"p", "A P value is the one that estimate and limits give: t = estimate / SE with SE = width / (2 x t quantile). Where the degrees of freedom are not given, all from half the people upwards are allowed.", (*checker).pValues},
	{"adjusted-p", "Adjusted P values follow from the raw ones by the method named (Holm 1979, Bonferroni).", (*checker).adjusted},
	{"multiplicity", "Several P values at .05 or less and none adjusted: which of them Holm's method would leave.", (*checker).multiplicity},
	{"relative", "A relative change is the change over the baseline mean, in the unit that the heading names.", (*checker).relatives},
}

// contrasts calls f for every row of every contrast that has a difference.
func (c *checker) contrasts(f func(s *sheet, k Contrast, l *line, difference cell)) {
	for _, s := range c.sheets {
		for _, k := range s.Contrasts {
			for i := range s.lines {
				if x := s.lines[i].cells[s.column(k.Difference)]; !x.blank {
					f(s, k, &s.lines[i], x)
				}
			}
		}
	}
}

// differences compares each difference with the changes that it is made of.
func (c *checker) differences() {
	c.contrasts(func(s *sheet, k Contrast, l *line, d cell) {
		if k.Arm == "" {
			return
		}
		a, b := l.cells[s.column(k.Arm)], l.cells[s.column(k.Versus)]
		if a.blank || b.blank || k.Scale == "log" {
			return
		}
		if want := a.first.interval().minus(b.first.interval()); !d.first.interval().meets(want) {
			c.find("difference", Error, s.ID, s.place(l, s.column(k.Difference)), d.first.text, want.text(d.first.places+1), "%s minus %s.", a.first.text, b.first.text)
		}
	})
}

// scaled puts a number on the scale on which its interval is symmetric.
func scaled(a interval, log bool) interval {
	if !log {
		return a
	}
	return interval{math.Log(a.low), math.Log(a.high)} // Log(0) is -Inf, of a negative number NaN: neither meets anything
}

// intervals checks estimates against their limits.
func (c *checker) intervals() {
	for _, s := range c.sheets {
		for i := range s.lines {
			l := &s.lines[i]
			for k, x := range l.cells {
				if x.ranged {
					log := slices.ContainsFunc(s.Contrasts, func(o Contrast) bool { return o.Scale == "log" && s.column(o.Difference) == k })
					c.interval(s.ID, s.place(l, k), x, log)
				}
			}
		}
	}
}

// interval checks one estimate, or a median between its quartiles.
func (c *checker) interval(table, place string, x cell, log bool) {
	low, high, at := x.lower.interval(), x.upper.interval(), x.first.interval()
	if x.lower.value > x.upper.value || at.high < low.low || at.low > high.high {
		c.find("interval", Error, table, place, x.text, "lower limit, estimate, upper limit in this order", "The estimate is not between its limits.")
		return
	}
	if x.kind == Quartiles || x.lower.bound != 0 || x.upper.bound != 0 {
		return
	}
	middle := scaled(low, log).plus(scaled(high, log)).times(0.5)
	if scaled(at, log).meets(middle) {
		return
	}
	if log {
		middle = interval{math.Exp(middle.low), math.Exp(middle.high)}
	}
	c.find("interval", Warning, table, place, x.text, middle.text(x.first.places+1), "The middle of the limits; the interval is not symmetric about the estimate. One of the three numbers is wrong, unless the method gives such intervals.")
}

// halfWidth gives half the distance between the limits on the symmetric scale: the t quantile times SE.
func halfWidth(x cell, log bool) interval {
	w := scaled(x.upper.interval(), log).minus(scaled(x.lower.interval(), log)).times(0.5)
	return interval{math.Max(w.low, 0), w.high}
}

// recomputed gives the P values that an estimate with its limits allows.
func recomputed(x cell, log bool, confidence float64, df interval) (p interval, ok bool) {
	at := scaled(x.first.interval(), log)
	middle := scaled(x.lower.interval(), log).plus(scaled(x.upper.interval(), log)).times(0.5)
	at, ok = at.and(middle) // the estimate is the middle: both say where it is
	width := halfWidth(x, log)
	if !ok || !(width.high > 0) || math.IsNaN(at.low+at.high) {
		return p, false
	}
	size := at.magnitude()
	if at.low < 0 && at.high > 0 {
		size.low = 0
	}
	p = interval{1, 0}
	for _, df := range []float64{df.low, df.high} {
		t, q := dist.StudentT{DF: df}, quantile(df, confidence)
		p.low = math.Min(p.low, t.TwoSided(q*size.high/width.low))
		p.high = math.Max(p.high, t.TwoSided(q*size.low/width.high))
	}
	return p, !math.IsNaN(p.low + p.high)
}

// quantile gives the t quantile of two-sided limits; confidence in percent, 0 for 95.
func quantile(df, confidence float64) float64 {
	if confidence == 0 {
		confidence = 95
	}
	return dist.StudentT{DF: df}.QuantileUpper((1 - confidence/100) / 2)
}

// freedom gives the degrees of freedom of a contrast's row: as given, else all from half the people of both arms upwards.
func (c *checker) freedom(s *sheet, k Contrast, d cell) interval {
	if d.df > 0 {
		return interval{d.df, d.df}
	}
	if k.DF > 0 {
		return interval{k.DF, k.DF}
	}
	a, b := s.column(k.Arm), s.column(k.Versus)
	if a >= 0 && b >= 0 {
		n, okN := c.size(&s.Columns[a])
		m, okM := c.size(&s.Columns[b])
		if okN && okM && n+m > 2 {
			return interval{float64(n+m-2) / 2, math.Inf(1)}
		}
	}
	return interval{math.Inf(1), math.Inf(1)}
}

// pValues compares each P value with its interval.
func (c *checker) pValues() {
	c.contrasts(func(s *sheet, k Contrast, l *line, d cell) {
		if k.P == "" || !d.ranged || l.cells[s.column(k.P)].blank {
			return
		}
		printed := l.cells[s.column(k.P)].first
		want, ok := recomputed(d, k.Scale == "log", k.Confidence, c.freedom(s, k, d))
		if ok && !printed.interval().meets(want) {
			c.find("p", Error, s.ID, s.place(l, s.column(k.P)), printed.text, pText(want), "From %s.", d.text)
		}
	})
}

// pText prints a range of P values.
func pText(p interval) string {
	places := 2
	if p.low < 0.095 {
		places = 4
	}
	return p.text(places)
}

// adjusted compares adjusted P values with the raw ones.
func (c *checker) adjusted() {
	for _, s := range c.sheets {
		for _, k := range s.Contrasts {
			if k.P == "" || k.Adjusted == "" || k.Method == "" {
				continue
			}
			var rows []*line
			var raw []interval
			for i := range s.lines {
				l := &s.lines[i]
				if x := l.cells[s.column(k.P)]; !x.blank {
					rows = append(rows, l)
					raw = append(raw, x.first.probability())
				}
			}
			want := adjust(raw, k.Method)
			for i, l := range rows {
				if x := l.cells[s.column(k.Adjusted)]; !x.blank && !x.first.probability().meets(want[i]) {
					c.find("adjusted-p", Error, s.ID, s.place(l, s.column(k.Adjusted)), x.first.text, pText(want[i]), "By the method %s over %d rows.", k.Method, len(rows))
				}
			}
		}
	}
}

// multiplicity notes P values that nothing corrects for their number.
func (c *checker) multiplicity() {
	for _, s := range c.sheets {
		for _, k := range s.Contrasts {
			if k.P == "" || k.Adjusted != "" {
				continue
			}
			var rows []string
			var printed []float64
			var raw []interval
			for _, l := range s.lines {
				if x := l.cells[s.column(k.P)]; !x.blank {
					rows, printed, raw = append(rows, l.Label+" "+x.first.text), append(printed, x.first.value), append(raw, x.first.probability())
				}
			}
			var low, left []string
			for i, h := range adjust(raw, "holm") {
				if printed[i] <= 0.05 {
					low = append(low, rows[i])
					if h.high <= 0.05 {
						left = append(left, rows[i])
					}
				}
			}
			if len(low) > 1 && len(left) < len(low) {
				c.find("multiplicity", Note, s.ID, s.Columns[s.column(k.P)].Label, strings.Join(low, ", "), "adjusted P values beside these", "%d P values and no correction for their number. By Holm's method %d of these %d stay at .05 or less: %s.",
					len(raw), len(left), len(low), orNone(left))
			}
		}
	}
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// probability is an interval cut to [0, 1].
func (n number) probability() interval {
	p := n.interval()
	return interval{math.Max(p.low, 0), math.Min(p.high, 1)}
}

// adjust gives adjusted P values. Each method is increasing in every raw P, so the ends of the intervals give the ends.
func adjust(raw []interval, method string) []interval {
	out := make([]interval, len(raw))
	low, high := make([]float64, len(raw)), make([]float64, len(raw))
	for i, p := range raw {
		low[i], high[i] = p.low, p.high
	}
	low, high = stepDown(low, method), stepDown(high, method)
	for i := range out {
		out[i] = interval{low[i], high[i]}
	}
	return out
}

func stepDown(p []float64, method string) []float64 {
	out := make([]float64, len(p))
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	sofar := 0.0
	for rank, i := range order {
		switch method {
		case "holm":
			sofar = math.Max(sofar, math.Min(1, float64(len(p)-rank)*p[i]))
			out[i] = sofar
		case "bonferroni":
			out[i] = math.Min(1, float64(len(p))*p[i])
		default:
			out[i] = p[i]
		}
	}
	return out
}

// relativeRow is one row of a column of relative changes.
type relativeRow struct {
	line    *line
	printed cell
	want    interval // change / baseline, a fraction
}

// relativeRows gives the rows of a relation that can be computed.
func (c *checker) relativeRows(s *sheet, r Relative) (rows []relativeRow) {
	table, column, _ := strings.Cut(r.Baseline, "/")
	from := c.sheet(table)
	for i := range s.lines {
		l := &s.lines[i]
		base := from.row(l.ID)
		if base == nil {
			continue
		}
		x, change, b := l.cells[s.column(r.Column)], l.cells[s.column(r.Change)], base.cells[from.column(column)]
		if x.blank || change.blank || b.blank {
			continue
		}
		if want, ok := change.first.interval().over(b.first.interval()); ok {
			rows = append(rows, relativeRow{l, x, want})
		}
	}
	return rows
}

// relatives checks relative changes and their unit.
func (c *checker) relatives() {
	for _, s := range c.sheets {
		for _, r := range s.Relatives {
			rows := c.relativeRows(s, r)
			unit, other := unitFactor(r.Unit)
			column := s.Columns[s.column(r.Column)].Label
			if c.otherUnit(s, r) {
				var printed, expected []string
				for _, x := range rows {
					printed = append(printed, x.printed.text)
					expected = append(expected, fixed((x.want.low+x.want.high)/2*unit, 1))
				}
				c.find("fraction", Error, s.ID, column, strings.Join(printed, ", "), strings.Join(expected, ", "),
					"The heading says %q; change over baseline gives these numbers only when they are read as %s.", r.Unit, map[bool]string{true: "fractions", false: "percent"}[r.Unit == "%"])
				unit = other
			}
			for _, x := range rows {
				if want := x.want.times(unit); !x.printed.first.interval().meets(want) {
					c.find("relative", Warning, s.ID, s.place(x.line, s.column(r.Column)), x.printed.text, want.text(x.printed.first.places+1), "Change over the baseline mean of %s. A baseline mean from the model may differ a little.", r.Baseline)
				}
			}
		}
	}
}

// unitFactor gives what a fraction is multiplied by in a unit, and in the other one.
func unitFactor(unit string) (own, other float64) {
	if unit == "%" {
		return 100, 1
	}
	return 1, 100
}

// otherUnit says whether a column of relative changes is printed in the unit that its heading does not name: more rows
// fit the other unit alone than its own alone.
func (c *checker) otherUnit(s *sheet, r Relative) bool {
	own, other := unitFactor(r.Unit)
	onlyOwn, onlyOther := 0, 0
	for _, x := range c.relativeRows(s, r) {
		p := x.printed.first.interval()
		switch a, b := p.meets(x.want.times(own)), p.meets(x.want.times(other)); {
		case a && !b:
			onlyOwn++
		case b && !a:
			onlyOther++
		}
	}
	return onlyOther > onlyOwn
}
