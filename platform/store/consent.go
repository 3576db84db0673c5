package store

import (
	"context"

	"rekindle/trial/consent"
	"rekindle/trial/participant"
)

// AddConsent files a signature; a version is signed once. name is the typed name, sealed.
func (tx *Tx) AddConsent(ctx context.Context, code participant.Code, s consent.Signature, name []byte) error {
	return tx.insert(ctx, "consent (participant, version, hash, signed, name)", [][]any{{code, s.Version, s.Hash, s.SignedAt, name}}, "")
}

// Consents gives what a person has signed and not withdrawn, oldest first.
func (tx *Tx) Consents(ctx context.Context, code participant.Code) ([]consent.Signature, error) {
	return All(ctx, tx, func(scan Scan) (s consent.Signature, err error) {
		return s, scan(&s.Version, &s.Hash, &s.SignedAt)
	}, "SELECT version, hash, signed FROM consent WHERE participant = $1 AND withdrawn IS NULL ORDER BY signed", code)
}

// WithdrawConsents stamps every signature of a person as withdrawn.
func (tx *Tx) WithdrawConsents(ctx context.Context, code participant.Code) error {
	_, err := tx.Do(ctx, "UPDATE consent SET withdrawn = $2 WHERE participant = $1 AND withdrawn IS NULL", code, tx.Now())
	return err
}
