package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/platform/mail/mailtest"
)

var staffLink = regexp.MustCompile(`https?://[^\s]+/s/[a-z2-7]{26}`)

func TestInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "study")
	args := []string{"init", "--protocol", "kiser2024", "--data", dir, "--email", "pat@hospital.example", "--base-url", "https://study.example.org"}
	status, out, errs := run(t, append(args, "--set", "proxy.trusted=127.0.0.1")...)
	if status != 0 || !staffLink.MatchString(out) || !strings.Contains(out, "https://study.example.org/s/") || !strings.Contains(out, "config check --data "+dir) {
		t.Fatalf("%d %s%s", status, out, errs)
	}
	settings, err := os.ReadFile(filepath.Join(dir, "rekindle.toml"))
	if err != nil || !strings.Contains(string(settings), "\nbase_url = \"https://study.example.org\"\n") {
		t.Errorf("%s, %v", settings, err)
	}
	if status, out, errs := run(t, "config", "show", "--data", dir); status != 0 || !strings.Contains(out, "127.0.0.1") { // what init was given holds from then on
		t.Errorf("%d %s%s", status, out, errs)
	}
	if status, _, errs := run(t, append(args, "--set", "proxy.trusted=127.0.0.1")...); status != 1 || !strings.Contains(errs, "a study already") {
		t.Errorf("again: %d %s", status, errs)
	}
	if status, out, _ := run(t, "staff", "list", "--data", dir); status != 0 || !strings.Contains(out, "pat@hospital.example  [owner coordinator]") {
		t.Errorf("%d %s", status, out)
	}
	status, out, errs = run(t, "staff", "invite", "--data", dir, "--email", "kim@hospital.example", "--role", "finance", "--set", "proxy.trusted=127.0.0.1")
	if status != 0 || !staffLink.MatchString(out) {
		t.Errorf("%d %s%s", status, out, errs)
	}
	account := strings.Fields(out)[0]
	if status, again, errs := run(t, "staff", "reset", account, "--data", dir, "--set", "proxy.trusted=127.0.0.1"); status != 0 || !staffLink.MatchString(again) || staffLink.FindString(again) == staffLink.FindString(out) {
		t.Errorf("%d %s%s", status, again, errs)
	}
	if status, _, errs := run(t, "staff", "invite", "--data", dir, "--email", "x", "--role", "king", "--set", "proxy.trusted=127.0.0.1"); status != 1 || !strings.Contains(errs, "no e-mail address") {
		t.Errorf("%d %s", status, errs)
	}
}

