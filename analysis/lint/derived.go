package lint

import (
	"math"
	"slices"
	"strings"
)

// Derived is what one row of a contrast says beyond what it prints, from the printed digits alone. It is for
// information: nothing in it is a mistake. A range is what rounding of the printed numbers allows.
type Derived struct {
	Table        string      `json:"table"`
	Row          string      `json:"row"`
	SE           [2]float64  `json:"se"`
	P            [2]float64  `json:"p"`
	Holm         [2]float64  `json:"holm"`                   // over the rows of the table
	Standardized *[3]float64 `json:"standardized,omitempty"` // difference and limits over the pooled baseline SD; nil where that is not printed
}

// Derive recomputes standard errors and P values of every contrast, adjusts them by Holm's method, and standardizes
// the differences by the pooled SD of the baseline columns that the relative changes name.
func Derive(p *Publication) (out []Derived) {
	c := newChecker(p)
	for _, s := range c.sheets {
		for _, k := range s.Contrasts {
			var rows []Derived
			var raw []interval
			for i := range s.lines {
				l := &s.lines[i]
				d := l.cells[s.column(k.Difference)]
				df := c.freedom(s, k, d)
				pv, ok := recomputed(d, k.Scale == "log", k.Confidence, df)
				if d.blank || !d.ranged || !ok {
					continue
				}
				w := halfWidth(d, k.Scale == "log")
				least, most := quantile(df.high, k.Confidence), quantile(df.low, k.Confidence)
				row := Derived{Table: s.ID, Row: l.Label, SE: [2]float64{w.low / most, w.high / least}, P: [2]float64{pv.low, pv.high}}
				if sd, ok := c.baselineSD(s, k, l); ok && k.Scale == "" {
					row.Standardized = &[3]float64{d.first.value / sd, d.lower.value / sd, d.upper.value / sd}
				}
				rows, raw = append(rows, row), append(raw, pv)
			}
			for i, h := range adjust(raw, "holm") {
				rows[i].Holm = [2]float64{h.low, h.high}
			}
			out = append(out, rows...)
		}
	}
	return out
}

// baselineSD pools the baseline SDs of the two arms of a contrast, by degrees of freedom.
func (c *checker) baselineSD(s *sheet, k Contrast, l *line) (float64, bool) {
	ss, df := 0.0, 0
	for _, change := range []string{k.Arm, k.Versus} {
		i := slices.IndexFunc(s.Relatives, func(r Relative) bool { return r.Change == change })
		if i < 0 || change == "" {
			return 0, false
		}
		table, column, _ := strings.Cut(s.Relatives[i].Baseline, "/")
		from := c.sheet(table)
		base := from.row(l.ID)
		if base == nil {
			return 0, false
		}
		x := base.cells[from.column(column)]
		if x.blank || x.kind != MeanSD || !x.paired || x.n < 2 {
			return 0, false
		}
		ss += float64(x.n-1) * x.second.value * x.second.value
		df += x.n - 1
	}
	return math.Sqrt(ss / float64(df)), ss > 0
}
