package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// participantHomePage is where a participant stands: what to do next, what has been and what comes, and what there is to read.
type participantHomePage struct {
	Status    participant.Status
	Arm       study.Arm
	Next      *nextStep
	Kept      bool // a survey was saved for later
	Thanks    bool // a survey has just been completed
	Coaching  coachingState
	Timeline  []turn
	Resources []study.Resource
	Begun     bool // has signed
	Use       participant.Use
	Support   string // where help is, after a positive screen
	Gifts     []gift
	Zone      string
	Passkeys  bool // can be had here
	Paper     bool // of having left
}

// nextStep is the one thing to do now.
type nextStep struct {
	Key    string // of the text
	Href   string
	Until  time.Time // zero: no end
	Begun  bool
	Survey string
}

// coachingState is what coaching is to a participant now. Before it opens it tells when, and nothing of coaches.
type coachingState struct {
	Key     string // of the text; empty: nothing to tell
	At      time.Time
	Planned int
	Held    int
}

// turn is one point of the timeline.
type turn struct {
	At      time.Time
	Key     string // of the text
	Text    string // name of a survey
	Number  int
	Until   time.Time
	Done    bool
	Missed  bool
	Clock   bool // the hour matters
	Href    string
	Planned bool // still to come
}

// homeShow is the participant's start page.
func (s *Site) homeShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if st.came() {
		http.Redirect(w, r, home+"/start", http.StatusSeeOther)
		return nil
	}
	p := s.spoken(r).protocol
	page := participantHomePage{Status: st.Record.Status, Arm: st.Arm, Kept: r.URL.Query().Has("kept"), Thanks: r.URL.Query().Has("thanks"), Begun: len(st.Signed) > 0, Use: st.Record.Use, Passkeys: s.ownPasskeysPossible()}
	page.Next, page.Timeline = st.step(p), st.timeline()
	page.Coaching = st.coaching(p)
	if page.Support, err = s.supported(r, st); err != nil {
		return err
	}
	page.Zone = strings.ReplaceAll(st.zone.String(), "_", " ")
	if page.Gifts, err = s.gifts(r, st, p); err != nil {
		return err
	}
	if st.Record.Status == participant.Withdrawn {
		left, err := s.Conduct.WithdrawalPapers(r.Context(), actor(r), st.Record.Code)
		if err != nil {
			return err
		}
		page.Paper = len(left) > 0
	}
	for _, id := range st.Arm.Resources {
		if resource, ok := p.Resource(id); ok {
			page.Resources = append(page.Resources, resource)
		}
	}
	return s.showMine(w, r, http.StatusOK, "participant_home", "home", page)
}

// step is what to do now; nil: nothing.
func (st standing) step(p *study.Protocol) *nextStep {
	if st.unsigned() {
		return &nextStep{Key: "next_sign", Href: home + "/consent"}
	}
	for _, optional := range []bool{false, true} {
		if next := st.coachingStep(p); optional && next != nil {
			return next
		}
		for _, v := range st.Visits {
			id, ok := v.next(optional)
			if !ok || !v.Open {
				continue
			}
			key := "next_survey"
			if optional {
				key = "next_optional"
			} else if v.Begun() {
				key = "next_continue"
			}
			return &nextStep{Key: key, Href: home + "/survey/" + v.ID + "/" + id, Until: lastDay(v.Closes, st.zone), Begun: v.Begun(), Survey: v.Name}
		}
	}
	return nil
}

// lastDay is the last day of a window that ends, exclusive, at a moment.
func lastDay(closes time.Time, zone *time.Location) time.Time {
	return closes.Add(-time.Second).In(zone)
}

// coaching is what coaching is to the participant now.
func (st standing) coaching(p *study.Protocol) coachingState {
	c := coachingState{Planned: len(p.Coaching.Sessions)}
	for _, one := range st.Sessions {
		switch {
		case one.State == session.Held:
			c.Held++
		case one.State == session.Booked && one.Start.After(st.Now) && c.At.IsZero():
			c.At, c.Key = one.Start.In(st.zone), "coaching_booked"
		}
	}
	switch {
	case st.Record.Status == participant.Withdrawn || !st.Record.InTrial():
		return coachingState{}
	case c.Key != "":
	case st.Record.UnlockedAt != nil && c.Held == c.Planned:
		c.Key = "coaching_done"
	case st.Record.UnlockedAt != nil && st.HasCoach:
		c.Key = "coaching_going"
	case st.Record.UnlockedAt != nil:
		c.Key = "coaching_choose"
	case st.Arm.Unlock.AfterVisit != "" && st.Record.UnlocksAt != nil:
		c.Key, c.At = "coaching_later", st.Record.UnlocksAt.In(st.zone)
	case st.Record.UnlocksAt != nil:
		c.Key, c.At = "coaching_on", st.Record.UnlocksAt.In(st.zone)
	case st.Arm.Unlock.AfterVisit != "":
		c.Key = "coaching_after"
	}
	return c
}

