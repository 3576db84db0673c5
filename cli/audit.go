package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/problem"
)

// auditCommand has the commands for the audit trail.
type auditCommand struct {
	Verify     auditVerify     `cmd:"" help:"Show that nothing in the trail was changed, or what was, and where. Example: rekindle audit verify rekindle-data"`
	Export     auditExport     `cmd:"" help:"Write the trail as JSON Lines that anybody can check. Example: rekindle audit export --out trail.jsonl"`
	Show       auditShow       `cmd:"" help:"Print events. Example: rekindle audit show --object 7KDW-Q3MX"`
	Checkpoint auditCheckpoint `cmd:"" help:"Print the signed head of the trail, to keep elsewhere. Example: rekindle audit checkpoint > 2021-03-01.checkpoint"`
}

type auditVerify struct {
	Dir        string   `arg:"" optional:"" type:"path" help:"Data directory (the same as --data), or an exported trail."`
	Log        string   `placeholder:"FILE" help:"Check an exported trail instead, without a data directory; - for standard input."`
	Key        string   `help:"The study's public key, as it was published. Without it the one in the data directory or in the file is taken."`
	Checkpoint []string `placeholder:"FILE" type:"path" help:"A checkpoint that was kept elsewhere: the trail must still begin as it did then."`
	dataFlags
}

func (c *auditVerify) Help() string {
	return `Every event is hashed again and compared with the tree over the trail and with each signature.

Examples:
  rekindle audit verify rekindle-data
  rekindle audit verify trail.jsonl --key rekindle-audit+7a1c...+Ac...
  rekindle audit verify rekindle-data --checkpoint 2021-03-01.checkpoint`
}

// Run prints what was proved, or every finding.
func (c *auditVerify) Run(ctx context.Context, s *streams) (err error) {
	if info, err := os.Stat(c.Dir); c.Log == "" && err == nil && info.Mode().IsRegular() {
		c.Log, c.Dir = c.Dir, ""
	}
	if c.Log != "" && c.Dir != "" {
		return problem.New(problem.Invalid, "either a data directory or an exported trail is checked, not both").On("--log")
	}
	kept := make([]string, len(c.Checkpoint))
	for i, name := range c.Checkpoint {
		text, _, err := readFile(s, name)
		if err != nil {
			return err
		}
		kept[i] = string(text)
	}
	var report audit.Report
	var public string
	if c.Log != "" {
		report, public, err = c.log(s, kept)
	} else {
		report, public, err = c.directory(ctx, kept)
	}
	if err != nil {
		return err
	}
	if err := report.Err(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d events, all as recorded; %d signed checkpoints fit.\n  root  %s\n  key   %s\n", report.Events, report.Checkpoints, report.Root, public)
	if err == nil && c.Key == "" {
		_, err = fmt.Fprintln(s.out, "The key was taken from what it vouches for. Compare it with the one that the study published.")
	}
	return printed(err)
}

func (c *auditVerify) log(s *streams, kept []string) (audit.Report, string, error) {
	if c.Log == "-" {
		return audit.VerifyLog(s.in, c.Key, kept...)
	}
	file, err := os.Open(c.Log)
	if err != nil {
		return audit.Report{}, "", problem.New(problem.NotFound, "the exported trail cannot be read").At("%s", c.Log).Because(err)
	}
	defer file.Close()
	report, public, err := audit.VerifyLog(file, c.Key, kept...)
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Place != "" {
		p.Place = c.Log + " " + p.Place
	}
	return report, public, err
}

func (c *auditVerify) directory(ctx context.Context, kept []string) (report audit.Report, public string, err error) {
	if c.Dir != "" {
		c.Data = c.Dir
	}
	d, err := c.read(ctx, nil)
	if err != nil {
		return report, "", err
	}
	defer d.Close()
	if public = c.Key; public == "" {
		public = d.Public
	}
	if public == "" {
		return report, "", problem.New(problem.NotFound, "the key that the trail is checked with is not in the data directory (%s)", auditPubName).
			At("%s", c.keys()).Instead("Give the one that the study published with --key")
	}
	report, err = d.Store.VerifyAudit(ctx, public, kept...)
	return report, public, err
}

type auditExport struct {
	Out string `short:"o" default:"-" placeholder:"FILE" type:"path" help:"File to write (default: standard output)."`
	dataFlags
}

// Run writes the trail; a file appears only when it is whole.
func (c *auditExport) Run(ctx context.Context, s *streams) error {
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	if d.Public == "" {
		return problem.New(problem.NotFound, "the public key of the trail is missing (%s)", auditPubName).At("%s", c.keys()).Instead("Restore it from a backup")
	}
	if c.Out == "-" {
		return exported(d.Store.ExportAudit(ctx, s.out, d.Public))
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(d.Store.ExportAudit(ctx, writer, d.Public)) }()
	return replaceFileFrom(c.Out, reader)
}

func exported(err error) error {
	if _, ok := errors.AsType[*problem.Problem](err); ok {
		return err
	}
	return printed(err)
}

type auditShow struct {
	Object string `placeholder:"CODE" help:"Only events about this study code, session or other object."`
	From   int64  `default:"0" help:"First event by number (default 0)."`
	Most   int    `default:"100" help:"How many at most (default 100)."`
	dataFlags
}

// Run prints one line an event.
func (c *auditShow) Run(ctx context.Context, s *streams) error {
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	var events []audit.Entry
	if err := d.Store.Read(ctx, func(tx *store.Tx) error {
		events, err = tx.Events(ctx, c.Object, c.From, c.Most)
		return err
	}); err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EVENT\tUTC\tACTOR\tROLE\tVERB\tOBJECT\tCHANGE\tREASON")
	for _, e := range events {
		change := e.New
		if e.Old != "" {
			change = e.Old + " -> " + e.New
		}
		// Text that people typed must not move the cursor of whoever reads it.
		line := []any{e.Seq, strings.TrimSuffix(e.At, ".000000Z"), plain(e.Actor), e.Role, e.Verb, plain(e.Object), plain(change), plain(e.Reason)}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", line...)
	}
	return printed(w.Flush())
}

// plain puts spaces in place of control characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

type auditCheckpoint struct {
	dataFlags
}

// Run prints the signed head.
func (c *auditCheckpoint) Run(ctx context.Context, s *streams) error {
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	var head string
	if err := d.Store.Read(ctx, func(tx *store.Tx) error {
		head, err = tx.Head(ctx)
		return err
	}); err != nil {
		return err
	}
	if head == "" {
		return problem.New(problem.NotFound, "nothing has been recorded yet").At("%s", c.Data)
	}
	_, err = io.WriteString(s.out, head)
	return printed(err)
}
