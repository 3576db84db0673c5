package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// deskSupervisionPage is a coach's supervision.
type deskSupervisionPage struct {
	Asked    string // what the protocol asks for; empty: nothing
	Required bool
	Days     int
	Standing coach.SupervisionStanding
	All      string // hours
	Recent   string
	By       time.Time // when more is due; zero: nothing is asked for
	Ahead    []supervisionLine
	Open     []supervisionLine // that this coach supervised, and of which who came is still to be said
	Past     []supervisionLine // the latest first
	Me       coach.Code
}

// deskMeetingPage is one meeting as those in it see it.
type deskMeetingPage struct {
	supervisionLine
	Me         coach.Code
	Kept       string
	Mistakes   []*problem.Problem
	Typed      string
	Raised     []raisedLine
	Kindly     time.Time // until when what is put down can be read
	Gone       bool      // and that is past
	Supervises bool
}

// raisedLine is what somebody wants to speak of.
type raisedLine struct {
	ID, Name, Text string
	Own            bool
}

// deskSupervision shows a coach their supervision.
func (s *Site) deskSupervision(w http.ResponseWriter, r *http.Request) error {
	own, err := s.Conduct.OwnSupervision(r.Context(), actor(r))
	if err != nil {
		return err
	}
	plan := s.Conduct.Protocol.Coaching
	page := deskSupervisionPage{Asked: supervisionAsked(plan), Required: plan.SupervisionRequired, Days: plan.SupervisionEvery, Standing: own.Standing,
		All: hoursOf(own.Standing.Minutes), Recent: hoursOf(own.Standing.Lately), Me: actor(r).Coach}
	if own.Standing.Due != nil {
		page.By = own.Standing.Due.In(own.Zone)
	}
	for _, m := range own.Meetings {
		line := supervisionLineOf(m, own.Zone)
		switch {
		case line.Awaits() && m.Supervisor == page.Me:
			page.Open = append(page.Open, line)
		case m.Over || m.State == coach.SupervisionHeld:
			page.Past = append(page.Past, line)
		case m.State == coach.SupervisionPlanned:
			page.Ahead = append(page.Ahead, line)
		}
	}
	slices.Reverse(page.Past)
	return s.show(w, r, http.StatusOK, "desk_supervision", "Your supervision", page)
}

// nextMeeting gives the meeting that is next, nil where none is planned, and by when more supervision is due where that is past.
func (s *Site) nextMeeting(r *http.Request) (next *supervisionLine, overdue bool, err error) {
	own, err := s.Conduct.OwnSupervision(r.Context(), actor(r))
	for _, m := range own.Meetings {
		if m.State == coach.SupervisionPlanned && !m.Over && next == nil {
			next = new(supervisionLineOf(m, own.Zone))
		}
	}
	return next, own.Standing.Overdue, err
}

// deskMeeting shows a coach a meeting that they are in.
func (s *Site) deskMeeting(w http.ResponseWriter, r *http.Request) error {
	return s.showMeeting(w, r, http.StatusOK, nil)
}

func (s *Site) showMeeting(w http.ResponseWriter, r *http.Request, status int, told []*problem.Problem) error {
	own, err := s.Conduct.OwnSupervision(r.Context(), actor(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(own.Meetings, func(m conduct.Meeting) bool { return m.ID == r.PathValue("id") })
	if i < 0 {
		return nowhere(w, r)
	}
	m, me := own.Meetings[i], actor(r).Coach
	page := deskMeetingPage{supervisionLine: supervisionLineOf(m, own.Zone), Me: me, Kept: keptSupervision[r.URL.Query().Get("kept")], Mistakes: told, Supervises: m.Supervisor == me, Typed: r.PostForm.Get("text")}
	until := m.Start.Add(coach.DifficultyKept)
	page.Kindly, page.Gone = until.In(own.Zone), own.Now.After(until)
	page.typed(r)
	all, err := s.Conduct.Difficulties(r.Context(), actor(r), m.ID)
	if err != nil {
		return err
	}
	for _, d := range all {
		page.Raised = append(page.Raised, raisedLine{d.ID, m.Names[d.By], d.Text, d.By == me})
	}
	return s.show(w, r, status, "desk_meeting", "Supervision", page)
}

// difficultyRaise takes what a coach wants to speak of.
func (s *Site) difficultyRaise(w http.ResponseWriter, r *http.Request) error {
	return s.ownMeetingAct(w, r, "raised", func() error {
		return s.Conduct.RaiseDifficulty(r.Context(), actor(r), r.PathValue("id"), r.PostForm.Get("text"))
	})
}

// difficultyRemove takes it back.
func (s *Site) difficultyRemove(w http.ResponseWriter, r *http.Request) error {
	return s.ownMeetingAct(w, r, "removed", func() error {
		return s.Conduct.RemoveDifficulty(r.Context(), actor(r), r.PathValue("id"), r.PathValue("difficulty"))
	})
}

// deskMeetingAttend takes who came, from the coach who supervised.
func (s *Site) deskMeetingAttend(w http.ResponseWriter, r *http.Request) error {
	return s.ownMeetingAct(w, r, "attended", func() error { return s.attend(r) })
}

// ownMeetingAct runs an act of a coach on a meeting and shows it again.
func (s *Site) ownMeetingAct(w http.ResponseWriter, r *http.Request, done string, act func() error) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	err := act()
	if told, code, ok := mistakes(err); ok {
		return s.showMeeting(w, r, code, told)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/supervision/"+r.PathValue("id")+"?kept="+done, http.StatusSeeOther)
	return nil
}
