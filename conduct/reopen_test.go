package conduct_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/session"
)

// A slip of the coach's finger costs nobody a session, a month's pay or a place among those who began.
func TestRecordOfASessionIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		desk, me := identity.AsCoach(k), identity.AsParticipant(code)
		begun := func() (at *time.Time) {
			w.read(func(ctx context.Context, tx *store.Tx) error {
				r, err := tx.Participant(ctx, code)
				at = r.StartedAt
				return err
			})
			return at
		}
		refused(t, w.ReopenSession(ctx, desk, s.ID, "a slip"), problem.Conflict, "booked")
		w.at(s.Start.Add(2 * time.Hour).In(w.Protocol.Location()).Format("2006-01-02 15:04"))
		_, err := w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 60, Steps: w.Protocol.Coaching.Framework(1)[:1]})
		must(t, err)
		if begun() == nil {
			t.Fatal("coaching has not begun")
		}
		refused(t, w.ReopenSession(ctx, desk, s.ID, " "), problem.Invalid, "reason")
		refused(t, w.ReopenSession(ctx, identity.AsCoach("nobody"), s.ID, "another coach"), problem.NotFound, "no such session")
		must(t, w.ReopenSession(ctx, desk, s.ID, "the wrong line"))
		if begun() != nil {
			t.Error("coaching has begun without a session")
		}
		missed, err := w.Miss(ctx, desk, s.ID, session.ByParticipant)
		must(t, err)
		if missed.Actual != 0 || len(missed.Steps) != 0 {
			t.Errorf("%+v", missed)
		}
		must(t, w.ReopenSession(ctx, desk, s.ID, "they came, late"))
		_, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 75})
		must(t, err)
		if at := begun(); at == nil || !at.Equal(s.Start) {
			t.Errorf("coaching began %v", at)
		}
		if verbs := w.trail(s.ID); !slices.Equal(verbs[len(verbs)-5:], []string{"session.hold", "session.reopen", "session.miss", "session.reopen", "session.hold"}) {
			t.Errorf("the trail has %v", verbs)
		}
		// Where the missed one was booked anew, that one stands.
		must(t, w.ReopenSession(ctx, desk, s.ID, "once more"))
		_, err = w.Miss(ctx, desk, s.ID, session.ByCoach)
		must(t, err)
		free, err := w.Free(ctx, me, code, w.now, w.now.AddDate(0, 0, 21), 1)
		must(t, err)
		if _, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: free[0]}); err != nil {
			t.Fatal(err)
		}
		refused(t, w.ReopenSession(ctx, desk, s.ID, "they came after all"), problem.Conflict, "in its place")
	})
}
