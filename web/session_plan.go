package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/session"
)

// participantSessionPlanPage proposes a time for each session that is left, to be taken in one go.
type participantSessionPlanPage struct {
	Tab     string // of the coaching pages
	Card    coachCard
	Rows    []proposal
	First   time.Time // zero: no time is free
	Choices [][]time.Time
	Every   int
	Rhythms []int
	Modes   []string
	Mode    string
	Changed bool // the clocks change between the first and the last
	Change  time.Time
	Hours   int
	Lost    bool // a time has just been taken; nothing is booked
	Left    int  // sessions that are to be planned
	None    bool // not all of them find a time in the rhythm
	Zone    string
}

// proposal is a time for one session, with others near it.
type proposal struct {
	Number    int
	Minutes   int
	At        time.Time
	Elsewhere string
	Days      [][]time.Time
	Taken     bool
	Night     bool // by the participant's clock
}

// rhythms are the days between sessions, the quick first: those are for whoever begins when the time is almost over.
var rhythms = []int{2, 3, 7, 14, 21, 28}

// sessionPlanShow proposes them: without being asked, from the first free time on and in the rhythm that spreads the sessions over the time
// there is; with a first time and a rhythm, from those.
func (s *Site) sessionPlanShow(w http.ResponseWriter, r *http.Request, st standing) error {
	return s.showPlan(w, r, st, http.StatusOK, nil, -1)
}

