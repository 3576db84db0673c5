package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"rekindle/platform/store"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
)

// followed is what branching makes of a form: which questions follow from the answers, and which no longer do.
type followed struct {
	Logic string      // conditions as JSON, for the page's script; empty: none
	Shown string      // items that the page asks, separated by spaces
	Fresh bool        // a question has come up that the page before did not ask
	Lost  []itemField // answered, and no longer asked: their answers are taken out

	told []string // of those lost, the ones that the person has been told of
}

// holds reports whether a page must be shown again before it can be sent.
func (f followed) holds() bool { return f.Fresh || len(f.Lost) > len(f.told) }

// follow finds the items that are not asked: by what was typed where form is not nil, else by what is saved.
func (p *participantFormPage) follow(in *instrument.Instrument, b assessment.Branching, saved instrument.Answers, form map[string][]string) map[string]bool {
	conditions := b.Told()
	if len(conditions) == 0 {
		return nil
	}
	text, err := json.Marshal(conditions)
	if err != nil {
		panic(err) // nothing but lists of strings goes in
	}
	p.Follow.Logic = string(text)
	if form == nil {
		return b.Hidden(saved)
	}
	answers := instrument.Answers{}
	for _, it := range in.Items {
		if a, wrong := it.Read(typed(it, form)); wrong == nil {
			answers[it.ID] = a
		}
	}
	return b.Hidden(answers)
}

// note takes a question into account.
func (f *followed) note(one itemField, form map[string][]string) {
	switch {
	case f.Logic == "":
	case one.Hidden && form != nil && (one.Value != "" || one.Declined):
		f.Lost = append(f.Lost, one)
		if slices.Contains(form["drop"], one.ID) {
			f.told = append(f.told, one.ID)
		}
	case !one.Hidden:
		f.Shown = strings.TrimSpace(f.Shown + " " + one.ID)
		before, known := form["shown"]
		if known && one.Value == "" && !one.Declined && !slices.Contains(strings.Fields(strings.Join(before, " ")), one.ID) {
			f.Fresh = true
		}
	}
}

// openForm is the form that the address names, with what is saved of it.
type openForm struct {
	surveys
	visit    survey
	at       int // place among the forms of the visit
	in       *instrument.Instrument
	saved    store.FormOf
	branches assessment.Branching // what decides which of its items are asked
}

// openForm reads the form that the address names; one that the participant is not asked is problem.NotFound.
func (s *Site) openForm(r *http.Request) (o openForm, err error) {
	visit, code := r.PathValue("visit"), actor(r).Participant
	var answers instrument.Answers
	if o.in, err = instrument.Find(r.PathValue("form")); err != nil {
		return o, noSurvey()
	}
	err = s.Conduct.Store.Glance(r.Context(), func(tx *store.Tx) error {
		return tx.Together(r.Context(),
			func() (err error) { o.surveys, err = s.surveys(r, tx); return err },
			func() (err error) { answers, err = tx.Answers(r.Context(), code, visit, o.in.ID); return err },
			func() (err error) {
				o.branches, err = s.Conduct.Branching(r.Context(), tx, code, visit, o.in)
				return err
			})
	})
	if err != nil {
		return o, err
	}
	o.saved = o.forms.Of(code, visit, o.in.ID)
	o.saved.Answers = answers
	o.visit, o.at, err = o.find(visit, o.in.ID)
	return o, err
}
