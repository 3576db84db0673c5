package coach_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/study"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCertified(t *testing.T) {
	expires := at("2022-01-01T00:00:00Z")
	needed := []string{"training", "examination"}
	for name, c := range map[string]struct {
		done             []coach.Step
		at               string
		valid            bool
		missing, expired string
	}{
		"nothing done":    {nil, "2021-08-01T00:00:00Z", false, "training,examination", ""},
		"one of two":      {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}}, "2021-08-01T00:00:00Z", false, "examination", ""},
		"both":            {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}, {Name: "examination", Done: at("2021-06-01T00:00:00Z"), Expires: &expires}}, "2021-08-01T00:00:00Z", true, "", ""},
		"expired":         {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}, {Name: "examination", Done: at("2021-06-01T00:00:00Z"), Expires: &expires}}, "2022-01-01T00:00:00Z", false, "", "examination"},
		"renewed":         {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}, {Name: "examination", Done: at("2021-06-01T00:00:00Z"), Expires: &expires}, {Name: "examination", Done: at("2021-12-01T00:00:00Z")}}, "2022-01-01T00:00:00Z", true, "", ""},
		"done in future":  {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}, {Name: "examination", Done: at("2023-06-01T00:00:00Z")}}, "2022-01-01T00:00:00Z", false, "examination", ""},
		"steps not asked": {[]coach.Step{{Name: "training", Done: at("2021-05-01T00:00:00Z")}, {Name: "examination", Done: at("2021-05-02T00:00:00Z")}, {Name: "golf", Done: at("2021-05-03T00:00:00Z"), Expires: &expires}}, "2023-01-01T00:00:00Z", true, "", ""},
	} {
		got := coach.Certified(needed, c.done, at(c.at))
		if got.Valid() != c.valid || strings.Join(got.Missing, ",") != c.missing || strings.Join(got.Expired, ",") != c.expired {
			t.Errorf("%s: %+v", name, got)
		}
		if (got.Problem() == nil) != c.valid || c.valid != (got.Since != nil) {
			t.Errorf("%s: problem %v, since %v", name, got.Problem(), got.Since)
		}
	}
	if c := coach.Certified(nil, nil, at("2021-01-01T00:00:00Z")); !c.Valid() {
		t.Error("a protocol that asks for no step certifies everybody")
	}
}

func TestConflict(t *testing.T) {
	columns := []string{"division", "supervisor"}
	c := map[string]string{"email": "Coach@x.org", "division": "Cardiology", "supervisor": "chief@x.org"}
	for name, tc := range map[string]struct {
		participant map[string]string
		column      string
	}{
		"nothing shared":          {map[string]string{"email": "p@x.org", "division": "Renal", "supervisor": "other@x.org"}, ""},
		"same division":           {map[string]string{"division": " cardiology "}, "division"},
		"same supervisor":         {map[string]string{"division": "Renal", "supervisor": "CHIEF@x.org"}, "supervisor"},
		"coach is the supervisor": {map[string]string{"supervisor": "coach@x.org"}, "supervisor"},
		"supervises the coach":    {map[string]string{"email": "chief@x.org", "division": "Renal"}, "supervisor"},
		"both blank":              {map[string]string{"division": "", "supervisor": " "}, ""},
		"the same person":         {map[string]string{"email": "coach@X.org"}, "email"},
	} {
		column, found := coach.Conflict(columns, c, tc.participant)
		if column != tc.column || found != (tc.column != "") {
			t.Errorf("%s: %q, %v", name, column, found)
		}
	}
	if _, found := coach.Conflict(columns, map[string]string{}, map[string]string{}); found {
		t.Error("two empty rows share nothing")
	}
}

