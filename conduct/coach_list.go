package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// CoachStanding is a coach as the office sees one: no note, no goal, nothing that was said.
type CoachStanding struct {
	coach.Coach
	Person
	Certified  coach.Certification
	Load       int         // coachees now
	Booked     int         // sessions that are booked
	Minutes    int         // held since the first of the month, by the study's clock
	Free       []time.Time // the next times at which a first session could be
	Account    string      // empty: not invited to sign in
	Joined     bool        // has followed the invitation
	Open       bool        // somebody new may choose them
	Supervised coach.SupervisionStanding
}

// ahead is how far the office looks for free times.
const ahead = 28 * 24 * time.Hour

// CoachStandings gives all coaches, those who have left last; or the one of a code.
func (c *Conduct) CoachStandings(ctx context.Context, by identity.Actor, code coach.Code) (all []CoachStanding, err error) {
	if err := by.Require("coach.read"); err != nil {
		return nil, err
	}
	names, err := c.CoachNames(ctx, by)
	if err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all = nil
		coaches, err := tx.Coaches(ctx)
		if err != nil {
			return err
		}
		loads, err := tx.Loads(ctx)
		if err != nil {
			return err
		}
		attended, err := tx.Attendances(ctx)
		if err != nil {
			return err
		}
		var left []CoachStanding
		for _, k := range coaches {
			if code != "" && k.Code != code {
				continue
			}
			s := CoachStanding{Coach: k, Person: names[k.Code], Load: loads[k.Code], Certified: coach.Certified(c.Protocol.Coaching.Certification, k.Certification, tx.Now())}
			s.Open = k.TakesNew(c.Protocol.Coaching, s.Load, attended[k.Code], tx.Now())
			s.Supervised = c.supervised(k, attended[k.Code], tx.Now())
			if err := c.standing(ctx, tx, &s); err != nil {
				return err
			}
			if k.LeftAt != nil {
				left = append(left, s)
				continue
			}
			all = append(all, s)
		}
		if all = append(all, left...); len(all) == 0 && code != "" {
			return problem.New(problem.NotFound, "There is no coach with the code %.20q", string(code))
		}
		return nil
	})
	return all, err
}

// standing adds what a coach's sessions and account say.
func (c *Conduct) standing(ctx context.Context, tx *store.Tx, s *CoachStanding) error {
	now := tx.Now()
	y, m, _ := now.In(c.Protocol.Location()).Date()
	month := time.Date(y, m, 1, 0, 0, 0, 0, c.Protocol.Location())
	sessions, err := tx.SessionsOfCoach(ctx, s.Code, month, now.Add(ahead))
	if err != nil {
		return err
	}
	look := session.Situation{Now: now, Plan: c.Protocol.Coaching, Opens: now, Closes: now.Add(ahead), Coach: s.Coach, Zone: c.zone(s.Coach.Zone), Certification: s.Certified}
	for _, held := range sessions {
		switch held.State {
		case session.Held:
			s.Minutes += held.Actual
		case session.Booked:
			s.Booked++
		}
		if held.Live() {
			look.CoachBusy = append(look.CoachBusy, coach.Span{From: held.Start, To: held.End()})
			look.CoachStarts = append(look.CoachStarts, held.Start)
		}
	}
	meetings, err := tx.SupervisionSpans(ctx, s.Code, now)
	if err != nil {
		return err
	}
	look.CoachBusy = append(look.CoachBusy, meetings...)
	if lengths := c.Protocol.Coaching.Sessions; len(lengths) > 0 && s.LeftAt == nil && s.Certified.Valid() {
		s.Free = look.Free(session.Wish{Number: 1, Minutes: lengths[0], Mode: c.mode("", s.Coach)}, now, now.Add(ahead), 3)
	}
	a, err := tx.AccountOfCoach(ctx, string(s.Code))
	if err != nil {
		return ignore(err, problem.NotFound)
	}
	s.Account, s.Joined = a.Code, a.Joined != nil
	return nil
}
