package randomization

import (
	"slices"
	"strings"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Values is the level of each factor for one participant, as it was at the draw: factor id -> level id.
type Values map[string]string

// Stratify finds a participant's levels from the answers given before allocation. Answer gives the code of an item
// ("form.item"), false where there is none. Every missing or unknown answer is in the error, a problem.List.
func Stratify(strata []study.Stratum, answer func(item string) (code string, ok bool)) (Values, error) {
	var found problem.List
	values := Values{}
	for _, s := range strata {
		code, ok := answer(s.Item)
		if !ok {
			found.Add(problem.New(problem.Conflict, "%s is not answered, and allocation is stratified by it", s.Item).
				On("%s", s.ID).Instead("answer it first"))
			continue
		}
		level, ok := s.LevelOf(code)
		if !ok {
			found.Add(problem.New(problem.Invalid, "the answer %q to %s belongs to no level of the stratum", code, s.Item).
				On("%s", s.ID).Instead("name the code under one level in the protocol"))
			continue
		}
		values[s.ID] = level.ID
	}
	if len(found) > 0 {
		return nil, found
	}
	return values, nil
}

// Whole is the stratum of a design without factors, and the stream of minimization, where each draw depends on all others.
const Whole = "all"

// Stratum names the stratum of the values: "gender=woman;medicine=yes", factors in the order of the design. A factor
// without a value, a value of no factor, or an unknown level is an error.
func (d Design) Stratum(v Values) (string, error) {
	if len(v) != len(d.Factors) {
		return "", problem.New(problem.Invalid, "%d stratum values where the design has %d factors", len(v), len(d.Factors))
	}
	if len(d.Factors) == 0 {
		return Whole, nil
	}
	var b strings.Builder
	for i, f := range d.Factors {
		level, ok := v[f.ID]
		if !ok || !slices.Contains(f.Levels, level) {
			return "", problem.New(problem.Invalid, "%q is no level of this factor", level).On("%s", f.ID).
				Instead("one of %s", strings.Join(f.Levels, ", "))
		}
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(f.ID + "=" + level)
	}
	return b.String(), nil
}

// Stream names what a draw is counted in: the stratum for permuted blocks, Whole for minimization. Draws of one
// stream come one after the other; those of different streams do not know of each other.
func (d Design) Stream(v Values) (string, error) {
	stratum, err := d.Stratum(v)
	if d.Method == study.Minimization && err == nil {
		return Whole, nil
	}
	return stratum, err
}
