package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/conduct"
)

// Keys are changed with nobody else there, and beside a process that holds the study.
func TestVaultFromTheCommandLine(t *testing.T) {
	f := openedStudy(t)
	says := func(want string, status int, args ...string) {
		t.Helper()
		if got, out, errs := run(t, append(append([]string{"vault"}, args...), "--data", f.Data)...); got != status || !strings.Contains(out+errs, want) {
			t.Errorf("%v: %d %s%s, want %q", args, got, out, errs, want)
		}
	}
	d, err := f.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	act, err := d.conduct(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	codes, err := act.AddRoster(t.Context(), console, []conduct.Person{{Name: "A B", Email: "a@h.org"}, {Name: "C D", Email: "c@h.org"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	says("Keys: 1; number 1 seals. Values that an older key has sealed: 0.", 0, "status")
	says("values are sealed anew", 0, "rotate")
	says("Keys: 2; number 2 seals. Values that an older key has sealed: 0.", 0, "status")

	if d, err = f.open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if act, err = d.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	says("Another process has the study open", 0, "rotate")
	says("number 3 seals. Values that an older key has sealed: 3.", 0, "status")
	if changed, err := d.Vault.Refresh(); !changed || err != nil {
		t.Errorf("a running process does not take the key up: %v", err)
	}
	if err := act.Readdress(t.Context(), console, codes[0], "new@h.org"); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	says("values are sealed with an older key", 1, "forget")
	says("2 values are sealed anew", 0, "rotate", "--resume")
	says("2 older keys are dropped", 0, "forget")
	says("Keys: 1; number 3 seals", 0, "status")
	path := filepath.Join(f.keys(), vaultKeyName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if d, err = f.open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if act, err = d.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := act.CheckRoster(t.Context(), console, []conduct.Person{{Name: "x", Email: "new@h.org"}}); err != nil || len(found) != 1 {
		t.Errorf("an address is not found any more: %v, %v", found, err)
	}
	if err := act.Readdress(t.Context(), console, codes[1], "d@h.org"); err != nil {
		t.Errorf("a name is lost: %v", err)
	}
}
