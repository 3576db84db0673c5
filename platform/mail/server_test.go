package mail_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/problem"
)

var letter = mail.Content{To: `"Łucja Ó Néill" <lucja@hospital.example>`, Subject: "Your survey – open until Monday", Text: "Dear Łucja,\n\nhttps://study.example.org/p/abc\n.\nend",
	Headers: map[string]string{"List-Unsubscribe": "<https://study.example.org/p/abc/stop>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}}

func TestSend(t *testing.T) {
	s := mailtest.New(t)
	c := s.Client()
	c.ReplyTo = "office@example.org"
	c.Clock = func() time.Time { return time.Date(2021, 8, 5, 12, 0, 0, 0, time.UTC) }
	defer c.Close()
	reply := c.Send(t.Context(), "key1", letter)
	if reply.Verdict != mail.Taken || !strings.Contains(reply.Answer, "OK") {
		t.Fatalf("%+v", reply)
	}
	got := s.All()[0]
	if got.From != "study@example.org" || got.To != "lucja@hospital.example" || got.Body != letter.Text+"\n" && got.Body != letter.Text {
		t.Errorf("from %q, to %q, body %q", got.From, got.To, got.Body)
	}
	for name, want := range map[string]string{"Message-ID": "<key1@example.org>", "Subject": letter.Subject, "Date": "Thu, 05 Aug 2021 12:00:00 +0000", "Reply-To": "<office@example.org>",
		"Auto-Submitted": "auto-generated", "List-Unsubscribe": letter.Headers["List-Unsubscribe"], "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "Łucja Ó Néill" {
		t.Errorf("to %v, %v", to, err)
	}
}

// A connection is used again, until it has carried its share or has died.
func TestConnections(t *testing.T) {
	s := mailtest.New(t)
	c := s.Client()
	c.PerConnection = 3
	for range 7 {
		if r := c.Send(t.Context(), "k", letter); r.Verdict != mail.Taken {
			t.Fatal(r)
		}
	}
	if n := s.Connections(); n != 3 {
		t.Errorf("7 mails over %d connections, want 3", n)
	}
	s.Stop()
	if r := c.Send(t.Context(), "k", letter); r.Verdict != mail.Trouble {
		t.Errorf("a server that is down: %+v", r)
	}
	s.Start(t)
	if r := c.Send(t.Context(), "k", letter); r.Verdict != mail.Taken {
		t.Errorf("a server that is up again: %+v", r)
	}
	s.Stop() // the connection waits, and dies
	s.Start(t)
	if r := c.Send(t.Context(), "k", letter); r.Verdict != mail.Taken {
		t.Errorf("over a connection that had died: %+v", r)
	}
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		mail, rcpt, data error
		want             mail.Verdict
		answer           string
	}{
		"no such mailbox":        {nil, mailtest.Refuse(550, 5, 1, 1, "No such user"), nil, mail.Bounced, "550 5.1.1 No such user"},
		"mailbox disabled":       {nil, mailtest.Refuse(550, 5, 2, 1, "Disabled"), nil, mail.Bounced, ""},
		"no such domain":         {nil, mailtest.Refuse(554, 5, 4, 4, "Unrouteable"), nil, mail.Bounced, ""},
		"mailbox full for good":  {nil, mailtest.Refuse(552, 5, 2, 2, "Full"), nil, mail.Refused, ""},
		"greylisted":             {nil, mailtest.Refuse(451, 4, 7, 1, "Come back"), nil, mail.Later, "451 4.7.1 Come back"},
		"relaying denied":        {nil, mailtest.Refuse(554, 5, 7, 1, "Relay access denied"), nil, mail.Later, ""},
		"bad sender address":     {nil, mailtest.Refuse(550, 5, 1, 8, "Bad sender"), nil, mail.Later, ""},
		"sender refused":         {mailtest.Refuse(550, 5, 7, 1, "Not you"), nil, nil, mail.Trouble, "550 5.7.1 Not you"},
		"sender refused for now": {mailtest.Refuse(450, 4, 3, 2, "Busy"), nil, nil, mail.Trouble, ""},
		"shutting down":          {nil, mailtest.Refuse(421, 4, 3, 2, "Closing"), nil, mail.Trouble, ""},
		"content refused":        {nil, nil, mailtest.Refuse(554, 5, 6, 0, "No"), mail.Refused, "554 5.6.0 No"},
		"content for now":        {nil, nil, mailtest.Refuse(452, 4, 3, 1, "Disk full"), mail.Later, ""},
		"taken for spam":         {nil, nil, mailtest.Refuse(554, 5, 7, 1, "Spam"), mail.Later, ""},
		"unknown after content":  {nil, nil, mailtest.Refuse(550, 5, 1, 1, "Unknown"), mail.Bounced, ""},
		"dropped at recipient":   {nil, mailtest.ErrDrop, nil, mail.Trouble, ""},
		"dropped after content":  {nil, nil, mailtest.ErrDrop, mail.Trouble, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.New(t)
			s.Mail, s.Rcpt = func(string) error { return c.mail }, func(string) error { return c.rcpt }
			s.Data = func(mailtest.Taken) error { return c.data }
			client := s.Client()
			got := client.Send(t.Context(), "k", letter)
			if got.Verdict != c.want || c.answer != "" && got.Answer != c.answer || got.Answer == "" || strings.Contains(got.Answer, "hospital.example") {
				t.Errorf("got %+v, want %s", got, c.want)
			}
			s.Change(func() { s.Mail, s.Rcpt, s.Data = nil, nil, nil })
			if got := client.Send(t.Context(), "k2", letter); got.Verdict != mail.Taken {
				t.Errorf("the next mail: %+v", got)
			}
		})
	}
}

