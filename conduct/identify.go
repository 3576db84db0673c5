package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Identify gives who people are. It is one reading, and one event in the trail, which names the codes and where they were shown: the
// office works by code wherever it can. What is known of a person beside name, address and phone stays sealed.
func (c *Conduct) Identify(ctx context.Context, by identity.Actor, where string, codes []participant.Code) (people map[participant.Code]Person, err error) {
	if err := by.Require("participant.identify"); err != nil {
		return nil, err
	}
	if len(codes) == 0 {
		return nil, nil
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		people = make(map[participant.Code]Person, len(codes))
		for _, code := range codes {
			p, err := person(ctx, tx, code)
			if err != nil {
				return err
			}
			people[code] = Person{Name: p.Name, Email: p.Email, Phone: p.Phone, Address: p.Address}
		}
		return identified(ctx, tx, by, where, codes)
	})
	return people, err
}

// identified records that somebody has read who people are, as one event; nothing where there was nobody to read of.
func identified(ctx context.Context, tx *store.Tx, by identity.Actor, where string, codes []participant.Code) error {
	object, what := "roster", facts{"where": where, "people": codes}
	switch len(codes) {
	case 0:
		return nil
	case 1:
		object, what = string(codes[0]), facts{"where": where}
	}
	return record(ctx, tx, by, "participant.identify", object, nil, what, "")
}

// Found is somebody whom a search has found.
type Found struct {
	Code participant.Code
	Person
}

// FindPeople finds people by a part of their name or address; all words must occur, in any order. It gives at most so many, and how many
// there are in all. What was looked for stays out of the trail; who was found is in it.
func (c *Conduct) FindPeople(ctx context.Context, by identity.Actor, text string, most int) (found []Found, all int, err error) {
	if err := by.Require("participant.identify"); err != nil {
		return nil, 0, err
	}
	words := strings.Fields(strings.ToLower(text))
	if len(strings.Join(words, "")) < 2 {
		return nil, 0, problem.New(problem.Invalid, "That is too short to search for").On("text").Instead("Give at least two letters of a name or an address, or a study code.")
	}
	var codes []participant.Code
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		everybody, err := tx.Identities(ctx, aParticipant)
		if err != nil {
			return err
		}
		for _, i := range everybody {
			p, err := reveal(tx, i.Code, i.Sealed)
			if err != nil {
				return err
			}
			if !contains(strings.ToLower(p.Name+" "+p.Email), words) {
				continue
			}
			if all++; len(found) < most {
				found, codes = append(found, Found{i.Code, Person{Name: p.Name, Email: p.Email}}), append(codes, i.Code)
			}
		}
		return nil
	})
	if err != nil || len(codes) == 0 {
		return nil, 0, err
	}
	return found, all, c.Store.Write(ctx, func(tx *store.Tx) error {
		return identified(ctx, tx, by, "search", codes)
	})
}

func contains(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
