package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// A copy is the study as it stood, never replaces a file, and is refused where the database has better tools for it.
func TestCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s)
		if err := do(t, s, `INSERT INTO note (code) VALUES ($1)`, "before"); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		err := s.Copy(t.Context(), path)
		if s.Dialect != store.SQLite {
			if !problem.Is(err, problem.Unavailable) {
				t.Errorf("copying PostgreSQL gave %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := do(t, s, `INSERT INTO note (code) VALUES ($1)`, "after"); err != nil {
			t.Fatal(err)
		}
		copied, err := store.Open(t.Context(), store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer copied.Close()
		if n := count(t, copied, `SELECT count(*) FROM note WHERE code = 'before'`); n != 1 || count(t, copied, `SELECT count(*) FROM note`) != 1 {
			t.Errorf("the copy does not hold what was there when it was made")
		}
		size := func() int64 {
			i, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			return i.Size()
		}
		before := size()
		if err := s.Copy(t.Context(), path); !problem.Is(err, problem.Conflict) || size() != before {
			t.Errorf("copying over a file gave %v", err)
		}
	})
}
