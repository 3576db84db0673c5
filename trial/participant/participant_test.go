package participant_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

func drawCode(t *rapid.T) participant.Code {
	code, err := participant.NewCode(bytes.NewReader(rapid.SliceOfN(rapid.ByteMax(231), 7, 7).Draw(t, "bytes")))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestCodeReadsBackHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := drawCode(t)
		for _, typed := range []string{string(code), strings.ToLower(string(code)), strings.ReplaceAll(string(code), "-", ""), " " + strings.ReplaceAll(string(code), "-", " ")} {
			got, err := participant.ParseCode(typed)
			if err != nil || got != code {
				t.Fatalf("ParseCode(%q) = %q, %v; want %q", typed, got, err, code)
			}
		}
	})
}

func TestCodeRefusesEachSlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(strings.ReplaceAll(string(drawCode(t)), "-", ""))
		i := rapid.IntRange(0, 7).Draw(t, "at")
		j := rapid.IntRange(0, 7).Draw(t, "with")
		swapped := bytes.Clone(b)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		if j < 7 && i < 7 && !bytes.Equal(swapped, b) {
			if got, err := participant.ParseCode(string(swapped)); err == nil {
				t.Fatalf("%s with two characters swapped is read as %s", b, got)
			}
		}
		wrong := bytes.Clone(b)
		wrong[i] = rapid.SampledFrom([]byte("23456789BCDFGHJKLMNPQRSTVWXYZ")).Draw(t, "wrong")
		if !bytes.Equal(wrong, b) {
			if got, err := participant.ParseCode(string(wrong)); err == nil {
				t.Fatalf("%s with one character wrong is read as %s", b, got)
			}
		}
	})
	for _, s := range []string{"", "7KDW", "7KDW-Q3MXX", "AEIO-UUUU", "7KDW-Q3M\x00", strings.Repeat("7", 1<<16), "７KDW-Q3M"} {
		if _, err := participant.ParseCode(s); !problem.Is(err, problem.Invalid) {
			t.Errorf("ParseCode(%.20q): %v, want an invalid problem", s, err)
		}
	}
}

func TestCodesAreSpread(t *testing.T) {
	seen := map[participant.Code]bool{}
	first := map[byte]int{}
	for range 5000 {
		code, err := participant.NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if seen[code] {
			t.Fatalf("%s was drawn twice in 5000; the chance of that is below 1 in 1000", code)
		}
		seen[code] = true
		first[code[0]]++
	}
	// 5000 draws over 29 letters: mean 172, SD 12.9; seven SD is beyond any fair source.
	for c, n := range first {
		if n < 82 || n > 262 {
			t.Errorf("%q came first %d times of 5000, about 172 expected", c, n)
		}
	}
	if len(first) != 29 {
		t.Errorf("%d first characters seen, want 29", len(first))
	}
	if _, err := participant.NewCode(bytes.NewReader(nil)); err == nil {
		t.Error("a code was drawn from an empty source")
	}
}

func TestStatusMachine(t *testing.T) {
	at := time.Date(2021, 8, 5, 12, 0, 0, 0, time.UTC)
	r := participant.Record{Code: "2222-2222", Status: participant.Listed}
	for _, to := range []participant.Status{participant.Invited, participant.Consented, participant.Waiting, participant.Enrolled, participant.Randomized, participant.Lost, participant.Completed} {
		if err := r.Pass(to, at); err != nil {
			t.Fatal(err)
		}
	}
	if r.InvitedAt == nil || r.ConsentedAt == nil || r.WaitingAt == nil || r.EnrolledAt == nil || r.RandomizedAt == nil || r.EndedAt == nil || !r.InTrial() {
		t.Errorf("a step is not stamped: %+v", r)
	}
	for _, refused := range [][2]participant.Status{
		{participant.Invited, participant.Randomized}, {participant.Randomized, participant.Waiting}, {participant.Withdrawn, participant.Consented},
		{participant.Excluded, participant.Consented}, {participant.Completed, participant.Lost}, {participant.Consented, participant.Randomized},
	} {
		r := participant.Record{Status: refused[0]}
		if err := r.Pass(refused[1], at); !problem.Is(err, problem.Conflict) || r.Status != refused[0] {
			t.Errorf("%s to %s: %v, now %s", refused[0], refused[1], err, r.Status)
		}
	}
	back := participant.Record{Status: participant.Declined, EndedAt: &at, Reason: "no time"}
	if err := back.Pass(participant.Consented, at); err != nil || back.EndedAt != nil || back.Reason != "" {
		t.Errorf("one who thinks better of it: %v, %+v", err, back)
	}
}

