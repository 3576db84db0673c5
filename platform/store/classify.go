package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"rekindle/problem"
)

// Violation is a rule of the database that a statement broke. It is the cause of the problem that Write returns.
type Violation struct {
	// Constraint is the same on both databases: the name of the unique index, check or exclusion constraint; what
	// stands before the colon in a trigger's message; table.column for NOT NULL; "foreign key".
	Constraint string
	Cause      error // the driver's error
}

// Error names the constraint and what the driver said.
func (v *Violation) Error() string { return v.Constraint + ": " + v.Cause.Error() }

// Unwrap gives the driver's error.
func (v *Violation) Unwrap() error { return v.Cause }

// Constraint gives the name of the constraint that err is about, "" if it is about none. It understands what Write
// returned and, inside a transaction, what a statement returned.
func (tx *Tx) Constraint(err error) string { return Constraint(tx.store.classify(err)) }

// Constraint gives the name of the constraint that an error of Write is about, "" if it is about none.
func Constraint(err error) string {
	if v, ok := errors.AsType[*Violation](err); ok {
		return v.Constraint
	}
	return ""
}

// classify turns a driver's error into a problem. Problems, context errors and errors that did not come from the
// database are given back as they are.
func (s *Store) classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*problem.Problem](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return s.classifySQLite(e, err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgres(e, err)
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	if connecting || network || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) {
		return problem.New(problem.Unavailable, "the database does not answer").
			Instead("Check that PostgreSQL runs and that --database names it").Because(err)
	}
	if errors.Is(err, sql.ErrConnDone) {
		return problem.New(problem.Unavailable, "the study is closed").Because(err)
	}
	return err
}

func violation(kind problem.Kind, constraint string, cause error, format string, args ...any) error {
	return problem.New(kind, format, args...).Because(&Violation{Constraint: constraint, Cause: cause})
}

// SQLite's messages end in "(code)" and begin with the code's own text; between them stands what we need.
var sqliteMessage = regexp.MustCompile(`(?s)constraint failed: (?:(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed:? ?)?(.*?) ?\(\d+\)`)

func (s *Store) classifySQLite(e *sqlite.Error, err error) error {
	about := e.Error()
	if m := sqliteMessage.FindStringSubmatch(about); m != nil {
		about = m[1]
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return notTwice(s.uniqueName(about), err)
	case lib.SQLITE_CONSTRAINT_TRIGGER:
		return refused(about, err)
	case lib.SQLITE_CONSTRAINT_CHECK:
		return notAllowed(about, err)
	case lib.SQLITE_CONSTRAINT_NOTNULL:
		return missing(about, err)
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return dangling(err)
	case lib.SQLITE_CONSTRAINT_DATATYPE, lib.SQLITE_MISMATCH:
		return notAllowed("type", err)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return full(err)
	case lib.SQLITE_IOERR:
		if errors.Is(err, syscall.ENOSPC) || e.Code() == lib.SQLITE_IOERR_WRITE || e.Code() == lib.SQLITE_IOERR_SHMSIZE {
			return full(err)
		}
		return problem.New(problem.Unavailable, "the disk refuses to read or write the study").Instead("Check the disk, and restore the last backup if it is damaged").Because(err)
	case lib.SQLITE_NOTADB:
		return problem.New(problem.Unavailable, "the file is not a database, or is damaged at its start").
			Instead("Check the name; if it was a study, restore the last backup").Because(err)
	case lib.SQLITE_CORRUPT:
		return problem.New(problem.Unavailable, "the database file is damaged").Instead("Restore the last backup, then run 'rekindle audit verify'").Because(err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM, lib.SQLITE_AUTH:
		return problem.New(problem.Unavailable, "the study's file may not be opened for this").
			Instead("Give the user who runs rekindle the right to read and write the data directory and what is in it").Because(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return problem.New(problem.Unavailable, "the database is busy").Instead("Try again in a moment").Because(err)
	}
	return err
}

func classifyPostgres(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505":
		return notTwice(e.ConstraintName, err)
	case "23P01":
		return refused(e.ConstraintName, err)
	case "P0001":
		return refused(e.Message, err)
	case "23514":
		return notAllowed(e.ConstraintName, err)
	case "23502":
		return missing(e.TableName+"."+e.ColumnName, err)
	case "23503":
		return dangling(err)
	case "22P02", "22001", "22003", "22007", "22008", "22021", "42804":
		return notAllowed("type", err)
	case "53100":
		return full(err)
	case "40001", "40P01", "55P03":
		return problem.New(problem.Unavailable, "the database is busy").Instead("Try again in a moment").Because(err)
	case "25006", "42501":
		return problem.New(problem.Unavailable, "the database user may not do this").
			Instead("Give the user of --database the right to create and change tables in its database").Because(err)
	}
	switch e.Code[:2] {
	case "08", "28", "3D", "53", "57", "58":
		return problem.New(problem.Unavailable, "the database refuses to serve: %s", e.Message).
			Instead("Check --database, and the server's log").Because(err)
	}
	return err
}

func notTwice(name string, err error) error {
	return violation(problem.Conflict, name, err, "there is one already (%s)", name)
}

// refused is a trigger or an exclusion constraint: "name: what it says", or the name alone.
func refused(message string, err error) error {
	name, says, found := strings.Cut(message, ": ")
	if !found {
		says = fmt.Sprintf("another record stands in the way (%s)", name)
	}
	return violation(problem.Conflict, name, err, "%s", says)
}

func notAllowed(name string, err error) error {
	return violation(problem.Invalid, name, err, "a value is not allowed here (%s)", name)
}

func missing(column string, err error) error {
	return violation(problem.Invalid, column, err, "%s is missing", column)
}

func dangling(err error) error {
	return violation(problem.Invalid, "foreign key", err, "it refers to something that does not exist, or something still refers to it")
}

func full(err error) error {
	return problem.New(problem.Unavailable, "the disk is full; nothing of this step was kept").
		Instead("Make room on the disk of the data directory, then do the step again").Because(err)
}

// unreachable is a file that the operating system does not let us have.
func unreachable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return problem.New(problem.Unavailable, "%s may not be opened by this user", path).
			Instead("Give the user who runs rekindle the right to read and write the data directory").Because(err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return problem.New(problem.NotFound, "the folder of %s does not exist", path).Instead("Make it, or name another with --data").Because(err)
	case errors.Is(err, syscall.ENOSPC):
		return full(err)
	}
	return problem.New(problem.Unavailable, "%s cannot be opened", path).Because(err)
}

// uniqueName gives the name of SQLite's unique index over "table.a, table.b", which its messages do not give: as declared,
// or, where no name was, the one that PostgreSQL would give it.
func (s *Store) uniqueName(columns string) string {
	if name, ok := strings.CutPrefix(columns, "index '"); ok { // an index over an expression
		return strings.TrimSuffix(name, "'")
	}
	table, _, _ := strings.Cut(columns, ".")
	names := strings.ReplaceAll(columns, table+".", "")
	var name, origin string
	err := s.reader.QueryRow(`
		SELECT name, origin FROM pragma_index_list($1) i
		WHERE "unique" = 1 AND $2 = (SELECT group_concat(c.name, ', ') FROM pragma_index_info(i.name) c)
		UNION ALL
		SELECT '', 'pk' FROM pragma_table_info($1) WHERE pk = 1 AND name = $2`, table, names).Scan(&name, &origin)
	switch {
	case err != nil:
		return columns
	case origin == "pk":
		return table + "_pkey"
	case origin == "u":
		return table + "_" + strings.ReplaceAll(names, ", ", "_") + "_key"
	}
	return name
}
