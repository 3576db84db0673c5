package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/protocols"
	"rekindle/trial/study"
)

// openedStudy makes a data directory with the published trial, opened.
func openedStudy(t *testing.T) dataFlags {
	t.Helper()
	f := dataFlags{Data: filepath.Join(t.TempDir(), "study")}
	d, err := f.make(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	text, err := protocols.Files.ReadFile("kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := study.Read("kiser2024.toml", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := (&conduct.Conduct{Store: d.Store, Protocol: p, Program: "test"}).OpenStudy(t.Context(), console); err != nil {
		t.Fatal(err)
	}
	return f
}

func listed(t *testing.T, f dataFlags) (n int) {
	t.Helper()
	d, err := f.read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Milestones(t.Context())
		n = m.Listed
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRoster(t *testing.T) {
	f := openedStudy(t)
	file := filepath.Join(t.TempDir(), "physicians.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Name;E-Mail;Division;Supervisor;Salary\nZo\xeb M\xfcller;zoe@h.org;Cardiology;Bo Li;9\nBo Li;bo@h.org;Surgery;;8\nBo Li;BO@h.org;Surgery;;8\n\x1b[2Jx;not an address;;;\n")
	status, out, errs := run(t, "roster", "check", file, "--data", f.Data)
	if status != 1 || !strings.Contains(errs, "2 of 4 rows do not fit") {
		t.Errorf("%d %s", status, errs)
	}
	for _, part := range []string{"semicolons, Windows-1252, 4 people", "E-Mail      -> email", "Salary      -> (left out)", "row 4: email: \"bo@h.org\" stands in", "row 5: email: \"not an address\"", "Compared with the roster"} {
		if !strings.Contains(out, part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("the file moves the cursor")
	}
	if status, _, errs := run(t, "roster", "import", file, "--data", f.Data); status != 1 || !strings.Contains(errs, "--leave-out") || listed(t, f) != 0 {
		t.Errorf("%d %s, %d listed", status, errs, listed(t, f))
	}
	if status, out, errs := run(t, "roster", "import", file, "--data", f.Data, "--leave-out"); status != 0 || !strings.Contains(out, "2 people are on the roster now") || listed(t, f) != 2 {
		t.Errorf("%d %s%s", status, out, errs)
	}
	if status, out, errs := run(t, "roster", "import", file, "--data", f.Data, "--leave-out"); status != 1 || !strings.Contains(out, "on the roster already") || !strings.Contains(errs, "No row is left") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	write("name,email\nA,a@h.org\n")
	if status, out, errs := run(t, "roster", "check", file, "--data", filepath.Join(f.Data, "none")); status != 0 || !strings.Contains(out, "there is no study") {
		t.Errorf("without a study: %d %s%s", status, out, errs)
	}
	for _, args := range [][]string{{"check", file, "--data", f.Data}, {"check", file, "--protocol", "kiser2024"}, {"import", file, "--data", f.Data}} {
		if status, _, errs := run(t, append([]string{"roster"}, args...)...); status != 1 || !strings.Contains(errs, "no column with the division") {
			t.Errorf("%v: %d %s", args, status, errs)
		}
	}
	if status, _, _ := run(t, "roster", "check", filepath.Join(f.Data, "none.csv")); status != 1 {
		t.Error("a file that does not exist is fine")
	}
}
