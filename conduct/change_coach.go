package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// ChangeCoach ends the pairing of a participant with a coach, at the participant's wish and without a reason: what is booked is cancelled as
// if the participant had cancelled it, and they choose again. The coach sees that the pairing has ended, and reads the plan no more. Without
// a coach it changes nothing.
func (c *Conduct) ChangeCoach(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.RequireFor("coach.change", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := coachee(ctx, tx, by, code); err != nil {
			return err
		}
		before, err := tx.Pairing(ctx, code)
		if problem.Is(err, problem.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.cancelBooked(ctx, tx, code, session.ByParticipant); err != nil {
			return err
		}
		if err := tx.Unpair(ctx, code, "changed"); err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.change", string(code), facts{"coach": before.Coach}, nil, "")
	})
}
