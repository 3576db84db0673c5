package followup_test

import (
	"testing"
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// plan is a small protocol with coaching and a ladder of mails.
func plan() *study.Protocol {
	return &study.Protocol{Timezone: "America/New_York", Arms: []study.Arm{{ID: "coaching", Coaching: true}, {ID: "control"}},
		Visits:   []study.Visit{{ID: "baseline", Name: "Baseline", Baseline: true}, {ID: "month3", Name: "3 months"}},
		Coaching: study.Coaching{Sessions: []int{90, 60, 60, 60, 60, 60}, Days: 91},
		Messages: []study.Message{{ID: "choose", Purpose: study.ChooseCoach, Days: []int{2, 5, 14}, Arms: []string{"coaching"}}, {ID: "book", Purpose: study.FirstSession, Days: []int{4, 17}}}}
}

func TestHeldUp(t *testing.T) {
	began := time.Date(2021, 9, 1, 12, 0, 0, 0, time.UTC)
	day := func(n int) *time.Time { at := began.AddDate(0, 0, n); return &at }
	coached := followup.Way{Record: participant.Record{Status: participant.Randomized, RandomizedAt: day(0), UnlockedAt: day(0)}, Arm: "coaching"}
	with := func(w followup.Way, change func(*followup.Way)) followup.Way { change(&w); return w }
	chosen := with(coached, func(w *followup.Way) { w.Coach, w.ChosenAt = "2222-2222", day(1) })
	held := session.Session{State: session.Held, Start: *day(3), Planned: 90}
	for name, c := range map[string]struct {
		way   followup.Way
		day   int
		by    followup.Hold
		since int
		call  bool
	}{
		"invited and silent":            {followup.Way{Record: participant.Record{Status: participant.Invited, InvitedAt: day(0)}}, 60, "", 0, false},
		"came yesterday":                {followup.Way{Record: participant.Record{Status: participant.Invited, RespondedAt: day(0)}}, 1, "", 0, false},
		"came and left":                 {followup.Way{Record: participant.Record{Status: participant.Invited, RespondedAt: day(0)}}, 3, followup.NotSigned, 0, false},
		"signed":                        {followup.Way{Record: participant.Record{Status: participant.Consented, ConsentedAt: day(1)}}, 4, followup.NotFinished, 1, false},
		"waits":                         {followup.Way{Record: participant.Record{Status: participant.Waiting, WaitingAt: day(1)}}, 2, followup.OnTheList, 1, false},
		"bounced":                       {with(coached, func(w *followup.Way) { w.Bounced = day(2) }), 3, followup.NoMail, 2, false},
		"withdrew after a bounce":       {followup.Way{Record: participant.Record{Status: participant.Withdrawn}, Bounced: day(2)}, 3, "", 0, false},
		"may choose since today":        {coached, 1, "", 0, false},
		"has not chosen":                {coached, 2, followup.NoCoach, 0, false},
		"not chosen, mails used up":     {coached, 14, followup.NoCoach, 0, true},
		"chosen, not booked":            {chosen, 4, followup.NoSession, 1, false},
		"not booked, mails not used up": {chosen, 16, followup.NoSession, 1, false},
		"not booked, mails used up":     {chosen, 17, followup.NoSession, 1, true},
		"the period is over":            {coached, 120, "", 0, false},
		"booked": {with(chosen, func(w *followup.Way) {
			w.Sessions = []session.Session{{State: session.Booked, Start: *day(30), Planned: 90}}
		}), 20, "", 0, false},
		"a session that nobody noted": {with(chosen, func(w *followup.Way) {
			w.Sessions = []session.Session{{State: session.Booked, Start: *day(5), Planned: 90}}
		}), 6, followup.NotNoted, 5, false},
		"held last week":         {with(chosen, func(w *followup.Way) { w.Sessions = []session.Session{held} }), 10, "", 0, false},
		"held, and no next":      {with(chosen, func(w *followup.Way) { w.Sessions = []session.Session{held} }), 18, followup.NoNext, 3, false},
		"a survey on its day":    {with(coached, func(w *followup.Way) { w.UnlockedAt = nil; w.Visits = []assessment.Visit{open(began)} }), 0, "", 0, false},
		"a survey after its day": {with(coached, func(w *followup.Way) { w.UnlockedAt = nil; w.Visits = []assessment.Visit{open(began)} }), 1, followup.SurveyLate, 0, false},
	} {
		now := *day(c.day)
		by, since := followup.HeldUp(plan(), c.way, now)
		if by != c.by || by != "" && since.Sub(*day(c.since)).Abs() > 2*time.Hour {
			t.Errorf("%s: held up by %q since %v", name, by, since)
		}
		if _, call := followup.ToCall(plan(), c.way, now); call != c.call {
			t.Errorf("%s: to be called: %v", name, call)
		}
	}
}

// open is a survey that is planned for a day, and open for a month.
func open(due time.Time) assessment.Visit {
	return assessment.Visit{ID: "month3", State: assessment.Open, Window: assessment.Window{Opens: due.AddDate(0, 0, -7), Due: due, Closes: due.AddDate(0, 0, 30)}}
}

func TestLadderWithoutMails(t *testing.T) {
	p := plan()
	p.Messages = nil
	if first, call := followup.Ladder(p, followup.Way{}); first != 2 || call != 14 {
		t.Errorf("days %d and %d", first, call)
	}
	if first, call := followup.Ladder(plan(), followup.Way{Arm: "control"}); first != 2 || call != 14 {
		t.Errorf("for an arm without such mails: days %d and %d", first, call)
	}
}

func TestFunnel(t *testing.T) {
	began := time.Date(2021, 9, 1, 12, 0, 0, 0, time.UTC)
	day := func(n int) *time.Time { at := began.AddDate(0, 0, n); return &at }
	one := followup.Way{Record: participant.Record{InvitedAt: day(0), RespondedAt: day(1), ConsentedAt: day(1), BaselineAt: day(3), RandomizedAt: day(3), UnlockedAt: day(3)}, Arm: "coaching", FirstChosen: day(5),
		Sessions: []session.Session{{State: session.Held, Start: *day(20), BookedAt: *day(6)}, {State: session.Held, Start: *day(10), BookedAt: *day(8)}, {State: session.Cancelled, Start: *day(30), BookedAt: *day(12)}, {State: session.Held, Start: *day(40), BookedAt: *day(30)}}}
	late := followup.Way{Record: participant.Record{InvitedAt: day(0), RespondedAt: day(5), ConsentedAt: day(5), BaselineAt: day(5), RandomizedAt: day(5), UnlockedAt: day(100)}, Arm: "control", FirstChosen: day(104),
		Visits: []assessment.Visit{{ID: "month3", State: assessment.Finished, CompletedAt: day(96)}, {ID: "baseline", State: assessment.Finished, CompletedAt: day(5)}}}
	shy := followup.Way{Record: participant.Record{InvitedAt: day(0), RespondedAt: day(2)}}
	want := map[string]struct {
		count int
		days  float64
		arms  int
	}{"invited": {10, 0, 0}, "came": {3, 2, 0}, "consented": {2, 0, 0}, "baseline": {2, 1, 0}, "randomized": {2, 0, 2}, "chosen": {2, 3, 2}, "booked": {1, 1, 1}, "held": {1, 4, 1}, "held-3": {1, 30, 1}, "held-6": {0, 0, 0}, "visit-month3": {1, 91, 1}}
	stages := followup.Funnel(plan(), 10, []followup.Way{one, late, shy})
	for _, s := range stages {
		w, ok := want[s.ID]
		arms := 0
		for _, n := range s.ByArm {
			arms += n
		}
		if !ok || s.Count != w.count || s.Days != w.days || arms != w.arms {
			t.Errorf("%s: %d people, %.1f days, %d in arms; want %+v", s.ID, s.Count, s.Days, arms, w)
		}
	}
	if len(stages) != len(want) {
		t.Errorf("%d stages", len(stages))
	}
	if n := len(followup.Steps(&study.Protocol{})); n != 5 {
		t.Errorf("a trial without coaching has %d steps", n)
	}
}
