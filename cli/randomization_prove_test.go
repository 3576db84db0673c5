package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/protocols"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
)

// randomized makes a data directory with n people randomized, and closes randomization where closed is set.
func randomized(t *testing.T, n int, closed bool) dataFlags {
	t.Helper()
	f := dataFlags{Data: filepath.Join(t.TempDir(), "study")}
	d, err := f.make(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := protocols.Load("../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	c := &conduct.Conduct{Store: d.Store, Protocol: p}
	owner, desk := identity.Actor{Name: "pi", Role: identity.Owner}, identity.Actor{Name: "desk", Role: identity.Coordinator}
	if err := c.OpenStudy(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		code := participant.Code(fmt.Sprintf("P%03d", i))
		err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
			r := participant.Record{Code: code, Status: participant.Enrolled, InvitedAt: new(tx.Now()), ConsentedAt: new(tx.Now()),
				BaselineAt: new(tx.Now()), EnrolledAt: new(tx.Now())}
			if err := tx.AddParticipants(t.Context(), []participant.Record{r}); err != nil {
				return err
			}
			visit := assessment.Visit{ID: "baseline", State: assessment.Finished, CompletedAt: new(tx.Now()),
				Window: assessment.Window{Opens: tx.Now(), Due: tx.Now(), Closes: tx.Now()}}
			if err := tx.AddVisits(t.Context(), []store.VisitOf{{Participant: code, Visit: visit}}); err != nil {
				return err
			}
			form := store.FormOf{Participant: code, Form: assessment.Form{Visit: "baseline", Instrument: "demographics"}}
			return tx.SaveAnswers(t.Context(), form, instrument.Answers{"gender": "woman", "department_of_medicine": "no"}, true)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Randomize(t.Context(), desk, code); err != nil {
			t.Fatal(err)
		}
	}
	if !closed {
		return f
	}
	if err := d.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.LockStudy(t.Context(), "digest") }); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CloseRandomization(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRandomizationProve(t *testing.T) {
	f := randomized(t, 9, true)
	status, out, errs := run(t, "randomization", "prove", f.Data)
	if status != 0 || !strings.HasPrefix(out, "9 allocations, each as the committed seed and design determine it") || errs != "" {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	status, out, _ = run(t, "randomization", "prove", "--data", f.Data, "--json")
	var p proof
	if err := json.Unmarshal([]byte(out), &p); status != 0 || err != nil || !p.Proved || p.Allocations != 9 || p.Findings == nil {
		t.Errorf("status %d, %v: %s", status, err, out)
	}

	status, exported, _ := run(t, "randomization", "prove", f.Data, "--export")
	if status != 0 {
		t.Fatalf("export: status %d", status)
	}
	file := filepath.Join(t.TempDir(), "evidence.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(exported)
	if status, out, errs := run(t, "randomization", "prove", "--evidence", file); status != 0 || !strings.HasPrefix(out, "9 allocations") {
		t.Errorf("exported evidence: status %d: %s%s", status, out, errs)
	}
	// One arm is changed in the exported store: the finding names who, which, and both arms.
	changed := strings.Replace(strings.Replace(strings.Replace(exported, `"arm": "coaching"`, `"arm": "?"`, 1), `"arm": "control"`, `"arm": "coaching"`, 1), `"arm": "?"`, `"arm": "control"`, 1)
	write(changed)
	status, out, errs = run(t, "randomization", "prove", "--evidence", file)
	if status != 1 || out != "" || strings.Count(errs, "arm in the store: expected") != 2 || !strings.Contains(errs, "participant P") {
		t.Errorf("changed evidence: status %d: %s%s", status, out, errs)
	}
}

func TestRandomizationProveRefuses(t *testing.T) {
	open := randomized(t, 2, false)
	empty := newStudy(t, 1)
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("[1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"before closing", "whoever knows it knows every allocation to come", []string{open.Data}},
		{"before closing, for export", "before randomization is closed", []string{open.Data, "--export"}},
		{"nothing opened", "has not been opened", []string{empty.Data}},
		{"no directory", "no such data directory", []string{filepath.Join(open.Data, "none")}},
		{"both", "not both", []string{open.Data, "--evidence", broken}},
		{"no evidence", "no evidence of a randomization", []string{"--evidence", broken}},
		{"no file", "no such file", []string{"--evidence", broken + "x"}},
	} {
		status, out, errs := run(t, append([]string{"randomization", "prove"}, c.args...)...)
		if status != 1 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d: %q %q", c.name, status, out, errs)
		}
	}
}
