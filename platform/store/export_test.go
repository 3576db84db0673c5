package store

import "context"

// Translate lets tests make tables in the neutral words of a schema file.
func Translate(d Dialect, schema string) string { return d.translate(schema) }

// Waiting gives how many wait for the writer's turn.
func Waiting(s *Store) int {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return len(s.queue.waiting)
}

// Later runs a statement that nobody waits for.
func Later(ctx context.Context, tx *Tx, query string, args ...any) error {
	return tx.later(ctx, query, args...)
}

// Classify is what Write does with an error.
func Classify(err error) error { return new(Store).classify(err) }

// SealedColumns gives the columns that are sealed anew when keys change, as "table.column".
func SealedColumns() map[string]bool {
	all := map[string]bool{}
	for _, c := range sealedColumns {
		all[c.table+"."+c.column] = true
	}
	return all
}
