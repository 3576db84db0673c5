package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/platform/vault"
	"rekindle/trial/study"
)

// setting is one line of the table. A value is given as text, wherever it stood; a list has commas.
type setting struct {
	name   string // in the file: "smtp.host"
	preset string // the value where nobody gives one
	what   string
	as     string                               // an example
	set    func(s *Settings, text string) error // says what would be right
}

// dir is put before relative names of files.
func table(dir string) []setting {
	return []setting{
		{"address", "localhost:8080", "Where the pages are served, host:port.", ":8443", address(func(s *Settings) *string { return &s.Address })},
		{"base_url", "", "What links in mails begin with. Without it the address, where that is this machine's own.", "https://coaching.example.org", baseURL},
		{"metrics", "localhost:8081", "Where health and metrics are served, host:port; never to the world. Empty: nowhere.", "localhost:8081", optionalAddress},

		{"tls.certificate", "", "The TLS certificate with its chain (PEM). Not needed behind a proxy.", "/etc/rekindle/site.crt", path(dir, func(s *Settings) *string { return &s.Certificate })},
		{"tls.key", "", "Its private key (PEM).", "/etc/rekindle/site.key", path(dir, func(s *Settings) *string { return &s.Key })},
		{"proxy.trusted", "", "Addresses of the proxies in front, which hold the certificate and tell who asks.", `["127.0.0.1", "10.0.0.0/8"]`, proxies},
		{"proxy.header", "X-Forwarded-For", "The header in which they tell it.", "X-Real-IP", text(func(s *Settings) *string { return &s.ProxyHeader })},

		{"smtp.host", "", "The mail server. Without one mail waits in the outbox.", "mail.example.org", text(func(s *Settings) *string { return &s.Mail.Host })},
		{"smtp.port", "587", "Its port.", "587", number(1, 65535, func(s *Settings) *int { return &s.Mail.Port })},
		{"smtp.tls", StartTLS, "starttls, tls, or none (only to this machine or where no user is given).", TLS, oneOf(func(s *Settings) *string { return &s.Mail.TLS }, StartTLS, TLS, Plain)},
		{"smtp.user", "", "Who signs in to it. Without one nobody does.", "coaching", text(func(s *Settings) *string { return &s.Mail.User })},
		{"smtp.password_file", "", "A file that only the program's user can read, with the password.", "/etc/rekindle/smtp.password", secret(dir, func(s *Settings) *Secret { return &s.Mail.Password })},
		{"smtp.from", "", "The sender of all mail.", "Peer Coaching Study <coaching@example.org>", mailbox(func(s *Settings) *string { return &s.Mail.From })},
		{"smtp.reply_to", "", "Where answers go (default: to the sender).", "study-office@example.org", mailbox(func(s *Settings) *string { return &s.Mail.ReplyTo })},
		{"smtp.per_minute", "120", "At most so many mails a minute.", "60", number(1, 100_000, func(s *Settings) *int { return &s.Mail.PerMinute })},
		{"smtp.per_connection", "100", "At most so many over one connection.", "50", number(1, 100_000, func(s *Settings) *int { return &s.Mail.PerConnection })},
		{"smtp.timeout", "30s", "How long the mail server may take for one step.", "1m", duration(time.Second, 2*time.Minute, func(s *Settings) *time.Duration { return &s.Mail.Timeout })},

		{"imap.host", "", "The server of the mailbox of smtp.from or smtp.reply_to, from which what comes back and the answers of calendars are fetched. Without one none is.", "imap.example.org", text(func(s *Settings) *string { return &s.Mailbox.Host })},
		{"imap.port", "993", "Its port.", "993", number(1, 65535, func(s *Settings) *int { return &s.Mailbox.Port })},
		{"imap.tls", TLS, "tls, starttls, or none (only to this machine).", StartTLS, oneOf(func(s *Settings) *string { return &s.Mailbox.TLS }, StartTLS, TLS, Plain)},
		{"imap.user", "", "Who signs in to it.", "coaching", text(func(s *Settings) *string { return &s.Mailbox.User })},
		{"imap.password_file", "", "A file that only the program's user can read, with the password.", "/etc/rekindle/imap.password", secret(dir, func(s *Settings) *Secret { return &s.Mailbox.Password })},
		{"imap.folder", "INBOX", "The folder that is read. Nothing is moved or deleted in it.", "INBOX", text(func(s *Settings) *string { return &s.Mailbox.Folder })},
		{"imap.every", "1m", "How often it is looked at, at least every five minutes.", "2m", duration(time.Second, 5*time.Minute, func(s *Settings) *time.Duration { return &s.Mailbox.Every })},
		{"quiet.from", "21", "No planned mail arrives from this hour on ...", "20", number(0, 23, func(s *Settings) *int { return &s.Quiet.From })},
		{"quiet.to", "7", "... until this one, by the reader's clock. Equal: there is no such time.", "8", number(0, 23, func(s *Settings) *int { return &s.Quiet.To })},
		{"quiet.holidays", "", "Days on which no planned mail arrives.", `["2026-12-25", "2027-01-01"]`, days},

		{"calendar.title", "", "What sessions are called in calendars (default: Appointment), which colleagues may read: name neither the study nor coaching.", "Meeting", text(func(s *Settings) *string { return &s.Title })},

		{"session.idle", "30m", "Staff are signed out after so long without a page ...", "15m", duration(time.Minute, 24*time.Hour, func(s *Settings) *time.Duration { return &s.Session.Idle })},
		{"session.life", "12h", "... and after so long in any case.", "10h", duration(time.Minute, 30*24*time.Hour, func(s *Settings) *time.Duration { return &s.Session.Life })},

		{"sign_in.links", "true", "Staff may sign in by a link in a mail. An owner can switch it off for the study as well.", "false", yesOrNo(func(s *Settings) *bool { return &s.Links })},
		{"oidc.issuer", "", "The hospital's OpenID Connect issuer. Without one there is no such sign-in.", "https://login.example.org", httpsURL(func(s *Settings) *string { return &s.OIDC.Issuer })},
		{"oidc.client", "", "The name under which the program is known there.", "rekindle", text(func(s *Settings) *string { return &s.OIDC.Client })},
		{"oidc.secret_file", "", "A file that only the program's user can read, with the client's secret.", "/etc/rekindle/oidc.secret", secret(dir, func(s *Settings) *Secret { return &s.OIDC.Secret })},
		{"oidc.claim", "", "What it must say of everybody, NAME=VALUE: the tenant or domain, where the issuer serves more than this hospital.", "hd=hospital.org", claim},
	}
}

