package lint

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// interval is all numbers from Low to High, both included.
type interval struct{ low, high float64 }

// slack is what the last bits of binary numbers may cost, relative to their size. It is far below any printed digit.
const slack = 1e-9

func (a interval) meets(b interval) bool {
	tolerance := slack * (1 + math.Max(math.Abs(a.low), math.Abs(b.high)))
	if math.IsInf(tolerance, 1) {
		tolerance = slack
	}
	return a.low <= b.high+tolerance && b.low <= a.high+tolerance
}

func (a interval) holds(x float64) bool { return a.meets(interval{x, x}) }

func (a interval) plus(b interval) interval { return interval{a.low + b.low, a.high + b.high} }

func (a interval) negative() interval { return interval{-a.high, -a.low} }

func (a interval) minus(b interval) interval { return a.plus(b.negative()) }

// times multiplies by a number of either sign.
func (a interval) times(x float64) interval {
	if x < 0 {
		a = a.negative()
		x = -x
	}
	return interval{a.low * x, a.high * x}
}

// over divides by an interval without zero; ok is false where zero is in it.
func (a interval) over(b interval) (q interval, ok bool) {
	if b.low <= 0 && b.high >= 0 {
		return interval{}, false
	}
	corners := []float64{a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}
	q = interval{corners[0], corners[0]}
	for _, x := range corners {
		q.low, q.high = math.Min(q.low, x), math.Max(q.high, x)
	}
	return q, true
}

// and gives what two intervals share; ok is false where that is nothing.
func (a interval) and(b interval) (interval, bool) {
	return interval{math.Max(a.low, b.low), math.Min(a.high, b.high)}, a.meets(b)
}

// magnitude gives the interval of absolute values.
func (a interval) magnitude() interval {
	switch {
	case a.low >= 0:
		return a
	case a.high <= 0:
		return a.negative()
	}
	return interval{0, math.Max(-a.low, a.high)}
}

// text prints both ends with so many places, or one number where they print alike.
func (a interval) text(places int) string {
	low, high := fixed(a.low, places), fixed(a.high, places)
	if low == high {
		return low
	}
	return low + " to " + high
}

// fixed prints with so many places, and never "-0.00".
func fixed(x float64, places int) string {
	s := strconv.FormatFloat(x, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// number is a number as printed.
type number struct {
	text   string
	value  float64
	places int  // digits after the point
	bound  byte // '<' or '>' where only a bound is printed; else 0
}

var numeral = regexp.MustCompile(`^([<>≤≥]?)\s*([-−–+]?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d+))?\s*%?$`)

// parseNumber reads "-0.94", "−0.94", ".046", "<.001", "3,247", "93.0%".
func parseNumber(s string) (number, error) {
	text := strings.TrimSpace(s)
	m := numeral.FindStringSubmatch(text)
	if m == nil || m[3] == "" && m[4] == "" {
		return number{}, fmt.Errorf("%q is not a number", s)
	}
	digits := strings.ReplaceAll(m[3], ",", "") + "." + m[4]
	v, err := strconv.ParseFloat("0"+digits, 64)
	if err != nil || math.IsInf(v, 0) {
		return number{}, fmt.Errorf("%q is not a number", s)
	}
	if m[2] != "" && m[2] != "+" {
		v = -v
	}
	n := number{text: text, value: v, places: len(m[4])}
	switch m[1] {
	case "<", "≤":
		n.bound = '<'
	case ">", "≥":
		n.bound = '>'
	}
	return n, nil
}

// interval gives every number that is printed so: half a unit of the last place to either side, whichever way halves go.
func (n number) interval() interval {
	switch n.bound {
	case '<':
		return interval{math.Inf(-1), n.value}
	case '>':
		return interval{n.value, math.Inf(1)}
	}
	half := 0.5 * math.Pow10(-n.places)
	return interval{n.value - half, n.value + half}
}

// signed gives a number's interval with the sign that words like "decreased" give it.
func (n number) signed(direction string) interval {
	if direction == "decrease" && n.value > 0 {
		return n.interval().negative()
	}
	return n.interval()
}
