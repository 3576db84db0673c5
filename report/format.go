package report

import (
	"math"
	"strconv"
	"strings"

	"rekindle/analysis"
)

// Fixed prints x with so many decimals, halves away from zero, and never "-0.00". A value within 1e-9 of a half, relative
// to its size, counts as the half: it is one, but for the last bit of its binary form.
func Fixed(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "not estimable"
	}
	scale := math.Pow10(decimals)
	n := math.Floor(math.Abs(x)*scale + 0.5 + 1e-9*max(1, math.Abs(x)*scale))
	s := strconv.FormatFloat(n/scale, 'f', decimals, 64)
	if x < 0 && n > 0 {
		s = "-" + s
	}
	return s
}

// Percent prints a share's percentage with one decimal, from the two whole numbers; "" where the denominator is 0.
func Percent(s analysis.Share) string {
	if s.Of == 0 {
		return ""
	}
	tenths := (2000*s.Count + s.Of) / (2 * s.Of) // half up, exactly
	return strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10)
}

// CountPercent prints "52 (77.6)", and "0" alone for none.
func CountPercent(s analysis.Share) string {
	if s.Count == 0 {
		return "0"
	}
	return strconv.Itoa(s.Count) + " (" + Percent(s) + ")"
}

// MeanSD prints "12.4 (9.2)", and "-" where there is no number.
func MeanSD(s analysis.Summary, decimals int) string {
	if s.N == 0 {
		return "-"
	}
	if s.N == 1 {
		return Fixed(s.Mean, decimals)
	}
	return Fixed(s.Mean, decimals) + " (" + Fixed(s.SD, decimals) + ")"
}

// Interval prints "-0.94 (-1.48 to -0.41)".
func Interval(e analysis.Estimate, decimals int) string {
	return Fixed(e.Value, decimals) + " (" + Fixed(e.Lower, decimals) + " to " + Fixed(e.Upper, decimals) + ")"
}

// P prints a P value without the zero before the point: two decimals from .01 on, three below and wherever two would
// blur which side of .05 it stands on, "<.001" where three decimals would be .000, ">.99" near 1.
func P(p float64) string {
	switch {
	case math.IsNaN(p):
		return "not estimable"
	case p < 0.0005:
		return "<.001"
	case p > 0.99:
		return ">.99"
	}
	two := Fixed(p, 2)
	if p < 0.01 || two == "0.05" {
		return strings.TrimPrefix(Fixed(p, 3), "0")
	}
	return strings.TrimPrefix(two, "0")
}

// Money prints an amount with its currency: "$1,556.73" for USD, "EUR 1,556.73" for others.
func Money(currency string, amount float64) string {
	s := Fixed(math.Abs(amount), 2)
	whole, cents, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	s = whole + "." + cents
	if currency == "USD" || currency == "" {
		s = "$" + s
	} else {
		s = currency + " " + s
	}
	if amount < 0 && Fixed(amount, 2) != "0.00" {
		s = "-" + s
	}
	return s
}
