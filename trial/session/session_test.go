package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// plan is that of the paper: 90 minutes, then 5 x 60, in three months, by phone or video.
var plan = study.Coaching{
	Sessions: []int{90, 60, 60, 60, 60, 60}, Days: 90, Modes: []string{"phone", "video"}, BufferMinutes: 15, NoticeHours: 12, LateHours: 24, ForgivenMisses: 1,
	Frameworks: []study.Framework{{From: 1, To: 1, Steps: []string{"introductions", "vision"}}, {From: 2, Steps: []string{"check-in", "goal review"}}},
}

func newYork(t interface{ Fatal(...any) }) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// situation is a certified coach with office hours, and a participant three days after randomization.
func situation(t interface{ Fatal(...any) }) session.Situation {
	var week []coach.Hours
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, coach.Hours{Day: d, From: 9 * 60, To: 17 * 60})
	}
	since := at("2021-06-01T00:00:00Z")
	return session.Situation{
		Now: at("2021-08-12T12:00:00Z"), Plan: plan, Opens: at("2021-08-09T12:00:00Z"), Closes: at("2021-11-08T05:00:00Z"),
		Coach: coach.Coach{Hours: week, Caseload: 4}, Zone: newYork(t), Certification: coach.Certification{Since: &since},
	}
}

func TestNext(t *testing.T) {
	booked := func(numbers ...int) (all []session.Session) {
		for _, n := range numbers {
			all = append(all, session.Session{Number: n, State: session.Booked})
		}
		return all
	}
	missed := func(n int, state session.State, side session.Side) session.Session {
		return session.Session{Number: n, State: state, Missed: side}
	}
	for name, c := range map[string]struct {
		sessions        []session.Session
		number, minutes int
	}{
		"none yet":                           {nil, 1, 90},
		"one booked":                         {booked(1), 2, 60},
		"the first was cancelled":            {append(booked(2, 3), session.Session{Number: 1, State: session.Cancelled}), 1, 90},
		"five booked":                        {booked(1, 2, 3, 4, 5), 6, 60},
		"all booked":                         {booked(1, 2, 3, 4, 5, 6), 0, 0},
		"one miss is forgiven":               {append(booked(1, 2, 3, 4, 5), missed(6, session.NoShow, session.ByParticipant)), 6, 60},
		"two misses use up one":              {append(booked(1, 2, 3, 4, 5), missed(6, session.NoShow, session.ByParticipant), missed(6, session.LateCancelled, session.ByParticipant)), 0, 0},
		"the first session is never used up": {[]session.Session{missed(1, session.NoShow, session.ByParticipant), missed(1, session.NoShow, session.ByParticipant)}, 1, 90},
		"the coach's do not count":           {append(booked(1, 2, 3, 4, 5), missed(6, session.NoShow, session.ByCoach), missed(6, session.LateCancelled, session.ByCoach)), 6, 60},
	} {
		number, minutes, err := session.Next(plan, c.sessions)
		if number != c.number || minutes != c.minutes || (err != nil) != (c.number == 0) || err != nil && !problem.Is(err, problem.Conflict) {
			t.Errorf("%s: session %d of %d minutes, %v; want %d of %d", name, number, minutes, err, c.number, c.minutes)
		}
	}
}

