package report_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rekindle/analysis"
	"rekindle/report"
)

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     string
	}{
		{0.005, 2, "0.01"}, {-0.005, 2, "-0.01"}, {-0.0049, 2, "0.00"}, {1.005, 2, "1.01"}, {2.675, 2, "2.68"},
		{12.35, 1, "12.4"}, {0, 0, "0"}, {59.749999, 2, "59.75"}, {math.NaN(), 2, "not estimable"},
	} {
		if got := report.Fixed(c.x, c.decimals); got != c.want {
			t.Errorf("Fixed(%v, %d) = %q, want %q", c.x, c.decimals, got, c.want)
		}
	}
}

// The percentages that the paper prints wrongly (research audit D2, D3, D7, D8, D12, D13), as they should be.
func TestPercent(t *testing.T) {
	for _, c := range []struct {
		count, of int
		want      string
	}{
		{3, 138, "2.2"}, {9, 138, "6.5"}, {6, 138, "4.3"}, {128, 138, "92.8"}, {33, 52, "63.5"}, {61, 71, "85.9"},
		{67, 138, "48.6"}, {51, 138, "37.0"}, {45, 47, "95.7"}, {52, 67, "77.6"}, {0, 5, "0.0"}, {5, 5, "100.0"}, {1, 0, ""},
	} {
		if got := report.Percent(analysis.Share{Count: c.count, Of: c.of}); got != c.want {
			t.Errorf("Percent(%d/%d) = %q, want %q", c.count, c.of, got, c.want)
		}
	}
}

func TestPercentIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 5000).Draw(t, "of")
		count := rapid.IntRange(0, of).Draw(t, "count")
		want := report.Fixed(100*float64(count)/float64(of), 1)
		if got := report.Percent(analysis.Share{Count: count, Of: of}); got != want {
			t.Fatalf("%d/%d: %s, want %s", count, of, got, want)
		}
	})
}

func TestP(t *testing.T) {
	for p, want := range map[float64]string{
		0.000704607: ".001", 0.0012: ".001", 0.1293: ".13", 0.0460: ".046", 0.0373: ".04", 0.3375: ".34", 0.0582: ".06",
		0.0001: "<.001", 0.7323: ".73", 0.995: ">.99", 0.0499: ".050", 0.0521: ".052", 0.0551: ".06",
	} {
		if got := report.P(p); got != want {
			t.Errorf("P(%v) = %q, want %q", p, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	for x, want := range map[float64]string{1556.7308: "$1,556.73", -430.769: "-$430.77", 80950: "$80,950.00", 0: "$0.00", 999.999: "$1,000.00"} {
		if got := report.Money("USD", x); got != want {
			t.Errorf("Money(%v) = %q, want %q", x, got, want)
		}
	}
}
