package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"rekindle/web"
)

// serveToRead shows the study in a data directory at a listener, until ctx ends. Nothing in it can be changed.
func serveToRead(ctx context.Context, s *streams, l net.Listener, f dataFlags) error {
	d, err := f.read(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	site := &web.Site{
		Conduct:   act,
		PublicKey: d.Public,
		Report:    filepath.Join(d.Dir, "report"),
		Log:       slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	fmt.Fprintf(s.out, "\nOpen http://%s in a browser. Ctrl-C ends it.\n", l.Addr())
	return web.Serve(ctx, l, site.Handler(), site.Log)
}
