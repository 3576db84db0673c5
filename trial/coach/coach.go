// Package coach is a peer coach: what participants may know, certification, caseload, weekly hours, and who may not coach
// whom.
//
// It knows neither names nor calendars of other systems, and it books nothing: package session decides on times. It serves
// the paper's "self-selected their coach from a signup platform that contained coach biographies, headshots, and
// availability" and "physician peers certified by Wellcoaches".
package coach

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
)

// Code names a coach in the research data. It has the shape of a participant's study code and comes from the same draw, so
// that nobody can tell one from the other by looking.
type Code = participant.Code

// Coach is one coach, without the name.
type Coach struct {
	Code          Code
	Profile       Profile
	Zone          string // IANA name; Hours are in it. Empty: the protocol's
	Hours         []Hours
	Dates         []Date // dates with hours of their own
	Away          []Span // leave
	Waived        []Span // busy elsewhere, by the coach's calendar outside, and free to coach all the same
	Limits        Limits
	Caseload      int // coachees at a time; 0: closed to new ones
	RegisteredAt  time.Time
	LeftAt        *time.Time // no longer a coach
	Certification []Step
}

// Profile is what participants read when they choose.
type Profile struct {
	Biography string   `json:"biography,omitempty"`
	Voice     string   `json:"voice,omitempty"`     // a greeting in the coach's own words
	Strengths string   `json:"strengths,omitempty"` // what the coach is good for
	Topics    []string `json:"topics,omitempty"`    // the same by code: of the protocol's themes
	Languages []string `json:"languages,omitempty"`
	Modes     []string `json:"modes,omitempty"` // of the protocol's; empty: all of them
	Pronouns  string   `json:"pronouns,omitempty"`

	// How coachees reach the coach when a session begins. Nobody else is told: see Public.
	Phone string `json:"phone,omitempty"`
	Room  string `json:"room,omitempty"` // https address of a video call
}

// Public is the profile without what only coachees are told.
func (p Profile) Public() Profile {
	p.Phone, p.Room = "", ""
	return p
}

// The longest texts of a profile, in bytes: a page of biography, a paragraph of strengths.
const (
	longestBiography = 4000
	longestWords     = 600
	longestLine      = 100
	mostLanguages    = 20
)

// Check finds every mistake of a profile. modes and topics are the protocol's.
func (p Profile) Check(modes, topics []string) error {
	var found problem.List
	long := func(field, text string, most int) {
		if len(text) > most {
			found.Add(problem.New(problem.Invalid, "It has %d bytes", len(text)).On("%s", field).Instead("Keep it within %d.", most))
		}
	}
	long("biography", p.Biography, longestBiography)
	long("strengths", p.Strengths, longestWords)
	long("voice", p.Voice, longestWords)
	long("pronouns", p.Pronouns, longestLine)
	long("phone", p.Phone, longestLine)
	if room, err := url.Parse(p.Room); p.Room != "" && (err != nil || room.Scheme != "https" || room.Host == "" || len(p.Room) > longestWords) {
		found.Add(problem.New(problem.Invalid, "%.80q is no address of a video room", p.Room).On("room").Instead("Paste the whole address, beginning with https://"))
	}
	if len(p.Languages) > mostLanguages {
		found.Add(problem.New(problem.Invalid, "%d languages", len(p.Languages)).On("languages").Instead("Name at most %d.", mostLanguages))
	}
	for _, l := range p.Languages {
		long("languages", l, longestLine)
	}
	among := func(field, what string, given, known []string) {
		for _, one := range given {
			if !slices.Contains(known, one) {
				found.Add(problem.New(problem.Invalid, "%.60q is not a %s of this protocol", one, what).On("%s", field).Instead("One of %s.", strings.Join(known, ", ")))
			}
		}
	}
	among("modes", "mode", p.Modes, modes)
	among("topics", "theme", p.Topics, topics)
	return found.Err()
}

