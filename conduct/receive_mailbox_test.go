package conduct_test

import (
	"context"
	"fmt"
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

// Mail of a mailbox is taken once, also by two programs at a time and where the mailbox numbers it anew; one that is down is noted and loses nothing.
func TestReceiveFromAMailbox(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.announced(3)
		s := mailtest.New(t)
		w.deliver(s.Client())
		ids := map[string]string{}
		for _, m := range s.All() {
			ids[m.To] = m.Header.Get("Message-ID")
		}
		box := mailtest.NewMailbox(t)
		came := []string{
			report("delivery-status", "Reporting-MTA: dns; mx.example\n\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown", ids["p0@hospital.example"]),
			"From: kim@hospital.example\r\nSubject: Automatic reply: An invitation\r\nAuto-Submitted: auto-replied\r\n\r\nI am away. " + ids["p2@hospital.example"],
			"\x00\x01 no mail at all",
			report("feedback-report", "Feedback-Type: abuse\nVersion: 1", ids["p1@hospital.example"]),
		}
		for _, raw := range came {
			box.Put(t, raw)
		}
		var two sync.WaitGroup
		var mu sync.Mutex
		counts := map[conduct.Taken]int{}
		for range 2 {
			two.Go(func() {
				got, err := w.ReceiveFrom(ctx, identity.Program, box.Client())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for what, n := range got {
					counts[what] += n
				}
			})
		}
		two.Wait()
		want := fmt.Sprint(map[conduct.Taken]int{conduct.Returned: 1, conduct.Unknown: 1, conduct.Unreadable: 1, conduct.Complained: 1})
		if got := fmt.Sprint(counts); got != want {
			t.Errorf("taken %s, want %s", got, want)
		}
		if got := fmt.Sprint(box.Flags(t)); got != `[[\Seen] [] [\Flagged] [\Seen]]` {
			t.Errorf("flags: %s", got)
		}
		once := func(when string) {
			t.Helper()
			for verb, code := range map[string]string{"message.receive": string(codes[0]), "participant.bounce": string(codes[0]), "participant.complain": string(codes[1])} {
				if n := strings.Count(" "+strings.Join(w.trail(code), " ")+" ", " "+verb+" "); n != 1 {
					t.Errorf("%s: %s is %d times in the trail", when, verb, n)
				}
			}
			if verbs := w.trail(string(codes[2])); strings.Contains(strings.Join(verbs, " "), "bounce") {
				t.Errorf("somebody who is away: %v", verbs)
			}
		}
		once("two programs")
		box.Renumber(t, came...)
		got, err := w.ReceiveFrom(ctx, identity.Program, box.Client())
		if err != nil || got[conduct.Returned]+got[conduct.Complained] != 0 {
			t.Errorf("numbered anew: %v, %v", got, err)
		}
		once("numbered anew")

		from := box.Client()
		w.Mailbox = from
		failing := func() (since time.Time) {
			w.read(func(ctx context.Context, tx *store.Tx) (err error) {
				since, err = w.MailboxFailing(ctx, tx)
				return err
			})
			return since
		}
		if !failing().IsZero() {
			t.Error("a mailbox that is read is failing")
		}
		box.Stop()
		began := w.now
		for range 2 {
			_, err := w.ReceiveFrom(ctx, identity.Program, from)
			refused(t, err, problem.Unavailable, "cannot be read")
			w.pass(time.Minute)
		}
		if !failing().Equal(began) {
			t.Errorf("failing since %s, want %s", failing(), began)
		}
		box.Put(t, came[1])
		box.Start(t)
		if got, err := w.ReceiveFrom(ctx, identity.Program, box.Client()); err != nil || got[conduct.Unknown] != 1 || !failing().IsZero() {
			t.Errorf("after it was down: %v, %v, failing since %s", got, err, failing())
		}
		_, err = w.ReceiveFrom(ctx, coordinator, from)
		refused(t, err, problem.Forbidden, "")
	})
}
