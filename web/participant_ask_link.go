package web

import (
	"net/http"
	"strings"

	"rekindle/problem"
)

// askLink is where somebody asks for a new personal link.
const askLink = "/p/new"

// participantAskLinkPage asks for the address to which a new personal link goes, or says what was done: the same for every address.
type participantAskLinkPage struct {
	Email   string
	To      string // the page that was asked for; empty: none
	Wrong   bool   // no address
	TooMany bool   // asked too often
	Done    bool
	Passkey bool // one can come in with a passkey instead
}

// askLinkShow shows the form.
func (s *Site) askLinkShow(w http.ResponseWriter, r *http.Request) error {
	return s.askLinkPage(w, r, http.StatusOK, participantAskLinkPage{Done: r.URL.Query().Has("done"), To: own(r.URL.Query().Get("to"))})
}

func (s *Site) askLinkPage(w http.ResponseWriter, r *http.Request, status int, page participantAskLinkPage) error {
	if page.Passkey = s.ownPasskeysPossible() && !page.Done; page.Passkey {
		w.Header().Set("Content-Security-Policy", asking)
	}
	return s.showMine(w, r, status, "participant_ask_link", "ask_link_title", page)
}

// askLinkSend has a new link mailed to whoever is on the roster with the address.
func (s *Site) askLinkSend(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	page := participantAskLinkPage{Email: strings.TrimSpace(r.PostForm.Get("email")), To: own(r.PostForm.Get("to"))}
	before, after, at := strings.Cut(page.Email, "@")
	if page.Wrong = !at || before == "" || !strings.Contains(after, ".") || len(page.Email) > 254; page.Wrong {
		return s.askLinkPage(w, r, http.StatusUnprocessableEntity, page)
	}
	switch err := s.Conduct.RequestPersonalLink(r.Context(), origin(r), page.Email, tongue(r), page.To); {
	case problem.Is(err, problem.Conflict):
		page.TooMany = true
		return s.askLinkPage(w, r, http.StatusTooManyRequests, page)
	case err != nil:
		return err
	}
	http.Redirect(w, r, askLink+"?done", http.StatusSeeOther)
	return nil
}
