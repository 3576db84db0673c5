package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"rekindle/problem"
)

// The exported form, JSON Lines: a header, then each event with its hash, and behind the events that it covers each
// signed checkpoint; the last line is the signed head. Every byte of it counts.
//
//	{"trail":"rekindle-audit-1","key":"...","events":2,"checkpoints":1}
//	{"event":{"seq":0,"at":...},"hash":"..."}
//	{"event":{"seq":1,"at":...},"hash":"..."}
//	{"checkpoint":"rekindle audit trail\n2\n...\n\n— rekindle-audit ...\n"}
const form = "rekindle-audit-1"

type header struct {
	Trail  string `json:"trail"`
	Key    string `json:"key"`
	Events int64  `json:"events"`
	Signed int    `json:"checkpoints"`
}

// Writer writes a trail in its exported form.
type Writer struct {
	w *bufio.Writer
}

// NewWriter writes the header: the verifier's key, and how many events and checkpoints follow.
func NewWriter(w io.Writer, public string, events int64, checkpoints int) (*Writer, error) {
	out := &Writer{bufio.NewWriter(w)}
	return out, out.line(header{form, public, events, checkpoints})
}

func (w *Writer) line(v any) error {
	text, err := quote(v)
	if err != nil {
		return err
	}
	_, err = w.w.WriteString(text + "\n")
	return err
}

// Event writes an event and its hash.
func (w *Writer) Event(e Entry, hash tlog.Hash) error {
	_, err := fmt.Fprintf(w.w, `{"event":%s,"hash":"%s"}`+"\n", e.Leaf(), hash)
	return err
}

// Checkpoint writes a signed checkpoint.
func (w *Writer) Checkpoint(signed string) error {
	return w.line(struct {
		Checkpoint string `json:"checkpoint"`
	}{signed})
}

// Flush ends the file.
func (w *Writer) Flush() error { return w.w.Flush() }

// VerifyLog checks an exported trail. The key is the one that the study published; with an empty one the header's own
// is taken, which shows that nothing was changed by anybody without that key, but not whose it is. It gives the key
// that was used. For kept checkpoints see [NewCheck]. An error means that the file could not be read; what is wrong in it is in the report.
func VerifyLog(r io.Reader, public string, kept ...string) (Report, string, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	first, err := line(in)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errNoNewline) {
		return Report{}, "", err
	}
	var h header
	exact := ""
	if json.Unmarshal(first, &h) == nil {
		exact, _ = quote(h) // a header can always be quoted
	}
	if err != nil || exact != string(first) || h.Trail != form {
		return Report{}, "", problem.New(problem.Invalid, "this is not an exported audit trail").At("line 1").
			Instead("Give a file that 'rekindle audit export' wrote")
	}
	c, err := NewCheck(cmp.Or(public, h.Key), kept...)
	if err != nil {
		return Report{}, "", err
	}
	if c.public != h.Key {
		c.found(0, 0, 1, "the header names another key than the study's")
	}
	n := 1
	for {
		n++
		text, err := line(in)
		if errors.Is(err, io.EOF) {
			c.End(n, h.Events)
			break
		}
		if err != nil && !errors.Is(err, errNoNewline) {
			return c.Report, c.public, err
		}
		if err != nil {
			c.Break(c.Events, c.Events, n, "the last line is cut off")
		} else if !c.line(n, text) {
			c.Break(c.Events, c.Events, n, "neither an event nor a checkpoint in its exact form")
		}
		if c.Broken {
			break
		}
	}
	if len(c.Findings) == 0 && (c.Events != h.Events || c.Checkpoints != h.Signed) {
		c.found(0, 0, 1, "the header announces %d events and %d checkpoints, %d and %d are here", h.Events, h.Signed, c.Events, c.Checkpoints)
	}
	return c.Report, c.public, nil
}

// line takes one line after the header; false if it is not one.
func (c *Check) line(n int, text []byte) bool {
	if rest, ok := bytes.CutPrefix(text, []byte(`{"event":`)); ok {
		const tail = len(`,"hash":""}`) + 44 // base64 of 32 bytes
		if len(rest) < tail {
			return false
		}
		leaf, end := rest[:len(rest)-tail], rest[len(rest)-tail:]
		hash, err := tlog.ParseHash(string(end[len(`,"hash":"`) : len(end)-2]))
		if err != nil || fmt.Sprintf(`,"hash":"%s"}`, hash) != string(end) {
			return false
		}
		e, err := ParseLeaf(leaf)
		if err != nil {
			return false
		}
		c.Event(n, e, hash)
		return true
	}
	var v struct {
		Checkpoint string `json:"checkpoint"`
	}
	if json.Unmarshal(text, &v) != nil {
		return false
	}
	if exact, _ := quote(v); exact != string(text) { // a string can always be quoted
		return false
	}
	if c.Checkpoints > 0 && c.Signed == c.Events {
		c.Break(c.Events-1, c.Events-1, n, "a second checkpoint stands after it")
	}
	c.Checkpoint(n, v.Checkpoint)
	return true
}

var errNoNewline = errors.New("the file does not end with a line")

// line gives the next line without its end, io.EOF after the last, errNoNewline where the file is cut off in one.
func line(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadBytes('\n')
	switch {
	case err == nil:
		return text[:len(text)-1], nil
	case errors.Is(err, io.EOF) && len(text) > 0:
		return text, errNoNewline
	}
	return nil, err
}