// timeline is what has been and what comes, in its order.
func (st standing) timeline() (all []turn) {
	add := func(at *time.Time, key string) {
		if at != nil {
			all = append(all, turn{At: at.In(st.zone), Key: key, Done: !at.After(st.Now), Planned: at.After(st.Now)})
		}
	}
	r := st.Record
	add(r.ConsentedAt, "turn_signed")
	for _, v := range st.Visits {
		t := turn{At: v.Opens.In(st.zone), Until: lastDay(v.Closes, st.zone), Key: "turn_survey", Text: v.Name, Href: home + "/survey/" + v.ID}
		switch standing := followup.StandingOf(v.Visit, st.Now); {
		case standing == followup.Done:
			t.Done = true
			if v.CompletedAt != nil {
				t.At = v.CompletedAt.In(st.zone)
			}
		case standing == followup.Lost || v.State == assessment.Missed:
			t.Missed, t.Href = true, ""
		case standing == followup.Upcoming:
			t.Planned, t.Href = true, ""
		}
		all = append(all, t)
	}
	add(r.WaitingAt, "turn_waiting")
	add(r.RandomizedAt, "turn_group")
	if r.InTrial() && !st.Arm.Coaching {
		if r.UnlockedAt != nil {
			add(r.UnlockedAt, "turn_opened")
		} else {
			add(r.UnlocksAt, "turn_opens")
		}
	}
	for _, one := range st.Sessions {
		switch one.State {
		case session.Held:
			all = append(all, turn{At: one.Start.In(st.zone), Key: "turn_session", Number: one.Number, Done: true, Clock: true})
		case session.Booked:
			all = append(all, turn{At: one.Start.In(st.zone), Key: "turn_session", Number: one.Number, Planned: true, Clock: true})
		}
	}
	add(r.EndedAt, "turn_"+string(r.Status))
	slices.SortStableFunc(all, func(a, b turn) int { return a.At.Compare(b.At) })
	return all
}

// participantGroupPage tells what came of the baseline: the group, the waiting list, or that it ends here.
type participantGroupPage struct {
	Status   participant.Status
	Arm      study.Arm
	Coaching coachingState
	Survey   *survey // the next one that is planned
	Opens    time.Time
}

// groupShow tells it.
func (s *Site) groupShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if !st.Record.InTrial() && st.Record.Status != participant.Waiting && st.Record.Status != participant.Excluded {
		http.Redirect(w, r, st.next(true), http.StatusSeeOther)
		return nil
	}
	page := participantGroupPage{Status: st.Record.Status, Arm: st.Arm, Coaching: st.coaching(s.Conduct.Protocol)}
	for _, v := range st.Visits {
		if v.Opens.After(st.Now) {
			page.Survey, page.Opens = &v, v.Opens.In(st.zone)
			break
		}
	}
	return s.showMine(w, r, http.StatusOK, "participant_group", "group_title", page)
}

// participantWithdrawPage is the way out.
type participantWithdrawPage struct {
	Choices []choice
	Reason  string
	Already bool
	Missing bool
}

// withdrawShow shows the choices.
func (s *Site) withdrawShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if st.came() { // nothing is signed yet: a plain no is enough
		http.Redirect(w, r, home+"/start", http.StatusSeeOther)
		return nil
	}
	return s.showWithdraw(w, r, st, http.StatusOK, false)
}

func (s *Site) showWithdraw(w http.ResponseWriter, r *http.Request, st standing, status int, missing bool) error {
	if !st.Record.Status.May(participant.Withdrawn) && st.Record.Status != participant.Withdrawn {
		return problem.New(problem.Conflict, "There is nothing to withdraw from").Instead("Nothing was signed, or the participation has ended.")
	}
	page := participantWithdrawPage{Already: st.Record.Status == participant.Withdrawn, Missing: missing, Reason: r.PostFormValue("reason")}
	more := !page.Already
	for _, u := range participant.Uses {
		if more {
			page.Choices = append(page.Choices, choice{Code: string(u.Use), Label: "use_" + string(u.Use)})
		}
		more = more || u.Use == st.Record.Use
	}
	return s.showMine(w, r, status, "participant_withdraw", "leave", page)
}

// withdraw takes the choice.
func (s *Site) withdraw(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	use, err := participant.ParseUse(r.PostFormValue("use"))
	if err != nil {
		return s.showWithdraw(w, r, st, http.StatusUnprocessableEntity, true)
	}
	if st.Record.Status == participant.Withdrawn && st.Record.Use == use { // sent twice
		http.Redirect(w, r, home, http.StatusSeeOther)
		return nil
	}
	if err := s.Conduct.Withdraw(r.Context(), actor(r), actor(r).Participant, use, r.PostFormValue("reason")); err != nil {
		return err
	}
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}
