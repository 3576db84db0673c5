package conduct

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/study"
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
		if step.Done.After(tx.Now()) {
			return problem.New(problem.Invalid, "That day is still to come").On("done").Instead("File the step when it is done.")
		}
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

// Week is a coach's usual week: the zone whose clock it is told by, and how many sessions are too many.
type Week struct {
	Zone   string // IANA name; empty: the protocol's
	Hours  []coach.Hours
	Limits coach.Limits
}

// SetHours changes a coach's usual week. Sessions that are booked stay.
func (c *Conduct) SetHours(ctx context.Context, by identity.Actor, code coach.Code, week Week) error {
	if err := coachSelf(by, "coach.hours", code); err != nil {
		return err
	}
	var found problem.List
	found.Gather(coach.CheckHours(week.Hours))
	found.Gather(week.Limits.Check())
	if _, ok := zoneOf(week.Zone); !ok && week.Zone != "" {
		found.Add(problem.New(problem.Invalid, "%.80q is no time zone", week.Zone).On("zone").Instead("Give an IANA name, as America/New_York."))
	}
	if err := found.Err(); err != nil {
		return err
	}
	return c.changeCoach(ctx, by, "coach.hours", code, func(k *coach.Coach) (facts, error) {
		k.Zone, k.Hours, k.Limits = week.Zone, week.Hours, week.Limits
		return facts{"stretches": len(week.Hours)}, nil
	})
}

// SetDate gives one date hours of its own, in place of those of the week: none at all is a day off. ClearDate gives it those of the week
// again. Sessions that are booked stay.
func (c *Conduct) SetDate(ctx context.Context, by identity.Actor, code coach.Code, on study.Date, hours []coach.Date) error {
	if err := coachSelf(by, "coach.hours", code); err != nil {
		return err
	}
	if len(hours) == 0 {
		hours = []coach.Date{{}}
	}
	return c.changeCoach(ctx, by, "coach.hours", code, func(k *coach.Coach) (facts, error) {
		k.Dates = slices.DeleteFunc(k.Dates, func(d coach.Date) bool { return d.On.Equal(on.Time) })
		for _, h := range hours {
			h.On = on
			k.Dates = append(k.Dates, h)
		}
		slices.SortFunc(k.Dates, func(a, b coach.Date) int { return cmp.Or(a.On.Compare(b.On.Time), cmp.Compare(a.From, b.From)) })
		return facts{"date": on}, coach.CheckDates(k.Dates)
	})
}

// ClearDate lets the hours of the week hold on a date again.
func (c *Conduct) ClearDate(ctx context.Context, by identity.Actor, code coach.Code, on study.Date) error {
	if err := coachSelf(by, "coach.hours", code); err != nil {
		return err
	}
	return c.changeCoach(ctx, by, "coach.hours", code, func(k *coach.Coach) (facts, error) {
		k.Dates = slices.DeleteFunc(k.Dates, func(d coach.Date) bool { return d.On.Equal(on.Time) })
		return facts{"date": on}, nil
	})
}

// SetProfile changes what participants read about a coach.
func (c *Conduct) SetProfile(ctx context.Context, by identity.Actor, code coach.Code, p coach.Profile) error {
	if err := coachSelf(by, "coach.profile", code); err != nil {
		return err
	}
	themes, err := c.themes()
	if err != nil {
		return err
	}
	if err := p.Check(c.Protocol.Coaching.Modes, themes); err != nil {
		return err
	}
	return c.changeCoach(ctx, by, "coach.profile", code, func(k *coach.Coach) (facts, error) { k.Profile = p; return nil, nil })
}

// SetCaseload changes how many coachees a coach may have at a time. Below the present number it only closes the coach to new ones.
func (c *Conduct) SetCaseload(ctx context.Context, by identity.Actor, code coach.Code, caseload int) error {
	if err := by.Require("coach.caseload"); err != nil {
		return err
	}
	if caseload < 0 {
		return problem.New(problem.Invalid, "%d coachees", caseload).On("caseload").Instead("Give 0 or more.")
	}
	return c.changeCoach(ctx, by, "coach.caseload", code, func(k *coach.Coach) (facts, error) {
		k.Caseload = caseload
		return facts{"caseload": caseload}, nil
	})
}

func (c *Conduct) changeCoach(ctx context.Context, by identity.Actor, verb string, code coach.Code, change func(*coach.Coach) (facts, error)) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, code)
		if err != nil {
			return err
		}
		told, err := change(&k)
		if err != nil {
			return err
		}
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		return record(ctx, tx, by, verb, string(code), nil, told, "")
	})
}

// coachee gives a participant to whom coaching is open; to everybody else there is nobody.
func coachee(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) (participant.Record, error) {
	r, err := tx.Participant(ctx, code)
	if err == nil {
		err = coached(by, r)
	}
	return r, err
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
