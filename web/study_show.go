package web

import (
	"fmt"
	"net/http"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/report"
)

// studyPage is the start page: what this is, how far it has come, and where to go on.
type studyPage struct {
	Title, Registry, Number string
	Numbers                 []milestone
	Phases                  []phase
	Doors                   []door
	Trail                   *finding[audit.Report]
	Open                    bool // the trail can be read, too
	Draws                   *finding[proof]
	Report                  *finding[*report.Manifest]
	Unmade                  bool        // there is no report yet
	Forest                  *figureLine // the differences between the groups, in the population that leads
}

// milestone is how many people came to a point, and out of how many.
type milestone struct {
	Label string
	Count int
	Of    string
}

// phase is a turning point of the study.
type phase struct {
	Label string
	At    time.Time // zero: not known yet
	Ahead bool      // it has not come
}

// door leads to a part of the site.
type door struct {
	Label, Href, What string
}

// studyShow is the start page.
func (s *Site) studyShow(w http.ResponseWriter, r *http.Request) error {
	if done, err := s.officeShow(w, r); done || err != nil {
		return err
	}
	by, p := actor(r), s.Conduct.Protocol
	content := studyPage{Title: p.Title, Registry: p.Registration.Registry, Number: p.Registration.Number}
	err := s.read(r, func(tx *store.Tx) error {
		m, err := tx.Milestones(r.Context())
		if err != nil {
			return err
		}
		study, err := tx.Study(r.Context())
		if err != nil {
			return err
		}
		content.Phases = s.phases(study, tx.Now())
		held, err := tx.SessionsHeld(r.Context())
		if err != nil {
			return err
		}
		mail, err := tx.MailCount(r.Context(), store.MailFilter{})
		content.Numbers = numbers(m, held, mail)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range s.open(r) {
		if m.what != "" {
			content.Doors = append(content.Doors, door{m.label, m.href, m.what})
		}
	}
	if by.May("audit.read") {
		content.Trail, content.Open = new(s.checkedTrail(r)), s.met(r, unmasking)
	}
	if by.May("randomization.read") {
		content.Draws = new(s.provedDraws(r))
	}
	if by.May("report.read") {
		content.Report = new(s.checkedReport())
		content.Unmade = problem.Is(content.Report.Err, problem.NotFound)
		content.Forest = s.leadingForest()
	}
	return s.show(w, r, http.StatusOK, "study_show", "", content)
}

// numbers are the milestones that a reader asks for first, with their denominators.
func numbers(m store.Milestones, held, mail int) []milestone {
	return []milestone{
		{"invited by e-mail", m.Invited, share(m.Responded, m.Invited, "opened the link")},
		{"randomized", m.Randomized, share(m.Randomized, m.Invited, "of those invited")},
		{"had a first session", m.Started, count(held, "session held", "sessions held") + ", either group"},
		{"completed", m.Completed, share(m.Completed, m.Randomized, "of those randomized")},
		{"on the waiting list", m.Waiting, ""},
		{"messages written", mail, ""},
	}
}

// share gives "110 of 138 (79.7%) of those randomized" in short: the percentage with its denominator.
func share(part, whole int, what string) string {
	if whole == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s (%.1f%%) %s", number(part), number(whole), 100*float64(part)/float64(whole), what)
}

func (s *Site) phases(study store.Study, now time.Time) []phase {
	opens, closes := s.Conduct.Protocol.EnrolmentWindow()
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return t.In(s.zone())
	}
	if study.Closed != nil {
		closes = *study.Closed
	}
	all := []phase{
		{Label: "Study opened", At: study.Opened.In(s.zone())},
		{Label: "Enrolment opened", At: opens.In(s.zone())},
		{Label: "Enrolment closed", At: closes.Add(-time.Second).In(s.zone())},
		{Label: "Dataset locked", At: at(study.Locked)},
		{Label: "Unblinded", At: at(study.Unblinded)},
	}
	if opens.After(now) {
		all[1].Label = "Enrolment opens"
	}
	if closes.After(now) {
		all[2].Label = "Enrolment closes"
	}
	for i, one := range all {
		all[i].Ahead = one.At.IsZero() || one.At.After(now)
	}
	return all
}

// leadingForest is the drawing of the differences in the population that the printed tables lead with; nil where there is none.
func (s *Site) leadingForest() *figureLine {
	for _, p := range s.Conduct.Protocol.Populations {
		if !p.Default {
			continue
		}
		if line, err := s.figure("forest-" + p.ID); err == nil {
			return &line
		}
	}
	return nil
}
