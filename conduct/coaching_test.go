package conduct_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// coachable enrols a person and opens coaching to them, whichever the arm.
func (w *world) coachable(code participant.Code) {
	w.Helper()
	w.enrol(code)
	must(w, w.Unlock(w.Context(), coordinator, code, "for the test"))
}

func TestWhomOneMayChoose(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(2)
		for _, code := range codes {
			w.coachable(code)
		}
		me := identity.AsParticipant(codes[0])
		coaches := w.coaches(3)
		names := func() (names []string) {
			offers, err := w.Coaches(ctx, me, codes[0])
			must(t, err)
			for _, o := range offers {
				names = append(names, o.Name)
			}
			slices.Sort(names)
			return names
		}
		want := func(all ...string) {
			t.Helper()
			if got := names(); !slices.Equal(got, all) {
				t.Errorf("offered %v, want %v", got, all)
			}
		}
		want("Coach 0", "Coach 1", "Coach 2")
		uncertified, err := w.RegisterCoach(ctx, coordinator, conduct.NewCoach{Person: conduct.Person{Name: "Trainee", Email: "trainee@hospital.example"}})
		must(t, err)
		_, err = w.RegisterCoach(ctx, coordinator, conduct.NewCoach{Person: conduct.Person{Name: "Twin", Email: "Trainee@hospital.example"}})
		refused(t, err, problem.Conflict, "address already")
		division, err := w.RegisterCoach(ctx, coordinator, conduct.NewCoach{Person: conduct.Person{Name: "Colleague", Email: "colleague@hospital.example", Columns: map[string]string{"division": "Division 0"}}})
		must(t, err)
		for _, step := range w.Protocol.Coaching.Certification {
			must(t, w.CertifyCoach(ctx, coordinator, division, certify(step)))
		}
		want("Coach 0", "Coach 1", "Coach 2")
		refused(t, w.ChooseCoach(ctx, me, codes[0], division), problem.Conflict, "not available")
		refused(t, w.ChooseCoach(ctx, me, codes[0], uncertified), problem.Conflict, "not available")
		refused(t, w.CertifyCoach(ctx, coordinator, uncertified, certify("golf")), problem.Invalid, "no step")
		if offers, err := w.Coaches(ctx, identity.AsParticipant(codes[1]), codes[1]); err != nil || len(offers) != 4 {
			t.Errorf("the other one is in another division: %d offers, %v", len(offers), err)
		}

		must(t, w.SetCaseload(ctx, coordinator, coaches[0], 1))
		must(t, w.ChooseCoach(ctx, identity.AsParticipant(codes[1]), codes[1], coaches[0]))
		want("Coach 1", "Coach 2")
		must(t, w.ChooseCoach(ctx, me, codes[0], coaches[1]))
		must(t, w.ChooseCoach(ctx, me, codes[0], coaches[1])) // a second tap
		s, err := w.Book(ctx, me, conduct.Booking{Participant: codes[0], Start: w.now.AddDate(0, 0, 3)})
		must(t, err)
		refused(t, w.ChooseCoach(ctx, me, codes[0], coaches[2]), problem.Conflict, "Sessions are booked")
		_, err = w.Cancel(ctx, me, s.ID)
		must(t, err)
		must(t, w.ChooseCoach(ctx, me, codes[0], coaches[2]))

		back, err := w.RetireCoach(ctx, coordinator, coaches[2])
		must(t, err)
		if !slices.Equal(back, codes[:1]) {
			t.Errorf("given back %v", back)
		}
		want("Coach 1")
		_, err = w.Book(ctx, me, conduct.Booking{Participant: codes[0], Start: w.now.AddDate(0, 0, 3)})
		refused(t, err, problem.Conflict, "No coach is chosen")
	})
}

func TestRaceForTheLastPlaceOfACoach(t *testing.T) {
	each(t, func(w *world) {
		w.at("2021-08-09 10:00")
		codes := w.roster(7)
		for _, code := range codes {
			w.coachable(code)
		}
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(w.Context(), coordinator, k, 3))
		var group sync.WaitGroup
		errs := make([]error, len(codes))
		for i, code := range codes {
			group.Go(func() { errs[i] = w.ChooseCoach(w.Context(), identity.AsParticipant(code), code, k) })
		}
		group.Wait()
		chosen := 0
		for _, err := range errs {
			if err == nil {
				chosen++
			} else {
				refused(t, err, problem.Conflict, "")
			}
		}
		if chosen != 3 {
			t.Errorf("%d of 3 places were taken", chosen)
		}
	})
}

