package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	address "net/mail"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
	"golang.org/x/time/rate"

	"rekindle/problem"
)

// Server carries messages to a mail server: one connection that is used again, at the pace that the site allows. It is safe for
// concurrent use, one message at a time. Its fields are set before the first message and stay as they are.
type Server struct {
	Host           string
	Port           int
	TLS            string // "starttls", "tls" or "none", as in the settings
	User, Password string // empty: nobody signs in
	From, ReplyTo  string // ReplyTo may be empty
	Domain         string // of Message-IDs
	PerMinute      int    // at most so many messages; 0: as fast as can be
	PerConnection  int    // then a new connection; 0: no bound
	Timeout        time.Duration
	Roots          *x509.CertPool   // who may vouch for the server; nil: the system's
	Clock          func() time.Time // what the Date of a message says; nil: time.Now

	once   sync.Once
	pace   *rate.Limiter
	mu     sync.Mutex
	client *mail.Client
	open   *smtp.Client // nil: no connection
	used   int          // messages over it
}

// Pace waits until the next message may go.
func (s *Server) Pace(ctx context.Context) error {
	s.once.Do(func() {
		limit := rate.Inf
		if s.PerMinute > 0 {
			limit = rate.Limit(float64(s.PerMinute) / 60)
		}
		s.pace = rate.NewLimiter(limit, 1)
	})
	return s.pace.Wait(ctx)
}

// Send carries one message. Its key makes its Message-ID: sent twice, it is the same message to every mail program on its way.
// ctx bounds the connecting; a message that has begun is finished, within Timeout.
func (s *Server) Send(ctx context.Context, key string, c Content) Reply {
	m, err := s.compose(key, c)
	if err != nil {
		return Reply{Refused, line(err.Error())}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil && s.PerConnection > 0 && s.used >= s.PerConnection {
		s.hangUp()
	}
	fresh := s.open == nil
	reply, again := s.carry(ctx, m)
	if again && !fresh { // the server has closed a connection that waited: nothing was sent over it
		reply, _ = s.carry(ctx, m)
	}
	return reply
}

// carry sends a message over the open connection, or a new one; again reports that the connection was dead before the first word.
func (s *Server) carry(ctx context.Context, m *mail.Msg) (reply Reply, again bool) {
	if s.open == nil {
		if err := s.connect(ctx); err != nil {
			return Reply{Trouble, line(explain(err))}, false
		}
	}
	s.used++
	err := s.client.SendWithSMTPClient(s.open, m)
	if m.IsDelivered() { // what fails after the server has taken it is no matter of the message
		if err != nil {
			s.hangUp()
		}
		return Reply{Taken, line(m.ServerResponse())}, false
	}
	sent, ok := errors.AsType[*mail.SendError](err)
	if !ok || sent.ErrorCode() == 0 {
		s.hangUp()
		return Reply{Trouble, line(words(err, 0))}, ok && sent.Reason == mail.ErrConnCheck
	}
	at := atContent
	switch sent.Reason {
	case mail.ErrSMTPMailFrom:
		at = atSender
	case mail.ErrSMTPRcptTo:
		at = atRecipient
	}
	text := line(words(sent, sent.ErrorCode()))
	reply = Reply{judge(at, sent.ErrorCode(), sent.EnhancedStatusCode(), text), text}
	if reply.Verdict == Trouble {
		s.hangUp()
	}
	return reply, false
}

// words gives the server's own words in an error, without those that the library puts around them and without the address.
func words(err error, code int) string {
	text := fmt.Sprint(err)
	for _, around := range []string{", affected recipient(s):", ", affected message ID:"} {
		text, _, _ = strings.Cut(text, around)
	}
	if i := strings.Index(text, fmt.Sprint(code)); code > 0 && i >= 0 {
		text = text[i:]
	}
	if code, quoted, ok := strings.Cut(text, " "); ok {
		if plain, err := strconv.Unquote(quoted); err == nil {
			text = code + " " + plain
		}
	}
	return text
}

func (s *Server) connect(ctx context.Context) (err error) {
	if s.client == nil {
		if s.client, err = s.newClient(); err != nil {
			return err
		}
	}
	s.open, err = s.client.DialToSMTPClientWithContext(ctx)
	s.used = 0
	return err
}

func (s *Server) newClient() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(s.Timeout),
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12})}
	auth := mail.SMTPAuthAutoDiscover
	switch s.TLS {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
		auth = mail.SMTPAuthPlainNoEnc // to this machine alone: the settings allow no other
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	return mail.NewClient(s.Host, options...)
}

