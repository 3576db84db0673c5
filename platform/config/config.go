// Package config is what an installation is told from outside: where it serves, who carries its mail, how its staff sign in.
//
// There is one table of settings (table.go). Each can stand in a TOML file, in the environment and on the command line; the
// later of these wins. All mistakes are found in one pass, each with the line or the variable it stands in. Passwords stand in
// files of their own and are never printed.
//
// It is not the trial: what is asked of whom and when is the protocol's, and changes with it alone. It serves the one sentence
// of the paper's Methods that a computing department reads: that surveys were sent by e-mail and answered on the web.
package config

import (
	"net/netip"
	"time"

	"rekindle/trial/study"
)

// Settings are what holds for one running program.
type Settings struct {
	Address string // host:port of the pages
	BaseURL string // what links begin with, without a slash at the end: "https://coaching.example.org"
	Metrics string // host:port of health and metrics; empty: none

	Certificate, Key string         // files of the TLS certificate and its key; empty: no TLS here
	Proxies          []netip.Prefix // whose word on a visitor's address is believed
	ProxyHeader      string         // in which they give it

	Mail    Mail
	Mailbox Mailbox
	Quiet   Quiet
	Session Session

	Title string // what sessions are called in calendars; empty: "Appointment"

	Links bool // staff may sign in by a link in a mail
	OIDC  OIDC

	given, origin map[string]string // the text of each setting by name, and where it stood
}

// Mail is how mail leaves. Without a host it waits in the outbox.
type Mail struct {
	Host          string
	Port          int
	TLS           string // StartTLS, TLS or Plain
	User          string
	Password      Secret
	From, ReplyTo string        // addresses, with or without a name
	PerMinute     int           // at most so many
	PerConnection int           // then a new connection
	Timeout       time.Duration // of one step with the mail server
}

// Mailbox is where mail that comes in is fetched from. Without a host none is.
type Mailbox struct {
	Host     string
	Port     int
	TLS      string // StartTLS, TLS or Plain
	User     string
	Password Secret
	Folder   string
	Every    time.Duration // how often it is looked at
}

// The ways to speak to a mail server.
const (
	StartTLS = "starttls" // encrypted from the greeting on, or not at all
	TLS      = "tls"      // encrypted from the first byte
	Plain    = "none"     // in the clear, for a server on this machine
)

// Quiet is when no planned mail arrives, by the clock of whoever reads it.
type Quiet struct {
	From, To int // hours of the day, 0 to 23; equal: never
	Holidays []study.Date
}

// Session is how long staff stay signed in.
type Session struct {
	Idle, Life time.Duration // without a page, and in all
}

// OIDC is the hospital's sign-in; without an issuer there is none.
type OIDC struct {
	Issuer, Client string
	Secret         Secret
	Claim, Value   string // what it must say of everybody; empty: nothing
}

// Origin says where a setting comes from, by its name in the file: "default", "rekindle.toml line 4", "REKINDLE_ADDRESS", "--set".
func (s Settings) Origin(name string) string { return s.origin[name] }

// Local reports whether the pages are for this machine alone.
func (s Settings) Local() bool { return local(s.Address) }
