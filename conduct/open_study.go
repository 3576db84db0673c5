package conduct

import (
	"context"
	"slices"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// OpenStudy stores the protocol with its SHA-256 and commits to the randomization, once and before anybody enrols. A protocol with
// mistakes is refused with all of them; a second time is a conflict.
func (c *Conduct) OpenStudy(ctx context.Context, by identity.Actor) error {
	if err := by.Require("study.open"); err != nil {
		return err
	}
	wrong := slices.DeleteFunc(study.Check(c.Protocol, instrument.Catalogue()), func(p *problem.Problem) bool { return p.Warning })
	if err := wrong.Err(); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Study(ctx)
		if err == nil {
			return problem.New(problem.Conflict, "The study has been opened already")
		}
		if !problem.Is(err, problem.NotFound) {
			return err
		}
		p := c.Protocol
		if err := tx.OpenStudy(ctx, store.Study{ProtocolID: p.ID, ProtocolVersion: p.Version, Digest: p.Digest(), Program: c.Program,
			Simulated: c.Simulated, Opened: tx.Now(), Capacity: p.Enrolment.Cap}, p.Text()); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "study.open", p.ID, nil,
			facts{"protocol": p.Digest(), "version": p.Version, "program": c.Program, "simulated": c.Simulated, "capacity": p.Enrolment.Cap}, ""); err != nil {
			return err
		}
		return c.openRandomization(ctx, tx, by)
	})
}
