package conduct

import (
	"context"

	"rekindle/platform/store"
	"rekindle/trial/dataset"
	"rekindle/trial/participant"
)

// process adds what tells how coaching went, in numbers alone: how far goals were reached, what was said of sessions, and the mails that
// asked somebody to begin, which are a part of the intervention.
func (c *Conduct) process(ctx context.Context, tx *store.Tx, find func(participant.Code) *dataset.Entrant) error {
	goals, err := tx.AllGoals(ctx)
	if err != nil {
		return err
	}
	for _, g := range goals {
		e := find(g.Participant)
		if e == nil {
			continue
		}
		one := dataset.Goal{Set: g.SetAt.UTC(), Closed: g.Closed, Reached: []dataset.Reached{}}
		for _, r := range g.Ratings {
			one.Reached = append(one.Reached, dataset.Reached{Day: r.Day.String(), Level: r.Level})
		}
		e.Goals = append(e.Goals, one)
	}
	said, err := tx.AllAlliances(ctx)
	if err != nil {
		return err
	}
	for _, a := range said {
		if e := find(a.Participant); e != nil {
			e.Alliance = append(e.Alliance, dataset.Alliance{Session: a.Number, Says: a.Says})
		}
	}
	sent, err := tx.SentMessages(ctx)
	if err != nil {
		return err
	}
	for _, m := range sent {
		if e := find(m.Participant); e != nil && c.aboutBeginning(m.Message) {
			if e.Nudges == nil {
				e.Nudges = map[string]int{}
			}
			e.Nudges[m.Message] = m.Count
		}
	}
	return nil
}
