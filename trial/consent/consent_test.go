package consent_test

import (
	"strings"
	"testing"
	"time"

	"rekindle/problem"
	"rekindle/trial/consent"
	"rekindle/trial/study"
)

func day(s string) study.Date {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return study.Date{Time: t}
}

var versions = []study.Consent{
	{Version: "1", Effective: day("2021-06-01"), Text: "We ask you to take part.", Questions: []study.ConsentQuestion{
		{Text: "May you stop at any time?", Choices: []string{"No", "Yes"}, Answer: 1},
	}},
	{Version: "2", Effective: day("2021-09-01"), Text: "We ask you to take part. A survey is added."},
}

func TestInForce(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, want string }{
		{"2021-06-01T04:00:00Z", "1"}, // midnight in New York
		{"2021-08-31T23:00:00Z", "1"},
		{"2021-09-01T03:59:59Z", "1"}, // still the 31st there
		{"2021-09-01T04:00:00Z", "2"},
		{"2030-01-01T00:00:00Z", "2"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := consent.InForce(versions, at, zone)
		if err != nil || got.Version != c.want {
			t.Errorf("%s: version %q, %v; want %s", c.at, got.Version, err, c.want)
		}
	}
	if _, err := consent.InForce(versions, time.Date(2021, 5, 1, 0, 0, 0, 0, time.UTC), zone); !problem.Is(err, problem.Conflict) {
		t.Errorf("before the first version: %v", err)
	}
	if _, err := consent.InForce(nil, time.Now(), zone); !problem.Is(err, problem.Conflict) {
		t.Errorf("without versions: %v", err)
	}
}

func TestHashCoversAllThatIsShown(t *testing.T) {
	base := consent.Hash(versions[0])
	for name, change := range map[string]func(*study.Consent){
		"version": func(c *study.Consent) { c.Version = "1a" },
		"text":    func(c *study.Consent) { c.Text += " " },
		"question": func(c *study.Consent) {
			c.Questions = []study.ConsentQuestion{{Text: "May you stop?", Choices: []string{"No", "Yes"}, Answer: 1}}
		},
		"choices": func(c *study.Consent) {
			c.Questions = []study.ConsentQuestion{{Text: "May you stop at any time?", Choices: []string{"NoYes"}}}
		},
	} {
		c := versions[0]
		change(&c)
		if consent.Hash(c) == base {
			t.Errorf("a changed %s leaves the hash as it was", name)
		}
	}
	if len(base) != 64 || consent.Hash(versions[0]) != base {
		t.Errorf("hash %q", base)
	}
}

func TestDue(t *testing.T) {
	signed := []consent.Signature{{Version: "1", Hash: consent.Hash(versions[0])}}
	if consent.Due(signed, versions[0]) || !consent.Due(signed, versions[1]) || !consent.Due(nil, versions[0]) {
		t.Error("a version is due until it is signed, and not after")
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		name    string
		choices []int
		want    []string // parts of the message; none: accepted
	}{
		"good":           {"Ada Lovelace", []int{1}, nil},
		"spaces around":  {"  Łucja Ó Briain-山田 ", []int{1}, nil},
		"no name":        {"   ", []int{1}, []string{"No name"}},
		"digits only":    {"12345", []int{1}, []string{"no letter"}},
		"control":        {"Ada\x00Lovelace", []int{1}, []string{"printable"}},
		"invalid UTF-8":  {"Ada\xff", []int{1}, []string{"printable"}},
		"ten thousand":   {strings.Repeat("a", 10_000), []int{1}, []string{"200"}},
		"wrong choice":   {"Ada", []int{0}, []string{"questions[0]"}},
		"out of choices": {"Ada", []int{-7}, []string{"questions[0]"}},
		"unanswered":     {"Ada", nil, []string{"0 of 1"}},
		"two at once":    {"", []int{0}, []string{"No name", "questions[0]"}},
	} {
		err := consent.Check(versions[0], c.name, c.choices)
		if len(c.want) == 0 && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) || !problem.Is(err, problem.Invalid) {
				t.Errorf("%s: %v, want %q in it", name, err, part)
			}
		}
	}
}
