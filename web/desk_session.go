package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/session"
)

// deskSessionPage is one session on one screen.
type deskSessionPage struct {
	deskSession
	Now       time.Time
	Mistakes  []*problem.Problem
	Kept      string
	Plan      deskPlan
	Steps     []choice
	Themes    []choice
	Minutes   string // typed
	Reason    string // typed
	Date      string // typed, of a move
	Clock     string // typed
	Late      bool   // a cancellation now is late
	LateHours int
	Notes     deskNotes
	Former    bool
	Unplanned bool                    // it is closed, the coachee has sessions left, and none is booked
	Locked    *time.Time              // since when no record can be changed; nil: it can
	Answer    *conduct.CalendarAnswer // of the coachee's calendar program; nil: none
}

// keptSession says what was just done, by the word in the address.
var keptSession = map[string]string{
	"held": "Closed as held.", "missed": "Closed.", "cancelled": "Cancelled.", "moved": "Moved.", "corrected": "Corrected. The minutes before stay in the trail.",
	"reopened": "Taken back. Please record it as it was.",
	"note":     "Your note is kept.", "plan": "Kept. Your coachee sees it too.", "booked": "Booked.", "gone": "The note is deleted.",
}

// deskSessionShow shows a coach one of their sessions.
func (s *Site) deskSessionShow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.sessionPage(r)
	if err != nil {
		return err
	}
	page.Kept = keptSession[r.URL.Query().Get("kept")]
	w.Header().Set("Content-Security-Policy", scripted)
	return s.show(w, r, http.StatusOK, "desk_session", page.Who, page)
}

// sessionPage makes the page of a session of the coach who asks; any other does not exist.
func (s *Site) sessionPage(r *http.Request) (page deskSessionPage, err error) {
	d, err := s.deskOf(r)
	if err != nil {
		return page, err
	}
	i := slices.IndexFunc(d.Sessions, func(one session.Session) bool { return one.ID == r.PathValue("id") })
	if i < 0 {
		return page, noSession()
	}
	p := s.Conduct.Protocol.Coaching
	page = deskSessionPage{deskSession: s.sessionLine(d, d.Sessions[i]), Now: d.Now.In(d.Zone), LateHours: p.LateHours}
	page.Late = page.Session.Late(p, d.Now)
	page.Minutes = strconv.Itoa(page.Planned)
	if page.State == session.Held {
		page.Minutes = strconv.Itoa(page.Actual)
	}
	page.Date, page.Clock = page.From.Format("2006-01-02"), page.From.Format("15:04")
	for _, step := range p.Framework(page.Number) {
		page.Steps = append(page.Steps, choice{step, step, slices.Contains(page.Session.Steps, step)})
	}
	themes, err := s.Conduct.Themes()
	if err != nil {
		return page, err
	}
	for _, t := range themes {
		page.Themes = append(page.Themes, choice{t.Code, t.Label, slices.Contains(page.Session.Themes, t.Code)})
	}
	if page.Notes, err = s.notesAbout(r, d, page.Participant, page.ID, desk+"/session/"+page.ID); err != nil {
		return page, err
	}
	page.Notes.Apart = page.Due()
	who, err := d.Find(page.Participant)
	if page.Former = err != nil || who.Former; !page.Former {
		if page.Plan, err = s.planFor(r, d, who); err != nil {
			return page, err
		}
		if page.Plan.Session, page.Plan.To = page.ID, desk+"/session/"+page.ID+"/plan"; page.Due() {
			page.Plan.To, page.Plan.Form = "", "hold"
		}
	}
	page.Unplanned = !page.Former && page.State != session.Booked && who.Next > 0 && !slices.ContainsFunc(d.Sessions, func(one session.Session) bool {
		return one.Participant == page.Participant && one.State == session.Booked
	})
	if err := s.read(r, func(tx *store.Tx) error {
		study, err := tx.Study(r.Context())
		page.Locked = study.Locked
		return err
	}); err != nil {
		return page, err
	}
	answers, err := s.Conduct.CalendarAnswers(r.Context(), actor(r))
	for i, a := range answers[page.ID] {
		if a.Side == session.ByParticipant && !a.Outdated {
			page.Answer = &answers[page.ID][i]
		}
	}
	return page, err
}

