package cli

import (
	"fmt"
	"io"
	"strings"

	"rekindle/report"
)

// verifyCommand checks a report against its manifest.
type verifyCommand struct {
	Dir     string   `arg:"" help:"Folder of a report." type:"path"`
	Dataset []string `help:"File that the report should have been made from." type:"path"`
}

func (c *verifyCommand) Help() string {
	return `Every file must be as the manifest says, none missing, none added.

Examples:
  rekindle verify rekindle-demo/report
  rekindle verify report --dataset locked/dataset.json`
}

// Run prints what was proved.
func (c *verifyCommand) Run(s *streams) error {
	m, err := report.Verify(c.Dir, c.Dataset...)
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %d files as made.\n  dataset   %s\n", c.Dir, len(m.Files), m.Source.Dataset)
	if m.Source.Protocol != "" {
		fmt.Fprintf(&text, "  protocol  %s\n", m.Source.Protocol)
	}
	fmt.Fprintf(&text, "  program   %s (Rekindle %s)\n", m.Program, m.Source.Program)
	_, err = io.WriteString(s.out, text.String())
	return printed(err)
}