// showPlan shows the proposal, or the times that were chosen, of which the one at taken is no longer free.
func (s *Site) showPlan(w http.ResponseWriter, r *http.Request, st standing, status int, chosen []time.Time, taken int) error {
	by, p := actor(r), s.Conduct.Protocol
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	if card == nil {
		http.Redirect(w, r, coachPage, http.StatusSeeOther)
		return nil
	}
	left := s.left(st)
	_, until := p.CoachingPeriod(*st.Record.UnlockedAt)
	if left == 0 || !st.Now.Before(until) {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	page := participantSessionPlanPage{Tab: "sessions", Card: *card, Modes: card.Modes, Mode: r.FormValue("mode"), Hours: p.Coaching.LateHours, Lost: chosen != nil, Left: left, Zone: place(st.zone)}
	page.Rhythms = rhythmsWithin(st.Now, until, left)
	page.Every = page.Rhythms[len(page.Rhythms)-1]
	asked, err := strconv.Atoi(r.FormValue("every"))
	chose := err == nil && slices.Contains(page.Rhythms, asked)
	if chose {
		page.Every = asked
	}
	free, err := s.Conduct.Free(r.Context(), by, by.Participant, st.Now, until, mostFree)
	if err != nil {
		return err
	}
	days := halves(free, st.zone)
	_, minutes, err := session.Next(p.Coaching, st.Sessions)
	if err != nil {
		return err
	}
	if awake := byDay(days, minutes); len(awake) > 0 {
		page.Choices = awake[:min(len(awake), 10)]
	} else if len(days) > 0 {
		page.Choices = days[:min(len(days), 10)]
	}
	if len(page.Choices) > 0 {
		page.First = page.Choices[0][0]
	}
	if asked, err := startOfSession(r.FormValue("first")); err == nil {
		page.First = asked.In(st.zone)
	}
	starts := chosen
	if starts == nil && !page.First.IsZero() {
		try := page.Rhythms
		if chose {
			try = []int{asked}
		}
		for _, every := range slices.Backward(try) { // the widest in which all find a time, or else the one in which most do
			fit, err := s.Conduct.Propose(r.Context(), by, by.Participant, page.First, every)
			if err != nil && !isConflict(err) {
				return err
			}
			if page.None = err != nil; !page.None || len(fit) > len(starts) {
				starts, page.Every = fit, every
			}
			if !page.None {
				break
			}
		}
	}
	s.propose(&page, st, starts, days, taken)
	return s.showMine(w, r, status, "participant_session_plan", "plan_sessions_title", page)
}

// rhythmsWithin gives the rhythms to choose from where so many sessions are left: none slower than weekly in which the last would come too
// late, and the quick ones only where weekly is too slow already.
func rhythmsWithin(now, until time.Time, left int) []int {
	fits := func(days int) bool { return !now.AddDate(0, 0, days*(left-1)).After(until) }
	return slices.DeleteFunc(slices.Clone(rhythms), func(days int) bool {
		return days > 7 && !fits(days) || days < 7 && fits(7)
	})
}

// propose fills the rows of the page.
func (s *Site) propose(page *participantSessionPlanPage, st standing, starts []time.Time, days [][]time.Time, taken int) {
	all := slices.Clone(st.Sessions)
	for i, start := range starts {
		at := start.In(st.zone)
		number, minutes, err := session.Next(s.Conduct.Protocol.Coaching, all)
		if err != nil {
			break
		}
		all = append(all, session.Session{Number: number, Planned: minutes, State: session.Booked, Start: start})
		row := proposal{Number: number, Minutes: minutes, At: at, Elsewhere: elsewhere(at, page.Card.Zone), Taken: i == taken}
		for _, day := range days {
			if d := day[0].Sub(at); d.Abs() > 84*time.Hour {
				continue
			}
			row.Days = append(row.Days, day)
		}
		if awake := byDay(row.Days, minutes); len(awake) > 0 && !session.Night(at, minutes) {
			row.Days = awake
		}
		row.Night = session.Night(at, minutes)
		if i > 0 && !page.Changed && clocksChange(page.Rows[i-1].At, at) {
			_, page.Change = page.Rows[i-1].At.ZoneBounds()
			page.Changed = true
		}
		page.Rows = append(page.Rows, row)
	}
}

// Proposed reports whether a time is that of the proposal.
func (p proposal) Proposed(t time.Time) bool { return t.Equal(p.At) }

// Listed reports whether the proposal is among the times near it.
func (p proposal) Listed() bool {
	return slices.ContainsFunc(p.Days, func(day []time.Time) bool { return slices.ContainsFunc(day, p.At.Equal) })
}

// sessionPlan books all that was chosen, or nothing.
func (s *Site) sessionPlan(w http.ResponseWriter, r *http.Request, st standing) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var starts []time.Time
	for _, text := range r.PostForm["start"] {
		if text == "" {
			continue // this one later
		}
		start, err := startOfSession(text)
		if err != nil {
			return err
		}
		starts = append(starts, start)
	}
	by := actor(r)
	_, err := s.Conduct.BookSeries(r.Context(), by, by.Participant, starts, r.PostForm.Get("mode"))
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Kind == problem.Conflict && len(starts) > 0 {
		taken := -1
		if _, err := fmt.Sscanf(p.Field, "starts[%d]", &taken); err != nil {
			taken = -1
		}
		return s.showPlan(w, r, st, http.StatusConflict, starts, taken)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionsPage+"?booked", http.StatusSeeOther)
	return nil
}

// sessionBook books the next session, or moves one.
func (s *Site) sessionBook(w http.ResponseWriter, r *http.Request, st standing) error {
	start, err := startOfSession(r.PostFormValue("start"))
	if err != nil {
		return err
	}
	by, done := actor(r), "booked"
	if id := r.PathValue("id"); id != "" {
		done = "moved"
		move := s.Conduct.Move
		if r.PostFormValue("past") == "yes" {
			move, done = s.Conduct.MovePast, "moved_past"
		}
		_, err = move(r.Context(), by, id, start)
	} else {
		_, err = s.Conduct.Book(r.Context(), by, conduct.Booking{Participant: by.Participant, Start: start, Mode: r.PostFormValue("mode")})
	}
	if isConflict(err) {
		return s.showPick(w, r, st, http.StatusConflict, true)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionsPage+"?"+done, http.StatusSeeOther)
	return nil
}
