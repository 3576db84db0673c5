package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
)

// Meeting is a supervision meeting with the names of those in it.
type Meeting struct {
	coach.Supervision
	Names map[coach.Code]string
	Begun bool
	Over  bool
}

// Leader is who supervises.
func (m Meeting) Leader() string {
	if m.Supervisor != "" {
		return m.Names[m.Supervisor]
	}
	return m.Outside
}

// OwnSupervision is a coach's own supervision.
type OwnSupervision struct {
	Now      time.Time
	Zone     *time.Location
	Meetings []Meeting // by start
	Standing coach.SupervisionStanding
}

// Supervisions gives the office all meetings by start, and how much each coach has had beside what the protocol asks for. What coaches
// have put down for a meeting is not the office's to read.
func (c *Conduct) Supervisions(ctx context.Context, by identity.Actor) (all []Meeting, standings map[coach.Code]coach.SupervisionStanding, err error) {
	if err := by.Require("supervision.read"); err != nil {
		return nil, nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		meetings, err := tx.Supervisions(ctx)
		if err != nil {
			return err
		}
		if all, err = withNames(ctx, tx, meetings); err != nil {
			return err
		}
		coaches, err := tx.Coaches(ctx)
		if err != nil {
			return err
		}
		attended, err := tx.Attendances(ctx)
		standings = make(map[coach.Code]coach.SupervisionStanding, len(coaches))
		for _, k := range coaches {
			standings[k.Code] = c.supervised(k, attended[k.Code], tx.Now())
		}
		return err
	})
	return all, standings, err
}

// OwnSupervision gives a coach their meetings, and how much supervision they have had.
func (c *Conduct) OwnSupervision(ctx context.Context, by identity.Actor) (own OwnSupervision, err error) {
	if err := by.Require("supervision.read_own"); err != nil {
		return own, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, by.Coach)
		if err != nil {
			return err
		}
		own = OwnSupervision{Now: tx.Now(), Zone: c.zone(k.Zone)}
		attended, err := tx.Attendances(ctx)
		if err != nil {
			return err
		}
		own.Standing = c.supervised(k, attended[k.Code], tx.Now())
		if k.LeftAt != nil {
			return nil
		}
		meetings, err := tx.SupervisionsOf(ctx, by.Coach, time.Unix(0, 0))
		if err != nil {
			return err
		}
		own.Meetings, err = withNames(ctx, tx, meetings)
		return err
	})
	return own, err
}

func (c *Conduct) supervised(k coach.Coach, attended []coach.Attendance, at time.Time) coach.SupervisionStanding {
	return coach.Supervise(c.Protocol.Coaching, k.Since(c.Protocol.Coaching.Certification), attended, at)
}

// withNames adds to meetings who is in them.
func withNames(ctx context.Context, tx *store.Tx, meetings []coach.Supervision) (all []Meeting, err error) {
	known := map[coach.Code]string{}
	for _, m := range meetings {
		for _, code := range inMeeting(m) {
			if _, read := known[code]; read {
				continue
			}
			p, err := person(ctx, tx, code)
			if err != nil {
				return nil, err
			}
			known[code] = p.Name
		}
		all = append(all, Meeting{m, known, !tx.Now().Before(m.Start), !tx.Now().Before(m.End())})
	}
	return all, nil
}
