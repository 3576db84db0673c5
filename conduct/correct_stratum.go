package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// CorrectStratum records that a person belongs to another level of a stratification factor than the one randomized as. The allocation
// stays, and both levels are kept. Where an answer was wrong, Correct does this by itself.
func (c *Conduct) CorrectStratum(ctx context.Context, by identity.Actor, code participant.Code, factor, level, reason string) error {
	if err := by.Require("stratum.correct"); err != nil {
		return err
	}
	s, ok := c.Protocol.Stratum(factor)
	if !ok {
		return problem.New(problem.Invalid, "The trial is not stratified by %.40q", factor).On("factor")
	}
	known := make([]string, len(s.Levels))
	found := false
	for i, l := range s.Levels {
		known[i] = l.ID
		found = found || l.ID == level
	}
	if !found {
		return problem.New(problem.Invalid, "%.40q is no level of %s", level, factor).On("level").Instead("Choose one of %s.", strings.Join(known, ", "))
	}
	if reason = strings.TrimSpace(shorten(reason)); reason == "" {
		return problem.New(problem.Invalid, "A correction needs its reason").On("reason")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		return c.setLevel(ctx, tx, by, code, s, level, reason)
	})
}

// correctStratum does what follows for the strata when an answer is corrected after the draw: item is "form.item".
func (c *Conduct) correctStratum(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code, item, answer, reason string) error {
	for _, s := range c.Protocol.Strata {
		if s.Item != item {
			continue
		}
		level, ok := s.LevelOf(answer)
		if !ok {
			return problem.New(problem.Invalid, "The answer belongs to no level of %s, by which the trial is stratified", s.ID).On("%s", item)
		}
		if err := c.setLevel(ctx, tx, by, code, s, level.ID, reason); err != nil {
			return err
		}
	}
	return nil
}

// setLevel keeps a level beside the one randomized as; one that stands already is no event. The trail has its keyed digest, since
// it is an answer.
func (c *Conduct) setLevel(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code, s study.Stratum, level, reason string) error {
	_, now, err := tx.Levels(ctx, code)
	if err != nil || now[s.ID] == level {
		return err
	}
	if tx.Vault == nil {
		return keyless()
	}
	digest := func(level string) string {
		return tx.Vault.Digest("stratum", strings.Join([]string{string(code), s.ID, level}, "|"))
	}
	if err := record(ctx, tx, by, "stratum.correct", string(code),
		facts{"factor": s.ID, "level": digest(now[s.ID])}, facts{"factor": s.ID, "level": digest(level)}, ""); err != nil {
		return err
	}
	return tx.CorrectStratum(ctx, store.StratumCorrection{Participant: code, Factor: s.ID, Level: level, Reason: reason})
}
