package branching

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"rekindle/problem"
)

// Bounds of a condition: its length in characters, and how deep its parts may lie in one another.
const (
	longest = 10_000
	deepest = 100
)

// functions are those that can be used, with the least and greatest number of their arguments.
var functions = map[string][2]int{"sum": {1, 100}, "mean": {1, 100}, "min": {1, 100}, "max": {1, 100}, "round": {1, 2}, "abs": {1, 1}}

// Parse reads a condition. A mistake is told with its character, counted from 1, and with what would be right.
func Parse(text string) (*Logic, error) {
	p := &parser{text: []rune(text)}
	if len(p.text) > longest {
		return nil, problem.New(problem.Invalid, "the condition has %d characters", len(p.text)).Instead("At most %d", longest)
	}
	l, err := p.logic()
	if err != nil { // not as a *problem.Problem: a nil one would be an error
		return nil, err
	}
	return l, nil
}

// parser reads a condition by recursive descent. tok is the token that is next.
type parser struct {
	text  []rune
	at    int // of what is read next
	tok   token
	depth int
	refs  []Reference
	wrong *problem.Problem // the first mistake; every step stops at it
}

// token is a number, a text in quotation marks, a reference, a name or a sign.
type token struct {
	kind string // "number", "text", "item", "name", "end", or the sign itself
	text string
	ref  Reference
	at   int
}

func (t token) String() string {
	switch t.kind {
	case "end":
		return "the end"
	case "item":
		return "a reference"
	case "text":
		return "a text"
	}
	return fmt.Sprintf("%q", t.text)
}

func (p *parser) logic() (*Logic, *problem.Problem) {
	p.next()
	root := p.or()
	if p.wrong == nil && p.tok.kind != "end" {
		p.fail(p.tok.at, "this does not go on with "+p.tok.String(), "and, or, a comparison, or the end")
	}
	return &Logic{root, p.refs}, p.wrong
}

func (p *parser) fail(at int, what, right string) {
	if p.wrong == nil {
		p.wrong = problem.New(problem.Invalid, "character %d: %s", at, what).Instead("%s", right)
	}
	p.tok = token{kind: "end", at: at}
	p.at = len(p.text)
}

// deeper guards against conditions without end.
func (p *parser) deeper() bool {
	if p.depth++; p.depth > deepest {
		p.fail(p.tok.at, "the parts lie too deep in one another", fmt.Sprintf("At most %d deep", deepest))
		return false
	}
	return true
}

func (p *parser) or() node {
	left := p.and()
	for p.word("or", "||") {
		left = node{op: "or", parts: []node{left, p.and()}}
	}
	return left
}

func (p *parser) and() node {
	left := p.not()
	for p.word("and", "&&") {
		left = node{op: "and", parts: []node{left, p.not()}}
	}
	return left
}

func (p *parser) not() node {
	if p.word("not", "!") {
		defer func() { p.depth-- }()
		if !p.deeper() {
			return node{}
		}
		return node{op: "not", parts: []node{p.not()}}
	}
	return p.comparison()
}

