package web

import (
	"net/http"

	"rekindle/platform/identity"
)

// participantLinkPage is what a personal link shows before anything has begun. It tells nothing of the person.
type participantLinkPage struct {
	Action string
	Study  string
}

// linkShow shows where a personal link leads. It changes nothing: programs that read mail follow links too.
func (s *Site) linkShow(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Conduct.LinkOf(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_link", "link_title", participantLinkPage{Action: r.URL.Path, Study: s.spoken(r).protocol.Title})
}

// linkOpen opens this browser to the participant, and leads on to an address without the link.
func (s *Site) linkOpen(w http.ResponseWriter, r *http.Request) error {
	secret, err := s.Conduct.Arrive(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if err := s.dismiss(w, r); err != nil {
		return err
	}
	s.remember(w, secret)
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// participantStopPage asks whether mail is to stop, or says that it has.
type participantStopPage struct {
	Action string
	Done   bool
}

// stopShow asks whether mail is to stop.
func (s *Site) stopShow(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Conduct.LinkOf(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_stop", "stop_title", participantStopPage{Action: r.URL.Path})
}

// stop stops mail: on the page, or by one click in a mail program (RFC 8058).
func (s *Site) stop(w http.ResponseWriter, r *http.Request) error {
	code, err := s.Conduct.LinkOf(r.Context(), r.PathValue("token"))
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
