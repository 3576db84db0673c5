package effect

import (
	"fmt"
	"math"

	"rekindle/stats/root"
)

// MiettinenNurminen is a's rate minus b's with the score interval of O. Miettinen and M. Nurminen (Statistics in Medicine 4,
// 1985, 213-226): the differences that a chi-square test with the restricted maximum likelihood variance and factor
// N / (N - 1) does not reject. Regulators' usual choice for a risk difference.
func MiettinenNurminen(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	d := a.Rate() - b.Rate()
	n := float64(a.N + b.N)
	z := critical(level)
	// The statistic falls with the hypothesized difference.
	statistic := func(delta float64) float64 {
		pa, pb := restrictedDifference(a, b, delta)
		v := (pa*(1-pa)/float64(a.N) + pb*(1-pb)/float64(b.N)) * n / (n - 1)
		return signedRoot(d-delta, v)
	}
	lower, upper, err := invertScore(statistic, d, -1, 1, z)
	if err != nil {
		return Estimate{}, fmt.Errorf("score limits of %d/%d minus %d/%d: %w", a.Events, a.N, b.Events, b.N, err)
	}
	return Estimate{d, lower, upper}, nil
}

// RiskRatioScore is a's rate over b's with the score interval (Miettinen and Nurminen 1985). With no event in b the ratio and
// the upper limit are infinite; with none in either there is no ratio.
func RiskRatioScore(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	if a.Events == 0 && b.Events == 0 {
		return Estimate{}, fmt.Errorf("neither group has an event: there is no risk ratio")
	}
	pa, pb := a.Rate(), b.Rate()
	n := float64(a.N + b.N)
	z := critical(level)
	// Solved in log ratio, with the statistic in a form that stays finite as the ratio goes to 0 or infinity.
	statistic := func(logRatio float64) float64 {
		phi := math.Exp(logRatio)
		ra, rb := restrictedRatio(a, b, phi)
		v := (ra*(1-ra)/float64(a.N) + phi*phi*rb*(1-rb)/float64(b.N)) * n / (n - 1)
		return signedRoot(pa-phi*pb, v)
	}
	const far = 60.0
	start := math.Log(pa / pb)
	lower, upper := 0.0, math.Inf(1)
	if a.Events > 0 {
		x, err := root.Find(func(l float64) float64 { return statistic(l) - z }, -far, min(start, far))
		if err != nil {
			return Estimate{}, fmt.Errorf("lower score limit of the risk ratio: %w", err)
		}
		lower = math.Exp(x)
	}
	if b.Events > 0 {
		x, err := root.Find(func(l float64) float64 { return statistic(l) + z }, max(start, -far), far)
		if err != nil {
			return Estimate{}, fmt.Errorf("upper score limit of the risk ratio: %w", err)
		}
		upper = math.Exp(x)
	}
	return Estimate{pa / pb, lower, upper}, nil
}

// signedRoot is difference / sqrt(variance), with the limits that a zero variance stands for.
func signedRoot(difference, variance float64) float64 {
	if variance <= 0 {
		switch {
		case difference == 0:
			return 0
		default:
			return math.Copysign(math.Inf(1), difference)
		}
	}
	return difference / math.Sqrt(variance)
}

// invertScore finds where a falling statistic passes z below and -z above the estimate.
func invertScore(statistic func(float64) float64, estimate, least, most, z float64) (lower, upper float64, err error) {
	lower, upper = least, most
	if estimate > least && statistic(least) > z {
		if lower, err = root.Find(func(x float64) float64 { return statistic(x) - z }, least, estimate); err != nil {
			return 0, 0, err
		}
	}
	if estimate < most && statistic(most) < -z {
		if upper, err = root.Find(func(x float64) float64 { return statistic(x) + z }, estimate, most); err != nil {
			return 0, 0, err
		}
	}
	return lower, upper, nil
}

// restrictedDifference gives the maximum likelihood rates with pa - pb = delta, from the closed solution of the cubic likelihood
// equation (C. P. Farrington, G. Manning, Statistics in Medicine 9, 1990, 1447-1454, appendix).
func restrictedDifference(a, b Proportion, delta float64) (pa, pb float64) {
	theta := float64(b.N) / float64(a.N)
	x, y := a.Rate(), b.Rate()
	k3 := 1 + theta
	k2 := -(1 + theta + x + theta*y + delta*(theta+2))
	k1 := delta*delta + delta*(2*x+theta+1) + x + theta*y
	k0 := -x * delta * (1 + delta)
	v := math.Pow(k2/(3*k3), 3) - k1*k2/(6*k3*k3) + k0/(2*k3)
	u := math.Copysign(math.Sqrt(max(0, math.Pow(k2/(3*k3), 2)-k1/(3*k3))), v)
	if u == 0 {
		pa = -k2 / (3 * k3)
	} else {
		w := (math.Pi + math.Acos(max(-1, min(1, v/(u*u*u))))) / 3
		pa = 2*u*math.Cos(w) - k2/(3*k3)
	}
	pa = min(max(pa, max(0, delta)), min(1, 1+delta))
	return pa, pa - delta
}

// restrictedRatio gives the maximum likelihood rates with pa = phi pb.
func restrictedRatio(a, b Proportion, phi float64) (pa, pb float64) {
	na, nb, xa, xb := float64(a.N), float64(b.N), float64(a.Events), float64(b.Events)
	// A pb^2 + B pb + C = 0; the smaller root, without cancellation.
	qa := (na + nb) * phi
	qb := na*phi + xa + nb + xb*phi
	qc := xa + xb
	pb = 2 * qc / (qb + math.Sqrt(max(0, qb*qb-4*qa*qc)))
	pb = min(pb, 1, 1/phi)
	return phi * pb, pb
}
