package conduct_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// A coach with eight coachees goes on leave: nobody is dropped, everybody with a session in it is written to once and moves it, late too.
func TestLeaveOffersToMove(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(8)
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(ctx, coordinator, k, 8))
		zone := w.Protocol.Location()
		booked := map[participant.Code]session.Session{}
		for i, code := range codes {
			w.coachable(code)
			must(t, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
			start := time.Date(2021, 8, 16+i/3, 9+2*(i%3), 0, 0, 0, zone) // Monday to Wednesday
			s, err := w.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: start})
			must(t, err)
			booked[code] = s
		}
		desk := identity.AsCoach(k)
		leave := coach.Span{From: time.Date(2021, 8, 16, 0, 0, 0, 0, zone), To: time.Date(2021, 8, 18, 0, 0, 0, 0, zone)}
		for name, wrong := range map[string]coach.Span{"backwards": {From: leave.To, To: leave.From}, "past": {From: leave.From.AddDate(0, -1, 0), To: leave.To.AddDate(0, -1, 0)}} {
			if _, err := w.TakeLeave(ctx, desk, k, wrong); !problem.Is(err, problem.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, w.ChooseLanguage(ctx, identity.AsParticipant(codes[0]), codes[0], "es"))
		touched, err := w.TakeLeave(ctx, desk, k, leave)
		must(t, err)
		if len(touched) != 6 {
			t.Fatalf("%d sessions lie in the leave", len(touched))
		}
		_, err = w.TakeLeave(ctx, desk, k, leave)
		refused(t, err, problem.Conflict, "leave at that time")
		for i, code := range codes {
			kinds, mails := w.mail(code)
			n := 0
			for _, m := range mails {
				if m.Kind != "coach-leave" {
					continue
				}
				n++
				if !strings.Contains(m.Text, "/p/") || strings.Contains(m.Text, "another time") == (i == 0) || strings.Contains(m.Text, "otra hora") != (i == 0) || strings.Contains(m.Subject, "Coach 0") {
					t.Errorf("%s\n%s", m.Subject, m.Text)
				}
			}
			if want := map[bool]int{true: 1, false: 0}[i < 6]; n != want {
				t.Errorf("%s: %d offers to move, want %d: %v", code, n, want, kinds)
			}
		}
		d, err := w.Desk(ctx, desk)
		must(t, err)
		displaced := 0
		for _, s := range d.Sessions {
			if s.State != session.Booked {
				t.Errorf("session %s is %s", s.ID, s.State)
			}
			if d.Displaced(s) {
				displaced++
			}
		}
		if displaced != 6 || len(d.Coachees) != 8 {
			t.Errorf("%d of %d sessions are to be moved, %d coachees", displaced, len(d.Sessions), len(d.Coachees))
		}

		w.at("2021-08-15 20:00") // hours before the first
		me := identity.AsParticipant(codes[0])
		_, err = w.Move(ctx, me, booked[codes[0]].ID, time.Date(2021, 8, 17, 9, 0, 0, 0, zone))
		refused(t, err, problem.Conflict, "not available")
		_, err = w.Move(ctx, me, booked[codes[0]].ID, time.Date(2021, 8, 20, 9, 0, 0, 0, zone))
		must(t, err)
		s, err := w.Cancel(ctx, identity.AsParticipant(codes[1]), booked[codes[1]].ID)
		must(t, err)
		if s.State != session.LateCancelled || s.Missed != session.ByCoach || session.Billed(study.Cost{NoShowShare: 1}, s) != 0 {
			t.Errorf("a cancellation for the coach's leave: %+v", s)
		}
		if d, err = w.Desk(ctx, desk); err != nil || d.Coachees[0].Next != 2 {
			t.Errorf("the next session: %+v, %v", d.Coachees[0], err)
		}
		must(t, w.EndLeave(ctx, desk, k, leave.From))
		refused(t, w.EndLeave(ctx, desk, k, leave.From), problem.NotFound, "no such leave")
		if d, err = w.Desk(ctx, desk); err != nil || slices.ContainsFunc(d.Sessions, d.Displaced) {
			t.Errorf("without leave nothing is to be moved: %v", err)
		}
		w.at("2021-12-20 09:00")
		if d, err = w.Desk(ctx, desk); err != nil || d.Coachees[0].Next != 0 {
			t.Errorf("after the coaching period a session is to be booked: %+v, %v", d.Coachees[0], err)
		}
	})
}

