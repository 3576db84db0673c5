package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/config"
	"rekindle/platform/mail"
	"rekindle/platform/vault"
	"rekindle/problem"
)

// configCommand has the commands for what an installation is told.
type configCommand struct {
	Check configCheck `cmd:"" help:"Try every setting: database, keys, certificate, mail server, base URL. Example: rekindle config check --to me@hospital.org"`
	New   configNew   `cmd:"" help:"Print a file of settings to fill in. Example: rekindle config new > rekindle.toml"`
	Show  configShow  `cmd:"" help:"Print the settings as they hold, and where each comes from. Example: rekindle config show"`
}

type configNew struct{}

// Run prints the template.
func (c *configNew) Run(s *streams) error {
	_, err := io.WriteString(s.out, config.Template(nil))
	return printed(err)
}

type configShow struct {
	Data string `default:"rekindle-data" env:"REKINDLE_DATA" placeholder:"DIR" type:"path" help:"Data directory of the study (default rekindle-data)."`
	settingFlags
}

// Run prints one line a setting.
func (c *configShow) Run(s *streams) error {
	settings, err := c.load(s.err, c.Data)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, one := range settings.Show() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", one.Name, plain(one.Value), one.Origin)
	}
	return printed(w.Flush())
}

type configCheck struct {
	To string `placeholder:"ADDRESS" help:"Send a test mail there."`
	dataFlags
	settingFlags
}

// Run tries one thing after the other and prints how it went; it goes on after what fails, so that all is seen at once.
func (c *configCheck) Run(ctx context.Context, s *streams) error {
	settings, err := c.load(s.err, c.Data)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	failed := 0
	try := func(what string, check func() (string, error)) {
		told, err := check()
		if err != nil {
			failed++
			told = "FAILED: " + err.Error()
		}
		fmt.Fprintf(w, "%s\t%s\n", what, plain(told))
		w.Flush()
	}
	fmt.Fprintf(w, "settings\t%d, without a mistake\n", len(settings.Show()))
	var digest string
	try("keys", c.checkKeys)
	try("database", func() (told string, err error) {
		told, digest, err = c.checkDatabase(ctx)
		return told, err
	})
	try("certificate", func() (string, error) { return checkCertificate(settings) })
	try("mail server", func() (string, error) { return checkMail(ctx, settings, c.To) })
	try("mailbox", func() (string, error) { return checkMailbox(ctx, settings) })
	try("hospital", func() (string, error) { return checkHospital(ctx, settings) })
	try("base URL", func() (string, error) { return checkBaseURL(ctx, settings.BaseURL, digest) })
	if failed > 0 {
		return problem.New(problem.Invalid, "%d of what was tried failed", failed)
	}
	return nil
}

func (c *configCheck) checkKeys() (string, error) {
	secret, err := vault.ReadSecret(filepath.Join(c.keys(), auditKeyName))
	if err != nil {
		return "", err
	}
	if _, err := audit.ParseKey(secret); err != nil {
		return "", err
	}
	_, err = c.vault()
	return "the audit key and the vault's keys can be read, by nobody else", err
}

func (c *configCheck) checkDatabase(ctx context.Context) (told, digest string, err error) {
	d, err := c.read(ctx, nil)
	if err != nil {
		return "", "", err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return "", "", err
	}
	if probe, err := os.CreateTemp(d.Dir, ".check-*"); err != nil {
		return "", "", problem.New(problem.Unavailable, "the data directory cannot be written").At("%s", d.Dir).Because(err)
	} else {
		probe.Close()
		os.Remove(probe.Name())
	}
	staff, err := act.Staff(ctx, console)
	if err != nil {
		return "", "", err
	}
	accounts := "1 account"
	if len(staff) != 1 {
		accounts = fmt.Sprintf("%d accounts", len(staff))
	}
	return fmt.Sprintf("%s, %q, %s", d.Store.Dialect, act.Protocol.Title, accounts), act.Protocol.Digest(), nil
}

