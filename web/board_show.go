package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/trial/followup"
)

// boardPage is the running study as the office sees it: how far people have come, who is held up, what is on today. There is no answer in
// it, and no score.
type boardPage struct {
	Stages    []stageLine
	Arms      []string // names, in the protocol's order
	Held      []heldLine
	Today     time.Time
	Sessions  []meetingLine
	Calls     int
	MayCall   bool
	Failed    int // mails
	Late      time.Time
	Unread    time.Time // since when the mailbox of what comes back cannot be read; zero: it can, or has only begun to fail
	Expiring  []coachLine
	Standing  enrolmentStanding
	Invite    bool
	Uninvited int
	Changes   int // of coach
	Parcels   int // to be posted
	Reveals   int // wishes to know who a code is that wait for whoever looks
}

// stageLine is one step of the funnel.
type stageLine struct {
	followup.Stage
	Arms  []int
	Share string // of the step before
	Took  string // median
	Width int    // of its bar, in twentieths
}

// heldLine is how many people are held up by something, and the one for longest.
type heldLine struct {
	Hold  followup.Hold
	Label string
	Count int
	Since time.Time
	Days  int
}

// boardShow shows the running study.
func (s *Site) boardShow(w http.ResponseWriter, r *http.Request) error {
	by := actor(r)
	page := boardPage{MayCall: by.May("participant.call"), Invite: by.May("participant.invite")}
	var now time.Time
	var ways []followup.Way
	var milestones store.Milestones
	err := s.read(r, func(tx *store.Tx) (err error) {
		now = tx.Now()
		if milestones, err = tx.Milestones(r.Context()); err != nil {
			return err
		}
		if ways, err = tx.Ways(r.Context()); err != nil {
			return err
		}
		if page.Changes, err = tx.CoachChanges(r.Context()); err != nil {
			return err
		}
		mail, err := tx.Backlog(r.Context())
		if err != nil {
			return err
		}
		page.Failed = mail.Failed
		if !s.Conduct.Simulated && !mail.Oldest.IsZero() && now.Sub(mail.Oldest) > time.Hour {
			page.Late = mail.Oldest.In(s.zone())
		}
		failing, err := s.Conduct.MailboxFailing(r.Context(), tx)
		if err != nil {
			return err
		}
		if !failing.IsZero() && now.Sub(failing) > time.Hour {
			page.Unread = failing.In(s.zone())
		}
		in, err := s.Conduct.Invitations(r.Context(), tx)
		if err != nil {
			return err
		}
		page.Uninvited = in.Uninvited
		return page.waiting(s, r, tx)
	})
	if err != nil {
		return err
	}
	names, err := s.Conduct.CoachNames(r.Context(), by)
	if err != nil {
		return err
	}
	if page.Standing, err = s.enrolmentStanding(r); err != nil {
		return err
	}
	page.Today = now.In(s.zone())
	page.stages(s, milestones.Invited, ways)
	page.held(s, ways, now)
	y, m, d := page.Today.Date()
	from, to := time.Date(y, m, d, 0, 0, 0, 0, s.zone()), time.Date(y, m, d+1, 0, 0, 0, 0, s.zone())
	for _, way := range ways {
		for _, meeting := range way.Sessions {
			if meeting.Live() && !meeting.Start.Before(from) && meeting.Start.Before(to) {
				page.Sessions = append(page.Sessions, meetingLine{meeting, names[meeting.Coach].Name, meeting.Start.In(s.zone())})
			}
		}
	}
	slices.SortFunc(page.Sessions, func(a, b meetingLine) int { return a.At.Compare(b.At) })
	for _, k := range page.Standing.Coaches {
		if k.LeftAt == nil && k.Certified.Until != nil && k.Certified.Until.Before(now.AddDate(0, 0, 30)) {
			page.Expiring = append(page.Expiring, s.coachLine(k))
		}
	}
	return s.show(w, r, http.StatusOK, "board_show", "Progress", page)
}

// waiting counts what waits for whoever looks: parcels to be posted, and wishes to know who a code is, to be decided or, granted, to be seen.
func (p *boardPage) waiting(s *Site, r *http.Request, tx *store.Tx) error {
	by := actor(r)
	if by.May("incentive.read") {
		all, err := tx.Incentives(r.Context())
		if err != nil {
			return err
		}
		for _, i := range all {
			if i.Sent == nil {
				p.Parcels++
			}
		}
	}
	if by.May("identity.grant") {
		all, err := tx.Reveals(r.Context(), 100)
		if err != nil {
			return err
		}
		for _, a := range all {
			if line := s.revealLine(conduct.Asked{Reveal: a}, by.Name, tx.Now()); line.Decides || line.Sees {
				p.Reveals++
			}
		}
	}
	return nil
}

// stages fills the funnel.
func (p *boardPage) stages(s *Site, invited int, ways []followup.Way) {
	var ids []string
	for _, arm := range s.Conduct.Protocol.Arms {
		p.Arms, ids = append(p.Arms, arm.Name), append(ids, arm.ID)
	}
	widest := 1
	for i, stage := range followup.Funnel(s.Conduct.Protocol, invited, ways) {
		line := stageLine{Stage: stage}
		if i == 1 {
			widest = max(1, stage.Count) // the invited, who would leave the others no width, have no bar
		}
		if i > 0 {
			line.Width = min(20, (20*stage.Count+widest-1)/widest)
		}
		if stage.Timed > 0 {
			line.Took = days(stage.Days)
		}
		for _, id := range ids {
			line.Arms = append(line.Arms, stage.ByArm[id])
		}
		p.Stages = append(p.Stages, line)
	}
}

// days says how long something takes: "under 1 day", "3.5 days".
func days(n float64) string {
	if n < 1 {
		return "under 1 day"
	}
	text := strconv.FormatFloat(n, 'f', 1, 64)
	if text[len(text)-2:] == ".0" {
		text = text[:len(text)-2]
	}
	if text == "1" {
		return "1 day"
	}
	return text + " days"
}

// held counts who is held up.
func (p *boardPage) held(s *Site, ways []followup.Way, now time.Time) {
	by := map[followup.Hold]*heldLine{}
	for _, way := range ways {
		hold, since := followup.HeldUp(s.Conduct.Protocol, way, now)
		if hold == "" {
			continue
		}
		if by[hold] == nil {
			by[hold] = &heldLine{Hold: hold, Label: holdLabels[hold], Since: since}
		}
		line := by[hold]
		if line.Count++; since.Before(line.Since) {
			line.Since = since
		}
		if _, call := followup.ToCall(s.Conduct.Protocol, way, now); call {
			p.Calls++
		}
	}
	for _, hold := range followup.Holds {
		if line := by[hold]; line != nil {
			line.Days, line.Since = int(now.Sub(line.Since).Hours()/24), line.Since.In(s.zone())
			p.Held = append(p.Held, *line)
		}
	}
}
