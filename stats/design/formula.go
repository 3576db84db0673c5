package design

import (
	"slices"
	"sort"
	"strings"
)

// Formula is a parsed model: response ~ fixed terms + random terms.
type Formula struct {
	Text     string
	Response string // "" when the formula has no left side
	Fixed    Terms
	Random   []Bar
}

// Terms is an expanded right-hand side. Vars stand in order of first appearance; a term is the ascending
// indices of its variables; terms are ordered by degree and then as written, as R orders them.
type Terms struct {
	Intercept bool
	Vars      []string
	Terms     [][]int
}

// Bar is one random term: correlated effects (one column per coefficient of Effects) for each level of the
// crossing of the Group columns.
type Bar struct {
	Effects Terms
	Group   []string
}

// Label is the bar as one would write it, for example "1 + Days | Subject".
func (b Bar) Label() string {
	parts := []string{"0"}
	if b.Effects.Intercept {
		parts[0] = "1"
	}
	for i := range b.Effects.Terms {
		parts = append(parts, b.Effects.Label(i))
	}
	return strings.Join(parts, " + ") + " | " + b.GroupLabel()
}

// GroupLabel is the name of the grouping, "g" or "g:h".
func (b Bar) GroupLabel() string { return strings.Join(b.Group, ":") }

// Label names a term as R does: its variables joined by colons.
func (t *Terms) Label(term int) string { return strings.Join(t.names(term), ":") }

// names gives the variables of a term; none for the intercept, -1.
func (t *Terms) names(term int) []string {
	if term < 0 {
		return nil
	}
	names := make([]string, len(t.Terms[term]))
	for i, v := range t.Terms[term] {
		names[i] = t.Vars[v]
	}
	return names
}

// Contains says whether the term of exactly these variables (ascending) is there; none means the intercept.
func (t *Terms) Contains(vars []int) bool {
	if len(vars) == 0 {
		return t.Intercept
	}
	return slices.ContainsFunc(t.Terms, func(s []int) bool { return slices.Equal(s, vars) })
}

// expression is a sum of terms while parsing; a term is a bit set of variables, 0 the intercept.
// It keeps the order of writing and holds each term once.
type expression []uint64

func (e expression) plus(f expression) expression {
	for _, t := range f {
		if !slices.Contains(e, t) {
			e = append(e, t)
		}
	}
	return e
}

func (e expression) minus(f expression) expression {
	return slices.DeleteFunc(slices.Clone(e), func(t uint64) bool { return slices.Contains(f, t) })
}

// cross is the colon: every term of e with every term of f.
func (e expression) cross(f expression) expression {
	var out expression
	for _, a := range e {
		for _, b := range f {
			out = out.plus(expression{a | b})
		}
	}
	return out
}

// nest is e / f: e and, within all variables of e, f.
func (e expression) nest(f expression) expression {
	var all uint64
	for _, t := range e {
		all |= t
	}
	return slices.Clone(e).plus(expression{all}.cross(f))
}

// terms orders an expression by degree (stable) into Terms over the named variables.
func (e expression) terms(vars []string) Terms {
	t := Terms{Vars: vars, Intercept: slices.Contains(e, 0)}
	for _, bits := range e {
		if bits == 0 {
			continue
		}
		var term []int
		for v := range vars {
			if bits&(1<<v) != 0 {
				term = append(term, v)
			}
		}
		t.Terms = append(t.Terms, term)
	}
	sort.SliceStable(t.Terms, func(i, j int) bool { return len(t.Terms[i]) < len(t.Terms[j]) })
	return t
}
