// Package store keeps a study in a database: SQLite (one file, the default) or PostgreSQL.
//
// It is the only package that speaks SQL to the study's tables. One SQL text serves both databases: placeholders are
// $1, columns are declared in neutral words (see dialect.go), times and JSON pass through [Time] and [JSON].
// Every change happens inside [Store.Write]: one writer at a time on either database, a clock that stands still, all
// or nothing, on disk before Write returns. Reading happens inside [Store.Read], on a snapshot, beside the writer, or,
// where one answer is enough, inside [Store.Glance].
//
// It holds no rule of the trial: rules stand in trial, acts in conduct. Methods on [Tx] are the queries, one file a
// noun. What must never be untrue (one allocation per participant, an audit trail that only grows) is a constraint of
// the database itself, and [Constraint] gives its name back.
//
// It serves the paper's Methods as its electronic record: what REDCap, a scheduling tool and spreadsheets held apart.
package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/vault"
	"rekindle/problem"
)

// Options say which database to open and how. Exactly one of Path and URL is set.
type Options struct {
	Path      string           // an SQLite file; made if it does not exist, in a folder that does
	URL       string           // a PostgreSQL connection string, postgres://user@host/database
	Rehearsal bool             // on SQLite, commits do not wait for the disk: a power cut may take the last ones of a study that can be played again
	ReadOnly  bool             // no writing, no lock, no migration: for looking at a study that another process runs
	Clock     func() time.Time // what time it is; nil means time.Now
	Key       *audit.Key       // signs the audit trail; without it nothing can be recorded
	Vault     *vault.Vault     // seals and opens what tells who somebody is; without it there is no mail
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	Dialect Dialect

	clock    func() time.Time
	writer   *sql.DB // one connection; nil when read-only
	reader   *sql.DB
	lock     *lockFile // nil for PostgreSQL and for reading
	key      *audit.Key
	vault    *vault.Vault
	queue    queue
	tree     audit.Tree // the trail after the last commit; whoever has the turn may use it
	closing  sync.Once
	closeErr error
}

// readers is how many connections read at the same time, beside the one that writes.
const readers = 8

// Open opens the database, takes the lock that keeps a second process from writing to the same file, and brings the
// tables up to this program's version. A database that cannot be used (in use, newer than the program, unreadable, not
// a database) is a problem.Unavailable with its remedy.
func Open(ctx context.Context, o Options) (*Store, error) {
	if (o.Path == "") == (o.URL == "") {
		return nil, problem.New(problem.Invalid, "a store needs either a file or a database address")
	}
	s := &Store{clock: o.Clock, key: o.Key, vault: o.Vault}
	if s.clock == nil {
		s.clock = time.Now
	}
	var err error
	if o.Path != "" {
		err = s.openSQLite(o)
	} else {
		err = s.openPostgres(o)
	}
	if err == nil {
		err = s.migrate(ctx, o)
	}
	if err == nil && !o.ReadOnly {
		err = s.recognize(ctx)
	}
	if err != nil {
		s.Close()
		return nil, s.classify(err)
	}
	return s, nil
}

func (s *Store) openSQLite(o Options) (err error) {
	s.Dialect = SQLite
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return err
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return problem.New(problem.Invalid, "%s is a folder, not a database file", o.Path)
	case o.ReadOnly && errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.NotFound, "there is no study at %s", o.Path).
			Instead("Make one with 'rekindle demo' or 'rekindle init', or name another folder with --data")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return unreachable(o.Path, err)
	}
	how := onlyReading(path)
	if !o.ReadOnly {
		how = forReading
		if s.lock, err = takeLock(path + ".lock"); err != nil {
			return err
		}
		if err := beginFile(path); err != nil {
			return unreachable(o.Path, err)
		}
		if s.writer, err = sqliteDB(path, forWriting+synchronous(o.Rehearsal)); err != nil {
			return err
		}
		s.writer.SetMaxOpenConns(1)
	}
	if s.reader, err = sqliteDB(path, how); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	return nil
}

// beginFile makes the file of a new study, which nobody but the program's user can read whatever folder it stands in. SQLite gives the files
// beside it the same mode.
func beginFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // and is not touched: closing it would drop the locks that this process may have on it
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func (s *Store) openPostgres(o Options) error {
	s.Dialect = Postgres
	config, err := postgresConfig(o.URL)
	if err != nil {
		return err
	}
	if !o.ReadOnly {
		s.writer = postgresDB(config)
		s.writer.SetMaxOpenConns(1)
	}
	s.reader = postgresDB(config)
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	return nil
}

// Close waits for the writing that has begun, ends all connections and gives the lock back. Closing twice does nothing
// the second time.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.queue.close()
		var errs []error
		for _, db := range []*sql.DB{s.reader, s.writer} {
			if db != nil {
				errs = append(errs, db.Close())
			}
		}
		if s.lock != nil {
			errs = append(errs, s.lock.release())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}
