package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rekindle/analysis/lint"
)

const publishedTables = "../testdata/published/kiser2024.json"

func TestLintTables(t *testing.T) {
	status, out, errs := run(t, nil, "lint-tables", publishedTables)
	if status != 1 || !strings.Contains(errs, "26 errors") {
		t.Errorf("status %d, %s", status, errs)
	}
	// Grouped under the tables' titles, the text last.
	at := -1
	for _, s := range []string{"Table 1. Baseline", "error [percent] Race and ethnicity: White", "printed   33 (63.7)", "expected  33 (63.5)", "Table 2.", "[derivation]", "Table 3.", "[fraction]",
		"\nText\n", "error [sign]", "4 tables with 206 cells and 64 statements of the text checked: 26 errors, 8 warnings, 1 note."} {
		i := strings.Index(out, s)
		if i <= at {
			t.Errorf("%q is not printed after what stands before it", s)
		}
		at = i
	}
	if strings.Contains(out, "Table 4.") {
		t.Error("Table 4 is clean, but printed")
	}

	status, out, _ = run(t, nil, "lint-tables", "--json", publishedTables)
	var findings []lint.Finding
	if err := json.Unmarshal([]byte(out), &findings); err != nil || status != 1 || len(findings) != 35 {
		t.Errorf("status %d, %d findings, %v", status, len(findings), err)
	}
	_, out, _ = run(t, nil, "lint-tables", "--derived", publishedTables)
	if !strings.Contains(out, "Interpersonal disengagement               0.265 to 0.276  0.0005 to 0.0010") {
		t.Errorf("not derived:\n%s", out)
	}
}

func TestLintTablesClean(t *testing.T) {
	clean := `{"format": "rekindle-publication/1", "title": "", "source": "", "tables": [{"id": "t", "title": "T", "kind": "n (%)",
		"columns": [{"id": "c", "label": "C", "n": 4}], "blocks": [{"label": "Q", "rows": [{"id": "a", "label": "A", "cells": ["1 (25)"]}, {"id": "b", "label": "B", "cells": ["3 (75)"]}]}]}]}`
	status, out, errs := run(t, strings.NewReader(clean), "lint-tables", "-")
	if status != 0 || out != "1 table with 2 cells and 0 statements of the text checked: 0 errors, 0 warnings, 0 notes.\n" || errs != "" {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	status, out, _ = run(t, strings.NewReader(clean), "lint-tables", "--json", "-")
	if status != 0 || out != "[]\n" {
		t.Errorf("status %d: %s", status, out)
	}
	// A warning alone does not fail: more answers than people, and nothing says that there may be.
	status, out, _ = run(t, strings.NewReader(strings.Replace(clean, "1 (25)", "2 (50)", 1)), "lint-tables", "-")
	if status != 0 || !strings.Contains(out, "warning [select-all] Q") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestLintTablesBadInput(t *testing.T) {
	for text, want := range map[string]string{
		`{"format": "rekindle-publication/1"`: "ends too early",
		`[]`:                                  "a list stands where an object is wanted",
		`{"format": "rekindle-publication/1", "title": "", "source": "", "tables": []}`: "there is nothing to check",
	} {
		status, out, errs := run(t, nil, "lint-tables", file(t, "p.json", text))
		if status != 1 || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "p.json") {
			t.Errorf("%s: status %d, %q, %q", text, status, out, errs)
		}
	}
	if status, _, errs := run(t, nil, "lint-tables", "missing.json"); status != 1 || !strings.Contains(errs, "there is no such file") {
		t.Errorf("status %d, %s", status, errs)
	}
	if status, _, errs := run(t, nil, "lint-tables"); status != 1 || !strings.Contains(errs, "name the publication to check") {
		t.Errorf("status %d, %s", status, errs)
	}
}

func TestLintTablesRules(t *testing.T) {
	status, out, _ := run(t, nil, "lint-tables", "--rules")
	for _, r := range lint.Rules() {
		if status != 0 || !strings.Contains(out, r.ID+"\n    "+r.Why) {
			t.Errorf("status %d, rule %s is not explained", status, r.ID)
		}
	}
}
