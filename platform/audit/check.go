package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rekindle/problem"
)

// Check goes through a trail from its first event to its last, hashes everything again, and notes what does not fit.
// The trail may come from a database or from an exported file. After an event that is missing, out of order or
// unreadable the tree cannot be followed any further, and the check says so by Broken.
type Check struct {
	Report
	Broken   bool
	Subtrees bool // whether Event is given the hashes of subtrees too

	public string
	tree   Tree
	kept   map[int64]tlog.Hash // size and root of checkpoints that were kept elsewhere
}

// Report is what a check found.
type Report struct {
	Events      int64     // events read, in an unbroken row
	Checkpoints int       // signed checkpoints that fit
	Signed      int64     // events under the last of these
	Root        tlog.Hash // of the tree over all events read
	Findings    []Finding // in the order of the trail; empty: nothing was changed
}

// Finding is one place where the trail is not what was recorded.
type Finding struct {
	From, To int64  // the first and last event that it may concern
	Line     int    // in an exported file, 0 otherwise
	What     string // what differs
}

// String gives the place and what differs.
func (f Finding) String() string {
	where := fmt.Sprintf("event %d", f.From)
	if f.To > f.From {
		where = fmt.Sprintf("events %d to %d", f.From, f.To)
	}
	if f.Line > 0 {
		where += fmt.Sprintf(" (line %d)", f.Line)
	}
	return where + ": " + f.What
}

// Err gives nil for a trail without findings, and else all of them as a list of problems.
func (r Report) Err() error {
	var all problem.List
	for _, f := range r.Findings {
		all.Add(problem.New(problem.Conflict, "%s", f.String()).At("audit trail"))
	}
	return all.Err()
}

// NewCheck begins a check against the verifier's key. The trail must also begin as it did when the kept checkpoints were
// signed, which the study printed or published and cannot take back: only they show that a whole end of a trail, with
// its last signatures, was cut off. A key that is none, and a kept checkpoint that is not
// genuine, are a problem.Invalid.
func NewCheck(public string, kept ...string) (*Check, error) {
	if _, err := note.NewVerifier(public); err != nil {
		return nil, problem.New(problem.Invalid, "%q is not the public key of an audit trail", public).
			Instead("Give the key that the study published, whole").Because(err)
	}
	c := &Check{public: public, kept: map[int64]tlog.Hash{}}
	for _, signed := range kept {
		point, err := OpenCheckpoint(public, signed)
		if err != nil {
			return nil, problem.New(problem.Invalid, "the kept checkpoint is not one of this study: %v", err).
				Instead("Give a file that 'rekindle audit checkpoint' printed, unchanged").Because(err)
		}
		c.kept[point.Size] = point.Root
	}
	return c, nil
}

func (c *Check) found(from, to int64, line int, format string, args ...any) {
	c.Findings = append(c.Findings, Finding{from, max(from, to), line, fmt.Sprintf(format, args...)})
}

// Event takes the next event, and the hashes that were stored for it: its own, then those of the subtrees that it completes.
func (c *Check) Event(line int, e Entry, stored ...tlog.Hash) {
	if c.Broken {
		return
	}
	next := c.tree.Size
	switch {
	case e.Seq > next:
		c.Break(next, e.Seq-1, line, "missing: event %d follows event %d", e.Seq, next-1)
		return
	case e.Seq < next:
		c.Break(next, next, line, "event %d stands here again or out of order", e.Seq)
		return
	case len(stored) == 0:
		c.Break(next, next, line, "its hash is missing")
		return
	case !e.intact() || tlog.RecordHash(e.Leaf()) != stored[0]:
		c.found(next, next, line, "its content and its hash do not belong together: one of them was changed")
	}
	computed := c.tree.Append(stored[0])
	if c.Subtrees {
		for level, h := range computed[1:] {
			if level+1 >= len(stored) || stored[level+1] != h {
				c.found(next+1-int64(1)<<(level+1), next, line, "the hash over these events does not follow from theirs")
				break
			}
		}
	}
	c.Events, c.Root = c.tree.Size, c.tree.Root()
	if root, ok := c.kept[c.tree.Size]; ok && root != c.Root && len(c.Findings) == 0 {
		c.found(c.Signed, next, line, "these events are not those that the kept checkpoint after event %d was signed for", next)
	}
}

// Break notes a finding after which the tree cannot be followed.
func (c *Check) Break(from, to int64, line int, format string, args ...any) {
	c.found(from, to, line, format, args...)
	c.Broken = true
}

// Checkpoint takes a signed checkpoint that is kept for the events so far.
func (c *Check) Checkpoint(line int, signed string) {
	if c.Broken {
		return
	}
	last := max(c.tree.Size-1, 0)
	point, err := OpenCheckpoint(c.public, signed)
	switch {
	case err != nil:
		c.found(last, last, line, "the checkpoint after it is not genuine: %v", err)
	case point.Size != c.tree.Size:
		c.found(last, last, line, "the checkpoint after it is signed for %d events, not for %d", point.Size, c.tree.Size)
	case point.Root != c.Root:
		if len(c.Findings) == 0 { // after a first finding every later root differs too
			c.found(c.Signed, last, line, "these events are not those that the checkpoint after event %d was signed for", last)
		}
	default:
		if c.Signed < c.tree.Size { // not the head of a trail whose last checkpoint is the same
			c.Checkpoints++
		}
		c.Signed = c.tree.Size
	}
}

// End takes the number of events that there should be, by the signed head.
func (c *Check) End(line int, events int64) {
	for size := range c.kept {
		events = max(events, size)
	}
	switch size := c.tree.Size; {
	case c.Broken:
	case events > size:
		c.found(size, events-1, line, "missing at the end: there should be %d events, %d are here", events, size)
	case c.Signed < size && len(c.Findings) == 0:
		c.found(c.Signed, size-1, line, "no signature covers these events")
	}
}
