package store

import (
	"context"
	"time"

	"rekindle/trial/participant"
)

// Withdrawal is the paper of a withdrawal as it is filed.
type Withdrawal struct {
	Participant participant.Code
	Choice      participant.Use
	Made        time.Time
	Language    string
	Document    string // SHA-256 of the paper, hexadecimal
	Paper       []byte // sealed
}

// AddWithdrawal files the paper of a withdrawal; a choice is made once.
func (tx *Tx) AddWithdrawal(ctx context.Context, w Withdrawal) error {
	return tx.insert(ctx, "withdrawal (participant, choice, made, language, document, paper)", [][]any{{w.Participant, w.Choice, w.Made, w.Language, w.Document, w.Paper}}, "")
}

// Withdrawals gives what a filter leaves of the papers that are filed, the latest first.
func (tx *Tx) Withdrawals(ctx context.Context, f ConsentFilter) ([]Withdrawal, error) {
	return All(ctx, tx, func(scan Scan) (w Withdrawal, err error) {
		return w, scan(&w.Participant, &w.Choice, &w.Made, &w.Language, &w.Document, &w.Paper)
	}, "SELECT participant, choice, made, language, document, paper FROM withdrawal WHERE ($1 = '' OR participant = $1) AND ($2 = '' OR document = $2) ORDER BY made DESC, participant", f.Participant, f.Document)
}