// Offers reports whether the coach offers a mode.
func (p Profile) Offers(mode string) bool { return len(p.Modes) == 0 || slices.Contains(p.Modes, mode) }

// Step is one step of certification that a coach has done.
type Step struct {
	Name    string
	Done    time.Time
	Expires *time.Time // nil: for good
}

// Certification is the state of a coach's certification at a moment.
type Certification struct {
	Missing []string   // steps never done, in the protocol's order
	Expired []string   // steps done and no longer valid
	Until   *time.Time // when the first valid step expires; nil: none does
	Since   *time.Time // when the last needed step was done; nil: not certified
}

// Valid reports that no step is missing or expired.
func (c Certification) Valid() bool { return len(c.Missing) == 0 && len(c.Expired) == 0 }

// Problem says in words why the coach is not certified, nil where it is valid.
func (c Certification) Problem() error {
	switch {
	case len(c.Missing) > 0:
		return problem.New(problem.Conflict, "Certification is not complete: %s", strings.Join(c.Missing, ", "))
	case len(c.Expired) > 0:
		return problem.New(problem.Conflict, "Certification has expired: %s", strings.Join(c.Expired, ", "))
	}
	return nil
}

// Certified looks at each needed step. A step that was done more than once counts with the entry that is valid longest.
func Certified(needed []string, done []Step, at time.Time) Certification {
	var c Certification
	for _, name := range needed {
		var best *Step
		for i, s := range done {
			if s.Name == name && !s.Done.After(at) && (best == nil || outlasts(s.Expires, best.Expires)) {
				best = &done[i]
			}
		}
		switch {
		case best == nil:
			c.Missing = append(c.Missing, name)
		case best.Expires != nil && !best.Expires.After(at):
			c.Expired = append(c.Expired, name)
		default:
			if best.Expires != nil && (c.Until == nil || best.Expires.Before(*c.Until)) {
				c.Until = best.Expires
			}
			if c.Since == nil || best.Done.After(*c.Since) {
				c.Since = &best.Done
			}
		}
	}
	if !c.Valid() {
		c.Since, c.Until = nil, nil
	}
	return c
}

// FirstCertified gives the moment at which all needed steps had been done for the first time, whatever has expired since; false: they
// never have. What was earned by it stays earned.
func FirstCertified(needed []string, done []Step) (at time.Time, ok bool) {
	for _, name := range needed {
		var first time.Time
		for _, s := range done {
			if s.Name == name && (first.IsZero() || s.Done.Before(first)) {
				first = s.Done
			}
		}
		if first.IsZero() {
			return at, false
		}
		if first.After(at) {
			at = first
		}
	}
	return at, len(needed) > 0
}

func outlasts(a, b *time.Time) bool { return b != nil && (a == nil || a.After(*b)) }

// Room reports whether a coach with load coachees may take one more.
func (c Coach) Room(load int) bool { return c.LeftAt == nil && load < c.Caseload }

// Conflict finds the roster column that keeps a coach and a participant apart: one of columns that both share (without regard
// to case and outer spaces; an empty value is shared with nobody), or in which one is named by the other's e-mail address, as in
// a column "supervisor". The address is in the column "email". A participant is in conflict with themselves.
func Conflict(columns []string, coach, participant map[string]string) (column string, found bool) {
	value := func(row map[string]string, column string) string {
		return strings.ToLower(strings.TrimSpace(row[column]))
	}
	mine, theirs := value(coach, "email"), value(participant, "email")
	if mine != "" && mine == theirs {
		return "email", true
	}
	for _, column := range columns {
		c, p := value(coach, column), value(participant, column)
		if c != "" && c == p || p != "" && p == mine || c != "" && c == theirs {
			return column, true
		}
	}
	return "", false
}

// String gives hours as "Mon 08:00-12:00".
func (h Hours) String() string {
	return fmt.Sprintf("%s %02d:%02d-%02d:%02d", h.Day.String()[:3], h.From/60, h.From%60, h.To/60, h.To%60)
}
