package coach_test

import (
	"strings"
	"testing"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/study"
)

func TestSupervise(t *testing.T) {
	certified := at("2021-08-01T00:00:00Z")
	attended := []coach.Attendance{{Ended: at("2021-09-20T12:00:00Z"), Minutes: 60}, {Ended: at("2021-09-01T12:00:00Z"), Minutes: 30}}
	for name, c := range map[string]struct {
		plan    study.Coaching
		since   *time.Time
		when    string
		lately  int
		due     string // empty: nothing is asked for
		overdue bool
	}{
		"nothing is asked for":       {study.Coaching{}, &certified, "2022-01-01T00:00:00Z", 90, "", false},
		"not certified":              {study.Coaching{SupervisionEvery: 30}, nil, "2022-01-01T00:00:00Z", 0, "", false},
		"after the latest":           {study.Coaching{SupervisionEvery: 30}, &certified, "2021-10-01T00:00:00Z", 90, "2021-10-20T12:00:00Z", false},
		"at the moment it is due":    {study.Coaching{SupervisionEvery: 30}, &certified, "2021-10-20T12:00:00Z", 0, "2021-10-20T12:00:00Z", true},
		"the minutes take two":       {study.Coaching{SupervisionEvery: 30, SupervisionMinutes: 90}, &certified, "2021-09-25T00:00:00Z", 90, "2021-10-01T12:00:00Z", false},
		"the first is past":          {study.Coaching{SupervisionEvery: 30, SupervisionMinutes: 90}, &certified, "2021-10-02T00:00:00Z", 60, "2021-10-01T12:00:00Z", true},
		"never enough":               {study.Coaching{SupervisionEvery: 30, SupervisionMinutes: 91}, &certified, "2021-09-25T00:00:00Z", 90, "2021-08-31T00:00:00Z", true},
		"certified again since then": {study.Coaching{SupervisionEvery: 30}, new(at("2021-10-01T00:00:00Z")), "2021-10-29T00:00:00Z", 0, "2021-10-31T00:00:00Z", false},
	} {
		s := coach.Supervise(c.plan, c.since, attended, at(c.when))
		due := ""
		if s.Due != nil {
			due = s.Due.Format(time.RFC3339)
		}
		if s.Minutes != 90 || s.Lately != c.lately || due != c.due || s.Overdue != c.overdue || s.Last == nil || !s.Last.Equal(attended[0].Ended) {
			t.Errorf("%s: %+v, due %s", name, s, due)
		}
	}
	if s := coach.Supervise(study.Coaching{SupervisionEvery: 30}, &certified, nil, at("2021-08-30T00:00:00Z")); s.Overdue || s.Last != nil {
		t.Errorf("the first month: %+v", s)
	}
}

func TestCheckDifficulty(t *testing.T) {
	coachees := []coach.Known{{Code: "7KDW-Q3M9", Name: "Dr. Ana María Long-Núñez", Email: "along@hospital.example"}, {Code: "9KDW-Q3M7", Name: "Will Van Ho"}, {}}
	for _, text := range []string{
		"How do I go on with Ana?", "ANA says so", "What María wants", "Long hours", "ask Núñez", "dr. ana maría long-núñez", "mail ALONG@hospital.example!",
		"It is 7kdw-q3m9", "It is 7KDW Q3M9.", "Will does not come", "my coachee (Will)",
	} {
		if err := coach.CheckDifficulty(text, coachees); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "names one") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"A coachee works long hours and will not stop.", "Somebody from Montana", "In a banana republic", "Dr. who?", "Anabel, my colleague", "ho hum Ho", "The van is long",
	} {
		if err := coach.CheckDifficulty(text, coachees); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := coach.CheckDifficulty(strings.Repeat("ü", 4000), coachees); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"", " \n", strings.Repeat("ü", 4001)} {
		if err := coach.CheckDifficulty(text, coachees); !problem.Is(err, problem.Invalid) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}
