package store_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// note makes a table that has one of everything, in the words of a schema file.
func note(t *testing.T, s *store.Store) {
	t.Helper()
	write(t, s, `CREATE TABLE note (id ID, code TEXT NOT NULL, n INTEGER, r REAL, ok BOOL, at TIME, doc JSON, raw BLOB, parent INTEGER REFERENCES note (id),
		CONSTRAINT note_n_small CHECK (n < 100), UNIQUE (n, r)) STRICT;
		CREATE UNIQUE INDEX note_code_once ON note (code) WHERE ok;`)
}

func write(t *testing.T, s *store.Store, schema string) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Do(t.Context(), store.Translate(s.Dialect, schema))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, s *store.Store, query string, args ...any) error {
	t.Helper()
	return s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Do(t.Context(), query, args...)
		return err
	})
}

func count(t *testing.T, s *store.Store, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
		n, err = store.One(t.Context(), tx, store.Value[int64], query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRoundTrip(t *testing.T) {
	type row struct {
		id, n  int64
		code   string
		r      float64
		ok     bool
		at     time.Time
		doc    map[string]any
		raw    []byte
		parent sql.NullInt64
	}
	scan := func(scan store.Scan) (r row, err error) {
		var doc store.JSON[map[string]any]
		err = scan(&r.id, &r.code, &r.n, &r.r, &r.ok, &r.at, &doc, &r.raw, &r.parent)
		r.doc = doc.V
		return r, err
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		// Eastern time after the change of 2021-11-07, with nanoseconds that are cut.
		at := time.Date(2021, 11, 7, 1, 30, 0, 123456789, time.FixedZone("EST", -5*3600))
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Do(t.Context(), `INSERT INTO note (code, n, r, ok, at, doc, raw) VALUES ($1, $7, $2, $3, $4, $5, $6)`,
				"é\U0001F9E0'", math.Pi, true, at, store.JSON[map[string]any]{V: map[string]any{"PF1": 3.0, "why": nil}}, []byte{0, 255, 10}, -7)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			got, err := store.One(t.Context(), tx, scan, "SELECT id, code, n, r, ok, at, doc, raw, parent FROM note WHERE at >= $1 AND at <= $1 AND n = $2", at, -7)
			if err != nil {
				return err
			}
			if got.id != 1 || got.code != "é\U0001F9E0'" || got.n != -7 || got.r != math.Pi || !got.ok || got.parent.Valid || string(got.raw) != "\x00\xff\n" {
				t.Errorf("got %+v", got)
			}
			if want := at.Truncate(time.Microsecond); !got.at.Equal(want) || got.at.Location() != time.UTC {
				t.Errorf("at: got %v, want %v in UTC", got.at, want)
			}
			if got.doc["PF1"] != 3.0 || got.doc["why"] != nil || len(got.doc) != 2 {
				t.Errorf("doc: got %v", got.doc)
			}
			pf1, err := store.One(t.Context(), tx, store.Value[string], "SELECT doc ->> 'PF1' FROM note")
			if err != nil || pf1 != "3" {
				t.Errorf("doc ->> 'PF1': got %q, %v", pf1, err)
			}
			all, err := store.All(t.Context(), tx, scan, "SELECT id, code, n, r, ok, at, doc, raw, parent FROM note WHERE code = $1", "nobody")
			if err != nil || len(all) != 0 {
				t.Errorf("All of none: got %v, %v", all, err)
			}
			_, err = store.One(t.Context(), tx, scan, "SELECT id, code, n, r, ok, at, doc, raw, parent FROM note WHERE code = $1", "nobody")
			if !problem.Is(err, problem.NotFound) || !errors.Is(err, sql.ErrNoRows) {
				t.Errorf("One of none: got %v", err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestConstraints(t *testing.T) {
	cases := []struct {
		name, query string
		constraint  string
		kind        problem.Kind
	}{
		{"unique index", "INSERT INTO note (code, ok) VALUES ('a', TRUE)", "note_code_once", problem.Conflict},
		{"unique columns", "INSERT INTO note (code, n, r) VALUES ('b', 1, 2.0)", "note_n_r_key", problem.Conflict},
		{"primary key", "INSERT INTO note (id, code) VALUES (1, 'b')", "note_pkey", problem.Conflict},
		{"check", "INSERT INTO note (code, n) VALUES ('b', 100)", "note_n_small", problem.Invalid},
		{"not null", "INSERT INTO note (n) VALUES (5)", "note.code", problem.Invalid},
		{"foreign key", "INSERT INTO note (code, parent) VALUES ('b', 99)", "foreign key", problem.Invalid},
		{"still referred to", "DELETE FROM note WHERE id = 1", "foreign key", problem.Invalid},
		{"type", "INSERT INTO note (code, n) VALUES ('b', 'many')", "type", problem.Invalid},
		{"trigger", "INSERT INTO audit_event VALUES (5, '', '', '', '', '', '', '', '')", "audit_append_only", problem.Conflict},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		if err := do(t, s, "INSERT INTO note (code, n, r, ok) VALUES ('a', 1, 2.0, TRUE)"); err != nil {
			t.Fatal(err)
		}
		if err := do(t, s, "INSERT INTO note (code, parent) VALUES ('child', 1)"); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Do(t.Context(), c.query)
				if got := tx.Constraint(err); got != c.constraint {
					t.Errorf("%s: inside, the constraint of %v is %q, want %q", c.name, err, got, c.constraint)
				}
				return err
			})
			if got := store.Constraint(err); got != c.constraint || !problem.Is(err, c.kind) {
				t.Errorf("%s: got %v (%q), want a problem of kind %v about %q", c.name, err, got, c.kind, c.constraint)
			}
		}
		if n := count(t, s, "SELECT count(*) FROM note"); n != 2 {
			t.Errorf("%d rows, want the first two alone", n)
		}
	})
}

func TestClockStandsStill(t *testing.T) {
	var ticks atomic.Int64
	start := time.Date(2020, 9, 1, 8, 0, 0, 999, time.UTC)
	tick := func(o *store.Options) {
		o.Clock = func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Second) }
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var first, again, second time.Time
		for _, fn := range []func(*store.Tx) error{
			func(tx *store.Tx) error { first = tx.Now(); again = tx.Now(); return nil },
			func(tx *store.Tx) error { second = tx.Now(); return nil },
		} {
			if err := s.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		if first != again || !second.After(first) || first.Nanosecond() != 0 {
			t.Errorf("got %v, %v, then %v", first, again, second)
		}
	}, tick)
}

