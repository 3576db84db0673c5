// Package audit is the trail of everything done in a study: events in one sequence, hashed into a Merkle tree whose
// heads are signed, so that a stranger can find any later change, and where it is.
//
// It encodes, hashes, signs and verifies; it keeps nothing (platform/store does, in the transaction of the act itself)
// and it knows no database. docs/derivations/audit.md says how the proof works and what it cannot prove.
// It serves what a publication leans on and a reader cannot see: that the data were not changed after the fact.
package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rekindle/problem"
)

// Event is one act, as conduct records it. It never holds what the vault hides: people stand in it by their codes, and
// values that identify somebody, as well as answers, by their digests (vault.Digest).
type Event struct {
	Actor  string // study code, coach code, staff sign-in or "clock"
	Role   string // in which role
	Verb   string // the permission it took: "participant.randomize"
	Object string // what it was done to: a study code, a session's number
	Old    any    // what was before, as a JSON value; nil: nothing was
	New    any    // what is now, as a JSON value; nil: nothing is
	Reason string // why, in the actor's words, where a reason is asked
}

// Entry is an event in its place in the trail. Its leaf, the exact bytes that are hashed, is made of these texts.
type Entry struct {
	Seq      int64  // place, counted from 0
	At       string // UTC, as timeLayout
	Actor    string
	Role     string
	Verb     string
	Object   string
	Old, New string // canonical JSON, empty for none
	Reason   string
}

const timeLayout = "2006-01-02T15:04:05.000000Z"

// Enter puts an event in its place. An event without actor, role or verb, with a value that JSON cannot hold, or with a
// NUL character is refused.
func (e Event) Enter(seq int64, at time.Time) (Entry, error) {
	entry := Entry{Seq: seq, At: at.UTC().Format(timeLayout), Actor: e.Actor, Role: e.Role, Verb: e.Verb, Object: e.Object, Reason: e.Reason}
	if e.Actor == "" || e.Role == "" || e.Verb == "" {
		return entry, problem.New(problem.Internal, "an act without actor, role or verb cannot be recorded (%q, %q, %q)", e.Actor, e.Role, e.Verb)
	}
	for _, text := range []*string{&entry.Actor, &entry.Role, &entry.Verb, &entry.Object, &entry.Reason} {
		if strings.ContainsRune(*text, 0) {
			return entry, problem.New(problem.Invalid, "text must not contain a NUL character").On("%s", e.Verb)
		}
		*text = strings.ToValidUTF8(*text, "�")
	}
	var err error
	if entry.Old, err = canonical(e.Old); err == nil {
		entry.New, err = canonical(e.New)
	}
	if err != nil {
		return entry, problem.New(problem.Internal, "%s cannot be recorded", e.Verb).Because(err)
	}
	return entry, nil
}

// canonical gives v as JSON with sorted keys, no spaces and no HTML escapes; "" for nil.
func canonical(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	// Once through maps sorts the keys; numbers keep their digits.
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return "", err
	}
	out, err := quote(plain)
	if out == "null" {
		out = "" // a typed nil
	}
	return out, err
}

func quote(v any) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Leaf gives the bytes that are hashed: one JSON object without spaces, its keys always in this order.
func (e Entry) Leaf() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"seq":%d`, e.Seq)
	field := func(name, text string) {
		quoted, _ := quote(text) // a string can always be quoted
		fmt.Fprintf(&b, `,"%s":%s`, name, quoted)
	}
	field("at", e.At)
	field("actor", e.Actor)
	field("role", e.Role)
	field("verb", e.Verb)
	field("object", e.Object)
	if e.Old != "" {
		fmt.Fprintf(&b, `,"old":%s`, e.Old)
	}
	if e.New != "" {
		fmt.Fprintf(&b, `,"new":%s`, e.New)
	}
	field("reason", e.Reason)
	b.WriteByte('}')
	return b.Bytes()
}

// ParseLeaf reads a leaf back. Anything but the bytes that Leaf makes is refused.
func ParseLeaf(leaf []byte) (Entry, error) {
	var v struct {
		Seq                           int64
		At, Actor, Role, Verb, Object string
		Old, New                      json.RawMessage
		Reason                        string
	}
	if err := json.Unmarshal(leaf, &v); err != nil {
		return Entry{}, fmt.Errorf("not an event: %w", err)
	}
	e := Entry{v.Seq, v.At, v.Actor, v.Role, v.Verb, v.Object, string(v.Old), string(v.New), v.Reason}
	if !bytes.Equal(e.Leaf(), leaf) {
		return e, fmt.Errorf("not an event in its exact form")
	}
	return e, nil
}

// intact reports whether each text stands for itself: with two JSON values in one text, two entries could share a leaf.
func (e Entry) intact() bool {
	for _, text := range []string{e.Old, e.New} {
		if text != "" && !json.Valid([]byte(text)) {
			return false
		}
	}
	return true
}