// Overlapping, not identical times with one coach: one booking stands, and every refusal names free times.
func TestRaceForOneTime(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(12)
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(ctx, coordinator, k, 100))
		for _, code := range codes {
			w.coachable(code)
			must(t, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
		}
		start := time.Date(2021, 8, 12, 14, 0, 0, 0, time.UTC)
		var group sync.WaitGroup
		errs := make([]error, len(codes))
		for i, code := range codes {
			group.Go(func() {
				_, errs[i] = w.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: start.Add(time.Duration(i%6) * 15 * time.Minute)})
			})
		}
		group.Wait()
		booked := 0
		for _, err := range errs {
			if err == nil {
				booked++
				continue
			}
			refused(t, err, problem.Conflict, "nearest free times are")
		}
		if booked != 1 {
			t.Errorf("%d bookings within 75 minutes of one coach", booked)
		}
	})
}

// started is one participant with a coach who has booked the first session, three days ahead.
func started(w *world) (participant.Code, coach.Code, session.Session) {
	w.Helper()
	w.at("2021-08-09 10:00")
	code := w.rosterOf("one")
	w.coachable(code)
	k := w.coaches(1)[0]
	must(w, w.ChooseCoach(w.Context(), identity.AsParticipant(code), code, k))
	s, err := w.Book(w.Context(), identity.AsParticipant(code), conduct.Booking{Participant: code, Start: time.Date(2021, 8, 12, 14, 0, 0, 0, time.UTC)})
	must(w, err)
	return code, k, s
}

func TestMove(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		moved, err := w.Move(ctx, me, s.ID, s.Start.Add(30*time.Minute)) // over itself
		must(t, err)
		if moved.ID != s.ID || moved.Sequence != 1 || !moved.Start.Equal(s.Start.Add(30*time.Minute)) {
			t.Errorf("%+v", moved)
		}
		_, err = w.Move(ctx, me, s.ID, s.Start.Add(12*time.Hour))
		refused(t, err, problem.Conflict, "not available")
		w.at("2021-08-11 08:00")
		if done := w.tick(); done.Sent < 1 {
			t.Errorf("%+v", done)
		}
		if kinds, mails := w.mail(code); count(kinds, "session-tomorrow") != 0 {
			t.Errorf("the reminder of the old time went out: %v, %v", kinds, mails)
		}
		w.at("2021-08-11 10:30")
		w.tick()
		if kinds, mails := w.mail(code); count(kinds, "session-tomorrow") != 1 || !strings.Contains(mails[len(mails)-1].Text, "August 12, 10:30 EDT") {
			t.Errorf("reminder: %v\n%s", kinds, mails[len(mails)-1].Text)
		}
		w.at("2021-08-11 11:00")
		_, err = w.Move(ctx, me, s.ID, s.Start.AddDate(0, 0, 1))
		refused(t, err, problem.Conflict, "24 hours")
		if moved, err = w.Move(ctx, identity.AsCoach(k), s.ID, time.Date(2021, 8, 13, 22, 0, 0, 0, time.UTC)); err != nil || moved.Sequence != 2 {
			t.Errorf("the coach moves it to an evening: %+v, %v", moved, err)
		}
		w.at("2021-08-12 18:00") // the evening before its new time
		w.tick()
		if kinds, _ := w.mail(code); count(kinds, "session-tomorrow") != 2 {
			t.Errorf("a moved session is reminded of again: %v", kinds)
		}
		w.at("2021-08-13 18:30")
		_, err = w.Move(ctx, identity.AsCoach(k), s.ID, s.Start.AddDate(0, 0, 7))
		refused(t, err, problem.Conflict, "begun")
	})
}

func TestMissesAndCancellations(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		again := func() {
			t.Helper()
			next, err := w.Book(ctx, desk, conduct.Booking{Participant: code, Start: w.now.Truncate(time.Hour).Add(3 * time.Hour)})
			must(t, err)
			s = next
		}
		early, err := w.Cancel(ctx, me, s.ID)
		must(t, err)
		if early.State != session.Cancelled {
			t.Errorf("three days before: %s", early.State)
		}
		_, err = w.Cancel(ctx, me, s.ID)
		refused(t, err, problem.Conflict, "cancelled already")
		for i := range 2 { // the first miss is forgiven, the second uses up a session from the end of the plan
			again()
			if s.Number != 1 || s.Planned != 90 {
				t.Errorf("after %d misses session %d of %d minutes", i, s.Number, s.Planned)
			}
			_, err = w.Miss(ctx, me, s.ID, session.ByCoach)
			refused(t, err, problem.Conflict, "not begun")
			w.pass(4 * time.Hour)
			_, err = w.Miss(ctx, me, s.ID, session.ByParticipant)
			refused(t, err, problem.Forbidden, "coach records")
			_, err = w.Miss(ctx, desk, s.ID, session.ByParticipant)
			must(t, err)
		}
		again()
		late, err := w.Cancel(ctx, desk, s.ID)
		must(t, err)
		if late.State != session.LateCancelled || late.Missed != session.ByCoach {
			t.Errorf("the coach cancels three hours before: %+v", late)
		}
		for i := range 5 {
			w.pass(24 * time.Hour)
			again()
			if s.Number != i+1 {
				t.Errorf("session %d has number %d", i+1, s.Number)
			}
			w.pass(5 * time.Hour)
			_, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 300})
			refused(t, err, problem.Invalid, "minutes")
			_, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 60, Themes: []string{"golf"}, Steps: []string{"tea"}})
			refused(t, err, problem.Invalid, "golf")
			if _, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 55}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.Book(ctx, desk, conduct.Booking{Participant: code, Start: w.now.Add(48 * time.Hour)})
		refused(t, err, problem.Conflict, "used up")
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Sessions(ctx, code)
			if d := session.DoseOf(all, time.Time{}); d.Sessions != 5 || d.Minutes != 275 {
				t.Errorf("dose %+v", d)
			}
			return err
		})
		if verbs := w.trail(s.ID); !slices.Equal(verbs, []string{"session.book", "session.hold"}) {
			t.Errorf("trail %v", verbs)
		}
	})
}

