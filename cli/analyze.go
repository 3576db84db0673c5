package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rekindle/analysis"
	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/report"
	"rekindle/trial/study"
)

// analyzeCommand makes the report of a locked dataset, or of a file of scores.
type analyzeCommand struct {
	Data        string            `arg:"" optional:"" help:"Data directory with a locked dataset."`
	Protocol    string            `help:"Protocol file, or the name of one that ships, for a file of scores."`
	Scores      string            `help:"CSV with one row for each participant and visit, one column for each outcome." type:"path"`
	Out         string            `help:"Folder for the report. Default: 'report' in the data directory."`
	Column      map[string]string `help:"Column of the file for an id of the protocol: participant, arm, visit, analysed, a covariate or an outcome. Repeatable: --column arm=group." placeholder:"ID=COLUMN"`
	Sensitivity bool              `help:"Also the sensitivity analyses that the protocol lists." default:"true" negatable:""`
}

func (c *analyzeCommand) Help() string {
	return `Examples:
  rekindle analyze rekindle-demo
  rekindle analyze --protocol protocols/kiser2024.toml --scores scores.csv --out report`
}

// Run reads, analyses, and writes; nothing is written unless everything could be computed.
func (c *analyzeCommand) Run(ctx context.Context, s *streams) error {
	d, out, err := c.read(ctx, s)
	if err != nil {
		return err
	}
	rep, err := analyzeInto(ctx, d, out, c.Sensitivity)
	if err != nil {
		return err
	}
	summarize(s.out, rep)
	fmt.Fprintf(s.out, "\nReport: %s\n", filepath.Join(out, "index.html"))
	return nil
}

// analyzeInto runs the plan and writes the report into a folder.
func analyzeInto(ctx context.Context, d *analysis.Data, out string, sensitivity bool) (*report.Report, error) {
	r, err := analysis.Run(ctx, d, analysis.Options{Program: version(), Sensitivity: sensitivity})
	if err != nil {
		return nil, err
	}
	rep := report.New(d.Protocol, r)
	return rep, rep.Write(out)
}

func (c *analyzeCommand) read(ctx context.Context, s *streams) (d *analysis.Data, out string, err error) {
	switch {
	case c.Data != "" && c.Scores == "":
		if d, err = lockedData(ctx, c.Data); err != nil {
			return nil, "", err
		}
		out = c.Out
		if out == "" {
			out = filepath.Join(c.Data, "report")
		}
		return d, out, nil
	case c.Data == "" && c.Scores != "" && c.Protocol != "" && c.Out != "":
		p, err := soundProtocol(c.Protocol, s.in)
		if err != nil {
			return nil, "", err
		}
		if err := mapColumns(p, c.Column); err != nil {
			return nil, "", err
		}
		b, name, err := readFile(s, c.Scores)
		if err != nil {
			return nil, "", err
		}
		d, err = analysis.ReadScores(filepath.Base(name), bytes.NewReader(b), p)
		return d, c.Out, err
	}
	return nil, "", problem.New(problem.Invalid, "what to analyse is not clear").
		Instead("give a data directory alone, or --protocol, --scores and --out together")
}

// lockedData reads the dataset that a data directory holds locked, with its protocol. Where the study's database stands beside
// it, the dataset must be the one whose hash the audit trail has.
func lockedData(ctx context.Context, dir string) (*analysis.Data, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, problem.New(problem.Invalid, "this is a file, not a data directory").At("%s", dir).Instead("for a file of scores give --scores, --protocol and --out")
	}
	dataset := filepath.Join(dir, "locked", conduct.DatasetFile)
	b, _, err := readFile(nil, dataset)
	if problem.Is(err, problem.NotFound) {
		return nil, problem.New(problem.NotFound, "there is no locked dataset").At("%s", dataset).
			Instead("lock the dataset of the study first, or name another data directory").Because(err)
	}
	if err != nil {
		return nil, err
	}
	p, err := protocols.Load(filepath.Join(dir, "locked", conduct.ProtocolFile))
	if err != nil {
		return nil, err
	}
	d, err := analysis.ReadLocked(conduct.DatasetFile, b, p)
	if err != nil {
		return nil, err
	}
	digest, err := lockedDigest(ctx, dir)
	switch {
	case err != nil:
		d.Notes = append(d.Notes, "The dataset was not compared with the audit trail: "+err.Error())
	case digest != "" && digest != d.Source.Dataset:
		return nil, problem.New(problem.Conflict, "the dataset is not the one that was locked: it has SHA-256 %s, the audit trail says %s", d.Source.Dataset, digest).
			At("%s", dataset).Instead("restore the file from a backup")
	}
	return d, nil
}

