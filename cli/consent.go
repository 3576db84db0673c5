package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rekindle/problem"
)

// consentCommand has the commands for the papers of signed consents.
type consentCommand struct {
	Export consentExport `cmd:"" help:"Write the papers of all consents and withdrawals, for the archive. Recorded with each participant. Example: rekindle consent export --data study --out consents"`
	Verify consentVerify `cmd:"" help:"Show that a paper is the one that was signed, or made at a withdrawal, byte for byte. Example: rekindle consent verify consent-1.pdf --data study"`
}

type consentExport struct {
	Out string `required:"" type:"path" placeholder:"DIR" help:"Directory for the papers; it is made, or must be empty."`
	dataFlags
}

// Run writes a file for each signature, which only the user can read: they hold names.
func (c *consentExport) Run(ctx context.Context, s *streams) error {
	d, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return problem.New(problem.Unavailable, "the directory cannot be made").At("%s", c.Out).Because(err)
	}
	if there, err := os.ReadDir(c.Out); err != nil || len(there) > 0 {
		return problem.New(problem.Conflict, "the directory is not empty, or cannot be read").At("%s", c.Out).Instead("Name another with --out").Because(err)
	}
	all, err := act.ExportConsents(ctx, console)
	if err != nil {
		return err
	}
	for _, p := range all {
		path := filepath.Join(c.Out, string(p.Participant)+"-"+p.Name)
		if err := os.WriteFile(path, p.PDF, 0o600); err != nil {
			return problem.New(problem.Unavailable, "the paper cannot be written").At("%s", path).Because(err)
		}
	}
	_, err = fmt.Fprintf(s.out, "%d papers are in %s. They hold names: keep them as the study's protocol says.\n", len(all), c.Out)
	return printed(err)
}

type consentVerify struct {
	File string `arg:"" type:"path" help:"The paper, a PDF."`
	dataFlags
}

// Run says whose paper a file is, by code.
func (c *consentVerify) Run(ctx context.Context, s *streams) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return problem.New(problem.NotFound, "The file cannot be read").At("%s", c.File).Because(err)
	}
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	found, err := act.FindConsent(ctx, console, file)
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p.At("%s", c.File)
	}
	if err != nil {
		return err
	}
	when := found.SignedAt.In(act.Protocol.Location()).Format("January 2, 2006, 15:04:05 MST")
	if found.Choice != "" {
		_, err = fmt.Fprintf(s.out, "The paper is as it was made: %s withdrew, %s, with the choice %s.\nEvent %d of the audit trail names its SHA-256; 'rekindle audit verify' proves the trail.\n", found.Participant, when, found.Choice, found.Event)
		return printed(err)
	}
	state := "in force"
	if found.Withdrawn {
		state = "withdrawn since"
	}
	_, err = fmt.Fprintf(s.out, "The paper is as it was signed: %s, version %s, %s, %s.\nEvent %d of the audit trail names its SHA-256; 'rekindle audit verify' proves the trail.\n",
		found.Participant, found.Version, when, state, found.Event)
	return printed(err)
}
