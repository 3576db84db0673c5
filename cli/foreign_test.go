package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/platform/store/storetest"
)

// With the keys of another study nothing begins: people sealed with them could not be read when the right ones are back.
func TestKeysOfAnotherStudyAreRefused(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "study"), filepath.Join(t.TempDir(), "other")
	for _, d := range []string{dir, other} {
		if status, _, errs := run(t, "init", "--protocol", "kiser2024", "--data", d, "--email", "pat@hospital.example"); status != 0 {
			t.Fatal(errs)
		}
	}
	invite := func() (int, string) {
		status, _, errs := run(t, "staff", "invite", "--data", dir, "--email", "kim@hospital.example", "--role", "finance")
		return status, errs
	}
	for _, name := range []string{"audit.key", "vault.key"} {
		path := filepath.Join(dir, "keys", name)
		read := func(name string) []byte {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		put := func(text []byte) {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		right := read(path)
		put(read(filepath.Join(other, "keys", name)))
		if status, errs := invite(); status != 1 || !strings.Contains(errs, "keys/"+name+" belongs to another study") {
			t.Errorf("%s: %d %s", name, status, errs)
		}
		put(right)
	}
	if status, errs := invite(); status != 0 {
		t.Errorf("with its own again: %d %s", status, errs)
	}
	if status, _, errs := run(t, "audit", "verify", dir); status != 0 {
		t.Errorf("the trail: %s", errs)
	}
}

// A second study does not begin in the database of a first one, and leaves no keys behind that open nothing.
func TestOneStudyInADatabase(t *testing.T) {
	database := storetest.Postgres(t).URL
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	begin := func(dir string) (int, string) {
		status, _, errs := run(t, "init", "--protocol", "kiser2024", "--data", dir, "--database", database, "--email", "pat@hospital.example")
		return status, errs
	}
	if status, errs := begin(first); status != 0 {
		t.Fatal(errs)
	}
	if status, errs := begin(second); status != 1 || !strings.Contains(errs, "there is a study already in this database") {
		t.Errorf("%d %s", status, errs)
	}
	if _, err := os.Stat(second); err == nil {
		t.Error("a directory was left behind")
	}
}
