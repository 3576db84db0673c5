package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// together runs functions so that they share commits: it holds the turn until all of them wait for it, in their order.
func together(t *testing.T, s *store.Store, fns ...func(tx *store.Tx) error) (errs []error) {
	t.Helper()
	errs = make([]error, len(fns))
	var wg sync.WaitGroup
	started := false
	if err := s.Write(t.Context(), func(*store.Tx) error {
		if started {
			return nil // it shares the commit with the first of them, and is run again with those
		}
		started = true
		for i, fn := range fns {
			wg.Go(func() {
				errs[i] = errors.New("ended without an answer")
				defer func() {
					if fault := recover(); fault != nil {
						errs[i] = fmt.Errorf("panic: %v", fault)
					}
				}()
				errs[i] = s.Write(t.Context(), fn)
			})
			for store.Waiting(s) <= i {
				time.Sleep(time.Millisecond)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	return errs
}

// Those who share a commit do not share their failures, however they fail.
func TestSharedCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		add := func(code string) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				if _, err := tx.Do(t.Context(), "INSERT INTO note (code) VALUES ($1)", code); err != nil {
					return err
				}
				return invite(t.Context(), tx, code)
			}
		}
		failing := errors.New("thought better of it")
		errs := together(t, s,
			add("1"),
			func(tx *store.Tx) error { add("no")(tx); return failing },
			add("2"),
			func(tx *store.Tx) error { add("no")(tx); panic("fault") },
			add("3"),
			func(tx *store.Tx) error { // goes on without the error of a statement
				add("no")(tx)
				tx.Do(t.Context(), "INSERT INTO note (code, n) VALUES ('no', 1000)")
				return nil
			},
			add("4"),
			func(tx *store.Tx) error { add("no")(tx); runtime.Goexit(); return nil },
			add("5"),
			func(tx *store.Tx) error { // ruins the whole transaction, as a full disk does
				add("no")(tx)
				tx.Tx.ExecContext(t.Context(), "ROLLBACK")
				return failing
			},
			add("6"),
			func(tx *store.Tx) error { add("no")(tx); return failing },
			add("7"),
			func(tx *store.Tx) error { // does not wait for what fails
				add("no")(tx)
				store.Later(t.Context(), tx, "INSERT INTO note (code, n) VALUES ('no', $1)", 1000)
				return nil
			},
			add("8"),
			func(tx *store.Tx) error { // meets it with the next statement, and goes on without its error
				store.Later(t.Context(), tx, "INSERT INTO note (code, n) VALUES ('no', $1)", 1000)
				store.One(t.Context(), tx, store.Value[int], "SELECT count(*) FROM note")
				return nil
			},
			func(tx *store.Tx) error { // what is not waited for is there for the next question, and for those who come after
				if err := store.Later(t.Context(), tx, "INSERT INTO note (code) VALUES ($1)", "9"); err != nil {
					return err
				}
				n, err := store.One(t.Context(), tx, store.Value[int], "SELECT count(*) FROM note WHERE code = '9'")
				if n != 1 {
					t.Errorf("%d rows of what was just written (%v)", n, err)
				}
				return invite(t.Context(), tx, "9")
			},
			func(tx *store.Tx) error { // the last of the commit
				store.Later(t.Context(), tx, "INSERT INTO note (code, n) VALUES ('no', $1)", 1000)
				return nil
			},
		)
		for i, err := range errs {
			switch ok := i%2 == 0; {
			case ok && err != nil:
				t.Errorf("function %d: %v", i, err)
			case !ok && err == nil:
				t.Errorf("function %d failed and was told otherwise", i)
			}
		}
		if !errors.Is(errs[1], failing) || errs[3].Error() != "panic: fault" || store.Constraint(errs[5]) != "note_n_small" ||
			store.Constraint(errs[13]) != "note_n_small" || store.Constraint(errs[15]) != "note_n_small" || store.Constraint(errs[17]) != "note_n_small" {
			t.Errorf("got %v", errs)
		}
		if n := count(t, s, "SELECT count(*) FROM note WHERE code <> 'no'"); n != 9 {
			t.Errorf("%d of 9 are there", n)
		}
		if n := count(t, s, "SELECT count(*) FROM note"); n != 9 {
			t.Errorf("%d rows, 9 were let through", n)
		}
		if r := verify(t, s); r.Err() != nil || r.Events != 9 {
			t.Errorf("%+v", r)
		}
	})
}

// Members of a commit see what those before them did.
func TestSharedCommitIsOneAfterTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		var fns []func(*store.Tx) error
		for i := range 100 { // more than one commit takes
			fns = append(fns, func(tx *store.Tx) error {
				n, err := store.One(t.Context(), tx, store.Value[int], "SELECT count(*) FROM note")
				if err != nil {
					return err
				}
				if n != i {
					t.Errorf("function %d sees %d rows", i, n)
				}
				_, err = tx.Do(t.Context(), "INSERT INTO note (code) VALUES ($1)", fmt.Sprint(i))
				return err
			})
		}
		for i, err := range together(t, s, fns...) {
			if err != nil {
				t.Errorf("function %d: %v", i, err)
			}
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Write(t.Context(), func(*store.Tx) error {
		ended := make(chan error)
		go func() {
			ended <- s.Write(ctx, func(*store.Tx) error { t.Error("ran after its context ended"); return nil })
		}()
		for store.Waiting(s) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(*store.Tx) error { return nil }); err != nil {
		t.Errorf("the next: %v", err)
	}
}

// Close lets those who wait finish, and refuses those who come later.
func TestCloseWaits(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	note(t, s)
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Do(t.Context(), "INSERT INTO note (code) VALUES ('x')")
				return err
			})
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !problem.Is(err, problem.Unavailable) {
			t.Errorf("got %v", err)
		}
	}
	if err := s.Write(t.Context(), func(*store.Tx) error { return nil }); !problem.Is(err, problem.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.Read(t.Context(), func(*store.Tx) error { return nil }); !problem.Is(err, problem.Unavailable) {
		t.Errorf("reading after Close: %v", err)
	}
}
