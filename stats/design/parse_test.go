package design_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rekindle/stats/design"
)

// Term labels are those of R 4.2's terms(): attr(terms(y ~ ...), "term.labels").
func TestParseExpandsAsR(t *testing.T) {
	for _, c := range []struct {
		formula   string
		intercept bool
		terms     string
		random    string
	}{
		{"y ~ arm*wave + gender + (1|id)", true, "arm wave gender arm:wave", "1 | id"},
		{"y ~ a*b*c", true, "a b c a:b a:c b:c a:b:c", ""},
		{"y ~ (a + b + c)^2", true, "a b c a:b a:c b:c", ""},
		{"y ~ a*b - a:b - 1", false, "a b", ""},
		{"y ~ 0 + a", false, "a", ""},
		{"y ~ wave:arm + arm", true, "arm wave:arm", ""},
		{"y ~ a/b", true, "a a:b", ""},
		{"y ~ 1 + (1 | g/h)", true, "", "1 | g; 1 | g:h"},
		{"y ~ x + (1 + x | g)", true, "x", "1 + x | g"},
		{"y ~ x + (x || g)", true, "x", "1 | g; 0 + x | g"},
		{"y ~ x + (0 + x | g) + (1 | g:h)", true, "x", "0 + x | g; 1 | g:h"},
		{"~ `odd name`", true, "odd name", ""},
		{"a + b", true, "a b", ""},
	} {
		f, err := design.Parse(c.formula)
		if err != nil {
			t.Errorf("%s: %v", c.formula, err)
			continue
		}
		var terms, random []string
		for i := range f.Fixed.Terms {
			terms = append(terms, f.Fixed.Label(i))
		}
		for _, b := range f.Random {
			random = append(random, b.Label())
		}
		if got := strings.Join(terms, " "); got != c.terms || f.Fixed.Intercept != c.intercept {
			t.Errorf("%s: terms %q, intercept %v", c.formula, got, f.Fixed.Intercept)
		}
		if got := strings.Join(random, "; "); got != c.random {
			t.Errorf("%s: random %q", c.formula, got)
		}
	}
}

func TestParseShowsWhere(t *testing.T) {
	for formula, at := range map[string]int{
		"y ~ a + ":            8,
		"y ~ a + * b":         8,
		"y ~ (a + b":          10,
		"y ~ a + (1 | )":      13,
		"y ~ log(x)":          4,
		"y ~ 2*x":             4,
		"y ~ a $ b":           6,
		"y ~ a*(1|g)":         8,
		"log(y) ~ a":          0,
		"y ~ a + (0 | g)":     11,
		"y ~ a + (1 | g":      14,
		"y ~ a^x":             6,
		"y ~ a b":             6,
		"y ~ a - (1|g)":       8,
		"y ~ a + (1 | g) | h": 16,
	} {
		_, err := design.Parse(formula)
		e, ok := errors.AsType[*design.SyntaxError](err)
		if !ok {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		if e.Offset != at {
			t.Errorf("%s: offset %d, want %d (%s)", formula, e.Offset, at, e.Message)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"y ~ arm*wave + (1|id)", "y~(a+b)^3-a:b", "~ 0 + x + (x||g/h)", "((((", "y ~ `a", "y ~ a^99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := design.Parse(s)
		if err != nil {
			if _, ok := errors.AsType[*design.SyntaxError](err); !ok {
				t.Fatalf("%q: %v is no syntax error", s, err)
			}
			return
		}
		for i := range p.Fixed.Terms {
			if !slices.IsSorted(p.Fixed.Terms[i]) || !p.Fixed.Contains(p.Fixed.Terms[i]) {
				t.Fatalf("%q: term %v", s, p.Fixed.Terms[i])
			}
		}
	})
}
