package store

import (
	"context"
	"os"

	"rekindle/problem"
)

// Copy writes the study as it stands at one moment into a new file at path, while others read and write. It is for SQLite; a
// PostgreSQL database is copied by pg_dump. A file that is there already is a conflict and stays as it is.
func (s *Store) Copy(ctx context.Context, path string) error {
	if s.Dialect != SQLite || s.writer == nil {
		return problem.New(problem.Unavailable, "Only a study in an SQLite file that is open for writing is copied here").Instead("Copy a PostgreSQL database with pg_dump.")
	}
	if _, err := os.Lstat(path); err == nil {
		return problem.New(problem.Conflict, "There is such a file already").At("%s", path).Instead("Name another.")
	}
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO $1", path); err != nil {
		return problem.New(problem.Unavailable, "The study cannot be copied").At("%s", path).Instead("Check the rights and the room on the disk.").Because(err)
	}
	return nil
}
