package power

import (
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/design"
	"rekindle/stats/dist"
	"rekindle/stats/lmm"
	"rekindle/stats/ols"
)

// verdict is what one simulated trial says about Delta.
type verdict struct {
	estimate, se, df, p, critical float64
	singular, unconverged         bool
	err                           string // why there is none
}

// bench is one worker's memory: scores of everyone, and the model when the design is the same in every trial.
type bench struct {
	*roster
	source        *rand.PCG
	rng           *rand.Rand
	first, second []float64 // scores by participant
	lostNow       []bool
	effects       []float64 // of the coaches
	model         *lmm.Model
	contrast      []float64
	y             []float64
}

func (r *roster) newBench(plan *lmm.Plan, contrast []float64) *bench {
	n := len(r.arm)
	b := &bench{roster: r, source: rand.NewPCG(0, 0), first: make([]float64, n), second: make([]float64, n),
		lostNow: append([]bool(nil), r.lost...), effects: make([]float64, r.coaches), contrast: contrast}
	b.rng = rand.New(b.source)
	if plan != nil {
		b.model = plan.NewModel()
	}
	return b
}

// run draws replicate i and analyses it.
func (b *bench) run(seed uint64, i int) verdict {
	b.source.Seed(stream(seed, i))
	b.draw()
	switch b.Analysis {
	case Adjusted, Changes:
		return b.completers()
	}
	if b.model != nil {
		b.y = b.rows(b.y[:0])
		return b.judge(b.model, b.contrast)
	}
	d, contrast, err := b.design()
	if err != nil {
		return verdict{err: err.Error()}
	}
	plan, err := lmm.NewPlan(d, lmm.Options{})
	if err != nil {
		return verdict{err: err.Error()}
	}
	b.y = b.rows(b.y[:0])
	return b.judge(plan.NewModel(), contrast)
}

// draw fills in everyone's scores and, when it is by chance, who is lost. The coach's part of the variance of changes is taken
// from the follow-up's own, so that SD and the variance of changes stay what they are said to be.
func (b *bench) draw() {
	person, own := math.Sqrt(b.Rho)*b.SD, math.Sqrt(1-b.Rho)*b.SD
	between := math.Sqrt(2*(1-b.Rho)*b.Coach.ICC) * b.SD
	ownCoached := math.Sqrt((1-b.Rho)*(1-2*b.Coach.ICC)) * b.SD
	for c := range b.effects {
		b.effects[c] = float64(between * b.rng.NormFloat64())
	}
	for i := range b.first {
		level := b.Baseline + b.covariate[i] + float64(person*b.rng.NormFloat64())
		b.first[i] = level + float64(own*b.rng.NormFloat64())
		e := b.rng.NormFloat64()
		switch {
		case b.coach[i] >= 0:
			b.second[i] = level + b.Trend + b.Delta + b.effects[b.coach[i]] + float64(ownCoached*e)
		case b.coached[i]:
			b.second[i] = level + b.Trend + b.Delta + float64(own*e)
		default:
			b.second[i] = level + b.Trend + float64(own*e)
		}
		if b.Dropout.Random {
			z := (b.first[i] - b.Baseline - b.covariate[i]) / b.SD
			b.lostNow[i] = b.rng.Float64() < 1/(1+math.Exp(-b.intercept[b.arm[i]]-float64(b.Dropout.Slope*z)))
		}
	}
}

// rows appends the scores in the order of the design's rows.
func (b *bench) rows(y []float64) []float64 {
	for i := range b.first {
		y = append(y, b.first[i])
		if !b.lostNow[i] {
			y = append(y, b.second[i])
		}
	}
	return y
}

// design builds the model matrix for those who are followed up, and finds the contrast.
func (b *bench) design() (*design.Design, []float64, error) {
	var id, arm, wave, coach []int32
	var coached, y []float64
	levels := make([][]int32, len(b.Factors))
	for i := range b.arm {
		for w := range int32(2) {
			if w == 1 && b.lostNow[i] {
				continue
			}
			id, arm, wave = append(id, int32(i)), append(arm, b.arm[i]), append(wave, w)
			y = append(y, 0)
			for f := range levels {
				levels[f] = append(levels[f], b.level[f][i])
			}
			if b.Analysis == Nested {
				c, z := int32(b.coaches+i), 0.0
				if b.coach[i] >= 0 {
					c, z = b.coach[i], float64(w)
				}
				coach, coached = append(coach, c), append(coached, z)
			}
		}
	}
	t := design.NewTable()
	errs := []error{t.AddNumbers("y", y), t.AddCoded("id", id, b.names["id"]), t.AddCoded("arm", arm, b.names["arm"]), t.AddCoded("wave", wave, b.names["wave"])}
	for f := range levels {
		errs = append(errs, t.AddCoded(b.Factors[f].Name, levels[f], b.names[b.Factors[f].Name]))
	}
	if b.Analysis == Nested {
		errs = append(errs, t.AddCoded("coach", coach, b.names["coach"]), t.AddNumbers("coached", coached))
	}
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	d, err := design.Build(t, b.formula, b.options)
	if err != nil {
		return nil, nil, err
	}
	row, err := d.Coefficient("armtreated:wavefollow-up")
	if err != nil {
		return nil, nil, fmt.Errorf("the difference of changes cannot be estimated: %w", err)
	}
	return d, row.L, nil
}

// judge fits and tests.
func (b *bench) judge(m *lmm.Model, contrast []float64) verdict {
	if err := m.Refit(b.y); err != nil {
		return verdict{err: err.Error()}
	}
	e := m.ContrastLevel(contrast, b.Method, 1-b.Alpha)
	if math.IsNaN(e.P) {
		return verdict{err: e.Note}
	}
	return verdict{estimate: e.Value, se: e.SE, df: e.DF, p: e.P, critical: (e.Upper - e.Value) / e.SE,
		singular: m.Singular, unconverged: !m.Story.Converged}
}

// completers regresses follow-up or change on arm and covariates among those with both visits.
func (b *bench) completers() verdict {
	adjusted := b.Analysis == Adjusted
	// A level needs one completer to have a column; the first level present is the reference.
	present := make([][]int, len(b.Factors))
	for f := range present {
		seen := make([]bool, len(b.Factors[f].Levels))
		for i, k := range b.level[f] {
			seen[k] = seen[k] || !b.lostNow[i]
		}
		for k, s := range seen {
			if s {
				present[f] = append(present[f], k)
			}
		}
	}
	var x, y []float64
	p := 0
	for i := range b.first {
		if b.lostNow[i] {
			continue
		}
		at := len(x)
		x = append(x, 1, float64(b.arm[i]))
		if adjusted {
			x = append(x, b.first[i])
			y = append(y, b.second[i])
		} else {
			y = append(y, b.second[i]-b.first[i])
		}
		for f, levels := range present {
			for _, k := range levels[min(1, len(levels)):] {
				v := 0.0
				if int(b.level[f][i]) == k {
					v = 1
				}
				x = append(x, v)
			}
		}
		p = len(x) - at
	}
	fit, err := ols.Least(x, y, p)
	if err != nil {
		return verdict{err: err.Error()}
	}
	if fit.Variance == 0 {
		return verdict{err: "the fit is exact: no variance is left"}
	}
	law := dist.StudentT{DF: fit.DF}
	se := fit.SE(1)
	return verdict{estimate: fit.Beta[1], se: se, df: fit.DF, p: law.TwoSided(fit.Beta[1] / se), critical: law.QuantileUpper(b.Alpha / 2)}
}