func TestCoachingOpensToThoseWhoWait(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		_, control := w.arms(8)
		if len(control) < 3 {
			t.Fatalf("%d in the control arm", len(control))
		}
		must(t, w.Unlock(ctx, coordinator, control[0], "leaves for parental leave"))
		must(t, w.Unlock(ctx, coordinator, control[0], "twice"))
		must(t, w.Withdraw(ctx, coordinator, control[1], participant.UntilNow, ""))
		refused(t, w.Unlock(ctx, coordinator, control[1], ""), problem.Conflict, "withdrawn")
		for range 1000 { // the clock steps from one due moment to the next
			at, ok, err := w.NextDue(ctx)
			must(t, err)
			if !ok {
				break
			}
			w.mu.Lock()
			if at.After(w.now) {
				w.now = at
			}
			w.mu.Unlock()
			w.tick()
		}
		if at, ok, _ := w.NextDue(ctx); ok {
			t.Fatalf("something is due for ever: %s", at)
		}
		zone := w.Protocol.Location()
		for i, want := range []string{"2021-08-09", "", "2021-12-09"} { // at once; never; 122 days after randomization
			r := w.record(control[i])
			got := ""
			if r.UnlockedAt != nil {
				got = r.UnlockedAt.In(zone).Format(time.DateOnly)
			}
			if got != want {
				t.Errorf("control %d: opened %q, want %q", i, got, want)
			}
		}
		kinds, _ := w.mail(control[2])
		if r := w.record(control[2]); r.Status != participant.Lost || !slices.Contains(kinds, "choose-coach-later") || count(kinds, "survey-reminder") != 5 {
			t.Errorf("one who never answers: %s, mail %v", r.Status, kinds)
		}
	})
}

func TestCoachingPeriodEnds(t *testing.T) {
	each(t, func(w *world) {
		code, _, _ := started(w)
		me := identity.AsParticipant(code)
		w.at("2021-11-09 10:00") // 91 days after August 9 are over on November 8
		_, err := w.Book(w.Context(), me, conduct.Booking{Participant: code, Start: time.Date(2021, 11, 11, 15, 0, 0, 0, time.UTC)})
		refused(t, err, problem.Conflict, "period is over")
		free, err := w.Free(w.Context(), me, code, w.now, w.now.AddDate(0, 1, 0), 5)
		if err != nil || len(free) != 0 {
			t.Errorf("free after the period: %v, %v", free, err)
		}
	})
}

func TestCoachProfileAndHours(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		must(t, w.SetProfile(ctx, desk, k, coach.Profile{Biography: "Twenty years in general medicine.", Modes: []string{"phone"}}))
		refused(t, w.SetProfile(ctx, desk, k, coach.Profile{Modes: []string{"fax"}}), problem.Invalid, "fax")
		refused(t, w.SetHours(ctx, desk, k, conduct.Week{Hours: []coach.Hours{{Day: time.Monday, From: 10, To: 5}}}), problem.Invalid, "hours[0]")
		refused(t, w.SetHours(ctx, desk, k, conduct.Week{Zone: "Boston", Limits: coach.Limits{Day: -1}}), problem.Invalid, "no time zone")
		must(t, w.SetHours(ctx, desk, k, conduct.Week{Hours: []coach.Hours{{Day: time.Monday, From: 540, To: 630}}}))
		_, err := w.TakeLeave(ctx, desk, k, coach.Span{From: time.Date(2021, 8, 16, 4, 0, 0, 0, time.UTC), To: time.Date(2021, 8, 17, 4, 0, 0, 0, time.UTC)})
		must(t, err)
		free, err := w.Free(ctx, me, code, w.now, w.now.AddDate(0, 0, 21), 2)
		must(t, err)
		if got := fmt.Sprint(free); got != "[2021-08-23 09:00:00 -0400 EDT 2021-08-23 09:15:00 -0400 EDT]" {
			t.Errorf("free on Mondays from nine, not on the 16th: %s", got)
		}
		_, err = w.Book(ctx, me, conduct.Booking{Participant: code, Start: free[0], Mode: "video"})
		refused(t, err, problem.Invalid, "not a way")
	})
}