// Check connects, signs in, and leaves. It gives a problem that says what to look at.
func (s *Server) Check(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
	if err := s.connect(ctx); err != nil {
		return problem.New(problem.Unavailable, "the mail server %s:%d cannot be used: %s", s.Host, s.Port, line(explain(err))).
			On("smtp.host").Instead("Check smtp.host, smtp.port, smtp.tls, the user and the password").Because(err)
	}
	s.hangUp()
	return nil
}

// Close ends the connection, if there is one.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
}

func (s *Server) hangUp() {
	if s.open != nil {
		_ = s.client.CloseWithSMTPClient(s.open) // it may be gone already
		s.open = nil
	}
}

// explain says of the commonest faults what they are.
func explain(err error) string {
	text := err.Error()
	switch unknown, isUnknown := errors.AsType[x509.UnknownAuthorityError](err); {
	case isUnknown:
		return "nobody known vouches for its certificate: " + unknown.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "it does not answer in time"
	}
	return text
}

// compose makes the mail. Header values come from people's names and the protocol: a line end in one is refused.
func (s *Server) compose(key string, c Content) (*mail.Msg, error) {
	for name, value := range c.Headers {
		if strings.ContainsAny(name+value, "\r\n") || strings.ContainsAny(name, ": ") {
			return nil, fmt.Errorf("the header %.40q breaks the line", name)
		}
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.From(s.From); err != nil {
		return nil, fmt.Errorf("the sender %q: %w", s.From, err)
	}
	if s.ReplyTo != "" {
		if err := m.ReplyTo(s.ReplyTo); err != nil {
			return nil, fmt.Errorf("answers to %q: %w", s.ReplyTo, err)
		}
	}
	to, err := address.ParseAddress(c.To)
	if err != nil {
		return nil, fmt.Errorf("the address cannot be written to: %w", err)
	}
	m.SetAddrHeaderFromMailAddress(mail.HeaderTo, to)
	now := time.Now
	if s.Clock != nil {
		now = s.Clock
	}
	m.SetDateWithValue(now())
	m.SetMessageIDWithValue(key + "@" + s.Domain)
	m.Subject(strings.Join(strings.Fields(c.Subject), " "))
	// An answering machine must not answer, nor a list manager take it for a person's (RFC 3834).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		m.SetGenHeader(mail.Header(name), c.Headers[name])
	}
	m.SetBodyString(mail.TypeTextPlain, c.Text)
	if c.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, c.HTML)
	}
	attached := 0
	for _, a := range c.Attachments {
		attached += len(a.Data)
		if err := m.AttachReader(a.Name, bytes.NewReader(a.Data), mail.WithFileContentType(mail.ContentType(a.Type))); err != nil {
			return nil, fmt.Errorf("the file %q cannot be attached: %w", a.Name, err)
		}
	}
	if attached > MostAttached {
		return nil, fmt.Errorf("the attached files have %d bytes, at most %d can be sent", attached, MostAttached)
	}
	if c.Calendar != nil {
		return m, s.invite(m, c.Calendar)
	}
	return m, nil
}

// invite puts an invitation into a mail: as one of its alternatives, for the programs that put it into a calendar, and as an attachment of
// the same bytes, for those that look nowhere else. The sender is the organizer's bare address, without the name that other mail has.
func (s *Server) invite(m *mail.Msg, c *Calendar) error {
	if err := m.From(s.Organizer()); err != nil {
		return fmt.Errorf("the sender %q: %w", s.From, err)
	}
	m.AddAlternativeString(mail.ContentType("text/calendar; method="+c.Method+"; component=VEVENT"), string(c.Data), mail.WithPartEncoding(mail.EncodingB64))
	return m.AttachReader("invite.ics", bytes.NewReader(c.Data), mail.WithFileContentType("application/ics"), mail.WithFileEncoding(mail.EncodingB64))
}

// Organizer is the address that mail comes from, without a name: whoever invites somebody by mail must be its sender.
func (s *Server) Organizer() string {
	if a, err := address.ParseAddress(s.From); err == nil {
		return a.Address
	}
	return s.From
}
