package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// newStudy makes a data directory with a trail of n events.
func newStudy(t *testing.T, n int) dataFlags {
	t.Helper()
	f := dataFlags{Data: filepath.Join(t.TempDir(), "study")}
	d, err := f.make(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i := range n {
		if err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Record(t.Context(), audit.Event{Actor: "kim", Role: "coordinator", Verb: "participant.invite", Object: fmt.Sprint("P", i), Reason: "wave 1\x1b[2J"})
		}); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func run(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = Run(t.Context(), args, strings.NewReader(""), &o, &e)
	return status, o.String(), e.String()
}

func TestDataDirectory(t *testing.T) {
	f := newStudy(t, 1)
	for name, mode := range map[string]fs.FileMode{"": fs.ModeDir | 0o700, "keys": fs.ModeDir | 0o700, "keys/audit.key": 0o600, "keys/vault.key": 0o600, databaseName: 0o600} {
		info, err := os.Stat(filepath.Join(f.Data, name))
		if err != nil {
			t.Fatal(err)
		}
		if name != databaseName && info.Mode() != mode {
			t.Errorf("%s: mode %v, want %v", name, info.Mode(), mode)
		}
	}
	if _, err := f.make(t.Context(), nil); !problem.Is(err, problem.Conflict) {
		t.Errorf("making a study over another: %v", err)
	}
	d, err := f.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.open(t.Context(), nil); !problem.Is(err, problem.Unavailable) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("opening it twice: %v", err)
	}
	look, err := f.read(t.Context(), nil)
	if err != nil {
		t.Fatalf("reading beside the writer: %v", err)
	}
	look.Close()
	d.Close()

	if err := os.Chmod(filepath.Join(f.keys(), vaultKeyName), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.open(t.Context(), nil); !problem.Is(err, problem.Unavailable) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	moved := filepath.Join(t.TempDir(), "keys")
	if err := os.Rename(f.keys(), moved); err != nil {
		t.Fatal(err)
	}
	if _, err := f.open(t.Context(), nil); !problem.Is(err, problem.NotFound) {
		t.Errorf("without keys: %v", err)
	}
	if d, err = f.read(t.Context(), nil); err != nil || d.Public != "" || d.Vault != nil {
		t.Errorf("reading without keys: %+v, %v", d, err)
	}
	d.Close()
	if err := os.Chmod(filepath.Join(moved, vaultKeyName), 0o600); err != nil {
		t.Fatal(err)
	}
	f.Keys = moved
	if d, err = f.open(t.Context(), nil); err != nil {
		t.Fatalf("with keys elsewhere: %v", err)
	}
	d.Close()
}

func TestMissingData(t *testing.T) {
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, kind := range map[string]problem.Kind{filepath.Join(empty, "none"): problem.NotFound, empty: problem.NotFound, file: problem.Invalid} {
		for name, open := range map[string]func(context.Context) error{
			"open": func(ctx context.Context) error { _, err := dataFlags{Data: dir}.open(ctx, nil); return err },
			"read": func(ctx context.Context) error { _, err := dataFlags{Data: dir}.read(ctx, nil); return err },
		} {
			if err := open(t.Context()); !problem.Is(err, kind) {
				t.Errorf("%s %s: %v", name, dir, err)
			}
		}
	}
	if entries, err := os.ReadDir(empty); err != nil || len(entries) != 1 {
		t.Errorf("something was made: %v, %v", entries, err)
	}
	bad := dataFlags{Data: filepath.Join(empty, "new"), Database: "postgres://127.0.0.1:1/none?connect_timeout=2"}
	if _, err := bad.make(t.Context(), nil); !problem.Is(err, problem.Unavailable) {
		t.Errorf("no server: %v", err)
	}
	if bad.exists() {
		t.Error("keys were left behind")
	}
}

func TestDataOnPostgres(t *testing.T) {
	f := dataFlags{Data: t.TempDir(), Database: storetest.Postgres(t).URL}
	d, err := f.make(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if d, err = f.read(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if status, _, errs := run(t, "audit", "verify", f.Data, "--database", f.Database); status != 0 {
		t.Error(errs)
	}
}

func TestAuditCommands(t *testing.T) {
	f := newStudy(t, 70)
	key, err := os.ReadFile(filepath.Join(f.keys(), auditPubName))
	if err != nil {
		t.Fatal(err)
	}
	public := strings.TrimSpace(string(key))
	if status, out, errs := run(t, "audit", "verify", f.Data, "--key", public); status != 0 || !strings.HasPrefix(out, "70 events, all as recorded; 2 signed checkpoints fit.\n") || strings.Contains(out, "Compare") {
		t.Errorf("verify: %d %s%s", status, out, errs)
	}
	dir := t.TempDir()
	log, kept := filepath.Join(dir, "trail.jsonl"), filepath.Join(dir, "kept")
	if status, out, errs := run(t, "audit", "export", "--data", f.Data, "--out", log); status != 0 || out != "" {
		t.Fatalf("export: %d %s%s", status, out, errs)
	}
	status, head, errs := run(t, "audit", "checkpoint", "--data", f.Data)
	if status != 0 || !strings.HasPrefix(head, "rekindle audit trail\n70\n") {
		t.Fatalf("checkpoint: %d %s%s", status, head, errs)
	}
	if err := os.WriteFile(kept, []byte(head), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := run(t, "audit", "verify", "--log", log, "--checkpoint", kept); status != 0 || !strings.Contains(out, "Compare it with the one") {
		t.Errorf("verify the file: %d %s%s", status, out, errs)
	}
	if status, out, errs := run(t, "audit", "verify", log, "--key", public); status != 0 || !strings.HasPrefix(out, "70 events") {
		t.Errorf("verify the file by its name alone: %d %s%s", status, out, errs)
	}
	if status, _, errs := run(t, "audit", "verify", f.Data, "--key", "no key"); status != 1 || strings.Count(errs, "public key") != 1 {
		t.Errorf("no key: %d %s", status, errs)
	}
	status, out, errs := run(t, "audit", "show", "--data", f.Data, "--object", "P69")
	if status != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, "participant.invite") || strings.Contains(out, "\x1b") {
		t.Errorf("show: %d %q%s", status, out, errs)
	}

	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, bytes.Replace(text, []byte(`"object":"P33"`), []byte(`"object":"P34"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := run(t, "audit", "verify", "--log", log); status != 1 || out != "" || !strings.Contains(errs, "event 33 (line 35)") {
		t.Errorf("a changed file: %d %s%s", status, out, errs)
	}

	// A copy of an earlier state is whole in itself: only the kept checkpoint shows that its end is gone.
	short := newStudy(t, 3)
	shortLog := filepath.Join(dir, "short.jsonl")
	run(t, "audit", "export", "--data", short.Data, "--out", shortLog)
	if status, _, errs := run(t, "audit", "verify", "--log", shortLog, "--checkpoint", kept); status != 1 || !strings.Contains(errs, "not one of this study") {
		t.Errorf("another study's checkpoint: %d %s", status, errs)
	}
	for _, args := range [][]string{
		{"audit", "verify", f.Data, "--log", log},
		{"audit", "verify", "--log", filepath.Join(dir, "none")},
		{"audit", "verify", "--log", kept},
		{"audit", "verify", filepath.Join(dir, "none")},
		{"audit", "verify", f.Data, "--key", "rekindle-audit+00000000+x"},
		{"audit", "export", "--data", f.Data, "--out", filepath.Join(dir, "no", "such", "place")},
	} {
		if status, out, errs := run(t, args...); status != 1 || out != "" || errs == "" {
			t.Errorf("%v: %d %s%s", args, status, out, errs)
		}
	}
}
