package conduct_test

import (
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// rated lets new people have a first session with a coach, one after the other, and say with one code for all items how it was.
func (w *world) rated(k coach.Code, codes []participant.Code, says int) {
	w.Helper()
	in, err := instrument.Find(w.Protocol.Coaching.Alliance)
	must(w, err)
	for _, code := range codes {
		me := identity.AsParticipant(code)
		must(w, w.ChooseCoach(w.Context(), me, code, k))
		free, err := w.Free(w.Context(), me, code, w.clock(), w.clock().AddDate(0, 0, 21), 1)
		must(w, err)
		s, err := w.Book(w.Context(), me, conduct.Booking{Participant: code, Start: free[0]})
		must(w, err)
		w.pass(s.End().Sub(w.clock()))
		_, err = w.Hold(w.Context(), identity.AsCoach(k), s.ID, conduct.Held{Minutes: 90})
		must(w, err)
		answers := instrument.Answers{}
		for _, item := range in.Items {
			answers[item.ID] = instrument.Whole(says)
		}
		must(w, w.RateAlliance(w.Context(), me, s.ID, answers))
	}
}

// A rating that is taken back takes its whole batch off the page, and those that were left never come back among others.
func TestABatchIsShownWholeOrNotAtAll(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(ctx, coordinator, k, 30))
		mine, least := identity.AsCoach(k), w.Protocol.Coaching.PooledOver
		read := func() (p session.Pool) {
			pools, err := w.PooledAlliance(ctx, mine)
			must(t, err)
			if len(pools) > 0 {
				p = pools[0]
			}
			return p
		}
		codes := w.roster(3 * least)
		for _, code := range codes {
			w.coachable(code)
		}
		w.rated(k, codes[:least-1], 1)
		if p := read(); p.People != 0 {
			t.Fatalf("of fewer than %d: %+v", least, p)
		}
		w.rated(k, codes[least-1:2*least+1], 4) // the first fills a batch, the next make another, one waits
		if p := read(); p.People != 2*least {
			t.Fatalf("two batches: %+v", p)
		}
		must(t, w.Withdraw(ctx, identity.AsParticipant(codes[0]), codes[0], participant.RemoveData, ""))
		if p := read(); p.People != least || p.Means["heard"] < 3.999 {
			t.Errorf("after one of the first batch took back their data: %+v", p)
		}
		w.rated(k, codes[2*least+1:], 4)
		if p := read(); p.People != 2*least || p.Means["heard"] < 3.999 {
			t.Errorf("with a third batch, somebody of the first is back: %+v", p)
		}
	})
}
