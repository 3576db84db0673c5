package conduct_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/problem"
)

// A mail server that is down delays mail and loses none; what it refuses is seen, and goes again when somebody asks.
func TestLogOfAPerson(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		w.at("2021-08-05 08:00")
		w.tick()
		s := mailtest.New(t)
		to := s.Client()
		defer to.Close()
		s.Stop()
		if _, err := w.Deliver(ctx, to); !problem.Is(err, problem.Unavailable) {
			t.Errorf("a server that is down: %v", err)
		}
		if waiting := w.letters(store.PlanFilter{Stage: store.Handed}); len(waiting) != 2 || waiting[0].Answer+waiting[1].Answer == "" {
			t.Errorf("while it is down: %d wait", len(waiting))
		}
		s.Start(t)
		s.Change(func() { s.Rcpt = func(to string) error { return mailtest.Refuse(554, 5, 6, 0, "Not this") } })
		w.pass(time.Hour)
		_, err = w.Deliver(ctx, to)
		must(t, err)
		failed := w.only(codes[0], "announcement", 0)
		if failed.Stage() != store.Failed || !strings.Contains(failed.Answer, "554 5.6.0 Not this") {
			t.Errorf("refused: %s, %q", failed.Stage(), failed.Answer)
		}
		refused(t, w.ResendMessage(ctx, coordinator, codes[1], failed.Outbox), problem.NotFound, "no message")
		must(t, w.ResendMessage(ctx, coordinator, codes[0], failed.Outbox))
		refused(t, w.ResendMessage(ctx, coordinator, codes[0], failed.Outbox), problem.Conflict, "not failed")
		s.Change(func() { s.Rcpt = nil })
		if done, err := w.Deliver(ctx, to); err != nil || done.Sent != 1 {
			t.Errorf("sent %+v, %v", done, err)
		}
		if l := w.only(codes[0], "announcement", 0); l.Stage() != store.SentOff {
			t.Errorf("after all: %s, %q", l.Stage(), l.Answer)
		}
		must(t, w.Bounce(ctx, coordinator, codes[1]))
		refused(t, w.ResendMessage(ctx, coordinator, codes[1], w.only(codes[1], "announcement", 0).Outbox), problem.Conflict, "takes no mail")
	})
}

// Two who send at the same time send each mail once.
func TestTwoSenders(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		const people = 20
		w.roster(people)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		w.at("2021-08-05 08:00")
		s := mailtest.New(t)
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				to := s.Client()
				defer to.Close()
				if _, err := w.Tick(ctx); err != nil {
					t.Error(err)
				}
				if _, err := w.Deliver(ctx, to); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		got := map[string]int{}
		for _, m := range s.All() {
			got[m.To]++
		}
		if len(got) != people || len(s.All()) != people {
			t.Errorf("%d mails to %d of %d people", len(s.All()), len(got), people)
		}
	})
}
