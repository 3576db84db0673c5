package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
)

// correctionLine is one correction as its participant reads it.
type correctionLine struct {
	Text, Old, New, Reason string
	At                     time.Time
}

// corrections adds to the page of a submitted form what was corrected in it, and whether more can be.
func (s *Site) corrections(r *http.Request, o openForm, page *participantFormPage) error {
	visit, form := o.visit.ID, o.in.ID
	lang := tongue(r)
	words, err := s.wording(o.in, lang)
	if err != nil {
		return err
	}
	page.Corrects, page.Correct = o.corrects(), home+"/correct/"+visit+"/"+form
	var all []assessment.Correction
	if err := s.read(r, func(tx *store.Tx) error {
		all, err = tx.Corrections(r.Context(), o.Record.Code)
		return err
	}); err != nil {
		return err
	}
	for _, c := range all {
		it, ok := o.in.FindItem(c.Item)
		if c.Visit != visit || c.Instrument != form || !ok {
			continue
		}
		line := correctionLine{Text: words.Text(it.ID), Reason: c.Reason, At: c.At.In(o.zone)}
		if line.Old, err = spoken(it, words, lang, c.Old); err != nil {
			return err
		}
		if line.New, err = spoken(it, words, lang, c.New); err != nil {
			return err
		}
		page.Corrections = append(page.Corrections, line)
	}
	return nil
}

// corrects reports whether submitted answers can still be corrected.
func (st surveys) corrects() bool { return st.Study.Locked == nil && st.Record.Use.Collect() }

// spoken is an answer in words.
func spoken(it *instrument.Item, words *instrument.Wording, lang string, a instrument.Answer) (string, error) {
	switch {
	case a == instrument.Blank:
		return say(lang, "correct_blank")
	case a == instrument.Declined && it.Scale.Kind != instrument.Text:
		return say(lang, "survey_decline")
	case a == instrument.None:
		return say(lang, "survey_none")
	}
	switch it.Scale.Kind {
	case instrument.Radio, instrument.YesNo:
		return words.Label(it, string(a)), nil
	case instrument.SelectAll:
		text := ""
		for i, code := range a.Selected() {
			if i > 0 {
				text += ", "
			}
			text += words.Label(it, code)
		}
		return text, nil
	}
	return string(a), nil
}

// participantCorrectPage lists the answers of a submitted form, or corrects one of them.
type participantCorrectPage struct {
	Back    string // the form
	Answers []answerLine
	One     *itemField // the one that is being corrected; nil: choose
	Group   itemGroup
	Now     string      // its answer as it is, in words
	Reason  string      // as typed
	NoWhy   bool        // the reason is missing
	Same    bool        // the answer is what it was
	Lost    []itemField // answers that go with the correction
}

// Field is the question that is being corrected.
func (p participantCorrectPage) Field() itemField { return *p.One }

// answerLine is one answer to choose.
type answerLine struct{ ID, Text, Answer string }

// correctShow shows what can be corrected.
func (s *Site) correctShow(w http.ResponseWriter, r *http.Request) error {
	page, _, _, err := s.correctPage(r, r.URL.Query().Get("item"), nil)
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_correct", "correct_title", page)
}

// correctSave takes a correction.
func (s *Site) correctSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	page, it, f, err := s.correctPage(r, r.PostForm.Get("item"), r.PostForm)
	if err != nil {
		return err
	}
	if page.One == nil {
		return problem.New(problem.NotFound, "There is no such question")
	}
	answer, wrong := it.Read(typed(it, r.PostForm))
	page.Reason = r.PostForm.Get("reason")
	page.NoWhy = len(page.Reason) == 0
	page.Same = wrong == nil && answer == f.Answers[it.ID]
	told := r.PostForm["drop"]
	held := slices.ContainsFunc(page.Lost, func(l itemField) bool { return !slices.Contains(told, l.ID) })
	if page.One.Trouble == "" && !page.NoWhy && !page.Same && !held {
		err := s.Conduct.Correct(r.Context(), actor(r), conduct.Change{Participant: actor(r).Participant, Visit: f.Visit, Instrument: f.Instrument,
			Item: it.ID, New: answer, Reason: page.Reason, Drop: told})
		if p, ok := errors.AsType[*problem.Problem](err); ok && p.Field == "reason" {
			page.NoWhy, err = true, nil
		} else if err == nil {
			http.Redirect(w, r, page.Back, http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return s.showMine(w, r, http.StatusUnprocessableEntity, "participant_correct", "correct_title", page)
}

// correctPage makes the page: with what was typed where form is not nil.
func (s *Site) correctPage(r *http.Request, item string, form map[string][]string) (page participantCorrectPage, it *instrument.Item, f store.FormOf, err error) {
	o, err := s.openForm(r)
	if err != nil {
		return page, nil, f, err
	}
	in, f := o.in, o.saved
	if f.Submitted == nil || !o.corrects() {
		return page, nil, f, problem.New(problem.Conflict, "There is nothing to correct here now").Instead("An answer can be corrected once its part has been sent, until the study's data are closed.")
	}
	lang := tongue(r)
	words, err := s.wording(in, lang)
	if err != nil {
		return page, nil, f, err
	}
	page.Back = home + "/survey/" + o.visit.ID + "/" + in.ID
	hidden := o.branches.Hidden(f.Answers)
	for _, one := range in.Items {
		line := answerLine{ID: one.ID, Text: words.Text(one.ID)}
		if line.Answer, err = spoken(one, words, lang, f.Answers[one.ID]); err != nil {
			return page, nil, f, err
		}
		if hidden[one.ID] {
			continue
		}
		page.Answers = append(page.Answers, line)
		if one.ID == item {
			field, err := s.field(in, one, words, lang, f.Answers[one.ID], form)
			if err != nil {
				return page, nil, f, err
			}
			it, field.Blank = one, false
			page.One, page.Now, page.Group = &field, line.Answer, itemGroup{Stem: words.StemOf(one)}
		}
	}
	if it == nil || form == nil {
		return page, it, f, nil
	}
	after := instrument.Answers{}
	for id, a := range f.Answers {
		after[id] = a
	}
	if a, wrong := it.Read(typed(it, form)); wrong == nil {
		after[it.ID] = a
	}
	for id := range o.branches.Hidden(after) {
		if after[id] != instrument.Blank {
			page.Lost = append(page.Lost, itemField{ID: id, Text: words.Text(id)})
		}
	}
	slices.SortFunc(page.Lost, func(a, b itemField) int {
		i, _ := in.FindItem(a.ID)
		j, _ := in.FindItem(b.ID)
		return i.Position - j.Position
	})
	return page, it, f, nil
}