// Servers without enhanced codes are believed only where their words are not about us.
func TestJudgeWithoutStatus(t *testing.T) {
	for text, want := range map[string]mail.Verdict{"user unknown": mail.Bounced, "mailbox unavailable": mail.Bounced, "relaying denied": mail.Later, "Blocked by policy": mail.Later, "Sender verify failed": mail.Later} {
		if got := mail.Judge(550, text); got != want {
			t.Errorf("550 %s: %s, want %s", text, got, want)
		}
	}
}

func TestEncryptionAndSignIn(t *testing.T) {
	s := mailtest.New(t)
	s.Password = "right"
	for name, c := range map[string]struct {
		change func(*mail.Server)
		ok     bool
	}{
		"starttls":       {func(c *mail.Server) { c.TLS = "starttls" }, true},
		"stranger":       {func(c *mail.Server) { c.TLS, c.Roots = "starttls", nil }, false},
		"signed in":      {func(c *mail.Server) { c.TLS, c.User, c.Password = "starttls", "u", "right" }, true},
		"in the clear":   {func(c *mail.Server) { c.User, c.Password = "u", "right" }, true},
		"wrong password": {func(c *mail.Server) { c.TLS, c.User, c.Password = "starttls", "u", "wrong" }, false},
		"not tls":        {func(c *mail.Server) { c.TLS, c.Timeout = "tls", time.Second }, false},
	} {
		client := s.Client()
		c.change(client)
		err := client.Check(t.Context())
		if (err == nil) != c.ok || err != nil && (!problem.Is(err, problem.Unavailable) || strings.Contains(err.Error(), "wrong")) {
			t.Errorf("%s: %v", name, err)
		}
		reply := client.Send(t.Context(), "k", letter)
		if (reply.Verdict == mail.Taken) != c.ok {
			t.Errorf("%s: %+v", name, reply)
		}
		client.Close()
	}
}

func TestHostileHeaders(t *testing.T) {
	s := mailtest.New(t)
	client := s.Client()
	for name, c := range map[string]mail.Content{
		"header":    {To: "a@b.org", Subject: "x", Headers: map[string]string{"X": "a\r\nBcc: c@d.org"}},
		"recipient": {To: "a@b.org\r\nBcc: c@d.org", Subject: "x"},
		"nobody":    {To: "", Subject: "x"},
		"two":       {To: "a@b.org, c@d.org", Subject: "x"},
	} {
		if r := client.Send(t.Context(), "k", c); r.Verdict != mail.Refused {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := client.Send(t.Context(), "k", mail.Content{To: `"a\"b, c" <a@b.org>`, Subject: "x\r\nBcc: c@d.org", Text: "t"}); r.Verdict != mail.Taken {
		t.Error(r)
	}
	if got := s.All()[0].Header; got.Get("Bcc") != "" || got.Get("Subject") != "x Bcc: c@d.org" {
		t.Errorf("%v", got)
	}
}

func TestPace(t *testing.T) {
	c := &mail.Server{PerMinute: 600}
	began := time.Now()
	for range 4 {
		if err := c.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 290*time.Millisecond {
		t.Errorf("4 mails at 10 a second took %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Pace(ctx); err == nil {
		t.Error("a stopped program waits for its turn")
	}
}
