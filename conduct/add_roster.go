package conduct

import (
	"context"
	"fmt"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// AddRoster puts people on the roster, all or none, and gives their study codes in the same order. Each code is drawn at random.
// Every mistake is named with its row, counted from 1: a bad address, or one that stands twice or is on the roster already.
func (c *Conduct) AddRoster(ctx context.Context, by identity.Actor, people []Person) (codes []participant.Code, err error) {
	if err := by.Require("participant.add"); err != nil {
		return nil, err
	}
	var found problem.List
	checked := make([]Person, len(people))
	for i, p := range people {
		if checked[i], err = p.check(fmt.Sprintf("row %d", i+1)); err != nil {
			found.Add(err.(problem.List)...)
		}
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		known, rows := found, map[string]int{}
		taken, err := tx.CodesByEmail(ctx, aParticipant)
		if err != nil {
			return err
		}
		used, err := tx.Codes(ctx)
		if err != nil {
			return err
		}
		codes = make([]participant.Code, len(people))
		identities := make([]store.Identity, len(people))
		records := make([]participant.Record, len(people))
		for i, p := range checked {
			code, err := c.newCode(used)
			if err != nil {
				return err
			}
			id, err := seal(tx, code, aParticipant, p)
			if err != nil {
				return err
			}
			twice := problem.New(problem.Invalid, "%.80q", p.Email).At("row %d", i+1).On("email").Instead("Take the row out.")
			switch row := rows[id.EmailHash]; {
			case row > 0:
				twice.Message += fmt.Sprintf(" stands in row %d already", row)
				known.Add(twice)
			case taken[id.EmailHash] != "":
				twice.Message += " is on the roster already"
				known.Add(twice)
			}
			rows[id.EmailHash] = i + 1
			codes[i], identities[i] = code, id
			records[i] = participant.Record{Code: code, Status: participant.Listed, Zone: p.Zone}
		}
		if err := known.Err(); err != nil {
			return err
		}
		if err := tx.AddIdentities(ctx, identities); err != nil {
			return err
		}
		if err := tx.AddParticipants(ctx, records); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.add", "roster", nil, facts{"people": len(people)}, "")
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// newCode draws a code that is not among used, and adds it to them.
func (c *Conduct) newCode(used map[participant.Code]bool) (participant.Code, error) {
	for range 100 {
		code, err := participant.NewCode(c.random())
		if err != nil {
			return "", err
		}
		if !used[code] {
			used[code] = true
			return code, nil
		}
	}
	return "", problem.New(problem.Internal, "The source of randomness repeats itself")
}
