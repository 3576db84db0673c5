// Package problem is the one error type that crosses package borders.
//
// A Problem says what is wrong, where (file, row, key, field), and what would be right, in
// words fit to show to the person who can mend it. Its Kind decides the reply: exit status on the
// command line, status code on the web. Causes that are not fit to show are wrapped, logged, and
// never rendered.
//
// It is not a catalogue of messages: each message is written where the rule is.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says who can do something about a problem.
type Kind int

const (
	// Internal: a fault of the program or the machine. The message shown is neutral, the cause is logged.
	Internal Kind = iota
	// Invalid: what was given breaks a rule; the giver can mend it.
	Invalid
	// NotFound: there is no such thing, or the asker may not know that there is.
	NotFound
	// Forbidden: the actor's role lacks the permission.
	Forbidden
	// Conflict: right in itself, but not in the present state (a slot just taken, a place gone, a locked dataset).
	Conflict
	// Unavailable: something needed is out of reach for now (store in use, disk full, mail server down).
	Unavailable
)

// String gives the kind as one lower-case word.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "not found", "forbidden", "conflict", "unavailable"}[k]
}

// Problem is one mistake or refusal. The zero Place, Field and Remedy are left out of the text.
type Problem struct {
	Kind    Kind   `json:"-"`
	Place   string `json:"place,omitempty"`   // file and line or row: "roster.csv row 12"
	Field   string `json:"field,omitempty"`   // key, column or item: "arms[1].weight", "PF1"
	Message string `json:"message"`           // what is wrong, with the value given
	Remedy  string `json:"remedy,omitempty"`  // what would be right
	Warning bool   `json:"warning,omitempty"` // worth knowing, stops nothing
	Cause   error  `json:"-"`                 // for the log, never shown
}

// New makes a problem of a kind with a formatted message.
func New(kind Kind, format string, args ...any) *Problem {
	return &Problem{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// At sets the place, On the field, Instead the remedy, Because the cause; each returns p.
func (p *Problem) At(format string, args ...any) *Problem {
	p.Place = fmt.Sprintf(format, args...)
	return p
}

// On sets the field: a key, column or item.
func (p *Problem) On(format string, args ...any) *Problem {
	p.Field = fmt.Sprintf(format, args...)
	return p
}

// Instead says what would be right.
func (p *Problem) Instead(format string, args ...any) *Problem {
	p.Remedy = fmt.Sprintf(format, args...)
	return p
}

// Because wraps the cause, which errors.Is and errors.As can reach.
func (p *Problem) Because(err error) *Problem {
	p.Cause = err
	return p
}

// Error gives "place: field: message. Remedy". The cause is not in it.
func (p *Problem) Error() string {
	var b strings.Builder
	for _, part := range []string{p.Place, p.Field} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(strings.TrimSuffix(p.Message, "."))
	if p.Remedy != "" {
		b.WriteString(". ")
		b.WriteString(strings.TrimSuffix(p.Remedy, "."))
	}
	return b.String()
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// List is several problems found in one pass, so that all can be mended at once.
type List []*Problem

// Add appends problems.
func (l *List) Add(p ...*Problem) { *l = append(*l, p...) }

// Gather appends the problems of an error that a check returned: those of a list, one problem, or any other error as an internal
// one. nil adds nothing.
func (l *List) Gather(err error) {
	if list, ok := errors.AsType[List](err); ok {
		*l = append(*l, list...)
	} else if p, ok := errors.AsType[*Problem](err); ok {
		*l = append(*l, p)
	} else if err != nil {
		*l = append(*l, New(Internal, "something went wrong").Because(err))
	}
}

// Err gives nil where the list holds nothing but warnings, the list otherwise.
func (l List) Err() error {
	for _, p := range l {
		if !p.Warning {
			return l
		}
	}
	return nil
}

// Error gives one problem a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, p := range l {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look into each problem.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errs
}

// KindOf gives the kind of the first problem inside err, Internal for any other error.
func KindOf(err error) Kind {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Kind
	}
	return Internal
}

// Is reports whether err is, or wraps, a problem of the kind.
func Is(err error, kind Kind) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Kind == kind
}