func TestNobodyLeavesTheFlow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := participant.Record{Status: participant.Listed}
		for range 30 {
			to := rapid.SampledFrom(participant.Statuses).Draw(t, "to")
			before := r.Status
			err := r.Pass(to, time.Time{})
			if (err == nil) != before.May(to) {
				t.Fatalf("%s to %s: %v", before, to, err)
			}
			if r.InTrial() && !(r.Status == participant.Randomized || r.Status == participant.Completed || r.Status == participant.Lost || r.Status == participant.Withdrawn) {
				t.Fatalf("randomized, and then %s", r.Status)
			}
		}
	})
}

func TestEligibility(t *testing.T) {
	criteria := []study.Criterion{
		{ID: "physician", Text: "Is a physician", Item: "role", Equals: "Physician"},
		{ID: "clinical", Text: "Sees patients", Item: "demographics.clinical", Equals: "1"},
		{ID: "no-coach", Text: "Has no coach now"},
	}
	facts := func(m map[string]string) func(string) (string, bool) {
		return func(item string) (string, bool) { v, ok := m[item]; return v, ok }
	}
	for name, c := range map[string]struct {
		facts    map[string]string
		attested map[string]bool
		want     participant.Eligibility
		eligible bool
	}{
		"all met": {map[string]string{"role": " physician ", "demographics.clinical": "1"}, map[string]bool{"no-coach": true},
			participant.Eligibility{Met: []string{"physician", "clinical", "no-coach"}}, true},
		"not yet asked": {map[string]string{"role": "Physician"}, nil,
			participant.Eligibility{Met: []string{"physician"}, Open: []string{"clinical", "no-coach"}}, false},
		"two fail": {map[string]string{"role": "Nurse", "demographics.clinical": "1"}, map[string]bool{"no-coach": false},
			participant.Eligibility{Met: []string{"clinical"}, Failed: []string{"physician", "no-coach"}}, false},
	} {
		got := participant.Evaluate(criteria, facts(c.facts), c.attested)
		if !equal(got, c.want) || got.Eligible() != c.eligible {
			t.Errorf("%s: %+v, eligible %v", name, got, got.Eligible())
		}
	}
}

func equal(a, b participant.Eligibility) bool {
	join := func(e participant.Eligibility) string {
		return strings.Join(e.Met, ",") + "|" + strings.Join(e.Failed, ",") + "|" + strings.Join(e.Open, ",")
	}
	return join(a) == join(b)
}

func TestUse(t *testing.T) {
	for use, want := range map[participant.Use][3]bool{
		"":                      {true, true, true},
		participant.KeepAll:     {true, true, true},
		participant.StopContact: {false, true, true},
		participant.UntilNow:    {false, false, true},
		participant.RemoveData:  {false, false, false},
	} {
		if got := [3]bool{use.Contact(), use.Collect(), use.Analyse()}; got != want {
			t.Errorf("%q: contact, collect, analyse %v, want %v", use, got, want)
		}
	}
	if _, err := participant.ParseUse("everything"); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "until-now") {
		t.Errorf("an unknown choice: %v", err)
	}
	if u, err := participant.ParseUse("until-now"); err != nil || u != participant.UntilNow {
		t.Error(u, errors.Unwrap(err))
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"7KDW-Q3M9", "7kdw q3m9", "", "-", "2222-2222", "7KDW-Q3M\xff", "７KDW-Q3M9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := participant.ParseCode(s)
		if err != nil {
			return
		}
		if again, err := participant.ParseCode(string(code)); err != nil || again != code || len(code) != 9 {
			t.Fatalf("%q is read as %q, and that as %q, %v", s, code, again, err)
		}
	})
}