// What cannot be changed once the study is open, and will be in the way, is told at once; what to do next finds the study.
func TestInitTellsWhatIsInTheWay(t *testing.T) {
	there := t.TempDir()
	settings := filepath.Join(there, "settings.toml")
	if err := os.WriteFile(settings, []byte("metrics = \"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := run(t, "init", "--protocol", "kiser2024", "--data", filepath.Join(there, "study"), "--keys", filepath.Join(there, "keys"), "--config", settings,
		"--email", "pat@hospital.example", "--set", "smtp.port=25")
	for _, want := range []string{"enrolment ended on December 1, 2021", "coaching-trial@example.org, to which the mails tell people to write, is nobody's", settings + " was there"} {
		if !strings.Contains(errs, want) {
			t.Errorf("it does not say %q: %s", want, errs)
		}
	}
	if want := "rekindle serve --data " + filepath.Join(there, "study") + " --keys " + filepath.Join(there, "keys") + " --config " + settings; status != 0 || !strings.Contains(out, want) || !strings.Contains(out, "Fill in "+settings) {
		t.Errorf("%d, not %q: %s", status, want, out)
	}
}

// Where something is wrong nothing is made.
func TestInitRefuses(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.toml")
	if err := os.WriteFile(broken, []byte("title = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"protocol": {"--protocol", broken, "--email", "a@b.org"},
		"address":  {"--protocol", "kiser2024", "--email", "nobody"},
		"settings": {"--protocol", "kiser2024", "--email", "a@b.org", "--set", "smtp.port=0"},
		"base URL": {"--protocol", "kiser2024", "--email", "a@b.org", "--base-url", "http://study.example.org"},
	} {
		dir := filepath.Join(t.TempDir(), "study")
		status, out, errs := run(t, append([]string{"init", "--data", dir}, args...)...)
		if status != 1 || out != "" || errs == "" {
			t.Errorf("%s: %d %s%s", name, status, out, errs)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a directory was made", name)
		}
	}
}

// served runs a study until the test ends it, and gives the addresses of its pages and of its health.
type served struct {
	pages, aside string
	log          *lines
	stop         func() int
}

// lines keeps what a program logs.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func serve(t *testing.T, dir string, args ...string) served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := served{log: &lines{}}
	out, in := io.Pipe()
	ended := make(chan int, 1)
	aside := freeAddress(t)
	go func() {
		ended <- Run(ctx, append([]string{"serve", "--data", dir, "--address", "127.0.0.1:0", "--set", "metrics=" + aside}, args...), strings.NewReader(""), in, s.log)
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it does not serve: %s", s.log)
	}
	s.aside, s.pages = "http://"+aside, regexp.MustCompile(`https?://[^\s]+`).FindString(line)
	s.pages = strings.TrimSuffix(s.pages, ".")
	s.stop = sync.OnceValue(func() int {
		stop()
		select {
		case status := <-ended:
			return status
		case <-time.After(20 * time.Second):
			t.Error("it does not stop")
			return -1
		}
	})
	t.Cleanup(func() { s.stop() })
	return s
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// A study that was begun is served, delivers the owner's invitation, tells how it is, and stops when told.
func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "study")
	status, out, errs := run(t, "init", "--protocol", "kiser2024", "--data", dir, "--email", "pat@hospital.example")
	if status != 0 {
		t.Fatal(errs)
	}
	invitation := staffLink.FindString(out)
	post := mailtest.New(t)
	host, port, _ := strings.Cut(post.Address, ":")
	mail := []string{"--set", "smtp.host=" + host, "--set", "smtp.port=" + port, "--set", "smtp.tls=none", "--set", "smtp.from=Study <study@example.org>", "--set", "smtp.per_minute=6000"}

	status, out, errs = run(t, append([]string{"config", "check", "--data", dir, "--to", "me@hospital.example"}, mail...)...)
	if status != 0 || !strings.Contains(out, "has taken a test mail") || !strings.Contains(out, "nobody answers there now") || !strings.Contains(out, "1 account") || len(post.All()) != 1 {
		t.Errorf("%d %s%s", status, out, errs)
	}

	s := serve(t, dir, mail...)
	if status, body := get(t, s.pages+wellKnown); status != 200 || !strings.Contains(body, `"protocol":"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, out, errs := run(t, append([]string{"config", "check", "--data", dir, "--base-url", s.pages}, mail...)...); status != 0 || !strings.Contains(out, "leads to this study") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	began := time.Now()
	for len(post.All()) < 2 {
		if time.Since(began) > 15*time.Second {
			t.Fatalf("the invitation is not sent:\n%s", s.log)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if m := post.All()[1]; m.To != "pat@hospital.example" || !strings.Contains(m.Body, invitation) {
		t.Errorf("%+v", m)
	}
	var h health
	if status, body := get(t, s.aside+"/health"); status != 200 || json.Unmarshal([]byte(body), &h) != nil || !h.Well {
		t.Errorf("%d %s", status, body)
	}
	get(t, s.pages+"/p/abcdefghijklmnopqrstuvwxyz")
	time.Sleep(50 * time.Millisecond)
	_, metrics := get(t, s.aside+"/metrics")
	for _, part := range []string{`rekindle_outbox_messages{state="sent"} 1`, `rekindle_mail_total{outcome="sent"} 1`, `rekindle_duty_rounds_total{duty="clock",went="well"}`, "rekindle_request_seconds_bucket", "rekindle_outbox_oldest_seconds 0"} {
		if !strings.Contains(metrics, part) {
			t.Errorf("no %q in the metrics", part)
		}
	}
	if strings.Contains(metrics, "abcdefghijklmnop") || strings.Contains(s.log.String(), "abcdefghijklmnop") {
		t.Error("a personal link stands in the metrics or in the log")
	}
	if status, _, errs := run(t, "staff", "reset", "x", "--data", dir); status != 1 || !strings.Contains(errs, "process") {
		t.Errorf("a second writer: %d %s", status, errs)
	}
	if status := s.stop(); status != 0 {
		t.Errorf("status %d\n%s", status, s.log)
	}
	if status, _, errs := run(t, "staff", "list", "--data", dir); status != 0 {
		t.Errorf("after the end: %s", errs)
	}
}

func TestServeRefuses(t *testing.T) {
	f := openedStudy(t)
	taken := freeListener(t)
	for name, c := range map[string]struct {
		args []string
		part string
	}{
		"no study":          {[]string{"--data", filepath.Join(f.Data, "none")}, "no such data directory"},
		"no certificate":    {[]string{"--data", f.Data, "--base-url", "https://x.example.org", "--set", "tls.certificate=none", "--set", "tls.key=none"}, "cannot be used"},
		"taken":             {[]string{"--data", f.Data, "--address", taken}, "already"},
		"metrics taken":     {[]string{"--data", f.Data, "--address", "127.0.0.1:0", "--set", "metrics=" + taken}, "health and metrics"},
		"bad settings":      {[]string{"--data", f.Data, "--set", "smtp.hots=x"}, "no such setting"},
		"to others, no URL": {[]string{"--data", f.Data, "--address", ":8080"}, "under which address"},
	} {
		if status, _, errs := run(t, append([]string{"serve"}, c.args...)...); status != 1 || !strings.Contains(errs, c.part) {
			t.Errorf("%s: %d %s", name, status, errs)
		}
	}
}

func TestConfigCommands(t *testing.T) {
	dir := t.TempDir()
	if status, out, _ := run(t, "config", "new"); status != 0 || !strings.Contains(out, "[smtp]") {
		t.Errorf("%d %s", status, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "rekindle.toml"), []byte("address = \"localhost:9999\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := run(t, "config", "show", "--data", dir, "--set", "smtp.host=mail", "--set", "smtp.from=a@b.org;c"); status != 1 || !strings.Contains(errs, "smtp.from") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	if status, out, errs := run(t, "config", "show", "--data", dir); status != 0 || !strings.Contains(out, "http://localhost:9999") || !strings.Contains(out, "rekindle.toml line 1") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	if status, out, errs := run(t, "config", "check", "--data", dir, "--set", "smtp.host=127.0.0.1", "--set", "smtp.port=1", "--set", "smtp.from=a@b.org"); status != 1 || strings.Count(out, "FAILED") != 3 || !strings.Contains(errs, "3 of what was tried failed") {
		t.Errorf("%d %s%s", status, out, errs)
	}
}
