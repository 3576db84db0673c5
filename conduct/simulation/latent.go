package simulation

import (
	_ "embed"
	"encoding/json"
	"math"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"

	"rekindle/trial/instrument"
)

//go:embed population.json
var populationJSON []byte

// population is the model of answers: for construct c and item j of a person,
//
//	y = clamp(round(mean + offset_j + sd (loading f_c + sqrt(1 - loading^2) e_j)), low, high)
//
// with f ~ N(0, correlation) and e ~ N(0, 1) at the first visit; at each later one f' = a f + innovation with covariance
// R - A R A, so that the correlations stay, and e' = tau e + sqrt(1 - tau^2) innovation.
type population struct {
	Tau         float64     `json:"tau"`
	Constructs  []construct `json:"constructs"`
	Correlation [][]float64 `json:"correlation"`

	index      map[string]int
	start      mat.TriDense // Cholesky factor of the correlation
	innovation mat.TriDense // ... of R - A R A
}

type construct struct {
	ID        string    `json:"id"`
	Low       float64   `json:"low"`
	High      float64   `json:"high"`
	Offsets   []float64 `json:"offsets"`
	Mean      float64   `json:"mean"`
	SD        float64   `json:"sd"`
	Loading   float64   `json:"loading"`
	Stability float64   `json:"stability"` // a: correlation of the latent score over three months
}

// model reads the embedded population once; the package's tests read it whole, so a fault in it is a fault of the build.
var model = sync.OnceValue(func() *population {
	var m population
	if err := json.Unmarshal(populationJSON, &m); err != nil {
		panic(err)
	}
	n := len(m.Constructs)
	m.index = make(map[string]int, n)
	r, step := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for i, c := range m.Constructs {
		m.index[c.ID] = i
		for j := range i + 1 {
			r.SetSym(i, j, m.Correlation[i][j])
			step.SetSym(i, j, m.Correlation[i][j]*(1-c.Stability*m.Constructs[j].Stability))
		}
	}
	factor := func(s *mat.SymDense, into *mat.TriDense) {
		var ch mat.Cholesky
		if !ch.Factorize(s) {
			panic("population.json: the correlations are not positive definite")
		}
		ch.LTo(into)
	}
	factor(r, &m.start)
	factor(step, &m.innovation)
	return &m
})

// latent is the state of a person at a visit: a score for each construct and a specific part for each of its items.
type latent struct {
	f []float64
	e [][]float64
}

// draw gives n independent normal numbers times a lower triangle.
func draw(rng *rand.Rand, l *mat.TriDense) []float64 {
	n, _ := l.Dims()
	z := make([]float64, n)
	for i := range z {
		z[i] = rng.NormFloat64()
	}
	out := make([]float64, n)
	for i := range out {
		for j := range i + 1 {
			out[i] += l.At(i, j) * z[j]
		}
	}
	return out
}

// first draws a person.
func (m *population) first(rng *rand.Rand) latent {
	s := latent{f: draw(rng, &m.start), e: make([][]float64, len(m.Constructs))}
	for i, c := range m.Constructs {
		s.e[i] = make([]float64, len(c.Offsets))
		for j := range s.e[i] {
			s.e[i][j] = rng.NormFloat64()
		}
	}
	return s
}

// later carries a person to the next visit, without any shift.
func (m *population) later(rng *rand.Rand, s latent) latent {
	next := latent{f: draw(rng, &m.innovation), e: make([][]float64, len(m.Constructs))}
	rest := math.Sqrt(1 - m.Tau*m.Tau)
	for i, c := range m.Constructs {
		next.f[i] += c.Stability * s.f[i]
		next.e[i] = make([]float64, len(c.Offsets))
		for j := range next.e[i] {
			next.e[i][j] = m.Tau*s.e[i][j] + rest*rng.NormFloat64()
		}
	}
	return next
}

// measured names the construct behind each item of an instrument that the model knows; items of a subscale stand in the order
// of the construct's offsets.
var measured = map[string]map[string]string{
	"pfi16":          {"PF": "PF", "WE": "WE", "ID": "ID"},
	"mmbi2":          {"EE": "EE", "DP": "DP"},
	"uwes9":          {"VI": "VI", "DE": "DE", "AB": "AB"},
	"svs4":           {"": "SVS"},
	"iwpr4":          {"": "IWPR"},
	"qol_vas":        {"": "QOL"},
	"promis_sri8a":   {"": "SRI"},
	"phq2":           {"": "PHQ2"},
	"miniz1_burnout": {"": "MZ"},
	"itl1":           {"": "ITL"},
	"wli1":           {"": "WLI"},
}

// answers gives the codes of every item of an instrument that the model knows, in the direction of the form.
func (m *population) answers(rng *rand.Rand, s latent, in *instrument.Instrument) (map[string]int, bool) {
	of, known := measured[in.ID]
	if !known {
		return nil, false
	}
	out := map[string]int{}
	position := map[string]int{}
	for _, item := range in.Items {
		id, ok := of[item.Subscale]
		if !ok {
			id = of[""]
		}
		i := m.index[id]
		c := m.Constructs[i]
		j := position[id]
		position[id]++
		y := c.Mean + c.Offsets[j] + c.SD*(c.Loading*s.f[i]+math.Sqrt(1-c.Loading*c.Loading)*s.e[i][j])
		code := int(min(max(math.Round(y), c.Low), c.High))
		if item.Scale.Kind == instrument.VAS {
			code = heaped(rng, code)
		}
		if item.Reverse {
			code = int(item.Scale.Low+item.Scale.High) - code
		}
		out[item.ID] = code
	}
	return out, true
}

// heaped rounds an answer on a line of 0 to 100 as people do: 60% to tens, 25% to fives (assumed; research on the scale).
func heaped(rng *rand.Rand, y int) int {
	switch u := rng.Float64(); {
	case u < 0.60:
		return (y + 5) / 10 * 10
	case u < 0.85:
		return min((y+2)/5*5, 100)
	default:
		return y
	}
}
