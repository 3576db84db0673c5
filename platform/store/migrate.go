package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"rekindle/problem"
)

// Each file of schema is one version, in neutral words; once released a file never changes.
//
//go:embed schema/*.sql
var schemaFiles embed.FS

// migrate brings the tables to this program's version, each step in one transaction. It refuses a database that a newer
// program has written, and, when only reading, one that an older program has.
func (s *Store) migrate(ctx context.Context, o Options) error {
	db := s.writer
	if o.ReadOnly {
		db = s.reader
	}
	steps, err := s.Dialect.steps()
	if err != nil {
		return err
	}
	version, err := s.version(ctx, db)
	if err != nil {
		return err
	}
	switch newest := steps[len(steps)-1].Version; {
	case version > newest:
		return problem.New(problem.Unavailable, "the study was last written by a newer rekindle (database version %d, this program knows %d)", version, newest).
			Instead("Use that version of the program or a newer one; nothing was changed")
	case version == newest:
		return nil
	case o.ReadOnly && version == 0:
		return problem.New(problem.NotFound, "there is no study in this database: it is empty").
			Instead("Check the name; if there was a study, restore the last backup")
	case o.ReadOnly:
		return problem.New(problem.Unavailable, "the study was last written by an older rekindle (database version %d, this program needs %d)", version, newest).
			Instead("Open it once for writing with this program, which brings it up to date, or read it with the older one")
	}
	options := []goose.ProviderOption{
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable), goose.WithLogger(goose.NopLogger()),
	}
	dialect := goose.DialectSQLite3
	if s.Dialect == Postgres {
		dialect = goose.DialectPostgres
		// Several replicas may start at once: one migrates, the others wait for it.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, nil, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return fmt.Errorf("schema version %d: %w", partial.Failed.Source.Version, partial.Err)
	}
	return err
}

const versionTable = "schema_version"

// steps gives the embedded schema files as migrations, numbered as their names begin; no two have a number in common.
func (d Dialect) steps() ([]*goose.Migration, error) {
	files, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	for _, file := range files {
		number, err := strconv.ParseInt(strings.TrimPrefix(file, "schema/")[:4], 10, 64)
		if err != nil || len(steps) > 0 && steps[len(steps)-1].Version >= number {
			return nil, fmt.Errorf("store: schema file %s does not begin with a number of its own", file)
		}
		text, err := schemaFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		script := d.translate(string(text))
		steps = append(steps, goose.NewGoMigration(number, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, script)
			return err
		}}, nil))
	}
	return steps, nil
}

// version gives the newest applied version, 0 for an empty database. A database with tables of somebody else's is refused.
func (s *Store) version(ctx context.Context, db *sql.DB) (version int64, err error) {
	tables := "SELECT count(*), count(*) FILTER (WHERE name = $1) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if s.Dialect == Postgres {
		tables = "SELECT count(*), count(*) FILTER (WHERE tablename = $1) FROM pg_tables WHERE schemaname = current_schema()"
	}
	var all, ours int
	if err := db.QueryRowContext(ctx, tables, versionTable).Scan(&all, &ours); err != nil {
		return 0, err
	}
	if ours == 0 {
		if all > 0 {
			return 0, problem.New(problem.Unavailable, "the database belongs to another program: it has %d tables, none of them a study's", all).
				Instead("Name a database that is empty or that rekindle made")
		}
		return 0, nil
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versionTable).Scan(&version)
	return version, err
}
