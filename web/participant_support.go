package web

import (
	"net/http"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// participantSupportPage offers help to somebody whose answers to a screen suggest that it may be wanted.
type participantSupportPage struct {
	Urgent []study.Resource
	Told   string // key of the text that says who was told
	On     string // where it goes on
}

// support is the page for a form whose screen is positive.
func support(visit, form string) string { return home + "/support/" + visit + "/" + form }

// supportShow shows where help is, and says exactly who was told.
func (s *Site) supportShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	v, at, err := st.find(r.PathValue("visit"), r.PathValue("form"))
	if err != nil {
		return err
	}
	page := participantSupportPage{Told: "support_nobody", On: st.next(true)}
	if planned, ok := s.Conduct.Protocol.Visit(v.ID); ok && planned.Baseline && page.On == home && st.Record.BaselineAt != nil {
		page.On = home + "/group"
	}
	var positive bool
	err = s.read(r, func(tx *store.Tx) error {
		if positive, err = s.positive(r, tx, v, v.Forms[at]); err != nil {
			return err
		}
		state, err := s.Conduct.SafetyTold(r.Context(), tx, st.Record.Code, v.ID, v.Forms[at].Instrument)
		switch state {
		case post.Planned, post.Sent:
			page.Told = "support_told"
		case post.Failed, post.Stopped:
			page.Told = "support_failed"
		}
		return err
	})
	if err != nil {
		return err
	}
	if !positive {
		return problem.New(problem.NotFound, "There is no such page")
	}
	for _, resource := range s.spoken(r).protocol.Resources {
		if resource.Urgent {
			page.Urgent = append(page.Urgent, resource)
		}
	}
	return s.showMine(w, r, http.StatusOK, "participant_support", "support_title", page)
}

// positive reports whether a screen in a submitted form is positive.
func (s *Site) positive(r *http.Request, tx *store.Tx, v survey, form surveyForm) (bool, error) {
	in, err := instrument.Find(form.Instrument)
	if err != nil || !form.Submitted || !in.IsScreen() {
		return false, err
	}
	f, err := tx.Form(r.Context(), v.Participant, v.ID, in.ID)
	if err != nil {
		return false, err
	}
	return in.Positive(f.Answers)
}

// supported gives the page of the latest survey with a positive screen; empty where the latest of each kind is not.
func (s *Site) supported(r *http.Request, st standing) (href string, err error) {
	err = s.read(r, func(tx *store.Tx) error {
		href = ""
		seen := map[string]bool{}
		for i := range st.Visits {
			v := st.Visits[len(st.Visits)-1-i]
			for _, form := range v.Forms {
				if !form.Submitted || seen[form.Instrument] {
					continue
				}
				seen[form.Instrument] = true
				positive, err := s.positive(r, tx, v, form)
				if err != nil {
					return err
				}
				if positive && href == "" {
					href = support(v.ID, form.Instrument)
				}
			}
		}
		return nil
	})
	return href, err
}
