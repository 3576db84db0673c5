package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/protocols"
	"rekindle/trial/study"
	"rekindle/web"
)

// A study in a data directory is shown at the address until the command is told to end, also while it has no report yet.
func TestServeToRead(t *testing.T) {
	text, err := protocols.Files.ReadFile(protocols.Rehearsed)
	if err != nil {
		t.Fatal(err)
	}
	p, err := study.Read(protocols.Rehearsed, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	flags := dataFlags{Data: filepath.Join(t.TempDir(), "study")}
	d, err := flags.make(t.Context(), func() time.Time { return time.Date(2021, 7, 29, 13, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	act := &conduct.Conduct{Store: d.Store, Protocol: p, BaseURL: "http://localhost", Program: "test", Simulated: true}
	if err := act.OpenStudy(t.Context(), identity.Actor{Name: "owner", Role: identity.Owner}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := web.Listen(t.Context(), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var out, errs strings.Builder
	done := make(chan error, 1)
	go func() { done <- show(ctx, &streams{out: &out, err: &errs}, l, flags) }()
	for path, want := range map[string]string{"/": "First steps", "/audit": "✓ Intact", "/report": "There is no report yet"} {
		r, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %v, %s", path, err, body)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "Open http://"+l.Addr().String()) || errs.Len() > 0 {
		t.Errorf("said %q and %q", out.String(), errs.String())
	}
}