// Whoever changes a coach who is away loses nothing by it, however late it is.
func TestChangeOfACoachWhoIsAway(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		w.at(s.Start.Add(-3 * time.Hour).In(w.Protocol.Location()).Format("2006-01-02 15:04"))
		_, err := w.TakeLeave(ctx, identity.AsCoach(k), k, coach.Span{From: w.now, To: w.now.AddDate(0, 0, 3)})
		must(t, err)
		must(t, w.ChangeCoach(ctx, identity.AsParticipant(code), code))
		got := w.sessions(s)[0]
		if got.State == session.Booked || got.Missed != session.ByCoach || session.Billed(study.Cost{NoShowShare: 1}, got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// Nobody is reminded of a session for which the coach is away: they are asked once more to move it.
func TestNobodyIsRemindedOfASessionInLeave(t *testing.T) {
	each(t, func(w *world) {
		code, k, s := started(w)
		_, err := w.TakeLeave(w.Context(), identity.AsCoach(k), k, coach.Span{From: s.Start.Add(-time.Hour), To: s.Start.AddDate(0, 0, 1)})
		must(t, err)
		w.at(s.Start.Add(-3 * time.Hour).In(w.Protocol.Location()).Format("2006-01-02 15:04"))
		w.tick()
		w.tick()
		if kinds, _ := w.mail(code); count(kinds, "session-tomorrow") != 0 || count(kinds, "coach-leave") != 2 {
			t.Errorf("sent %v", kinds)
		}
	})
}

func TestCoachWhoLeavesIsReplaced(t *testing.T) {
	each(t, func(w *world) {
		code, k, _ := started(w)
		back, err := w.RetireCoach(w.Context(), coordinator, k)
		must(t, err)
		kinds, _ := w.mail(code)
		if !slices.Equal(back, []participant.Code{code}) || !slices.Contains(kinds, "coach-left") {
			t.Errorf("given back %v, who was sent %v", back, kinds)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Sessions(ctx, code)
			for _, s := range all {
				if s.State == session.Booked {
					t.Errorf("session %d stays booked", s.Number)
				}
			}
			return err
		})
	})
}

func TestDatesAndLimitsOfACoach(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		zone := w.Protocol.Location()
		on := study.DateOf(w.now.AddDate(0, 0, 10), zone)
		must(t, w.SetHours(ctx, desk, k, conduct.Week{Zone: "America/Chicago"}))
		must(t, w.SetDate(ctx, desk, k, on, []coach.Date{{From: 600, To: 840}}))
		refused(t, w.SetDate(ctx, desk, k, on, []coach.Date{{From: 600, To: 840}, {From: 700, To: 900}}), problem.Invalid, "other hours")
		free, err := w.Free(ctx, me, code, w.now, w.now.AddDate(0, 1, 0), 100)
		must(t, err)
		if len(free) == 0 || free[0].In(zone).Format("2006-01-02 15:04") != on.String()+" 11:00" { // ten in Chicago
			t.Errorf("free %v", free)
		}
		must(t, w.SetDate(ctx, desk, k, on, nil))
		if free, err = w.Free(ctx, me, code, w.now, w.now.AddDate(0, 1, 0), 100); err != nil || len(free) != 0 {
			t.Errorf("a day off: %v, %v", free, err)
		}
		must(t, w.ClearDate(ctx, desk, k, on))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			c, err := tx.Coach(ctx, k)
			if err == nil && (len(c.Dates) != 0 || c.Zone != "America/Chicago") {
				t.Errorf("%+v", c)
			}
			return err
		})
	})
}

