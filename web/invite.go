package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
)

// invitePage is who is invited, how the waves stand, and what people receive.
type invitePage struct {
	conduct.Invitations
	Waves     []waveLine
	Letters   []letter
	Reword    bool // whoever looks may change the words
	Added     int  // just now
	Invited   int  // just now
	Count     string
	Problems  []*problem.Problem
	Opens     time.Time
	Closes    time.Time
	Closed    bool
	Early     bool // enrolment opens later
	Quiet     followup.Quiet
	HasQuiet  bool
	PerMinute int
	Takes     string // how long the mail server's pace needs for everybody
	Posting   bool   // a mail server is named
	Next      time.Time
}

// waveLine is one wave of announcements.
type waveLine struct {
	Label string
	store.Wave
}

// letter is an announcement as somebody will receive it.
type letter struct {
	ID, Language string // of the message, and of its words
	Tongue       string // the language as people call it; empty where there is one alone
	Changed      bool   // the words are not the protocol's
	Subject      string
	Text         []span
}

// inviteShow shows the invitations.
func (s *Site) inviteShow(w http.ResponseWriter, r *http.Request) error {
	return s.showInvite(w, r, http.StatusOK, nil)
}

func (s *Site) showInvite(w http.ResponseWriter, r *http.Request, status int, refused error) error {
	page := invitePage{Quiet: s.Conduct.QuietHours(), Added: toldNumber(r, "added"), Invited: toldNumber(r, "invited"), Count: r.PostFormValue("count"), Posting: s.Post != nil}
	page.HasQuiet = page.Quiet.From != page.Quiet.To
	var letters []conduct.Announcement
	err := s.read(r, func(tx *store.Tx) (err error) {
		if letters, err = s.Conduct.Announcements(r.Context(), tx); err != nil {
			return err
		}
		if page.Invitations, err = s.Conduct.Invitations(r.Context(), tx); err != nil {
			return err
		}
		study, err := tx.Study(r.Context())
		page.Opens, page.Closes = s.Conduct.Protocol.EnrolmentWindow()
		page.Early, page.Closed = tx.Now().Before(page.Opens), study.Closed != nil || !tx.Now().Before(page.Closes)
		return err
	})
	if err != nil {
		return err
	}
	page.Opens, page.Closes = page.Opens.In(s.zone()), page.Closes.Add(-time.Second).In(s.zone())
	days := map[string][]int{}
	for _, a := range letters {
		days[a.ID] = a.Days
		one := letter{ID: a.ID, Language: a.Language, Changed: a.Changed, Subject: a.Subject, Text: spans(a.Text)}
		if len(letters) > 1 {
			one.Tongue = tongues[a.Language]
		}
		page.Letters = append(page.Letters, one)
	}
	page.Reword = actor(r).May("message.change")
	for i, wave := range page.Invitations.Waves {
		line := waveLine{Label: fmt.Sprintf("Wave %d", i+1), Wave: wave}
		if of := days[wave.Message]; wave.Occurrence < len(of) && of[wave.Occurrence] > 0 {
			line.Label += fmt.Sprintf(", day %d", of[wave.Occurrence])
		}
		if s.Conduct.Simulated { // nobody carries its mail
			line.Sent += line.Handed
		}
		line.First, line.Last = line.First.In(s.zone()), line.Last.In(s.zone())
		if wave.Planned > 0 && (page.Next.IsZero() || line.First.Before(page.Next)) {
			page.Next = line.First
		}
		page.Waves = append(page.Waves, line)
	}
	if s.Post != nil && s.Post.PerMinute > 0 {
		page.PerMinute = s.Post.PerMinute
		page.Takes = roughly(time.Duration(page.Uninvited) * time.Minute / time.Duration(page.PerMinute))
	}
	if refused != nil {
		_, one := shown(refused)
		page.Problems = []*problem.Problem{one}
	}
	return s.show(w, r, status, "invite", "Invitations", page)
}

// toldNumber reads a number that a page before has left in the address, to be told; anything else tells nothing.
func toldNumber(r *http.Request, name string) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// roughly says how long something takes.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return count(int((d+time.Minute-1)/time.Minute), "minute", "minutes")
	}
	return count(int((d+time.Hour-1)/time.Hour), "hour", "hours")
}

// invite invites everybody on the roster, or some.
func (s *Site) invite(w http.ResponseWriter, r *http.Request) error {
	people := int(^uint(0) >> 1)
	var err error
	switch who := r.PostFormValue("who"); who {
	case "all":
	case "some":
		if people, err = strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("count")), ",", "")); err != nil {
			err = problem.New(problem.Invalid, "%.20q is no number of people", r.PostFormValue("count")).On("count").Instead("Give a number, as 100.")
		}
	default:
		err = problem.New(problem.Invalid, "Nobody was chosen").On("who").Instead("Choose everybody, or how many.")
	}
	of, _ := strconv.Atoi(r.PostFormValue("of")) // what the page showed; anything else is looked at once more
	invited := 0
	if err == nil && people > 0 {
		var now conduct.Invitations
		if err := s.read(r, func(tx *store.Tx) (err error) { now, err = s.Conduct.Invitations(r.Context(), tx); return err }); err != nil {
			return err
		}
		if n := min(people, now.Uninvited); of == now.Uninvited && n > 0 {
			if ok, err := s.sure(w, r, confirmPage{Title: "Invite " + count(n, "person", "people") + "?", Do: "Send them", Back: "/invite", Undo: "A mail that has left cannot be called back. What is still to go can be stopped under Messages.", What: []string{
				count(n, "person", "people") + " of " + number(now.Uninvited) + " who are not invited yet get their first mail, each with a link of their own.",
				count(now.Uninvited-n, "person stays", "people stay") + " uninvited.",
				"The waves that follow are planned with it, and go to nobody who has answered.",
			}}); !ok {
				return err
			}
		}
	}
	if err == nil {
		invited, err = s.Conduct.InviteSome(r.Context(), actor(r), people, of)
	}
	if p, ok := errors.AsType[*problem.Problem](err); ok && (p.Kind == problem.Invalid || p.Kind == problem.Conflict) {
		return s.showInvite(w, r, status[p.Kind], err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("/invite?invited=%d", invited), http.StatusSeeOther)
	return nil
}
