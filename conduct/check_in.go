package conduct

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// leadsTo says on which page of the participant's a mail's link goes on; the others go to their start page.
func leadsTo(m study.Message) string {
	switch m.Purpose {
	case study.SurveyOpen, study.SurveyReminder:
		return "?to=/me/survey/" + m.Visit
	case study.ChooseCoach, study.CoachingUnlocked:
		return "?to=coach"
	case study.FirstSession, study.SessionReminder:
		return "?to=sessions"
	case study.WeeklyCheckIn:
		return "?to=check-in"
	}
	return ""
}

// SetCheckIns stops the weekly mails that ask how the goals went, or lets them go again. All other mail stays as it is.
func (c *Conduct) SetCheckIns(ctx context.Context, by identity.Actor, code participant.Code, on bool) error {
	if err := by.RequireFor("plan.mail", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := coachee(ctx, tx, by, code); err != nil {
			return err
		}
		if err := tx.SetCheckIns(ctx, code, on); err != nil {
			return err
		}
		return record(ctx, tx, by, "plan.mail", string(code), nil, facts{"weekly": on}, "")
	})
}

// CheckIns reports whether a participant gets the weekly mails.
func (c *Conduct) CheckIns(ctx context.Context, by identity.Actor, code participant.Code) (on bool, err error) {
	if err := by.RequireFor("plan.mail", code); err != nil {
		return false, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		off, err := tx.CheckInsOff(ctx, code)
		on = !off
		return err
	})
	return on, err
}

// goalsOpen reports whether a weekly check-in has something to ask and is wanted.
func (c *Conduct) goalsOpen(ctx context.Context, tx *store.Tx, r participant.Record) (bool, error) {
	if off, err := tx.CheckInsOff(ctx, r.Code); off || err != nil {
		return false, err
	}
	this := goal.WeekOf(tx.Now(), c.zone(r.Zone))
	return tx.GoalsOpen(ctx, r.Code, this.After(-7), this)
}

// coachesThisWeek gives up to three coaches with their next free time by day within a week, a line each.
func (c *Conduct) coachesThisWeek(ctx context.Context, tx *store.Tx, r participant.Record) (string, error) {
	if r.UnlockedAt == nil {
		return "", nil
	}
	offers, err := c.offers(ctx, tx, r)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, o := range offers {
		free, night, err := c.freeWith(ctx, tx, identity.AsParticipant(r.Code), r, o.Code, Wanted{})
		if err != nil {
			return "", err
		}
		if len(free) == 0 || night || free[0].After(tx.Now().AddDate(0, 0, 7)) {
			continue
		}
		if lines = append(lines, o.Name+", "+study.WeekdayIn(r.Language, free[0].In(c.zone(r.Zone)))+free[0].In(c.zone(r.Zone)).Format(", 15:04 MST")); len(lines) == 3 {
			break
		}
	}
	none := "Your page shows who is free when."
	if r.Language == "es" {
		none = "En su página verá quién está libre y cuándo."
	}
	return cmp.Or(strings.Join(lines, "\n"), none), nil
}

// AssignCoach takes the choice off a participant who wishes it: the coach who comes first of those with a free time soon, by day if there
// is any. Nobody being free is a conflict.
func (c *Conduct) AssignCoach(ctx context.Context, by identity.Actor, code participant.Code) (coach.Code, error) {
	offers, err := c.Coaches(ctx, by, code)
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(offers, func(a, b Offer) int {
		if a.Night != b.Night {
			return map[bool]int{true: 1, false: -1}[a.Night]
		}
		return earliest(a.Free).Compare(earliest(b.Free))
	})
	for _, o := range offers {
		if len(o.Free) == 0 {
			break
		}
		err := c.choose(ctx, by, code, o.Code, "assigned at the participant's wish")
		if err == nil || !problem.Is(err, problem.Conflict) {
			return o.Code, err
		}
	}
	return "", problem.New(problem.Conflict, "No coach has a free time in the next weeks").Instead("Write to %s.", c.Protocol.Contact.Email)
}

// earliest is the first of free times; none is after all others.
func earliest(free []time.Time) time.Time {
	if len(free) == 0 {
		return time.Unix(1<<40, 0)
	}
	return free[0]
}
