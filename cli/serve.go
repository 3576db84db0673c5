package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"rekindle/conduct"
	"rekindle/platform/config"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/web"
)

// serveCommand runs a study.
type serveCommand struct {
	LogLevel string `default:"info" enum:"debug,info,warn,error" help:"How much is logged: debug, info, warn or error (default info)."`
	LogJSON  bool   `name:"log-json" help:"Log as JSON, one object a line."`
	dataFlags
	settingFlags
}

// Help is printed below the usage.
func (c *serveCommand) Help() string {
	return `Serves the pages, does what the clock asks, sends mail, and fetches what comes back where a mailbox is named ([imap] in the settings), until it is told to stop (Ctrl-C, or SIGTERM); then it finishes what it has begun.
Health and metrics are on an address of their own. docs/operate.md says how to run it as a service.

Examples:
  rekindle serve --data study
  rekindle serve --data study --address :8443 --base-url https://coaching.hospital.org --set tls.certificate=site.crt --set tls.key=site.key`
}

// Run serves until ctx ends or the program is told to stop.
func (c *serveCommand) Run(ctx context.Context, s *streams) error {
	settings, err := c.load(s.err, c.Data)
	if err != nil {
		return err
	}
	log := c.log(s)
	d, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	apply(settings, act)
	act.Incoming, act.Mailbox = spool(d.Dir), mailbox(settings)
	post := mailServer(settings)
	if act.Simulated { // its people must not be written to, and everybody may look at it as anybody
		act.Mailbox = nil
		if post = nil; !settings.Local() {
			return problem.New(problem.Forbidden, "a rehearsal is shown on this machine alone").On("address").Instead("Serve it at localhost, or make a study with 'rekindle init'")
		}
	}
	l, err := listen(ctx, settings)
	if err != nil {
		return err
	}
	defer l.Close()
	if settings.Origin("base_url") == "default" { // the port may be whichever was free
		settings.BaseURL = "http://" + l.Addr().String()
		if at, ok := l.Addr().(*net.TCPAddr); ok && strings.HasPrefix(settings.Address, "localhost:") {
			settings.BaseURL = fmt.Sprintf("http://localhost:%d", at.Port) // the name that 'init' has written: browsers keep what they know of a site by it
		}
		act.BaseURL = settings.BaseURL
	}
	seen := newWatch(d.Store)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	if settings.Metrics != "" {
		aside, err := web.Listen(ctx, settings.Metrics)
		if err != nil {
			return problem.New(problem.KindOf(err), "health and metrics cannot be served at %s", settings.Metrics).On("metrics").Instead("Name another address with --set metrics=, or none").Because(err)
		}
		running.Go(func() {
			if err := web.Serve(ctx, aside, seen.handler(), log); err != nil {
				log.Error("health and metrics are no longer served", "error", err)
			}
		})
	}
	running.Go(func() {
		act.Run(ctx, post, func(b conduct.Beat) {
			seen.heard(b)
			tell(log, b)
		})
	})
	words, err := instrument.ReadWordings(os.DirFS(filepath.Join(d.Dir, "wording")))
	if err != nil {
		return err
	}
	site := &web.Site{Conduct: act, PublicKey: d.Public, Report: filepath.Join(d.Dir, "report"), Log: log, Post: post, Wordings: words}
	whose := whose{Protocol: act.Protocol.Digest(), Program: act.Program}
	log.Info("serving", "address", l.Addr().String(), "base_url", settings.BaseURL, "metrics", settings.Metrics, "mail", settings.Mail.Host, "study", act.Protocol.ID)
	fmt.Fprintf(s.out, "Serving %q at %s. Ctrl-C ends it.\n", act.Protocol.Title, settings.BaseURL)
	return web.Serve(ctx, l, front(settings, whose, seen.count(site.Handler())), log)
}

func (c *serveCommand) log(s *streams) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}

// listen takes the address of the pages, with TLS where there is a certificate.
func listen(ctx context.Context, s config.Settings) (net.Listener, error) {
	held := &certificates{certificate: s.Certificate, key: s.Key}
	if s.Certificate != "" {
		if _, err := held.get(nil); err != nil {
			return nil, err
		}
	}
	l, err := web.Listen(ctx, s.Address)
	if err != nil || s.Certificate == "" {
		return l, err
	}
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: held.get}), nil
}

// tell logs what a round has done, in numbers.
func tell(log *slog.Logger, b conduct.Beat) {
	if b.Err != nil {
		log.Error("a duty failed and will be tried again", "duty", b.Duty, "error", b.Err, "cause", causeOf(b.Err))
	}
	if b.Ticked != (conduct.Ticked{}) {
		log.Info("the clock", "opened", b.Ticked.Opened, "missed", b.Ticked.Missed, "unlocked", b.Ticked.Unlocked, "lost", b.Ticked.Lost, "mails", b.Ticked.Sent, "needless", b.Ticked.Dropped, "put_off", b.Ticked.PutOff)
	}
	if len(b.Received) > 0 {
		log.Info("mail that came in", "returned", b.Received[conduct.Returned], "complaints", b.Received[conduct.Complained], "calendars", b.Received[conduct.Answered],
			"notices", b.Received[conduct.Noticed], "unknown", b.Received[conduct.Unknown])
		if n := b.Received[conduct.Unreadable]; n > 0 {
			log.Warn("mail that cannot be read stays in the mailbox, flagged", "messages", n)
		}
	}
	if b.Delivered != (conduct.Delivered{}) {
		log.Info("mail", "sent", b.Delivered.Sent, "stopped", b.Delivered.Stopped, "postponed", b.Delivered.Postponed, "put_off", b.Delivered.PutOff, "failed", b.Delivered.Failed, "bounced", b.Delivered.Bounced)
	}
}
