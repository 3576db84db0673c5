package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rekindle/problem"
)

// Tx is one transaction: all of it happens or none. Its clock stands still, so everything written in it bears the same
// time. It belongs to the function it is given to and must not outlive it.
type Tx struct {
	*sql.Tx
	Dialect Dialect

	store *Store
	now   time.Time
}

// Now is the time of the transaction, UTC, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.now }

// Write runs fn in a transaction that may change the store, and returns once everything fn did is on disk. When fn
// returns an error nothing of it remains. There is one writer at a time, on both databases and across all processes
// that share a PostgreSQL, so what fn reads stays true until it ends: deciding and writing need no further locks.
//
// fn may be run again when the database asks for it, so it changes nothing outside but variables that it sets anew on
// every run. It must not call Write. A failed statement fails the transaction, even if fn goes on without its error.
// Statements are not cut short when ctx ends; ctx bounds the wait for the writer's turn.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if s.writer == nil {
		return problem.New(problem.Unavailable, "the study was opened only for reading")
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	for range 5 {
		if err = s.writeOnce(context.WithoutCancel(ctx), fn); !retryable(err) {
			break
		}
	}
	return s.classify(err)
}

func (s *Store) writeOnce(ctx context.Context, fn func(tx *Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit this does nothing
	if s.Dialect == Postgres {
		if _, err := tx.ExecContext(ctx, "SELECT id FROM writer FOR UPDATE"); err != nil {
			return err
		}
	}
	if err := fn(s.tx(tx)); err != nil {
		return err
	}
	return tx.Commit()
}

// Read runs fn on a snapshot: what fn sees does not change while it runs, and no writer waits for it. Any statement
// that would change something fails.
func (s *Store) Read(ctx context.Context, fn func(tx *Tx) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.Dialect.snapshot()})
	if err != nil {
		return s.classify(err)
	}
	defer tx.Rollback()
	return s.classify(fn(s.tx(tx)))
}

func (s *Store) tx(tx *sql.Tx) *Tx {
	return &Tx{Tx: tx, Dialect: s.Dialect, store: s, now: s.clock().UTC().Truncate(time.Microsecond)}
}

func (d Dialect) snapshot() sql.IsolationLevel {
	if d == Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// ExecContext runs a statement; time.Time arguments are passed as [Time].
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.Tx.ExecContext(ctx, query, arguments(args)...)
}

// QueryContext runs a query; time.Time arguments are passed as [Time].
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.Tx.QueryContext(ctx, query, arguments(args)...)
}

// QueryRowContext runs a query of at most one row; time.Time arguments are passed as [Time].
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.Tx.QueryRowContext(ctx, query, arguments(args)...)
}

// Do runs a statement and gives the number of rows it changed.
func (tx *Tx) Do(ctx context.Context, query string, args ...any) (changed int64, err error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Scan reads the columns of one row into dest, in order; *time.Time destinations are read as [Time].
type Scan func(dest ...any) error

// All runs a query and gives one T a row; row says how a row becomes a T.
func All[T any](ctx context.Context, tx *Tx, row func(Scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := row(destinations(rows.Scan))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// One runs a query of one row. No row is a problem.NotFound, which wraps sql.ErrNoRows.
func One[T any](ctx context.Context, tx *Tx, row func(Scan) (T, error), query string, args ...any) (T, error) {
	one, err := row(destinations(tx.QueryRowContext(ctx, query, args...).Scan))
	if errors.Is(err, sql.ErrNoRows) {
		err = problem.New(problem.NotFound, "there is no such record").Because(err)
	}
	return one, err
}

// Value reads a row of a single column, as [One] does.
func Value[T any](scan Scan) (v T, err error) {
	err = scan(&v)
	return v, err
}

func arguments(args []any) []any {
	for i, arg := range args {
		if t, ok := arg.(time.Time); ok {
			args[i] = Time{t}
		}
	}
	return args
}

func destinations(scan Scan) Scan {
	return func(dest ...any) error {
		var times map[*time.Time]*Time
		for i, d := range dest {
			if t, ok := d.(*time.Time); ok {
				if times == nil {
					times = map[*time.Time]*Time{}
				}
				times[t] = new(Time)
				dest[i] = times[t]
			}
		}
		err := scan(dest...)
		for t, read := range times {
			*t = read.Time
		}
		return err
	}
}
