package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
)

// CoachNames gives who the coaches are, those who have left included.
func (c *Conduct) CoachNames(ctx context.Context, by identity.Actor) (names map[coach.Code]Person, err error) {
	if err := by.Require("coach.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Identities(ctx, aCoach)
		if err != nil {
			return err
		}
		names = make(map[coach.Code]Person, len(all))
		for _, i := range all {
			if names[i.Code], err = reveal(tx, i.Code, i.Sealed); err != nil {
				return err
			}
		}
		return nil
	})
	return names, err
}
