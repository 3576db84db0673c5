package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

const (
	crashPath = "REKINDLE_CRASH_PATH" // the file that the child writes to until it is killed
	crashKey  = "REKINDLE_CRASH_KEY"
)

// TestMain lets this binary be the child that TestKilled kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashPath); path != "" {
		if err := writeUntilKilled(path, os.Getenv(crashKey)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeUntilKilled has four writers that print a number only after the store has acknowledged it.
func writeUntilKilled(path, secret string) error {
	key, err := audit.ParseKey(secret)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Path: path, Key: key})
	if err != nil {
		return err
	}
	if err := s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Do(ctx, "CREATE TABLE IF NOT EXISTS kept (n INTEGER PRIMARY KEY, pad TEXT NOT NULL) STRICT")
		return err
	}); err != nil {
		return err
	}
	failed := make(chan error)
	for range 4 {
		go func() {
			for {
				var n int64
				if err := s.Write(ctx, func(tx *store.Tx) (err error) {
					if n, err = store.One(ctx, tx, store.Value[int64], "SELECT coalesce(max(n), 0) + 1 FROM kept"); err != nil {
						return err
					}
					if _, err = tx.Do(ctx, "INSERT INTO kept (n, pad) VALUES ($1, $2)", n, strings.Repeat("x", 200)); err != nil {
						return err
					}
					return invite(ctx, tx, fmt.Sprint(n))
				}); err != nil {
					failed <- err
				}
				fmt.Println(n)
			}
		}()
	}
	return <-failed
}

