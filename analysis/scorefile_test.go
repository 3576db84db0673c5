package analysis_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rekindle/analysis"
	"rekindle/problem"
)

func goldScores(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../testdata/gold/kiser2024_calibrated.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Each mistake is told with its place and what would be right.
func TestMistakesInAFileOfScores(t *testing.T) {
	good := goldScores(t)
	lines := strings.Split(strings.TrimSpace(good), "\n")
	only := func(keep func(string) bool) string {
		out := lines[0] + "\n"
		for _, l := range lines[1:] {
			if keep(l) {
				out += l + "\n"
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":              {"", []string{"the file is empty", "header"}},
		"header only":        {lines[0] + "\n", []string{"nobody is randomized"}},
		"Latin-1":            {strings.Replace(good, "woman", "wom\xe4n", 1), []string{"scores.csv line 2", "0xe4", "UTF-8"}},
		"binary":             {"PK\x03\x04\x00\x00", []string{"not UTF-8"}},
		"semicolons":         {strings.ReplaceAll(good, ",", ";"), []string{"one column", "commas"}},
		"open quote":         {strings.Replace(good, "K003,", "\"K003,", 1), []string{"line", "quote"}},
		"truncated row":      {strings.Join(lines[:5], "\n") + "\nK009,coaching,1,wom", []string{"row 6", "4 cells", "16 cells"}},
		"no arm column":      {strings.Replace(good, "id,arm,", "id,group,", 1), []string{"row 1", "arm", "missing", "group"}},
		"no outcome column":  {strings.Replace(good, "overall_burnout", "burnout", 1), []string{"outcome overall_burnout is missing"}},
		"twice the column":   {strings.Replace(good, "depersonalization", "emotional_exhaustion", 1), []string{"same name", "own name"}},
		"duplicate row":      {good + lines[1] + "\n", []string{"row 278", "K001", "baseline", "row 2"}},
		"unknown arm":        {strings.Replace(good, "K002,coaching", "K002,placebo", 1), []string{"row 4", `"placebo"`, `"coaching", "control"`}},
		"unknown visit":      {strings.Replace(good, "month3", "month6", 1), []string{"row 3", `"month6"`, `"month3"`}},
		"word for a score":   {strings.Replace(good, "4.375,3.3333333333", "high,3.3333333333", 1), []string{"row 2", "work_exhaustion", `"high" is not a number`}},
		"comma decimals":     {strings.Replace(good, "4.375,3.3333333333", `"4,375",3.3333333333`, 1), []string{"row 2", `"4,375"`, "decimal point"}},
		"infinite score":     {strings.Replace(good, "4.375,3.3333333333", "Inf,3.3333333333", 1), []string{`"Inf" is not a number`}},
		"two arms":           {strings.Replace(good, "K002,coaching,0,woman,medicine,month3", "K002,control,0,woman,medicine,month3", 1), []string{"row 5", "K002", `"control"`, `"coaching"`}},
		"changing covariate": {strings.Replace(good, "K002,coaching,0,woman,medicine,month3", "K002,coaching,0,man,medicine,month3", 1), []string{"row 5", "gender", "same at every visit"}},
		"unknown level":      {strings.Replace(good, "woman", "female", 1), []string{"row 2", "gender", `"female"`, `"woman"`}},
		"mark":               {strings.Replace(good, "K001,coaching,1", "K001,coaching,yes", 1), []string{"row 2", "analysed", "use 1 or 0"}},
		"one arm empty":      {only(func(l string) bool { return strings.Contains(l, ",coaching,") }), []string{`arm "control" has no participant`}},
		"no baseline":        {only(func(l string) bool { return strings.Contains(l, ",month3,") }), []string{`no participant has a score at visit "baseline"`}},
		"beyond all scores":  {strings.Replace(good, "4.375,3.3333333333", "1e300,3.3333333333", 1), []string{"row 2", "work_exhaustion", `"1e300" is greater than any score`}},
		"no follow-up":       {only(func(l string) bool { return strings.Contains(l, ",baseline,") }), []string{`no participant has a score at visit "month3"`}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := analysis.ReadScores("scores.csv", strings.NewReader(c.text), kiser(t))
			if err == nil {
				t.Fatalf("taken: %d participants", len(d.Participants))
			}
			if problem.KindOf(err) == problem.Internal {
				t.Errorf("kind %v", problem.KindOf(err))
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
		})
	}
}

// A mistake in a covariate is told once, not again for every later row of the participant.
func TestAMistakeIsToldOnce(t *testing.T) {
	text := strings.Replace(goldScores(t), "K001,coaching,1,woman", "K001,coaching,1,martian", 1)
	_, err := analysis.ReadScores("scores.csv", strings.NewReader(text), kiser(t))
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), `"martian"`) {
		t.Errorf("%v", err)
	}
}

// A score that its instrument cannot give is taken, since the file may be on a scale of its own, but told.
func TestScoresOutsideTheInstrumentAreTold(t *testing.T) {
	text := strings.Replace(goldScores(t), "3.75,1,52\n", "3.75,1,5200\n", 1)
	d, err := analysis.ReadScores("scores.csv", strings.NewReader(text), kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(d.Notes, "\n"); !strings.Contains(notes, "Outcome quality_of_life: scores outside the 0 to 100 of its instrument are taken as they stand (1; the first in row 2: 5200).") || strings.Count(notes, "outside") != 1 {
		t.Errorf("%s", notes)
	}
}

func TestTwoOutcomesFromOneColumn(t *testing.T) {
	p := kiser(t)
	p.Outcomes[0].Column = p.Outcomes[1].InFile()
	if _, err := analysis.ReadScores("scores.csv", strings.NewReader(goldScores(t)), p); err == nil || !strings.Contains(err.Error(), "same column") {
		t.Errorf("%v", err)
	}
}

func TestAllMistakesAtOnceUpToALimit(t *testing.T) {
	text := strings.ReplaceAll(goldScores(t), "coaching", "x")
	_, err := analysis.ReadScores("scores.csv", strings.NewReader(text), kiser(t))
	if n := strings.Count(err.Error(), "\n"); n != 50 || !strings.Contains(err.Error(), "further mistakes are not listed") {
		t.Errorf("%d lines: %s", n+1, err)
	}
}

func TestByteOrderMarkAndEndingsAreTaken(t *testing.T) {
	text := "\xef\xbb\xbf" + strings.ReplaceAll(goldScores(t), "\n", "\r\n")
	d, err := analysis.ReadScores("scores.csv", strings.NewReader(text), kiser(t))
	if err != nil || len(d.Participants) != 138 {
		t.Fatalf("%v", err)
	}
}

// A stratum with one person, and an outcome that cannot be modelled, are said and stop nothing else.
func TestOneOutcomeWithoutAModelLeavesTheOthers(t *testing.T) {
	text := goldScores(t)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, l := range lines[1:] {
		cells := strings.Split(l, ",")
		if cells[15] != "" {
			cells[15] = "50" // quality of life is the same for everybody
		}
		if cells[5] == "month3" && cells[1] == "control" {
			cells[6] = "" // nobody of the control arm has a follow-up of work exhaustion
		}
		lines[i+1] = strings.Join(cells, ",")
	}
	d, err := analysis.ReadScores("scores.csv", strings.NewReader(strings.Join(lines, "\n")), kiser(t))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, d)
	failed := map[string]string{}
	for _, row := range r.Changes[0].Rows {
		if row.Failed != "" {
			failed[row.Outcome] = row.Failed
			continue
		}
		if fmt.Sprint(row.Differences[0].Points) == fmt.Sprint(analysis.Estimate{}) {
			t.Errorf("%s has neither a model nor a reason", row.Outcome)
		}
	}
	if len(failed) != 2 || !strings.Contains(failed["work_exhaustion"], `"control"`) || failed["quality_of_life"] == "" {
		t.Errorf("failed: %q", failed)
	}
}
