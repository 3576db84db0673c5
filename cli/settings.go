package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	address "net/mail"
	"os"
	"path/filepath"

	"rekindle/conduct"
	"rekindle/platform/config"
	"rekindle/platform/mail"
	"rekindle/platform/openid"
	"rekindle/trial/followup"
)

// settingsName is the file of settings in a data directory.
const settingsName = "rekindle.toml"

// settingFlags say where settings stand. Commands that need them embed them beside dataFlags.
type settingFlags struct {
	Config  string            `env:"REKINDLE_CONFIG" placeholder:"FILE" type:"path" help:"File of settings (default: rekindle.toml in the data directory, if it is there)."`
	Address string            `placeholder:"HOST:PORT" help:"Where the pages are served (default localhost:8080)."`
	BaseURL string            `placeholder:"URL" help:"What links in mails begin with, as https://coaching.example.org."`
	Set     map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"Any other setting, as smtp.host=mail.example.org; 'rekindle config new' lists them."`
}

// load gives the settings, and prints what is odd about them.
func (f settingFlags) load(w io.Writer, data string) (config.Settings, error) {
	file := f.file(data)
	if f.Config == "" && !exists(file) {
		file = ""
	}
	s, odd, err := config.Load(config.Source{File: file, Environment: os.Environ(), Given: f.given()})
	if err != nil {
		return s, err
	}
	for _, p := range odd {
		fmt.Fprintln(w, "rekindle:", p)
	}
	return s, nil
}

// file is where the settings of the study in a data directory stand.
func (f settingFlags) file(data string) string {
	return cmp.Or(f.Config, filepath.Join(data, settingsName))
}

// given are the settings of the command line, by name.
func (f settingFlags) given() map[string]string {
	given := map[string]string{}
	maps.Copy(given, f.Set)
	for name, value := range map[string]string{"address": f.Address, "base_url": f.BaseURL} {
		if value != "" {
			given[name] = value
		}
	}
	return given
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// apply tells the acts what the installation is told.
func apply(s config.Settings, act *conduct.Conduct) {
	act.BaseURL, act.Title = s.BaseURL, s.Title
	if a, err := address.ParseAddress(s.Mail.From); err == nil {
		act.Sender = a.Address
	}
	act.Session, act.LinksOff = s.Session, !s.Links
	act.Hospital = hospital(s)
	act.Quiet = &followup.Quiet{From: s.Quiet.From, To: s.Quiet.To, Holidays: s.Quiet.Holidays}
}

// hospital gives the hospital's sign-in, nil where there is none.
func hospital(s config.Settings) *openid.Provider {
	if s.OIDC.Issuer == "" {
		return nil
	}
	o := s.OIDC
	return &openid.Provider{Issuer: o.Issuer, Client: o.Client, Secret: o.Secret.Reveal(), Claim: o.Claim, Value: o.Value}
}

// mailServer gives who carries mail, nil where nobody does.
func mailServer(s config.Settings) *mail.Server {
	m := s.Mail
	if m.Host == "" {
		return nil
	}
	return &mail.Server{Host: m.Host, Port: m.Port, TLS: m.TLS, User: m.User, Password: m.Password.Reveal(), From: m.From, ReplyTo: m.ReplyTo, Domain: s.Domain(),
		PerMinute: m.PerMinute, PerConnection: m.PerConnection, Timeout: m.Timeout}
}

// mailbox gives where mail that comes in is fetched from, nil where none is.
func mailbox(s config.Settings) *mail.Mailbox {
	m := s.Mailbox
	if m.Host == "" {
		return nil
	}
	return &mail.Mailbox{Host: m.Host, Port: m.Port, TLS: m.TLS, User: m.User, Password: m.Password.Reveal(), Folder: m.Folder, Every: m.Every}
}
