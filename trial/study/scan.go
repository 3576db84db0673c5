package study

import (
	"bytes"
	"strconv"
	"strings"
)

// deepest is how far tables and arrays may nest. A protocol needs four levels; the limit keeps a hostile file from
// exhausting the parser's stack.
const deepest = 32

// scan finds the line of every key, table header and array element of a TOML text, by path: keys and element numbers
// (from 0) joined by dots, as "visit.1.form.0.arms". It judges nothing: of a text that is not TOML it gives what it
// could make out. deep is the line on which nesting first exceeds deepest, or 0.
//
// docs/decisions/0002-protocol-line-numbers.md says why this is not taken from the parser.
func scan(text []byte) (lines map[string]int, deep int) {
	s := &scanner{text: text, line: 1, lines: map[string]int{}, elements: map[string]int{}}
	s.document()
	return s.lines, s.deep
}

type scanner struct {
	text     []byte
	pos      int
	line     int
	depth    int
	deep     int
	lines    map[string]int
	elements map[string]int // path of an array of tables -> elements seen
}

func (s *scanner) document() {
	table := ""
	for s.blank(true); s.pos < len(s.text) && s.deep == 0; s.blank(true) {
		start := s.pos
		switch {
		case s.skip("[["):
			line := s.line
			path := s.within("", s.key())
			s.skip("]]")
			if s.elements[path] == 0 {
				s.lines[path] = line
			}
			table = join(path, strconv.Itoa(s.elements[path]))
			s.elements[path]++
			s.lines[table] = line
		case s.skip("["):
			line := s.line
			table = s.within("", s.key())
			s.skip("]")
			s.lines[table] = line
		default:
			s.pair(table)
		}
		if s.pos == start {
			s.pos++ // not TOML; go on behind it
		}
	}
}

// pair reads key = value inside a table.
func (s *scanner) pair(table string) {
	line := s.line
	path := s.within(table, s.key())
	s.blank(false)
	if !s.skip("=") {
		return
	}
	s.blank(false)
	s.mark(path, line)
	s.value(path)
}

func (s *scanner) mark(path string, line int) {
	if s.lines[path] == 0 {
		s.lines[path] = line
	}
}

// value passes over one value, marking elements and keys inside it.
func (s *scanner) value(path string) {
	if s.depth++; s.depth > deepest {
		s.deep, s.pos = s.line, len(s.text)
	}
	defer func() { s.depth-- }()
	switch {
	case s.skip(`"""`):
		s.quoted(`"""`, true)
	case s.skip(`'''`):
		s.quoted(`'''`, false)
	case s.skip(`"`):
		s.quoted(`"`, true)
	case s.skip(`'`):
		s.quoted(`'`, false)
	case s.skip("["):
		for n := 0; s.more("]"); n++ {
			element := join(path, strconv.Itoa(n))
			s.mark(element, s.line)
			start := s.pos
			if s.value(element); s.pos == start { // not TOML
				return
			}
		}
	case s.skip("{"):
		for s.more("}") {
			start := s.pos
			if s.pair(path); s.pos == start {
				return
			}
		}
	default:
		for s.pos < len(s.text) && !strings.ContainsRune(",]}#\n", rune(s.text[s.pos])) {
			s.pos++
		}
	}
}

// more reports whether another element follows before the closing bracket, and passes over what stands between.
func (s *scanner) more(closing string) bool {
	s.blank(true)
	for s.skip(",") {
		s.blank(true)
	}
	if s.pos >= len(s.text) || s.skip(closing) {
		return false
	}
	if c := s.text[s.pos]; c == ']' || c == '}' || c == '=' { // not TOML
		s.pos++
		return false
	}
	return true
}

// quoted passes over a string to its closing quotes; a backslash hides the next byte where escapes hold.
func (s *scanner) quoted(closing string, escapes bool) {
	for s.pos < len(s.text) {
		switch {
		case escapes && s.text[s.pos] == '\\' && s.pos+1 < len(s.text):
			s.step()
			s.step()
		case s.skip(closing):
			for len(closing) == 3 && s.skip(closing[:1]) { // up to two quotes may stand right before the closing three
			}
			return
		case len(closing) == 1 && s.text[s.pos] == '\n': // not TOML: the string never ends
			return
		default:
			s.step()
		}
	}
}

// key reads a dotted key.
func (s *scanner) key() (parts []string) {
	for {
		s.blank(false)
		start := s.pos
		switch {
		case s.skip(`"`):
			s.quoted(`"`, true)
			parts = append(parts, unquote(s.text[start:s.pos]))
		case s.skip(`'`):
			s.quoted(`'`, false)
			parts = append(parts, strings.Trim(string(s.text[start:s.pos]), `'`))
		default:
			for s.pos < len(s.text) && bare(s.text[s.pos]) {
				s.pos++
			}
			parts = append(parts, string(s.text[start:s.pos]))
		}
		s.blank(false)
		if !s.skip(".") {
			return parts
		}
	}
}

// within gives the path of a key inside a table; a part that names an array of tables means its last element.
func (s *scanner) within(table string, key []string) string {
	for i, part := range key {
		table = join(table, part)
		if n := s.elements[table]; n > 0 && i < len(key)-1 {
			table = join(table, strconv.Itoa(n-1))
		}
	}
	return table
}

// blank passes over spaces, and over line ends and comments where they may stand.
func (s *scanner) blank(across bool) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case across && c == '\n':
			s.step()
		case across && c == '#':
			if end := bytes.IndexByte(s.text[s.pos:], '\n'); end >= 0 {
				s.pos += end
			} else {
				s.pos = len(s.text)
			}
		default:
			return
		}
	}
}

func (s *scanner) skip(word string) bool {
	if !bytes.HasPrefix(s.text[s.pos:], []byte(word)) {
		return false
	}
	s.pos += len(word)
	return true
}

func (s *scanner) step() {
	if s.text[s.pos] == '\n' {
		s.line++
	}
	s.pos++
}

func bare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func unquote(quoted []byte) string {
	if text, err := strconv.Unquote(string(quoted)); err == nil {
		return text
	}
	return strings.Trim(string(quoted), `"`)
}

// join puts a key behind a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
