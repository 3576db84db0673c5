// Package power answers how many participants, how likely a verdict, how small a difference: in closed form for the designs
// of coaching trials, and by simulation through the very model-fitting code of the analysis.
//
// A Question is a design with its numbers; Power, Size and Detectable each solve for one of them. Power counts both
// tails of a two-sided test. Equations stand in docs/derivations/power.md.
//
// In the paper it is one sentence: "100 physicians, 80% power for 0.3 to 0.5 SD"; 50 an arm give .70 for 0.5 SD with a t
// test and .32 for 0.3.
package power

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"rekindle/stats/dist"
	"rekindle/stats/root"
)

// Kind names a design and its analysis.
type Kind string

// The designs. Arm 1 is the treated (coached) arm, arm 2 the control arm.
const (
	TwoSample       Kind = "two_sample_t"            // follow-up scores, t test
	Paired          Kind = "paired_t"                // one arm before and after
	ChangeScore     Kind = "change_score"            // t test of changes
	ANCOVA          Kind = "ancova"                  // follow-up adjusted for baseline
	MixedModel      Kind = "mixed_model"             // arm by wave with a participant intercept, as in the paper
	ConstrainedLDA  Kind = "clda"                    // the same with one baseline mean
	PartiallyNested Kind = "partially_nested_change" // changes, participants of arm 1 within coaches
	Cluster         Kind = "cluster"                 // both arms in clusters, follow-up scores
	TwoProportions  Kind = "two_proportions"         // events, by Test
	Logistic        Kind = "logistic"                // events, Wald test of the log odds ratio
)

// Kinds lists every Kind.
func Kinds() []Kind {
	return []Kind{TwoSample, Paired, ChangeScore, ANCOVA, MixedModel, ConstrainedLDA, PartiallyNested, Cluster, TwoProportions, Logistic}
}

// Question is a design with its numbers. Numbers that a Kind does not use must be zero or are ignored, as said.
type Question struct {
	Kind  Kind    `json:"kind"`
	Delta float64 `json:"delta,omitempty"` // true difference, in the unit of SD; its sign does not matter
	SD    float64 `json:"sd,omitempty"`    // standard deviation of a score at one visit
	SD2   float64 `json:"sd2,omitempty"`   // of arm 2 where it differs (two_sample_t only); 0 = the same
	Rho   float64 `json:"rho,omitempty"`   // correlation of a participant's two scores
	N1    float64 `json:"n1,omitempty"`    // randomized to arm 1; real numbers are allowed, so that sizes can be solved for
	N2    float64 `json:"n2,omitempty"`    // randomized to arm 2
	Ratio float64 `json:"ratio,omitempty"` // N2 / N1 when sizes are solved for; 0 = 1
	Alpha float64 `json:"alpha,omitempty"` // two-sided level; 0 = 0.05

	ClusterSize float64 `json:"cluster_size,omitempty"` // participants a coach (mean)
	ClusterCV   float64 `json:"cluster_cv,omitempty"`   // coefficient of variation of cluster sizes
	ICC         float64 `json:"icc_treated,omitempty"`  // intraclass correlation within a coach or cluster
	DF          float64 `json:"df,omitempty"`           // degrees of freedom instead of the design's own

	P1   float64 `json:"p1,omitempty"`   // event probability in arm 1
	P2   float64 `json:"p2,omitempty"`   // in arm 2
	Test Test    `json:"test,omitempty"` // of two proportions; "" = pooled

	Dropout1      float64 `json:"dropout1,omitempty"`      // share of arm 1 without follow-up
	Dropout2      float64 `json:"dropout2,omitempty"`      // of arm 2
	Noncompliance float64 `json:"noncompliance,omitempty"` // share of arm 1 that is never coached and gains nothing
	Contamination float64 `json:"contamination,omitempty"` // share of arm 2 that is coached all the same and gains Delta
}

// Answer is a power with what it was computed from.
type Answer struct {
	NCP      float64 `json:"ncp"`                   // expected test statistic
	SE       float64 `json:"se,omitempty"`          // standard error of the difference
	DF       float64 `json:"df,omitempty"`          // 0 stands for a normal test
	Critical float64 `json:"t_critical,omitempty"`  // critical value; 0 for exact tests
	Power    float64 `json:"power"`                 // both tails
	Upper    float64 `json:"power_upper_tail_only"` // the tail on the side of Delta: the chance of the right verdict
	Analyzed [2]int  `json:"-"`                     // participants with follow-up, rounded down
}