func TestHoursByTheWallClock(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := coach.Coach{Hours: []coach.Hours{{time.Sunday, 60, 240}, {time.Sunday, 13 * 60, 17 * 60}, {time.Monday, 0, 1440}}}
	show := func(from, to string) string {
		var out []string
		for _, s := range c.Open(at(from), at(to), zone) {
			out = append(out, s.From.In(zone).Format("02T15:04-07")+"/"+s.To.In(zone).Format("02T15:04-07"))
		}
		return strings.Join(out, " ")
	}
	// November 7, 2021, had 25 hours: 01:00-04:00 lasts four of them. March 13, 2022, had 23: 01:00-04:00 lasts two.
	if got, want := show("2021-11-07T00:00:00-04:00", "2021-11-08T00:00:00-05:00"), "07T01:00-04/07T04:00-05 07T13:00-05/07T17:00-05"; got != want {
		t.Errorf("autumn: %s, want %s", got, want)
	}
	if got, want := show("2022-03-13T00:00:00-05:00", "2022-03-14T00:00:00-04:00"), "13T01:00-05/13T04:00-04 13T13:00-04/13T17:00-04"; got != want {
		t.Errorf("spring: %s, want %s", got, want)
	}
	skipped := coach.Coach{Hours: []coach.Hours{{time.Sunday, 150, 240}}} // 02:30 is skipped in spring
	if got := skipped.Open(at("2022-03-13T00:00:00-05:00"), at("2022-03-14T00:00:00-04:00"), zone); len(got) != 1 || !got[0].From.Equal(at("2022-03-13T03:00:00-04:00")) || !got[0].To.Equal(at("2022-03-13T04:00:00-04:00")) {
		t.Errorf("hours that begin in the skipped hour: %v", got)
	}
	c.Away = []coach.Span{{at("2021-11-07T13:30:00-05:00"), at("2021-11-07T14:00:00-05:00")}, {at("2021-11-07T13:45:00-05:00"), at("2021-11-07T15:00:00-05:00")}}
	if got, want := show("2021-11-07T12:00:00-05:00", "2021-11-08T10:00:00-05:00"), "07T13:00-05/07T13:30-05 07T15:00-05/07T17:00-05 08T00:00-05/08T10:00-05"; got != want {
		t.Errorf("with leave: %s, want %s", got, want)
	}
	if c.Covers(coach.Span{From: at("2021-11-07T13:00:00-05:00"), To: at("2021-11-07T14:00:00-05:00")}, zone) {
		t.Error("the coach is away for half of it")
	}
	if !c.Covers(coach.Span{From: at("2021-11-07T15:30:00-05:00"), To: at("2021-11-07T17:00:00-05:00")}, zone) {
		t.Error("90 minutes up to the last minute of the hours")
	}
}

func TestOpenIsInOrderAndNeverOverlaps(t *testing.T) {
	zones := []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		var c coach.Coach
		for range rapid.IntRange(0, 6).Draw(t, "stretches") {
			from := rapid.IntRange(0, 1430).Draw(t, "from")
			h := coach.Hours{Day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), From: from, To: rapid.IntRange(from+1, 1440).Draw(t, "to")}
			if coach.CheckHours(append(slices.Clone(c.Hours), h)) == nil {
				c.Hours = append(c.Hours, h)
			}
		}
		from := time.Unix(rapid.Int64Range(1.4e9, 1.8e9).Draw(t, "start"), 0)
		to := from.Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "minutes")) * time.Minute)
		for range rapid.IntRange(0, 3).Draw(t, "leaves") {
			start := from.Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "leave")) * time.Minute)
			c.Away = append(c.Away, coach.Span{From: start, To: start.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "length")) * time.Minute)})
		}
		last := from
		for _, s := range c.Open(from, to, zone) {
			if s.From.Before(last) || !s.From.Before(s.To) || s.To.After(to) {
				t.Fatalf("%v after %v, until %v", s, last, to)
			}
			last = s.To
			for _, away := range c.Away {
				if s.From.Before(away.To) && away.From.Before(s.To) {
					t.Fatalf("open %v while away %v", s, away)
				}
			}
			if !c.Covers(s, zone) {
				t.Fatalf("an open stretch %v is not covered", s)
			}
		}
	})
}

func TestCheckHoursAndProfile(t *testing.T) {
	for name, week := range map[string][]coach.Hours{
		"backwards": {{time.Monday, 600, 540}}, "beyond midnight": {{time.Monday, 600, 1441}}, "no such day": {{7, 600, 660}},
		"negative": {{time.Monday, -1, 60}}, "overlap": {{time.Monday, 540, 720}, {time.Monday, 700, 800}},
	} {
		if err := coach.CheckHours(week); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := coach.CheckHours([]coach.Hours{{time.Monday, 540, 720}, {time.Monday, 720, 800}, {time.Tuesday, 540, 720}}); err != nil {
		t.Error(err)
	}
	p := coach.Profile{Biography: strings.Repeat("x", 5000), Modes: []string{"phone", "telegraph"}, Topics: []string{"golf"}, Room: "http://video.example.org"}
	for _, part := range []string{"biography", "telegraph", "golf", "room"} {
		if err := p.Check([]string{"phone", "video"}, []string{"workload"}); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), part) {
			t.Error(err)
		}
	}
	p = coach.Profile{Topics: []string{"workload"}, Room: "https://video.example.org/r/1", Phone: "617-555-0100"}
	if err := p.Check(nil, []string{"workload"}); err != nil || p.Public().Room != "" || p.Public().Phone != "" {
		t.Errorf("%+v, %v", p.Public(), err)
	}
	if !(coach.Profile{}).Offers("video") || (coach.Profile{Modes: []string{"phone"}}).Offers("video") {
		t.Error("no modes stands for all of them")
	}
}

