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

// Announcement is an invitation as those who read a language will receive it.
type Announcement struct {
	ID            string
	Language      string
	Days          []int // of the waves, after the opening of enrolment or the day of inviting
	FromOpening   bool
	Changed       bool // its words are not the protocol's any more
	Subject, Text string
}

// Announcements gives the invitations with the words now in force, in each language that has words of its own, filled in for somebody who
// is nobody, with a link that opens nothing.
func (c *Conduct) Announcements(ctx context.Context, tx *store.Tx) (all []Announcement, err error) {
	wordings, err := tx.Wordings(ctx)
	if err != nil {
		return nil, err
	}
	for _, plain := range c.announcements() {
		var first study.Message // in the protocol's own language
		for i, language := range study.Languages {
			m, own := worded(plain, language, wordings, store.Message{}), study.In(language, plain)
			if i == 0 {
				first = m
			} else if m.Subject == first.Subject && m.Body == first.Body {
				continue
			}
			protocol := study.In(language, *c.Protocol)
			a := Announcement{ID: m.ID, Language: language, Days: m.Days, FromOpening: m.Anchor == study.FromOpening, Changed: m.Subject != own.Subject || m.Body != own.Body}
			a.Subject, a.Text = m.Fill(map[string]string{"name": "Dr. Jordan Example", "title": protocol.Title, "contact": c.contactIn(language), "link": c.BaseURL + "/p/" + strings.Repeat("•", 8),
				"date": study.WeekdayIn(language, protocol.Enrolment.Closes.Time)})
			all = append(all, a)
		}
	}
	return all, nil
}

// announcements gives the protocol's messages that invite.
func (c *Conduct) announcements() (all []study.Message) {
	for _, m := range c.Protocol.Messages {
		if m.Purpose == study.Announcement {
			all = append(all, m)
		}
	}
	return all
}

func (c *Conduct) announcementIDs() (ids []string) {
	for _, m := range c.announcements() {
		ids = append(ids, m.ID)
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
