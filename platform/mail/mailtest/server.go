// Package mailtest is a mail server for tests, in this process: it keeps what it takes, and refuses, stalls or drops the
// connection where a test asks for it.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	post "rekindle/platform/mail"
)

// Server is a mail server. Its hooks are set before the first connection, or under Change.
type Server struct {
	Address string
	Roots   *x509.CertPool // vouch for it

	mu          sync.Mutex
	server      *smtp.Server
	listener    net.Listener
	taken       []Taken
	connections int

	// Each hook may refuse with an *smtp.SMTPError; Drop cuts the connection instead.
	Mail, Rcpt func(address string) error
	Data       func(t Taken) error
	Password   string // of user "u"; empty: nobody signs in
}

// Taken is a mail that the server has taken.
type Taken struct {
	From, To string
	Header   mail.Header
	Body     string
	Raw      string
}

// ErrDrop, given by a hook, cuts the connection without an answer.
var ErrDrop = errors.New("drop the connection")

// Refuse is an answer of a mail server.
func Refuse(code int, class, subject, detail int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: text}
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

// Start starts a server again that was stopped, at the same address.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	address := s.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connections++
		return &session{server: s, conn: c}, nil
	}))
	server.Domain, server.AllowInsecureAuth, server.ReadTimeout, server.WriteTimeout = "mail.test", true, 10*time.Second, 10*time.Second
	server.TLSConfig, s.Roots = certificate(t)
	s.mu.Lock()
	s.server, s.listener, s.Address = server, l, l.Addr().String()
	s.mu.Unlock()
	go func() { _ = server.Serve(l) }() // it ends with an error when Stop closes the listener
}

// Stop ends the server: connections to it are refused.
func (s *Server) Stop() {
	s.mu.Lock()
	server, l := s.server, s.listener
	s.mu.Unlock()
	server.Close()
	l.Close()
}

// Change sets hooks while the server runs.
func (s *Server) Change(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// All gives what was taken, in order.
func (s *Server) All() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.taken...)
}

// Connections gives how many there were.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Client gives a sender that speaks to this server in the clear.
func (s *Server) Client() *post.Server {
	host, port, _ := net.SplitHostPort(s.Address) // the listener's own
	n, _ := net.LookupPort("tcp", port)
	return &post.Server{Host: host, Port: n, TLS: "none", From: `"Study" <study@example.org>`, Domain: "example.org", Timeout: 5 * time.Second, Roots: s.Roots}
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	from, to string
}

func (s *session) ask(hook func() error) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	err := hook()
	if errors.Is(err, ErrDrop) {
		s.conn.Conn().Close()
	}
	return err
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "u" || password != s.server.Password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return s.ask(func() error {
		if s.server.Mail == nil {
			return nil
		}
		return s.server.Mail(from)
	})
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.ask(func() error {
		if s.server.Rcpt == nil {
			return nil
		}
		return s.server.Rcpt(to)
	})
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	t := Taken{From: s.from, To: s.to, Raw: string(raw)}
	if t.Header, t.Body, err = parse(raw); err != nil {
		return err
	}
	return s.ask(func() error {
		if s.server.Data != nil {
			if err := s.server.Data(t); err != nil {
				return err
			}
		}
		s.server.taken = append(s.server.taken, t)
		return nil
	})
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// certificate makes a certificate for 127.0.0.1 and those who trust it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
