package lint_test

import (
	"os"
	"strings"
	"testing"

	"rekindle/analysis/lint"
	"rekindle/problem"
)

// Broken files: each says where, what, and what would be right.
func TestBadInput(t *testing.T) {
	table := func(s string) string {
		return `{"format": "rekindle-publication/1", "title": "", "source": "",
"groups": [{"id": "g", "n": 5}],
"tables": [{"id": "t", "title": "", "kind": "n (%)", "columns": [{"id": "c", "label": ""}], "blocks": [{"rows": [{"id": "r", "label": "", "cells": ["1 (20.0)"]}]}]` + s
	}
	replaced := func(from, to string) string { return strings.Replace(table("}]}"), from, to, 1) }
	cases := []struct{ name, text, want string }{
		{"empty", ``, "x.json line 1: the file ends too early"},
		{"cut off", table(""), "x.json line 3: the file ends too early"},
		{"not JSON", `{"format": rekindle}`, "x.json line 1: not JSON"},
		{"another format", `{"format": "odm"}`, `x.json: format: the format is "odm". write "rekindle-publication/1"`},
		{"unknown key", replaced(`"groups"`, `"group"`), `unknown field "group"`},
		{"unknown key of a cell", replaced(`["1 (20.0)"]`, `[{"test": "1"}]`), `unknown field "test"`},
		{"two documents", table("}]}") + "{}", "something follows the publication"},
		{"wrong type", replaced(`"n": 5`, `"n": "5"`), "x.json line 2: groups.n: text stands where a whole number is wanted"},
		{"nothing", `{"format": "rekindle-publication/1", "title": "", "source": "", "tables": []}`, "tables: there is nothing to check"},
		{"unreadable cell", replaced("1 (20.0)", "one"), `tables[0].blocks[0].rows[0].cells[0]: "one" is not a number. print it as "n (%)"`},
		{"open bracket", replaced("1 (20.0)", "1 (20.0"), "has an open bracket"},
		{"part of a person", replaced("1 (20.0)", "1.5 (20.0)"), "is not a count"},
		{"another kind", replaced(`"cells"`, `"kind": "mean (SD)", "cells"`), ""},
		{"too many cells", replaced(`["1 (20.0)"]`, `["1", "2"]`), "2 cells under 1 columns. give one for each column"},
		{"kind", replaced(`"kind": "n (%)"`, `"kind": "count"`), `tables[0].kind: "count" is not a kind of cell`},
		{"score", replaced(`"label": "", "cells"`, `"label": "", "score": "s", "cells"`), `there is no score "s"`},
		{"group", replaced(`"id": "c"`, `"id": "c", "group": "h"`), `tables[0].columns[0].group: there is no group "h"`},
		{"id", replaced(`"id": "r"`, `"id": "a/b"`), `"a/b" is not an id`},
		{"part of itself", replaced(`"n": 5`, `"n": 5, "part_of": "g"`), "is part of itself"},
		{"answers", replaced(`"rows"`, `"answers": "many", "rows"`), `tables[0].blocks[0].answers: "many" is not known. use one, any, each; or leave it out`},
		{"contrast", table(`, "contrasts": [{"difference": "d"}]}]}`), `tables[0].contrasts[0].difference: there is no column "d"`},
		{"baseline", table(`, "relatives": [{"column": "c", "change": "c", "baseline": "u/c", "unit": "%"}]}]}`), `there is no "u/c"`},
		{"derivation", table(`, "derivations": [{"row": "r", "parts": ["q", "r"], "stated": "items"}]}]}`), `there is no row "q"`},
		{"claim", table(`}], "claims": [{"place": "A", "text": "B", "cell": "t/r/d"}]}`), `claims[0].cell: table t has no column "d"`},
		{"number of a claim", table(`}], "claims": [{"place": "A", "text": "B", "cell": "t/r/c", "count": "few"}]}`), `claims[0].count: "few" is not a number`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := lint.Read("x.json", []byte(c.text))
			if c.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("accepted")
			}
			if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.json") {
				t.Errorf("%v\nwanted: %s", err, c.want)
			}
		})
	}
}

// All mistakes are listed in one pass.
func TestAllMistakesAtOnce(t *testing.T) {
	_, err := lint.Read("x.json", []byte(`{"format": "rekindle-publication/1", "title": "", "source": "", "groups": [{"id": "", "n": -1}], "scores": [{"id": "s", "items": 0, "codes": [1, 1], "of": "median"}], "tables": []}`))
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("%v", err)
	}
}

// The ways in which journals print a number are all read.
func TestPrintedForms(t *testing.T) {
	n := 1000
	for text, kind := range map[string]lint.Kind{
		"1,000 (100.0)": lint.CountPercent, "0": lint.CountPercent, "500 (50%)": lint.CountPercent, "500 [50.0%]": lint.CountPercent,
		"−0.94 (−1.48 to −0.41)": lint.EstimateCI, "0.59 (0.01-1.16)": lint.EstimateCI, "0.59 (0.01, 1.17)": lint.EstimateCI, "0.59 (0.01–1.17)": lint.EstimateCI,
		"-0.58 (-1.17-0.01)": lint.EstimateCI, "<.001": lint.PValue, "0.04": lint.PValue, ">.99": lint.PValue, "—": lint.MeanSD, "NA": lint.EstimateCI, "anything (": lint.Text,
	} {
		p := &lint.Publication{Format: lint.Format, Tables: []lint.Table{{ID: "t", Kind: kind, Columns: []lint.Column{{ID: "c", N: &n}}, Blocks: []lint.Block{{Rows: []lint.Row{{ID: "r", Cells: cells(text)}}}}}}}
		b, err := p.Write()
		if err != nil {
			t.Fatal(err)
		}
		q, err := lint.Read("x.json", b)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if found := lint.Check(q); len(found) > 0 {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// The description of the format explains every rule, and names every kind of cell.
func TestDescribed(t *testing.T) {
	b, err := os.ReadFile("../../docs/lint-tables.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lint.Rules() {
		if !strings.Contains(string(b), "| `"+r.ID+"` |") {
			t.Errorf("rule %s is not described", r.ID)
		}
	}
	for _, k := range []lint.Kind{lint.Count, lint.CountPercent, lint.Percent, lint.Mean, lint.MeanSD, lint.Quartiles, lint.Estimate, lint.EstimateCI, lint.PValue, lint.Text} {
		if !strings.Contains(string(b), "| `"+string(k)+"` |") {
			t.Errorf("kind %q is not described", k)
		}
	}
}
