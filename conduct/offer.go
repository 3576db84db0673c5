package conduct

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// Offer is a coach as a participant sees one.
type Offer struct {
	Code    coach.Code
	Name    string
	Profile coach.Profile
	Zone    *time.Location
	Free    []time.Time // the next times at which the coach could be met, by the participant's clock; none: none in the next weeks
	Night   bool        // those times are at night by the participant's clock
	Shared  int         // topics that the participant looks for
}

// Wanted is what a participant looks for: a coach, and a part of the day. The zero Wanted is everything.
type Wanted struct {
	coach.Need
	Part session.Part
}

// How far ahead free times are looked for, and how many are told.
const (
	offerDays  = 28
	offerTimes = 3
)

// Coaches gives the coaches whom a participant may choose: certified, with room, apart from them by the protocol's rules, and not set
// aside by them. Everybody else is silently absent. The order is another for each participant and stays the same for each, so that no coach
// always comes first. Before coaching is open to the participant there is no such page.
func (c *Conduct) Coaches(ctx context.Context, by identity.Actor, code participant.Code) ([]Offer, error) {
	return c.CoachesFor(ctx, by, code, Wanted{})
}

// CoachesFor gives those of Coaches who meet what is wanted, with their next free times: first those who have any, those who have them at
// night alone after others, then those who share more of the topics, then by turn.
func (c *Conduct) CoachesFor(ctx context.Context, by identity.Actor, code participant.Code, wanted Wanted) (offers []Offer, err error) {
	err = c.choosing(ctx, by, code, func(tx *store.Tx, r participant.Record) error {
		all, err := c.offers(ctx, tx, r)
		if err != nil {
			return err
		}
		offers = nil
		for _, o := range all {
			if !wanted.Meets(o.Profile) {
				continue
			}
			o.Shared = wanted.Shared(o.Profile)
			if o.Free, o.Night, err = c.freeWith(ctx, tx, by, r, o.Code, wanted); err != nil {
				return err
			}
			if wanted.Part == "" || len(o.Free) > 0 {
				offers = append(offers, o)
			}
		}
		has := func(o Offer) int {
			if o.Night {
				return 1
			}
			return 2 * min(len(o.Free), 1)
		}
		slices.SortStableFunc(offers, func(a, b Offer) int {
			return cmp.Or(cmp.Compare(has(b), has(a)), cmp.Compare(b.Shared, a.Shared))
		})
		return nil
	})
	return offers, err
}

// choosing reads for somebody who may choose a coach for a participant to whom coaching is open.
func (c *Conduct) choosing(ctx context.Context, by identity.Actor, code participant.Code, look func(tx *store.Tx, r participant.Record) error) error {
	if err := by.RequireFor("coach.choose", code); err != nil {
		return err
	}
	return c.Store.Read(ctx, func(tx *store.Tx) error {
		r, err := coachee(ctx, tx, by, code)
		if err != nil {
			return err
		}
		return look(tx, r)
	})
}

// freeWith gives the next free times of a participant with a coach whom they have not chosen yet, and whether they are at night by the
// participant's clock. A plan that is used up has none.
func (c *Conduct) freeWith(ctx context.Context, tx *store.Tx, by identity.Actor, r participant.Record, with coach.Code, wanted Wanted) (free []time.Time, night bool, err error) {
	s, err := c.situation(ctx, tx, by, r, with)
	if err != nil {
		return nil, false, err
	}
	s.Override = false
	w := session.Wish{Mode: c.mode(wanted.Mode, s.Coach)}
	if w.Number, w.Minutes, err = session.Next(s.Plan, s.Theirs); err != nil {
		return nil, false, ignore(err, problem.Conflict)
	}
	zone := c.zone(r.Zone)
	free = s.Upcoming(w, wanted.Part, offerDays, offerTimes, zone)
	return free, len(free) > 0 && session.Night(free[0].In(zone), w.Minutes), nil
}

