package study_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/trial/study"
)

func load(t testing.TB, name string) *study.Protocol {
	t.Helper()
	p, err := study.Read(name, strings.NewReader(shipped(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestPublishedTrial holds the protocol to the Methods and Results of the paper.
func TestPublishedTrial(t *testing.T) {
	p := load(t, "kiser2024.toml")
	if e := p.Enrolment; e.Cap != 138 || e.Goal != 100 || e.Invitations != 3247 || len(e.Announcements) != 2 || e.Opens.String() != "2021-08-05" || e.Closes.String() != "2021-12-01" {
		t.Errorf("enrolment %+v", e)
	}
	if !slices.Equal(p.ArmIDs(), []string{"coaching", "control"}) || p.RatioSum() != 2 {
		t.Errorf("arms %v, ratios add up to %d", p.ArmIDs(), p.RatioSum())
	}
	if c, ok := p.ControlArm(); !ok || c.ID != "control" || c.Unlock.AfterVisit != "month3" || len(c.Resources) == 0 {
		t.Errorf("control %+v", c)
	}
	if c := p.Coaching; c.TotalMinutes() != 390 || len(c.Sessions) != 6 || c.Framework(1)[0] != "Introductions" || c.Framework(6)[2] != "Generative moment" || c.Framework(0) != nil {
		t.Errorf("coaching %+v", p.Coaching)
	}
	if o, ok := p.Primary(); !ok || o.ID != "overall_burnout" || o.Score != "pfi_burnout" {
		t.Errorf("primary %+v", o)
	}
	table3 := []string{"work_exhaustion", "interpersonal_disengagement", "overall_burnout", "emotional_exhaustion", "depersonalization",
		"professional_fulfillment", "work_engagement", "work_relationships", "self_valuation", "quality_of_life"}
	for i, o := range p.Outcomes {
		if o.ID != table3[i] || o.InFile() != table3[i] {
			t.Errorf("outcome %d is %s", i+1, o.ID)
		}
	}
	if b, ok := p.Baseline(); !ok || b.ID != "baseline" || !b.Baseline {
		t.Errorf("baseline %+v", b)
	}
	if e, ok := p.Endpoint(); !ok || e.ID != "month3" || e.Day != 91 {
		t.Errorf("endpoint %+v", e)
	}
	if s, ok := p.DefaultPopulation(); !ok || s.ID != "mitt" || s.MinSessions != 1 {
		t.Errorf("default population %+v", s)
	}
	// $1556.73 with training and $969.23 without, per head of the 52 coached, leave $30,550 for training.
	if training := float64(p.Coaching.Coaches)*p.Cost.Stipend + p.Cost.Lines[0].Amount; training != 30550 || p.Cost.HourlyRate != 200 || p.Cost.Benchmark != 1400 {
		t.Errorf("training costs %v, %+v", training, p.Cost)
	}
	if _, ok := p.Visit("month6"); ok {
		t.Error("a visit that is not there is found")
	}
	// Mean and SD of sessions among starters, as printed: 5.6 (1.3). Those who stop have 1 to few_up_to, equally likely.
	s, n := p.Simulation, 6.0
	mean := n - s.FewSessions*(n-float64(1+s.FewUpTo)/2)
	square := n * n * (1 - s.FewSessions)
	for k := 1; k <= s.FewUpTo; k++ {
		square += s.FewSessions / float64(s.FewUpTo) * float64(k*k)
	}
	if variance := square - mean*mean; mean < 5.55 || mean >= 5.65 || variance < 1.25*1.25 || variance >= 1.35*1.35 {
		t.Errorf("sessions: mean %.3f, variance %.3f", mean, variance)
	}
}

func TestSecondTrial(t *testing.T) {
	p := load(t, "dyrbye2019.toml")
	if p.Coaching.TotalMinutes() != 210 || p.Coaching.Sessions[0] != 60 || p.Enrolment.Cap != 88 || p.Cost.HourlyRate*3.5 != 1400 {
		t.Errorf("%+v", p.Coaching)
	}
}

func TestVisitWindowKeepsItsDaysWhereClocksChange(t *testing.T) {
	p := load(t, "kiser2024.toml")
	v, _ := p.Visit("month3")
	// Randomized on August 20, 2021, late in the evening of New York; daylight saving ended on November 7.
	opens, due, closes := p.VisitWindow(v, moment(t, "2021-08-21T03:30:00Z"))
	for got, want := range map[time.Time]string{opens: "2021-11-12T00:00:00-05:00", due: "2021-11-19T00:00:00-05:00", closes: "2021-12-20T00:00:00-05:00"} {
		if got.Format(time.RFC3339) != want {
			t.Errorf("got %s, want %s", got.Format(time.RFC3339), want)
		}
	}
	b, _ := p.Baseline()
	first, last := p.EnrolmentWindow()
	opens, _, closes = p.VisitWindow(b, first)
	if !opens.Equal(first) || !closes.Equal(last) || last.Format(time.RFC3339) != "2021-12-02T00:00:00-05:00" {
		t.Errorf("baseline %s to %s, enrolment to %s", opens, closes, last)
	}
	from, until := p.CoachingPeriod(moment(t, "2021-08-21T03:30:00Z"))
	if !from.Equal(moment(t, "2021-08-21T03:30:00Z")) || until.Format(time.RFC3339) != "2021-11-20T00:00:00-05:00" {
		t.Errorf("coaching %s to %s", from, until)
	}
}

func TestWindowsHaveWholeDaysInEveryZone(t *testing.T) {
	zones := []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "UTC", "America/Havana"}
	rapid.Check(t, func(t *rapid.T) {
		p := &study.Protocol{Timezone: rapid.SampledFrom(zones).Draw(t, "zone")}
		v := study.Visit{Day: rapid.IntRange(1, 400).Draw(t, "day"), WindowAfter: rapid.IntRange(0, 60).Draw(t, "after")}
		v.WindowBefore = rapid.IntRange(0, v.Day).Draw(t, "before")
		anchor := time.Unix(rapid.Int64Range(1_100_000_000, 1_900_000_000).Draw(t, "anchor"), 0)
		opens, due, closes := p.VisitWindow(v, anchor)
		if opens.After(due) || !due.Before(closes) {
			t.Fatalf("%s, %s, %s are out of order", opens, due, closes)
		}
		zone := p.Location()
		start := study.DateOf(anchor, zone)
		for _, m := range []struct {
			at   time.Time
			days int
		}{{opens, v.Day - v.WindowBefore}, {due, v.Day}, {closes, v.Day + v.WindowAfter + 1}} {
			want := start.After(m.days)
			if got := study.DateOf(m.at, zone); got != want && zoneHas(want, zone) {
				t.Fatalf("%s is on %s, not %s", m.at, got, want)
			}
			if before := study.DateOf(m.at.Add(-time.Second), zone); before == want {
				t.Fatalf("%s does not begin its day", m.at)
			}
		}
	})
}

// zoneHas reports whether a day exists in a zone: Samoa left out December 30, 2011.
func zoneHas(d study.Date, zone *time.Location) bool {
	return study.DateOf(d.Start(zone), zone) == d
}

func TestDayBeginsWhereMidnightIsSkipped(t *testing.T) {
	for zone, c := range map[string]struct{ day, want string }{
		"America/Havana":    {"2021-03-14", "2021-03-14T01:00:00-04:00"}, // clocks go from 00:00 to 01:00
		"America/Sao_Paulo": {"2018-11-04", "2018-11-04T01:00:00-02:00"},
		"Asia/Beirut":       {"2021-03-28", "2021-03-28T01:00:00+03:00"},
		"America/New_York":  {"2021-03-14", "2021-03-14T00:00:00-05:00"},
	} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := study.ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Start(where).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: got %s, want %s", zone, got, c.want)
		}
	}
}

func TestMessageTimes(t *testing.T) {
	p := load(t, "kiser2024.toml")
	message := func(id string) study.Message {
		i := slices.IndexFunc(p.Messages, func(m study.Message) bool { return m.ID == id })
		return p.Messages[i]
	}
	v, _ := p.Visit("month3")
	_, due, _ := p.VisitWindow(v, moment(t, "2021-08-10T15:00:00Z"))
	for _, c := range []struct {
		message study.Message
		anchor  time.Time
		want    string
	}{
		// Both at eight in the morning, although clocks change on November 7 between them.
		{message("survey"), due, "2021-11-02T08:00:00-04:00"},
		{message("survey-reminder"), due, "2021-11-09T08:00:00-05:00 2021-11-14T08:00:00-05:00 2021-11-19T08:00:00-05:00 2021-11-26T08:00:00-05:00 2021-12-04T08:00:00-05:00"},
		{message("choose-coach"), moment(t, "2021-11-05T18:30:15Z"), "2021-11-07T14:30:15-05:00 2021-11-14T14:30:15-05:00"},
		// Eleven hours before ten in the morning, across midnight.
		{study.Message{Days: []int{0}, Hours: -11}, moment(t, "2021-09-02T14:00:00Z"), "2021-09-01T23:00:00-04:00"},
		{message("session-tomorrow"), moment(t, "2021-11-07T15:00:00Z"), "2021-11-06T10:00:00-04:00"},
		// Half past two does not exist on March 14, 2021: the mail goes out when clocks have moved.
		{study.Message{Days: []int{1}}, moment(t, "2021-03-13T07:30:00Z"), "2021-03-14T03:00:00-04:00"},
	} {
		var got []string
		for _, at := range p.MessageTimes(c.message, c.anchor) {
			got = append(got, at.Format(time.RFC3339))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.message.ID, got, c.want)
		}
	}
}

