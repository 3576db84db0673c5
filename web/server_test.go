package web_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"rekindle/problem"
	"rekindle/web"
)

func TestListenSaysWhatIsWrong(t *testing.T) {
	l, err := web.Listen(t.Context(), "localhost:0")
	must(t, err)
	defer l.Close()
	for address, kind := range map[string]problem.Kind{
		l.Addr().String():  problem.Conflict,
		"no port":          problem.Invalid,
		"localhost:999999": problem.Invalid,
	} {
		second, err := web.Listen(t.Context(), address)
		if err == nil {
			second.Close()
		}
		if !problem.Is(err, kind) {
			t.Errorf("%s: %v, want %s", address, err, kind)
		}
	}
}

// Told to stop, the server finishes what it has begun and takes nothing new.
func TestServeEndsGracefully(t *testing.T) {
	l, err := web.Listen(t.Context(), "localhost:0")
	must(t, err)
	began, finish := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-finish
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, l, h, slog.New(slog.DiscardHandler)) }()
	replied := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			replied <- err.Error()
			return
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		replied <- string(text)
	}()
	<-began
	stop()
	time.Sleep(20 * time.Millisecond) // the server is told to stop while the request is under way
	close(finish)
	if got := <-replied; got != "done" {
		t.Errorf("the request that had begun was answered %q", got)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if r, err := http.Get("http://" + l.Addr().String()); err == nil {
		r.Body.Close()
		t.Error("it still serves")
	}
}

// Who it was that sent no proper request stays out of the log.
func TestTheLogTellsNoAddress(t *testing.T) {
	l, err := web.Listen(t.Context(), "127.0.0.1:0")
	must(t, err)
	var logged bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	secured := tls.NewListener(l, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("no certificate") }})
	go func() {
		served <- web.Serve(ctx, secured, http.NotFoundHandler(), slog.New(slog.NewTextHandler(&logged, nil)))
	}()
	if r, err := http.Get("http://" + l.Addr().String()); err == nil {
		r.Body.Close()
	}
	stop()
	must(t, <-served)
	if text := logged.String(); !strings.Contains(text, "TLS handshake error") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("logged: %s", text)
	}
}
