package web

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
)

// drafting is the policy of a page whose script saves what is typed.
const drafting = scripted + "; connect-src 'self'"

// openPage is one window in which a form is open: since when, and whether the form was saved in another one after that.
type openPage struct {
	Window string
	Since  int64 // microseconds of the Unix epoch
	other  bool
}

var windowForm = regexp.MustCompile(`^[a-z2-7]{12}$`)

// opened recognizes the window of a form that was sent, or begins one.
func opened(now time.Time, saved store.FormOf, form map[string][]string) openPage {
	first := func(name string) string { return strings.Join(form[name], "") }
	p := openPage{Window: first("window"), Since: now.UnixMicro()}
	if !windowForm.MatchString(p.Window) {
		p.Window = strings.ToLower(rand.Text()[:12])
		return p
	}
	if since, err := strconv.ParseInt(first("since"), 10, 64); err == nil {
		p.Since = since
		p.other = saved.Window != "" && saved.Window != p.Window && saved.SavedAt.After(p.shown())
	}
	return p
}

// shown is when the page was made; zero where the form does not say.
func (p openPage) shown() time.Time { return time.UnixMicro(p.Since).UTC() }

// replaces reports whether answers take the place of other ones that were saved in another window since this page was shown.
func (p openPage) replaces(saved, given instrument.Answers) bool {
	if !p.other {
		return false
	}
	for id, a := range given {
		if saved[id] != a {
			return true
		}
	}
	return false
}

// draftSaved is what the script of the page learns of what it has sent.
type draftSaved struct {
	Saved string `json:"saved,omitempty"` // hour and minute
	Other bool   `json:"other,omitempty"` // it took the place of what another window had saved
	Sent  bool   `json:"sent,omitempty"`  // the form is submitted or closed: nothing was saved
}

// draft saves what is typed so far. What cannot be taken yet is left as it was; a form that is submitted stays as it is.
func (s *Site) draft(w http.ResponseWriter, r *http.Request, o openForm, page participantFormPage, sheet conduct.Sheet) error {
	reply := draftSaved{Sent: page.Sent}
	if !page.Sent {
		switch _, err := s.Conduct.Answer(r.Context(), actor(r), sheet); {
		case problem.Is(err, problem.Conflict):
			reply.Sent = true
		case err != nil:
			return err
		default:
			reply.Saved, reply.Other = o.Now.In(o.zone).Format("15:04"), page.Replaces
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(reply)
}