func TestBookable(t *testing.T) {
	left := at("2021-08-01T00:00:00Z")
	until := at("2021-08-20T00:00:00Z")
	other := func(id string, number int, start string, minutes int) session.Session {
		return session.Session{ID: id, Number: number, Start: at(start), Planned: minutes, State: session.Booked}
	}
	first := session.Wish{Start: at("2021-08-16T10:00:00-04:00"), Number: 1, Minutes: 90, Mode: "video"}
	move := func(start string) session.Wish { w := first; w.Start = at(start); return w }
	for name, c := range map[string]struct {
		wish   session.Wish
		change func(*session.Situation)
		want   string // part of the message; empty: bookable
		kind   problem.Kind
	}{
		"a good time":               {first, nil, "", 0},
		"seconds":                   {move("2021-08-16T10:00:01-04:00"), nil, "whole minute", problem.Invalid},
		"unknown mode":              {func() session.Wish { w := first; w.Mode = "fax"; return w }(), nil, "not a way", problem.Invalid},
		"mode not offered":          {first, func(s *session.Situation) { s.Coach.Profile.Modes = []string{"phone"} }, "not a way", problem.Invalid},
		"coach has left":            {first, func(s *session.Situation) { s.Coach.LeftAt = &left }, "left", problem.Conflict},
		"not certified":             {first, func(s *session.Situation) { s.Certification.Missing = []string{"exam"} }, "at present", problem.Conflict},
		"certified until before":    {move("2021-08-23T10:00:00-04:00"), func(s *session.Situation) { s.Certification.Until = &until }, "that day", problem.Conflict},
		"past":                      {move("2021-08-11T10:00:00-04:00"), nil, "past", problem.Conflict},
		"too soon":                  {move("2021-08-12T15:00:00-04:00"), nil, "12 hours", problem.Conflict},
		"too soon, overridden":      {move("2021-08-12T15:00:00-04:00"), func(s *session.Situation) { s.Override = true }, "", 0},
		"just near enough":          {first, func(s *session.Situation) { s.Plan.HorizonDays = 4 }, "", 0},
		"too far ahead":             {move("2021-08-17T10:00:00-04:00"), func(s *session.Situation) { s.Plan.HorizonDays = 4 }, "4 days", problem.Conflict},
		"too far ahead, overridden": {move("2021-08-17T10:00:00-04:00"), func(s *session.Situation) { s.Plan.HorizonDays, s.Override = 4, true }, "", 0},
		"before coaching opens":     {first, func(s *session.Situation) { s.Opens = at("2021-11-01T00:00:00Z") }, "opens later", problem.Conflict},
		"ends after the period":     {move("2021-11-08T10:00:00-05:00"), nil, "over", problem.Conflict},
		"period is not overridden":  {move("2021-11-08T10:00:00-05:00"), func(s *session.Situation) { s.Override = true }, "over", problem.Conflict},
		"ends after the hours":      {move("2021-08-16T16:00:00-04:00"), nil, "not available", problem.Conflict},
		"on a Sunday":               {move("2021-08-15T10:00:00-04:00"), nil, "not available", problem.Conflict},
		"inside the buffer after": {first, func(s *session.Situation) {
			s.CoachBusy = []coach.Span{{From: at("2021-08-16T11:44:00-04:00"), To: at("2021-08-16T12:00:00-04:00")}}
		}, "not available", problem.Conflict},
		"right after the buffer": {first, func(s *session.Situation) {
			s.CoachBusy = []coach.Span{{From: at("2021-08-16T11:45:00-04:00"), To: at("2021-08-16T12:00:00-04:00")}, {From: at("2021-08-16T09:00:00-04:00"), To: at("2021-08-16T09:45:00-04:00")}}
		}, "", 0},
		"overlap is not overridden": {first, func(s *session.Situation) {
			s.Override, s.CoachBusy = true, []coach.Span{{From: at("2021-08-16T11:00:00-04:00"), To: at("2021-08-16T12:00:00-04:00")}}
		}, "not available", problem.Conflict},
		"the coach's last of the day": {first, func(s *session.Situation) {
			s.Coach.Limits.Day, s.CoachStarts = 1, []time.Time{at("2021-08-16T15:00:00-04:00")}
		}, "no more sessions", problem.Conflict},
		"limits count their own": {move("2021-08-17T10:00:00-04:00"), func(s *session.Situation) {
			s.Coach.Limits.Week = 1
			s.Theirs = []session.Session{other("b", 2, "2021-08-19T10:00:00-04:00", 60)}
		}, "no more sessions", problem.Conflict},
		"but not what moves": {func() session.Wish { w := move("2021-08-17T10:00:00-04:00"); w.Moving = "b"; return w }(), func(s *session.Situation) {
			s.Coach.Limits.Week = 1
			s.Theirs = []session.Session{other("b", 1, "2021-08-19T10:00:00-04:00", 90)}
		}, "", 0},
		"limits are overridden": {first, func(s *session.Situation) {
			s.Override, s.Coach.Limits.Day, s.CoachStarts = true, 1, []time.Time{at("2021-08-16T15:00:00-04:00")}
		}, "", 0},
		"another session of theirs": {first, func(s *session.Situation) {
			s.Theirs = []session.Session{other("x", 2, "2021-08-16T11:00:00-04:00", 60)}
		}, "another session", problem.Conflict},
		"moving over itself": {func() session.Wish { w := move("2021-08-16T10:15:00-04:00"); w.Moving = "a"; return w }(), func(s *session.Situation) {
			s.Theirs = []session.Session{other("a", 1, "2021-08-16T10:00:00-04:00", 90)}
		}, "", 0},
		"the first after the second": {move("2021-08-20T10:00:00-04:00"), func(s *session.Situation) {
			s.Theirs = []session.Session{other("b", 2, "2021-08-18T10:00:00-04:00", 60)}
		}, "place", problem.Conflict},
		"a place by the coach's calendar": {move("2021-08-20T10:00:00-04:00"), func(s *session.Situation) {
			s.Theirs = []session.Session{other("b", 2, "2021-08-18T21:00:00-04:00", 60)}
		}, "session 2 is on August 18", problem.Conflict},
		"short ones in any order": {session.Wish{Start: at("2021-08-20T10:00:00-04:00"), Number: 2, Minutes: 60, Mode: "phone"}, func(s *session.Situation) {
			s.Theirs = []session.Session{other("b", 3, "2021-08-18T10:00:00-04:00", 60)}
		}, "", 0},
		"a cancelled one takes no time": {first, func(s *session.Situation) {
			s.Theirs = []session.Session{{ID: "x", Number: 1, Start: first.Start, Planned: 90, State: session.Cancelled}}
		}, "", 0},
	} {
		s := situation(t)
		if c.change != nil {
			c.change(&s)
		}
		err := s.Bookable(c.wish)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!problem.Is(err, c.kind) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWhatIsListedCanBeBooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation(t)
		for range rapid.IntRange(0, 8).Draw(t, "busy") {
			from := s.Now.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "from")) * time.Minute)
			s.CoachBusy = append(s.CoachBusy, coach.Span{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)})
		}
		w := session.Wish{Number: 1, Minutes: 90, Mode: "phone"}
		// All at once: the starts that are offered never make two bookings of one coach overlap.
		for n := range 3 {
			free := s.Free(w, s.Now, s.Now.AddDate(0, 0, 7), 1<<20)
			if len(free) == 0 {
				return
			}
			if !slices.IsSortedFunc(free, time.Time.Compare) {
				t.Fatal("free times are not in order")
			}
			w.Start = rapid.SampledFrom(free).Draw(t, fmt.Sprint("choice", n))
			if err := s.Bookable(w); err != nil {
				t.Fatalf("%s was listed: %v", w.Start, err)
			}
			for _, b := range s.CoachBusy {
				if w.Start.Before(b.To.Add(15*time.Minute)) && b.From.Before(w.Start.Add(105*time.Minute)) {
					t.Fatalf("%s is within 15 minutes of %v", w.Start, b)
				}
			}
			s.CoachBusy = append(s.CoachBusy, coach.Span{From: w.Start, To: w.Start.Add(90 * time.Minute)})
		}
	})
}

