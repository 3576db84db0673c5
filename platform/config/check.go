package config

import (
	"net/mail"
	"net/url"
	"strings"

	"rekindle/problem"
)

// agree finds what does not fit together, and fills in what follows from the rest.
func (s *Settings) agree() (found problem.List) {
	wrong := func(name, remedy, format string, args ...any) {
		p := problem.New(problem.Invalid, format, args...).On("%s", name).Instead("%s", remedy)
		if origin := s.origin[name]; origin != "" && origin != "default" {
			p.At("%s", origin)
		}
		found.Add(p)
	}
	if s.BaseURL == "" && local(s.Address) {
		s.BaseURL = "http://" + s.Address
	}
	https := strings.HasPrefix(s.BaseURL, "https:")
	switch {
	case s.BaseURL == "":
		wrong("base_url", "Give the address that people type, as https://coaching.example.org", "The pages are served to other machines, and nobody knows under which address")
	case (s.Certificate == "") != (s.Key == ""):
		wrong("tls.certificate", "Give both, or neither behind a proxy", "A certificate and its key belong together")
	case https && s.Certificate == "" && len(s.Proxies) == 0:
		wrong("base_url", "Give tls.certificate and tls.key, or proxy.trusted where a proxy holds the certificate", "Links begin with https://, and nobody holds a certificate")
	case !https && s.Certificate != "":
		wrong("base_url", "Write https://", "There is a certificate, and links begin with http://")
	}
	if s.Metrics != "" && s.Metrics == s.Address && !strings.HasSuffix(s.Address, ":0") {
		wrong("metrics", "Give it another port, or leave it empty", "Metrics cannot be served where the pages are")
	}
	m := s.Mail
	switch {
	case m.Host == "" && m.User != "":
		wrong("smtp.host", "Name the mail server", "There is a user of the mail server, and no mail server")
	case m.Host != "" && m.From == "":
		wrong("smtp.from", "Name it, as Study <study@example.org>", "Mail needs a sender")
	}
	if (m.User == "") != !m.Password.Set() {
		wrong("smtp.user", "Give smtp.user and smtp.password_file, or neither", "A user and a password belong together")
	}
	if m.User != "" && m.TLS == Plain && !local(m.Host) {
		wrong("smtp.tls", "Write starttls or tls", "The password would travel in the clear")
	}
	box := s.Mailbox
	switch {
	case box.Host == "" && box.User != "":
		wrong("imap.host", "Name the server of the mailbox", "There is a user of a mailbox, and no server of it")
	case box.Host != "" && (box.User == "" || !box.Password.Set()):
		wrong("imap.user", "Give imap.user and imap.password_file", "A mailbox needs a user and a password")
	case box.Host != "" && box.TLS == Plain && !local(box.Host):
		wrong("imap.tls", "Write tls or starttls", "The password would travel in the clear")
	case box.Host != "" && box.Folder == "":
		wrong("imap.folder", "Name it, as INBOX", "A mailbox needs a folder")
	}
	if s.Session.Idle > s.Session.Life {
		wrong("session.idle", "Make it shorter than session.life", "Nobody is signed in for so long")
	}
	if (s.OIDC.Issuer == "") != (s.OIDC.Client == "") {
		wrong("oidc.client", "Give oidc.issuer and oidc.client, or neither", "An issuer and the name of the client belong together")
	}
	if s.OIDC.Issuer == "" && s.OIDC.Claim != "" {
		wrong("oidc.claim", "Give oidc.issuer", "There is nobody who could say it")
	}
	return found
}

// Domain is the domain that mail comes from: what Message-IDs end in. Without a sender it is that of the base URL.
func (s Settings) Domain() string {
	if a, err := mail.ParseAddress(s.Mail.From); err == nil {
		return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	}
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// Shown is one setting as it holds, for people to read.
type Shown struct{ Name, Value, Origin string }

// Show lists all settings as they hold, and where each comes from. Passwords are not among them: they stand in files.
func (s Settings) Show() (all []Shown) {
	for _, k := range table("") {
		value := s.given[k.name]
		if k.name == "base_url" {
			value = s.BaseURL
		}
		all = append(all, Shown{k.name, value, s.origin[k.name]})
	}
	return all
}
