package web

import (
	"net/http"
	"slices"

	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/session"
)

// participantSessionRatePage asks how working with the coach was.
type participantSessionRatePage struct {
	Line  sessionLine
	Items []rated
	Blank bool
	Least int
}

// rated is one question.
type rated struct {
	ID, Text string
	Choices  []choice
	Missing  bool
}

// rateable gives the session that is asked about; any other does not exist.
func (s *Site) rateable(r *http.Request, st standing) (session.Session, error) {
	by := actor(r)
	due, err := s.Conduct.AllianceDue(r.Context(), by, by.Participant)
	if err != nil {
		return session.Session{}, err
	}
	i := slices.IndexFunc(due, func(one session.Session) bool { return one.ID == r.PathValue("id") })
	if i < 0 {
		return session.Session{}, problem.New(problem.NotFound, "There is no such session")
	}
	return due[i], nil
}

// sessionRateShow asks.
func (s *Site) sessionRateShow(w http.ResponseWriter, r *http.Request, st standing) error {
	one, err := s.rateable(r, st)
	if problem.Is(err, problem.NotFound) {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	return s.showRate(w, r, st, http.StatusOK, one)
}

func (s *Site) showRate(w http.ResponseWriter, r *http.Request, st standing, status int, one session.Session) error {
	in, err := instrument.Find(s.Conduct.Protocol.Coaching.Alliance)
	if err != nil {
		return err
	}
	words, err := instrument.OwnWording(in, tongue(r))
	if err != nil {
		return err
	}
	page := participantSessionRatePage{Line: s.line(one, st, nil), Blank: status != http.StatusOK, Least: s.Conduct.Protocol.Coaching.PooledOver}
	for _, item := range in.Items {
		said := r.PostFormValue(item.ID)
		q := rated{ID: item.ID, Text: words.Text(item.ID), Missing: page.Blank && said == ""}
		for _, code := range item.Scale.Allowed() {
			q.Choices = append(q.Choices, choice{Code: code, Label: words.Label(item, code), Chosen: code == said})
		}
		page.Items = append(page.Items, q)
	}
	return s.showMine(w, r, status, "participant_session_rate", "rate_title", page)
}

// sessionRate takes it.
func (s *Site) sessionRate(w http.ResponseWriter, r *http.Request, st standing) error {
	one, err := s.rateable(r, st)
	if problem.Is(err, problem.NotFound) {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	in, err := instrument.Find(s.Conduct.Protocol.Coaching.Alliance)
	if err != nil {
		return err
	}
	answers := instrument.Answers{}
	for _, item := range in.Items {
		if said := r.PostFormValue(item.ID); said != "" {
			answers[item.ID] = instrument.Answer(said)
		}
	}
	err = s.Conduct.RateAlliance(r.Context(), actor(r), one.ID, answers)
	if problem.Is(err, problem.Invalid) {
		return s.showRate(w, r, st, http.StatusUnprocessableEntity, one)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionsPage+"?rated", http.StatusSeeOther)
	return nil
}
