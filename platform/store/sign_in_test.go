package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// Attempts are counted, wait longer each time, are taken back, and are forgotten after a day.
func TestAttempts(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		attempt := func() (wait time.Duration) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				until, err := tx.Attempt(t.Context(), "k", 2)
				if !until.IsZero() {
					wait = until.Sub(tx.Now())
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return wait
		}
		do := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []time.Duration{0, 0, 0, 15 * time.Second, 15 * time.Second} {
			if got := attempt(); got != want {
				t.Errorf("attempt %d waits %v, want %v", i+1, got, want)
			}
		}
		c.pass(15 * time.Second)
		if attempt(); attempt() != 30*time.Second {
			t.Error("the second wait is no longer than the first")
		}
		do(func(tx *store.Tx) error { return tx.Refund(t.Context(), "k") })
		if got := attempt(); got != 0 {
			t.Errorf("after a refund: %v", got)
		}
		do(func(tx *store.Tx) error { return tx.Forgive(t.Context(), "k") })
		for range 3 {
			if got := attempt(); got != 0 {
				t.Errorf("after forgiving: %v", got)
			}
		}
		c.pass(identity.Forgiven + time.Second)
		for range 3 {
			if got := attempt(); got != 0 {
				t.Errorf("after a day: %v", got)
			}
		}
		c.pass(2 * identity.Forgiven)
		do(func(tx *store.Tx) error { return tx.Sweep(t.Context()) })
		do(func(tx *store.Tx) error {
			n, err := store.One(t.Context(), tx, store.Value[int], "SELECT count(*) FROM throttle")
			if n != 0 {
				t.Errorf("%d keys are left", n)
			}
			return err
		})
	}, c.option)
}

func TestRemember(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			ctx := t.Context()
			for _, text := range []string{"one", "two"} {
				if err := tx.Remember(ctx, "h", []byte(text), tx.Now().Add(time.Minute)); err != nil {
					return err
				}
			}
			if what, err := tx.Recall(ctx, "h"); string(what) != "two" {
				t.Errorf("%q, %v", what, err)
			}
			if err := tx.Remember(ctx, "old", []byte("x"), tx.Now()); err != nil {
				return err
			}
			if _, err := tx.Recall(ctx, "old"); !problem.Is(err, problem.NotFound) {
				t.Errorf("%v", err)
			}
			if err := tx.Forget(ctx, "h"); err != nil {
				return err
			}
			if _, err := tx.Recall(ctx, "h"); !problem.Is(err, problem.NotFound) {
				t.Errorf("%v", err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}, c.option)
}

// Of several who come with the same token at once, one gets what was kept.
func TestRedeem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Remember(ctx, "old", []byte("x"), tx.Now()); err != nil {
				return err
			}
			return tx.Remember(ctx, "once", []byte("kept"), tx.Now().Add(time.Minute))
		}); err != nil {
			t.Fatal(err)
		}
		var got, none atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				err := s.Write(ctx, func(tx *store.Tx) error {
					what, err := tx.Redeem(ctx, "once")
					if err == nil && string(what) != "kept" {
						t.Errorf("it gives %q", what)
					}
					return err
				})
				switch {
				case err == nil:
					got.Add(1)
				case problem.Is(err, problem.NotFound):
					none.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 || none.Load() != 5 {
			t.Errorf("%d got it, %d did not", got.Load(), none.Load())
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { _, err := tx.Redeem(ctx, "old"); return err }); !problem.Is(err, problem.NotFound) {
			t.Errorf("what is too old: %v", err)
		}
	})
}
