package psychometric

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
)

// Retest is the agreement of scores of the same people on several occasions.
type Retest struct {
	Agreement   Interval // ICC(2,1): occasions random, their mean differences count as disagreement
	Consistency Interval // ICC(3,1): occasions fixed, their mean differences do not count
	SEM         float64  // standard error of measurement by agreement: root of occasion and residual variance
	Detectable  float64  // smallest detectable change of one person at the level: z sqrt 2 SEM
	N, Dropped  int
}

// ICC gives intraclass correlations of single scores by two-way analysis of variance (P. E. Shrout, J. L. Fleiss, Psychological Bulletin 86,
// 1979; intervals: K. O. McGraw, S. P. Wong, Psychological Methods 1, 1996). A row is a person, a column an occasion; people with a
// missing score are left out and counted.
func ICC(scores [][]float64, level float64) (Retest, error) {
	if err := validLevel(level); err != nil {
		return Retest{}, err
	}
	rows, dropped, err := Items(scores).completeRows(2)
	if err != nil {
		return Retest{}, err
	}
	n, k := float64(len(rows)), float64(len(rows[0]))
	var grand float64
	column := make([]float64, len(rows[0]))
	for _, row := range rows {
		for j, v := range row {
			grand += v
			column[j] += v
		}
	}
	grand /= n * k
	for j := range column {
		column[j] /= n
	}
	var between, within float64
	for _, row := range rows {
		mean := 0.0
		for _, v := range row {
			mean += v / k
		}
		between += k * (mean - grand) * (mean - grand)
		for j, v := range row {
			e := v - mean - column[j] + grand
			within += e * e
		}
	}
	occasions := 0.0
	for _, m := range column {
		occasions += n * (m - grand) * (m - grand)
	}
	msr, msc, mse := between/(n-1), occasions/(k-1), within/((n-1)*(k-1))
	if between <= 1e-24*n*k*grand*grand || mse <= 1e-14*msr {
		return Retest{}, fmt.Errorf("people do not differ, or occasions differ by a constant only: there is no intraclass correlation to estimate")
	}
	out := Retest{N: len(rows), Dropped: dropped}
	tail := (1 - level) / 2
	f := msr / mse
	low := f / dist.F{DF1: n - 1, DF2: (n - 1) * (k - 1)}.QuantileUpper(tail)
	high := f * dist.F{DF1: (n - 1) * (k - 1), DF2: n - 1}.QuantileUpper(tail)
	out.Consistency = Interval{(msr - mse) / (msr + (k-1)*mse), (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)}

	icc := (msr - mse) / (msr + (k-1)*mse + k*(msc-mse)/n)
	a := k * icc / (n * (1 - icc))
	b := 1 + k*icc*(n-1)/(n*(1-icc))
	v := (a*msc + b*mse) * (a*msc + b*mse) / (a*msc*a*msc/(k-1) + b*mse*b*mse/((n-1)*(k-1)))
	fl := dist.F{DF1: n - 1, DF2: v}.QuantileUpper(tail)
	fu := dist.F{DF1: v, DF2: n - 1}.QuantileUpper(tail)
	rest := k*msc + (k*n-k-n)*mse
	out.Agreement = Interval{icc, n * (msr - fl*mse) / (fl*rest + n*msr), n * (fu*msr - mse) / (rest + n*fu*msr)}
	out.SEM = math.Sqrt(mse + max(0, (msc-mse)/n))
	out.Detectable = dist.Normal{}.QuantileUpper(tail) * math.Sqrt2 * out.SEM
	return out, nil
}

// ErrorOfMeasurement gives the standard error of measurement SD sqrt(1 - reliability) of one score.
func ErrorOfMeasurement(sd, reliability float64) (float64, error) {
	if !(sd > 0) || math.IsInf(sd, 1) || !(reliability >= 0 && reliability <= 1) {
		return 0, fmt.Errorf("standard deviation %v and reliability %v: the first must be above 0, the second between 0 and 1", sd, reliability)
	}
	return sd * math.Sqrt(1-reliability), nil
}

// Change says whether one person's change is more than the instrument's noise.
type Change string

// The kinds of change.
const (
	Risen     Change = "risen"
	Fallen    Change = "fallen"
	Unchanged Change = "unchanged"
)

// Reliable gives the reliable change index (post - pre) / (sqrt 2 SEM) of N. S. Jacobson and P. Truax (Journal of Consulting and Clinical
// Psychology 59, 1991), and the verdict at the level. SD and reliability are those of the baseline.
func Reliable(pre, post, sd, reliability, level float64) (index float64, verdict Change, err error) {
	if err := validLevel(level); err != nil {
		return 0, "", err
	}
	sem, err := ErrorOfMeasurement(sd, reliability)
	if err != nil {
		return 0, "", err
	}
	if sem == 0 {
		return 0, "", fmt.Errorf("a reliability of 1 leaves no error: any change is reliable")
	}
	if math.IsNaN(post-pre) || math.IsInf(post-pre, 0) {
		return 0, "", fmt.Errorf("scores %v and %v: both must be finite", pre, post)
	}
	index = (post - pre) / (math.Sqrt2 * sem)
	critical := dist.Normal{}.QuantileUpper((1 - level) / 2)
	switch {
	case index > critical:
		return index, Risen, nil
	case index < -critical:
		return index, Fallen, nil
	}
	return index, Unchanged, nil
}
