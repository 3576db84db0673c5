package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var headingRules = []Rule{
	{"denominator", "The n of a column's heading is the n of its group, and the columns of one table stand at one stage of the flow (all randomized, all analysed, or all followed up). Where intervals of both arms are printed, their widths say which n they come from.", (*checker).denominators},
	{"decimals", "The numbers of a column have as many decimals in each row, and an interval as many as its estimate.", (*checker).decimals},
}

// denominators checks the n of headings.
func (c *checker) denominators() {
	for _, s := range c.sheets {
		for _, column := range s.Columns {
			if g := c.group(column.Group); g != nil && column.N != nil && *column.N != g.N {
				c.find("denominator", Error, s.ID, column.Label, strconv.Itoa(*column.N), strconv.Itoa(g.N), "The group %q has %d people.", groupName(g), g.N)
			}
		}
		c.stages(s)
	}
}

func groupName(g *Group) string {
	if g.Label != "" {
		return g.Label
	}
	return g.ID
}

// headed is the n that a table's heading gives to an arm.
type headed struct {
	arm, label string
	n          int
}

// stages looks for one stage of the flow at which every arm has the n that the table's heading gives.
func (c *checker) stages(s *sheet) {
	var arms []headed
	for _, column := range s.Columns {
		known := slices.ContainsFunc(arms, func(h headed) bool { return h.arm == column.Arm })
		if column.Arm != "" && column.Group == "" && column.N != nil && !known {
			arms = append(arms, headed{column.Arm, column.Label, *column.N})
		}
	}
	if len(arms) < 2 {
		return
	}
	var found, right []string
	candidates := [][]int{}
	for _, stage := range c.stageNames() {
		var n []int
		fits := true
		for _, a := range arms {
			i := slices.IndexFunc(c.Groups, func(g Group) bool { return g.Arm == a.arm && g.Stage == stage })
			if i < 0 {
				n = nil
				break
			}
			n = append(n, c.Groups[i].N)
			fits = fits && c.Groups[i].N == a.n
			if c.Groups[i].N == a.n {
				found = append(found, fmt.Sprintf("%d is %s %s", a.n, a.arm, stage))
			}
		}
		if n == nil {
			continue
		}
		if fits {
			return
		}
		candidates = append(candidates, n)
		right = append(right, fmt.Sprintf("%s (%s)", joined(n), stage))
	}
	if len(candidates) == 0 {
		return
	}
	printed := []int{}
	for _, a := range arms {
		printed = append(printed, a.n)
	}
	c.find("denominator", Error, s.ID, "heading", joined(printed), strings.Join(right, ", or "), "The arms are not counted at one stage of the flow: %s.%s",
		strings.Join(found, ", "), c.widths(s, arms, printed, candidates))
}

func (c *checker) stageNames() (names []string) {
	for _, g := range c.Groups {
		if g.Stage != "" && !slices.Contains(names, g.Stage) {
			names = append(names, g.Stage)
		}
	}
	return names
}

// joined prints "52 and 71".
func joined(n []int) string {
	words := make([]string, len(n))
	for i, x := range n {
		words[i] = strconv.Itoa(x)
	}
	return strings.Join(words, " and ")
}

// widths says in how many rows the interval widths of two arms fit each pair of n: with one variance for both, the
// squared ratio of the widths is the inverse ratio of the people.
func (c *checker) widths(s *sheet, arms []headed, printed []int, candidates [][]int) string {
	if len(arms) != 2 || len(s.Contrasts) == 0 {
		return ""
	}
	k := s.Contrasts[0]
	a, b := s.column(k.Arm), s.column(k.Versus)
	if a < 0 || b < 0 {
		return ""
	}
	if s.Columns[a].Arm != arms[0].arm {
		a, b = b, a
	}
	var ratios []interval
	for _, l := range s.lines {
		if x, y := l.cells[a], l.cells[b]; x.ranged && y.ranged {
			if q, ok := x.upper.interval().minus(x.lower.interval()).over(y.upper.interval().minus(y.lower.interval())); ok && q.low > 0 {
				ratios = append(ratios, interval{q.low * q.low, q.high * q.high})
			}
		}
	}
	if len(ratios) == 0 {
		return ""
	}
	var fits []string
	for _, n := range append([][]int{printed}, candidates...) {
		count := 0
		for _, r := range ratios {
			if n[0] > 0 && r.holds(float64(n[1])/float64(n[0])) {
				count++
			}
		}
		fits = append(fits, fmt.Sprintf("%s in %d", joined(n), count))
	}
	return fmt.Sprintf(" With one variance for both arms, the interval widths of %d rows fit %s.", len(ratios), strings.Join(fits, ", "))
}

