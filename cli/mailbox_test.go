package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/platform/mail/mailtest"
)

// A running study fetches from its mailbox, tells what it cannot read without its content, and tells of a mailbox that is down.
func TestServeReadsAMailbox(t *testing.T) {
	f := openedStudy(t)
	box := mailtest.NewMailbox(t)
	box.Put(t, "\x00 a secret that is no mail")
	host, port, _ := strings.Cut(box.Address, ":")
	secret := filepath.Join(t.TempDir(), "password")
	fatal(t, os.WriteFile(secret, []byte(mailtest.Password+"\n"), 0o600))
	args := []string{"--set", "imap.host=" + host, "--set", "imap.port=" + port, "--set", "imap.tls=none", "--set", "imap.user=study", "--set", "imap.password_file=" + secret, "--set", "imap.every=1s"}
	if _, out, _ := run(t, append([]string{"config", "check", "--data", f.Data}, args...)...); !strings.Contains(out, "lets us read INBOX") {
		t.Errorf("config check: %s", out)
	}
	s := serve(t, f.Data, args...)
	within := func(what string, done func() bool) {
		t.Helper()
		for began := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > 20*time.Second {
				t.Fatalf("%s:\n%s", what, s.log)
			}
		}
	}
	within("it is not flagged", func() bool { return slices.Contains(box.Flags(t)[0], `\Flagged`) })
	within("the log does not tell of it", func() bool { return strings.Contains(s.log.String(), "stays in the mailbox, flagged") })
	if strings.Contains(s.log.String(), "a secret") || strings.Contains(s.log.String(), mailtest.Password) {
		t.Errorf("the log tells what stands in it:\n%s", s.log)
	}
	box.Stop()
	within("health does not tell that it is down", func() bool {
		_, body := get(t, s.aside+"/health")
		return strings.Contains(body, `"mailbox"`) && strings.Contains(body, "cannot be read")
	})
	if _, out, _ := run(t, append([]string{"config", "check", "--data", f.Data}, args...)...); !strings.Contains(out, "FAILED: the mailbox INBOX") {
		t.Errorf("config check while it is down: %s", out)
	}
	box.Start(t)
	within("it does not recover", func() bool { _, body := get(t, s.aside+"/health"); return !strings.Contains(body, `"mailbox"`) })
}
