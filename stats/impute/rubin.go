package impute

import (
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/dist"
)

// Pooled is the combination of analyses of completed data sets by Rubin's rules (equations RR-1 to RR-6 of the derivation).
type Pooled struct {
	Estimate, SE, DF, T, P, Lower, Upper float64 // DF of Barnard and Rubin
	Within, Between, Total               float64 // variances
	RubinDF                              float64 // Rubin's 1987 degrees of freedom, for an infinite complete-data DF
	Increase                             float64 // relative increase of variance by missing data
	Lambda                               float64 // share of the total variance that missing data made
	FMI                                  float64 // fraction of missing information
	Imputations                          int
}

// Pool combines estimates and their variances (D. B. Rubin 1987; J. Barnard, D. B. Rubin, Biometrika 86, 1999). completeDF is
// the degrees of freedom of one analysis if nothing were missing; +Inf for a normal one.
func Pool(estimates, variances []float64, completeDF, level float64) (Pooled, error) {
	m := float64(len(estimates))
	switch {
	case len(estimates) < 2 || len(estimates) != len(variances):
		return Pooled{}, fmt.Errorf("%d estimates and %d variances: Rubin's rules need two of each at least", len(estimates), len(variances))
	case !(completeDF > 0):
		return Pooled{}, fmt.Errorf("complete-data degrees of freedom are %v: they must be above 0", completeDF)
	case !(level > 0 && level < 1):
		return Pooled{}, fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	out := Pooled{Imputations: len(estimates)}
	for i, v := range variances {
		if !(v > 0) || math.IsInf(v, 0) || math.IsNaN(estimates[i]) || math.IsInf(estimates[i], 0) {
			return Pooled{}, fmt.Errorf("imputation %d has estimate %v and variance %v", i+1, estimates[i], v)
		}
		out.Estimate += estimates[i] / m
		out.Within += v / m
	}
	for _, e := range estimates {
		d := e - out.Estimate
		out.Between += float64(d*d) / (m - 1)
	}
	made := (1 + 1/m) * out.Between
	out.Total = out.Within + made
	out.SE = math.Sqrt(out.Total)
	out.Increase, out.Lambda = made/out.Within, made/out.Total
	out.RubinDF = math.Inf(1)
	if out.Lambda > 0 {
		out.RubinDF = (m - 1) / (out.Lambda * out.Lambda)
	}
	out.DF = out.RubinDF
	if !math.IsInf(completeDF, 1) {
		observed := (completeDF + 1) / (completeDF + 3) * completeDF * (1 - out.Lambda)
		out.DF = 1 / (1/out.RubinDF + 1/observed)
	}
	out.FMI = (out.Increase + 2/(out.DF+3)) / (1 + out.Increase)
	law := dist.StudentT{DF: out.DF}
	out.T = out.Estimate / out.SE
	out.P = law.TwoSided(out.T)
	half := law.QuantileUpper((1-level)/2) * out.SE
	out.Lower, out.Upper = out.Estimate-half, out.Estimate+half
	return out, nil
}

// Draws says how many times scores are imputed, and from which chance.
type Draws struct {
	Imputations int // 0 = 50
	Seed        uint64
}

func (o Draws) withDefaults() (Draws, error) {
	if o.Imputations == 0 {
		o.Imputations = 50
	}
	if o.Imputations < 2 || o.Imputations > 100_000 {
		return o, fmt.Errorf("%d imputations: give 2 to 100,000", o.Imputations)
	}
	return o, nil
}

// Impute gives completed copies of Y, one an imputation, each from its own draw of the arms' laws. Imputation k depends on the seed
// and k alone.
func Impute(d Data, r Rule, o Draws) ([][][]float64, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := d.validate(); err != nil {
		return nil, err
	}
	if err := r.validate(d); err != nil {
		return nil, err
	}
	drawn, err := d.drawAll(r, o)
	if err != nil {
		return nil, err
	}
	for k := range drawn {
		drawn[k] = d.shifts(r, drawn[k])
	}
	return drawn, nil
}

func (d Data) drawAll(r Rule, o Draws) ([][][]float64, error) {
	samples := d.samples(nil)
	out := make([][][]float64, o.Imputations)
	for k := range out {
		rng := rand.New(rand.NewPCG(o.Seed, uint64(k)*0x9e3779b97f4a7c15+0x696d70757465))
		laws, err := d.estimateAll(samples, rng)
		if err != nil {
			return nil, err
		}
		if out[k], err = d.fillAll(r, laws, rng, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Multiple imputes by draws, analyses each completed data set, and pools by Rubin's rules with Barnard-Rubin degrees of
// freedom.
func Multiple(d Data, r Rule, a Analysis, o Draws, level float64) (Pooled, error) {
	m, err := newMultiple(d, r, a, o, level)
	if err != nil {
		return Pooled{}, err
	}
	return m.at(1)
}

// multiple holds the draws without delta, so that another delta sees the same chance.
type multiple struct {
	data     Data
	rule     Rule
	analysis Analysis
	level    float64
	drawn    [][][]float64
}

func newMultiple(d Data, r Rule, a Analysis, o Draws, level float64) (*multiple, error) {
	a, err := validated(d, r, a, level)
	if err != nil {
		return nil, err
	}
	if o, err = o.withDefaults(); err != nil {
		return nil, err
	}
	drawn, err := d.drawAll(r, o)
	if err != nil {
		return nil, err
	}
	return &multiple{d, r, a, level, drawn}, nil
}

// at gives the answer at a multiple of delta.
func (m *multiple) at(times float64) (Pooled, error) {
	r := m.rule
	r.Delta = nil
	for _, v := range m.rule.Delta {
		r.Delta = append(r.Delta, v*times)
	}
	estimates, variances := make([]float64, len(m.drawn)), make([]float64, len(m.drawn))
	df := math.Inf(1)
	for k, rows := range m.drawn {
		var err error
		if estimates[k], variances[k], df, err = m.analysis.fit(m.data, r.Reference, m.data.shifts(r, rows)); err != nil {
			return Pooled{}, err
		}
	}
	return Pool(estimates, variances, df, m.level)
}
