package lint_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"rekindle/analysis/lint"
)

// published reads the tables of Kiser et al. 2024 as printed.
func published(t *testing.T) *lint.Publication {
	t.Helper()
	b, err := os.ReadFile("../../testdata/published/kiser2024.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := lint.Read("kiser2024.json", b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// expect compares findings, each as "rule | place | expected", and order does not count.
func expect(t *testing.T, findings []lint.Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range findings {
		got = append(got, f.Rule+" | "+strings.TrimPrefix(f.Table+": ", ": ")+f.Place+" | "+f.Expected)
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("found, but not wanted:\n%s", g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("wanted, but not found:\n%s", w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d findings, want %d", len(got), len(want))
	}
}

// What the printed tables and sentences of the published trial hold, and nothing else: the numbers of the audit
// (research note on instruments, section 2) stand beside each. The rest of the 206 cells and 64 statements is clean.
func TestPublishedTrial(t *testing.T) {
	const received = "Received coaching intervention (n = 52)"
	const few = "0, or at least 5, people left out in every row"
	expect(t, lint.Check(published(t)), []string{
		"derivation | table2: Burnout: Overall burnout (PFI WE + ID score) | 3.52 to 3.53, 3.41 to 3.42, 3.64 to 3.65", // D1
		`fraction | Abstract, Results: "3 (<0.1%) were Black" | 3 (2.2%)`,                                              // D2
		`fraction | Abstract, Results: "9 (<0.1%) were Hispanic" | 9 (6.5%)`,
		`fraction | Abstract, Results: "6 (<0.1%) were of other race or ethnicity" | 6 (4.3%)`,
		`fraction | Results, first paragraph: "3 Black [<0.1%]" | 3 (2.2%)`,
		`fraction | Results, first paragraph: "9 Hispanic [<0.1%]" | 9 (6.5%)`,
		`fraction | Results, first paragraph: "6 [<0.1%] other race and ethnicity" | 6 (4.3%)`,
		`percent | Abstract, Results: "aged 31 to 60 years (128 [93.0%])" | 128 (92.8%)`, // D3
		`percent | Results, first paragraph: "aged 31 to 60 years (128 [93.0%])" | 128 (92.8%)`,
		`text | Results, first paragraph: "compared with 29 men [21.0%]" | 27 (19.6%)`, // D4
		"text-sum | Results, first paragraph: gender | 138",
		"sum | table1: Gender / " + received + " | 52",                                                                                                // D5
		"percent | table1: Race and ethnicity: White / " + received + " | 33 (63.5)",                                                                  // D7
		"percent | table1: Employment: Full time / Control (n = 71) | 61 (85.9)",                                                                      // D8
		`select-all | table1: Race and ethnicity | the words "select all that apply"`,                                                                 // D9
		`text | Results, first paragraph: "Intervention group participants had a longer mean (SD) time in practice of 12.8 (8.9) years" | 12.4 (9.2)`, // D10
		`text | Abstract, Results: "(mean [SD], 12.0 [9.7] years in practice)" | 9.54 to 9.64`,                                                        // D11
		`text | Results, first paragraph: "(mean [SD] of 12.0 [9.7] years in practice)" | 9.54 to 9.64`,
		`text | Results, first paragraph: "Most participants were either at the instructor (57 [46.3%])" | 67 (48.6%)`, // D12
		`text | Results, first paragraph: "or assistant professor (48 [39.0%]) levels" | 51 (37.0%)`,
		`percent | Results, last paragraph: "coaches providing guidance rather than giving advice (45 [95.8%])" | 45 (95.7%)`,              // D13
		"fraction | table3: Intervention group (n = 52): Relative change, % | -12.4, -30.0, -21.6, -3.7, -10.8, 10.8, 6.4, 3.7, 19.9, 3.8", // D14
		"fraction | table3: Control group (n = 63): Relative change, % | 0.2, 4.1, 2.6, -1.2, 4.6, 0.0, -2.2, -7.1, 5.7, -0.3",
		"denominator | table3: heading | 67 and 71 (randomized), or 52 and 71 (analysed), or 47 and 63 (followed up)",           // D15
		"decimals | table3: Burnout: Depersonalization | 2 decimals",                                                            // D16
		`sign | Results, third paragraph: "interpersonal disengagement subscale score (intervention vs control, 30.1%" | -30.0`, // D17
		"range | table2: Burnout: Emotional exhaustion burnout (mMBI subscore) | 0 to 6",                                        // D20
		"range | table2: Burnout: Depersonalization burnout (mMBI subscore) | 0 to 6",
		"multiplicity | table3: P value | adjusted P values beside these", // section 2c: after Holm only two stand
		"leak | table1: Gender / " + received + " | " + few,
		"leak | table1: Race and ethnicity / " + received + " | " + few,
		"leak | table1: Age group, y / " + received + " | " + few,
		"leak | table1: Current relationship status / " + received + " | " + few,
		"leak | table1: Faculty appointment / " + received + " | " + few,
		"leak | table1: Prior history of certified coaching / " + received + " | " + few,
	})
}

// What the reasons have to name: where the wrong number comes from.
func TestReasons(t *testing.T) {
	findings := lint.Check(published(t))
	for place, want := range map[string]string{
		"instructor (57":        `57 of 123 is the number under "Received coaching intervention (n = 52)" and "Control (n = 71)"`,
		"of 12.8 (8.9) years":   `These are the numbers under "Received coaching intervention (n = 52)"`,
		"Overall burnout":       "The mean of all items fits all of them",
		"heading":               "52 and 63 in 2, 67 and 71 in 1, 52 and 71 in 7, 47 and 63 in 9", // 63/47: audit, section 2, D15
		"Gender / Received":     "16 people are left, but only 15 of 67 can be",
		"subscale score (inter": "The sign is lost",
		"P value":               "By Holm's method 2 of these 4 stay at .05 or less: Interpersonal disengagement .001, Overall burnout .001.",
	} {
		i := slices.IndexFunc(findings, func(f lint.Finding) bool { return strings.Contains(f.Place, place) && strings.Contains(f.Reason, want) })
		if i < 0 {
			t.Errorf("no finding at %q says: %s", place, want)
		}
	}
	for _, f := range findings {
		if f.Rule == "leak" && strings.HasPrefix(f.Place, "Race") && f.Printed != "Black 2 - 1 = 1; Hispanic, Latinx, or of Spanish origin 6 - 5 = 1; Other 4 - 3 = 1" {
			t.Errorf("the race block gives away: %s", f.Printed)
		}
	}
}

// The audit also read 1 (1.5) for those of the 52 who preferred not to give their gender (D6), where the copy that was
// entered prints 1 (1.9). A percentage taken over from another column is found and explained.
func TestPastedPercentage(t *testing.T) {
	p := published(t)
	clean := len(lint.Check(p))
	p.Tables[0].Blocks[0].Rows[3].Cells[1].Text = "1 (1.5)"
	findings := lint.Check(p)
	i := slices.IndexFunc(findings, func(f lint.Finding) bool {
		return f.Place == "Gender: Prefer not to say / Received coaching intervention (n = 52)"
	})
	if len(findings) != clean+1 || i < 0 {
		t.Fatalf("%d findings, want one more than %d", len(findings), clean)
	}
	if f := findings[i]; f.Rule != "percent" || f.Expected != "1 (1.9)" || !strings.Contains(f.Reason, `right for the 67 of "Randomized to intervention (n = 67)"`) {
		t.Errorf("%+v", f)
	}
}

// The P values that the audit recomputed from the intervals (section 2b, 108 degrees of freedom) lie in the ranges
// that the printed digits allow; after Holm's correction disengagement and overall burnout stand. Differences are
// standardized by the baseline SDs of the 52 and 71, where the audit took the 67 and 71.
func TestDerive(t *testing.T) {
	p := published(t)
	p.Tables[2].Contrasts[0].DF = 108
	rows := lint.Derive(p)
	want := []struct{ p, holm, standardized float64 }{
		{.127, .65, -.26}, {.0007, .007, -.50}, {.0013, .012, -.46}, {.73, 1, -.05}, {.15, .72, -.23},
		{.044, .32, .30}, {.040, .32, .26}, {.34, 1, .15}, {.059, .36, .28}, {.47, 1, .13},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		w := want[i]
		rounding := .005
		if w.p < .05 {
			rounding = .0005
		}
		if w.p < r.P[0]-rounding || w.p > r.P[1]+rounding || w.holm < r.Holm[0]-10*rounding || w.holm > r.Holm[1]+10*rounding {
			t.Errorf("%s: P %v, Holm %v; the audit has %g and %g", r.Row, r.P, r.Holm, w.p, w.holm)
		}
		if d := r.Standardized; d == nil || d[0] < w.standardized-.005 || d[0] > w.standardized+.005 {
			t.Errorf("%s: standardized %v, want %.2f", r.Row, d, w.standardized)
		}
	}
}
