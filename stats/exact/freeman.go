package exact

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"rekindle/stats/dist"
)

// TableTest is an exact test of an r by c table. When the tables were too many to count, Exact is false, P is a Monte
// Carlo value (b + 1) / (draws + 1), and Lower, Upper its 99% Clopper-Pearson interval.
type TableTest struct {
	P            float64
	Exact        bool
	Draws        int
	Lower, Upper float64
}

// monteCarloDraws makes the 99% interval of a P value near .05 about .0025 wide on each side.
const monteCarloDraws = 50000

// FreemanHalton is Fisher's exact test for a table of any size (G. H. Freeman, J. H. Halton, Biometrika 38, 1951): the
// probability, given the margins, of a table that is not more probable than the observed one. It is the network algorithm of C. R.
// Mehta and N. R. Patel (JASA 78, 1983): columns are added one at a time, ways to the same remaining row totals with the same probability
// are counted together, and ways whose completions all lie on one side of the observed probability are settled at once. Past limit
// such classes or states (0 means two million) tables are drawn at random from seed instead. Empty rows and columns are left out.
func FreemanHalton(table [][]int, limit int, seed uint64) (TableTest, error) {
	t, err := compact(table)
	if err != nil {
		return TableTest{}, err
	}
	if limit == 0 {
		limit = 2_000_000
	}
	if len(t) > len(t[0]) {
		t = transpose(t) // the shorter side is the state
	}
	rows, cols, n := margins(t)
	if len(rows) < 2 || len(cols) < 2 {
		return TableTest{}, fmt.Errorf("table has one non-empty row or column: nothing to compare")
	}
	lf := make([]float64, n+1)
	for i := 2; i <= n; i++ {
		lf[i] = lf[i-1] + math.Log(float64(i))
	}
	base := -lf[n]
	for _, v := range rows {
		base += lf[v]
	}
	for _, v := range cols {
		base += lf[v]
	}
	observed := base
	for _, row := range t {
		for _, v := range row {
			observed -= lf[v]
		}
	}
	if p, ok := countTables(rows, cols, lf, base, observed, limit); ok {
		return TableTest{P: p, Exact: true, Lower: p, Upper: p}, nil
	}
	return drawTables(t, lf, base, observed, seed), nil
}

func transpose(t [][]int) [][]int {
	out := make([][]int, len(t[0]))
	for j := range out {
		out[j] = make([]int, len(t))
		for i := range t {
			out[j][i] = t[i][j]
		}
	}
	return out
}

// past is a class of ways to one state: the log of what the columns so far give to the table's probability, and how many
// ways have it.
type past struct{ log, ways float64 }

// state is what the rows have left after some columns, with the largest, the smallest and the total that the columns still to come
// can give: the longest and shortest path and the mass of the network.
type state struct {
	left                []int
	most, least, amount float64 // logs
	past                []past
}

// network is the tables with given margins, column by column, the largest column first.
type network struct {
	cols   []int
	lf     []float64 // log factorials
	stages []map[string]*state
	budget int // states that may still be made
}

// countTables sums the probabilities; false when there are more than limit classes or states at once. A class whose every completion is
// as improbable as the observed table, or none of whose is, needs no more columns.
func countTables(rows, cols []int, lf []float64, base, observed float64, limit int) (float64, bool) {
	w := &network{cols: slices.Clone(cols), lf: lf, stages: make([]map[string]*state, len(cols)), budget: limit}
	slices.SortFunc(w.cols, func(a, b int) int { return b - a })
	for j := range w.stages {
		w.stages[j] = map[string]*state{}
	}
	first := w.state(0, rows)
	if first == nil {
		return 0, false
	}
	first.past = []past{{0, 1}}
	bar := observed - base + math.Log(asProbable)
	p := 0.0
	for j := range w.cols[:len(cols)-1] {
		held := 0
		for _, k := range sortedKeys(w.stages[j]) {
			s := w.stages[j][k]
			if len(s.past) == 0 {
				continue
			}
			s.past = merge(s.past)
			cell, left := make([]int, len(rows)), make([]int, len(rows))
			fill(s.left, cell, 0, w.cols[j], func() {
				for i := range left {
					left[i] = s.left[i] - cell[i]
				}
				next, own := w.stages[j+1][key(left)], logCells(cell, lf)
				for _, c := range s.past {
					l := c.log + own
					switch {
					case l+next.most <= bar:
						p += c.ways * math.Exp(base+l+next.amount)
					case l+next.least <= bar:
						next.past = append(next.past, past{l, c.ways})
						held++
					}
				}
			})
			s.past = nil
			if held > 4*limit {
				return 0, false
			}
		}
	}
	return min(1, p), true
}

