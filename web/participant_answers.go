package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"rekindle/platform/store"
	"rekindle/trial/instrument"
)

// participantAnswersPage is what a participant has answered, to read and to print.
type participantAnswersPage struct {
	Study string
	Made  time.Time
	Forms []answeredForm
}

// answeredForm is one page of a survey as it stands.
type answeredForm struct {
	Survey        string
	Position, Of  int
	Submitted     *time.Time // nil: not sent yet
	Demonstration bool
	Notice        string
	Lines         []answeredLine
}

// answeredLine is a question with its answer, in words and as it is kept.
type answeredLine struct {
	Stem, Text, Answer string
	Key                string // of the text that stands for the answer; empty: Answer does
	ID, Kept           string
}

// answersShow shows what was answered: questions, answers, and the codes under which they are analysed.
func (s *Site) answersShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	page := participantAnswersPage{Study: s.spoken(r).protocol.Title, Made: st.Now.In(st.zone)}
	err = s.read(r, func(tx *store.Tx) error {
		for _, v := range st.Visits {
			for i, f := range v.Forms {
				form, err := tx.Form(r.Context(), st.Record.Code, v.ID, f.Instrument)
				if err != nil {
					return err
				}
				if len(form.Answers) == 0 { // not begun, or removed
					continue
				}
				one, err := s.answered(tongue(r), f, form.Answers)
				if err != nil {
					return err
				}
				one.Survey, one.Position, one.Of = v.Name, i+1, len(v.Forms)
				if form.Submitted != nil {
					one.Submitted = new(form.Submitted.In(st.zone))
				}
				page.Forms = append(page.Forms, one)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_answers", "answers_title", page)
}

// answered puts the answers of a form into words.
func (s *Site) answered(lang string, f surveyForm, answers instrument.Answers) (one answeredForm, err error) {
	in, err := instrument.Find(f.Instrument)
	if err != nil {
		return one, err
	}
	words, err := s.wording(in, lang)
	if err != nil {
		return one, err
	}
	one.Demonstration, one.Notice = words.Demonstration, words.Notice
	for _, it := range in.Items {
		a, given := answers[it.ID]
		line := answeredLine{Stem: words.StemOf(it), Text: words.Text(it.ID), Answer: string(a), ID: it.ID, Kept: string(a)}
		switch {
		case !given || a == instrument.Blank:
			line.Key = "answers_none"
		case a == instrument.Declined:
			line.Key = "survey_decline"
		case a == instrument.None:
			line.Key = "survey_none"
		case it.Scale.Kind == instrument.SelectAll:
			var labels []string
			for _, code := range a.Selected() {
				labels = append(labels, words.Label(it, code))
			}
			line.Answer = strings.Join(labels, "; ")
		case it.Scale.Kind == instrument.Radio || it.Scale.Kind == instrument.YesNo:
			line.Answer = words.Label(it, string(a))
		case it.Scale.Kind == instrument.VAS:
			line.Answer = fmt.Sprintf("%s (%.0f: %s; %.0f: %s)", a, it.Scale.Low, words.Label(it, it.Scale.Codes[0].Code), it.Scale.High, words.Label(it, it.Scale.Codes[1].Code))
		}
		one.Lines = append(one.Lines, line)
	}
	return one, nil
}
