package calendar_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rekindle/platform/calendar"
	"rekindle/problem"
)

// served is a calendar's server, and a reader that speaks with it alone.
func served(t *testing.T, page http.HandlerFunc) (string, calendar.Reader) {
	t.Helper()
	s := httptest.NewTLSServer(page)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	only := netip.MustParseAddrPort(s.Listener.Addr().String())
	return s.URL, calendar.Reader{Roots: roots, Timeout: 2 * time.Second, Allow: func(to netip.AddrPort) bool { return to == only }}
}

func TestFetch(t *testing.T) {
	want := string(ics())
	address, r := served(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(want)) })
	if got, err := r.Fetch(t.Context(), address); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := (calendar.Reader{Roots: r.Roots}).Fetch(t.Context(), address); err == nil || !strings.Contains(err.Error(), "private network") {
		t.Errorf("a reader that guards itself asks %s: %v", address, err)
	}
	elsewhere, _ := served(t, func(w http.ResponseWriter, _ *http.Request) { t.Error("somebody came") })
	for name, c := range map[string]struct {
		page http.HandlerFunc
		says string
	}{
		"to a private address": {func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, elsewhere, http.StatusFound) }, "private network"},
		"to no TLS": {func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "http://127.0.0.1/", http.StatusFound)
		}, "not https"},
		"to a file": {func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "file:///etc/passwd", http.StatusFound)
		}, "not https"},
		"in a circle": {func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/again", http.StatusFound) }, "no end"},
		"not found":   {func(w http.ResponseWriter, q *http.Request) { http.NotFound(w, q) }, "answers 404"},
		"40 MB": {func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, "larger than 5 MB"},
		"without end": {func(w http.ResponseWriter, q *http.Request) {
			for q.Context().Err() == nil {
				w.Write([]byte("x"))
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, "in time"},
		"silent": {func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }, "in time"},
	} {
		address, r := served(t, c.page)
		r.Timeout = 500 * time.Millisecond
		got, err := r.Fetch(t.Context(), address+"/secret")
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %d bytes, %v; want %q", name, len(got), err, c.says)
		}
	}
	if _, err := (calendar.Reader{Timeout: time.Second}).Fetch(t.Context(), "https://calendar.invalid/x"); !problem.Is(err, problem.Unavailable) {
		t.Errorf("a name that is nobody's: %v", err)
	}
}

func TestCheckAddress(t *testing.T) {
	if got, err := calendar.CheckAddress(" webcal://example.org/a.ics?key=1#x "); err != nil || got != "https://example.org/a.ics?key=1" {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", "http://example.org/a.ics", "ftp://example.org", "https://", "https://u:p@example.org/", "/etc/passwd", "javascript:1", "https://127.0.0.1/", "https://[::1]/",
		"https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://192.168.1.1/", "https://[::ffff:127.0.0.1]/", "https://100.64.0.1/", "https://0.0.0.0/", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://[::7f00:1]/", "https://[::ffff:0:7f00:1]/",
		"https://[fe80::1]/", "https://224.0.0.1/", "https://172.16.0.1/", "https://255.255.255.255/", "https://example.org/" + strings.Repeat("x", 3000)} {
		if got, err := calendar.CheckAddress(bad); !problem.Is(err, problem.Invalid) {
			t.Errorf("%.60s: %q, %v", bad, got, err)
		}
	}
	for _, good := range []string{"https://8.8.8.8/a", "https://[2606:4700::1111]/a", "https://calendar.google.com/calendar/ical/x/basic.ics"} {
		if _, err := calendar.CheckAddress(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}
