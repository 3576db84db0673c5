package web

import (
	"context"
	"errors"
	"io"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"syscall"
	"time"

	"rekindle/problem"
)

// Listen takes an address, "localhost:8080". One that is in use, or is none, is a problem that says what to do.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var how net.ListenConfig
	l, err := how.Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, problem.New(problem.Conflict, "another program serves at %s already", address).On("--address").
			Instead("Stop it, or name another address, like localhost:8081; localhost:0 takes any that is free").Because(err)
	case errors.Is(err, syscall.EACCES):
		return nil, problem.New(problem.Forbidden, "this user may not serve at %s", address).On("--address").
			Instead("Name a port from 1024 on, like localhost:8080").Because(err)
	}
	return nil, problem.New(problem.Invalid, "%q is no address to serve at", address).On("--address").
		Instead("Write host:port, like localhost:8080").Because(err)
}

// patience is how long requests that have begun may take once the server is told to stop.
const patience = 10 * time.Second

// addressless passes on what the server of the standard library has to say, without the address of whoever asked: the log tells of nobody.
type addressless struct{ log io.Writer }

var peerAddress = regexp.MustCompile(` (from|serving) (\[[0-9a-fA-F:.%\w]+\]|[0-9.]+):[0-9]+`)

func (n addressless) Write(line []byte) (int, error) {
	if _, err := n.log.Write(peerAddress.ReplaceAll(line, nil)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// Serve serves until ctx ends, then finishes the requests that have begun.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          stdlog.New(addressless{slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer()}, "", 0),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		stopped <- server.Shutdown(end)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return problem.New(problem.Unavailable, "the server stopped").Because(err)
	}
	if err := <-stopped; err != nil {
		return problem.New(problem.Unavailable, "requests were cut off, because they took longer than %s to finish", patience).Because(err)
	}
	return nil
}
