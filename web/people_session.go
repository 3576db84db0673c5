package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// peopleSessionPage is where the office books, moves or cancels a session for somebody, by that person's clock.
type peopleSessionPage struct {
	Code     participant.Code
	Coach    string
	Of       int // sessions of the plan
	Zone     string
	Booked   *meetingLine // to be moved or cancelled; nil: the next one is to be booked
	Late     int          // hours within which Booked begins, where a cancellation counts as late; 0: it does not
	Free     []deskTime   // Here by the person's clock, There by the coach's
	Modes    []choice
	Mistakes []*problem.Problem
	Chosen   string // typed
	Date     string // typed
	Clock    string // typed
}

// booker is what a page or a form about a session of a person begins from.
type booker struct {
	code   participant.Code
	way    followup.Way
	with   coach.Coach
	zone   *time.Location
	theirs *time.Location // of the coach
	now    time.Time
	one    *session.Session // that the address names
}

// inZone gives a zone by its name, the study's for none.
func (s *Site) inZone(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return s.zone()
}

func (s *Site) bookerOf(r *http.Request) (b booker, err error) {
	if b.code, err = personOf(r); err != nil {
		return b, err
	}
	if err := s.read(r, func(tx *store.Tx) error {
		b.now = tx.Now()
		if b.way, err = tx.Way(r.Context(), b.code); err != nil {
			return err
		}
		with, id := b.way.Coach, r.PathValue("id")
		if i := slices.IndexFunc(b.way.Sessions, func(one session.Session) bool { return one.ID == id }); i >= 0 {
			b.one = &b.way.Sessions[i]
			with = b.one.Coach
		} else if id != "" {
			return problem.New(problem.NotFound, "There is no such session")
		}
		if with == "" {
			return problem.New(problem.NotFound, "No coach is chosen yet").Instead("A session can be booked once there is one.")
		}
		b.with, err = tx.Coach(r.Context(), with)
		return err
	}); err != nil {
		return b, err
	}
	b.zone, b.theirs = s.inZone(b.way.Zone), s.inZone(b.with.Zone)
	return b, nil
}

// peopleSessionShow shows the nearest free times, to book the next session or to move a booked one.
func (s *Site) peopleSessionShow(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bookerOf(r)
	if err != nil {
		return err
	}
	return s.showBooking(w, r, b, http.StatusOK, nil)
}

// showBooking replies with the page; refused is why what was typed cannot be done.
func (s *Site) showBooking(w http.ResponseWriter, r *http.Request, b booker, status int, refused []*problem.Problem) error {
	coaches, err := s.Conduct.CoachNames(r.Context(), actor(r))
	if err != nil {
		return err
	}
	page := peopleSessionPage{Code: b.code, Coach: coaches[b.with.Code].Name, Of: len(s.Conduct.Protocol.Coaching.Sessions), Zone: place(b.zone), Mistakes: refused, Chosen: r.PostFormValue("start"), Date: r.PostFormValue("date"), Clock: r.PostFormValue("clock")}
	heading := "Book a session"
	var free []time.Time
	if b.one != nil {
		heading = "A booked session"
		page.Booked = &meetingLine{*b.one, page.Coach, b.one.Start.In(b.zone)}
		if plan := s.Conduct.Protocol.Coaching; b.one.Late(plan, b.now) {
			page.Late = plan.LateHours
		}
		free, err = s.Conduct.FreeToMove(r.Context(), actor(r), b.one.ID, b.now, b.now.AddDate(0, 0, 28), 1000)
	} else {
		free, err = s.Conduct.Free(r.Context(), actor(r), b.code, b.now, b.now.AddDate(0, 0, 28), 1000)
	}
	if why, code, ok := mistakes(err); ok { // nothing can be booked at all
		if status == http.StatusOK {
			page.Mistakes, status = why, code
		}
	} else if err != nil {
		return err
	}
	page.Free = halfDays(free, b.zone, b.theirs)
	for _, m := range s.Conduct.Protocol.Coaching.Modes {
		if b.with.Profile.Offers(m) {
			page.Modes = append(page.Modes, choice{m, title(m), r.PostFormValue("mode") == m})
		}
	}
	return s.show(w, r, status, "people_session", heading, page)
}

// sessionStart reads which start is chosen: one of the list, or another by the clock of a zone.
func sessionStart(r *http.Request, zone *time.Location) (time.Time, error) {
	chosen := r.PostFormValue("start")
	if chosen == "" && r.PostFormValue("date")+r.PostFormValue("clock") == "" {
		return time.Time{}, problem.New(problem.Invalid, "No time is chosen").On("start").Instead("Choose one of the list, or another day and hour.")
	}
	if chosen == "" || chosen == "other" {
		return onClock(r.PostFormValue("date"), r.PostFormValue("clock"), zone)
	}
	start, err := time.Parse(time.RFC3339, chosen)
	if err != nil {
		return start, problem.New(problem.Invalid, "%.40q is no time", chosen).On("start").Instead("Choose one of the list.")
	}
	return start, nil
}

// booking runs an act on a session of a person and leads back to the person.
func (s *Site) booking(done string, act func(r *http.Request, b booker) error) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return unreadable(err)
		}
		b, err := s.bookerOf(r)
		if err != nil {
			return err
		}
		err = act(r, b)
		if told, code, ok := mistakes(err); ok {
			return s.showBooking(w, r, b, code, told)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/people/"+string(b.code)+"?done="+done, http.StatusSeeOther)
		return nil
	}
}

func (s *Site) peopleBook(r *http.Request, b booker) error {
	start, err := sessionStart(r, b.zone)
	if err != nil {
		return err
	}
	_, err = s.Conduct.Book(r.Context(), actor(r), conduct.Booking{Participant: b.code, Start: start, Mode: r.PostFormValue("mode")})
	return err
}

func (s *Site) peopleMove(r *http.Request, b booker) error {
	start, err := sessionStart(r, b.zone)
	if err != nil {
		return err
	}
	_, err = s.Conduct.Move(r.Context(), actor(r), b.one.ID, start)
	return err
}

func (s *Site) peopleCancel(r *http.Request, b booker) error {
	side := r.PostFormValue("side")
	switch {
	case side == "office":
		side = ""
	case side == "" && b.one.Late(s.Conduct.Protocol.Coaching, b.now):
		return problem.New(problem.Invalid, "It is not said who asks for it").On("side").Instead("So late it matters: choose one of the three.")
	}
	_, err := s.Conduct.CancelFor(r.Context(), actor(r), b.one.ID, session.Side(side))
	return err
}

// bookedDone says what was done to a session, by the word in the address.
var bookedDone = map[string]string{
	"booked": "The session is booked. Both have the mail for their calendars.", "moved": "The session has moved. Both have the mail for their calendars.",
	"cancelled": "The session is cancelled. Both have the mail for their calendars.",
}
