package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// CloseEnrolment ends enrolment before its last day: nobody new can consent, and announcements stop. Whoever has consented may finish
// the baseline and is put on the waiting list.
func (c *Conduct) CloseEnrolment(ctx context.Context, by identity.Actor, reason string) error {
	if err := by.Require("study.close"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		if s.Closed != nil {
			return problem.New(problem.Conflict, "Enrolment was closed on %s", s.Closed.Format("January 2, 2006"))
		}
		return c.closeEnrolment(ctx, tx, by, s, shorten(reason))
	})
}

func (c *Conduct) closeEnrolment(ctx context.Context, tx *store.Tx, by identity.Actor, s store.Study, reason string) error {
	if err := tx.CloseEnrolment(ctx); err != nil {
		return err
	}
	return record(ctx, tx, by, "study.close", s.ProtocolID, nil, facts{"places": s.Places}, reason)
}
