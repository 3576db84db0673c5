package calendar

import (
	"bytes"
	"strings"

	"rekindle/problem"
)

// property is one line of a calendar: NAME;PARAMETER=value:value.
type property struct {
	name   string // upper case
	params map[string]string
	value  string
}

// component is what stands between BEGIN and END.
type component struct {
	name  string // upper case
	props []property
	parts []*component
}

// get gives the first property of a name.
func (c *component) get(name string) (property, bool) {
	for _, p := range c.props {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

// The bounds of what is read from outside. A calendar of ten years with a hundred appointments a week stays well within them.
const (
	longestContent = 64 << 10 // bytes of an unfolded line; longer ones (pictures) are left out
	deepest        = 8        // components within components
	mostComponents = 200_000
)

// read takes a calendar apart, leniently: any line end, lines that are none and longer than anybody needs are left out. What is no
// calendar at all, or breaks off before its end, is a problem.
//
// The library's decoder is not used for what comes from outside: it gives up at the first line that is not quite right, of which real
// calendars have many, takes a time that grows with the square of a parameter's length, and panics on a parameter without a value.
func read(data []byte) (*component, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) < 15 || !strings.EqualFold(string(start[:15]), "BEGIN:VCALENDAR") {
		if bytes.HasPrefix(start, []byte("<")) {
			return nil, problem.New(problem.Invalid, "It is a web page, not a calendar")
		}
		return nil, problem.New(problem.Invalid, "It is not a calendar")
	}
	root := &component{}
	open := []*component{root}
	count := 0
	for line := range unfolded(data) {
		p, ok := parse(line)
		if !ok {
			continue
		}
		inside := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			if count++; len(open) > deepest || count > mostComponents {
				return nil, problem.New(problem.Invalid, "The calendar is too large, or its parts stand too deep within each other")
			}
			c := &component{name: strings.ToUpper(strings.TrimSpace(p.value))}
			inside.parts = append(inside.parts, c)
			open = append(open, c)
		case "END":
			if len(open) == 1 || inside.name != strings.ToUpper(strings.TrimSpace(p.value)) {
				return nil, problem.New(problem.Invalid, "The calendar has an END of %.40q without its BEGIN", p.value)
			}
			open = open[:len(open)-1]
		default:
			inside.props = append(inside.props, p)
		}
	}
	if len(open) != 1 {
		return nil, problem.New(problem.Invalid, "The calendar breaks off before its end")
	}
	return root, nil
}

// unfolded gives the lines of a calendar, those that were broken in one piece again.
func unfolded(data []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var line []byte
		for len(data) > 0 {
			var next []byte
			if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
				next, data = data[:i], data[i+1:]
			} else {
				next, data = data, nil
			}
			switch {
			case len(next) == 0: // the second half of a line end, or an empty line
				continue
			case next[0] == ' ' || next[0] == '\t':
				if len(line) <= longestContent {
					line = append(line, next[1:]...)
				}
				continue
			}
			if len(line) > 0 && len(line) <= longestContent && !yield(string(line)) {
				return
			}
			line = append(line[:0], next...)
		}
		if len(line) > 0 && len(line) <= longestContent {
			yield(string(line))
		}
	}
}

// parse takes a line apart; false where it is none.
func parse(line string) (p property, ok bool) {
	i := strings.IndexAny(line, ";:")
	if i <= 0 {
		return p, false
	}
	p.name = strings.ToUpper(line[:i])
	for line[i] == ';' {
		line = line[i+1:]
		equals := strings.IndexAny(line, "=:;")
		if equals < 0 {
			return p, false
		}
		if line[equals] != '=' { // a parameter without a value
			i = equals
			continue
		}
		name := strings.ToUpper(line[:equals])
		line = line[equals+1:]
		quoted := false
		for i = 0; i < len(line); i++ {
			if line[i] == '"' {
				quoted = !quoted
			} else if !quoted && (line[i] == ';' || line[i] == ':') {
				break
			}
		}
		if i == len(line) {
			return p, false
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[name] = strings.ReplaceAll(line[:i], `"`, "")
	}
	p.value = line[i+1:]
	return p, true
}
