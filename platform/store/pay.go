package store

import (
	"context"
	"time"

	"rekindle/trial/cost"
)

// PaySheet is a sheet that was approved, byte for byte.
type PaySheet struct {
	Month    cost.Month
	Digest   string // SHA-256 of the sheet, hexadecimal
	Approved time.Time
	Actor    string
	Sheet    []byte
}

// PaySheets gives all approved sheets, by month.
func (tx *Tx) PaySheets(ctx context.Context) ([]PaySheet, error) {
	return All(ctx, tx, func(scan Scan) (s PaySheet, err error) {
		return s, scan(&s.Month, &s.Digest, &s.Approved, &s.Actor, &s.Sheet)
	}, "SELECT period, digest, approved, actor, sheet FROM pay_sheet ORDER BY period")
}

// AddPaySheet files an approved sheet with the entries that it pays. A month that is approved already breaks the constraint
// pay_sheet_pkey, a milestone that is paid already paid_milestone.
func (tx *Tx) AddPaySheet(ctx context.Context, s PaySheet, entries []cost.Paid) error {
	if err := tx.insert(ctx, "pay_sheet (period, digest, approved, actor, sheet)", [][]any{{s.Month, s.Digest, s.Approved, s.Actor, s.Sheet}}, ""); err != nil {
		return err
	}
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{e.Month, e.Coach, e.Session, e.What, e.Minutes, e.Amount}
	}
	return tx.insert(ctx, "paid (period, coach, session, what, minutes, amount)", rows, "")
}

// Paid gives the ledger of pay.
func (tx *Tx) Paid(ctx context.Context) ([]cost.Paid, error) {
	return All(ctx, tx, func(scan Scan) (e cost.Paid, err error) {
		return e, scan(&e.Month, &e.Coach, &e.Session, &e.What, &e.Minutes, &e.Amount)
	}, "SELECT period, coach, session, what, minutes, amount FROM paid ORDER BY id")
}