func TestMinutesAreCorrected(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		_, k, s := started(w)
		desk := identity.AsCoach(k)
		refused(t, w.CorrectSession(ctx, desk, s.ID, 80, " "), problem.Invalid, "reason")
		if s.State != session.Held {
			refused(t, w.CorrectSession(ctx, desk, s.ID, 80, "a slip"), problem.Conflict, "no minutes")
			w.at(s.Start.Add(2 * time.Hour).In(w.Protocol.Location()).Format("2006-01-02 15:04"))
			_, err := w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 19})
			must(t, err)
		}
		must(t, w.CorrectSession(ctx, desk, s.ID, 91, "a slip"))
		must(t, w.CorrectSession(ctx, desk, s.ID, 91, "a second tap"))
		refused(t, w.CorrectSession(ctx, identity.AsCoach("nobody"), s.ID, 80, "another coach"), problem.NotFound, "no such session")
		if verbs := w.trail(s.ID); verbs[len(verbs)-1] != "session.correct" || slices.Contains(verbs[:len(verbs)-1], "session.correct") {
			t.Errorf("the trail has %v", verbs)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			now, err := tx.Session(ctx, s.ID)
			if err == nil && now.Actual != 91 {
				t.Errorf("%d minutes", now.Actual)
			}
			return err
		})
	})
}

// Leave that begins before the first session and ends after the second leaves no time for the first in its place: it moves past the second,
// which is cancelled at no cost, however late, and is planned anew.
func TestMovePastInLeave(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, first := started(w) // on August 12
		me, desk := identity.AsParticipant(code), identity.AsCoach(k)
		book := func(day int) session.Session {
			s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: time.Date(2021, 8, day, 14, 0, 0, 0, time.UTC)})
			must(t, err)
			return s
		}
		second, third := book(18), book(27)
		w.at("2021-08-12 08:00")
		until := time.Date(2021, 8, 25, 0, 0, 0, 0, w.Protocol.Location())
		_, err := w.TakeLeave(ctx, desk, k, coach.Span{From: w.now.Add(-time.Hour), To: until})
		must(t, err)
		free, err := w.FreeToMove(ctx, me, first.ID, w.now, w.now.AddDate(0, 2, 0), 3)
		must(t, err)
		if len(free) > 0 && free[0].Before(until) {
			t.Errorf("free in the leave: %v", free)
		}
		to := time.Date(2021, 8, 30, 14, 0, 0, 0, time.UTC)
		_, err = w.Move(ctx, me, first.ID, to)
		refused(t, err, problem.Conflict, "in its place")
		past, err := w.FreeToMovePast(ctx, me, first.ID, to, to.Add(3*time.Hour), 1)
		must(t, err)
		if len(past) != 1 || !past[0].Equal(to) {
			t.Errorf("past the others are free: %v", past)
		}
		moved, err := w.MovePast(ctx, me, first.ID, to)
		must(t, err)
		if moved.ID != first.ID || moved.Sequence != 1 || !moved.Start.Equal(to) || moved.Number != 1 {
			t.Errorf("%+v", moved)
		}
		given := make([]session.Session, 2)
		for _, one := range w.sessions(first) {
			switch one.ID {
			case second.ID:
				given[0] = one
			case third.ID:
				given[1] = one
			}
		}
		if given[0].State != session.Cancelled || given[0].Missed != session.ByCoach || given[0].Sequence != 1 || given[0].ClosedAt == nil {
			t.Errorf("in the leave: %+v", given[0])
		}
		if given[1].State != session.Cancelled || given[1].Missed != session.ByParticipant || session.Billed(study.Cost{NoShowShare: 1}, given[1]) != 0 {
			t.Errorf("after the leave: %+v", given[1])
		}
		if again := book(31); again.Number != 2 {
			t.Errorf("planned anew as %d", again.Number)
		}

		// What has come too close to be moved is not overtaken.
		w.at("2021-08-30 10:30")
		_, err = w.MovePast(ctx, desk, first.ID, time.Date(2021, 9, 2, 14, 0, 0, 0, time.UTC))
		refused(t, err, problem.Conflict, "has begun")
	})
}
