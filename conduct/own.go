package conduct

import (
	"context"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/participant"
)

// Own gives a participant who they are to the study, and what was written to them.
func (c *Conduct) Own(ctx context.Context, by identity.Actor, code participant.Code) (p Person, written []post.Message, err error) {
	if err := by.RequireFor("home.read", code); err != nil {
		return p, nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if p, err = person(ctx, tx, code); err != nil {
			return err
		}
		written, err = tx.Mail(ctx, string(code), 0, everyone)
		return err
	})
	return p, written, err
}
