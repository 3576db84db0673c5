package conduct

import (
	"context"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/assessment"
	"rekindle/trial/participant"
)

// Ticked is what the clock has done.
type Ticked struct {
	Opened, Missed  int // visits
	Unlocked        int // participants
	Lost            int // participants whose last visit closed without an answer
	Sent, Dropped   int // mails
	PutOff          int // mails that would have come in quiet hours
	EnrolmentClosed bool
}

// Tick does everything that is due by now, as the program: it closes enrolment after its last day, opens coaching to those who have
// waited, opens and closes visits, passes on those whose last visit has closed, and sends the mail that is due. Doing it twice does
// nothing twice; it reads only what is due, so it may be called often.
func (c *Conduct) Tick(ctx context.Context) (done Ticked, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		done = Ticked{}
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		if _, closes := c.Protocol.EnrolmentWindow(); s.Closed == nil && !tx.Now().Before(closes) {
			done.EnrolmentClosed = true
			if err := c.closeEnrolment(ctx, tx, identity.Program, s, ""); err != nil {
				return err
			}
		}
		waiting, err := tx.UnlocksDue(ctx)
		if err != nil {
			return err
		}
		for _, r := range waiting {
			if err := c.unlock(ctx, tx, &r); err != nil {
				return err
			}
			done.Unlocked++
		}
		opened, err := tx.OpenVisitsDue(ctx)
		if err != nil {
			return err
		}
		if done.Opened = int(opened); opened > 0 {
			if err := record(ctx, tx, identity.Program, "assessment.open", s.ProtocolID, nil, facts{"visits": opened}, ""); err != nil {
				return err
			}
		}
		return c.closeVisits(ctx, tx, &done)
	})
	if err != nil {
		return done, err
	}
	done.Sent, done.Dropped, done.PutOff, err = c.send(ctx, identity.Program)
	return done, err
}

// closeVisits closes the visits whose window has ended, and passes on those for whom it was the last.
func (c *Conduct) closeVisits(ctx context.Context, tx *store.Tx, done *Ticked) error {
	late, err := tx.VisitsToClose(ctx)
	if err != nil {
		return err
	}
	for _, v := range late {
		v.State = assessment.Missed
		if err := tx.SaveVisit(ctx, v); err != nil {
			return err
		}
		if err := record(ctx, tx, identity.Program, "assessment.miss", string(v.Participant), nil, facts{"visit": v.ID}, ""); err != nil {
			return err
		}
		done.Missed++
		r, err := tx.Participant(ctx, v.Participant)
		if err != nil {
			return err
		}
		visits, err := tx.Visits(ctx, v.Participant)
		if err != nil {
			return err
		}
		if err := c.conclude(ctx, tx, &r, visits); err != nil {
			return err
		}
		if r.Status == participant.Lost {
			done.Lost++
		}
	}
	return nil
}

// NextDue gives the moment at which Tick next has something to do; false when nothing is planned any more. It may lie in the past.
func (c *Conduct) NextDue(ctx context.Context) (next time.Time, ok bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		if next, err = tx.NextDue(ctx); err != nil {
			return err
		}
		if _, closes := c.Protocol.EnrolmentWindow(); s.Closed == nil && (next.IsZero() || closes.Before(next)) {
			next = closes
		}
		return nil
	})
	return next, !next.IsZero(), err
}

// codesOf gives the people whom mails are for, each once.
func codesOf(messages []store.Message) []participant.Code {
	var codes []participant.Code
	for _, m := range messages {
		codes = append(codes, m.Participant)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
