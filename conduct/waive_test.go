package conduct_test

import (
	"context"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// What a coach waives of the calendar outside can be booked, no minute more; whether the calendar is stale is decided as ever.
func TestWaiveBusy(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		me, mine := identity.AsParticipant(code), identity.AsCoach(k)
		from := time.Date(2021, 8, 20, 13, 0, 0, 0, time.UTC) // 09:00 to 13:00 in Boston
		busy := coach.Span{From: from, To: from.Add(4 * time.Hour)}
		must(t, w.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.SaveBusyCalendar(ctx, store.BusyCalendar{Coach: k, Address: "https://calendar.example.org/x", Added: tx.Now(), Got: new(tx.Now()), Tried: new(tx.Now()), Spans: []coach.Span{busy}, Next: tx.Now()})
		}))
		book := func(start time.Time) error {
			_, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: start})
			return err
		}
		refused(t, book(from), problem.Conflict, "not available")
		for name, s := range map[string]coach.Span{"backwards": {From: busy.To, To: busy.From}, "past": {From: from.AddDate(0, -1, 0), To: from.AddDate(0, -1, 1)}, "too long": {From: from, To: from.AddDate(0, 0, 8)}} {
			if err := w.WaiveBusy(ctx, mine, s); !problem.Is(err, problem.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		half := coach.Span{From: from, To: from.Add(2 * time.Hour)}
		refused(t, w.WaiveBusy(ctx, me, half), problem.Forbidden, "")
		must(t, w.WaiveBusy(ctx, mine, half))
		must(t, w.WaiveBusy(ctx, mine, half)) // twice
		refused(t, book(from.Add(time.Hour+45*time.Minute)), problem.Conflict, "not available")
		must(t, book(from.Add(15*time.Minute)))
		must(t, w.KeepBusy(ctx, mine, half))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			kept, err := tx.Coach(ctx, k)
			if len(kept.Waived) != 0 {
				t.Errorf("still waived: %v", kept.Waived)
			}
			return err
		})
		if free, err := w.Free(ctx, me, code, from, busy.To, 10); err != nil || len(free) != 0 {
			t.Errorf("taken back, and free at %v, %v", free, err)
		}

		must(t, w.WaiveBusy(ctx, mine, half))
		w.pass(13 * time.Hour)
		if b, err := w.BusyCalendarOf(ctx, mine); err != nil || b.State != conduct.BusyStale {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
