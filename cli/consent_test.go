package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
)

func TestConsentPapersFromTheCommandLine(t *testing.T) {
	f := openedStudy(t)
	d, err := f.open(t.Context(), func() time.Time { return time.Date(2021, 8, 6, 14, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	act, err := d.conduct(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	codes, err := act.AddRoster(t.Context(), console, []conduct.Person{{Name: "Jordan Example", Email: "jordan@hospital.example"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = act.Consent(t.Context(), identity.AsParticipant(codes[0]), codes[0],
		conduct.Agreement{Version: "1", Name: "Jordan Example", Choices: []int{2, 2, 0}, Attested: map[string]bool{"practicing": true, "baseline": true}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "papers")
	if status, out, errs := run(t, "consent", "export", "--out", out, "--data", f.Data); status != 0 || !strings.Contains(out, "1 papers are in") {
		t.Fatalf("%d %s%s", status, out, errs)
	}
	paper := filepath.Join(out, string(codes[0])+"-consent-1.pdf")
	if info, err := os.Stat(paper); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if status, out, errs := run(t, "consent", "verify", paper, "--data", f.Data); status != 0 || !strings.Contains(out, string(codes[0])) || !strings.Contains(out, "August 6, 2021, 10:00:00 EDT, in force") || strings.Contains(out, "Jordan") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	if status, _, errs := run(t, "consent", "export", "--out", out, "--data", f.Data); status != 1 || !strings.Contains(errs, "not empty") {
		t.Errorf("into a full directory: %d %s", status, errs)
	}
	file, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paper, bytes.Replace(file, []byte("%PDF-1."), []byte("%PDF-2."), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := run(t, "consent", "verify", paper, "--data", f.Data); status != 1 || !strings.Contains(errs, "No consent of this study") {
		t.Errorf("a changed paper: %d %s", status, errs)
	}
}
