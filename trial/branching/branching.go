// Package branching is the logic that decides whether an item is asked, in REDCap's syntax: it is read, checked, and carried out here,
// and told as JSON to the script that does the same while somebody answers.
//
// It knows values as text and references by name; what an item is, package instrument knows.
//
//	[goals] = 'no_goals' and [baseline][PF1] > 2
//	[race_ethnicity(asian)] = '1' or not ([age_group] = '')
//	mean([PF1], [PF2]) >= 3
//
// A value is text or a number; text that is written as a number counts as one. A blank is empty text and equals only empty text. = and <> compare numbers
// with numbers and text with text, and nothing else is equal; <, <=, > and >= hold between numbers alone, so with a blank they are
// false either way. An answer of a select-all item is asked for by its code, [item(code)], and is 1 where it was chosen and 0 where not.
// "Prefer not to answer" is the text 'declined'. Arithmetic with anything but numbers gives a blank; sum, mean, min and max pass over it.
// A value by itself holds where it is neither blank nor 0.
package branching

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Logic is a condition that has been read.
type Logic struct {
	root node
	refs []Reference
}

// Reference is an answer that a condition asks for.
type Reference struct {
	Visit string // empty: the same visit
	Item  string
	Code  string // of a select-all item; empty: the answer itself
	At    int    // where it stands in the text, counted in characters from 1
}

// node is a part of a condition: a value, a reference, or an operation on its parts.
type node struct {
	op    string // "text", "item", or the operation
	value value
	ref   Reference
	parts []node
}

// value is text or a number.
type value struct {
	text   string
	number float64
	isa    bool // a number
}

var blank = value{}

var numeral = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// read takes text for what it is: a number where it is written as one.
func read(text string) value {
	if numeral.MatchString(text) {
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			return value{text, x, true}
		}
	}
	return value{text: text}
}

// figure gives a number; one that is none is blank.
func figure(x float64) value {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return blank
	}
	return value{number: x, isa: true}
}

func truth(holds bool) value {
	if holds {
		return figure(1)
	}
	return figure(0)
}

func (v value) holds() bool {
	if v.isa {
		return v.number != 0
	}
	return v.text != ""
}

func (v value) equals(w value) bool {
	if v.isa || w.isa {
		return v.isa && w.isa && v.number == w.number
	}
	return v.text == w.text
}

// References gives what the condition asks for, in the order of its text.
func (l *Logic) References() []Reference { return l.refs }

// Holds carries the condition out. answer gives what was answered: empty where nothing was.
func (l *Logic) Holds(answer func(Reference) string) bool { return l.root.evaluate(answer).holds() }

func (n *node) evaluate(answer func(Reference) string) value {
	switch n.op {
	case "text":
		return n.value
	case "item":
		return read(answer(n.ref))
	case "or":
		return truth(n.parts[0].evaluate(answer).holds() || n.parts[1].evaluate(answer).holds())
	case "and":
		return truth(n.parts[0].evaluate(answer).holds() && n.parts[1].evaluate(answer).holds())
	case "not":
		return truth(!n.parts[0].evaluate(answer).holds())
	}
	all := make([]value, len(n.parts))
	for i := range n.parts {
		all[i] = n.parts[i].evaluate(answer)
	}
	switch n.op {
	case "=":
		return truth(all[0].equals(all[1]))
	case "<>":
		return truth(!all[0].equals(all[1]))
	}
	if f, ok := gathering[n.op]; ok {
		return f(numbers(all))
	}
	xs := numbers(all)
	if len(xs) < len(all) { // something is no number
		if compares(n.op) {
			return truth(false)
		}
		return blank
	}
	switch n.op {
	case "<":
		return truth(xs[0] < xs[1])
	case "<=":
		return truth(xs[0] <= xs[1])
	case ">":
		return truth(xs[0] > xs[1])
	case ">=":
		return truth(xs[0] >= xs[1])
	case "+":
		return figure(xs[0] + xs[1])
	case "-":
		return figure(xs[0] - xs[1])
	case "*":
		return figure(xs[0] * xs[1])
	case "/":
		return figure(xs[0] / xs[1])
	case "minus":
		return figure(-xs[0])
	case "abs":
		return figure(math.Abs(xs[0]))
	default: // "round", the only other one that reading lets in
		return round(xs)
	}
}

func compares(op string) bool { return op[0] == '<' || op[0] == '>' }

func numbers(all []value) (xs []float64) {
	for _, v := range all {
		if v.isa {
			xs = append(xs, v.number)
		}
	}
	return xs
}

// gathering are the functions that pass over what is no number.
var gathering = map[string]func([]float64) value{
	"sum":  func(xs []float64) value { return sum(xs) },
	"mean": func(xs []float64) value { s := sum(xs); s.number /= float64(max(len(xs), 1)); return s },
	"min":  func(xs []float64) value { return extreme(xs, -1) },
	"max":  func(xs []float64) value { return extreme(xs, 1) },
}

func sum(xs []float64) value {
	if len(xs) == 0 {
		return blank
	}
	total := 0.0
	for _, x := range xs {
		total += x
	}
	return figure(total)
}

func extreme(xs []float64, sign float64) value {
	if len(xs) == 0 {
		return blank
	}
	most := xs[0]
	for _, x := range xs {
		if sign*x > sign*most {
			most = x
		}
	}
	return figure(most)
}

// mostDecimals is how many decimals can be rounded to.
const mostDecimals = 10

// round rounds halves away from zero, to none or the given number of decimals.
func round(xs []float64) value {
	scale := 1.0
	if len(xs) == 2 {
		if xs[1] != math.Trunc(xs[1]) || xs[1] < 0 || xs[1] > mostDecimals {
			return blank
		}
		for range int(xs[1]) {
			scale *= 10
		}
	}
	rounded := math.Floor(math.Abs(xs[0])*scale+0.5) / scale
	if xs[0] < 0 {
		rounded = -rounded
	}
	return figure(rounded)
}

// Told is the condition as JSON, for the script of the page: ["or", a, b], ["text", "3"], ["item", id] and ["item", id, code]. What is
// not on the page comes as text: known gives it.
func (l *Logic) Told(known func(Reference) (answer string, ok bool)) json.RawMessage {
	text, err := json.Marshal(l.root.told(known))
	if err != nil {
		panic(err) // nothing but lists of strings goes in
	}
	return text
}

func (n *node) told(known func(Reference) (string, bool)) []any {
	switch n.op {
	case "text":
		return []any{"text", n.value.text}
	case "item":
		if answer, ok := known(n.ref); ok {
			return []any{"text", answer}
		}
		if n.ref.Code != "" {
			return []any{"item", n.ref.Item, n.ref.Code}
		}
		return []any{"item", n.ref.Item}
	}
	list := []any{n.op}
	for i := range n.parts {
		list = append(list, n.parts[i].told(known))
	}
	return list
}

// Misfit says what is wrong with a reference to an item with these codes, and what would be right; empty: nothing.
func (r Reference) Misfit(selectAll bool, codes []string) (what, right string) {
	switch {
	case selectAll && r.Code == "":
		return r.Item + " is answered by any number of its codes", "[" + r.Item + "(" + strings.Join(codes, ")], ["+r.Item+"(") + ")]"
	case selectAll && !slices.Contains(codes, r.Code):
		return fmt.Sprintf("%s has no code %q", r.Item, r.Code), "one of " + strings.Join(codes, ", ")
	case !selectAll && r.Code != "":
		return r.Item + " is answered by one value", "[" + r.Item + "] = '" + r.Code + "'"
	}
	return "", ""
}
