package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"rekindle/analysis/lint"
	"rekindle/problem"
)

// lintTablesCommand checks published tables against themselves.
type lintTablesCommand struct {
	File    string `arg:"" optional:"" help:"Publication to check; - reads standard input."`
	JSON    bool   `name:"json" help:"Print the findings as a JSON array."`
	Derived bool   `help:"Also print what the digits of each contrast imply: SE, P, P by Holm's method, standardized difference."`
	Rules   bool   `help:"Print the rules and stop."`
}

// Help says what the file is, and what the exit status means.
func (lintTablesCommand) Help() string {
	return `The file has the tables as printed, and the sentences that quote them, in the format of docs/lint-tables.md. Every report of this program has one: publication.json.

A printed number stands for every number that rounds to it; only what no rounding explains is reported. The exit status is 1 when an error is found, 0 when there are only warnings or nothing.

Examples:

    rekindle lint-tables testdata/published/kiser2024.json
    rekindle lint-tables --json rekindle-demo/report/publication.json
    rekindle lint-tables --rules`
}

// Run prints the findings.
func (c *lintTablesCommand) Run(s *streams) error {
	if c.Rules {
		return printed(printRules(s))
	}
	if c.File == "" {
		return problem.New(problem.Invalid, "no file").Instead("name the publication to check, or - for standard input")
	}
	data, name, err := readFile(s, c.File)
	if err != nil {
		return err
	}
	p, err := lint.Read(name, data)
	if err != nil {
		return err
	}
	findings := lint.Check(p)
	var out bytes.Buffer
	if c.JSON {
		err = c.writeJSON(&out, p, findings)
	} else {
		writeFindings(&out, p, findings)
		if c.Derived {
			err = writeDerived(&out, lint.Derive(p))
		}
	}
	if err != nil {
		return problem.New(problem.Internal, "the findings cannot be written").Because(err)
	}
	if _, err := out.WriteTo(s.out); err != nil {
		return printed(err)
	}
	if n := severities(findings)[lint.Error]; n > 0 {
		return problem.New(problem.Invalid, "%s", counted(n, "error")).At("%s", name)
	}
	return nil
}

func (c *lintTablesCommand) writeJSON(out *bytes.Buffer, p *lint.Publication, findings []lint.Finding) error {
	var what any = append([]lint.Finding{}, findings...)
	if c.Derived {
		what = map[string]any{"findings": what, "derived": lint.Derive(p)}
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(what)
}

func severities(findings []lint.Finding) map[lint.Severity]int {
	count := map[lint.Severity]int{}
	for _, f := range findings {
		count[f.Severity]++
	}
	return count
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// writeFindings prints the findings under the titles of their tables.
func writeFindings(out *bytes.Buffer, p *lint.Publication, findings []lint.Finding) {
	title := map[string]string{"": "Text"}
	for _, t := range p.Tables {
		title[t.ID] = t.Title
	}
	under := "\x00"
	for _, f := range findings {
		if f.Table != under {
			under = f.Table
			fmt.Fprintf(out, "%s\n\n", title[under])
		}
		fmt.Fprintf(out, "  %s [%s] %s\n    printed   %s\n    expected  %s\n    %s\n\n", f.Severity, f.Rule, f.Place, f.Printed, f.Expected, f.Reason)
	}
	n := severities(findings)
	cells := 0
	for _, t := range p.Tables {
		for _, b := range t.Blocks {
			cells += len(b.Rows) * len(t.Columns)
		}
	}
	fmt.Fprintf(out, "%s with %s and %s of the text checked: %s, %s, %s.\n", counted(len(p.Tables), "table"), counted(cells, "cell"), counted(len(p.Claims), "statement"),
		counted(n[lint.Error], "error"), counted(n[lint.Warning], "warning"), counted(n[lint.Note], "note"))
}

// writeDerived prints what the contrasts imply.
func writeDerived(out *bytes.Buffer, rows []lint.Derived) error {
	out.WriteString("\nFrom the printed digits of each contrast, with the range that rounding allows:\n\n")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "  Table\tRow\tSE\tP\tP (Holm)\tStandardized difference (CI)")
	for _, d := range rows {
		standardized := "-"
		if x := d.Standardized; x != nil {
			standardized = fmt.Sprintf("%.2f (%.2f to %.2f)", x[0], x[1], x[2])
		}
		fmt.Fprintf(w, "  %s\t%s\t%.3f to %.3f\t%.4f to %.4f\t%.4f to %.4f\t%s\n", d.Table, d.Row, d.SE[0], d.SE[1], d.P[0], d.P[1], d.Holm[0], d.Holm[1], standardized)
	}
	return w.Flush()
}

// printRules prints every rule with what it compares.
func printRules(s *streams) error {
	var out strings.Builder
	for _, r := range lint.Rules() {
		fmt.Fprintf(&out, "%s\n    %s\n", r.ID, r.Why)
	}
	_, err := s.out.Write([]byte(out.String()))
	return err
}
