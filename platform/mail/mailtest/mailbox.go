package mailtest

import (
	"bytes"
	"io"
	"log"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	post "rekindle/platform/mail"
)

// Password is that of a Mailbox's user, "study".
const Password = "mailbox-secret"

// Mailbox is an IMAP server with one folder, INBOX. It keeps its messages while it is stopped.
type Mailbox struct {
	Address string

	mu     sync.Mutex
	user   *imapmemserver.User
	server *imapserver.Server
	from   *post.Mailbox
}

// NewMailbox starts an empty mailbox that ends with the test.
func NewMailbox(t testing.TB) *Mailbox {
	t.Helper()
	m := &Mailbox{user: imapmemserver.NewUser("study", Password)}
	if err := m.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	m.Start(t)
	t.Cleanup(m.Stop)
	return m
}

// Start starts a mailbox again that was stopped, at the same address.
func (m *Mailbox) Start(t testing.TB) {
	t.Helper()
	address := m.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	users := imapmemserver.New()
	users.AddUser(m.user)
	secure, roots := certificate(t)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return users.NewSession(), nil, nil
		},
		TLSConfig: secure, InsecureAuth: true, Logger: log.New(io.Discard, "", 0)})
	host, port, _ := net.SplitHostPort(l.Addr().String()) // the listener's own
	n, _ := strconv.Atoi(port)
	m.mu.Lock()
	m.server, m.Address = server, l.Addr().String()
	m.from = &post.Mailbox{Host: host, Port: n, TLS: "starttls", User: "study", Password: Password, Folder: "INBOX", Every: 50 * time.Millisecond, Roots: roots}
	m.mu.Unlock()
	go func() { _ = server.Serve(l) }() // it ends with an error when Stop closes the listener
}

// Stop ends the server, and cuts its connections.
func (m *Mailbox) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.server.Close() // of a listener that may be closed already
}

// Client reads this mailbox.
func (m *Mailbox) Client() *post.Mailbox {
	m.mu.Lock()
	defer m.mu.Unlock()
	one := *m.from
	return &one
}

// Put has a message come in.
func (m *Mailbox) Put(t testing.TB, raw string) {
	t.Helper()
	if _, err := m.user.Append("INBOX", literal{bytes.NewReader([]byte(raw))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Renumber has the mailbox number its messages anew, as after a restore: they are there once more.
func (m *Mailbox) Renumber(t testing.TB, raw ...string) {
	t.Helper()
	for _, err := range []error{m.user.Delete("INBOX"), m.user.Create("INBOX", nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range raw {
		m.Put(t, one)
	}
}

// Flags gives the flags of the messages, in the order in which they came.
func (m *Mailbox) Flags(t testing.TB) (all [][]string) {
	t.Helper()
	line, err := net.Dial("tcp", m.Address)
	if err != nil {
		t.Fatal(err)
	}
	c := imapclient.New(line, nil)
	defer c.Close()
	if err := c.Login("study", Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	found, err := c.Fetch(imap.UIDSet{imap.UIDRange{Start: 1}}, &imap.FetchOptions{UID: true, Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range found {
		var flags []string
		for _, f := range one.Flags {
			flags = append(flags, string(f))
		}
		slices.Sort(flags)
		all = append(all, flags)
	}
	return all
}