var comparisons = map[string]string{"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

func (p *parser) comparison() node {
	left := p.sum()
	op, ok := comparisons[p.tok.kind]
	if !ok {
		return left
	}
	p.next()
	n := node{op: op, parts: []node{left, p.sum()}}
	if _, again := comparisons[p.tok.kind]; again {
		p.fail(p.tok.at, "a comparison of a comparison", "two comparisons with and: 1 < [item] and [item] < 5")
	}
	return n
}

func (p *parser) sum() node {
	left := p.product()
	for p.tok.kind == "+" || p.tok.kind == "-" {
		op := p.tok.kind
		p.next()
		left = node{op: op, parts: []node{left, p.product()}}
	}
	return left
}

func (p *parser) product() node {
	left := p.signed()
	for p.tok.kind == "*" || p.tok.kind == "/" {
		op := p.tok.kind
		p.next()
		left = node{op: op, parts: []node{left, p.signed()}}
	}
	return left
}

func (p *parser) signed() node {
	if p.tok.kind != "-" {
		return p.value()
	}
	defer func() { p.depth-- }()
	if !p.deeper() {
		return node{}
	}
	p.next()
	return node{op: "minus", parts: []node{p.signed()}}
}

const aValue = "A reference such as [item], a number, a text in quotation marks, or a part in parentheses"

func (p *parser) value() node {
	t := p.tok
	switch t.kind {
	case "number", "text":
		p.next()
		return node{op: "text", value: read(t.text)}
	case "item":
		p.refs = append(p.refs, t.ref)
		p.next()
		return node{op: "item", ref: t.ref}
	case "(":
		defer func() { p.depth-- }()
		if !p.deeper() {
			return node{}
		}
		p.next()
		n := p.or()
		p.close(t.at)
		return n
	case "name":
		return p.call()
	}
	p.fail(t.at, "there is no value here, but "+t.String(), aValue)
	return node{}
}

// call reads a function with its arguments.
func (p *parser) call() node {
	name, at := strings.ToLower(p.tok.text), p.tok.at
	defer func() { p.depth-- }()
	if !p.deeper() {
		return node{}
	}
	many, ok := functions[name]
	known := strings.Join(slices.Sorted(maps.Keys(functions)), ", ")
	p.next()
	switch {
	case !ok && p.tok.kind == "(":
		p.fail(at, fmt.Sprintf("the function %q is not supported", clip(name)), "One of "+known+"; answers are numbers, codes and text, never dates")
	case !ok:
		p.fail(at, fmt.Sprintf("the word %q stands by itself", clip(name)), "["+clip(name)+"] for an item, '"+clip(name)+"' for a text")
	case p.tok.kind != "(":
		p.fail(p.tok.at, name+" is a function", name+"([item], [item])")
	}
	if p.wrong != nil {
		return node{}
	}
	open := p.tok.at
	n := node{op: name}
	for {
		p.next()
		n.parts = append(n.parts, p.or())
		if p.tok.kind != "," {
			break
		}
	}
	p.close(open)
	if len(n.parts) < many[0] || len(n.parts) > many[1] {
		p.fail(at, fmt.Sprintf("%s has %d arguments", name, len(n.parts)), fmt.Sprintf("From %d to %d", many[0], many[1]))
	}
	return n
}

func (p *parser) close(open int) {
	if p.tok.kind != ")" {
		p.fail(p.tok.at, fmt.Sprintf("the parenthesis of character %d is not closed", open), ") after the part that it opens")
		return
	}
	p.next()
}

// word takes an operator that can be written as a word or as a sign.
func (p *parser) word(name, sign string) bool {
	if p.tok.kind == sign || p.tok.kind == "name" && strings.EqualFold(p.tok.text, name) {
		p.next()
		return true
	}
	return false
}

func clip(text string) string {
	if all := []rune(text); len(all) > 40 {
		return string(all[:40]) + "..."
	}
	return text
}

// next reads the next token.
func (p *parser) next() {
	for p.at < len(p.text) && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
	p.tok = token{kind: "end", at: p.at + 1}
	if p.at == len(p.text) {
		return
	}
	switch c := p.text[p.at]; {
	case c == '\'' || c == '"':
		p.quoted(c)
	case c == '[':
		p.reference()
	case digit(c) || c == '.':
		p.take("number", func(c rune) bool { return digit(c) || c == '.' })
		if !numeral.MatchString(p.tok.text) {
			p.fail(p.tok.at, fmt.Sprintf("%q is not a number", clip(p.tok.text)), "A number such as 3 or 2.5")
		}
	case letter(c):
		p.take("name", func(c rune) bool { return letter(c) || digit(c) })
	default:
		p.sign()
	}
}

func digit(c rune) bool  { return c >= '0' && c <= '9' }
func letter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func (p *parser) take(kind string, while func(rune) bool) {
	from := p.at
	for p.at < len(p.text) && while(p.text[p.at]) {
		p.at++
	}
	p.tok = token{kind: kind, text: string(p.text[from:p.at]), at: from + 1}
}

func (p *parser) quoted(mark rune) {
	from := p.at
	end := slices.Index(p.text[from+1:], mark)
	if end < 0 {
		p.fail(from+1, "the text does not end", "A closing "+string(mark))
		return
	}
	p.at = from + 1 + end + 1
	p.tok = token{kind: "text", text: string(p.text[from+1 : p.at-1]), at: from + 1}
}

// signs are the longer ones first.
var signs = []string{"<>", "<=", ">=", "!=", "&&", "||", "=", "<", ">", "!", "(", ")", ",", "+", "-", "*", "/"}

func (p *parser) sign() {
	rest := string(p.text[p.at:min(p.at+2, len(p.text))])
	if rest == "==" {
		p.fail(p.at+1, `"==" is no comparison`, "=")
		return
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			p.tok = token{kind: s, text: s, at: p.at + 1}
			p.at += len(s)
			return
		}
	}
	p.fail(p.at+1, fmt.Sprintf("%q has no meaning here", string(p.text[p.at])), aValue)
}

// reference reads [item], [item(code)], [visit][item] or [visit][item(code)].
func (p *parser) reference() {
	from := p.at
	ref := Reference{At: from + 1}
	var names [][2]string // name and code
	for p.at < len(p.text) && p.text[p.at] == '[' {
		end := slices.Index(p.text[p.at:], ']')
		if end < 0 {
			p.fail(p.at+1, "the reference does not end", "A closing ]")
			return
		}
		name, code, ok := named(string(p.text[p.at+1 : p.at+end]))
		if !ok {
			p.fail(p.at+1, fmt.Sprintf("%q names no item", clip(string(p.text[p.at:p.at+end+1]))), "[item], [item(code)] or [visit][item]")
			return
		}
		names = append(names, [2]string{name, code})
		p.at += end + 1
	}
	last := names[len(names)-1]
	ref.Item, ref.Code = last[0], last[1]
	switch {
	case len(names) > 2:
		p.fail(from+1, "there are more than two names in a row", "[visit][item]: no form is answered more than once at a visit")
		return
	case len(names) == 2 && names[0][1] != "":
		p.fail(from+1, "a visit has no code", "["+names[0][0]+"]["+ref.Item+"]")
		return
	case len(names) == 2:
		ref.Visit = names[0][0]
	}
	p.tok = token{kind: "item", ref: ref, at: from + 1}
}

// named parts "item(code)".
func named(text string) (name, code string, ok bool) {
	name, code, coded := strings.Cut(strings.TrimSpace(text), "(")
	if coded {
		if code, ok = strings.CutSuffix(code, ")"); !ok || !plain(code) {
			return "", "", false
		}
	}
	return name, code, plain(name)
}

func plain(name string) bool {
	return name != "" && strings.IndexFunc(name, func(c rune) bool { return !letter(c) && !digit(c) && c != '-' }) < 0
}
