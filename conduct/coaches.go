package conduct

import (
	"context"
	"slices"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// NewCoach is who becomes a coach. Caseload 0 takes the protocol's.
type NewCoach struct {
	Person
	Profile  coach.Profile
	Hours    []coach.Hours
	Caseload int
}

// RegisterCoach adds a coach under a new code. Nobody can choose a coach before the certification is complete.
func (c *Conduct) RegisterCoach(ctx context.Context, by identity.Actor, n NewCoach) (code coach.Code, err error) {
	if err := by.Require("coach.add"); err != nil {
		return "", err
	}
	var found problem.List
	p, err := n.Person.check("coach")
	found.Gather(err)
	topics, err := c.themes()
	if err != nil {
		return "", err
	}
	found.Gather(n.Profile.Check(c.Protocol.Coaching.Modes, topics))
	found.Gather(coach.CheckHours(n.Hours))
	if n.Caseload < 0 {
		found.Add(problem.New(problem.Invalid, "%d coachees", n.Caseload).On("caseload"))
	}
	if err := found.Err(); err != nil {
		return "", err
	}
	if n.Caseload == 0 {
		n.Caseload = c.Protocol.Coaching.Caseload
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		used, err := tx.Codes(ctx)
		if err != nil {
			return err
		}
		if code, err = c.newCode(used); err != nil {
			return err
		}
		id, err := seal(tx, code, aCoach, p)
		if err != nil {
			return err
		}
		if err := tx.AddIdentities(ctx, []store.Identity{id}); err != nil {
			if tx.Constraint(err) == "identity_email" {
				return problem.New(problem.Conflict, "There is a coach with this address already").On("email").Because(err)
			}
			return err
		}
		if err := tx.AddCoach(ctx, coach.Coach{Code: code, Profile: n.Profile, Zone: p.Zone, Hours: n.Hours, Caseload: n.Caseload, RegisteredAt: tx.Now()}); err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.add", string(code), nil, facts{"caseload": n.Caseload}, "")
	})
	return code, err
}

// CertifyCoach files a step of certification: when it was done, and until when it is valid.
func (c *Conduct) CertifyCoach(ctx context.Context, by identity.Actor, code coach.Code, step coach.Step) error {
	if err := by.Require("coach.certify"); err != nil {
		return err
	}
	switch {
	case !slices.Contains(c.Protocol.Coaching.Certification, step.Name):
		return problem.New(problem.Invalid, "%.80q is no step of certification in this protocol", step.Name).On("step").Instead("One of %s.", strings.Join(c.Protocol.Coaching.Certification, ", "))
	case step.Done.IsZero():
		return problem.New(problem.Invalid, "The day on which it was done is missing").On("done")
	case step.Expires != nil && !step.Expires.After(step.Done):
		return problem.New(problem.Invalid, "It would expire before it was done").On("expires")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Coach(ctx, code); err != nil {
			return err
		}
		if err := tx.Certify(ctx, code, step); err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.certify", string(code), nil, facts{"step": step.Name, "done": step.Done, "expires": step.Expires}, "")
	})
}

// coachSelf grants a verb to staff, and to a coach for their own desk.
func coachSelf(by identity.Actor, verb string, code coach.Code) error {
	if err := by.Require(verb); err != nil {
		return err
	}
	if by.Role == identity.Coach && by.Coach != code {
		return strangers()
	}
	return nil
}

// SetHours changes when a coach may be booked: weekly hours in the coach's zone, and days away. Sessions that are booked stay.
func (c *Conduct) SetHours(ctx context.Context, by identity.Actor, code coach.Code, week []coach.Hours, away []coach.Span) error {
	if err := coachSelf(by, "coach.hours", code); err != nil {
		return err
	}
	if err := coach.CheckHours(week); err != nil {
		return err
	}
	for _, s := range away {
		if !s.From.Before(s.To) {
			return problem.New(problem.Invalid, "Leave that ends before it begins").On("away")
		}
	}
	return c.changeCoach(ctx, by, "coach.hours", code, func(k *coach.Coach) facts {
		k.Hours, k.Away = week, away
		return facts{"stretches": len(week), "away": len(away)}
	})
}

// SetProfile changes what participants read about a coach.
func (c *Conduct) SetProfile(ctx context.Context, by identity.Actor, code coach.Code, p coach.Profile) error {
	if err := coachSelf(by, "coach.profile", code); err != nil {
		return err
	}
	topics, err := c.themes()
	if err != nil {
		return err
	}
	if err := p.Check(c.Protocol.Coaching.Modes, topics); err != nil {
		return err
	}
	return c.changeCoach(ctx, by, "coach.profile", code, func(k *coach.Coach) facts { k.Profile = p; return nil })
}

// SetCaseload changes how many coachees a coach may have at a time. Below the present number it only closes the coach to new ones.
func (c *Conduct) SetCaseload(ctx context.Context, by identity.Actor, code coach.Code, caseload int) error {
	if err := by.Require("coach.caseload"); err != nil {
		return err
	}
	if caseload < 0 {
		return problem.New(problem.Invalid, "%d coachees", caseload).On("caseload").Instead("Give 0 or more.")
	}
	return c.changeCoach(ctx, by, "coach.caseload", code, func(k *coach.Coach) facts { k.Caseload = caseload; return facts{"caseload": caseload} })
}

// RetireCoach ends somebody's being a coach: nobody can choose them from now on. Their booked sessions are cancelled, and their coachees,
// who are given back, choose again.
func (c *Conduct) RetireCoach(ctx context.Context, by identity.Actor, code coach.Code) (coachees []participant.Code, err error) {
	if err := by.Require("coach.retire"); err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		coachees = nil
		k, err := tx.Coach(ctx, code)
		if err != nil || k.LeftAt != nil {
			return err
		}
		k.LeftAt = new(tx.Now())
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		pairs, err := tx.Coachees(ctx, code)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := c.cancelBooked(ctx, tx, p.Participant, "coach"); err != nil {
				return err
			}
			if err := tx.Unpair(ctx, p.Participant, "coach left"); err != nil {
				return err
			}
			coachees = append(coachees, p.Participant)
		}
		return record(ctx, tx, by, "coach.retire", string(code), nil, facts{"coachees": len(pairs)}, "")
	})
	return coachees, err
}

func (c *Conduct) changeCoach(ctx context.Context, by identity.Actor, verb string, code coach.Code, change func(*coach.Coach) facts) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, code)
		if err != nil {
			return err
		}
		told := change(&k)
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		return record(ctx, tx, by, verb, string(code), nil, told, "")
	})
}

// coached refuses those to whom coaching is not open: a participant, and a coach, as if it did not exist; a coordinator is told.
func coached(by identity.Actor, r participant.Record) error {
	switch {
	case r.UnlockedAt != nil && r.Status != participant.Withdrawn:
		return nil
	case by.Role == identity.Coordinator:
		return problem.New(problem.Conflict, "Coaching is not open to %s", r.Code)
	}
	return strangers()
}
