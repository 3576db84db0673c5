package cli

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"rekindle/conduct"
	rehearsal "rekindle/conduct/simulation"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/study"
	"rekindle/web"
)

// midwayName is the folder in a rehearsal's data directory that holds the study as it stood in the middle of the trial.
const midwayName = "midway"

// keepMidway copies a rehearsal, keys included, into a data directory of its own within.
func keepMidway(ctx context.Context, d *data) (err error) {
	dir := filepath.Join(d.Dir, midwayName)
	if err := os.CopyFS(filepath.Join(dir, keysDirectory), os.DirFS(filepath.Join(d.Dir, keysDirectory))); err != nil {
		return problem.New(problem.Unavailable, "the directory cannot be written").At("%s", dir).Instead("Check the rights and the room on the disk").Because(err)
	}
	// Copying keeps no rights: keys are for nobody else.
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}); err != nil {
		return problem.New(problem.Unavailable, "the rights of the keys cannot be set").At("%s", dir).Because(err)
	}
	return d.Store.Copy(ctx, filepath.Join(dir, databaseName))
}

// show serves a rehearsal at a listener until ctx ends: as it ended, where nothing can be changed, and in the middle of the trial, where
// time goes on from there and everybody may act.
func show(ctx context.Context, s *streams, l net.Listener, f dataFlags) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var end time.Time
	ended, err := f.read(ctx, func() time.Time { return end })
	if err != nil {
		return err
	}
	defer ended.Close()
	if end, err = endOf(ctx, ended.Store); err != nil {
		return err
	}
	act, err := ended.conduct(ctx)
	if err != nil {
		return err
	}
	moments := []web.Moment{{Key: "end", Label: "After the end of the trial", What: "The dataset is locked and unblinded, the report is made. Nothing can be changed.",
		Site: &web.Site{Conduct: act, PublicKey: ended.Public, Report: filepath.Join(ended.Dir, "report"), Log: log}}}

	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	if within := (dataFlags{Data: filepath.Join(f.Data, midwayName)}); within.exists() {
		began, from := time.Now(), rehearsal.Midway(act.Protocol)
		midway, err := within.open(ctx, func() time.Time { return from.Add(time.Since(began)) })
		if err != nil {
			return err
		}
		defer midway.Close()
		live, err := midway.conduct(ctx)
		if err != nil {
			return err
		}
		live.BaseURL = "http://" + l.Addr().String()
		running.Go(func() { live.Run(ctx, nil, func(b conduct.Beat) { tell(log, b) }) })
		moments = append(moments, web.Moment{Key: midwayName, Label: "In the middle of the trial", What: inTheMiddle(act.Protocol, from),
			Site: &web.Site{Conduct: live, PublicKey: midway.Public, Report: filepath.Join(midway.Dir, "report"), Log: log}})
	}
	fmt.Fprintf(s.out, "\nOpen http://%s in a browser. Ctrl-C ends it.\n", l.Addr())
	return web.Serve(ctx, l, web.Rehearsal(moments...), log)
}

func inTheMiddle(p *study.Protocol, from time.Time) string {
	return fmt.Sprintf("It is %s; people are being coached. Time goes on, and whatever you do happens.", from.In(p.Location()).Format("January 2, 2006"))
}

// endOf is when a rehearsal was unblinded, and what its people see afterwards is seen; one that was not is seen now.
func endOf(ctx context.Context, s *store.Store) (time.Time, error) {
	at := time.Now()
	err := s.Read(ctx, func(tx *store.Tx) error {
		study, err := tx.Study(ctx)
		if err == nil && study.Unblinded != nil {
			at = *study.Unblinded
		}
		return err
	})
	return at, err
}
