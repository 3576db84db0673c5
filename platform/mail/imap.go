package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"rekindle/problem"
)

// Mailbox is where mail that comes in is fetched from, by IMAP (RFC 3501, 9051). Nothing is moved or deleted there.
type Mailbox struct {
	Host           string
	Port           int
	TLS            string // "starttls", "tls" or "none", as in the settings
	User, Password string
	Folder         string
	Every          time.Duration  // how often it is looked at
	Roots          *x509.CertPool // who may vouch for the server; nil: the system's
}

// Name tells a mailbox from others.
func (m *Mailbox) Name() string { return m.User + "@" + m.Host + "/" + m.Folder }

// Place is a message in a mailbox: messages that come later have larger UIDs, for as long as the mailbox keeps its validity.
type Place struct{ Validity, UID uint32 }

// Mark is how a message that was looked at is left in the mailbox.
type Mark imap.Flag

// The marks.
const (
	Unmarked Mark = ""                     // as if nobody had looked: somebody's own words
	Done     Mark = Mark(imap.FlagSeen)    // a program has dealt with it
	Flagged  Mark = Mark(imap.FlagFlagged) // somebody should look at it
)

// The bounds of one look.
const (
	mostFetched = 200             // messages; the others wait for the next
	longestLook = 2 * time.Minute // from connecting on
	dialTimeout = 20 * time.Second
)

// Poll hands the messages that came after a place to take, in their order, each cut off after LargestReceived bytes, and leaves each with the mark
// that take gives. It ends where take gives an error: that message is the first of the next look. A mailbox that cannot be reached or read is
// problem.Unavailable.
func (m *Mailbox) Poll(ctx context.Context, after Place, take func(at Place, raw []byte) (Mark, error)) error {
	return m.look(ctx, func(c *imapclient.Client, validity uint32) error {
		if after.Validity != validity { // the mailbox has numbered its messages anew
			after = Place{Validity: validity}
		}
		uids, err := since(c, after.UID)
		if err != nil {
			return m.unreadable(err)
		}
		for began := time.Now(); len(uids) > 0 && time.Since(began) < longestLook/2; uids = uids[1:] { // a slow server is left for the next look
			uid := uids[0]
			raw, err := fetch(c, uid)
			if err != nil {
				return m.unreadable(err)
			}
			if raw == nil { // somebody has removed it meanwhile
				continue
			}
			mark, err := take(Place{validity, uint32(uid)}, raw)
			if err != nil {
				return err
			}
			if mark == Unmarked {
				continue
			}
			if err := c.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.Flag(mark)}}, nil).Close(); err != nil {
				return m.unreadable(err)
			}
		}
		return nil
	})
}

// Check opens the mailbox and looks at nothing.
func (m *Mailbox) Check(ctx context.Context) error {
	return m.look(ctx, func(*imapclient.Client, uint32) error { return nil })
}

// look opens the mailbox, and closes it after fn.
func (m *Mailbox) look(ctx context.Context, fn func(c *imapclient.Client, validity uint32) error) error {
	ctx, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	c, err := m.connect(ctx)
	if err != nil {
		return m.unreadable(err)
	}
	defer c.Close()
	if err := c.Login(m.User, m.Password).Wait(); err != nil {
		return m.unreadable(err)
	}
	selected, err := c.Select(m.Folder, nil).Wait()
	if err != nil {
		return m.unreadable(err)
	}
	if err := fn(c, selected.UIDValidity); err != nil {
		return err
	}
	_ = c.Logout().Wait() // all is done
	return nil
}

func (m *Mailbox) connect(ctx context.Context) (*imapclient.Client, error) {
	line, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = line.Close() }) // whatever waits for the server ends
	options := &imapclient.Options{TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.Host, RootCAs: m.Roots}}
	switch m.TLS {
	case "tls":
		secure := tls.Client(line, options.TLSConfig)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = line.Close()
			return nil, err
		}
		return imapclient.New(secure, options), nil
	case "starttls":
		return imapclient.NewStartTLS(line, options)
	}
	return imapclient.New(line, options), nil
}

// unreadable says that the mailbox cannot be read now, without what the server said: that may tell of messages.
func (m *Mailbox) unreadable(err error) error {
	return problem.New(problem.Unavailable, "the mailbox %s at %s cannot be read", m.Folder, m.Host).Because(err)
}

// since gives the UIDs after one, in order, at most mostFetched.
func since(c *imapclient.Client, after uint32) (uids []imap.UID, err error) {
	all := c.Fetch(imap.UIDSet{imap.UIDRange{Start: imap.UID(after) + 1}}, &imap.FetchOptions{UID: true})
	for one := all.Next(); one != nil; one = all.Next() {
		for item := one.Next(); item != nil; item = one.Next() {
			if at, ok := item.(imapclient.FetchItemDataUID); ok && uint32(at.UID) > after { // "5:*" names the last message where there is no fifth
				uids = append(uids, at.UID)
			}
		}
	}
	slices.Sort(uids)
	uids = slices.Compact(uids)
	return uids[:min(len(uids), mostFetched)], all.Close()
}

// fetch gives a message, as far as LargestReceived; nil where it is not there any more.
func fetch(c *imapclient.Client, uid imap.UID) (raw []byte, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: LargestReceived}}
	found := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for one := found.Next(); one != nil; one = found.Next() {
		for item := one.Next(); item != nil; item = one.Next() {
			part, ok := item.(imapclient.FetchItemDataBodySection)
			if ok {
				raw = []byte{}
			}
			if ok && part.Literal != nil {
				if raw, err = io.ReadAll(io.LimitReader(part.Literal, LargestReceived)); err != nil {
					return nil, err
				}
			}
		}
	}
	return raw, found.Close()
}
