package store_test

import (
	"errors"
	"fmt"
	"testing"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// Functions that ask together find what they would have found one after the other, however often each asks.
func TestTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		note(t, s)
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range 5 {
				if err := store.Later(ctx, tx, "INSERT INTO note (code, n) VALUES ($1, $2)", fmt.Sprint(i), i); err != nil {
					return err
				}
			}
			n := func(code int) int {
				found, err := store.One(ctx, tx, store.Value[int], "SELECT n FROM note WHERE code = $1", fmt.Sprint(code))
				if err != nil {
					t.Errorf("%d: %v", code, err)
				}
				return found
			}
			var once, twice, within, all, without int
			if err := tx.Together(ctx,
				func() error { once = n(1); return nil },
				func() error { twice = n(n(3)); return nil },
				func() error { return nil },
				func() error {
					return tx.Together(ctx, func() error { within += n(2); return nil }, func() error { within += n(4) + n(0); return nil })
				},
				func() error {
					rows, err := store.All(ctx, tx, store.Value[string], "SELECT code FROM note ORDER BY code")
					all = len(rows)
					return err
				},
				func() error {
					_, err := store.One(ctx, tx, store.Value[int], "SELECT n FROM note WHERE code = 'nobody'")
					if !problem.Is(err, problem.NotFound) {
						t.Errorf("nobody: %v", err)
					}
					without++
					return nil
				}); err != nil {
				t.Error(err)
			}
			if once != 1 || twice != 3 || within != 6 || all != 5 || without != 1 {
				t.Errorf("%d, %d, %d, %d, %d", once, twice, within, all, without)
			}
			if after := n(1); after != 1 {
				t.Errorf("afterwards %d", after)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// What goes wrong together goes wrong as it would have alone: the first error in the order of the functions, a failed statement fails
// the transaction, a panic is the caller's.
func TestTogetherFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		note(t, s)
		first, second := errors.New("first"), errors.New("second")
		ask := func(tx *store.Tx) error {
			_, err := store.One(ctx, tx, store.Value[int], "SELECT count(*) FROM note")
			return err
		}
		if err := s.Read(ctx, func(tx *store.Tx) error {
			return tx.Together(ctx, func() error { return ask(tx) }, func() error { return errors.Join(ask(tx), first) }, func() error { return second })
		}); !errors.Is(err, first) {
			t.Errorf("got %v", err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.Do(ctx, "INSERT INTO note (code) VALUES ('no')"); err != nil {
				return err
			}
			tx.Together(ctx, func() error { return ask(tx) }, func() error {
				_, err := store.One(ctx, tx, store.Value[int], "SELECT n FROM nowhere")
				return err
			})
			return nil
		}); err == nil {
			t.Error("a failed statement was let through")
		}
		func() {
			defer func() {
				if fault := recover(); fault != "fault" {
					t.Errorf("recovered %v", fault)
				}
			}()
			t.Error(s.Write(ctx, func(tx *store.Tx) error {
				if _, err := tx.Do(ctx, "INSERT INTO note (code) VALUES ('no')"); err != nil {
					return err
				}
				return tx.Together(ctx, func() error { return ask(tx) }, func() error { panic("fault") }, func() error { return ask(tx) })
			}))
		}()
		if n := count(t, s, "SELECT count(*) FROM note"); n != 0 {
			t.Errorf("%d rows remain", n)
		}
	})
}

// A glance reads, and changes nothing; on PostgreSQL it asks once.
func TestGlance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		note(t, s)
		var n int
		ask := func(tx *store.Tx) (err error) {
			n, err = store.One(ctx, tx, store.Value[int], "SELECT count(*) FROM note")
			return err
		}
		for want := range 20 { // on the connections of the one before
			if err := s.Glance(ctx, ask); err != nil || n != want {
				t.Errorf("%d of %d rows, %v", n, want, err)
			}
			if err := s.Glance(ctx, func(tx *store.Tx) error {
				return tx.Together(ctx, func() error { return ask(tx) }, func() error { return ask(tx) })
			}); err != nil || n != want {
				t.Errorf("%d of %d rows, %v", n, want, err)
			}
			if err := do(t, s, "INSERT INTO note (code) VALUES ($1)", "x"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Glance(ctx, func(*store.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
		err := s.Glance(ctx, func(tx *store.Tx) error { return errors.Join(ask(tx), ask(tx)) })
		if twice := problem.Is(err, problem.Internal); twice != (s.Dialect == store.Postgres) {
			t.Errorf("asked twice: %v", err)
		}
		if err := s.Glance(ctx, func(tx *store.Tx) error {
			_, err := store.All(ctx, tx, store.Value[string], "INSERT INTO note (code) VALUES ('no') RETURNING code")
			return err
		}); err == nil {
			t.Error("a glance has written")
		}
		if n := count(t, s, "SELECT count(*) FROM note"); n != 20 {
			t.Errorf("%d rows", n)
		}
	})
}