// offers gives the coaches whom a participant may choose, by turn.
func (c *Conduct) offers(ctx context.Context, tx *store.Tx, r participant.Record) ([]Offer, error) {
	self, err := person(ctx, tx, r.Code)
	if err != nil {
		return nil, err
	}
	all, err := tx.Coaches(ctx)
	if err != nil {
		return nil, err
	}
	loads, err := tx.Loads(ctx)
	if err != nil {
		return nil, err
	}
	aside, err := tx.SetAside(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	var attended map[coach.Code][]coach.Attendance
	if c.Protocol.Coaching.SupervisionRequired {
		if attended, err = tx.Attendances(ctx); err != nil {
			return nil, err
		}
	}
	var offers []Offer
	for _, k := range all {
		if slices.Contains(aside, k.Code) || !k.TakesNew(c.Protocol.Coaching, loads[k.Code], attended[k.Code], tx.Now()) {
			continue
		}
		p, err := person(ctx, tx, k.Code)
		if err != nil {
			return nil, err
		}
		if _, conflict := coach.Conflict(c.Protocol.Coaching.Conflicts, p.row(), self.row()); conflict {
			continue
		}
		offers = append(offers, Offer{Code: k.Code, Name: p.Name, Profile: k.Profile.Public(), Zone: c.zone(k.Zone)})
	}
	slices.SortFunc(offers, func(a, b Offer) int { return cmp.Compare(coach.Turn(r.Code, a.Code), coach.Turn(r.Code, b.Code)) })
	return offers, nil
}

// CoachOf gives the coach whom a participant has, with the telephone number; problem.NotFound where there is none.
func (c *Conduct) CoachOf(ctx context.Context, by identity.Actor, code participant.Code) (o Offer, err error) {
	err = c.choosing(ctx, by, code, func(tx *store.Tx, r participant.Record) error {
		pair, err := tx.Pairing(ctx, code)
		if err != nil {
			return err
		}
		k, err := tx.Coach(ctx, pair.Coach)
		if err != nil {
			return err
		}
		p, err := person(ctx, tx, k.Code)
		o = Offer{Code: k.Code, Name: p.Name, Profile: k.Profile, Zone: c.zone(k.Zone)}
		return err
	})
	return o, err
}

// SetAside takes a coach out of what a participant is shown, or puts them back. Nobody else ever learns of it, and the trail does not say
// of whom it speaks. Somebody whom the protocol keeps apart from the participant is nobody here either.
func (c *Conduct) SetAside(ctx context.Context, by identity.Actor, code participant.Code, k coach.Code, aside bool) error {
	if err := by.RequireFor("coach.set_aside", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := coachee(ctx, tx, by, code)
		if err != nil {
			return err
		}
		if !aside {
			err = tx.PutBack(ctx, code, k)
		} else {
			err = c.putAside(ctx, tx, code, k)
		}
		if err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.set_aside", string(code), nil, nil, "")
	})
}

func (c *Conduct) putAside(ctx context.Context, tx *store.Tx, code participant.Code, k coach.Code) error {
	if _, err := tx.Coach(ctx, k); err != nil {
		return orElse(ignore(err, problem.NotFound), strangers())
	}
	apart, err := c.apart(ctx, tx, code, k)
	if err != nil {
		return err
	}
	if apart {
		return strangers()
	}
	return tx.PutAside(ctx, code, k)
}

// Aside gives the coaches whom a participant has set aside.
func (c *Conduct) Aside(ctx context.Context, by identity.Actor, code participant.Code) (all []Offer, err error) {
	if err := by.RequireFor("coach.set_aside", code); err != nil {
		return nil, err
	}
	err = c.choosing(ctx, by, code, func(tx *store.Tx, _ participant.Record) error {
		codes, err := tx.SetAside(ctx, code)
		all = nil
		for _, k := range codes {
			p, err := person(ctx, tx, k)
			if err != nil {
				return err
			}
			all = append(all, Offer{Code: k, Name: p.Name})
		}
		return err
	})
	return all, err
}