func TestCells(t *testing.T) {
	p := load(t, "kiser2024.toml")
	cells, sum := p.Cells(), 0.0
	for _, c := range cells {
		sum += c.Expected
	}
	if len(cells) != 8 || strings.Join(cells[0].Levels, "/") != "woman/yes" || strings.Join(cells[7].Levels, "/") != "undisclosed/no" || sum < 0.999 || sum > 1.001 {
		t.Errorf("%d cells, %v, shares add up to %v", len(cells), cells, sum)
	}
	if cells := (&study.Protocol{}).Cells(); len(cells) != 1 || len(cells[0].Levels) != 0 || cells[0].Expected != 1 {
		t.Errorf("without factors: %v", cells)
	}
	d := load(t, "dyrbye2019.toml")
	if l, ok := d.Strata[0].LevelOf("nonbinary"); !ok || l.ID != "other" {
		t.Errorf("nonbinary belongs to %+v", l)
	}
	if _, ok := d.Strata[0].LevelOf("other"); ok {
		t.Error("the level's id is taken for one of its codes")
	}
}

func TestFill(t *testing.T) {
	m := study.Message{Subject: "For {{name}}", Body: "Dear {{ name }}, {{link}} {{gap}}"}
	subject, body := m.Fill(map[string]string{"name": "Ada\r\nBcc: all@example.org", "link": "{{name}}"})
	if subject != "For Ada Bcc: all@example.org" || body != "Dear Ada\r\nBcc: all@example.org, {{name}} {{gap}}" {
		t.Errorf("got %q, %q", subject, body)
	}
}

func TestDateInJSON(t *testing.T) {
	d := study.Day(2021, time.August, 5)
	text, err := json.Marshal(map[string]study.Date{"day": d, "none": {}})
	if err != nil || string(text) != `{"day":"2021-08-05","none":""}` {
		t.Fatalf("got %s, %v", text, err)
	}
	var back map[string]study.Date
	if err := json.Unmarshal(text, &back); err != nil || back["day"] != d || !back["none"].IsZero() {
		t.Errorf("got %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"day":"5 August"}`), &back); err == nil {
		t.Error("a day in words is read")
	}
}
