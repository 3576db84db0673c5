package conduct

import (
	"context"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// ToCall is somebody who may be coached and has not begun, although the mails that the protocol plans for it are used up.
type ToCall struct {
	followup.Way
	Since time.Time // when the last of them was due
	Mails []store.Message
	Calls []followup.Call
}

// CallList gives whom to call, who waits longest first. It names nobody: Identify does.
func (c *Conduct) CallList(ctx context.Context, by identity.Actor) (list []ToCall, err error) {
	if err := by.Require("participant.call"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		ways, err := tx.Ways(ctx)
		if err != nil {
			return err
		}
		for _, w := range ways {
			since, call := followup.ToCall(c.Protocol, w, tx.Now())
			if !call {
				continue
			}
			one := ToCall{Way: w, Since: since}
			if one.Calls, err = tx.Calls(ctx, w.Code); err != nil {
				return err
			}
			planned, err := tx.Messages(ctx, w.Code)
			if err != nil {
				return err
			}
			for _, m := range planned {
				if m.State == "sent" && c.aboutBeginning(m.Message) {
					one.Mails = append(one.Mails, m)
				}
			}
			list = append(list, one)
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b ToCall) int { return a.Since.Compare(b.Since) })
	return list, err
}

// aboutBeginning reports whether a message asks to choose a coach or to book a first session.
func (c *Conduct) aboutBeginning(id string) bool {
	return slices.ContainsFunc(c.Protocol.Messages, func(m study.Message) bool {
		return m.ID == id && (m.Purpose == study.ChooseCoach || m.Purpose == study.FirstSession)
	})
}

// NoteCall notes a call that was made to a participant. What was said is sealed and stays out of the trail; that there was a call, and
// what it came to, is in it, because a call is a part of the intervention.
func (c *Conduct) NoteCall(ctx context.Context, by identity.Actor, code participant.Code, outcome followup.Outcome, note string) error {
	if err := by.Require("participant.call"); err != nil {
		return err
	}
	if _, err := followup.ParseOutcome(string(outcome)); err != nil {
		return err
	}
	id, err := c.token()
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		if !r.InTrial() {
			return problem.New(problem.Conflict, "%s has not been randomized", code)
		}
		if err := tx.AddCall(ctx, followup.Call{ID: id, Participant: code, By: by.Name, Outcome: outcome, Note: shorten(strings.TrimSpace(note))}); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.call", string(code), nil, facts{"outcome": outcome}, "")
	})
}
