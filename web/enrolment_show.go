package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// enrolmentStanding is how full the study is.
type enrolmentStanding struct {
	Places, Capacity int // 0 capacity: as many as come
	Left             int
	Waiting          []waitingLine
	Opens, Closes    time.Time
	Open, Over       bool
	ClosedEarly      bool
	Coaches          []conduct.CoachStanding
	CoachPlaces      int // free, with coaches who may be chosen now
	Choosing         int // people to whom coaching is open and who have no coach
}

// waitingLine is somebody on the waiting list.
type waitingLine struct {
	Code  participant.Code
	Since time.Time
}

func (s *Site) enrolmentStanding(r *http.Request) (st enrolmentStanding, err error) {
	if st.Coaches, err = s.Conduct.CoachStandings(r.Context(), actor(r), ""); err != nil {
		return st, err
	}
	for _, k := range st.Coaches {
		if k.Open {
			st.CoachPlaces += k.Caseload - k.Load
		}
	}
	err = s.read(r, func(tx *store.Tx) error {
		study, err := tx.Study(r.Context())
		if err != nil {
			return err
		}
		st.Places, st.Capacity, st.Left = study.Places, study.Capacity, max(0, study.Capacity-study.Places)
		opens, last := s.Conduct.Protocol.EnrolmentWindow()
		closes := s.Conduct.EnrolmentEnds(study)
		st.ClosedEarly, st.Over = closes.Before(last), !tx.Now().Before(closes)
		st.Open = !st.Over && !tx.Now().Before(opens)
		st.Opens, st.Closes = opens.In(s.zone()), closes.Add(-time.Second).In(s.zone())
		waiting, err := tx.Participants(r.Context(), participant.Waiting)
		if err != nil {
			return err
		}
		for _, p := range waiting {
			st.Waiting = append(st.Waiting, waitingLine{p.Code, p.WaitingAt.In(s.zone())})
		}
		ways, err := tx.Ways(r.Context())
		for _, w := range ways {
			if w.Coached() && w.Coach == "" && len(w.Held()) < len(s.Conduct.Protocol.Coaching.Sessions) {
				st.Choosing++
			}
		}
		return err
	})
	return st, err
}

// enrolmentPage is places, the waiting list, and the end of enrolment.
type enrolmentPage struct {
	enrolmentStanding
	May      struct{ Capacity, Close, Promote bool }
	Done     string
	Failed   string // which form was refused
	Problems []*problem.Problem
	Typed    string // places
	Reason   string // typed
}

var enrolmentDone = map[string]string{"capacity": "The number of places was changed.", "close": "Enrolment is closed.", "promote": "The person has a place now, and the group was drawn."}

// enrolmentShow shows how full the study is.
func (s *Site) enrolmentShow(w http.ResponseWriter, r *http.Request) error {
	return s.showEnrolment(w, r, http.StatusOK, "", nil)
}

func (s *Site) showEnrolment(w http.ResponseWriter, r *http.Request, status int, failed string, refused error) error {
	by := actor(r)
	standing, err := s.enrolmentStanding(r)
	if err != nil {
		return err
	}
	page := enrolmentPage{enrolmentStanding: standing, Done: enrolmentDone[r.URL.Query().Get("done")], Failed: failed, Typed: strconv.Itoa(standing.Capacity)}
	page.May.Capacity, page.May.Close, page.May.Promote = by.May("study.capacity"), by.May("study.close"), by.May("participant.promote")
	if refused != nil {
		_, one := shown(refused)
		page.Problems, page.Reason = []*problem.Problem{one}, r.PostFormValue("reason")
		if failed == "capacity" {
			page.Typed = r.PostFormValue("places")
		}
	}
	return s.show(w, r, status, "enrolment_show", "Enrolment", page)
}

// enrolmentAct does an act and leads back.
func (s *Site) enrolmentAct(w http.ResponseWriter, r *http.Request, name string, err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok && (p.Kind == problem.Invalid || p.Kind == problem.Conflict || p.Kind == problem.NotFound) {
		return s.showEnrolment(w, r, status[p.Kind], name, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/enrolment?done="+name, http.StatusSeeOther)
	return nil
}

// capacitySet changes the number of places.
func (s *Site) capacitySet(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("places"))
	places, err := strconv.Atoi(text)
	if err != nil {
		err = problem.New(problem.Invalid, "%.20q is no number of places", text).On("places").Instead("Give a number; 0 stands for as many as come.")
	} else {
		err = s.Conduct.SetCapacity(r.Context(), actor(r), places, r.PostFormValue("reason"))
	}
	return s.enrolmentAct(w, r, "capacity", err)
}

// enrolmentClose ends enrolment before its last day.
func (s *Site) enrolmentClose(w http.ResponseWriter, r *http.Request) error {
	st, err := s.enrolmentStanding(r)
	if err != nil {
		return err
	}
	if !st.ClosedEarly {
		var m store.Milestones
		if err := s.read(r, func(tx *store.Tx) (err error) { m, err = tx.Milestones(r.Context()); return err }); err != nil {
			return err
		}
		if ok, err := s.sure(w, r, confirmPage{Title: "Close enrolment now?", Do: "Close enrolment", Back: "/enrolment", Undo: "This cannot be taken back.", What: []string{
			"Nobody new can consent. " + count(m.Invited-m.Consented, "person who was invited has", "people who were invited have") + " not done so; their links say that enrolment is closed.",
			"Announcements stop, those that are planned too.",
			"Whoever has consented may finish the baseline and is put on the waiting list. " + count(m.Waiting, "person waits", "people wait") + " there now, and no place is given any more.",
			count(m.Randomized, "person goes", "people go") + " on in the trial as before.",
		}}); !ok {
			return err
		}
	}
	return s.enrolmentAct(w, r, "close", s.Conduct.CloseEnrolment(r.Context(), actor(r), r.PostFormValue("reason")))
}

// What is said before a place is given.
const (
	drawTold    = "The group is drawn at once, and a mail tells the person."
	drawForGood = "A draw cannot be taken back."
)

// promote gives whoever has waited longest a place.
func (s *Site) promote(w http.ResponseWriter, r *http.Request) error {
	st, err := s.enrolmentStanding(r)
	if err != nil {
		return err
	}
	if len(st.Waiting) > 0 && (st.Capacity == 0 || st.Left > 0) {
		if ok, err := s.sure(w, r, confirmPage{Title: "Give a place?", Do: "Give the place", Back: "/enrolment", Undo: drawForGood, What: []string{
			"1 person, " + string(st.Waiting[0].Code) + ", who has waited longest, takes a place. " + count(len(st.Waiting)-1, "person goes", "people go") + " on waiting.", drawTold}}); !ok {
			return err
		}
	}
	_, err = s.Conduct.Promote(r.Context(), actor(r), "")
	return s.enrolmentAct(w, r, "promote", err)
}
