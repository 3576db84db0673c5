package glmm

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
	"rekindle/stats/root"
)

// Interval is a two-sided interval. An end that the likelihood does not bound
// is infinite (or 0 for a standard deviation), and said in Note.
type Interval struct {
	Lower, Upper float64
	Level        float64
	Note         string
}

// Profile returns the profile likelihood interval of l'Beta at the level
// (0.95): the values at which twice the log-likelihood, maximized over all else,
// is within the chi-square quantile of its maximum. In small trials it is more
// to be trusted than the Wald interval of Contrast.
func (r *Model) Profile(l []float64, level float64) (Interval, error) {
	if len(l) != r.s.p {
		return Interval{}, fmt.Errorf("glmm: the combination has %d numbers, the model has %d coefficients", len(l), r.s.p)
	}
	w := r.ContrastLevel(l, level)
	if !(w.SE > 0) {
		return Interval{}, errors.New("glmm: the combination has no variance")
	}
	along := make([]float64, len(r.theta))
	copy(along, l)
	arithmetic.SolveUpperT(r.s.r, r.s.p, along[:r.s.p])
	limit, err := chiSquare(level)
	if err != nil {
		return Interval{}, err
	}
	out := Interval{Level: level}
	step := float64(w.SE * math.Sqrt(limit))
	if out.Lower, err = r.walk(along, limit).end(w.Value, -step); err != nil {
		return Interval{}, err
	}
	if out.Upper, err = r.walk(along, limit).end(w.Value, step); err != nil {
		return Interval{}, err
	}
	if math.IsInf(out.Lower, 0) || math.IsInf(out.Upper, 0) {
		out.Note = "the likelihood does not bound the interval on both sides"
	}
	return out, nil
}

// ProfileSigma returns the profile likelihood interval of Sigma. Its lower end
// is 0 where a model without random intercept is within the limit.
func (r *Model) ProfileSigma(level float64) (Interval, error) {
	if r.Family == NegativeBinomial && math.IsInf(r.Dispersion, 1) {
		return Interval{}, errors.New("glmm: no profile for the Poisson limit; fit the Poisson family")
	}
	limit, err := chiSquare(level)
	if err != nil {
		return Interval{}, err
	}
	along := make([]float64, len(r.theta))
	along[r.s.p] = 1
	out := Interval{Level: level}
	if 2*(r.LogLik-r.LogLikFixed) <= limit {
		out.Note = "a standard deviation of 0 is compatible with the data"
	}
	w := r.walk(along, limit)
	at, step := arithmetic.Log(0.3), 0.5
	if !r.Singular {
		at, step = arithmetic.Log(r.Sigma), min(r.SELogSigma, 1)
	} else {
		w.theta[r.s.p] = at
	}
	if out.Note == "" {
		lower, err := w.end(at, -step)
		if err != nil {
			return Interval{}, err
		}
		out.Lower = arithmetic.Exp(lower)
	}
	copy(w.theta, r.theta)
	w.theta[r.s.p] = at
	upper, err := w.end(at, step)
	if err != nil {
		return Interval{}, err
	}
	if out.Upper = arithmetic.Exp(upper); math.IsInf(out.Upper, 1) {
		out.Note = "the data do not bound the standard deviation from above"
	}
	return out, nil
}

// chiSquare returns the likelihood ratio limit of a level.
func chiSquare(level float64) (float64, error) {
	if !(level > 0 && level < 1) {
		return 0, fmt.Errorf("glmm: the level must lie between 0 and 1, not %v", level)
	}
	return dist.ChiSquared{DF: 1}.QuantileUpper(1 - level), nil
}

// walk is a path along a combination of the parameters (in orthonormal
// coordinates), everything else maximized at each point.
type walk struct {
	r     *Model
	along []float64
	limit float64
	l     *likelihood
	f     *fixed
	theta []float64 // at the last point: the start of the next
}

func (r *Model) walk(along []float64, limit float64) *walk {
	return &walk{r: r, along: along, limit: limit, l: newLikelihood(r.s, r.Nodes), f: newFixed(r.s), theta: append([]float64(nil), r.theta...)}
}

// end walks from the optimum, where the combination is at, in strides of step
// until the likelihood has fallen enough, and finds where it has fallen by just
// the limit. The signed root of the fall is nearly linear in the combination.
func (w *walk) end(at, step float64) (float64, error) {
	var failed error
	f := func(x float64) float64 {
		v, err := w.value(x)
		if err != nil {
			failed = err
			return math.NaN()
		}
		return math.Sqrt(max(0, 2*(w.r.LogLik-v))) - math.Sqrt(w.limit)
	}
	near := at
	for far := at + step; math.Abs(far-at) < 40*math.Abs(step); far += step {
		v := f(far)
		if failed != nil {
			return 0, failed
		}
		if v >= 0 {
			x, err := root.Find(f, near, far)
			if failed != nil {
				err = failed
			}
			return x, err
		}
		near = far
	}
	return math.Inf(int(math.Copysign(1, step))), nil
}

// value maximizes the likelihood where the combination is x. Where the random
// intercept vanishes, or has in the fit, it is that of the model without one.
func (w *walk) value(x float64) (float64, error) {
	p := w.r.s.p
	norm := arithmetic.Dot(w.along, w.along)
	now := 0.0
	for i, v := range w.along {
		if v != 0 {
			now += float64(v * w.theta[i])
		}
	}
	arithmetic.AddScaled(w.theta, (x-now)/norm, w.along)
	if !w.r.Singular || w.along[p] != 0 {
		var conv Convergence
		out := w.l.climb(w.theta, w.along, &conv)
		if out == converged {
			return w.l.value, nil
		}
		if out != toZero || w.along[p] != 0 {
			return 0, errors.New("glmm: a constrained fit of the profile did not converge")
		}
	}
	copy(w.f.theta, w.theta[:p])
	copy(w.f.theta[p:], w.theta[p+1:])
	along := append(append([]float64(nil), w.along[:p]...), w.along[p+1:]...)
	if err := w.f.climb(along); err != nil {
		return 0, err
	}
	copy(w.theta[:p], w.f.theta[:p])
	return w.f.value, nil
}