func TestRoom(t *testing.T) {
	left := at("2021-10-01T00:00:00Z")
	if !(coach.Coach{Caseload: 2}).Room(1) || (coach.Coach{Caseload: 2}).Room(2) || (coach.Coach{}).Room(0) || (coach.Coach{Caseload: 2, LeftAt: &left}).Room(0) {
		t.Error("room is a place below the caseload, with a coach who has not left")
	}
}

func TestHoursOfSingleDates(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := coach.Coach{Hours: []coach.Hours{{Day: time.Monday, From: 540, To: 720}, {Day: time.Tuesday, From: 540, To: 720}},
		Dates: []coach.Date{{On: study.Day(2021, 11, 8)}, {On: study.Day(2021, 11, 9), From: 1020, To: 1140}, {On: study.Day(2021, 11, 9), From: 420, To: 480}, {On: study.Day(2021, 11, 13), From: 600, To: 660}},
		Away:  []coach.Span{{From: at("2021-11-16T00:00:00-05:00"), To: at("2021-11-17T00:00:00-05:00")}}}
	var got []string
	for _, s := range c.Open(at("2021-11-08T00:00:00-05:00"), at("2021-11-17T00:00:00-05:00"), zone) {
		got = append(got, s.From.In(zone).Format("Mon 2 15:04")+s.To.In(zone).Format("-15:04"))
	}
	// Monday off, Tuesday early and late instead of the morning, one Saturday, then a week as ever until leave begins.
	if want := "Tue 9 07:00-08:00, Tue 9 17:00-19:00, Sat 13 10:00-11:00, Mon 15 09:00-12:00"; strings.Join(got, ", ") != want {
		t.Errorf("open %v, want %s", got, want)
	}
	if err := coach.CheckDates(c.Dates); err != nil {
		t.Error(err)
	}
	for name, dates := range map[string][]coach.Date{
		"no date":            {{From: 60, To: 120}},
		"backwards":          {{On: study.Day(2021, 11, 9), From: 120, To: 60}},
		"past midnight":      {{On: study.Day(2021, 11, 9), From: 120, To: 1500}},
		"overlapping":        {{On: study.Day(2021, 11, 9), From: 60, To: 120}, {On: study.Day(2021, 11, 9), From: 100, To: 160}},
		"off and not at all": {{On: study.Day(2021, 11, 9), From: 60, To: 120}, {On: study.Day(2021, 11, 9)}},
	} {
		if err := coach.CheckDates(dates); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !c.OnLeave(coach.Span{From: at("2021-11-15T23:30:00-05:00"), To: at("2021-11-16T00:30:00-05:00")}) || c.OnLeave(coach.Span{From: at("2021-11-15T23:00:00-05:00"), To: at("2021-11-16T00:00:00-05:00")}) {
		t.Error("leave touches what overlaps it, not what ends as it begins")
	}
}

func TestLimits(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	// Friday evening, Sunday late (already Monday in UTC), and the Monday after.
	starts := []time.Time{at("2021-11-05T17:00:00-04:00"), at("2021-11-07T23:00:00-05:00"), at("2021-11-08T09:00:00-05:00")}
	for name, c := range map[string]struct {
		limits coach.Limits
		start  string
		want   bool
	}{
		"no limits":                    {coach.Limits{}, "2021-11-08T10:00:00-05:00", false},
		"one a day, that day":          {coach.Limits{Day: 1}, "2021-11-08T22:00:00-05:00", true},
		"one a day, another":           {coach.Limits{Day: 1}, "2021-11-09T09:00:00-05:00", false},
		"two a week, from Monday":      {coach.Limits{Week: 2}, "2021-11-01T09:00:00-04:00", true},
		"Sunday night ends a week":     {coach.Limits{Week: 2}, "2021-11-08T12:00:00-05:00", false},
		"three a week leave one":       {coach.Limits{Week: 3}, "2021-11-06T09:00:00-04:00", false},
		"both, the week is the reason": {coach.Limits{Day: 5, Week: 1}, "2021-11-12T09:00:00-05:00", true},
	} {
		if got := c.limits.Reached(starts, at(c.start), zone); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if err := (coach.Limits{Day: -1}).Check(); !problem.Is(err, problem.Invalid) {
		t.Errorf("below nothing: %v", err)
	}
}
