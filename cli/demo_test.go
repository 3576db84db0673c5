package cli_test

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rekindle/cli"
	"rekindle/platform/store"
	"rekindle/protocols"
)

// run calls the program as a shell would.
func runProgram(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = cli.Run(t.Context(), args, strings.NewReader(""), &o, &e)
	return status, o.String(), e.String()
}

// few writes a shipped protocol with few people, so that a rehearsal takes a second.
func few(t *testing.T, name string) string {
	t.Helper()
	text, err := protocols.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"invitations": "40", "cap": "24", "interested": "26", "goal": "20"} {
		text = regexp.MustCompile(`(?m)^(\s*`+key+`\s*=\s*)\d+`).ReplaceAll(text, []byte("${1}"+value))
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every trial that ships is rehearsed from its file alone; everything that the rehearsal leaves behind proves itself; the same seed gives
// the same tables to the last byte.
func TestDemoOfEveryShippedTrialProvesItself(t *testing.T) {
	names, err := fs.Glob(protocols.Files, "*.toml")
	if err != nil || len(names) < 2 {
		t.Fatalf("%d protocols ship: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			protocol, dir := few(t, name), filepath.Join(t.TempDir(), "demo")
			if status, out, errs := runProgram(t, "demo", "--protocol", protocol, "--data", dir, "--no-serve"); status != 0 {
				t.Fatalf("exit status %d\n%s%s", status, out, errs)
			}
			report := filepath.Join(dir, "report")
			for _, proof := range [][]string{
				{"audit", "verify", "--data", dir},
				{"audit", "verify", "--data", filepath.Join(dir, "midway")},
				{"randomization", "prove", "--data", dir},
				{"verify", report, "--dataset", filepath.Join(dir, "locked", "dataset.json")},
				{"lint-tables", filepath.Join(report, "publication.json")},
			} {
				if status, out, errs := runProgram(t, proof...); status != 0 {
					t.Errorf("%v: exit status %d\n%s%s", proof, status, out, errs)
				}
			}
			refusesChangedDataset(t, dir)
			again := filepath.Join(t.TempDir(), "again")
			if status, out, errs := runProgram(t, "demo", "--protocol", protocol, "--data", again, "--no-serve"); status != 0 {
				t.Fatalf("exit status %d\n%s%s", status, out, errs)
			}
			if first, second := tables(t, dir), tables(t, again); !maps.Equal(first, second) {
				for name := range first {
					if first[name] != second[name] {
						t.Errorf("%s differs between two rehearsals of one seed", name)
					}
				}
			}
			page, err := os.ReadFile(filepath.Join(report, "index.html"))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"Simulated people.", `id="flow"`, `id="table1"`, `id="table2"`, `id="table3-`, `id="dose"`, `id="cost"`, "<svg"} {
				if !bytes.Contains(page, []byte(part)) {
					t.Errorf("the report lacks %s", part)
				}
			}
		})
	}
}

// refusesChangedDataset changes one digit of the locked dataset: it is not analysed, and the report stays.
func refusesChangedDataset(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "locked", "dataset.json")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(good)
	i := strings.LastIndex(changed, `"locked": "2`)
	if i < 0 {
		t.Fatal("no time of the lock")
	}
	i += len(`"locked": "202`)
	changed = changed[:i] + string('0'+(changed[i]-'0'+1)%10) + changed[i+1:]
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := runProgram(t, "analyze", dir, "--no-sensitivity"); status != 1 || !strings.Contains(errs, "not the one that was locked") {
		t.Errorf("a changed dataset: exit status %d: %s", status, errs)
	}
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tables reads the printed tables of a rehearsal.
func tables(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	all, err := filepath.Glob(filepath.Join(dir, "report", "tables", "*"))
	if err != nil || len(all) < 10 {
		t.Fatalf("%d tables: %v", len(all), err)
	}
	for _, f := range all {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(f)] = string(b)
	}
	return files
}

func TestDemoReplacesNothingUnasked(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(precious, []byte("three years"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"--fresh"}} {
		status, _, errs := runProgram(t, append([]string{"demo", "--data", dir, "--no-serve"}, args...)...)
		if status != 1 || !strings.Contains(errs, "not empty") || !strings.Contains(errs, "--data") {
			t.Errorf("%v: exit status %d: %s", args, status, errs)
		}
	}
	if b, err := os.ReadFile(precious); err != nil || string(b) != "three years" {
		t.Errorf("the file is %q: %v", b, err)
	}
	if err := os.Remove(precious); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "SIMULATED.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := runProgram(t, "demo", "--data", dir, "--no-serve"); status != 1 || !strings.Contains(errs, "--fresh") {
		t.Errorf("a second run: exit status %d: %s", status, errs)
	}
}

func TestDemoRefusesWhatIsNoDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo")
	if err := os.WriteFile(file, []byte("three years"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, _, errs := runProgram(t, "demo", "--data", file, "--no-serve", "--fresh")
	if status != 1 || !strings.Contains(errs, "not a directory") || !strings.Contains(errs, "--data") {
		t.Errorf("exit status %d: %s", status, errs)
	}
}

// An earlier rehearsal stays as it was while a process writes to it, and where the new one could not be served.
func TestDemoReplacesNothingInUse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "SIMULATED.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "rekindle.db")})
	if err != nil {
		t.Fatal(err)
	}
	if status, _, errs := runProgram(t, "demo", "--data", dir, "--no-serve", "--fresh"); status != 1 || !strings.Contains(errs, "in use by another process") {
		t.Errorf("in use: exit status %d: %s", status, errs)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if status, _, errs := runProgram(t, "demo", "--data", dir, "--address", l.Addr().String(), "--fresh"); status != 1 {
		t.Errorf("address taken: exit status %d: %s", status, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "rekindle.db")); err != nil {
		t.Error(err)
	}
}

// A rehearsal that ended at its very start, with nothing but its mark, or beside keys without a database, is replaced when asked.
func TestDemoReplacesOneCutShort(t *testing.T) {
	protocol, dir := few(t, protocols.Rehearsed), filepath.Join(t.TempDir(), "demo")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, errs bytes.Buffer
	if status := cli.Run(ctx, []string{"demo", "--protocol", protocol, "--data", dir, "--no-serve"}, strings.NewReader(""), &out, &errs); status != 1 {
		t.Fatalf("exit status %d: %s", status, &errs)
	}
	if status, out, errs := runProgram(t, "demo", "--protocol", protocol, "--data", dir, "--no-serve", "--fresh"); status != 0 {
		t.Errorf("exit status %d\n%s%s", status, out, errs)
	}
}