// lockedDigest gives the SHA-256 of the locked dataset as the audit trail has it, empty where there is no database in the
// directory.
func lockedDigest(ctx context.Context, dir string) (digest string, err error) {
	if _, err := os.Stat(filepath.Join(dir, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	d, err := dataFlags{Data: dir}.read(ctx, nil)
	if err != nil {
		return "", err
	}
	defer d.Close()
	err = d.Store.Read(ctx, func(tx *store.Tx) error {
		events, err := tx.LatestEvents(ctx, store.EventFilter{Verb: "dataset.lock"}, 0, 1)
		if err != nil || len(events) == 0 {
			return err
		}
		var lock struct{ SHA256 string }
		if err := json.Unmarshal([]byte(events[0].New), &lock); err != nil {
			return problem.New(problem.Invalid, "event %d of the trail cannot be read", events[0].Seq).Because(err)
		}
		digest = lock.SHA256
		return nil
	})
	return digest, err
}

// mapColumns lets flags name columns in place of the protocol's.
func mapColumns(p *study.Protocol, columns map[string]string) error {
	var list problem.List
	for id, column := range columns {
		switch id {
		case "participant":
			p.Analysis.Columns.Participant = column
			continue
		case "arm":
			p.Analysis.Columns.Arm = column
			continue
		case "visit":
			p.Analysis.Columns.Visit = column
			continue
		case "analysed":
			p.Analysis.Columns.Analysed = column
			continue
		}
		if i := slices.IndexFunc(p.Analysis.Covariates, func(v study.Covariate) bool { return v.ID == id }); i >= 0 {
			p.Analysis.Covariates[i].Column = column
			continue
		}
		if i := slices.IndexFunc(p.Outcomes, func(o study.Outcome) bool { return o.ID == id }); i >= 0 {
			p.Outcomes[i].Column = column
			continue
		}
		list.Add(problem.New(problem.Invalid, "the protocol has no %q", id).On("--column").
			Instead("use participant, arm, visit, analysed, a covariate's id or an outcome's id"))
	}
	return list.Err()
}

// summarize prints the populations and the contrasts of the leading one, for a terminal.
func summarize(w io.Writer, rep *report.Report) {
	p, r := rep.Protocol, rep.Result
	fmt.Fprintf(w, "%s\n", p.Title)
	if r.Source.Simulated {
		fmt.Fprintln(w, "SIMULATED PEOPLE: a rehearsal, not a trial.")
	}
	for _, s := range r.Populations {
		var arms []string
		for _, a := range p.Arms {
			arms = append(arms, fmt.Sprintf("%s %d", a.Name, s.ByArm[a.ID]))
		}
		fmt.Fprintf(w, "  %s: %d (%s)\n", s.Name, s.Total, strings.Join(arms, ", "))
	}
	for _, c := range r.Changes {
		pop, _ := p.Population(c.Population)
		fmt.Fprintf(w, "\nDifference of changes, %s\n", pop.Name)
		for _, row := range c.Rows {
			o, _ := p.Outcome(row.Outcome)
			for _, d := range row.Differences {
				fmt.Fprintf(w, "  %-44s %-26s P %-6s adjusted %-6s %s\n", o.Name, report.Interval(d.Points, o.Decimals), report.P(d.Points.P), report.P(d.Adjusted), d.Benefit)
			}
			if row.Failed != "" {
				fmt.Fprintf(w, "  %-44s no model: %s\n", o.Name, row.Failed)
			}
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "  note: %s\n", note)
	}
}
