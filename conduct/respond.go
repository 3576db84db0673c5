package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/participant"
)

// Respond notes that a person came through the personal link. Only the first time is an event.
func (c *Conduct) Respond(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.RequireFor("participant.respond", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error { return c.respond(ctx, tx, by, code) })
}

func (c *Conduct) respond(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) error {
	r, err := tx.Participant(ctx, code)
	if err != nil || r.RespondedAt != nil {
		return err
	}
	r.RespondedAt = new(tx.Now())
	if err := tx.SaveParticipant(ctx, r); err != nil {
		return err
	}
	return record(ctx, tx, by, "participant.respond", string(code), nil, nil, "")
}

// Decline takes a no: the person gets no more mail, now or when the roster is imported again. The reason is kept with the record
// and not in the trail. After consent the way out is Withdraw.
func (c *Conduct) Decline(ctx context.Context, by identity.Actor, code participant.Code, reason string) error {
	if err := by.RequireFor("participant.decline", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil || r.Status == participant.Declined {
			return err
		}
		if by.Role == identity.Participant && r.RespondedAt == nil {
			r.RespondedAt = new(tx.Now())
		}
		if err := r.Pass(participant.Declined, tx.Now()); err != nil {
			return err
		}
		r.Reason = shorten(reason)
		if err := tx.SaveParticipant(ctx, r); err != nil {
			return err
		}
		i, err := tx.Identity(ctx, code)
		if err != nil {
			return err
		}
		i.OptedOut = new(tx.Now())
		if err := tx.SaveIdentity(ctx, i); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.decline", string(code), nil, nil, "")
	})
}

// shorten keeps the first 1000 bytes of free text, whole characters, without NUL.
func shorten(text string) string {
	const most = 1000
	kept := make([]rune, 0, min(len(text), most))
	size := 0
	for _, r := range text {
		if size += len(string(r)); size > most {
			break
		}
		if r != 0 {
			kept = append(kept, r)
		}
	}
	return string(kept)
}
