package store

import (
	"context"

	"rekindle/trial/consent"
	"rekindle/trial/participant"
)

// AddConsent files a signature; a version is signed once. name is the typed name and paper the PDF, both sealed.
func (tx *Tx) AddConsent(ctx context.Context, code participant.Code, s consent.Signature, name, paper []byte) error {
	return tx.insert(ctx, "consent (participant, version, hash, signed, language, document, name, paper)",
		[][]any{{code, s.Version, s.Hash, s.SignedAt, s.Language, s.Document, name, paper}}, "")
}

const signatureColumns = "version, hash, signed, language, document"

// Consents gives what a person has signed and not withdrawn, oldest first.
func (tx *Tx) Consents(ctx context.Context, code participant.Code) ([]consent.Signature, error) {
	return All(ctx, tx, func(scan Scan) (s consent.Signature, err error) {
		return s, scan(&s.Version, &s.Hash, &s.SignedAt, &s.Language, &s.Document)
	}, "SELECT "+signatureColumns+" FROM consent WHERE participant = $1 AND withdrawn IS NULL ORDER BY signed", code)
}

// Signed is a signature as it is filed, withdrawn or not.
type Signed struct {
	consent.Signature
	Participant participant.Code
	Withdrawn   bool
	Paper       []byte // sealed; nil: none was made
}

// ConsentFilter narrows what is filed; what is empty narrows nothing.
type ConsentFilter struct {
	Participant participant.Code
	Document    string
}

// Signatures gives what a filter leaves of all that was ever signed, withdrawn or not, the latest first; most at most from offset on.
func (tx *Tx) Signatures(ctx context.Context, f ConsentFilter, offset, most int) ([]Signed, error) {
	return All(ctx, tx, func(scan Scan) (s Signed, err error) {
		return s, scan(&s.Participant, &s.Version, &s.Hash, &s.SignedAt, &s.Language, &s.Document, &s.Withdrawn, &s.Paper)
	}, "SELECT participant, "+signatureColumns+", withdrawn IS NOT NULL, paper FROM consent WHERE ($1 = '' OR participant = $1) AND ($2 = '' OR document = $2) ORDER BY signed DESC, participant, version LIMIT $3 OFFSET $4",
		f.Participant, f.Document, most, offset)
}

// SignatureCount gives how many signatures are filed.
func (tx *Tx) SignatureCount(ctx context.Context) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM consent")
}

// WithdrawConsents stamps every signature of a person as withdrawn.
func (tx *Tx) WithdrawConsents(ctx context.Context, code participant.Code) error {
	_, err := tx.Do(ctx, "UPDATE consent SET withdrawn = $2 WHERE participant = $1 AND withdrawn IS NULL", code, tx.Now())
	return err
}
