package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Announcement is an invitation as somebody will receive it.
type Announcement struct {
	ID            string
	Days          []int // of the waves, after the opening of enrolment or the day of inviting
	FromOpening   bool
	Subject, Text string
}

// Announcements gives the invitations of the protocol, filled in for somebody who is nobody, with a link that opens nothing.
func (c *Conduct) Announcements() (all []Announcement) {
	for _, m := range c.Protocol.Messages {
		if m.Purpose != study.Announcement {
			continue
		}
		a := Announcement{ID: m.ID, Days: m.Days, FromOpening: m.Anchor == study.FromOpening}
		a.Subject, a.Text = m.Fill(map[string]string{"name": "Dr. Jordan Example", "title": c.Protocol.Title, "contact": c.contact(), "link": c.BaseURL + "/p/" + strings.Repeat("•", 8),
			"date": c.Protocol.Enrolment.Closes.Format("Monday, January 2, 2006")})
		all = append(all, a)
	}
	return all
}

func (c *Conduct) announcementIDs() (ids []string) {
	for _, a := range c.Announcements() {
		ids = append(ids, a.ID)
	}
	return ids
}

// Invitations is how the inviting stands.
type Invitations struct {
	Listed    int // people on the roster
	Uninvited int // for whom nothing is planned yet
	Waves     []store.Wave
}

// Invitations counts who is invited, and how the announcements stand.
func (c *Conduct) Invitations(ctx context.Context, tx *store.Tx) (in Invitations, err error) {
	m, err := tx.Milestones(ctx)
	if err != nil {
		return in, err
	}
	in.Listed = m.Listed
	if _, in.Uninvited, err = tx.Uninvited(ctx, c.announcementIDs(), 0); err != nil {
		return in, err
	}
	in.Waves, err = tx.Waves(ctx, c.announcementIDs())
	return in, err
}

// InviteSome invites so many of those on the roster who are not invited yet, drawn by chance: study codes tell nothing of people, and they go in
// the order of their codes. of is how many were not invited when that was decided: where it has changed nobody is, so that a form that is sent
// twice invites once.
func (c *Conduct) InviteSome(ctx context.Context, by identity.Actor, people, of int) (invited int, err error) {
	if err := by.Require("participant.invite"); err != nil {
		return 0, err
	}
	if people < 1 {
		return 0, problem.New(problem.Invalid, "%d people", people).On("people").Instead("Give a number from 1 on.")
	}
	var codes []participant.Code
	if err := c.Store.Read(ctx, func(tx *store.Tx) error {
		var all int
		codes, all, err = tx.Uninvited(ctx, c.announcementIDs(), people)
		switch {
		case err != nil:
			return err
		case all == 0:
			return problem.New(problem.Conflict, "Everybody on the roster is invited").Instead("Add people first.")
		case all != of:
			return problem.New(problem.Conflict, "%d people are not invited yet, and it was %d when you decided", all, of).Instead("Look at the numbers, and send it again.")
		}
		return nil
	}); err != nil {
		return 0, err
	}
	return c.Invite(ctx, by, codes)
}
