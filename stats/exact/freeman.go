package exact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
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
// probability, given the margins, of a table that is not more probable than the observed one. Columns are added one at a
// time, and ways to the same remaining row totals with the same probability are counted together (the idea of C. R. Mehta,
// N. R. Patel, JASA 78, 1983). Past limit such classes (0 means two million) tables are drawn at random from seed
// instead. Empty rows and columns are left out.
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

type state struct {
	left []int
	past []past
}

// countTables sums the probabilities; false when there are more than limit classes at once.
func countTables(rows, cols []int, lf []float64, base, observed float64, limit int) (float64, bool) {
	states := map[string]*state{key(rows): {left: rows, past: []past{{0, 1}}}}
	for j, total := range cols {
		next := map[string]*state{}
		classes := 0
		for _, k := range sortedKeys(states) {
			s := states[k]
			cell := make([]int, len(rows))
			if j == len(cols)-1 { // the last column is what is left
				add(next, key(nil), nil, s.past, logCells(s.left, lf))
				continue
			}
			ok := true
			fill(s.left, cell, 0, total, func() {
				left := make([]int, len(rows))
				for i := range left {
					left[i] = s.left[i] - cell[i]
				}
				add(next, key(left), left, s.past, logCells(cell, lf))
				if classes += len(s.past); classes > 4*limit {
					ok = false
				}
			})
			if !ok {
				return 0, false
			}
		}
		classes = 0
		for _, s := range next {
			s.past = merge(s.past)
			classes += len(s.past)
		}
		if classes > limit {
			return 0, false
		}
		states = next
	}
	p := 0.0
	for _, s := range states {
		for _, c := range s.past {
			if base+c.log <= observed+math.Log(asProbable) {
				p += c.ways * math.Exp(base+c.log)
			}
		}
	}
	return min(1, p), true
}

func add(states map[string]*state, k string, left []int, from []past, log float64) {
	s := states[k]
	if s == nil {
		s = &state{left: left}
		states[k] = s
	}
	for _, c := range from {
		s.past = append(s.past, past{c.log + log, c.ways})
	}
}

// merge puts classes together whose logs agree to 1e-10.
func merge(p []past) []past {
	sort.Slice(p, func(i, j int) bool { return p[i].log < p[j].log })
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

func sortedKeys(m map[string]*state) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

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
