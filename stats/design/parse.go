package design

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError is a formula that cannot be read, with the place: Offset counts bytes from 0.
type SyntaxError struct {
	Formula string
	Offset  int
	Message string
}

// Error shows the formula with a caret under the place.
func (e *SyntaxError) Error() string {
	column := utf8.RuneCountInString(e.Formula[:min(e.Offset, len(e.Formula))])
	return fmt.Sprintf("formula, character %d: %s\n  %s\n  %s^", column+1, e.Message, e.Formula, strings.Repeat(" ", column))
}

// maxVars is the number of distinct variables one side of a formula may have (a term is a bit set).
const maxVars = 60

// token is an operator (its text in op), a number (op "1") or a name (op "name").
type token struct {
	op, text string
	at       int
}

type parser struct {
	formula string
	tokens  []token
	next    int
	depth   int
	vars    []string // variables of the side being read
	fixed   bool     // reading the fixed part: bars are allowed at its top level
	random  []Bar
	noOne   bool // "0" or "-1" was written
}

// maxDepth bounds the nesting of parentheses, so that hostile input cannot exhaust the stack.
const maxDepth = 100

// Parse reads "y ~ a*b + x + (1 + x | g)". Known are + - * : / ^ ( ) 0 1, names (quoted with backticks where
// they hold other characters), and random terms with | (correlated) and || (independent); a group may be g, g:h or
// g/h (which is g and g:h). The left side may be left out. A problem is a *SyntaxError.
func Parse(formula string) (*Formula, error) {
	tokens, err := scan(formula)
	if err != nil {
		return nil, err
	}
	p := &parser{formula: formula, tokens: tokens}
	f := &Formula{Text: formula}
	if p.peek().op == "name" && p.tokens[1].op == "~" {
		f.Response = p.take().text
	} else if p.peek().op != "~" && hasTilde(tokens) {
		return nil, p.fail(p.peek(), "the left side must be one column name; transform the column first")
	}
	if p.peek().op == "~" {
		p.take()
	}
	p.fixed = true
	sum, err := p.sum()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.op != "" {
		return nil, p.fail(t, "%q does not belong here", t.text)
	}
	if !p.noOne {
		sum = expression{0}.plus(sum)
	}
	f.Fixed, f.Random = sum.terms(p.vars), p.random
	return f, nil
}

func hasTilde(tokens []token) bool {
	for _, t := range tokens {
		if t.op == "~" {
			return true
		}
	}
	return false
}

func scan(formula string) ([]token, error) {
	var out []token
	for i := 0; i < len(formula); {
		r, size := utf8.DecodeRuneInString(formula[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case strings.HasPrefix(formula[i:], "||"):
			out = append(out, token{"||", "||", i})
			i += 2
		case strings.ContainsRune("~+-*:/^()|", r):
			out = append(out, token{string(r), string(r), i})
			i += size
		case r == '`':
			end := strings.IndexByte(formula[i+1:], '`')
			if end <= 0 {
				return nil, &SyntaxError{formula, i, "a quoted name needs a closing backtick"}
			}
			out = append(out, token{"name", formula[i+1 : i+1+end], i})
			i += end + 2
		case r >= '0' && r <= '9':
			j := i
			for j < len(formula) && formula[j] >= '0' && formula[j] <= '9' {
				j++
			}
			out = append(out, token{"1", formula[i:j], i})
			i = j
		case unicode.IsLetter(r) || r == '.' || r == '_':
			j := i
			for j < len(formula) {
				r, size := utf8.DecodeRuneInString(formula[j:])
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '_' {
					break
				}
				j += size
			}
			out = append(out, token{"name", formula[i:j], i})
			i = j
		default:
			return nil, &SyntaxError{formula, i, fmt.Sprintf("%q is not part of a formula", r)}
		}
	}
	return append(out, token{"", "the end", len(formula)}), nil
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.op != "" {
		p.next++
	}
	return t
}

func (p *parser) fail(t token, format string, args ...any) error {
	return &SyntaxError{p.formula, t.at, fmt.Sprintf(format, args...)}
}

// sum is product {(+|-) product}; random terms stand only here, at the top level of the fixed part.
func (p *parser) sum() (expression, error) {
	var out expression
	sign := "+"
	if t := p.peek(); t.op == "-" || t.op == "+" {
		sign = p.take().op
	}
	for {
		if p.peek().op == "(" && p.bar() {
			if !p.fixed || p.depth > 0 || sign != "+" {
				return nil, p.fail(p.peek(), "a random term can only be added, and not inside another term")
			}
			if err := p.randomTerm(); err != nil {
				return nil, err
			}
		} else {
			e, err := p.product()
			if err != nil {
				return nil, err
			}
			if sign == "+" {
				out = out.plus(e)
			} else {
				for _, t := range e {
					p.noOne = p.noOne || t == 0
				}
				out = out.minus(e)
			}
		}
		t := p.peek()
		if t.op != "+" && t.op != "-" {
			return out, nil
		}
		sign = p.take().op
	}
}

// bar looks ahead whether the parenthesis that opens here holds a | of its own.
func (p *parser) bar() bool {
	depth := 0
	for _, t := range p.tokens[p.next:] {
		switch t.op {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return false
			}
		case "|", "||":
			if depth == 1 {
				return true
			}
		}
	}
	return false
}

