package store_test

import (
	"path/filepath"
	"testing"

	"rekindle/platform/store"
)

// notSealed are the columns of bytes that the vault's keys do not seal: hashes, public files, and what a coach's own key seals.
var notSealed = map[string]bool{
	"audit_hash.hash": true, "study.protocol": true, "coach_photo.large": true, "coach_photo.small": true, "pay_sheet.sheet": true,
	"note_key.wrapped": true, "note_key.recovery": true, "coach_note.sealed": true, "note_unlock.sealed": true,
}

// A new column of bytes is sealed anew when keys change, or is said not to be sealed: else forgetting a key would lose it.
func TestEverySealedColumnIsKnown(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "rekindle.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	known := store.SealedColumns()
	if err := s.Read(t.Context(), func(tx *store.Tx) error {
		columns, err := store.All(t.Context(), tx, store.Value[string],
			"SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type = 'BLOB' ORDER BY 1")
		for _, name := range columns {
			if known[name] == notSealed[name] {
				t.Errorf("%s: add it to sealedColumns, or say that the vault does not seal it", name)
			}
			delete(known, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for name := range known {
		t.Errorf("%s is no column", name)
	}
}