func checkCertificate(s config.Settings) (string, error) {
	if s.Certificate == "" {
		if len(s.Proxies) > 0 {
			return "held by the proxy in front", nil
		}
		return "none: for this machine alone", nil
	}
	c, err := loadCertificate(s.Certificate, s.Key)
	if err != nil {
		return "", err
	}
	if left := time.Until(c.Leaf.NotAfter); left <= 0 {
		return "", problem.New(problem.Invalid, "it expired on %s", c.Leaf.NotAfter.Format(time.DateOnly)).On("tls.certificate")
	}
	host := strings.TrimPrefix(s.BaseURL, "https://")
	if name, _, ok := strings.Cut(host, ":"); ok {
		host = name
	}
	if err := c.Leaf.VerifyHostname(host); err != nil {
		return "", problem.New(problem.Invalid, "it is not for %s: %v", host, err).On("tls.certificate")
	}
	return "for " + host + ", until " + c.Leaf.NotAfter.Format(time.DateOnly), nil
}

func checkMail(ctx context.Context, s config.Settings, to string) (string, error) {
	server := mailServer(s)
	if server == nil {
		if to != "" {
			return "", problem.New(problem.Invalid, "there is no mail server to send a test mail by").On("smtp.host")
		}
		return "none: mail waits in the outbox", nil
	}
	if err := server.Check(ctx); err != nil {
		return "", err
	}
	told := fmt.Sprintf("%s:%d takes us in (%s)", server.Host, server.Port, server.TLS)
	if to == "" {
		return told + "; --to ADDRESS sends a test mail", nil
	}
	defer server.Close()
	reply := server.Send(ctx, fmt.Sprintf("test.%d", time.Now().UnixNano()), mail.Content{To: to, Subject: "A test mail of rekindle",
		Text: "This mail was sent by 'rekindle config check'. If you can read it, mail leaves as it should.\n\nLinks will begin with " + s.BaseURL + "\n"})
	if reply.Verdict != mail.Taken {
		return "", problem.New(problem.Unavailable, "the test mail was not taken: %s", reply.Answer).On("smtp")
	}
	return told + ", and has taken a test mail: " + reply.Answer, nil
}

// checkMailbox opens the mailbox of incoming mail.
func checkMailbox(ctx context.Context, s config.Settings) (string, error) {
	box := mailbox(s)
	if box == nil {
		return "none: what comes back is taken by 'rekindle mail receive'", nil
	}
	if err := box.Check(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s:%d lets us read %s (%s)", box.Host, box.Port, box.Folder, box.TLS), nil
}

// checkHospital asks the hospital's sign-in for what it offers.
func checkHospital(ctx context.Context, s config.Settings) (string, error) {
	provider := hospital(s)
	if provider == nil {
		return "none: staff sign in here", nil
	}
	if err := provider.Check(ctx); err != nil {
		return "", err
	}
	return provider.Issuer + " answers; it must know " + s.BaseURL + conduct.HospitalBack + " as where people come back to", nil
}

// checkBaseURL asks the address that links begin with for whose study it is. Nobody need be there yet.
func checkBaseURL(ctx context.Context, base, digest string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+wellKnown, nil)
	if err != nil {
		return "", problem.New(problem.Invalid, "it cannot be asked").On("base_url").Because(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return base + ": nobody answers there now (" + err.Error() + "); try again while 'rekindle serve' runs", nil
	}
	defer response.Body.Close()
	var told whose
	if err := json.NewDecoder(io.LimitReader(response.Body, 4096)).Decode(&told); err != nil || response.StatusCode != http.StatusOK {
		return "", problem.New(problem.Invalid, "%s answers, but is not rekindle (%s)", base, response.Status).On("base_url").Instead("Look where the proxy, or the name, leads")
	}
	if told.Protocol != digest && digest != "" {
		return "", problem.New(problem.Invalid, "%s serves another study", base).On("base_url")
	}
	return base + " leads to this study", nil
}
