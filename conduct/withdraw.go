package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Withdraw takes consent back, with the person's choice of what may still be done. Coaching ends: booked sessions are cancelled and the
// coach has the place back. Depending on the choice mail stops, open visits are closed, or the answers and the plan are deleted; that there was
// such a person, and the arm, remains in every case. Choosing again, to take back more, is possible until the data are locked. The
// reason is kept with the record, never in the trail. A paper that says what was asked for is filed, and mailed to the person.
func (c *Conduct) Withdraw(ctx context.Context, by identity.Actor, code participant.Code, use participant.Use, reason string) error {
	if err := by.RequireFor("participant.withdraw", code); err != nil {
		return err
	}
	if _, err := participant.ParseUse(string(use)); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		if s.Locked != nil && !use.Analyse() {
			return problem.New(problem.Conflict, "The data were locked on %s: answers in the locked dataset can no longer be taken out", s.Locked.Format("January 2, 2006")).
				Instead("Choose to have nothing more collected.")
		}
		before := r.Use
		if r.Status == participant.Withdrawn {
			if use == before || less(use, before) {
				return problem.New(problem.Conflict, "You have withdrawn already, with the choice %q", before).Instead("Only more can be taken back.")
			}
		} else if err := r.Pass(participant.Withdrawn, tx.Now()); err != nil {
			return err
		}
		r.Use, r.Reason, r.UnlocksAt = use, shorten(reason), nil
		if err := tx.SaveParticipant(ctx, r); err != nil {
			return err
		}
		if err := c.cancelBooked(ctx, tx, code, ""); err != nil {
			return err
		}
		if err := tx.Unpair(ctx, code, "withdrew"); err != nil {
			return err
		}
		if !use.Collect() {
			if err := tx.CancelVisits(ctx, code); err != nil {
				return err
			}
			if err := tx.WithdrawConsents(ctx, code); err != nil {
				return err
			}
		}
		if !use.Analyse() {
			if _, err := tx.RemoveParticipantPasskeys(ctx, code, ""); err != nil {
				return err
			}
			if err := tx.RemoveAnswers(ctx, code); err != nil {
				return err
			}
			if err := tx.RemovePlan(ctx, code); err != nil {
				return err
			}
			if err := tx.RemoveAlliance(ctx, code); err != nil {
				return err
			}
		}
		pdf, document, err := c.fileWithdrawal(ctx, tx, by, r)
		if err != nil {
			return err
		}
		var old any
		if before != "" {
			old = facts{"use": before}
		}
		if err := record(ctx, tx, by, "participant.withdraw", string(code), old, facts{"use": use, "document": document}, ""); err != nil {
			return err
		}
		return c.sendWithdrawal(ctx, tx, r, pdf)
	})
}

// less reports whether a choice takes back less than another.
func less(a, b participant.Use) bool {
	place := func(u participant.Use) int {
		for i, known := range participant.Uses {
			if known.Use == u {
				return i
			}
		}
		return -1
	}
	return place(a) < place(b)
}
