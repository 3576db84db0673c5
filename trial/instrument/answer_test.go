package instrument_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/instrument"
)

func TestReadAnswer(t *testing.T) {
	cases := []struct {
		instrument, item, text string
		want                   instrument.Answer
		wrong                  string // part of the message; empty: accepted
	}{
		{"pfi16", "PF1", "3", "3", ""},
		{"pfi16", "PF1", " 3.0 ", "3", ""},
		{"pfi16", "PF1", "", instrument.Blank, ""},
		{"pfi16", "PF1", "declined", instrument.Declined, ""},
		{"pfi16", "PF1", "5", "", `PF1: "5" is not an answer. Allowed: 0, 1, 2, 3, 4; declined`},
		{"pfi16", "PF1", "-1", "", "Allowed: 0, 1, 2, 3, 4"},
		{"pfi16", "PF1", "2.5", "", "Allowed: 0, 1, 2, 3, 4"},
		{"pfi16", "PF1", "NA", "", "Allowed: 0, 1, 2, 3, 4"},
		{"qol_vas", "QL1", "100", "100", ""},
		{"qol_vas", "QL1", "59.5", "", "a whole number from 0 to 100"},
		{"qol_vas", "QL1", "101", "", "a whole number from 0 to 100"},
		{"qol_vas", "QL1", "NaN", "", "a whole number from 0 to 100"},
		{"qol_vas", "QL1", "0x10", "", "a whole number from 0 to 100"},
		{"demographics", "years_in_practice", "12.50", "12.5", ""},
		{"demographics", "years_in_practice", "Inf", "", "a number from 0 to 70"},
		{"demographics", "gender", "undisclosed", "undisclosed", ""},
		{"demographics", "gender", "declined", "", "Allowed: woman, man, nonbinary, undisclosed"},
		{"demographics", "gender", "Woman", "", "Allowed: woman"},
		{"demographics", "race_ethnicity", "white asian", "asian white", ""},
		{"demographics", "race_ethnicity", "none", instrument.None, ""},
		{"demographics", "race_ethnicity", "white white", "", "any of american_indian, asian"},
		{"demographics", "race_ethnicity", "white green", "", "any of american_indian, asian"},
		{"themes", "changes", "declined", "declined", ""},
		{"themes", "changes", "bell \a", "", "control characters"},
		{"themes", "changes", strings.Repeat("x", 10_001), "", "10001 bytes"},
	}
	for _, c := range cases {
		it, ok := find(t, c.instrument).FindItem(c.item)
		if !ok {
			t.Fatalf("no item %s", c.item)
		}
		got, p := it.Read(c.text)
		switch {
		case c.wrong == "" && p != nil:
			t.Errorf("%s %q: %v", c.item, c.text, p)
		case c.wrong != "" && (p == nil || !strings.Contains(p.Error(), c.wrong)):
			t.Errorf("%s %q: %v, want %q", c.item, c.text, p, c.wrong)
		case got != c.want:
			t.Errorf("%s %q is %q, want %q", c.item, c.text, got, c.want)
		}
	}
}

// What Read gives, Read gives again, and Check has nothing against it.
func TestReadIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstrument(t)
		a := drawAnswers(t, in)
		for id, text := range a {
			it, _ := in.FindItem(id)
			once, p := it.Read(string(text))
			if p != nil {
				t.Fatal(p)
			}
			if twice, p := it.Read(string(once)); p != nil || twice != once {
				t.Errorf("%s: %q, then %q, %v", id, once, twice, p)
			}
		}
		if err := in.Check(a); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckAndScoreFindEveryMistake(t *testing.T) {
	in := find(t, "phq2")
	a := instrument.Answers{"PH1": "4", "PH2": "x", "PH3": "1"}
	_, err := in.Score(a)
	for _, err := range []error{in.Check(a), err} {
		if err == nil {
			t.Fatal("accepted")
		}
		for _, part := range []string{"PH1", "PH2", `phq2 has no item "PH3"`, "Allowed: 0, 1, 2, 3"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("no %q in:\n%v", part, err)
			}
		}
	}
}

func TestUnanswered(t *testing.T) {
	in := find(t, "demographics")
	blank, required := in.Unanswered(instrument.Answers{"gender": "woman", "employment": instrument.Declined})
	if len(blank) != 9 || strings.Join(required, " ") != "department_of_medicine" {
		t.Errorf("blank %v, required %v", blank, required)
	}
}
