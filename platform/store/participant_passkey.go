package store

import (
	"context"
	"encoding/json"
	"time"

	"rekindle/trial/participant"
)

// ParticipantPasskey is a key that a participant's device holds.
type ParticipantPasskey struct {
	ID     string // as the authenticator names it, base64
	Code   participant.Code
	Handle string          // by which authenticators know the person, base64: drawn by chance
	Label  []byte          // the device, sealed
	Public json.RawMessage // its public key and counter
	Made   time.Time
	Used   *time.Time
}

const participantPasskeyColumns = "id, code, handle, label, public, made, used"

func scanParticipantPasskey(scan Scan) (p ParticipantPasskey, err error) {
	var public JSON[json.RawMessage]
	err = scan(&p.ID, &p.Code, &p.Handle, &p.Label, &public, &p.Made, moment{&p.Used})
	p.Public = public.V
	return p, err
}

// AddParticipantPasskey adds a passkey; one that is known breaks its primary key.
func (tx *Tx) AddParticipantPasskey(ctx context.Context, p ParticipantPasskey) error {
	return tx.insert(ctx, "participant_passkey (id, code, handle, label, public, made)", [][]any{{p.ID, p.Code, p.Handle, p.Label, string(p.Public), tx.Now()}}, "")
}

// ParticipantPasskeys gives those of a participant, the oldest first.
func (tx *Tx) ParticipantPasskeys(ctx context.Context, code participant.Code) ([]ParticipantPasskey, error) {
	return All(ctx, tx, scanParticipantPasskey, "SELECT "+participantPasskeyColumns+" FROM participant_passkey WHERE code = $1 ORDER BY made, id", code)
}

// ParticipantPasskey finds a passkey by its ID, whoever has it.
func (tx *Tx) ParticipantPasskey(ctx context.Context, id string) (ParticipantPasskey, error) {
	return One(ctx, tx, scanParticipantPasskey, "SELECT "+participantPasskeyColumns+" FROM participant_passkey WHERE id = $1", id)
}

// UseParticipantPasskey keeps the counter of a passkey that was used.
func (tx *Tx) UseParticipantPasskey(ctx context.Context, id string, public json.RawMessage) error {
	_, err := tx.Do(ctx, "UPDATE participant_passkey SET public = $2, used = $3 WHERE id = $1", id, string(public), tx.Now())
	return err
}

// RemoveParticipantPasskeys removes one passkey of a participant, or all where id is empty, and gives how many.
func (tx *Tx) RemoveParticipantPasskeys(ctx context.Context, code participant.Code, id string) (int64, error) {
	return tx.Do(ctx, "DELETE FROM participant_passkey WHERE code = $1 AND ($2 = '' OR id = $2)", code, id)
}
