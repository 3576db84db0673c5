package conduct

import (
	"context"
	"slices"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// ChooseCoach puts a participant with a coach of those offered; the last place of a coach goes to one of two who race for it. Choosing the
// same coach again changes nothing. A change of coach needs no reason, and no session may be booked with the one before.
func (c *Conduct) ChooseCoach(ctx context.Context, by identity.Actor, code participant.Code, with coach.Code) error {
	return c.choose(ctx, by, code, with, "")
}

func (c *Conduct) choose(ctx context.Context, by identity.Actor, code participant.Code, with coach.Code, reason string) error {
	if err := by.RequireFor("coach.choose", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := coachee(ctx, tx, by, code)
		if err != nil {
			return err
		}
		before, err := tx.Pairing(ctx, code)
		paired := err == nil
		if err != nil && !problem.Is(err, problem.NotFound) {
			return err
		}
		if paired && before.Coach == with {
			return nil
		}
		offers, err := c.offers(ctx, tx, r)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(offers, func(o Offer) bool { return o.Code == with }) {
			return problem.New(problem.Conflict, "This coach has just been chosen by somebody else or is not available").Instead("Choose another coach.")
		}
		var old any
		if paired {
			old = facts{"coach": before.Coach}
			sessions, err := tx.Sessions(ctx, code)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(sessions, func(s session.Session) bool { return s.State == session.Booked }) {
				return problem.New(problem.Conflict, "Sessions are booked with your present coach").Instead("Cancel them first, then choose another coach.")
			}
			if err := tx.Unpair(ctx, code, "changed"); err != nil {
				return err
			}
		}
		if err := tx.Pair(ctx, code, with); err != nil {
			if tx.Constraint(err) == "pairing_caseload" {
				return problem.New(problem.Conflict, "This coach has no place left").Instead("Choose another coach.").Because(err)
			}
			return err
		}
		if err := record(ctx, tx, by, "coach.choose", string(code), old, facts{"coach": with}, reason); err != nil {
			return err
		}
		return c.tellChosen(ctx, tx, with, code)
	})
}
