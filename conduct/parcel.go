package conduct

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Parcel is an item to be posted, as whoever posts it knows it: a name and an address, never a study code, an arm, an answer, or the day on
// which a survey was completed.
type Parcel struct {
	ID       string // tells nothing to those without the vault's key
	Item     string // its name
	Name     string
	Address  string // empty: the person has given none
	Weeks    int    // whole weeks that it has been due
	Carrier  string // what the carrier calls it
	Sent     *time.Time
	Received *time.Time

	incentive store.Incentive
}

// Parcels gives every item that was ever due, in the order of names. Since it tells names and addresses, it is a reading like Identify's,
// with the same event in the trail.
func (c *Conduct) Parcels(ctx context.Context, by identity.Actor) (all []Parcel, err error) {
	if err := by.Require("incentive.read"); err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if all, err = c.parcels(ctx, tx); err != nil {
			return err
		}
		var codes []participant.Code
		for _, p := range all {
			codes = append(codes, p.incentive.Participant)
		}
		slices.Sort(codes)
		return identified(ctx, tx, by, "incentives", slices.Compact(codes))
	})
	return all, err
}

func (c *Conduct) parcels(ctx context.Context, tx *store.Tx) ([]Parcel, error) {
	incentives, err := tx.Incentives(ctx)
	if err != nil {
		return nil, err
	}
	if tx.Vault == nil {
		return nil, keyless()
	}
	all := make([]Parcel, 0, len(incentives))
	for _, i := range incentives {
		p, err := person(ctx, tx, i.Participant)
		if err != nil {
			return nil, err
		}
		one := Parcel{ID: tx.Vault.Digest("parcel", string(i.Participant)+" "+i.Item)[:12], Item: i.Item, Name: p.Name, Address: p.Address, Sent: i.Sent, Received: i.Received, incentive: i,
			Weeks: int(tx.Now().Sub(i.Issued) / (7 * 24 * time.Hour))}
		if k := slices.IndexFunc(c.Protocol.Incentives, func(known study.Incentive) bool { return known.ID == i.Item }); k >= 0 {
			one.Item = c.Protocol.Incentives[k].Name
		}
		if len(i.Carrier) > 0 {
			plain, err := tx.Vault.Open(i.Carrier, "incentive", "carrier", string(i.Participant)+" "+i.Item)
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(plain, &one.Carrier); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Parcel) int {
		if n := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, nil
}

// longestCarrier bounds what is noted of a carrier, in bytes.
const longestCarrier = 200

// SendParcels notes that parcels were posted, all or none, with what the carrier calls them, and tells the people. It gives how many.
func (c *Conduct) SendParcels(ctx context.Context, by identity.Actor, ids []string, carrier string) (int, error) {
	carrier = strings.Join(strings.Fields(carrier), " ")
	if len(carrier) > longestCarrier {
		return 0, problem.New(problem.Invalid, "The note has %d bytes", len(carrier)).On("carrier").Instead("Keep it within %d.", longestCarrier)
	}
	return c.changeParcels(ctx, by, "incentive.send", ids, func(tx *store.Tx, i *store.Incentive) error {
		if carrier != "" {
			plain, err := json.Marshal(carrier)
			if err != nil {
				return err
			}
			i.Carrier = tx.Vault.Seal(plain, "incentive", "carrier", string(i.Participant)+" "+i.Item)
		}
		return c.sendIncentive(ctx, tx, i)
	})
}

// ReceiveParcels notes that parcels have arrived, all or none, and gives how many.
func (c *Conduct) ReceiveParcels(ctx context.Context, by identity.Actor, ids []string) (int, error) {
	return c.changeParcels(ctx, by, "incentive.receive", ids, receiveIncentive)
}

func (c *Conduct) changeParcels(ctx context.Context, by identity.Actor, verb string, ids []string, change func(*store.Tx, *store.Incentive) error) (n int, err error) {
	if err := by.Require(verb); err != nil {
		return 0, err
	}
	if err := by.Require("incentive.read"); err != nil {
		return 0, err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return 0, problem.New(problem.Invalid, "No parcel is chosen").On("parcel").Instead("Tick those that it is about.")
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		n = 0
		all, err := c.parcels(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			k := slices.IndexFunc(all, func(p Parcel) bool { return p.ID == id })
			if k < 0 {
				return problem.New(problem.NotFound, "There is no parcel %.20q", id)
			}
			i := all[k].incentive
			if err := change(tx, &i); err != nil {
				return err
			}
			if err := tx.SaveIncentive(ctx, i); err != nil {
				return err
			}
			if err := record(ctx, tx, by, verb, string(i.Participant), nil, facts{"item": i.Item}, ""); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// ExportParcels gives the parcels that are to be posted and have an address, and records that the list was taken.
func (c *Conduct) ExportParcels(ctx context.Context, by identity.Actor) (due []Parcel, err error) {
	if err := by.Require("incentive.export"); err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		all, err := c.parcels(ctx, tx)
		if err != nil {
			return err
		}
		due = slices.DeleteFunc(all, func(p Parcel) bool { return p.Sent != nil || p.Address == "" })
		return record(ctx, tx, by, "incentive.export", c.Protocol.ID, nil, facts{"addresses": len(due)}, "")
	})
	return due, err
}
