package conduct_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/session"
)

func (w *world) sessions(of session.Session) (all []session.Session) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = tx.Sessions(ctx, of.Participant)
		return err
	})
	return all
}

// Six sessions in one go, by the participant's clock, over the clock change of November 7.
func TestSeries(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-09-01 10:00")
		code := w.rosterOf("one")
		w.coachable(code)
		k := w.coaches(1)[0]
		me := identity.AsParticipant(code)
		must(t, w.ChooseCoach(ctx, me, code, k))
		first := time.Date(2021, 9, 8, 13, 0, 0, 0, time.UTC)
		_, err := w.Propose(ctx, me, code, first, 0)
		refused(t, err, problem.Invalid, "every")
		_, err = w.Propose(ctx, identity.AsParticipant("R0000000"), code, first, 14)
		if err == nil {
			t.Error("somebody else's series")
		}
		starts, err := w.Propose(ctx, me, code, first, 14)
		must(t, err)
		var shown []string
		for _, s := range starts {
			shown = append(shown, s.In(w.Protocol.Location()).Format("Jan 2 15:04"))
		}
		if got := strings.Join(shown, ", "); got != "Sep 8 09:00, Sep 22 09:00, Oct 6 09:00, Oct 20 09:00, Nov 3 09:00, Nov 17 09:00" {
			t.Errorf("proposed %s", got)
		}
		// One bad time, and none is booked; the refusal names it by the place in which it was given.
		bad := append([]time.Time{}, starts...)
		bad[2], bad[4] = bad[4], bad[2].Add(10*time.Hour)
		_, err = w.BookSeries(ctx, me, code, bad, "")
		refused(t, err, problem.Conflict, "starts[4]")
		if !strings.Contains(err.Error(), "nearest free times") {
			t.Error(err)
		}
		if all := w.sessions(session.Session{Participant: code}); len(all) != 0 {
			t.Errorf("a refused series left %v", all)
		}
		booked, err := w.BookSeries(ctx, me, code, starts, "video")
		must(t, err)
		for i, s := range booked {
			if s.Number != i+1 || !s.Start.Equal(starts[i]) || s.Planned != w.Protocol.Coaching.Sessions[i] || s.Mode != "video" {
				t.Errorf("session %d: %+v", i+1, s)
			}
		}
		_, err = w.Move(ctx, me, booked[3].ID, booked[3].Start.Add(2*time.Hour))
		must(t, err)
		_, err = w.Cancel(ctx, me, booked[5].ID)
		must(t, err)
		if starts, err = w.Propose(ctx, me, code, booked[5].Start, 14); err != nil || len(starts) != 1 || !starts[0].Equal(booked[5].Start) {
			t.Errorf("the one that is left: %v, %v", starts, err)
		}
	})
}

// A coach who is busy at the wished time: each session goes to the nearest time that is free, and only that one.
func TestSeriesGoesAroundWhatIsTaken(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(2)
		k := w.coaches(1)[0]
		for _, code := range codes {
			w.coachable(code)
			must(t, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
		}
		other, me := identity.AsParticipant(codes[0]), identity.AsParticipant(codes[1])
		_, err := w.Book(ctx, other, conduct.Booking{Participant: codes[0], Start: time.Date(2021, 8, 25, 18, 0, 0, 0, time.UTC)}) // 14:00 to 15:30
		must(t, err)
		starts, err := w.Propose(ctx, me, codes[1], time.Date(2021, 8, 18, 18, 30, 0, 0, time.UTC), 7)
		must(t, err)
		want := "Aug 18 14:30, Aug 25 15:45, Sep 1 14:30, Sep 8 14:30, Sep 15 14:30, Sep 22 14:30"
		var shown []string
		for _, s := range starts {
			shown = append(shown, s.In(w.Protocol.Location()).Format("Jan 2 15:04"))
		}
		if got := strings.Join(shown, ", "); got != want {
			t.Errorf("proposed %s, want %s", got, want)
		}
		if _, err = w.BookSeries(ctx, me, codes[1], starts, ""); err != nil {
			t.Error(err)
		}
		_, err = w.Propose(ctx, other, codes[0], time.Date(2021, 11, 1, 18, 0, 0, 0, time.UTC), 14)
		refused(t, err, problem.Conflict, "No time is free for session")
	})
}
