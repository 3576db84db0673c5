package cli

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"rekindle/platform/config"
	"rekindle/problem"
)

// wellKnown is where a running study tells which it is, for 'rekindle config check' and whoever watches it.
const wellKnown = "/.well-known/rekindle"

// whose is what it tells: nothing that the protocol's registration does not.
type whose struct {
	Protocol string `json:"protocol"` // SHA-256 of its file
	Program  string `json:"program"`
}

// front stands before the pages: it says whose study this is, believes the proxies that are trusted, and holds browsers to HTTPS.
func front(s config.Settings, told whose, next http.Handler) http.Handler {
	base, err := url.Parse(s.BaseURL)
	if err != nil {
		base = &url.URL{} // the settings were checked
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, trusted := visitor(r, s.Proxies, s.ProxyHeader); trusted {
			// The page sees whom the proxy saw, and the name under which the site is known: forms are checked against it.
			r.RemoteAddr, r.Host = from, base.Host
		}
		if base.Scheme == "https" {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Method == http.MethodGet && r.URL.Path == wellKnown {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(told) // whoever asked may have gone
			return
		}
		next.ServeHTTP(w, r)
	})
}

// visitor gives the address of whoever asked through a trusted proxy; false where the request came from anybody else. Of several
// addresses in the header the last is taken that is no trusted proxy's: those before it anybody can write.
func visitor(r *http.Request, trusted []netip.Prefix, header string) (from string, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !within(peer.Addr(), trusted) {
		return r.RemoteAddr, false
	}
	hops := strings.Split(strings.Join(r.Header.Values(header), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if host, _, err := net.SplitHostPort(hop); err == nil {
			hop = host
		}
		a, err := netip.ParseAddr(strings.Trim(hop, "[]"))
		if err != nil {
			break
		}
		if !within(a, trusted) {
			return netip.AddrPortFrom(a.Unmap(), 0).String(), true
		}
	}
	return r.RemoteAddr, true
}

func within(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

func loadCertificate(certificate, key string) (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, problem.New(problem.Unavailable, "the certificate and its key cannot be used: %v", err).At("%s", certificate).On("tls.certificate").
			Instead("Give PEM files that belong together and that the program's user can read").Because(err)
	}
	return &c, nil
}

// certificates gives the certificate in force: when its file changes, as at a renewal, the new one is read. One that cannot be read
// leaves the old one in force.
type certificates struct {
	certificate, key string

	mu     sync.Mutex
	held   *tls.Certificate
	of     time.Time // modification of the file that is held
	looked time.Time
}

func (c *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil && time.Since(c.looked) < time.Minute {
		return c.held, nil
	}
	c.looked = time.Now()
	var of time.Time
	if info, err := os.Stat(c.certificate); err == nil {
		of = info.ModTime()
	}
	if c.held != nil && of.Equal(c.of) {
		return c.held, nil
	}
	fresh, err := loadCertificate(c.certificate, c.key)
	if err == nil {
		c.held, c.of = fresh, of
	} else if c.held != nil {
		err = nil
	}
	return c.held, err
}
