package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// notesCookie keeps, in one browser, the secret without which what the store has of a coach's notes opens nothing.
const notesCookie = "rekindle_notes"

// deskNotes are a coach's private notes about a coachee, as far as they can be shown.
type deskNotes struct {
	conduct.Notebook
	Code    participant.Code
	Session string // the page is about this one; empty: about the coachee
	Here    string // address of the page
	Zone    *time.Location
	Typed   string
	Apart   bool // a new one is written in another form of the page
}

// When tells when a note was written, by the coach's clock.
func (n deskNotes) When(t time.Time) string { return t.In(n.Zone).Format("January 2, 2006, 15:04") }

// deskNotesPage is about the key of a coach's notes.
type deskNotesPage struct {
	Mistakes []*problem.Problem
	Ready    bool
	Open     bool
	Lost     bool   // by the recovery code
	Code     string // the recovery code, shown once
	To       string // page to go back to
}

// notesSecret is what the browser keeps to read notes.
func notesSecret(r *http.Request) string {
	c, err := r.Cookie(notesCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// notesAbout gives the coach's notes about a coachee for a page of this address.
func (s *Site) notesAbout(r *http.Request, d conduct.Desk, code participant.Code, session, here string) (deskNotes, error) {
	b, err := s.Conduct.Notebook(r.Context(), actor(r), notesSecret(r), code)
	return deskNotes{Notebook: b, Code: code, Session: session, Here: here, Zone: d.Zone}, err
}

// toDesk gives a page of the desk to go back to; the page of notes where the address leads anywhere else.
func toDesk(to string) string {
	if to = within(to); strings.HasPrefix(to, desk+"/") {
		return to
	}
	return desk + "/notes"
}

func (s *Site) notesPage(r *http.Request) (page deskNotesPage, err error) {
	b, err := s.Conduct.Notebook(r.Context(), actor(r), notesSecret(r), "")
	page = deskNotesPage{Ready: b.Ready, Open: b.Open, Lost: r.URL.Query().Has("lost") || r.PostForm.Has("recovery")}
	if to := r.FormValue("to"); to != "" {
		page.To = toDesk(to)
	}
	return page, err
}

// deskNotesShow shows how a coach's notes are kept, and lets their key be made, changed and used.
func (s *Site) deskNotesShow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.notesPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "desk_notes", "Your notes", page)
}

// notesDone replies to what was done with the key of notes: with the recovery code, which is shown this once, or with what was wrong.
func (s *Site) notesDone(w http.ResponseWriter, r *http.Request, code string, err error) error {
	told, status, ok := mistakes(err)
	if err != nil && !ok {
		return err
	}
	page, err := s.notesPage(r)
	if err != nil {
		return err
	}
	if page.Code, page.Mistakes = code, told; !ok {
		status = http.StatusOK
	}
	return s.show(w, r, status, "desk_notes", "Your notes", page)
}

// twice gives a passphrase that was typed twice, since nobody sees what they type.
func twice(f url.Values) (string, error) {
	if f.Get("next") != f.Get("again") {
		return "", problem.New(problem.Invalid, "The two are not the same").On("again").Instead("Type the new passphrase twice.")
	}
	return f.Get("next"), nil
}

// notesMake makes the key of a coach's notes.
func (s *Site) notesMake(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	passphrase, err := twice(r.PostForm)
	if err == nil && !r.PostForm.Has("understood") {
		err = problem.New(problem.Invalid, "It is not confirmed that nobody can restore the notes").On("understood").Instead("Read it, and set the mark.")
	}
	code := ""
	if err == nil {
		code, err = s.Conduct.MakeNoteKey(r.Context(), actor(r), passphrase)
	}
	return s.notesDone(w, r, code, err)
}

// notesChange puts a coach's notes under another passphrase.
func (s *Site) notesChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	next, err := twice(r.PostForm)
	code := ""
	if err == nil {
		code, err = s.Conduct.ChangeNoteKey(r.Context(), actor(r), origin(r), r.PostForm.Get("passphrase"), r.PostForm.Get("recovery"), next)
	}
	return s.notesDone(w, r, code, err)
}

// notesUnlock lets this browser read for a while.
func (s *Site) notesUnlock(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	secret, err := s.Conduct.UnlockNotes(r.Context(), actor(r), origin(r), r.PostForm.Get("passphrase"))
	if err != nil {
		return s.notesDone(w, r, "", err)
	}
	http.SetCookie(w, &http.Cookie{Name: notesCookie, Value: secret, Path: desk, MaxAge: int(conduct.NotesLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")})
	http.Redirect(w, r, toDesk(r.PostForm.Get("to")), http.StatusSeeOther)
	return nil
}

// notesLock ends that.
func (s *Site) notesLock(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.LockNotes(r.Context(), actor(r), notesSecret(r)); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: notesCookie, Path: desk, MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, toDesk(r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}

// noteWrite keeps a note about a coachee, or about a session with them.
func (s *Site) noteWrite(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	_, who, err := s.coacheeOf(r)
	if err != nil {
		return err
	}
	to, about := desk+"/person/"+string(who.Code), r.PostForm.Get("session")
	if about != "" {
		to = desk + "/session/" + url.PathEscape(about)
	}
	err = s.Conduct.WriteNote(r.Context(), actor(r), who.Code, about, r.PostForm.Get("note"))
	if told, code, ok := mistakes(err); ok {
		page, err := s.personPage(r)
		if err != nil {
			return err
		}
		page.Mistakes, page.Notes.Typed, page.Notes.Session = told, r.PostForm.Get("note"), about
		return s.show(w, r, code, "desk_person", page.Name, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, to+"?kept=note#notes", http.StatusSeeOther)
	return nil
}

// noteDelete forgets a note for good.
func (s *Site) noteDelete(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.DeleteNote(r.Context(), actor(r), r.PathValue("note")); err != nil {
		return err
	}
	http.Redirect(w, r, toDesk(r.PostFormValue("to"))+"?kept=gone#notes", http.StatusSeeOther)
	return nil
}
