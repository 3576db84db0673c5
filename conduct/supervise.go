package conduct

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// Supervision is where coaches look at their own coaching. The office plans it and sees who came; what is said there, and what a coach puts
// down for it, is of those who are in it alone: see RaiseDifficulty. So who is invited is decided once, when it is planned.

// PlanSupervision plans a meeting and writes to whoever is in it. Nobody is planned over a session of theirs or another meeting; while it
// stands, no session of theirs can be booked over it.
func (c *Conduct) PlanSupervision(ctx context.Context, by identity.Actor, m coach.Supervision) (id string, err error) {
	if err := by.Require("supervision.plan"); err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := c.readyMeeting(tx, &m); err != nil {
			return err
		}
		if m.ID, err = c.token(); err != nil {
			return err
		}
		m.State, m.Sequence = coach.SupervisionPlanned, 0
		for i := range m.Coaches {
			m.Coaches[i].Minutes = 0
		}
		for _, code := range inMeeting(m) {
			k, err := tx.Coach(ctx, code)
			if err != nil {
				return err
			}
			if k.LeftAt != nil {
				return problem.New(problem.Conflict, "A coach who is invited has left the program").On("coaches").Instead("Take them out.")
			}
		}
		if err := c.meetingFits(ctx, tx, m); err != nil {
			return err
		}
		if err := tx.SaveSupervision(ctx, m); err != nil {
			return err
		}
		id = m.ID
		if err := record(ctx, tx, by, "supervision.plan", m.ID, nil, meetingFacts(m), ""); err != nil {
			return err
		}
		return c.tellMeeting(ctx, tx, m, "A supervision meeting is planned with you")
	})
	return id, err
}

// ChangeSupervision gives a meeting that has not begun another time, length or place.
func (c *Conduct) ChangeSupervision(ctx context.Context, by identity.Actor, id string, start time.Time, minutes int, zone, place string) error {
	return c.changeMeeting(ctx, by, id, func(tx *store.Tx, m *coach.Supervision) (string, error) {
		m.Start, m.Minutes, m.Zone, m.Place = start, minutes, zone, place
		if err := c.readyMeeting(tx, m); err != nil {
			return "", err
		}
		return "Your supervision meeting has changed", c.meetingFits(ctx, tx, *m)
	})
}

// CancelSupervision cancels a meeting that has not begun.
func (c *Conduct) CancelSupervision(ctx context.Context, by identity.Actor, id string) error {
	return c.changeMeeting(ctx, by, id, func(_ *store.Tx, m *coach.Supervision) (string, error) {
		m.State = coach.SupervisionCancelled
		return "Your supervision meeting is cancelled", nil
	})
}

func (c *Conduct) changeMeeting(ctx context.Context, by identity.Actor, id string, change func(*store.Tx, *coach.Supervision) (string, error)) error {
	if err := by.Require("supervision.plan"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Supervision(ctx, id)
		if err != nil {
			return err
		}
		if m.State != coach.SupervisionPlanned || !tx.Now().Before(m.Start) {
			return problem.New(problem.Conflict, "This meeting has begun or was cancelled").Instead("Plan another one.")
		}
		before := meetingFacts(m)
		subject, err := change(tx, &m)
		if err != nil {
			return err
		}
		m.Sequence++
		if err := tx.SaveSupervision(ctx, m); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "supervision.plan", m.ID, before, meetingFacts(m), ""); err != nil {
			return err
		}
		return c.tellMeeting(ctx, tx, m, subject)
	})
}

// AttendSupervision keeps how many minutes each coach attended; 0: did not come. A coach may say so of a meeting that they supervise, and it
// may be corrected later.
func (c *Conduct) AttendSupervision(ctx context.Context, by identity.Actor, id string, minutes map[coach.Code]int) error {
	if err := by.Require("supervision.attend"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Supervision(ctx, id)
		if err != nil {
			return err
		}
		if by.Role == identity.Coach && m.Supervisor != by.Coach {
			return strangers()
		}
		if err := m.CheckAttendance(tx.Now(), minutes); err != nil {
			return err
		}
		m.State = coach.SupervisionHeld
		for i := range m.Coaches {
			m.Coaches[i].Minutes = minutes[m.Coaches[i].Coach]
		}
		if err := tx.SaveSupervision(ctx, m); err != nil {
			return err
		}
		return record(ctx, tx, by, "supervision.attend", m.ID, nil, facts{"minutes": minutes}, "")
	})
}

