package followup_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func newYork(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestStandingAndEnd(t *testing.T) {
	v := assessment.Visit{State: assessment.Open, Window: assessment.Window{Opens: at("2021-11-01T04:00:00Z"), Due: at("2021-11-08T05:00:00Z"), Closes: at("2021-12-07T05:00:00Z")}}
	for moment, want := range map[string]followup.Standing{
		"2021-10-31T00:00:00Z": followup.Upcoming, "2021-11-01T04:00:00Z": followup.Due, "2021-11-09T04:59:59Z": followup.Due,
		"2021-11-09T05:00:00Z": followup.Late, "2021-12-07T05:00:00Z": followup.Lost,
	} {
		if got := followup.StandingOf(v, at(moment)); got != want {
			t.Errorf("%s: %s, want %s", moment, got, want)
		}
	}
	v.State = assessment.Finished
	if got := followup.StandingOf(v, at("2022-01-01T00:00:00Z")); got != followup.Done {
		t.Error(got)
	}
	states := func(all ...assessment.VisitState) (visits []assessment.Visit) {
		for _, s := range all {
			visits = append(visits, assessment.Visit{State: s})
		}
		return visits
	}
	for name, c := range map[string]struct {
		visits []assessment.Visit
		want   participant.Status
	}{
		"none":                    {nil, participant.Completed},
		"planned":                 {states(assessment.Planned), participant.Randomized},
		"first missed, last open": {states(assessment.Missed, assessment.Open), participant.Randomized},
		"first missed, last done": {states(assessment.Missed, assessment.Finished), participant.Completed},
		"first done, last missed": {states(assessment.Finished, assessment.Missed), participant.Lost},
		"first open, second done": {states(assessment.Open, assessment.Finished), participant.Randomized},
	} {
		if got := followup.End(c.visits); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestUnlock(t *testing.T) {
	zone := newYork(t)
	randomized := at("2021-08-10T15:00:00Z")
	completed := at("2021-11-05T15:00:00Z")
	waits := study.Arm{ID: "control", Unlock: study.Unlock{AfterVisit: "month-3", AfterDays: 90}}
	for name, c := range map[string]struct {
		arm       study.Arm
		completed *time.Time
		want      string // empty: never
	}{
		"coached at once":     {study.Arm{Coaching: true}, nil, "2021-08-10T15:00:00Z"},
		"visit comes first":   {waits, &completed, "2021-11-05T15:00:00Z"},
		"days come first":     {study.Arm{Unlock: study.Unlock{AfterVisit: "month-3", AfterDays: 30}}, &completed, "2021-09-09T15:00:00Z"},
		"not yet: the days":   {waits, nil, "2021-11-08T16:00:00Z"}, // 90 calendar days: 11:00 by the wall clock on both sides of November 7
		"visit only, not yet": {study.Arm{Unlock: study.Unlock{AfterVisit: "month-3"}}, nil, ""},
		"never":               {study.Arm{}, &completed, ""},
	} {
		got, ok := followup.Unlock(c.arm, randomized, c.completed, zone)
		if ok != (c.want != "") || ok && !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, %v; want %s", name, got, ok, c.want)
		}
	}
}

func TestPlan(t *testing.T) {
	zone := newYork(t)
	show := func(all []followup.Planned) string {
		var s []string
		for _, p := range all {
			s = append(s, p.At.In(zone).Format("Jan 2 15:04"))
		}
		return strings.Join(s, ", ")
	}
	evening := at("2021-11-06T01:30:00Z") // 21:30 on November 5 in New York
	for name, c := range map[string]struct {
		message study.Message
		anchor  time.Time
		act     bool // of the reader
		want    string
	}{
		"at once, by night too":       {study.Message{Days: []int{0}}, evening, true, "Nov 5 21:30"},
		"somebody else's act":         {study.Message{Days: []int{0}}, evening, false, "Nov 6 07:00"},
		"waits for the morning":       {study.Message{Days: []int{1, 2}}, evening, true, "Nov 7 07:00, Nov 8 07:00"},
		"over the clock change":       {study.Message{Days: []int{1, 2, 3}}, at("2021-11-05T14:00:00Z"), true, "Nov 6 10:00, Nov 7 10:00, Nov 8 10:00"},
		"hours from midnight":         {study.Message{Days: []int{0, 14}, Hours: 9}, at("2021-08-05T04:00:00Z"), false, "Aug 5 09:00, Aug 19 09:00"},
		"a week before, by night":     {study.Message{Anchor: study.FromVisit, Days: []int{-7}, Hours: 3}, at("2021-08-12T04:00:00Z"), false, "Aug 5 07:00"},
		"a day before an early hour":  {study.Message{Anchor: study.FromSession, Days: []int{-1}}, at("2021-08-05T10:30:00Z"), false, "Aug 4 07:00"},
		"two hours before":            {study.Message{Anchor: study.FromSession, Days: []int{0}, Hours: -2}, at("2021-08-05T14:00:00Z"), false, "Aug 5 08:00"},
		"before the session or never": {study.Message{Anchor: study.FromSession, Days: []int{0}, Hours: -2}, at("2021-08-05T10:30:00Z"), false, "Aug 5 04:30"},
	} {
		if got := show(followup.Plan(&study.Protocol{Timezone: zone.String()}, c.message, c.anchor, c.act, zone, followup.Night)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The end of quiet hours is never quiet itself, nor far away, in zones that change their clocks at night, at midnight, or by half an hour, and
// whether a mail that is sent late goes at once.
func TestQuiet(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"America/New_York", "America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		q := followup.Quiet{From: rapid.IntRange(0, 23).Draw(t, "from"), To: rapid.IntRange(0, 23).Draw(t, "to")}
		when := time.Unix(rapid.Int64Range(1.3e9, 1.8e9).Draw(t, "at"), 0)
		if _, change := when.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "at a change") {
			when = change.Add(time.Duration(rapid.IntRange(-36*60, 6*60).Draw(t, "minutes")) * time.Minute)
		}
		if rapid.Bool().Draw(t, "holiday") {
			q.Holidays = append(q.Holidays, study.DateOf(when, zone))
		}
		next := q.Next(when, zone)
		if next.Before(when) || next.Sub(when) > 49*time.Hour {
			t.Fatalf("%s becomes %s", when, next)
		}
		quiet := func(at time.Time) bool {
			hour := at.In(zone).Hour()
			if slices.Contains(q.Holidays, study.DateOf(at, zone)) {
				return true
			}
			if q.From <= q.To {
				return hour >= q.From && hour < q.To
			}
			return hour >= q.From || hour < q.To
		}
		if quiet(next) {
			t.Fatalf("%v: %s becomes %s, which is quiet too", q, when.In(zone), next.In(zone))
		}
		if !quiet(when) && !next.Equal(when) {
			t.Fatalf("%v: %s need not wait until %s", q, when.In(zone), next.In(zone))
		}
		mail := followup.Planned{Wanted: when.Add(-time.Duration(rapid.IntRange(0, 180).Draw(t, "late")) * time.Minute), Answers: rapid.Bool().Draw(t, "answers")}
		fresh := mail.Answers && when.Sub(mail.Wanted) < followup.AnswersFor
		if goes := q.Goes(mail, when, time.Time{}, zone); goes.Equal(when) != (fresh || !quiet(when)) {
			t.Fatalf("%v: %+v goes at %s", q, mail, goes.In(zone))
		}
		if goes := q.Goes(mail, when, when.Add(time.Minute), zone); goes.After(when.Add(time.Minute)) {
			t.Fatalf("%v: %+v goes when it is of no use", q, mail)
		}
	})
}

// On holidays nothing arrives, by the reader's calendar, and what would have waits for the next morning.
func TestHolidays(t *testing.T) {
	zone := newYork(t)
	q := followup.Quiet{From: 21, To: 7, Holidays: []study.Date{study.Day(2021, 12, 24), study.Day(2021, 12, 25)}}
	for when, want := range map[string]string{
		"2021-12-23T15:00:00Z": "2021-12-23T15:00:00Z", // the day before, 10:00
		"2021-12-24T03:00:00Z": "2021-12-26T12:00:00Z", // 22:00 on the 23rd: over both days to 07:00
		"2021-12-24T15:00:00Z": "2021-12-26T12:00:00Z",
		"2021-12-26T04:59:00Z": "2021-12-26T12:00:00Z", // 23:59 on the 25th
		"2021-12-26T15:00:00Z": "2021-12-26T15:00:00Z",
	} {
		if got := q.Next(at(when), zone); !got.Equal(at(want)) {
			t.Errorf("%s becomes %s, want %s", when, got.UTC().Format(time.RFC3339), want)
		}
	}
	always := followup.Quiet{Holidays: q.Holidays}
	if got := always.Next(at("2021-12-24T15:00:00Z"), zone); !got.Equal(at("2021-12-26T05:00:00Z")) {
		t.Errorf("without quiet hours: %s", got)
	}
}

func TestStill(t *testing.T) {
	asked := followup.Facts{Status: participant.Randomized, Arm: "coaching", EnrolmentOpen: true, Visit: assessment.Open, CoachingOpen: true, SessionStands: true}
	with := func(change func(*followup.Facts)) followup.Facts { f := asked; change(&f); return f }
	for name, c := range map[string]struct {
		purpose study.Purpose
		facts   followup.Facts
		due     bool
	}{
		"announcement to the invited":     {study.Announcement, with(func(f *followup.Facts) { f.Status = participant.Invited }), true},
		"announcement, baseline open":     {study.Announcement, with(func(f *followup.Facts) { f.Status = participant.Consented }), true},
		"announcement to the enrolled":    {study.Announcement, asked, false},
		"announcement to the waiting":     {study.Announcement, with(func(f *followup.Facts) { f.Status = participant.Waiting }), false},
		"announcement, declined":          {study.Announcement, with(func(f *followup.Facts) { f.Status = participant.Declined }), false},
		"announcement, enrolment closed":  {study.Announcement, with(func(f *followup.Facts) { f.Status, f.EnrolmentOpen = participant.Invited, false }), false},
		"survey open":                     {study.SurveyOpen, asked, true},
		"reminder":                        {study.SurveyReminder, asked, true},
		"reminder, complete":              {study.SurveyReminder, with(func(f *followup.Facts) { f.Visit = assessment.Finished }), false},
		"reminder, window closed":         {study.SurveyReminder, with(func(f *followup.Facts) { f.Visit = assessment.Missed }), false},
		"reminder, stop contact":          {study.SurveyReminder, with(func(f *followup.Facts) { f.Status, f.Use = participant.Withdrawn, participant.StopContact }), false},
		"reminder, coaching given up":     {study.SurveyReminder, with(func(f *followup.Facts) { f.Status, f.Use = participant.Withdrawn, participant.KeepAll }), true},
		"reminder, bounced":               {study.SurveyReminder, with(func(f *followup.Facts) { f.Bounced = true }), false},
		"reminder, opted out":             {study.SurveyReminder, with(func(f *followup.Facts) { f.OptedOut = true }), false},
		"choose a coach":                  {study.ChooseCoach, asked, true},
		"choose a coach, trial over":      {study.ChooseCoach, with(func(f *followup.Facts) { f.Status = participant.Completed }), true},
		"choose a coach, chosen":          {study.ChooseCoach, with(func(f *followup.Facts) { f.CoachChosen = true }), false},
		"choose a coach, locked":          {study.ChooseCoach, with(func(f *followup.Facts) { f.CoachingOpen = false }), false},
		"choose a coach, given up":        {study.ChooseCoach, with(func(f *followup.Facts) { f.Status, f.Use = participant.Withdrawn, participant.KeepAll }), false},
		"first session":                   {study.FirstSession, with(func(f *followup.Facts) { f.CoachChosen = true }), true},
		"first session, booked":           {study.FirstSession, with(func(f *followup.Facts) { f.CoachChosen, f.SessionBooked = true, true }), false},
		"first session, no coach":         {study.FirstSession, asked, false},
		"session reminder":                {study.SessionReminder, asked, true},
		"session reminder, moved":         {study.SessionReminder, with(func(f *followup.Facts) { f.SessionStands = false }), false},
		"allocation":                      {study.AllocationTold, asked, true},
		"allocation, none":                {study.AllocationTold, with(func(f *followup.Facts) { f.Arm = "" }), false},
		"incentive, after the last visit": {study.IncentiveSent, with(func(f *followup.Facts) { f.Status = participant.Completed }), true},
		"unlocked":                        {study.CoachingUnlocked, with(func(f *followup.Facts) { f.Status = participant.Completed }), true},
	} {
		due, why := followup.Still(study.Message{Purpose: c.purpose}, c.facts)
		if due != c.due || due != (why == "") {
			t.Errorf("%s: due %v (%s), want %v", name, due, why, c.due)
		}
	}
	if due, _ := followup.Still(study.Message{Purpose: study.AllocationTold, Arms: []string{"control"}}, asked); due {
		t.Error("a mail for the control arm was due to the coached")
	}
}

func TestOwed(t *testing.T) {
	all := []study.Incentive{{ID: "journal", Visit: "month-3"}, {ID: "charger", Visit: "month-3"}, {ID: "pen", Visit: "baseline"}}
	if got := followup.Owed(all, "month-3"); len(got) != 2 || got[1].ID != "charger" {
		t.Error(got)
	}
	if got := followup.Owed(all, "month-6"); got != nil {
		t.Error(got)
	}
}
