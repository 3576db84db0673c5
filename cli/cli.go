// Package cli has the commands: one file a command, each a struct that kong fills and a Run method.
//
// It is the outermost ring: it opens files and stores, calls conduct, analysis, stats and report, and
// prints. No rule of the trial lives here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"rekindle/problem"
)

// commands is the whole command line. Each field is declared in the file of its name.
type commands struct {
	Analyze       analyzeCommand       `cmd:"" help:"Make the report of a locked dataset or of a file of scores. Example: rekindle analyze rekindle-demo"`
	Demo          demoCommand          `cmd:"" help:"Rehearse the published trial with simulated people and show it. Example: rekindle demo"`
	Fit           fitCommand           `cmd:"" help:"Fit a mixed model to a case file or a table. Example: rekindle fit case.json"`
	Init          initCommand          `cmd:"" help:"Begin a study: its directory, its keys, the first owner's link. Example: rekindle init --protocol trial.toml --data study --email me@hospital.org"`
	Serve         serveCommand         `cmd:"" help:"Run a study: its pages, its clock, its mail. Example: rekindle serve --data study"`
	Config        configCommand        `cmd:"" help:"Try, print or begin the settings of an installation. Example: rekindle config check --to me@hospital.org"`
	Staff         staffCommand         `cmd:"" help:"Make, list or reset the accounts of staff. Example: rekindle staff list"`
	Audit         auditCommand         `cmd:"" help:"Check, export or read the audit trail. Example: rekindle audit verify rekindle-data"`
	Consent       consentCommand       `cmd:"" help:"Export the papers of signed consents, or prove one. Example: rekindle consent verify consent-1.pdf"`
	LintTables    lintTablesCommand    `cmd:"" help:"Check published tables against themselves. Example: rekindle lint-tables testdata/published/kiser2024.json"`
	Mail          mailCommand          `cmd:"" help:"Take mail that came in: what came back, complaints, answers of calendars. Example: rekindle mail receive --data study < report.eml"`
	Power         powerCommand         `cmd:"" help:"Plan a trial: power, number of participants, detectable difference; closed form or simulated. Example: rekindle power solve --delta 0.5 --n 50"`
	Protocol      protocolCommand      `cmd:"" help:"Check, show or begin a protocol. Example: rekindle protocol check protocols/kiser2024.toml"`
	Randomization randomizationCommand `cmd:"" help:"Prove the allocations of a closed trial, or simulate those of one that is planned. Example: rekindle randomization simulate kiser2024"`
	Roster        rosterCommand        `cmd:"" help:"Check or import the list of people to invite. Example: rekindle roster check physicians.csv"`
	Score         scoreCommand         `cmd:"" help:"Turn answers into scores. Example: rekindle score answers.json"`
	Vault         vaultCommand         `cmd:"" help:"Change the keys under which names are kept, or say how they stand. Example: rekindle vault rotate --data study"`
	Verify        verifyCommand        `cmd:"" help:"Check a report against its manifest. Example: rekindle verify rekindle-demo/report"`
	Wording       wordingCommand       `cmd:"" help:"Load and check the item texts of a site that holds a licence. Example: rekindle wording check pfi16.toml"`
}

// streams are what a command reads and prints; it is handed to every Run method.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Run parses args (without the program's name), runs the command, and gives the exit status:
// 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage.
func Run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) (status int) {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("rekindle"),
		kong.Description("Runs a physician peer-coaching programme as a randomized trial, from the protocol to the published tables."),
		kong.Writers(out, errw),
		kong.Exit(func(code int) { exit = code }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&streams{in: in, out: out, err: errw}),
	)
	if err != nil {
		fmt.Fprintln(errw, "rekindle:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintln(errw, "rekindle:", err)
		fmt.Fprintln(errw, "Run 'rekindle --help' for the commands and their examples.")
		return 2
	}
	if err := k.Run(); err != nil {
		complain(errw, err)
		return 1
	}
	return 0
}

// complain prints what is wrong, and the cause of an internal fault, which nobody but the operator reads here.
func complain(w io.Writer, err error) {
	fmt.Fprintln(w, "rekindle:", err)
	if cause := causeOf(err); cause != nil {
		fmt.Fprintln(w, "  cause:", cause)
	}
}

// causeOf gives what lies behind a problem, nil where nothing does.
func causeOf(err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p.Cause
	}
	return nil
}
