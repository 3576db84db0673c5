package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/vault"
	"rekindle/problem"
)

// Tx is one transaction: all of it happens or none. Its clock stands still, so everything written in it bears the same
// time. It belongs to the function it is given to and must not outlive it.
type Tx struct {
	*sql.Tx
	Dialect Dialect
	Vault   *vault.Vault // nil where the study was opened without its keys

	store    *Store
	now      time.Time
	batch    *batch     // nil when reading
	tree     audit.Tree // the audit trail with what this transaction recorded
	hashes   [][]any    // of what it recorded, by position: they are written with the commit
	recorded bool
	failed   error // the first statement that failed
	glance   bool
	glanced  bool              // all has been asked that a glance may ask
	ask      func([]*question) // has questions answered with those of others; nil: nobody asks with us
}

// Now is the time of the transaction, UTC, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.now }

// Read runs fn on a snapshot: what fn sees does not change while it runs, and no writer waits for it. Any statement
// that would change something fails.
func (s *Store) Read(ctx context.Context, fn func(tx *Tx) error) error {
	if err := s.queue.open(); err != nil {
		return err
	}
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.Dialect.snapshot()})
	if err != nil {
		return s.classify(err)
	}
	defer tx.Rollback()
	return s.classify(fn(s.tx(tx)))
}

// Glance is Read for what needs one answer of the database, or several that do not depend on each other and are asked with
// [Tx.Together]. On PostgreSQL it crosses to the server once, with the beginning and the end of the transaction. Asking again is a
// problem.Internal.
func (s *Store) Glance(ctx context.Context, fn func(tx *Tx) error) error {
	return s.Read(ctx, func(tx *Tx) error {
		tx.glance = true
		return tx.Together(ctx, func() error { return fn(tx) })
	})
}

func (s *Store) tx(tx *sql.Tx) *Tx {
	return &Tx{Tx: tx, Dialect: s.Dialect, Vault: s.vault, store: s, now: s.clock().UTC().Truncate(time.Microsecond)}
}

func (d Dialect) snapshot() sql.IsolationLevel {
	if d == Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// ExecContext runs a statement; time.Time arguments are passed as [Time].
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := tx.Tx.ExecContext(tx.within(ctx), query, arguments(args)...)
	return result, tx.note(err)
}

// later runs a statement of which nobody needs to know more than that it succeeded. On PostgreSQL it is sent with the next statement
// that is waited for, whose error is then its own.
func (tx *Tx) later(ctx context.Context, query string, args ...any) error {
	args = arguments(args)
	if tx.Dialect == Postgres {
		args = []any{later(args)}
	}
	_, err := tx.Tx.ExecContext(tx.within(ctx), query, args...)
	return tx.note(err)
}

// QueryContext runs a query; time.Time arguments are passed as [Time].
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := tx.Tx.QueryContext(tx.within(ctx), query, tx.together(query, arguments(args))...)
	return rows, tx.note(err)
}

// QueryRowContext runs a query of at most one row; time.Time arguments are passed as [Time].
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := tx.Tx.QueryRowContext(tx.within(ctx), query, tx.together(query, arguments(args))...)
	tx.note(row.Err())
	return row
}

// within keeps the end of one caller's context from cutting a statement short, which would undo the whole commit that
// others share. Reading may be cut short.
func (tx *Tx) within(ctx context.Context) context.Context {
	if tx.batch == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func (tx *Tx) note(err error) error {
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
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
		return one, problem.New(problem.NotFound, "there is no such record").Because(err)
	}
	return one, tx.note(err)
}

// Value reads a row of a single column, as [One] does.
func Value[T any](scan Scan) (v T, err error) {
	err = scan(&v)
	return v, err
}

func arguments(args []any) []any {
	for i, arg := range args {
		switch t := arg.(type) {
		case time.Time:
			args[i] = Time{t}
		case *time.Time:
			if args[i] = nil; t != nil {
				args[i] = Time{*t}
			}
		}
	}
	return args
}

// destinations lets a row's times be read into time.Time, and into *time.Time where there may be none.
func destinations(scan Scan) Scan {
	return func(dest ...any) error {
		var after []func()
		for i, d := range dest {
			switch t := d.(type) {
			case *time.Time:
				read := new(Time)
				dest[i], after = read, append(after, func() { *t = read.Time })
			case **time.Time:
				read := new(Time)
				dest[i], after = read, append(after, func() {
					if *t = nil; !read.IsZero() {
						*t = &read.Time
					}
				})
			}
		}
		if err := scan(dest...); err != nil {
			return err
		}
		for _, set := range after {
			set()
		}
		return nil
	}
}
