package store

import (
	"context"

	"rekindle/trial/followup"
	"rekindle/trial/participant"
)

// AddCall notes a call at the transaction's time; what was said is sealed.
func (tx *Tx) AddCall(ctx context.Context, c followup.Call) error {
	if tx.Vault == nil {
		return sealedAway()
	}
	return tx.insert(ctx, "call (id, participant, at, account, outcome, sealed)", [][]any{{c.ID, c.Participant, tx.Now(), c.By, c.Outcome, tx.Vault.Seal([]byte(c.Note), "call", "sealed", c.ID)}}, "")
}

// Calls gives the calls to a participant, the latest first.
func (tx *Tx) Calls(ctx context.Context, code participant.Code) ([]followup.Call, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	return All(ctx, tx, func(scan Scan) (c followup.Call, err error) {
		var sealed []byte
		if err := scan(&c.ID, &c.Participant, &c.At, &c.By, &c.Outcome, &sealed); err != nil {
			return c, err
		}
		note, err := tx.Vault.Open(sealed, "call", "sealed", c.ID)
		c.Note = string(note)
		return c, err
	}, "SELECT id, participant, at, account, outcome, sealed FROM call WHERE participant = $1 ORDER BY at DESC, id", code)
}
