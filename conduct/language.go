package conduct

import (
	"context"
	"slices"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// ChooseLanguage keeps the language in which a participant reads: pages on every device, and mail from now on. A second time changes
// nothing.
func (c *Conduct) ChooseLanguage(ctx context.Context, by identity.Actor, code participant.Code, language string) error {
	if err := by.RequireFor("participant.language", code); err != nil {
		return err
	}
	if !slices.Contains(study.Languages, language) {
		return problem.New(problem.Invalid, "%.20q is no language of these pages", language).On("language")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil || r.Language == language {
			return err
		}
		before := r.Language
		r.Language = language
		if err := tx.SaveParticipant(ctx, r); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.language", string(code), facts{"language": before}, facts{"language": language}, "")
	})
}
