package conduct_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/problem"
)

var otherOwner = identity.Actor{Name: "otherOwner", Role: identity.Owner}

// A wish stands for three days, so that whoever decides hears of it; the mail tells neither of whom nor why.
func TestOwnersHearOfWishes(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(1)
		first, err := w.FirstStaff(ctx, owner, conduct.NewStaff{Name: "Ann", Email: "ann@hospital.example", Roles: []identity.Role{identity.Owner}})
		must(t, err)
		asks := identity.Actor{Name: first.Account, Role: identity.Owner}
		second, err := w.InviteStaff(ctx, asks, conduct.NewStaff{Name: "Ben", Email: "ben@hospital.example", Roles: []identity.Role{identity.Owner}})
		must(t, err)
		_, err = w.InviteStaff(ctx, asks, conduct.NewStaff{Name: "Cas", Email: "cas@hospital.example", Roles: []identity.Role{identity.Coordinator}})
		must(t, err)
		must(t, w.AskReveal(ctx, asks, codes[0], "wrote of harm"))
		all, err := w.Reveals(ctx, asks)
		must(t, err)
		must(t, w.DecideReveal(ctx, identity.Actor{Name: second.Account, Role: identity.Owner}, all[0].ID, true))
		s := mailtest.New(w)
		w.deliver(s.Client())
		var told []string
		for _, m := range s.All() {
			if !strings.Contains(m.Body, "/reveal") {
				continue
			}
			told = append(told, m.To+" "+m.Header.Get("Subject"))
			for _, never := range []string{string(codes[0]), "harm", "Person"} {
				if strings.Contains(m.Raw, never) {
					t.Errorf("the mail tells %q: %s", never, m.Raw)
				}
			}
		}
		if want := []string{"ben@hospital.example Another owner asks who a code is", "ann@hospital.example Who a code is: it was decided"}; !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
	})
}

// Two owners are needed to know who a code is: the one who asks never grants, and sees it once.
func TestRevealTakesTwo(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		refused(t, w.AskReveal(ctx, owner, codes[0], "  "), problem.Invalid, "no reason")
		refused(t, w.AskReveal(ctx, coordinator, codes[0], "why"), problem.Forbidden, "")
		refused(t, w.AskReveal(ctx, owner, "2222-2222", "why"), problem.NotFound, "")
		must(t, w.AskReveal(ctx, owner, codes[0], "Dr. Person 0 wrote of harm"))
		all, err := w.Reveals(ctx, otherOwner)
		must(t, err)
		if len(all) != 1 || all[0].Why != "Dr. Person 0 wrote of harm" || all[0].Granted {
			t.Fatalf("asked %+v", all)
		}
		id := all[0].ID
		_, _, err = w.Reveal(ctx, owner, id)
		refused(t, err, problem.Conflict, "No other owner")
		refused(t, w.DecideReveal(ctx, owner, id, true), problem.Conflict, "yourself")
		refused(t, w.DecideReveal(ctx, statistician, id, true), problem.Forbidden, "")
		must(t, w.DecideReveal(ctx, otherOwner, id, true))
		refused(t, w.DecideReveal(ctx, otherOwner, id, false), problem.Conflict, "decided")
		_, _, err = w.Reveal(ctx, otherOwner, id)
		refused(t, err, problem.NotFound, "")
		var group sync.WaitGroup
		var mu sync.Mutex
		seen := 0
		for range 4 {
			group.Go(func() {
				p, code, err := w.Reveal(ctx, owner, id)
				mu.Lock()
				defer mu.Unlock()
				if err == nil && p.Email == "p0@hospital.example" && code == codes[0] {
					seen++
				} else if !problem.Is(err, problem.Conflict) {
					t.Errorf("%+v, %v", p, err)
				}
			})
		}
		group.Wait()
		if seen != 1 {
			t.Errorf("shown %d times", seen)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			events, err := tx.Events(ctx, string(codes[0]), 0, 10)
			var verbs []string
			for _, e := range events {
				verbs = append(verbs, e.Verb)
				if e.Reason != "" || len(e.New) > 30 {
					t.Errorf("the trail says %+v", e)
				}
			}
			if got := len(verbs); got != 3 || verbs[2] != "identity.reveal" {
				t.Errorf("trail %v", verbs)
			}
			return err
		})
	})
}

func TestRevealEnds(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code := w.roster(1)[0]
		for range 3 {
			must(t, w.AskReveal(ctx, owner, code, "why"))
		}
		all, err := w.Reveals(ctx, owner)
		must(t, err)
		must(t, w.DecideReveal(ctx, otherOwner, all[0].ID, false))
		must(t, w.DecideReveal(ctx, otherOwner, all[1].ID, true))
		_, _, err = w.Reveal(ctx, owner, all[0].ID)
		refused(t, err, problem.Conflict, "No other owner")
		w.pass(73 * time.Hour)
		_, _, err = w.Reveal(ctx, owner, all[1].ID)
		refused(t, err, problem.Conflict, "72 hours")
		refused(t, w.DecideReveal(ctx, otherOwner, all[2].ID, true), problem.Conflict, "72 hours")
		refused(t, w.DecideReveal(ctx, otherOwner, 999, true), problem.NotFound, "")
	})
}
