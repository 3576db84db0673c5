package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// deskPersonPage is a coachee as their coach knows them.
type deskPersonPage struct {
	conduct.Coachee
	Mistakes []*problem.Problem
	Kept     string
	Of       int
	Held     []deskSession // and all others that are closed, the latest first
	Ahead    []deskSession
	Plan     deskPlan
	Themes   []deskTheme
	Free     []deskTime
	Modes    []choice
	Chosen   string // typed
	Date     string // typed
	Clock    string // typed
	Notes    deskNotes
}

// deskTheme is how often the coach tagged a theme.
type deskTheme struct {
	Label string
	Times int
}

// deskTime is a free time, by the coach's clock.
type deskTime struct {
	ID    string // RFC 3339
	Here  time.Time
	There string // by the coachee's, where it differs
}

// deskPersonShow shows a coach one of their coachees.
func (s *Site) deskPersonShow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.personPage(r)
	if err != nil {
		return err
	}
	page.Kept = keptSession[r.URL.Query().Get("kept")]
	return s.show(w, r, http.StatusOK, "desk_person", page.Name, page)
}

// coacheeOf gives the coachee of an address, to their coach alone.
func (s *Site) coacheeOf(r *http.Request) (d conduct.Desk, who conduct.Coachee, err error) {
	if d, err = s.deskOf(r); err != nil {
		return d, who, err
	}
	code, err := participant.ParseCode(r.PathValue("code"))
	if err == nil {
		who, err = d.Find(code)
	}
	if err != nil {
		return d, who, problem.New(problem.NotFound, "There is no such coachee").Instead("Go back to your desk.")
	}
	return d, who, nil
}

func (s *Site) personPage(r *http.Request) (page deskPersonPage, err error) {
	d, who, err := s.coacheeOf(r)
	if err != nil {
		return page, err
	}
	if who.Name == "" {
		who.Name = unknown
	}
	page = deskPersonPage{Coachee: who, Of: len(s.Conduct.Protocol.Coaching.Sessions)}
	themes, err := s.Conduct.Themes()
	if err != nil {
		return page, err
	}
	for _, t := range themes {
		n := 0
		for _, one := range who.Sessions {
			if slices.Contains(one.Themes, t.Code) {
				n++
			}
		}
		if n > 0 {
			page.Themes = append(page.Themes, deskTheme{t.Label, n})
		}
	}
	for _, one := range who.Sessions {
		line := s.sessionLine(d, one)
		if one.State == session.Booked {
			page.Ahead = append(page.Ahead, line)
		} else {
			page.Held = append(page.Held, line)
		}
	}
	slices.Reverse(page.Held)
	if page.Notes, err = s.notesAbout(r, d, who.Code, "", desk+"/person/"+string(who.Code)); err != nil {
		return page, err
	}
	if who.Former {
		return page, nil
	}
	if page.Plan, err = s.planFor(r, d, who); err != nil {
		return page, err
	}
	for _, m := range s.Conduct.Protocol.Coaching.Modes {
		if d.Coach.Profile.Offers(m) {
			page.Modes = append(page.Modes, choice{Code: m, Label: title(m)})
		}
	}
	if who.Next > 0 {
		page.Free, err = s.freeTimes(r, d, who)
	}
	return page, err
}

// freeTimes gives times at which a coachee could be met next.
func (s *Site) freeTimes(r *http.Request, d conduct.Desk, who conduct.Coachee) ([]deskTime, error) {
	free, err := s.Conduct.Free(r.Context(), actor(r), who.Code, d.Now, d.Now.AddDate(0, 0, 28), 1000)
	if _, _, refused := mistakes(err); refused {
		return nil, nil // no session can be booked; the act says why when one is asked for
	}
	return halfDays(free, d.Zone, who.Zone), err
}

// halfDays gives the first of free times of each half of a day by one clock, and by another where it shows something else; six at most.
func halfDays(free []time.Time, zone, other *time.Location) (some []deskTime) {
	seen := map[string]bool{}
	for _, t := range free {
		here := t.In(zone)
		if half := here.Format("2006-01-02 PM"); !seen[half] && len(some) < 6 {
			seen[half] = true
			one := deskTime{ID: t.UTC().Format(time.RFC3339), Here: here}
			if there := t.In(other); there.Format("15:04 -0700") != here.Format("15:04 -0700") {
				one.There = there.Format("15:04 MST")
			}
			some = append(some, one)
		}
	}
	return some
}

// personBook books the next session of a coachee.
func (s *Site) personBook(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	d, who, err := s.coacheeOf(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	start, err := sessionStart(r, d.Zone)
	var booked session.Session
	if err == nil {
		booked, err = s.Conduct.Book(r.Context(), actor(r), conduct.Booking{Participant: who.Code, Start: start, Mode: f.Get("mode")})
	}
	if told, code, ok := mistakes(err); ok {
		page, err := s.personPage(r)
		if err != nil {
			return err
		}
		page.Mistakes, page.Chosen, page.Date, page.Clock = told, f.Get("start"), f.Get("date"), f.Get("clock")
		for i := range page.Modes {
			page.Modes[i].Chosen = page.Modes[i].Code == f.Get("mode")
		}
		return s.show(w, r, code, "desk_person", page.Name, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/session/"+booked.ID+"?kept=booked", http.StatusSeeOther)
	return nil
}
