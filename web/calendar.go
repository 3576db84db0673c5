package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// feedPage is the secret addresses of one's own calendar.
type feedPage struct {
	Action  string // where its forms go
	Whole   *store.Feed
	Busy    *store.Feed
	Address string // of the one that was just made, shown this once
	Ended   bool
}

// participantCalendarPage is a participant's calendar.
type participantCalendarPage struct {
	Tab    string // of the coaching pages
	Called string // what appointments are called in calendars
	feedPage
}

// deskCalendarPage is a coach's calendar: from where busy times are read, and where appointments can be read.
type deskCalendarPage struct {
	Mistakes []*problem.Problem
	Kept     string
	Typed    string
	Calendar conduct.BusyCalendar
	Unsure   []deskSession
	Zone     *time.Location
	feedPage
}

// Local is a moment by the coach's clock.
func (p deskCalendarPage) Local(t *time.Time) string {
	return t.In(p.Zone).Format("Monday, January 2, 15:04 MST")
}

// feedCookie carries the address of a feed that was just made to the one page that shows it.
const feedCookie = "rekindle_feed"

// feeds gives the secret addresses of whoever asks, and forgets the one that it shows.
func (s *Site) feeds(w http.ResponseWriter, r *http.Request, action string) (page feedPage, err error) {
	page = feedPage{Action: action, Ended: r.URL.Query().Has("ended")}
	feeds, err := s.Conduct.Feeds(r.Context(), actor(r))
	for i, f := range feeds {
		if f.Busy {
			page.Busy = &feeds[i]
		} else {
			page.Whole = &feeds[i]
		}
	}
	if c, none := r.Cookie(feedCookie); none == nil && err == nil {
		if token, ok := strings.CutSuffix(c.Value, ".ics"); ok && len(token) == 26 && strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") == "" {
			page.Address = s.Conduct.BaseURL + "/calendar/" + c.Value
		}
		http.SetCookie(w, &http.Cookie{Name: feedCookie, Path: action, MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	return page, err
}

// Subscribe is the address as calendar programs take it to subscribe to.
func (p feedPage) Subscribe() string {
	_, rest, _ := strings.Cut(p.Address, "://")
	return "webcal://" + rest
}

// feedMake makes a secret address, and shows it on the page that it leads to.
func (s *Site) feedMake(w http.ResponseWriter, r *http.Request) error {
	action := ownCalendar(r)
	address, err := s.Conduct.MakeFeed(r.Context(), actor(r), r.PostFormValue("kind") == "busy")
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: feedCookie, Value: address[strings.LastIndexByte(address, '/')+1:], Path: action, MaxAge: 300, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")})
	http.Redirect(w, r, action+"#feed", http.StatusSeeOther)
	return nil
}

// feedEnd ends a secret address.
func (s *Site) feedEnd(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.EndFeed(r.Context(), actor(r), r.PostFormValue("kind") == "busy"); err != nil {
		return err
	}
	http.Redirect(w, r, ownCalendar(r)+"?ended", http.StatusSeeOther)
	return nil
}

// ownCalendar is the calendar page of whoever asks.
func ownCalendar(r *http.Request) string {
	if actor(r).Role == identity.Coach {
		return desk + "/calendar"
	}
	return home + "/calendar"
}

// forCoachees is a page that coaches have as well.
func (s *Site) forCoachees(show page) page {
	return s.coachee(func(w http.ResponseWriter, r *http.Request, _ standing) error { return show(w, r) })
}

// calendarShow shows a participant's calendar.
func (s *Site) calendarShow(w http.ResponseWriter, r *http.Request, _ standing) error {
	feeds, err := s.feeds(w, r, home+"/calendar")
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_calendar", "calendar_title", participantCalendarPage{"calendar", s.Conduct.CalendarTitle(tongue(r)), feeds})
}

// keptCalendar says what was just done, by the word in the address.
var keptCalendar = map[string]string{"set": "Your calendar’s address is kept.", "removed": "Your calendar is no longer read, and what was read of it is forgotten.", "confirmed": "Confirmed."}

// deskCalendarShow shows a coach's calendar.
func (s *Site) deskCalendarShow(w http.ResponseWriter, r *http.Request) error {
	return s.deskCalendar(w, r, http.StatusOK, nil, "")
}

func (s *Site) deskCalendar(w http.ResponseWriter, r *http.Request, status int, told []*problem.Problem, typed string) error {
	d, err := s.deskOf(r)
	if err != nil {
		return err
	}
	page := deskCalendarPage{Mistakes: told, Kept: keptCalendar[r.URL.Query().Get("kept")], Typed: typed, Zone: d.Zone}
	if page.Calendar, err = s.Conduct.BusyCalendarOf(r.Context(), actor(r)); err != nil {
		return err
	}
	for _, one := range page.Calendar.Unsure {
		page.Unsure = append(page.Unsure, s.sessionLine(d, one))
	}
	if page.feedPage, err = s.feeds(w, r, desk+"/calendar"); err != nil {
		return err
	}
	return s.show(w, r, status, "desk_calendar", "Your calendar", page)
}

// deskCalendarSet takes the address of a coach's calendar.
func (s *Site) deskCalendarSet(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostFormValue("address")
	if err := s.Conduct.SetBusyCalendar(r.Context(), actor(r), typed); err != nil {
		told, code, ok := mistakes(err)
		if !ok {
			return err
		}
		return s.deskCalendar(w, r, code, told, typed)
	}
	http.Redirect(w, r, desk+"/calendar?kept=set", http.StatusSeeOther)
	return nil
}

// deskCalendarRemove forgets it.
func (s *Site) deskCalendarRemove(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.RemoveBusyCalendar(r.Context(), actor(r)); err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/calendar?kept=removed", http.StatusSeeOther)
	return nil
}

// deskSessionConfirm takes a coach's word that they are free for a session.
func (s *Site) deskSessionConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.ConfirmSession(r.Context(), actor(r), r.PathValue("id")); err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/calendar?kept=confirmed", http.StatusSeeOther)
	return nil
}

// calendarType is the media type of calendars.
const calendarType = "text/calendar; charset=utf-8"

// appointmentDownload hands out one session of one's own for any calendar.
func (s *Site) appointmentDownload(w http.ResponseWriter, r *http.Request) error {
	data, err := s.Conduct.AppointmentFile(r.Context(), actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return download(w, "appointment.ics", calendarType, data)
}

// feedRead gives a calendar by its secret address to whoever has it, which is a program: a wrong address is told in one plain line.
func (s *Site) feedRead(w http.ResponseWriter, r *http.Request) error {
	token, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		token = ""
	}
	data, err := s.Conduct.ReadFeed(r.Context(), token)
	if problem.Is(err, problem.NotFound) {
		http.Error(w, "There is no such calendar.", http.StatusNotFound)
		return nil
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "private, no-cache")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", calendarType)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // whoever asked may have gone
	return nil
}
