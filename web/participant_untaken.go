package web

import (
	"net/http"
	"strings"

	"rekindle/trial/instrument"
)

// untakenLine is an answer that came too late: after its form was sent, or after the survey had closed.
type untakenLine struct{ Text, Answer string }

// untaken gives what a form brings that is not what is kept of it. Nothing of a form that is submitted or closed can be changed by sending
// it again, and whoever sends it must not believe so. A second tap brings nothing else than what is kept.
func (s *Site) untaken(r *http.Request, in *instrument.Instrument, page participantFormPage, saved instrument.Answers) (lines []untakenLine, err error) {
	lang := tongue(r)
	words, err := s.wording(in, lang)
	if err != nil {
		return nil, err
	}
	for _, g := range page.Groups {
		for _, f := range g.Items {
			_, given := r.PostForm[f.ID]
			_, declined := r.PostForm["decline."+f.ID]
			it, ok := in.FindItem(f.ID)
			if f.Hidden || !ok || !given && !declined {
				continue
			}
			line := untakenLine{Text: f.Text, Answer: strings.TrimSpace(typed(it, r.PostForm))}
			answer, wrong := it.Read(typed(it, r.PostForm))
			if wrong == nil {
				if answer == saved[it.ID] {
					continue
				}
				if line.Answer, err = spoken(it, words, lang, answer); err != nil {
					return nil, err
				}
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}