func TestNearest(t *testing.T) {
	s := situation(t)
	s.CoachBusy = []coach.Span{{From: at("2021-08-16T10:00:00-04:00"), To: at("2021-08-16T11:00:00-04:00")}}
	near := s.Nearest(session.Wish{Start: at("2021-08-16T10:00:00-04:00"), Number: 1, Minutes: 90, Mode: "phone"})
	var got []string
	for _, n := range near {
		got = append(got, n.In(newYork(t)).Format("Mon 15:04"))
	}
	if strings.Join(got, ", ") != "Mon 11:15, Mon 11:30, Mon 11:45" {
		t.Errorf("nearest to Monday 10:00 when it is taken: %v", got)
	}
	s.Coach.Hours = nil
	if near := s.Nearest(session.Wish{Start: at("2021-08-16T10:00:00-04:00"), Number: 1, Minutes: 90, Mode: "phone"}); near != nil {
		t.Errorf("a coach without hours: %v", near)
	}
}

func TestFreeAcrossTheClockChange(t *testing.T) {
	s := situation(t)
	s.Now, s.Closes = at("2021-11-01T12:00:00Z"), at("2021-12-01T00:00:00Z")
	s.Coach.Hours = []coach.Hours{{Day: time.Friday, From: 540, To: 600}, {Day: time.Monday, From: 540, To: 600}}
	var got []string
	for _, f := range s.Free(session.Wish{Number: 2, Minutes: 60, Mode: "phone"}, s.Now, at("2021-11-09T00:00:00Z"), 10) {
		got = append(got, f.UTC().Format("Jan 2 15:04"))
	}
	// 09:00 stays 09:00: 13:00 UTC before November 7, 14:00 UTC after.
	if strings.Join(got, ", ") != "Nov 5 13:00, Nov 8 14:00" {
		t.Errorf("free: %v", got)
	}
}

