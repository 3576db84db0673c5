package conduct

import (
	"context"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// Desk is what a coach knows of their own work: the people they coach, by name, and the sessions with them. No score, no answer, no arm,
// and nobody else's coachee.
type Desk struct {
	Now           time.Time
	Coach         coach.Coach
	Name          string
	Zone          *time.Location
	Certification coach.Certification
	Pictured      bool              // there is a photo
	Coachees      []Coachee         // those of now, then those of before, each in the order in which they chose
	Sessions      []session.Session // with anybody, by start
}

// Coachee is a participant as their coach knows them.
type Coachee struct {
	Code     participant.Code
	Name     string // empty: no longer known
	Email    string
	Phone    string
	Zone     *time.Location
	Since    time.Time
	Former   bool              // coached no more
	Sessions []session.Session // with this coach, by start
	Next     int               // number of the session that is to be booked next; 0: none is left, or the time for it is over
	Minutes  int               // of that one
}

// Find gives a coachee by code, a former one too; somebody else's does not exist.
func (d Desk) Find(code participant.Code) (Coachee, error) {
	for _, who := range d.Coachees {
		if who.Code == code {
			return who, nil
		}
	}
	return Coachee{}, strangers()
}

// Displaced reports whether a booked session lies in the coach's leave, so that it is to be moved.
func (d Desk) Displaced(s session.Session) bool {
	return s.State == session.Booked && d.Now.Before(s.Start) && d.Coach.OnLeave(coach.Span{From: s.Start, To: s.End()})
}

// Desk gives a coach their desk.
func (c *Conduct) Desk(ctx context.Context, by identity.Actor) (d Desk, err error) {
	if err := by.Require("desk.read"); err != nil {
		return d, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		d, err = c.desk(ctx, tx, by)
		return err
	})
	return d, err
}

func (c *Conduct) desk(ctx context.Context, tx *store.Tx, by identity.Actor) (d Desk, err error) {
	d.Now = tx.Now()
	if d.Coach, err = tx.Coach(ctx, by.Coach); err != nil {
		return d, err
	}
	d.Zone = c.zone(d.Coach.Zone)
	d.Certification = coach.Certified(c.Protocol.Coaching.Certification, d.Coach.Certification, d.Now)
	p, err := person(ctx, tx, by.Coach)
	if err != nil {
		return d, err
	}
	d.Name = p.Name
	if d.Pictured, err = tx.Pictured(ctx, by.Coach); err != nil {
		return d, err
	}
	if d.Sessions, err = tx.SessionsOfCoach(ctx, by.Coach, time.Unix(0, 0), d.Now.AddDate(10, 0, 0)); err != nil {
		return d, err
	}
	pairs, err := tx.PairingsOfCoach(ctx, by.Coach)
	if err != nil {
		return d, err
	}
	for _, former := range []bool{false, true} {
		for _, pair := range pairs {
			known := slices.ContainsFunc(d.Coachees, func(other Coachee) bool { return other.Code == pair.Participant })
			if (pair.Ended != nil) != former || known {
				continue
			}
			who, err := c.coachee(ctx, tx, d, pair)
			if err != nil {
				return d, err
			}
			if !former || len(who.Sessions) > 0 {
				d.Coachees = append(d.Coachees, who)
			}
		}
	}
	return d, nil
}

func (c *Conduct) coachee(ctx context.Context, tx *store.Tx, d Desk, pair store.Pairing) (who Coachee, err error) {
	r, err := tx.Participant(ctx, pair.Participant)
	if err != nil {
		return who, err
	}
	who = Coachee{Code: r.Code, Zone: c.zone(r.Zone), Since: pair.Chosen, Former: pair.Ended != nil || r.Status == participant.Withdrawn}
	switch p, err := person(ctx, tx, r.Code); {
	case err == nil:
		who.Name = p.Name
		if !who.Former {
			who.Email, who.Phone = p.Email, p.Phone
		}
	case !problem.Is(err, problem.NotFound):
		return who, err
	}
	for _, s := range d.Sessions {
		if s.Participant == r.Code {
			who.Sessions = append(who.Sessions, s)
		}
	}
	if who.Former || r.UnlockedAt == nil {
		return who, nil
	}
	if _, closes := c.Protocol.CoachingPeriod(*r.UnlockedAt); !d.Now.Before(closes) {
		return who, nil
	}
	all, err := tx.Sessions(ctx, r.Code)
	if err != nil {
		return who, err
	}
	who.Next, who.Minutes, err = session.Next(c.Protocol.Coaching, all)
	return who, ignore(err, problem.Conflict)
}

// Theme is a theme that a coach can tag a session with.
type Theme struct{ Code, Label string }

// Themes gives the protocol's themes with their words, none where it has none.
func (c *Conduct) Themes() ([]Theme, error) {
	codes, err := c.themes()
	if err != nil || len(codes) == 0 {
		return nil, err
	}
	in, err := instrument.Find(c.Protocol.Coaching.Themes)
	if err != nil {
		return nil, err
	}
	words, err := instrument.OwnWording(in, "en")
	if err != nil {
		return nil, err
	}
	var all []Theme
	for _, item := range in.Items {
		if item.Scale.Kind == instrument.SelectAll {
			for _, code := range codes {
				all = append(all, Theme{code, words.Label(item, code)})
			}
			break
		}
	}
	return all, nil
}
