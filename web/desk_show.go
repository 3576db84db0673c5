package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/trial/session"
)

// deskShowPage is a coach's desk.
type deskShowPage struct {
	Now       time.Time // by the coach's clock
	Steps     []deskStep
	Trouble   string // why nobody can choose or book the coach
	Expires   *time.Time
	Zone      string
	Left      bool
	Due       []deskSession // over, and what became of them is still to be said
	Displaced []deskSession // in leave
	Today     []deskSession
	Week      []deskSession // the seven days after today
	People    []deskPerson
	Former    []deskPerson
	Places    int               // free ones
	Calendar  conduct.BusyState // state of the coach's own calendar; empty: none is read
	Unsure    int               // sessions that were booked while it could not be read
	Meeting   *supervisionLine  // of supervision, that is next
	Overdue   bool              // supervision is
}

// deskStep is one thing that a new coach does.
type deskStep struct {
	Title, What, Href string
	Done              bool
}

// deskPerson is one line of the list of coachees.
type deskPerson struct {
	Code, Name string
	Held, Of   int
	Last, Next *deskSession
	Former     bool // coached no more
	Complete   bool // no session is left to book
}

// deskShow shows a coach what is next.
func (s *Site) deskShow(w http.ResponseWriter, r *http.Request) error {
	d, err := s.deskOf(r)
	if err != nil {
		return err
	}
	now := d.Now.In(d.Zone)
	page := deskShowPage{Now: now, Zone: place(d.Zone), Left: d.Coach.LeftAt != nil, Expires: d.Certification.Until}
	if page.Expires != nil && page.Expires.After(d.Now.AddDate(0, 2, 0)) {
		page.Expires = nil
	}
	if err := d.Certification.Problem(); err != nil {
		page.Trouble = lines(err)[0]
	}
	calendar, err := s.Conduct.BusyCalendarOf(r.Context(), actor(r))
	if err != nil {
		return err
	}
	page.Calendar, page.Unsure = calendar.State, len(calendar.Unsure)
	if page.Meeting, page.Overdue, err = s.nextMeeting(r); err != nil {
		return err
	}
	page.Steps = deskSteps(d.Coach.Profile.Biography != "", d.Pictured, len(d.Coach.Hours)+len(d.Coach.Dates) > 0, calendar.State != "")
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, d.Zone)
	for _, one := range d.Sessions {
		line := s.sessionLine(d, one)
		switch {
		case one.State != session.Booked:
			if one.State == session.Held && !line.From.Before(tomorrow.AddDate(0, 0, -1)) && line.From.Before(tomorrow) {
				page.Today = append(page.Today, line)
			}
		case line.Over:
			page.Due = append(page.Due, line)
		case line.Displaced:
			page.Displaced = append(page.Displaced, line)
		case line.From.Before(tomorrow):
			page.Today = append(page.Today, line)
		case line.From.Before(tomorrow.AddDate(0, 0, 7)):
			page.Week = append(page.Week, line)
		}
	}
	loads := 0
	for _, who := range d.Coachees {
		p := deskPerson{Code: string(who.Code), Name: who.Name, Of: len(s.Conduct.Protocol.Coaching.Sessions), Former: who.Former, Complete: who.Next == 0}
		if p.Name == "" {
			p.Name = unknown
		}
		for _, one := range who.Sessions {
			line := s.sessionLine(d, one)
			switch {
			case one.State == session.Held:
				p.Held++
				p.Last = &line
			case one.State == session.Booked && !line.Over && p.Next == nil:
				p.Next = &line
			}
		}
		if who.Former {
			page.Former = append(page.Former, p)
			continue
		}
		loads++
		page.People = append(page.People, p)
	}
	// Whoever has no next session comes first: those are the ones who get lost.
	slices.SortStableFunc(page.People, func(a, b deskPerson) int {
		return one(a.Next != nil || a.Complete) - one(b.Next != nil || b.Complete)
	})
	page.Places = max(0, d.Coach.Caseload-loads)
	return s.show(w, r, http.StatusOK, "desk_show", "Your desk", page)
}

// deskSteps are what a new coach has still to do; none once all of it is done.
func deskSteps(profile, photo, hours, calendar bool) []deskStep {
	if profile && hours {
		return nil
	}
	return []deskStep{
		{"Say who you are", "What you write is what people choose by.", desk + "/profile", profile},
		{"Add a photo", "People like to see whom they will speak to.", desk + "/profile#photo", photo},
		{"Set your hours", "Nobody is booked outside of them.", desk + "/hours", hours},
		{"Connect your calendar", "So that nobody books you when you are busy elsewhere.", desk + "/calendar", calendar},
	}
}
