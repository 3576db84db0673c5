package store

import (
	"context"
	"fmt"
)

// sealed is a column whose values the vault has sealed: where they are bound to, and which SQL expression gives their row. A test holds
// that every column of bytes is here or is known to be none.
type sealed struct {
	table, column string
	place         string // the column's name in the binding, where it is another
	row           string
	unless        string // rows that stay as they are
}

var sealedColumns = []sealed{
	{table: "identity", column: "sealed", row: "code"},
	{table: "consent", column: "name", row: "participant || ' ' || version"},
	{table: "consent", column: "paper", row: "participant || ' ' || version"},
	{table: "withdrawal", column: "paper", row: "participant || ' ' || choice"},
	{table: "participant_passkey", column: "label", row: "id"},
	{table: "outbox", column: "sealed", row: "dedupe"},
	{table: "reveal", column: "reason", row: "code"},
	{table: "randomization", column: "seed", row: "(SELECT protocol_id FROM study)", unless: "closed IS NOT NULL"}, // by then it is revealed
	{table: "account", column: "sealed", row: "code"},
	{table: "account", column: "secret", row: "code"},
	{table: "sign_in", column: "sealed", row: "id"},
	{table: "challenge", column: "sealed", row: "hash"},
	{table: "incentive", column: "carrier", row: "participant || ' ' || item"},
	{table: "plan", column: "vision", place: "words", row: "participant"},
	{table: "goal", column: "sealed", place: "words", row: "id"},
	{table: "weekly_goal", column: "sealed", place: "words", row: "id"},
	{table: "busy_calendar", column: "sealed", row: "coach"},
	{table: "call", column: "sealed", row: "id"},
	{table: "supervision", column: "sealed", row: "id"},
	{table: "difficulty", column: "sealed", row: "id"},
}

func (c sealed) where() string {
	where := c.column + " IS NOT NULL AND substr(" + c.column + ", 1, 5) <> $1"
	if c.unless != "" {
		where += " AND NOT (" + c.unless + ")"
	}
	return where
}

// Stale counts the values that an older key of the vault has sealed.
func (tx *Tx) Stale(ctx context.Context) (total int, err error) {
	for _, c := range sealedColumns {
		n, err := One(ctx, tx, Value[int], "SELECT count(*) FROM "+c.table+" WHERE "+c.where(), tx.Vault.Header())
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// Reseal seals values anew that an older key has sealed, at most so many, and gives how many. A value that somebody has changed in the
// meantime is left to them.
func (tx *Tx) Reseal(ctx context.Context, most int) (done int, err error) {
	type value struct {
		row   string
		bytes []byte
	}
	for _, c := range sealedColumns {
		if done >= most {
			break
		}
		found, err := All(ctx, tx, func(scan Scan) (v value, err error) { return v, scan(&v.row, &v.bytes) },
			fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s LIMIT %d", c.row, c.column, c.table, c.where(), most-done), tx.Vault.Header())
		if err != nil {
			return done, err
		}
		place := c.column
		if c.place != "" {
			place = c.place
		}
		for _, v := range found {
			plain, err := tx.Vault.Open(v.bytes, c.table, place, v.row)
			if err != nil {
				return done, err
			}
			n, err := tx.Do(ctx, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2 AND %s = $3", c.table, c.column, c.row, c.column), tx.Vault.Seal(plain, c.table, place, v.row), v.row, v.bytes)
			if err != nil {
				return done, err
			}
			done += int(n)
		}
	}
	return done, nil
}
