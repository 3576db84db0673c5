package web

import (
	"net/http"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/participant"
)

// participantLinkPage is what a personal link shows before anything has begun. It tells nothing of the person.
type participantLinkPage struct {
	Action string
	Study  string
	To     string // where it goes on, as the mail has it
}

// inTheirs gives a request through a personal link in the language of whose link it is, and whose it is. Nobody has come in by it yet.
func (s *Site) inTheirs(r *http.Request) (*http.Request, participant.Code, error) {
	of, err := s.Conduct.LinkOf(r.Context(), r.PathValue("token"))
	by := visitor
	by.Language = of.Language
	return r.WithContext(identify(r.Context(), by)), of.Participant, err
}

// linkShow shows where a personal link leads. It changes nothing: programs that read mail follow links too.
func (s *Site) linkShow(w http.ResponseWriter, r *http.Request) error {
	r, _, err := s.inTheirs(r)
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_link", "link_title", participantLinkPage{Action: r.URL.Path, Study: s.spoken(r).protocol.Title, To: r.URL.Query().Get("to")})
}

// linkOpen opens this browser to the participant, and leads on to an address without the link.
func (s *Site) linkOpen(w http.ResponseWriter, r *http.Request) error {
	secret, err := s.Conduct.Arrive(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	to, err := s.comeIn(w, r, secret, r.PostFormValue("to"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// comeIn gives a browser its secret to keep, and gives the page on which it goes on.
func (s *Site) comeIn(w http.ResponseWriter, r *http.Request, secret, to string) (string, error) {
	by, _, err := s.Conduct.Arrived(r.Context(), secret)
	if err != nil {
		return "", err
	}
	if err := s.dismiss(w, r); err != nil {
		return "", err
	}
	s.remember(w, secret)
	err = s.read(r, func(tx *store.Tx) error {
		one, err := tx.Participant(r.Context(), by.Participant)
		to = wayOf(to, one)
		return err
	})
	return to, err
}

// participantStopPage asks whether mail is to stop, or says that it has.
type participantStopPage struct {
	Action string
	Done   bool
}

// stopShow asks whether mail is to stop.
func (s *Site) stopShow(w http.ResponseWriter, r *http.Request) error {
	r, _, err := s.inTheirs(r)
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_stop", "stop_title", participantStopPage{Action: r.URL.Path})
}

// stop stops mail: on the page, or by one click in a mail program (RFC 8058).
func (s *Site) stop(w http.ResponseWriter, r *http.Request) error {
	r, code, err := s.inTheirs(r)
	if err != nil {
		return err
	}
	if err := s.Conduct.OptOut(r.Context(), identity.AsParticipant(code), code); err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_stop", "stop_title", participantStopPage{Done: true})
}

// leave closes this browser.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	if err := s.forget(w, r); err != nil {
		return err
	}
	return s.showMine(w, r.WithContext(identify(r.Context(), visitor)), http.StatusOK, "participant_left", "left_title", nil)
}
