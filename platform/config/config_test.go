package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"rekindle/platform/config"
	"rekindle/problem"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	s, warnings, err := config.Load(config.Source{})
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if s.Address != "localhost:8080" || s.BaseURL != "http://localhost:8080" || s.Mail.Port != 587 || s.Mail.TLS != config.StartTLS ||
		s.Quiet.From != 21 || s.Quiet.To != 7 || s.Session.Idle != 30*time.Minute || !s.Links || s.OIDC.Issuer != "" || !s.Local() {
		t.Errorf("%+v", s)
	}
}

// Later sources win, and each setting says where it comes from.
func TestSources(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "rekindle.toml")
	text := "address = \":8443\"\nbase_url = \"https://study.example.org/\"\n\n[proxy]\ntrusted = [\"127.0.0.1\", \"10.1.2.3/8\"]\n" +
		"[smtp] # out\nhost = \"mail.example.org\"\nport = 25\nuser = \"u\"\npassword_file = \"password\"\nfrom = \"Study <s@example.org>\"\n[quiet]\nholidays = [2026-12-25, \"2027-01-01\"]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, warnings, err := config.Load(config.Source{File: file, Environment: []string{"REKINDLE_SMTP_PORT=465", "REKINDLE_SMTP_TLS=TLS", "PATH=/bin", "REKINDLE_DATA=x", "REKINDLE_SMPT_PORT=1"},
		Given: map[string]string{"smtp.per_minute": "7", "metrics": ""}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Mail.Port != 465 || s.Mail.TLS != config.TLS || s.Mail.Password.Reveal() != "hunter2" || s.Mail.From != `"Study" <s@example.org>` || s.Mail.PerMinute != 7 || s.Metrics != "" ||
		s.BaseURL != "https://study.example.org" || fmt.Sprint(s.Proxies) != "[127.0.0.1/32 10.0.0.0/8]" || fmt.Sprint(s.Quiet.Holidays) != "[2026-12-25 2027-01-01]" || s.Domain() != "example.org" || s.Local() {
		t.Errorf("%+v", s)
	}
	if len(warnings) != 1 || warnings[0].Place != "REKINDLE_SMPT_PORT" {
		t.Errorf("warnings %v", warnings)
	}
	for name, want := range map[string]string{"smtp.host": file + " line 7", "smtp.port": "REKINDLE_SMTP_PORT", "smtp.per_minute": "--set", "smtp.timeout": "default"} {
		if got := s.Origin(name); got != want {
			t.Errorf("%s comes from %q, want %q", name, got, want)
		}
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "settings", s, "password", s.Mail.Password)
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Mail.Password), fmt.Sprintf("%#v", s.Mail.Password), fmt.Sprint(s.Show()), string(encoded), log.String()} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("the password is shown: %s", shown)
		}
	}
}

// Every mistake is told at once, each in its place.
func TestMistakes(t *testing.T) {
	file := write(t, "rekindle.toml", "address = \"here\"\nbase_url = \"ftp://x\"\nmetric = \":1\"\n\n[smtp]\nport = 70000\nfrom = \"a@b, c@d\"\ntls = \"maybe\"\ntimeout = 30\nuser = \"u\"\n"+
		"password_file = \"none\"\n[session]\nidle = \"20h\"\nlife = \"1h\"\n[quiet]\nfrom = 24\nholidays = [\"soon\"]\n[proxy]\ntrusted = [\"0.0.0.0/0\"]\n[sign_in]\nlinks = \"perhaps\"\n")
	_, _, err := config.Load(config.Source{File: file, Environment: []string{"REKINDLE_SMTP_PER_MINUTE=many"}, Given: map[string]string{"port": "1"}})
	if !problem.Is(err, problem.Invalid) {
		t.Fatal(err)
	}
	for _, part := range []string{"line 1: address", "line 2: base_url", "line 3: metric: There is no such setting", "line 6: smtp.port", "a whole number from 1 to 65535", "line 7: smtp.from",
		"line 8: smtp.tls", "starttls, tls, none", "line 9: smtp.timeout", "line 11: smtp.password_file", "does not exist", "line 13: session.idle", "line 16: quiet.from", "line 17: quiet.holidays",
		"line 19: proxy.trusted", "line 21: sign_in.links", "REKINDLE_SMTP_PER_MINUTE: smtp.per_minute", "--set: port: There is no such setting. Did you mean smtp.port"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in\n%s", part, err)
		}
	}
}