// product is cell {(*|/) cell}.
func (p *parser) product() (expression, error) {
	out, err := p.cell()
	for err == nil && (p.peek().op == "*" || p.peek().op == "/") {
		op := p.take().op
		var e expression
		if e, err = p.cell(); err != nil {
			break
		}
		if op == "*" {
			out = out.plus(e).plus(out.cross(e))
		} else {
			out = out.nest(e)
		}
		if len(out) > 4096 {
			return nil, p.fail(p.peek(), "the formula has more than 4096 terms")
		}
	}
	return out, err
}

// cell is power {: power}.
func (p *parser) cell() (expression, error) {
	out, err := p.power()
	for err == nil && p.peek().op == ":" {
		p.take()
		var e expression
		if e, err = p.power(); err == nil {
			out = out.cross(e)
		}
	}
	return out, err
}

// power is primary [^ number]: crossings up to that degree.
func (p *parser) power() (expression, error) {
	out, err := p.primary()
	if err != nil || p.peek().op != "^" {
		return out, err
	}
	p.take()
	t := p.take()
	n, convErr := strconv.Atoi(t.text)
	if t.op != "1" || convErr != nil || n < 1 || n > 10 {
		return nil, p.fail(t, "the power must be a whole number from 1 to 10")
	}
	base := out
	for range n - 1 {
		out = out.plus(out.cross(base))
		if len(out) > 4096 {
			return nil, p.fail(t, "the formula has more than 4096 terms")
		}
	}
	return out, nil
}

// primary is a name, 0, 1 or a parenthesis.
func (p *parser) primary() (expression, error) {
	switch t := p.take(); t.op {
	case "name":
		if p.peek().op == "(" {
			return nil, p.fail(t, "functions are not read in a formula: compute the column %q of the table first", t.text+"(...)")
		}
		bit, err := p.variable(t)
		return expression{bit}, err
	case "1":
		switch t.text {
		case "1":
			return expression{0}, nil
		case "0":
			p.noOne = true
			return nil, nil
		}
		return nil, p.fail(t, "only 0 and 1 are numbers in a formula")
	case "(":
		if p.depth++; p.depth > maxDepth {
			return nil, p.fail(t, "parentheses are nested too deeply")
		}
		e, err := p.sum()
		if err != nil {
			return nil, err
		}
		if c := p.take(); c.op != ")" {
			return nil, p.fail(c, "a closing parenthesis is missing")
		}
		p.depth--
		return e, nil
	default:
		return nil, p.fail(t, "a column name is wanted here, not %s", t.text)
	}
}

func (p *parser) variable(t token) (uint64, error) {
	for i, v := range p.vars {
		if v == t.text {
			return 1 << i, nil
		}
	}
	if len(p.vars) == maxVars {
		return 0, p.fail(t, "more than %d variables", maxVars)
	}
	p.vars = append(p.vars, t.text)
	return 1 << (len(p.vars) - 1), nil
}

// randomTerm reads ( effects | group ) and adds its bars.
func (p *parser) randomTerm() error {
	p.take()
	inner := &parser{formula: p.formula, tokens: p.tokens, next: p.next}
	effects, err := inner.sum()
	if err != nil {
		return err
	}
	op := inner.take()
	if op.op != "|" && op.op != "||" {
		return p.fail(op, "%q does not belong here", op.text)
	}
	if !inner.noOne {
		effects = expression{0}.plus(effects)
	}
	if len(effects) == 0 {
		return p.fail(op, "the random term has no effect: write 1 or a column before the bar")
	}
	groups, err := inner.grouping()
	if err != nil {
		return err
	}
	if c := inner.take(); c.op != ")" {
		return p.fail(c, "a closing parenthesis is missing")
	}
	p.next = inner.next
	for _, g := range groups {
		if op.op == "|" {
			p.random = append(p.random, Bar{effects.terms(inner.vars), g})
			continue
		}
		for _, t := range effects { // independent: each effect a bar of its own
			p.random = append(p.random, Bar{expression{t}.terms(inner.vars), g})
		}
	}
	return nil
}

// grouping is name {: name} {/ ...}: g/h stands for g and g:h.
func (p *parser) grouping() ([][]string, error) {
	var groups [][]string
	var outer []string
	for {
		t := p.take()
		if t.op != "name" {
			return nil, p.fail(t, "a grouping column is wanted here, not %s", t.text)
		}
		outer = append(outer[:len(outer):len(outer)], t.text)
		switch p.peek().op {
		case ":":
			p.take()
		case "/":
			p.take()
			groups = append(groups, outer)
		default:
			return append(groups, outer), nil
		}
	}
}
