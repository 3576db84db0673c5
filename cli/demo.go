package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"rekindle/conduct"
	rehearsal "rekindle/conduct/simulation"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/trial/study"
	"rekindle/web"
)

// demoCommand rehearses a trial and shows it.
type demoCommand struct {
	Protocol string `help:"Protocol file to rehearse (default: the published trial, which ships with the program)." type:"path"`
	Data     string `default:"rekindle-demo" placeholder:"DIR" type:"path" help:"Data directory to make."`
	Seed     uint64 `default:"2024" help:"Seed of the rehearsal: the same seed gives the same tables to the last byte."`
	Fresh    bool   `help:"Replace an earlier rehearsal in the directory."`
	Serve    bool   `default:"true" negatable:"" help:"Serve the report and the data on localhost afterwards."`
	Address  string `default:"localhost:8080" help:"Where to serve."`
}

func (c *demoCommand) Help() string {
	return `Simulated people live through the trial on a virtual clock: everything they do goes through the same acts, store, randomization,
audit trail, scoring and models as in a real trial. Then the report is made and served.

Examples:
  rekindle demo
  rekindle demo --seed 7 --data rehearsal --no-serve
  rekindle demo --protocol trial.toml --data other --no-serve`
}

// simulatedMark is the file that says that a data directory holds a rehearsal, which --fresh may remove.
const simulatedMark = "SIMULATED.txt"

const simulatedText = "The people in this directory are simulated: a rehearsal made by 'rekindle demo', not a trial.\n"

// Run makes the directory, rehearses, analyses, and serves.
func (c *demoCommand) Run(ctx context.Context, s *streams) error {
	p, err := c.protocol(s)
	if err != nil {
		return err
	}
	var listener net.Listener
	if c.Serve { // an address that is taken shows before the work, and before an earlier rehearsal is gone
		if listener, err = web.Listen(ctx, c.Address); err != nil {
			return err
		}
		defer listener.Close()
	}
	if err := c.clear(); err != nil {
		return err
	}
	began := time.Now()
	outcome, err := c.rehearse(ctx, s.err, p)
	if err != nil {
		return err
	}
	lived := time.Since(began)
	d, err := lockedData(ctx, c.Data)
	if err != nil {
		return err
	}
	out := filepath.Join(c.Data, "report")
	rep, err := analyzeInto(ctx, d, out, true)
	if err != nil {
		return err
	}
	summarize(s.out, rep)
	fmt.Fprintf(s.out, "\n%d virtual days and %d acts in %.1f s, report in %.1f s.\n", outcome.Days, outcome.Acts, lived.Seconds(), (time.Since(began) - lived).Seconds())
	fmt.Fprintf(s.out, `
  %s
Proofs:
  rekindle audit verify --data %[2]s
  rekindle randomization prove --data %[2]s
  rekindle verify %[3]s --dataset %[4]s
`, filepath.Join(out, "index.html"), c.Data, out, outcome.Locked.Path)
	if !c.Serve {
		return nil
	}
	return show(ctx, s, listener, dataFlags{Data: c.Data})
}

func (c *demoCommand) protocol(s *streams) (*study.Protocol, error) {
	if c.Protocol != "" {
		return soundProtocol(c.Protocol, s.in)
	}
	text, err := protocols.Files.ReadFile(protocols.Rehearsed)
	if err != nil {
		return nil, problem.New(problem.Internal, "the protocol that ships with the program is missing").Because(err)
	}
	return study.Read(protocols.Rehearsed, bytes.NewReader(text))
}

// clear makes sure that nothing but an earlier rehearsal is replaced, and that only when asked.
func (c *demoCommand) clear() error {
	if info, err := os.Stat(c.Data); err == nil && !info.IsDir() {
		return problem.New(problem.Conflict, "this is a file, not a directory").At("%s", c.Data).Instead("Name another directory with --data")
	}
	entries, err := os.ReadDir(c.Data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return c.mark()
	}
	if err != nil {
		return problem.New(problem.Unavailable, "the directory cannot be read").At("%s", c.Data).Because(err)
	}
	if _, err := os.Stat(filepath.Join(c.Data, simulatedMark)); err != nil {
		return problem.New(problem.Conflict, "the directory is not empty and holds no rehearsal").At("%s", c.Data).Instead("Name another directory with --data")
	}
	if !c.Fresh {
		return problem.New(problem.Conflict, "there is a rehearsal already").At("%s", c.Data).Instead("Replace it with --fresh, or name another directory with --data")
	}
	if err := store.Idle(filepath.Join(c.Data, databaseName)); err != nil {
		return err
	}
	if err := os.RemoveAll(c.Data); err != nil {
		return problem.New(problem.Unavailable, "the earlier rehearsal cannot be removed").At("%s", c.Data).
			Instead("Check the rights, or name another directory with --data").Because(err)
	}
	return c.mark()
}

// mark makes the directory, and says in it, before anything else, that it holds a rehearsal: one that is cut short at any
// moment can be replaced.
func (c *demoCommand) mark() error {
	err := os.MkdirAll(c.Data, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(c.Data, simulatedMark), []byte(simulatedText), 0o644)
	}
	if err != nil {
		return problem.New(problem.Unavailable, "the directory cannot be written").At("%s", c.Data).
			Instead("Check the name, the rights and the room on the disk").Because(err)
	}
	return nil
}

// lavish is how much may be allocated between two collections while a trial is rehearsed, in percent of what is in use: little is,
// and at the usual 100 every fifth second goes into collecting.
const lavish = 400

// rehearse makes the study in the data directory and lets simulated people live through it.
func (c *demoCommand) rehearse(ctx context.Context, w io.Writer, p *study.Protocol) (rehearsal.Outcome, error) {
	clock := rehearsal.NewClock(rehearsal.Begins(p))
	d, err := dataFlags{Data: c.Data, rehearsal: true}.make(ctx, clock.Now)
	if err != nil {
		return rehearsal.Outcome{}, err
	}
	defer d.Close()
	defer debug.SetGCPercent(debug.SetGCPercent(lavish))
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(c.Seed >> (8 * i))
	}
	act := &conduct.Conduct{Store: d.Store, Protocol: p, Random: rand.NewChaCha8(seed), BaseURL: "http://" + c.Address, Program: version(), Simulated: true}
	return rehearsal.Run(ctx, act, clock, rehearsal.Options{Seed: c.Seed, LockDir: filepath.Join(c.Data, "locked"), Progress: progress(w),
		Midway: func() error { return keepMidway(ctx, d) }})
}

// progress draws a bar on a terminal, and elsewhere one line for each phase.
func progress(w io.Writer) func(rehearsal.Progress) {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		phase := ""
		return func(at rehearsal.Progress) {
			if at.Phase != phase {
				phase = at.Phase
				fmt.Fprintf(w, "%s, %s\n", at.Phase, at.At.Format("2 January 2006"))
			}
		}
	}
	bar := progressbar.NewOptions(1000, progressbar.OptionSetWriter(w), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(50*time.Millisecond))
	return func(at rehearsal.Progress) {
		bar.Describe(fmt.Sprintf("%-22s %s", at.Phase, at.At.Format("2 Jan 2006")))
		_ = bar.Set(int(1000 * at.Share)) // a bar that cannot be drawn must not stop the trial
	}
}