// What each setting allows by itself may not go together.
func TestDisagreement(t *testing.T) {
	open, shut := write(t, "password", "x"), write(t, "password", "x")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		given map[string]string
		part  string
	}{
		"served to others":            {map[string]string{"address": ":8080"}, "under which address"},
		"http to others":              {map[string]string{"base_url": "http://study.example.org"}, "write https://"},
		"a path":                      {map[string]string{"base_url": "https://example.org/study"}, "without a path"},
		"https without certificate":   {map[string]string{"base_url": "https://study.example.org"}, "nobody holds a certificate"},
		"half a certificate":          {map[string]string{"tls.certificate": "x.crt"}, "belong together"},
		"certificate without https":   {map[string]string{"tls.certificate": "x.crt", "tls.key": "x.key"}, "Write https://"},
		"metrics in the way":          {map[string]string{"metrics": "localhost:8080"}, "another port"},
		"no sender":                   {map[string]string{"smtp.host": "mail"}, "Mail needs a sender"},
		"no password":                 {map[string]string{"smtp.host": "mail", "smtp.from": "a@b.org", "smtp.user": "u"}, "a user and a password"},
		"password that others read":   {map[string]string{"smtp.password_file": open}, "chmod 600"},
		"password in the clear":       {map[string]string{"smtp.host": "mail", "smtp.from": "a@b.org", "smtp.user": "u", "smtp.password_file": shut, "smtp.tls": "none"}, "in the clear"},
		"a mailbox of nobody":         {map[string]string{"imap.host": "mail"}, "needs a user and a password"},
		"a user of no mailbox":        {map[string]string{"imap.user": "u"}, "no server of it"},
		"a mailbox in the clear":      {map[string]string{"imap.host": "mail", "imap.user": "u", "imap.password_file": shut, "imap.tls": "none"}, "in the clear"},
		"a user of no server":         {map[string]string{"smtp.user": "u", "smtp.password_file": shut}, "no mail server"},
		"idle longer than life":       {map[string]string{"session.idle": "24h", "session.life": "2h"}, "shorter"},
		"issuer without client":       {map[string]string{"oidc.issuer": "https://login.example.org"}, "belong together"},
		"issuer in the clear":         {map[string]string{"oidc.issuer": "http://login.example.org", "oidc.client": "x"}, "https://login"},
		"a header over several lines": {map[string]string{"proxy.header": "a\nb"}, "one line"},
	} {
		if _, _, err := config.Load(config.Source{Given: c.given}); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(c.part)) {
			t.Errorf("%s: got %v, want %q", name, err, c.part)
		}
	}
}

func TestBadFiles(t *testing.T) {
	if _, _, err := config.Load(config.Source{File: filepath.Join(t.TempDir(), "none")}); !problem.Is(err, problem.NotFound) {
		t.Error(err)
	}
	file := write(t, "rekindle.toml", "address = \"x\"\naddress = \n")
	if _, _, err := config.Load(config.Source{File: file}); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "line 2") {
		t.Error(err)
	}
}

// The template holds as it is printed, and with every example taken but those that exclude each other or name files.
func TestTemplate(t *testing.T) {
	plain := config.Template(nil)
	if _, _, err := config.Load(config.Source{File: write(t, "rekindle.toml", plain)}); err != nil {
		t.Error(err)
	}
	filled := regexp.MustCompile(`(?m)^# (\w+ = )`).ReplaceAllString(plain, "$1")
	var tree map[string]any
	if err := toml.Unmarshal([]byte(filled), &tree); err != nil {
		t.Fatalf("%v\n%s", err, filled)
	}
	filled = regexp.MustCompile(`(?m)^(user = .*|\w+_file = .*|host = "imap.*)$`).ReplaceAllString(filled, "")
	s, _, err := config.Load(config.Source{File: write(t, "rekindle.toml", filled)})
	if err != nil || len(s.Show()) < 23 {
		t.Errorf("%v\n%s", err, filled)
	}
}

// What is given to the template holds in it, however it is spelt.
func TestTemplateKeepsWhatIsGiven(t *testing.T) {
	password := write(t, "smtp.password", "correct horse\n")
	given := map[string]string{"address": ":8443", "base_url": "https://coaching.example.org", "metrics": "", "proxy.trusted": "127.0.0.1,10.0.0.0/8", "proxy.header": "X-Real-IP",
		"smtp.host": "mail.example.org", "smtp.port": "2525", "smtp.user": "coaching", "smtp.password_file": password, "smtp.from": `"Study \ Office" <coaching@example.org>`,
		"quiet.holidays": "2026-12-25, 2027-01-01", "sign_in.links": "false", "session.idle": "15m"}
	want, _, err := config.Load(config.Source{Given: given})
	if err != nil {
		t.Fatal(err)
	}
	text := config.Template(given)
	got, _, err := config.Load(config.Source{File: write(t, "rekindle.toml", text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for i, one := range got.Show() {
		_, isGiven := given[one.Name]
		squeezed := strings.NewReplacer(" ", "").Replace
		if other := want.Show()[i]; squeezed(one.Value) != squeezed(other.Value) || isGiven == (one.Origin == "default") {
			t.Errorf("%s: %q from %s, want %q", one.Name, one.Value, one.Origin, other.Value)
		}
	}
	if got.Mail.Password.Reveal() != "correct horse" || got.Mail.From != want.Mail.From {
		t.Errorf("%q", got.Mail.From)
	}
}

func FuzzFile(f *testing.F) {
	f.Add("address = \":1\"\n[smtp]\nport = 1\n")
	f.Add("[smtp]\nport = [[1], {a = 2}]\n[[x]]\n")
	f.Add("\"a\".b = 1\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, "f.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := config.Load(config.Source{File: path}); err != nil && !problem.Is(err, problem.Invalid) {
			t.Errorf("%v", err)
		}
	})
}
