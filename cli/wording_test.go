package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// filledIn gives the template of an instrument with every text filled in.
func filledIn(t *testing.T, instrument, text string) string {
	t.Helper()
	status, out, errs := run(t, nil, "wording", "new", instrument)
	if status != 0 {
		t.Fatal(errs)
	}
	return strings.ReplaceAll(out, `""`, `"`+text+`"`)
}

func TestWordingLoad(t *testing.T) {
	data := t.TempDir()
	first, second := filledIn(t, "pfi16", "some words"), filledIn(t, "pfi16", "other words")
	stored := filepath.Join(data, "wording", "pfi16.en.toml")

	status, out, errs := run(t, nil, "wording", "load", file(t, "p.toml", first), "--data", data)
	if status != 0 || !strings.Contains(out, "Loaded into "+stored) || !strings.Contains(out, "16 items, complete") || !strings.Contains(out, "notice") {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	if got, err := os.ReadFile(stored); err != nil || string(got) != first {
		t.Fatalf("stored %q, %v", got, err)
	}

	if status, out, _ := run(t, nil, "wording", "load", file(t, "p.toml", first), "--data", data); status != 0 || !strings.Contains(out, "already") {
		t.Errorf("the same again: status %d\n%s", status, out)
	}
	status, _, errs = run(t, nil, "wording", "load", file(t, "p.toml", second), "--data", data)
	if got, err := os.ReadFile(stored); status != 1 || !strings.Contains(errs, "--replace") || err != nil || string(got) != first {
		t.Errorf("another one: status %d, %s, stored changed %v", status, errs, string(got) != first)
	}
	if status, _, errs := run(t, nil, "wording", "load", "--replace", file(t, "p.toml", second), "--data", data); status != 0 {
		t.Errorf("with --replace: %s", errs)
	}
	if got, err := os.ReadFile(stored); err != nil || string(got) != second {
		t.Errorf("not replaced")
	}
	if left, err := filepath.Glob(filepath.Join(data, "wording", ".new-*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	status, out, errs = run(t, nil, "wording", "list", "--data", data)
	if status != 0 || !strings.Contains(out, "loaded pack") || !strings.Contains(out, "demonstration wording") {
		t.Errorf("list: status %d\n%s%s", status, out, errs)
	}
}

func TestWordingRefuses(t *testing.T) {
	whole := filledIn(t, "pfi16", "words")
	lacking := file(t, "lacking.toml", strings.Replace(whole, "\nPF6 =", "\n# PF6 =", 1))
	old := file(t, "old.toml", strings.Replace(whole, "2018 (Trockel), 16 items", "2016", 1))
	data := t.TempDir()
	cases := []struct {
		name string
		args []string
		want string
	}{
		{"an item missing", []string{"wording", "check", lacking}, "items.PF6: the text is missing"},
		{"another version", []string{"wording", "load", old, "--data", data}, `the pack is for version "2016"`},
		{"an item missing at load", []string{"wording", "load", lacking, "--data", data}, "items.PF6"},
		{"no data directory", []string{"wording", "load", file(t, "p.toml", whole), "--data", filepath.Join(data, "none")}, "no such data directory"},
		{"no file", []string{"wording", "check", filepath.Join(data, "none.toml")}, "there is no such file"},
		{"no instrument", []string{"wording", "new", "pfi61"}, `no instrument "pfi61"`},
		{"list without directory", []string{"wording", "list", "--data", filepath.Join(data, "none")}, "no such data directory"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := run(t, nil, c.args...)
			if status != 1 || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("status %d, out %q, error\n%s", status, out, errs)
			}
		})
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("left in the data directory: %v %v", left, err)
	}
}
