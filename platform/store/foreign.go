package store

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/note"

	"rekindle/platform/audit"
	"rekindle/problem"
)

// ErrForeignKeys is the cause of every refusal to open a study with the keys of another one.
var ErrForeignKeys = errors.New("keys of another study")

// recognize refuses keys that are not the study's: with them people would be sealed whom nobody can read when the right ones are back,
// and the trail would be signed in two hands. Values that are damaged are another matter, which 'audit verify' finds.
func (s *Store) recognize(ctx context.Context) error {
	return s.Read(ctx, func(tx *Tx) error {
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		if s.key != nil && head != "" {
			var unknown *note.UnverifiedNoteError
			if _, err := audit.OpenCheckpoint(s.key.Public(), head); errors.As(err, &unknown) {
				return foreign("audit.key")
			}
		}
		if s.vault == nil {
			return nil
		}
		found, opened := 0, 0
		for _, c := range sealedColumns {
			if c.table != "account" && c.table != "identity" && c.table != "randomization" || c.column == "secret" {
				continue
			}
			_, err := All(ctx, tx, func(scan Scan) (_ struct{}, err error) {
				var row string
				var sealed []byte
				if err = scan(&row, &sealed); err != nil {
					return struct{}{}, err
				}
				found++
				if _, wrong := s.vault.Open(sealed, c.table, c.column, row); wrong == nil {
					opened++
				}
				return struct{}{}, nil
			}, "SELECT "+c.row+", "+c.column+" FROM "+c.table+" WHERE "+c.column+" IS NOT NULL LIMIT 1")
			if err != nil {
				return err
			}
		}
		if found > 0 && opened == 0 {
			return foreign("vault.key")
		}
		return nil
	})
}

func foreign(file string) error {
	return problem.New(problem.Unavailable, "keys/%s belongs to another study, or to another time of this one", file).
		Instead("Restore the keys that were kept with this database, or name their directory with --keys").Because(ErrForeignKeys)
}
