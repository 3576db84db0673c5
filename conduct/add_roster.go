package conduct

import (
	"context"
	"fmt"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// CheckPeople says of each person what is wrong by itself or with somebody before them in the list: a bad address, one that stands
// twice, no name, an unknown zone. It gives the people in the form in which they are kept.
func CheckPeople(people []Person) (checked []Person, found problem.List) {
	checked = make([]Person, len(people))
	first := make(map[string]string, len(people))
	for i, p := range people {
		place := p.place(i)
		var err error
		checked[i], err = p.check(place)
		found.Gather(err)
		email := checked[i].Email
		if before, twice := first[email]; twice && email != "" {
			found.Add(problem.New(problem.Invalid, "%.80q stands in %s already", email, before).At("%s", place).On("email").Instead("Take the row out."))
			continue
		}
		first[email] = place
	}
	return checked, found
}

// CheckRoster says what AddRoster would refuse of these people, and changes nothing.
func (c *Conduct) CheckRoster(ctx context.Context, by identity.Actor, people []Person) (found problem.List, err error) {
	if err := by.Require("participant.add"); err != nil {
		return nil, err
	}
	checked, wrong := CheckPeople(people)
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return keyless()
		}
		known, err := tx.CodesByEmail(ctx, aParticipant)
		if err != nil {
			return err
		}
		found = wrong
		for i, p := range checked {
			if known[tx.Vault.Digest("email", p.Email)] != "" {
				found.Add(p.listed(i))
			}
		}
		return nil
	})
	return found, err
}

// place is where a person stands in a list: where they came from, or the row counted from 1.
func (p Person) place(i int) string {
	if p.Place != "" {
		return p.Place
	}
	return fmt.Sprintf("row %d", i+1)
}

func (p Person) listed(i int) *problem.Problem {
	return problem.New(problem.Invalid, "%.80q is on the roster already", p.Email).At("%s", p.place(i)).On("email").Instead("Take the row out.")
}

// AddRoster puts people on the roster, all or none, and gives their study codes in the same order. Each code is drawn at random.
// Every mistake is named with its place: what CheckPeople finds, or an address that is on the roster already.
func (c *Conduct) AddRoster(ctx context.Context, by identity.Actor, people []Person) (codes []participant.Code, err error) {
	if err := by.Require("participant.add"); err != nil {
		return nil, err
	}
	checked, wrong := CheckPeople(people)
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		found := wrong
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
			if taken[id.EmailHash] != "" {
				found.Add(p.listed(i))
			}
			codes[i], identities[i] = code, id
			records[i] = participant.Record{Code: code, Status: participant.Listed, Zone: p.Zone, Language: p.Language}
		}
		if err := found.Err(); err != nil {
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