// variable is the environment's name of a setting.
func (k setting) variable() string {
	return "REKINDLE_" + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_"))
}

func text(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' }) {
			return errors.New("write it on one line")
		}
		*field(s) = strings.TrimSpace(v)
		return nil
	}
}

func number(low, high int, field func(*Settings) *int) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || n < low || n > high {
			return fmt.Errorf("a whole number from %d to %d is wanted", low, high)
		}
		*field(s) = n
		return nil
	}
}

func yesOrNo(field func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		yes, err := strconv.ParseBool(strings.TrimSpace(v))
		if err != nil {
			return errors.New("write true or false")
		}
		*field(s) = yes
		return nil
	}
}

func duration(low, high time.Duration, field func(*Settings) *time.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := time.ParseDuration(strings.TrimSpace(v))
		if err != nil || d < low || d > high {
			return fmt.Errorf("a time from %s to %s is wanted, as 90s, 30m or 12h", short(low), short(high))
		}
		*field(s) = d
		return nil
	}
}

// short writes a duration without what is nought: "30m", not "30m0s".
func short(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func oneOf(field func(*Settings) *string, words ...string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if v = strings.ToLower(strings.TrimSpace(v)); !slices.Contains(words, v) {
			return fmt.Errorf("write one of %s", strings.Join(words, ", "))
		}
		*field(s) = v
		return nil
	}
}

func address(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		v = strings.TrimSpace(v)
		_, port, err := net.SplitHostPort(v)
		if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
			return errors.New("write host:port, as localhost:8080, or :8443 for every address of this machine")
		}
		*field(s) = v
		return nil
	}
}

func optionalAddress(s *Settings, v string) error {
	if strings.TrimSpace(v) == "" {
		s.Metrics = ""
		return nil
	}
	return address(func(s *Settings) *string { return &s.Metrics })(s, v)
}

func baseURL(s *Settings, v string) error {
	if v = strings.TrimRight(strings.TrimSpace(v), "/"); v == "" {
		return nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("write a scheme and a host, as https://coaching.example.org, without a path")
	case u.Scheme == "http" && !local(u.Host):
		return errors.New("write https://: links and sign-ins must not travel in the clear")
	}
	s.BaseURL = v
	return nil
}

func httpsURL(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if v = strings.TrimSpace(v); v == "" {
			return nil
		}
		if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Host)) {
			return errors.New("write the address as https://login.example.org")
		}
		*field(s) = v
		return nil
	}
}

func claim(s *Settings, v string) error {
	if v = strings.TrimSpace(v); v == "" {
		return nil
	}
	name, value, ok := strings.Cut(v, "=")
	if !ok || name == "" || value == "" || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' }) {
		return errors.New("write NAME=VALUE, as hd=hospital.org or tid=aaaabbbb-0000-cccc-1111-dddd2222eeee")
	}
	s.OIDC.Claim, s.OIDC.Value = name, value
	return nil
}

// local reports whether a host, with or without a port, is this machine's own.
func local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

func mailbox(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if v = strings.TrimSpace(v); v == "" {
			return nil
		}
		a, err := mail.ParseAddress(v)
		if err != nil || strings.ContainsAny(a.Address, "\r\n") {
			return errors.New("write one address, as study@example.org or Study <study@example.org>")
		}
		*field(s) = a.String()
		return nil
	}
}

func path(dir string, field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		*field(s) = beside(dir, v)
		return nil
	}
}

func beside(dir, name string) string {
	if name = strings.TrimSpace(name); name == "" || dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

func secret(dir string, field func(*Settings) *Secret) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		name := beside(dir, v)
		if name == "" {
			return nil
		}
		text, err := vault.ReadSecret(name)
		if err != nil {
			return err
		}
		if text = strings.TrimRight(text, "\r\n"); text == "" {
			return fmt.Errorf("the file %s is empty", name)
		}
		*field(s) = Secret{text}
		return nil
	}
}

// list splits a text at commas and leaves out what is empty.
func list(v string) (parts []string) {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func proxies(s *Settings, v string) error {
	s.Proxies = nil
	for _, part := range list(v) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			var one netip.Addr
			if one, err = netip.ParseAddr(part); err == nil {
				prefix = netip.PrefixFrom(one, one.BitLen())
			}
		}
		if err != nil {
			return fmt.Errorf("%.40q is no address; write 127.0.0.1 or 10.0.0.0/8", part)
		}
		if prefix.Bits() == 0 {
			return errors.New("name the proxies: trusting every address trusts every visitor")
		}
		s.Proxies = append(s.Proxies, prefix.Masked())
	}
	return nil
}

func days(s *Settings, v string) error {
	s.Quiet.Holidays = nil
	for _, part := range list(v) {
		day, err := study.ParseDate(part)
		if err != nil {
			return fmt.Errorf("%.40q is no day; write 2026-12-25", part)
		}
		s.Quiet.Holidays = append(s.Quiet.Holidays, day)
	}
	return nil
}
