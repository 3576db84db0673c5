package conduct

import (
	"context"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// OwnRecord is what the study keeps of a participant besides answers: who they are to it, what was written to them, and what they wrote
// themselves about their coaching.
type OwnRecord struct {
	Person  Person
	Written []post.Message
	Plan    goal.Plan
	Ratings map[string]session.Alliance // of working with the coach, by session
}

// Own gives a participant their own record, whatever became of their coaching.
func (c *Conduct) Own(ctx context.Context, by identity.Actor, code participant.Code) (own OwnRecord, err error) {
	if err := by.RequireFor("home.read", code); err != nil {
		return own, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if own.Person, err = person(ctx, tx, code); err != nil {
			return err
		}
		if own.Plan, err = plan(ctx, tx, code); err != nil {
			return err
		}
		if own.Ratings, err = tx.AllianceRated(ctx, code); err != nil {
			return err
		}
		own.Written, err = tx.Mail(ctx, string(code), 0, everyone)
		return err
	})
	return own, err
}
