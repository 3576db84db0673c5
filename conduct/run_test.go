package conduct_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store/storetest"
)

// The program announces, reminds and delivers by itself, survives a mail server that is down, and stops when told.
func TestRun(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.roster(3)
	_, err := w.Invite(w.Context(), coordinator, nil)
	must(t, err)
	s := mailtest.New(t)
	s.Stop()
	ctx, stop := context.WithCancel(w.Context())
	var mu sync.Mutex
	failed, delivered := 0, 0
	var running sync.WaitGroup
	running.Go(func() {
		w.Run(ctx, s.Client(), func(b conduct.Beat) {
			mu.Lock()
			defer mu.Unlock()
			delivered += b.Delivered.Sent
			if b.Err != nil {
				if failed++; b.Duty != "mail" {
					t.Errorf("%s: %v", b.Duty, b.Err)
				}
			}
		})
	})
	wait := func(what string, done func() bool) {
		t.Helper()
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			mu.Lock()
			ok := done()
			mu.Unlock()
			if ok {
				return
			}
			if time.Since(began) > 20*time.Second {
				stop()
				t.Fatalf("waited in vain: %s", what)
			}
		}
	}
	w.at("2021-08-05 08:00") // the clock jumps
	wait("the mail server is down", func() bool { return failed > 0 })
	s.Start(t)
	w.pass(2 * time.Minute)
	wait("all are delivered", func() bool { return delivered == 3 })
	stop()
	running.Wait()
	if len(s.All()) != 3 {
		t.Errorf("%d mails", len(s.All()))
	}
}