// readyMeeting puts what was typed into canonical form, and finds what is wrong with it.
func (c *Conduct) readyMeeting(tx *store.Tx, m *coach.Supervision) error {
	m.Start, m.Place, m.Outside = m.Start.UTC(), strings.TrimSpace(m.Place), strings.TrimSpace(m.Outside)
	var found problem.List
	if _, ok := zoneOf(m.Zone); !ok {
		found.Add(problem.New(problem.Invalid, "%.80q is no time zone", m.Zone).On("zone").Instead("Give an IANA name, as America/New_York."))
	}
	slices.SortFunc(m.Coaches, func(a, b coach.Supervised) int { return strings.Compare(string(a.Coach), string(b.Coach)) })
	m.Coaches = slices.CompactFunc(m.Coaches, func(a, b coach.Supervised) bool { return a.Coach == b.Coach })
	found.Gather(m.Check(tx.Now()))
	return found.Err()
}

// inMeeting gives everybody of a meeting who is a coach.
func inMeeting(m coach.Supervision) (codes []coach.Code) {
	if m.Supervisor != "" {
		codes = append(codes, m.Supervisor)
	}
	for _, s := range m.Coaches {
		codes = append(codes, s.Coach)
	}
	return codes
}

// meetingFits refuses a time at which somebody of a meeting has a session, or another meeting.
func (c *Conduct) meetingFits(ctx context.Context, tx *store.Tx, m coach.Supervision) error {
	var taken []string
	for _, code := range inMeeting(m) {
		sessions, err := tx.SessionsOfCoach(ctx, code, m.Start.Add(-24*time.Hour), m.End())
		if err != nil {
			return err
		}
		others, err := tx.SupervisionsOf(ctx, code, m.Start.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(sessions, func(s session.Session) bool { return s.Live() && s.Start.Before(m.End()) && m.Start.Before(s.End()) }) &&
			!slices.ContainsFunc(others, func(o coach.Supervision) bool {
				return o.ID != m.ID && o.State != coach.SupervisionCancelled && o.Start.Before(m.End()) && m.Start.Before(o.End())
			}) {
			continue
		}
		p, err := person(ctx, tx, code)
		if err != nil {
			return err
		}
		taken = append(taken, p.Name)
	}
	if len(taken) > 0 {
		return problem.New(problem.Conflict, "At that time %s has a session or another meeting", strings.Join(taken, " and ")).On("start").Instead("Choose another time, or invite others.")
	}
	return nil
}

// meetingFacts is what an event tells of a meeting: not where it is, nor who supervises from outside.
func meetingFacts(m coach.Supervision) facts {
	return facts{"start": m.Start, "minutes": m.Minutes, "state": m.State, "coaches": inMeeting(m)}
}

// tellMeeting writes to the coaches of a meeting. Where it is and who comes stands on their desk alone.
func (c *Conduct) tellMeeting(ctx context.Context, tx *store.Tx, m coach.Supervision, what string) error {
	for _, code := range inMeeting(m) {
		k, err := tx.Coach(ctx, code)
		if err != nil {
			return err
		}
		p, err := person(ctx, tx, code)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("Dear %s,\n\n%s: %s, %d minutes.\n\nWhere it is and who comes stands on your desk:\n%s\n\nIf you have a question, write to %s.\n",
			p.Name, strings.ToLower(what[:1])+what[1:], m.Start.In(c.zone(k.Zone)).Format("Monday, January 2, 2006 at 15:04 MST"), m.Minutes, c.BaseURL+"/desk/supervision/"+m.ID, c.contact())
		_, err = tx.Post(ctx, post.Message{Kind: "supervision", Person: string(code), Dedupe: fmt.Sprintf("supervision %s %s %d", m.ID, code, m.Sequence), Due: tx.Now(), Expires: m.End(),
			Content: post.Content{To: mailbox(p), Subject: "There is news on your desk", Text: text}})
		if err != nil {
			return err
		}
	}
	return nil
}

// leaveMeetings takes a coach who leaves out of the meetings to come; one that nobody supervises any more, or to which nobody else is
// invited, is cancelled.
func (c *Conduct) leaveMeetings(ctx context.Context, tx *store.Tx, by identity.Actor, code coach.Code) error {
	all, err := tx.SupervisionsOf(ctx, code, tx.Now())
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.State != coach.SupervisionPlanned {
			continue
		}
		before := meetingFacts(m)
		if err := tx.Uninvite(ctx, m.ID, code); err != nil {
			return err
		}
		m.Coaches = slices.DeleteFunc(m.Coaches, func(s coach.Supervised) bool { return s.Coach == code })
		if m.Supervisor == code || len(m.Coaches) == 0 {
			m.State = coach.SupervisionCancelled
			m.Sequence++
			if err := tx.SaveSupervision(ctx, m); err != nil {
				return err
			}
			if err := c.tellMeeting(ctx, tx, m, "Your supervision meeting is cancelled"); err != nil {
				return err
			}
		}
		if err := record(ctx, tx, by, "supervision.plan", m.ID, before, meetingFacts(m), ""); err != nil {
			return err
		}
	}
	return nil
}
