package report_test

import (
	"os"
	"testing"

	"rekindle/analysis"
	"rekindle/analysis/lint"
	"rekindle/protocols"
	"rekindle/report"
)

// calibrated makes the report of the calibrated data set (testdata/gold/README.md).
func calibrated(t *testing.T) *report.Report {
	t.Helper()
	p, err := protocols.Load("../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../testdata/gold/kiser2024_calibrated.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := analysis.ReadScores("kiser2024_calibrated.csv", f, p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := analysis.Run(t.Context(), d, analysis.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return report.New(p, r)
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