// state finds or makes the state of the rows before column j; nil when the budget is spent. The last column takes what is left, so that
// there longest and shortest path are one and every class is decided.
func (w *network) state(j int, left []int) *state {
	k := key(left)
	if s := w.stages[j][k]; s != nil {
		return s
	}
	if w.budget--; w.budget < 0 {
		return nil
	}
	s := &state{left: slices.Clone(left), most: math.Inf(-1), least: math.Inf(1)}
	n := 0
	for _, v := range left {
		n += v
		s.amount -= w.lf[v]
	}
	s.amount += w.lf[n]
	for _, c := range w.cols[j:] {
		s.amount -= w.lf[c]
	}
	if j == len(w.cols)-1 {
		s.most = logCells(left, w.lf)
		s.least = s.most
		w.stages[j][k] = s
		return s
	}
	ok := true
	cell, rest := make([]int, len(left)), make([]int, len(left))
	fill(left, cell, 0, w.cols[j], func() {
		if !ok {
			return
		}
		for i := range rest {
			rest[i] = left[i] - cell[i]
		}
		next := w.state(j+1, rest)
		if next == nil {
			ok = false
			return
		}
		own := logCells(cell, w.lf)
		s.most, s.least = max(s.most, own+next.most), min(s.least, own+next.least)
	})
	if !ok {
		return nil
	}
	w.stages[j][k] = s
	return s
}

// merge puts classes together whose logs agree to 1e-10.
func merge(p []past) []past {
	slices.SortFunc(p, func(a, b past) int { return cmp.Compare(a.log, b.log) })
	out := p[:1]
	for _, c := range p[1:] {
		if last := &out[len(out)-1]; c.log-last.log < 1e-10 {
			last.ways += c.ways
		} else {
			out = append(out, c)
		}
	}
	return out
}

func logCells(cells []int, lf []float64) float64 {
	v := 0.0
	for _, c := range cells {
		v -= lf[c]
	}
	return v
}

// fill visits every column with the given total that the rows can still give.
func fill(left, cell []int, i, total int, visit func()) {
	if i == len(left)-1 {
		if total <= left[i] {
			cell[i] = total
			visit()
		}
		return
	}
	rest := 0
	for _, v := range left[i+1:] {
		rest += v
	}
	for v := max(0, total-rest); v <= min(left[i], total); v++ {
		cell[i] = v
		fill(left, cell, i+1, total-v, visit)
	}
}

func key(left []int) string {
	var b strings.Builder
	for _, v := range left {
		fmt.Fprintf(&b, "%d,", v)
	}
	return b.String()
}

func sortedKeys(m map[string]*state) []string { return slices.Sorted(maps.Keys(m)) }

// drawTables shuffles the column labels of the n counts.
func drawTables(t [][]int, lf []float64, base, observed float64, seed uint64) TableTest {
	rng := rand.New(rand.NewPCG(seed, 0x7461626c65))
	var labels, rowOf []int
	for i, row := range t {
		for j, v := range row {
			for range v {
				rowOf, labels = append(rowOf, i), append(labels, j)
			}
		}
	}
	cells := make([]int, len(t)*len(t[0]))
	hits := 0
	for range monteCarloDraws {
		rng.Shuffle(len(labels), func(a, b int) { labels[a], labels[b] = labels[b], labels[a] })
		clear(cells)
		for k, j := range labels {
			cells[rowOf[k]*len(t[0])+j]++
		}
		if base+logCells(cells, lf) <= observed+math.Log(asProbable) {
			hits++
		}
	}
	p, lower, upper := monteCarlo(hits, monteCarloDraws)
	return TableTest{p, false, monteCarloDraws, lower, upper}
}

// monteCarlo gives the P value (hits + 1) / (draws + 1), valid whatever the number of draws (B. Phipson, G. K. Smyth 2010),
// and the 99% Clopper-Pearson interval of the P value that enumeration would give.
func monteCarlo(hits, draws int) (p, lower, upper float64) {
	h, n := float64(hits), float64(draws)
	p, upper = (h+1)/(n+1), 1
	if hits > 0 {
		lower = dist.Beta{A: h, B: n - h + 1}.Quantile(0.005)
	}
	if hits < draws {
		upper = dist.Beta{A: h + 1, B: n - h}.QuantileUpper(0.005)
	}
	return p, lower, upper
}
