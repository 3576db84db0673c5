package conduct

import (
	"context"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Invite plans the announcements of the protocol for people on the roster, nil codes standing for everybody listed, and gives how
// many people. Whoever answers, declines or bounces gets no further one: that is decided when each is due. Announcements that are
// past come down to the last of them, which goes at once, or when the quiet hours are over. Inviting twice plans nothing twice.
func (c *Conduct) Invite(ctx context.Context, by identity.Actor, codes []participant.Code) (invited int, err error) {
	if err := by.Require("participant.invite"); err != nil {
		return 0, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := unlocked(ctx, tx)
		if err != nil {
			return err
		}
		if _, closes := c.Protocol.EnrolmentWindow(); s.Closed != nil || !tx.Now().Before(closes) {
			return c.enrolling(s, tx.Now())
		}
		var people []participant.Record
		if codes == nil {
			if people, err = tx.Participants(ctx, participant.Listed); err != nil {
				return err
			}
		}
		for _, code := range codes {
			r, err := tx.Participant(ctx, code)
			if err != nil {
				return err
			}
			people = append(people, r)
		}
		var messages []store.Message
		for _, m := range c.Protocol.Messages {
			if m.Purpose != study.Announcement {
				continue
			}
			anchor := tx.Now()
			if m.Anchor == study.FromOpening {
				anchor, _ = c.Protocol.EnrolmentWindow()
			}
			byZone := map[string][]followup.Planned{}
			for _, r := range people {
				planned, ok := byZone[r.Zone]
				if !ok {
					planned = catchUp(followup.Plan(c.Protocol, m, anchor, false, c.zone(r.Zone), c.quiet()), tx.Now())
					if len(planned) > 0 && planned[0].At.Equal(tx.Now()) { // nobody is invited at night
						planned[0].At = c.quiet().Next(tx.Now(), c.zone(r.Zone))
					}
					byZone[r.Zone] = planned
				}
				for _, p := range planned {
					messages = append(messages, store.Message{Participant: r.Code, Message: p.Message, Occurrence: p.Occurrence, Due: p.At, Wanted: new(p.Wanted)})
				}
			}
		}
		invited = len(people)
		if err := tx.PlanMessages(ctx, messages); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.invite", "roster", nil, facts{"people": len(people), "announcements": len(messages)}, "")
	})
	return invited, err
}

// catchUp leaves of the mails that are past only the last, due now.
func catchUp(planned []followup.Planned, now time.Time) []followup.Planned {
	past := 0
	for past < len(planned) && planned[past].At.Before(now) {
		past++
	}
	if past == 0 {
		return planned
	}
	planned = planned[past-1:]
	planned[0].Wanted, planned[0].At = now, now
	return planned
}
