package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// ChangeZone takes the time zone in which a person wants to be told times. What is planned and to
// come moves with it, so that it keeps out of the quiet hours there.
func (c *Conduct) ChangeZone(ctx context.Context, by identity.Actor, code participant.Code, zone string) error {
	if err := by.RequireFor("participant.zone", code); err != nil {
		return err
	}
	if _, ok := zoneOf(zone); !ok {
		return problem.New(problem.Invalid, "%.80q is no time zone", zone).On("zone").Instead("Choose one of the list.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil || r.Zone == zone {
			return err
		}
		before := r.Zone
		r.Zone = zone
		if err := tx.SaveParticipant(ctx, r); err != nil {
			return err
		}
		moved, err := c.moveToZone(ctx, tx, code)
		if err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.zone", string(code), facts{"zone": before}, facts{"zone": zone, "messages": moved}, "")
	})
}

// moveToZone has the mail of a person that is to come go by the clock of their present zone, and gives how many of it moved. What waits in the
// outbox for the end of quiet hours is looked at again at once.
func (c *Conduct) moveToZone(ctx context.Context, tx *store.Tx, code participant.Code) (moved int, err error) {
	found, err := tx.Planned(ctx, store.PlanFilter{Participant: code, Stage: store.ToCome}, 0, everyone)
	if err != nil {
		return 0, err
	}
	all := make([]store.Message, len(found))
	for i, m := range found {
		all[i] = m.Message
	}
	b, err := c.readBatch(ctx, tx, all)
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		if d.Wanted == nil || d.Answers { // kept from before times were, or on its way at once
			continue
		}
		about, _, err := c.matter(ctx, tx, b, d)
		if err != nil {
			return 0, err
		}
		before := d.Due
		if c.put(&d, about.record, *d.Wanted, c.latest(about)); d.Due.Equal(before) {
			continue
		}
		if err := tx.SaveMessage(ctx, d); err != nil {
			return 0, err
		}
		moved++
	}
	return moved, tx.TakeUpMail(ctx, code, quietAnswer)
}

// GiveAddress takes the postal address to which a person wants a gift sent; empty takes it back. It is sealed, and the trail has only that
// it was given.
func (c *Conduct) GiveAddress(ctx context.Context, by identity.Actor, code participant.Code, address string) error {
	if err := by.RequireFor("participant.address", code); err != nil {
		return err
	}
	var kept []string
	for line := range strings.Lines(address) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			kept = append(kept, line)
		}
	}
	address = strings.Join(kept, "\n")
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil {
			return err
		}
		p, err := reveal(tx, code, i.Sealed)
		if err != nil || p.Address == address {
			return err
		}
		p.Address = address
		if p, err = p.check(string(code)); err != nil {
			return err
		}
		changed, err := seal(tx, code, i.Kind, p)
		if err != nil {
			return err
		}
		i.Sealed = changed.Sealed
		if err := tx.SaveIdentity(ctx, i); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.address", string(code), nil, facts{"given": address != ""}, "")
	})
}

// AddressOf gives a participant their own postal address.
func (c *Conduct) AddressOf(ctx context.Context, tx *store.Tx, by identity.Actor) (string, error) {
	p, err := person(ctx, tx, by.Participant)
	return p.Address, err
}
