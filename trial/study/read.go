package study

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"rekindle/problem"

	_ "time/tzdata" // zones are known on bare machines too
)

// largest is the size in bytes up to which a file is taken for a protocol; the shipped ones have some 40,000.
const largest = 1 << 20

// source is the file that a protocol was read from.
type source struct {
	name  string
	text  []byte
	lines map[string]int              // path, as scan gives it -> line
	label map[string]string           // path of an array element -> its id, or its number from 1
	found problem.List                // unknown keys and wrong types
	at    map[*problem.Problem]string // the path of each of them
	zone  *time.Location              // nil: unknown
}

// Read reads a protocol. The name is used in messages: "kiser2024.toml line 12".
//
// Where the text is not TOML, the protocol is nil and the error says where it breaks. Where keys are unknown or hold
// values of the wrong type, the error is a problem.List of all of them, and the protocol holds everything else, so
// that Check can go on and name the remaining mistakes; it is not fit for use. A protocol that reads without error may
// still contradict itself: Check finds that.
func Read(name string, r io.Reader) (*Protocol, error) {
	raw, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err != nil {
		return nil, problem.New(problem.Unavailable, "cannot read the protocol: %v", err).At("%s", name).Because(err)
	}
	text, p := decode(name, raw)
	if p != nil {
		return nil, p
	}
	lines, deep := scan(text)
	if deep > 0 {
		return nil, problem.New(problem.Invalid, "tables and arrays nest deeper than %d levels", deepest).
			At("%s line %d", name, deep).Instead("keep to the keys of docs/protocol.md, which nest four levels at most")
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return nil, syntax(name, err)
	}
	study := &Protocol{source: source{name: name, text: raw, lines: lines, label: map[string]string{}, at: map[*problem.Problem]string{}}}
	study.fill(tree)
	if zone, err := zone(study.Timezone); err == nil {
		study.source.zone = zone
	}
	return study, study.source.found.Err()
}

// decode gives the text of a file without its byte order mark, or says why it is not text.
func decode(name string, raw []byte) ([]byte, *problem.Problem) {
	wrong := func(format string, args ...any) *problem.Problem {
		return problem.New(problem.Invalid, format, args...).At("%s", name)
	}
	switch {
	case len(raw) > largest:
		return nil, wrong("the file is larger than %d bytes", largest).Instead("a protocol is a short text; was another file given by mistake?")
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, wrong("the file is empty").Instead("write a new protocol with: rekindle protocol new")
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return nil, wrong("the text is coded as UTF-16").Instead("save it as UTF-8")
	}
	text := bytes.TrimPrefix(raw, []byte("\ufeff"))
	for rest, line := text, 1; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			return nil, wrong("byte %#x is not UTF-8", rest[0]).At("%s line %d", name, line).Instead("save the file as UTF-8")
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	return text, nil
}

// syntax turns the parser's error into a problem with its line.
func syntax(name string, err error) *problem.Problem {
	broken, ok := errors.AsType[toml.ParseError](err)
	if !ok {
		return problem.New(problem.Invalid, "not a TOML file: %v", err).At("%s", name).Because(err)
	}
	// The parser sees the end of the text as a zero byte.
	said := strings.ReplaceAll(broken.Message, `got '\x00' instead`, "the file ends here")
	p := problem.New(problem.Invalid, "not TOML: %s", said).
		At("%s line %d column %d", name, broken.Position.Line, broken.Position.Col).Because(err).
		Instead("keys are written as key = \"text\", key = 12 or key = [1, 2], tables as [table] or [[list]]")
	if broken.LastKey != "" {
		p.On("%s", broken.LastKey)
	}
	return p
}

// zone loads an IANA time zone by its full name; "" and "Local", which mean other things on other machines, are refused.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not the name of a time zone", name)
	}
	return time.LoadLocation(name)
}

// Text gives the file as it was read, byte for byte.
func (p *Protocol) Text() []byte { return bytes.Clone(p.source.text) }

// Digest gives the SHA-256 of the file in hexadecimal: the name by which analyses cite the protocol.
func (p *Protocol) Digest() string {
	sum := sha256.Sum256(p.source.text)
	return hex.EncodeToString(sum[:])
}