func TestClosing(t *testing.T) {
	start := at("2021-08-16T14:00:00Z")
	booked := session.Session{Number: 1, Start: start, Planned: 90, State: session.Booked}
	themes := []string{"self_care", "workload"}

	held := booked
	if err := held.Hold(plan, 85, []string{"vision"}, []string{"workload"}, themes, start.Add(2*time.Hour)); err != nil || held.State != session.Held || held.Actual != 85 || held.ClosedAt == nil {
		t.Errorf("hold: %+v, %v", held, err)
	}
	for name, err := range map[string]error{
		"held twice":        held.Hold(plan, 60, nil, nil, nil, start.Add(3*time.Hour)),
		"cancelled after":   held.Cancel(plan, session.ByCoach, start.Add(-time.Hour)),
		"held before start": new(booked).Hold(plan, 60, nil, nil, nil, start.Add(-time.Second)),
		"missed before":     new(booked).Miss(session.ByCoach, start.Add(-time.Second)),
		"cancelled at":      new(booked).Cancel(plan, session.ByParticipant, start),
	} {
		if !problem.Is(err, problem.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"no minutes":     new(booked).Hold(plan, 0, nil, nil, nil, start),
		"a day":          new(booked).Hold(plan, 1440, nil, nil, nil, start),
		"a later step":   new(booked).Hold(plan, 60, []string{"check-in"}, nil, nil, start),
		"unknown theme":  new(booked).Hold(plan, 60, nil, []string{"golf"}, themes, start),
		"nobody's fault": new(booked).Miss("", start),
	} {
		if !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	corrected := held
	if err := corrected.Correct(70); err != nil || corrected.Actual != 70 || corrected.State != session.Held {
		t.Errorf("corrected: %+v, %v", corrected, err)
	}
	if err := corrected.Correct(0); !problem.Is(err, problem.Invalid) || corrected.Actual != 70 {
		t.Errorf("corrected to nothing: %v", err)
	}
	if err := new(booked).Correct(60); !problem.Is(err, problem.Conflict) {
		t.Errorf("minutes of what was not held: %v", err)
	}
	early, late, missed := booked, booked, booked
	if err := early.Cancel(plan, session.ByParticipant, start.Add(-24*time.Hour)); err != nil || early.State != session.Cancelled || early.Sequence != 1 {
		t.Errorf("24 hours before is not late: %+v, %v", early, err)
	}
	if err := late.Cancel(plan, session.ByParticipant, start.Add(-24*time.Hour+time.Second)); err != nil || late.State != session.LateCancelled {
		t.Errorf("late: %+v, %v", late, err)
	}
	if err := missed.Miss(session.ByParticipant, start.Add(20*time.Minute)); err != nil || missed.State != session.NoShow || missed.Live() {
		t.Errorf("missed: %+v, %v", missed, err)
	}
}

func TestDoseAndBilledAreTwoThings(t *testing.T) {
	start := at("2021-08-16T14:00:00Z")
	all := []session.Session{
		{State: session.Held, Start: start, Planned: 90, Actual: 80},
		{State: session.Held, Start: start.AddDate(0, 3, 0), Planned: 60, Actual: 70},
		{State: session.NoShow, Missed: session.ByParticipant, Start: start, Planned: 60},
		{State: session.LateCancelled, Missed: session.ByParticipant, Start: start, Planned: 90},
		{State: session.NoShow, Missed: session.ByCoach, Start: start, Planned: 60},
		{State: session.Cancelled, Missed: session.ByParticipant, Start: start, Planned: 60},
		{State: session.Booked, Start: start, Planned: 60},
	}
	if d := session.DoseOf(all, time.Time{}); d != (session.Dose{Sessions: 2, Minutes: 150}) {
		t.Errorf("dose %+v", d)
	}
	if d := session.DoseOf(all, start.AddDate(0, 1, 0)); d != (session.Dose{Sessions: 1, Minutes: 80}) {
		t.Errorf("dose of the first month %+v", d)
	}
	for basis, want := range map[string][]int{"actual": {80, 70, 30, 45, 0, 0, 0}, "booked": {90, 60, 30, 45, 0, 0, 0}} {
		for i, s := range all {
			if got := session.Billed(study.Cost{Basis: basis, NoShowShare: 0.5}, s); got != want[i] {
				t.Errorf("%s, session %d: %d minutes billed, want %d", basis, i, got, want[i])
			}
		}
	}
}