// sessionMistaken shows the page of a session again, with what was typed and what is wrong with it.
func (s *Site) sessionMistaken(w http.ResponseWriter, r *http.Request, refusal error) error {
	told, code, ok := mistakes(refusal)
	if !ok {
		return refusal
	}
	page, err := s.sessionPage(r)
	if err != nil {
		return err
	}
	page.Mistakes = told
	f := r.PostForm
	for field, typed := range map[string]*string{"minutes": &page.Minutes, "reason": &page.Reason, "date": &page.Date, "clock": &page.Clock, "note": &page.Notes.Typed} {
		if f.Has(field) {
			*typed = f.Get(field)
		}
	}
	for field, all := range map[string][]choice{"step": page.Steps, "theme": page.Themes} {
		for i := range all {
			all[i].Chosen = all[i].Chosen || slices.Contains(f[field], all[i].Code)
		}
	}
	page.Plan.retype(f)
	w.Header().Set("Content-Security-Policy", scripted)
	return s.show(w, r, code, "desk_session", page.Who, page)
}

func noSession() error {
	return problem.New(problem.NotFound, "There is no such session").Instead("Go back to your desk.")
}

// closing runs an act on a session and leads back to its page.
func (s *Site) closing(kept string, act func(r *http.Request, id string, f url.Values) error) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return unreadable(err)
		}
		if err := act(r, r.PathValue("id"), r.PostForm); err != nil {
			return s.sessionMistaken(w, r, err)
		}
		http.Redirect(w, r, desk+"/session/"+r.PathValue("id")+"?kept="+kept, http.StatusSeeOther)
		return nil
	}
}

func minutesOf(f url.Values) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(f.Get("minutes")))
	if err != nil {
		return 0, problem.New(problem.Invalid, "%.20q are no minutes", f.Get("minutes")).On("minutes").Instead("Give a whole number.")
	}
	return n, nil
}

// sessionHold closes a session as held, and keeps the note and what was agreed. What is kept already is not shown as typed when the rest is
// refused.
func (s *Site) sessionHold(r *http.Request, id string, f url.Values) error {
	minutes, err := minutesOf(f)
	if err != nil {
		return err
	}
	held, err := s.Conduct.Hold(r.Context(), actor(r), id, conduct.Held{Minutes: minutes, Steps: f["step"], Themes: f["theme"]})
	if err != nil {
		return err
	}
	if strings.TrimSpace(f.Get("note")) != "" {
		if err := s.Conduct.WriteNote(r.Context(), actor(r), held.Participant, id, f.Get("note")); err != nil {
			return err
		}
		f.Del("note")
	}
	return s.sessionPlanKeep(r, id, f)
}

func (s *Site) sessionMiss(r *http.Request, id string, f url.Values) error {
	_, err := s.Conduct.Miss(r.Context(), actor(r), id, session.Side(f.Get("side")))
	return err
}

func (s *Site) sessionCancel(r *http.Request, id string, _ url.Values) error {
	_, err := s.Conduct.Cancel(r.Context(), actor(r), id)
	return err
}

func (s *Site) sessionMove(r *http.Request, id string, f url.Values) error {
	d, err := s.deskOf(r)
	if err != nil {
		return err
	}
	start, err := onClock(f.Get("date"), f.Get("clock"), d.Zone)
	if err != nil {
		return err
	}
	_, err = s.Conduct.Move(r.Context(), actor(r), id, start)
	return err
}

func (s *Site) sessionCorrect(r *http.Request, id string, f url.Values) error {
	minutes, err := minutesOf(f)
	if err != nil {
		return err
	}
	return s.Conduct.CorrectSession(r.Context(), actor(r), id, minutes, f.Get("reason"))
}

func (s *Site) sessionReopen(r *http.Request, id string, f url.Values) error {
	return s.Conduct.ReopenSession(r.Context(), actor(r), id, f.Get("reason"))
}
