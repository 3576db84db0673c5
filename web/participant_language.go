package web

import (
	"net/http"

	"rekindle/trial/study"
)

// translated is the protocol as those read it who read a language.
type translated struct {
	protocol *study.Protocol
	said     map[string]bool // the texts that are in that language
}

// spoken gives the protocol in the language of a request, made once.
func (s *Site) spoken(r *http.Request) translated {
	language := tongue(r)
	if known, ok := s.tongues.Load(language); ok {
		return known.(translated)
	}
	in := study.In(language, *s.Conduct.Protocol)
	made, _ := s.tongues.LoadOrStore(language, translated{&in, study.Translations(language, s.Conduct.Protocol)})
	return made.(translated)
}

// LangOf gives the language of a text of the protocol on a page: what is not translated is read in English, and marked as such.
func (f frame) LangOf(text string) string {
	if f.said[text] {
		return f.Lang
	}
	return study.Languages[0]
}

// languageChoose keeps the language that a participant wants to read, in mail too, and leads back to where they were.
func (s *Site) languageChoose(w http.ResponseWriter, r *http.Request) error {
	by := actor(r)
	language := r.PostFormValue("language")
	if err := s.Conduct.ChooseLanguage(r.Context(), by, by.Participant, language); err != nil {
		return err
	}
	s.keepTongue(w, language)
	http.Redirect(w, r, cameFrom(r), http.StatusSeeOther)
	return nil
}
