package psychometric

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Lattice is where the scores of an instrument can lie: Least, Least + Step, ..., Most. The mean of ten items of 0 to 4 times 2.5 has
// Least 0, Step 0.25, Most 10.
type Lattice struct{ Least, Step, Most float64 }

// Grim is the verdict on a printed mean.
type Grim struct {
	Possible     bool
	Below, Above float64 // the nearest means that N people can have
	Decidable    bool    // false when means lie so close that every printed one is possible
}

// CheckMean tests whether a mean, as printed, can be the mean of n scores on the lattice (GRIM: N. J. L. Brown, J. A. J. Heathers, Social
// Psychological and Personality Science 8, 2017). Rounding of a five may have gone either way.
func CheckMean(printed string, n int, l Lattice) (Grim, error) {
	text := strings.Replace(strings.TrimSpace(printed), "\u2212", "-", 1)
	mean, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(mean) || math.IsInf(mean, 0) || strings.ContainsAny(text, "eExXpP_") {
		return Grim{}, fmt.Errorf("printed mean %q is not a decimal number", printed)
	}
	if n < 1 {
		return Grim{}, fmt.Errorf("a mean of %d people", n)
	}
	if !(l.Step > 0) || !(l.Most > l.Least) || math.IsInf(l.Most-l.Least, 0) {
		return Grim{}, fmt.Errorf("lattice from %v to %v by %v: it must go up by a positive step", l.Least, l.Most, l.Step)
	}
	places := 0
	if dot := strings.IndexByte(text, '.'); dot >= 0 {
		places = len(text) - dot - 1
	}
	half := 0.5 * math.Pow(10, -float64(places))
	spacing := l.Step / float64(n)
	slack := 1e-9 * max(1, math.Abs(mean))
	k := math.Floor((mean-l.Least)/spacing + 1e-9)
	out := Grim{Below: l.Least + k*spacing, Above: l.Least + (k+1)*spacing, Decidable: spacing > 2*half+slack}
	out.Below, out.Above = min(max(out.Below, l.Least), l.Most), min(max(out.Above, l.Least), l.Most)
	out.Possible = math.Abs(out.Below-mean) <= half+slack || math.Abs(out.Above-mean) <= half+slack
	return out, nil
}
