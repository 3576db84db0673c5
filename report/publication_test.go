package report_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"rekindle/analysis"
	"rekindle/analysis/lint"
	"rekindle/protocols"
	"rekindle/report"
)

// scores is the calibrated data set (testdata/gold/README.md), result its analysis; both are made once.
var scores = sync.OnceValues(func() (*analysis.Data, error) {
	p, err := protocols.Load("../protocols/kiser2024.toml")
	if err != nil {
		return nil, err
	}
	f, err := os.Open("../testdata/gold/kiser2024_calibrated.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return analysis.ReadScores("kiser2024_calibrated.csv", f, p)
})

var result = sync.OnceValues(func() (*analysis.Result, error) {
	d, err := scores()
	if err != nil {
		return nil, err
	}
	return analysis.Run(context.Background(), d, analysis.Options{Program: "test"})
})

// calibrated makes the report of it.
func calibrated(t *testing.T) *report.Report {
	t.Helper()
	r, err := result()
	if err != nil {
		t.Fatal(err)
	}
	d, err := scores()
	if err != nil {
		t.Fatal(err)
	}
	return report.New(d.Protocol, r)
}

// checked sends a publication through its file, as the command does, and checks it.
func checked(t *testing.T, rep *report.Report) (*lint.Publication, []lint.Finding) {
	t.Helper()
	b, err := rep.Publication().Write()
	if err != nil {
		t.Fatal(err)
	}
	p, err := lint.Read(report.PublicationFile, b)
	if err != nil {
		t.Fatal(err)
	}
	return p, lint.Check(p)
}

func TestReportIsClean(t *testing.T) {
	rep := calibrated(t)
	p, findings := checked(t, rep)
	for _, f := range findings {
		t.Errorf("%s %s: %s, %s: printed %s, expected %s. %s", f.Severity, f.Rule, f.Table, f.Place, f.Printed, f.Expected, f.Reason)
	}
	// Ten outcomes, two arms and one contrast in each of the populations: three sentences each.
	if want := 30 * len(rep.Result.Changes); len(p.Claims) != want {
		t.Errorf("%d numbers of the text checked, want %d", len(p.Claims), want)
	}
	if len(p.Scores) != 10 || len(lint.Derive(p)) != 10*len(rep.Result.Changes) {
		t.Errorf("%d scores and %d contrasts checked", len(p.Scores), len(lint.Derive(p)))
	}
}

// whole adds to the calibrated report what a file of scores does not hold: Table 1, themes, fidelity and dose.
func whole(t *testing.T) *report.Report {
	rep := calibrated(t)
	r := *rep.Result
	share := func(counts ...int) (out []analysis.Share) {
		for i, c := range counts {
			out = append(out, analysis.Share{Count: c, Of: []int{66, 71}[i]}) // one of the 67 did not answer
		}
		return out
	}
	r.People = []analysis.Column{r.Columns[0], r.Columns[2]}
	r.Characteristics = []analysis.Characteristic{
		{Item: "gender", Label: "Gender", Kind: "one", Missing: []int{1, 0}, Rows: []analysis.CharacteristicRow{{Label: "Woman", Cells: share(52, 58)}, {Label: "Man", Cells: share(14, 13)}}},
		{Item: "race", Label: "Race", Kind: "any", Missing: []int{1, 0}, Rows: []analysis.CharacteristicRow{{Label: "Asian", Cells: share(22, 17)}, {Label: "White", Cells: share(50, 60)}}},
		{Item: "care", Label: "Caregiving", Kind: "yes", Missing: []int{1, 0}, Rows: []analysis.CharacteristicRow{{Label: "Yes", Cells: share(49, 59)}}},
		{Item: "years", Label: "Years", Kind: "number", Missing: []int{1, 0}, Numbers: []analysis.Summary{{N: 66, Mean: 12.41, SD: 9.2}, {N: 71, Mean: 11.7, SD: 10}}},
	}
	answered := func(count int) analysis.Share { return analysis.Share{Count: count, Of: 47} }
	r.Themes = &analysis.Themes{Asked: 52, Answered: 47, Rows: []analysis.ThemeRow{{Label: "Self-care", Share: answered(31)}, {Label: "Workload", Share: answered(30)}}}
	r.Fidelity = []analysis.Fidelity{{Item: "guidance", Label: "Guidance", Rows: []analysis.ThemeRow{{Label: "Guided", Share: answered(45)}, {Label: "Advised", Share: answered(2)}}}}
	// 44 people with six sessions and 8 with 1 to 5: mean 5.6 and SD 1.1 of the 52 that started.
	r.Dose = &analysis.Dose{Arm: "coaching", Allocated: 67, Planned: 6, Started: analysis.Share{Count: 52, Of: 67}, ByNumber: []int{15, 1, 1, 2, 2, 2, 44},
		Sessions: analysis.Summary{N: 52, Mean: 291. / 52, SD: 1.1208}, Minutes: analysis.Summary{N: 52, Mean: 350, SD: 60}, DaysToFirst: analysis.Quartiles{N: 52, Lower: 6, Median: 9, Upper: 14}}
	return report.New(rep.Protocol, &r)
}

func TestWholeReportIsClean(t *testing.T) {
	p, findings := checked(t, whole(t))
	for _, f := range findings {
		t.Errorf("%+v", f)
	}
	var ids []string
	for _, table := range p.Tables {
		ids = append(ids, table.ID)
	}
	for _, id := range []string{"populations", "table1", "table2", "means-mitt", "table3-mitt", "table3-itt", "table4", "fidelity", "dose"} {
		if !slices.Contains(ids, id) {
			t.Errorf("table %s is not checked: %v", id, ids)
		}
	}
}

// A wrong number in any table or sentence of the report is found.
func TestWrongNumbersAreFound(t *testing.T) {
	cases := []struct{ table, row, from, to, rule string }{
		{"populations", "Modified", "123", "124", "total"},
		{"table1", "Woman", "52 (78.8)", "52 (77.6)", "percent"},
		{"table1", "Man", "14 (21.2)", "13 (19.7)", "sum"},
		{"table2", "Overall burnout", "3.28 (", "3.42 (", "derivation"},
		{"table2", "Emotional exhaustion", "3.31 (", "6.31 (", "range"},
		{"table3-mitt", "Overall burnout", "-0.79 (", "-0.69 (", "difference"},
		{"table3-mitt", "Overall burnout", "-21.6", "-0.22", "relative"},
		{"table3-mitt", "Work exhaustion", ".13", ".03", "p"},
		{"table4", "Self-care", "31 (66.0)", "31 (0.66)", "fraction"},
		{"fidelity", "Guided", "45 (95.7)", "45 (95.8)", "percent"},
		{"dose", "Sessions held", "5.6 (", "6.6 (", "range"},
		{"dose", "Sessions held", "(1.1)", "(2.1)", "spread"},
	}
	for _, c := range cases {
		rep := whole(t)
		changed := false
		for _, table := range rep.Tables {
			for i := range table.Rows {
				for k, cell := range table.Rows[i].Cells {
					if table.ID == c.table && strings.HasPrefix(table.Rows[i].Label, c.row) && strings.Contains(cell, c.from) && !changed {
						table.Rows[i].Cells[k], changed = strings.Replace(cell, c.from, c.to, 1), true
					}
				}
			}
		}
		if !changed {
			t.Errorf("%s, %s: nothing reads %q", c.table, c.row, c.from)
		}
		_, findings := checked(t, rep)
		if !slices.ContainsFunc(findings, func(f lint.Finding) bool { return f.Rule == c.rule && f.Table == c.table }) {
			t.Errorf("%s, %s: %s for %s is not found by %s: %+v", c.table, c.row, c.to, c.from, c.rule, findings)
		}
	}
	for rule, words := range map[string][2]string{"sign": {"fell by 30", "rose by 30"}, "text": {"; P = .13", "; P = .23"}} {
		rep := whole(t)
		for i := range rep.Sections {
			for k := range rep.Sections[i].Paragraphs {
				rep.Sections[i].Paragraphs[k] = strings.Replace(rep.Sections[i].Paragraphs[k], words[0], words[1], 1)
			}
		}
		if _, findings := checked(t, rep); !slices.ContainsFunc(findings, func(f lint.Finding) bool { return f.Rule == rule && f.Table == "" }) {
			t.Errorf("%q for %q is not found: %+v", words[1], words[0], findings)
		}
	}
}