// A process that is killed loses nothing that it has acknowledged, and leaves nothing half done.
func TestKilled(t *testing.T) {
	where := storetest.SQLite(t)
	acknowledged := map[int64]bool{}
	for range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), crashPath+"="+where.Path, crashKey+"="+storetest.Key().Secret())
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			n, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				break // cut off by the kill
			}
			acknowledged[n] = true
			if i == 100 { // meanwhile nobody else may write, but anybody may look
				if _, err := store.Open(t.Context(), where); !problem.Is(err, problem.Unavailable) || !strings.Contains(err.Error(), fmt.Sprint("process ", child.Process.Pid)) {
					t.Errorf("a second process: %v", err)
				}
				look := where
				look.ReadOnly = true
				if n := count(t, storetest.Open(t, look), "SELECT count(*) FROM kept"); n < 100 {
					t.Errorf("the reader sees %d rows", n)
				}
			}
			if i == 200 {
				child.Process.Kill() // SIGKILL; what is in the pipe is still read
			}
		}
		child.Wait()
		s, err := store.Open(t.Context(), where)
		if err != nil {
			t.Fatalf("after the kill: %v", err)
		}
		last := count(t, s, "SELECT max(n) FROM kept")
		if rows := count(t, s, "SELECT count(*) FROM kept"); rows != last || rows < int64(len(acknowledged)) {
			t.Errorf("%d rows up to %d, %d acknowledged", rows, last, len(acknowledged))
		}
		for n := range acknowledged {
			if n > last {
				t.Errorf("row %d was acknowledged and is gone", n)
			}
		}
		if r := verify(t, s); r.Err() != nil || r.Events != last {
			t.Errorf("%d rows, trail %+v", last, r)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk fails the writers who meet it and nobody else; when there is room again the store goes on.
func TestDiskFull(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	note(t, s)
	pages := count(t, s, "PRAGMA page_count")
	if err := do(t, s, fmt.Sprintf("PRAGMA max_page_count = %d", pages+40)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var kept, refused int64
	for range 16 {
		wg.Go(func() {
			for range 10 {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					if _, err := tx.Do(t.Context(), "INSERT INTO note (code, raw) VALUES ('x', $1)", make([]byte, 8000)); err != nil {
						return err
					}
					return invite(t.Context(), tx, "P1")
				})
				mu.Lock()
				switch {
				case err == nil:
					kept++
				case problem.Is(err, problem.Unavailable) && strings.Contains(err.Error(), "the disk is full"):
					refused++
				default:
					t.Errorf("got %v", err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if kept == 0 || refused == 0 {
		t.Errorf("%d kept, %d refused", kept, refused)
	}
	if n := count(t, s, "SELECT count(*) FROM note"); n != kept {
		t.Errorf("%d rows, %d acknowledged", n, kept)
	}
	if r := verify(t, s); r.Err() != nil || r.Events != kept {
		t.Errorf("%d acknowledged, trail %+v", kept, r)
	}
	if err := do(t, s, fmt.Sprintf("PRAGMA max_page_count = %d", pages+1000)); err != nil {
		t.Fatal(err)
	}
	if err := do(t, s, "INSERT INTO note (code, raw) VALUES ('y', $1)", make([]byte, 8000)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("Dear Dr Doe\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := storetest.SQLite(t)
	s := storetest.Open(t, whole)
	inviteMany(t, s, 20)
	s.Close()
	content, err := os.ReadFile(whole.Path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "damaged.db")
	if err := os.WriteFile(damaged, append(content[:4096:4096], make([]byte, len(content)-4096)...), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		o    store.Options
		kind problem.Kind
	}{
		{"text", store.Options{Path: text}, problem.Unavailable},
		{"text, to read", store.Options{Path: text, ReadOnly: true}, problem.Unavailable},
		{"damaged", store.Options{Path: damaged}, problem.Unavailable},
		{"a directory", store.Options{Path: dir}, problem.Invalid},
		{"no directory", store.Options{Path: filepath.Join(dir, "none", "x.db")}, problem.NotFound},
		{"below a file", store.Options{Path: filepath.Join(text, "x.db")}, problem.NotFound},
		{"nothing to read", store.Options{Path: filepath.Join(dir, "none.db"), ReadOnly: true}, problem.NotFound},
		{"no permission", store.Options{Path: "/sys/rekindle.db"}, problem.Unavailable}, // refused even to root
		{"neither", store.Options{}, problem.Invalid},
		{"both", store.Options{Path: "x.db", URL: "postgres://localhost/x"}, problem.Invalid},
		{"no address", store.Options{URL: "postgres://%zz"}, problem.Invalid},
		{"nobody there", store.Options{URL: "postgres://127.0.0.1:1/x?connect_timeout=2"}, problem.Unavailable},
		{"no such database", store.Options{URL: strings.Replace(storetest.Postgres(t).URL, "/rekindle_test", "/no_such", 1)}, problem.Unavailable},
	}
	for _, c := range cases {
		_, err := store.Open(t.Context(), c.o)
		p, ok := errors.AsType[*problem.Problem](err)
		if !ok || p.Kind != c.kind || c.kind != problem.Invalid && p.Remedy == "" {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if got, err := os.ReadFile(text); err != nil || !bytes.HasPrefix(got, []byte("Dear")) || len(got) != 6000 {
		t.Errorf("the text file was changed: %v", err)
	}
}

// What cannot be brought about here is at least called by its name.
func TestClassify(t *testing.T) {
	for code, kind := range map[string]problem.Kind{"53100": problem.Unavailable, "40001": problem.Unavailable, "40P01": problem.Unavailable, "55P03": problem.Unavailable,
		"25006": problem.Unavailable, "42501": problem.Unavailable, "28P01": problem.Unavailable, "3D000": problem.Unavailable, "57P01": problem.Unavailable,
		"53300": problem.Unavailable, "08006": problem.Unavailable, "23P01": problem.Conflict, "22021": problem.Invalid, "42601": problem.Internal} {
		err := store.Classify(fmt.Errorf("save: %w", &pgconn.PgError{Code: code, Message: "m", ConstraintName: "session_overlap"}))
		if got := problem.KindOf(err); got != kind {
			t.Errorf("%s: %v (%v), want %v", code, got, err, kind)
		}
		if code == "23P01" && store.Constraint(err) != "session_overlap" {
			t.Errorf("%s: constraint %q", code, store.Constraint(err))
		}
	}
	for _, err := range []error{nil, context.Canceled, fmt.Errorf("x: %w", context.DeadlineExceeded), errTakeBack, fs.ErrNotExist} {
		if got := store.Classify(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// A server that was restarted is found again without help.
func TestServerDropsConnections(t *testing.T) {
	where := storetest.Postgres(t)
	s, other := storetest.Open(t, where), storetest.Open(t, where)
	inviteMany(t, s, 1)
	for range 3 {
		if n := count(t, other, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); n == 0 {
			t.Error("no connection was there to be dropped")
		}
		inviteMany(t, s, 1)
		if err := s.Glance(t.Context(), func(tx *store.Tx) error { _, err := tx.Head(t.Context()); return err }); err != nil {
			t.Error(err)
		}
	}
	if r := verify(t, s); r.Err() != nil || r.Events != 4 {
		t.Errorf("%+v", r)
	}
}