func (q Question) alpha() float64 {
	if q.Alpha == 0 {
		return 0.05
	}
	return q.Alpha
}

func (q Question) events() bool { return q.Kind == TwoProportions || q.Kind == Logistic }

// Validate names the first number that no such design can have. sizes and delta say whether those must be there, or
// are being solved for.
func (q Question) validate(sizes, delta bool) error {
	if !slices.Contains(Kinds(), q.Kind) {
		return fmt.Errorf("kind %q is unknown: use one of %s", q.Kind, names(Kinds()))
	}
	in := func(name string, v, lo, hi float64, open bool) error {
		if v >= lo && v <= hi && !(open && (v == lo || v == hi)) {
			return nil
		}
		edge := "from %v to %v"
		if open {
			edge = "above %v and below %v"
		}
		return fmt.Errorf("%s is %v: it must be "+edge, name, v, lo, hi)
	}
	checks := []error{
		in("alpha", q.alpha(), 0, 1, true), in("rho", q.Rho, -1, 1, true),
		in("dropout1", q.Dropout1, 0, 0.9999, false), in("dropout2", q.Dropout2, 0, 0.9999, false),
		in("noncompliance", q.Noncompliance, 0, 1, false), in("contamination", q.Contamination, 0, 1, false),
		in("icc_treated", q.ICC, 0, 1, false), in("ratio", q.ratio(), 1e-3, 1e3, false),
		in("cluster_cv", q.ClusterCV, 0, 10, false), in("df", q.DF, 0, math.MaxFloat64, false), in("sd2", q.SD2, 0, math.MaxFloat64, false),
	}
	if q.events() {
		checks = append(checks, in("p2", q.P2, 0, 1, true))
		if delta {
			checks = append(checks, in("p1", q.P1, 0, 1, true))
		}
		if !slices.Contains(Tests(), q.test()) {
			checks = append(checks, fmt.Errorf("test %q is unknown: use one of %s", q.Test, names(Tests())))
		}
	} else {
		checks = append(checks, in("sd", q.SD, 0, math.MaxFloat64, true))
		if delta {
			checks = append(checks, in("delta", q.Delta, -math.MaxFloat64, math.MaxFloat64, false))
		}
	}
	if sizes {
		checks = append(checks, in("n1", q.N1, 2, 1e12, false))
		if q.Kind != Paired {
			checks = append(checks, in("n2", q.N2, 2, 1e12, false))
		}
		if q.exact() && max(q.N1, q.N2) > mostExact {
			checks = append(checks, fmt.Errorf("exact power is enumerated for up to %d participants an arm, not %g: use test %q", mostExact, max(q.N1, q.N2), Continuity))
		}
	}
	if q.Kind == PartiallyNested || q.Kind == Cluster {
		checks = append(checks, in("cluster_size", q.ClusterSize, 1, 1e9, false))
	}
	if q.Noncompliance+q.Contamination >= 1 {
		checks = append(checks, fmt.Errorf("noncompliance and contamination together are %v: nothing of the difference is left", q.Noncompliance+q.Contamination))
	}
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

func names[T ~string](of []T) string {
	out := make([]string, len(of))
	for i, v := range of {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}

func (q Question) ratio() float64 {
	if q.Ratio == 0 {
		return 1
	}
	return q.Ratio
}

// Power gives the chance that the two-sided test rejects.
func (q Question) Power() (Answer, error) {
	if err := q.validate(true, true); err != nil {
		return Answer{}, err
	}
	a := q.power()
	if math.IsNaN(a.Power) {
		return a, fmt.Errorf("no degrees of freedom are left: n1 %v and n2 %v after drop-out are too few", q.N1*(1-q.Dropout1), q.N2*(1-q.Dropout2))
	}
	return a, nil
}

func (q Question) power() Answer {
	n1, n2 := q.N1*(1-q.Dropout1), q.N2*(1-q.Dropout2)
	var a Answer
	if q.events() {
		a = q.eventPower(n1, n2)
	} else {
		delta := math.Abs(q.Delta) * (1 - q.Noncompliance - q.Contamination)
		se, df := q.precision(n1, n2)
		if q.DF > 0 {
			df = q.DF
		}
		a = tPower(delta/se, df, q.alpha())
		a.SE = se
	}
	a.Analyzed = [2]int{int(n1), int(n2)}
	return a
}

// tPower is equation (P1): T is noncentral t, the test rejects outside plus and minus the critical value.
func tPower(ncp, df, alpha float64) Answer {
	if !(df > 0) {
		return Answer{NCP: ncp, DF: df, Critical: math.NaN(), Power: math.NaN(), Upper: math.NaN()}
	}
	c := dist.StudentT{DF: df}.QuantileUpper(alpha / 2)
	law := dist.NoncentralT{DF: df, NCP: ncp}
	upper := law.Survival(c)
	return Answer{NCP: ncp, DF: df, Critical: c, Upper: upper, Power: min(1, upper+law.CDF(-c))}
}

// precision gives the standard error of the difference and its degrees of freedom for n1 and n2 followed up: (P2) to
// (P8).
func (q Question) precision(n1, n2 float64) (se, df float64) {
	v := q.SD * q.SD
	both := 1/n1 + 1/n2
	switch q.Kind {
	case TwoSample:
		if q.SD2 > 0 {
			a, b := v/n1, q.SD2*q.SD2/n2
			return math.Sqrt(a + b), (a + b) * (a + b) / (a*a/(n1-1) + b*b/(n2-1))
		}
		return math.Sqrt(v * both), n1 + n2 - 2
	case Paired:
		return math.Sqrt(2 * v * (1 - q.Rho) / n1), n1 - 1
	case ChangeScore:
		return math.Sqrt(2 * v * (1 - q.Rho) * both), n1 + n2 - 2
	case ANCOVA:
		return math.Sqrt(v * (1 - q.Rho*q.Rho) * both), n1 + n2 - 3
	case MixedModel:
		return math.Sqrt(v * (q.changeVariance(n1, q.N1-n1) + q.changeVariance(n2, q.N2-n2))), n1 + n2 - 2
	case ConstrainedLDA:
		return math.Sqrt(v * q.constrainedVariance(n1, n2)), n1 + n2 - 3
	case PartiallyNested:
		e := 2 * v * (1 - q.Rho)
		a, b := e*q.inflation()/n1, e/n2
		return math.Sqrt(a + b), (a + b) * (a + b) / (a*a/(n1/q.ClusterSize-1) + b*b/(n2-1))
	default: // Cluster
		return math.Sqrt(v * q.inflation() * both), (n1+n2)/q.ClusterSize - 2
	}
}

// inflation is the design effect with cluster sizes of coefficient of variation CV (S. M. Eldridge, D. Ashby, S. Kerry 2006).
func (q Question) inflation() float64 {
	return 1 + ((q.ClusterCV*q.ClusterCV+1)*q.ClusterSize-1)*q.ICC
}

// changeVariance is the variance of one arm's mean change, over sigma^2, estimated from pairs participants with both visits and
// single with the baseline only, at known correlation (P5).
func (q Question) changeVariance(pairs, single float64) float64 {
	r := q.Rho
	u := 1 / (1 - r*r)
	// Information on (baseline mean, follow-up mean).
	a, b, c := pairs*u+single, -pairs*r*u, pairs*u
	det := a*c - b*b
	return (c + a + 2*b) / det
}

// constrainedVariance is the variance of the treatment effect, over sigma^2, when both arms share the baseline mean (P6).
func (q Question) constrainedVariance(n1, n2 float64) float64 {
	r := q.Rho
	u := 1 / (1 - r*r)
	// Given the baseline mean m, each arm's follow-up mean is its own mean less r times the distance of its completers'
	// baseline mean from m; their difference carries the baselines' with coefficient r.
	info := (n1+n2)*u + (q.N1 - n1) + (q.N2 - n2)
	// Schur complement of the baseline mean leaves each arm n u minus a part shared through it.
	a11, a12, a22 := n1*u-n1*n1*r*r*u*u/info, -n1*n2*r*r*u*u/info, n2*u-n2*n2*r*r*u*u/info
	det := a11*a22 - a12*a12
	return (a22 + a11 + 2*a12) / det
}

// Size is a solution for the number of participants.
type Size struct {
	Real     float64 `json:"n_real"`             // of arm 1, not rounded: power is the target there
	N1       int     `json:"n_integer"`          // of arm 1, the smallest with at least the target power
	N2       int     `json:"n2_integer"`         // of arm 2
	Power    float64 `json:"power_at_integer"`   // at N1 and N2
	Clusters int     `json:"clusters,omitempty"` // coaches, for designs that have them
}

// Size solves for the number of participants at which power reaches target, with N2 = Ratio N1 and N1, N2 of q
// ignored. For exact tests, whose power goes up and down with n, Real is 0 and N1 the smallest size from which on power
// stays at or above target.
func (q Question) Size(target float64) (Size, error) {
	if err := q.validate(false, true); err != nil {
		return Size{}, err
	}
	if err := q.validTarget(target); err != nil {
		return Size{}, err
	}
	if q.noDifference() {
		return Size{}, fmt.Errorf("the true difference is 0: no number of participants gives power for it")
	}
	if q.exact() {
		return q.exactSize(target)
	}
	at := func(n float64) float64 {
		p := q.sized(n, n*q.ratio()).power().Power
		if math.IsNaN(p) { // too few for degrees of freedom
			return -target
		}
		return p - target
	}
	const most = 1e9
	low := 2 / max(1, 1/q.ratio())
	if at(low) >= 0 {
		return q.whole(low, target)
	}
	high := 8.0
	for at(high) < 0 {
		if high *= 2; high > most {
			return Size{}, fmt.Errorf("more than %g participants an arm would be needed: the difference is too small", most)
		}
	}
	n, err := root.Find(at, max(low, high/2), high)
	if err != nil {
		if n, err = root.Find(at, low, high); err != nil {
			return Size{}, fmt.Errorf("solving for the number of participants: %w", err)
		}
	}
	return q.whole(n, target)
}

func (q Question) sized(n1, n2 float64) Question {
	q.N1, q.N2 = n1, n2
	return q
}

func (q Question) validTarget(target float64) error {
	if !(target > q.alpha() && target < 1) {
		return fmt.Errorf("target power %v must lie between alpha (%v) and 1", target, q.alpha())
	}
	return nil
}

func (q Question) noDifference() bool {
	if q.events() {
		return q.P1 == q.P2
	}
	return q.Delta == 0
}

// whole rounds a real solution up to whole participants.
func (q Question) whole(n, target float64) (Size, error) {
	out := Size{Real: n, N1: int(math.Ceil(n - 1e-9))}
	for {
		out.N2 = int(math.Ceil(float64(out.N1)*q.ratio() - 1e-9))
		if q.Kind == Paired {
			out.N2 = 0
		}
		out.Power = q.sized(float64(out.N1), float64(out.N2)).power().Power
		if out.Power >= target-1e-12 {
			break
		}
		out.N1++
	}
	if q.ClusterSize > 0 {
		out.Clusters = int(math.Ceil(float64(out.N1) / q.ClusterSize))
		if q.Kind == Cluster {
			out.Clusters += int(math.Ceil(float64(out.N2) / q.ClusterSize))
		}
	}
	return out, nil
}

// Detectable solves for the smallest true difference that has the target power; Delta (or P1) of q is ignored. For
// events it is P1 - P2 on the side above P2, or below it when P1 of q is below P2.
func (q Question) Detectable(target float64) (float64, error) {
	if err := q.validate(true, false); err != nil {
		return 0, err
	}
	if err := q.validTarget(target); err != nil {
		return 0, err
	}
	if q.events() {
		edge := 1 - 1e-9
		if q.P1 > 0 && q.P1 < q.P2 {
			edge = 1e-9
		}
		p, err := root.Find(func(p float64) float64 {
			q.P1 = p
			return q.power().Power - target
		}, q.P2, edge)
		if err != nil {
			return 0, fmt.Errorf("no event probability in arm 1 has power %v against %v with these numbers", target, q.P2)
		}
		return p - q.P2, nil
	}
	q.Delta = 0
	if math.IsNaN(q.power().Power) {
		_, err := q.Power()
		return 0, err
	}
	se, _ := q.precision(q.N1*(1-q.Dropout1), q.N2*(1-q.Dropout2))
	return root.Bracket(func(d float64) float64 {
		q.Delta = d
		return q.power().Power - target
	}, 0, se, 0, math.Inf(1))
}
