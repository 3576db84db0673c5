package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rekindle/platform/config"
)

func freeListener(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Only a trusted proxy is believed, and of what it says only what it has seen itself.
func TestVisitor(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct {
		peer   string
		header []string
		want   string
		ok     bool
	}{
		"direct":            {"192.0.2.7:1234", nil, "192.0.2.7:1234", false},
		"a liar":            {"192.0.2.7:1234", []string{"203.0.113.1"}, "192.0.2.7:1234", false},
		"proxied":           {"127.0.0.1:1", []string{"192.0.2.7"}, "192.0.2.7:0", true},
		"through two":       {"127.0.0.1:1", []string{"192.0.2.7, 10.1.1.1"}, "192.0.2.7:0", true},
		"a liar before":     {"127.0.0.1:1", []string{"203.0.113.1, 192.0.2.7"}, "192.0.2.7:0", true},
		"several headers":   {"127.0.0.1:1", []string{"203.0.113.1", "192.0.2.7"}, "192.0.2.7:0", true},
		"with a port":       {"127.0.0.1:1", []string{"192.0.2.7:5555"}, "192.0.2.7:0", true},
		"IPv6":              {"127.0.0.1:1", []string{"[2001:db8::1]:5555"}, "[2001:db8::1]:0", true},
		"rubbish":           {"127.0.0.1:1", []string{"unknown"}, "127.0.0.1:1", true},
		"nothing":           {"127.0.0.1:1", nil, "127.0.0.1:1", true},
		"mapped":            {"[::ffff:127.0.0.1]:1", []string{"192.0.2.7"}, "192.0.2.7:0", true},
		"a socket":          {"@", []string{"192.0.2.7"}, "@", false},
		"rubbish hides one": {"127.0.0.1:1", []string{"192.0.2.7, x"}, "127.0.0.1:1", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for _, h := range c.header {
			r.Header.Add("X-Forwarded-For", h)
		}
		if got, ok := visitor(r, trusted, "X-Forwarded-For"); got != c.want || ok != c.ok {
			t.Errorf("%s: %s, %v", name, got, ok)
		}
	}
}

func TestFront(t *testing.T) {
	s, _, err := config.Load(config.Source{Given: map[string]string{"address": ":8080", "base_url": "https://study.example.org", "proxy.trusted": "127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	var host, from string
	h := front(s, whose{"digest", "test"}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host, from = r.Host, r.RemoteAddr }))
	r := httptest.NewRequest("GET", "http://internal:8080/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "192.0.2.7")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if host != "study.example.org" || from != "192.0.2.7:0" || w.Header().Get("Strict-Transport-Security") == "" {
		t.Errorf("%s, %s, %v", host, from, w.Header())
	}
	r = httptest.NewRequest("GET", "http://internal:8080/", nil)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if host != "internal:8080" {
		t.Errorf("%s", host)
	}
}

// writeCertificate makes a certificate for a name, with its key.
func writeCertificate(t *testing.T, dir, name string, ends time.Time) (certificate, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "site.crt"), filepath.Join(dir, "site.key")
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// A renewed certificate is taken without a restart; one that is damaged leaves the old one in force.
func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir, "old.example.org", time.Now().Add(time.Hour))
	held := &certificates{certificate: certificate, key: key}
	name := func() string {
		held.looked = time.Time{}
		c, err := held.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.Subject.CommonName
	}
	if got := name(); got != "old.example.org" {
		t.Error(got)
	}
	writeCertificate(t, dir, "new.example.org", time.Now().Add(time.Hour))
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(certificate, later, later); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "new.example.org" {
		t.Error(got)
	}
	if err := os.WriteFile(certificate, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "new.example.org" {
		t.Error(got)
	}

	certificate, key = writeCertificate(t, dir, "study.example.org", time.Now().Add(time.Hour))
	s := config.Settings{Certificate: certificate, Key: key, BaseURL: "https://study.example.org:8443"}
	if told, err := checkCertificate(s); err != nil {
		t.Errorf("%s, %v", told, err)
	}
	s.BaseURL = "https://other.example.org"
	if _, err := checkCertificate(s); err == nil {
		t.Error("a certificate for another name")
	}
	s.BaseURL = "https://study.example.org"
	writeCertificate(t, dir, "study.example.org", time.Now().Add(-time.Hour))
	if _, err := checkCertificate(s); err == nil {
		t.Error("a certificate that has expired")
	}
}