// decimals looks for rows printed with other decimals than the rest of their columns.
func (c *checker) decimals() {
	for _, s := range c.sheets {
		usual := s.usualPlaces()
		for i := range s.lines {
			l := &s.lines[i]
			var printed, expected []string
			for k, x := range l.cells {
				want := usual[k][x.kind]
				if l.Decimals != nil && s.points(k, x.kind) {
					want = *l.Decimals
				} else if l.Decimals != nil {
					want = -1
				}
				places := x.places()
				if len(places) == 0 {
					continue
				}
				if want < 0 { // nothing to compare with but itself
					want = slices.Max(places)
				}
				if slices.ContainsFunc(places, func(p int) bool { return p != want }) {
					printed = append(printed, x.text)
					if n := strconv.Itoa(want); !slices.Contains(expected, n) {
						expected = append(expected, n)
					}
				}
			}
			if len(printed) > 0 {
				c.find("decimals", Warning, s.ID, l.name(), strings.Join(printed, "; "), strings.Join(expected, " or ")+" decimals",
					"Printed with other decimals than %s.", map[bool]string{true: "the plan gives to the row", false: "the other rows of the column"}[l.Decimals != nil])
			}
		}
	}
}

// points says whether a cell is in the points of its row's score: means, and the changes and differences of a contrast.
func (s *sheet) points(column int, kind Kind) bool {
	id := s.Columns[column].ID
	return kind.mean() || slices.ContainsFunc(s.Contrasts, func(k Contrast) bool { return id == k.Difference || id == k.Arm || id == k.Versus })
}

// places gives the decimals of the numbers of a cell that have to agree: of an estimate and its limits, of a mean, of a
// percentage that is not 0 or 100.
func (x cell) places() []int {
	switch {
	case x.blank || x.first.bound != 0:
		return nil
	case x.kind == EstimateCI && x.ranged:
		return []int{x.first.places, x.lower.places, x.upper.places}
	case x.kind == Estimate || x.kind == EstimateCI || x.kind.mean():
		return []int{x.first.places}
	case x.kind == Percent && x.first.value != 0 && x.first.value != 100:
		return []int{x.first.places}
	case x.kind == CountPercent && x.paired && x.second.bound == 0 && x.second.value != 0 && x.second.value != 100:
		return []int{x.second.places}
	}
	return nil
}

// usualPlaces gives, by column and kind, the decimals of more than half of the rows, of three at least; -1 where there
// are none such.
func (s *sheet) usualPlaces() []map[Kind]int {
	usual := make([]map[Kind]int, len(s.Columns))
	for k := range s.Columns {
		seen := map[Kind][]int{}
		for _, l := range s.lines {
			if p := l.cells[k].places(); len(p) > 0 && l.Decimals == nil {
				seen[l.cells[k].kind] = append(seen[l.cells[k].kind], p[0])
			}
		}
		usual[k] = map[Kind]int{}
		for _, kind := range kinds {
			usual[k][kind] = -1
			for _, p := range seen[kind] {
				same := 0
				for _, q := range seen[kind] {
					if p == q {
						same++
					}
				}
				if 2*same > len(seen[kind]) && len(seen[kind]) >= 3 {
					usual[k][kind] = p
				}
			}
		}
	}
	return usual
}
