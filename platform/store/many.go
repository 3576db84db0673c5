package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// What one statement takes at most. The time to bind parameters grows with the square of their number, so that longer
// statements are slower, not faster.
const (
	rowsAtOnce       = 100 // values of one IN (...)
	parametersAtOnce = 128 // of one INSERT
)

// insert adds rows to a table in as few statements as can be: into names the table and its columns, "answer (participant, item)";
// tail is what follows the values, such as ON CONFLICT, or empty.
func (tx *Tx) insert(ctx context.Context, into string, rows [][]any, tail string) error {
	return inserts(into, rows, tail, func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// insertLater is insert for rows of which nobody needs to know more than that they are there; see later.
func (tx *Tx) insertLater(ctx context.Context, into string, rows [][]any, tail string) error {
	return inserts(into, rows, tail, func(query string, args ...any) error { return tx.later(ctx, query, args...) })
}

func inserts(into string, rows [][]any, tail string, run func(query string, args ...any) error) error {
	for len(rows) > 0 {
		batch := rows[:min(len(rows), max(1, parametersAtOnce/len(rows[0])))]
		rows = rows[len(batch):]
		var b strings.Builder
		b.WriteString("INSERT INTO " + into + " VALUES ")
		var args []any
		for i, row := range batch {
			if i > 0 {
				b.WriteByte(',')
			}
			for j := range row {
				if j == 0 {
					b.WriteByte('(')
				} else {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, "$%d", len(args)+j+1)
			}
			b.WriteByte(')')
			args = append(args, row...)
		}
		if err := run(b.String()+" "+tail, args...); err != nil {
			return err
		}
	}
	return nil
}

// among gives "($n,$n+1,...)" for as many values, from the parameter first on.
func among(first, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	b.WriteByte(')')
	return b.String()
}

// maybe passes a moment that may not be known to a TIME column.
func maybe(t *time.Time) Time {
	if t == nil {
		return Time{}
	}
	return Time{*t}
}

// moment reads a TIME column into a field that is nil where the column is NULL.
type moment struct{ field **time.Time }

// Scan reads NULL as nil.
func (m moment) Scan(src any) error {
	var t Time
	if err := t.Scan(src); err != nil {
		return err
	}
	*m.field = nil
	if !t.IsZero() {
		*m.field = &t.Time
	}
	return nil
}

// seconds reads a whole number of seconds.
type seconds struct{ field *time.Duration }

// Scan takes what both databases give for an INTEGER.
func (s seconds) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a number of seconds holds %T", src)
	}
	*s.field = time.Duration(n) * time.Second
	return nil
}