// In one transaction all or nothing, whatever ends it.
func TestWriteIsAtomic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		insert := func(tx *store.Tx) {
			if _, err := tx.Do(t.Context(), "INSERT INTO note (code) VALUES ('x')"); err != nil {
				t.Error(err)
			}
		}
		refused := errors.New("refused")
		if err := s.Write(t.Context(), func(tx *store.Tx) error { insert(tx); return refused }); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() {
				if got := recover(); got != "fault" {
					t.Errorf("recovered %v", got)
				}
			}()
			s.Write(t.Context(), func(tx *store.Tx) error { insert(tx); panic("fault") })
		}()
		ctx, cancel := context.WithCancel(t.Context())
		if err := s.Write(ctx, func(tx *store.Tx) error { insert(tx); cancel(); insert(tx); return nil }); err != nil {
			t.Errorf("a context that ends inside: %v", err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { insert(tx); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("a context that ended before: %v", err)
		}
		if n := count(t, s, "SELECT count(*) FROM note"); n != 2 {
			t.Errorf("%d rows, want the two of the transaction that was let through", n)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		err := s.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Do(t.Context(), "INSERT INTO note (code) VALUES ('x')")
			return err
		})
		if err == nil || count(t, s, "SELECT count(*) FROM note") != 0 {
			t.Errorf("a reading transaction wrote: %v", err)
		}
	})
}

// 64 writers count together: no count is lost, none doubled, and readers see only whole transactions.
func TestConcurrentWriters(t *testing.T) {
	const writers, each = 64, 5
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		write(t, s, "CREATE TABLE tally (id ID, n INTEGER, twice INTEGER); INSERT INTO tally (n, twice) VALUES (0, 0);")
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					if err := s.Write(t.Context(), func(tx *store.Tx) error {
						n, err := store.One(t.Context(), tx, store.Value[int64], "SELECT n FROM tally")
						if err != nil {
							return err
						}
						if _, err = tx.Do(t.Context(), "UPDATE tally SET n = $1", n+1); err != nil {
							return err
						}
						_, err = tx.Do(t.Context(), "UPDATE tally SET twice = $1", 2*(n+1))
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		stop := make(chan struct{})
		reading := make(chan struct{})
		go func() {
			defer close(reading)
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n := count(t, s, "SELECT count(*) FROM tally WHERE twice <> 2 * n"); n != 0 {
					t.Error("a reader saw half a transaction")
				}
			}
		}()
		wg.Wait()
		close(stop)
		<-reading
		if n := count(t, s, "SELECT n FROM tally"); n != writers*each {
			t.Errorf("counted %d, want %d", n, writers*each)
		}
	})
}

func TestOpenTwiceChangesNothing(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, where store.Options) {
		s := storetest.Open(t, where)
		note(t, s)
		versions := count(t, s, "SELECT count(*) FROM schema_version")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = storetest.Open(t, where)
		if n := count(t, s, "SELECT count(*) FROM schema_version"); n != versions {
			t.Errorf("%d versions recorded, %d before", n, versions)
		}
		if n := count(t, s, "SELECT count(*) FROM note"); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestNewerVersionIsRefused(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, where store.Options) {
		s := storetest.Open(t, where)
		if err := do(t, s, "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, TRUE)"); err != nil {
			t.Fatal(err)
		}
		s.Close()
		for _, readOnly := range []bool{false, true} {
			where.ReadOnly = readOnly
			_, err := store.Open(t.Context(), where)
			if !problem.Is(err, problem.Unavailable) {
				t.Errorf("read-only %v: got %v", readOnly, err)
			}
		}
	})
}

func TestSomebodyElsesDatabaseIsRefused(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, where store.Options) {
		s := storetest.Open(t, where)
		if err := do(t, s, "DROP TABLE schema_version"); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if _, err := store.Open(t.Context(), where); !problem.Is(err, problem.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestReadOnlyBesideTheWriter(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, where store.Options) {
		s := storetest.Open(t, where)
		where.ReadOnly = true
		look := storetest.Open(t, where)
		note(t, s)
		if n := count(t, look, "SELECT count(*) FROM note"); n != 0 {
			t.Errorf("%d rows", n)
		}
		if err := do(t, look, "INSERT INTO note (code) VALUES ('x')"); !problem.Is(err, problem.Unavailable) {
			t.Errorf("writing: got %v", err)
		}
	})
}

func TestPathWithOddCharacters(t *testing.T) {
	where := store.Options{Path: filepath.Join(t.TempDir(), "a b?c%20#d&é.db")}
	s := storetest.Open(t, where)
	note(t, s)
	s.Close()
	where.ReadOnly = true
	if n := count(t, storetest.Open(t, where), "SELECT count(*) FROM note"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// A folder that others can look into is not enough to read a study.
func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("files there have no such modes")
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // as a site may have made it
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "rekindle.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	note(t, s)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v, %v", f.Name(), info.Mode(), err)
		}
	}
}
