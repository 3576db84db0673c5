package web

import (
	"net/http"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// deskBusy is a stretch in which a coach is busy elsewhere, by the coach's clock.
type deskBusy struct {
	From         time.Time
	Hours        string
	Begins, Ends string // as a form carries them
}

// How far ahead busy times are listed on the page of hours, and how many.
const (
	busyListed = 14 * 24 * time.Hour
	mostBusy   = 30
)

// addBusy adds to the page of hours what a coach's calendar outside keeps busy of them, and what of it is waived.
func (s *Site) addBusy(r *http.Request, page *deskHoursPage, d conduct.Desk) error {
	calendar, err := s.Conduct.BusyCalendarOf(r.Context(), actor(r))
	if err != nil {
		return err
	}
	page.Connected = calendar.State != conduct.BusyNone
	line := func(span coach.Span) deskBusy {
		from, to := span.From.In(d.Zone), span.To.In(d.Zone)
		hours := from.Format("15:04") + " to " + to.Format("15:04")
		if from.YearDay() != to.YearDay() || from.Year() != to.Year() {
			hours = from.Format("15:04") + " to " + to.Format("January 2, 15:04")
		}
		return deskBusy{from, hours, span.From.UTC().Format(time.RFC3339), span.To.UTC().Format(time.RFC3339)}
	}
	for _, span := range d.Coach.Occupied(calendar.Upcoming) {
		if span.From.Before(d.Now.Add(busyListed)) && span.To.After(d.Now) && len(d.Coach.Open(span.From, span.To, d.Zone)) > 0 && len(page.Busy) < mostBusy {
			page.Busy = append(page.Busy, line(span))
		}
	}
	for _, span := range d.Coach.Waived {
		if span.To.After(d.Now) {
			page.Waived = append(page.Waived, line(span))
		}
	}
	return nil
}

// deskBusyWaive lets a coach be booked although busy elsewhere.
func (s *Site) deskBusyWaive(w http.ResponseWriter, r *http.Request) error {
	span, err := s.busyTyped(r)
	if err == nil {
		err = s.Conduct.WaiveBusy(r.Context(), actor(r), span)
	}
	if err != nil {
		return s.hoursMistaken(w, r, err)
	}
	http.Redirect(w, r, desk+"/hours?kept=waived#busy", http.StatusSeeOther)
	return nil
}

// deskBusyKeep takes that back.
func (s *Site) deskBusyKeep(w http.ResponseWriter, r *http.Request) error {
	span, err := s.busyTyped(r)
	if err == nil {
		err = s.Conduct.KeepBusy(r.Context(), actor(r), span)
	}
	if err != nil {
		return s.hoursMistaken(w, r, err)
	}
	http.Redirect(w, r, desk+"/hours?kept=busy#busy", http.StatusSeeOther)
	return nil
}

// busyTyped reads a stretch, of the list or typed by the coach's clock.
func (s *Site) busyTyped(r *http.Request) (span coach.Span, err error) {
	if err := r.ParseForm(); err != nil {
		return span, unreadable(err)
	}
	f := r.PostForm
	if f.Has("begins") {
		var ends error
		span.From, err = time.Parse(time.RFC3339, f.Get("begins"))
		if span.To, ends = time.Parse(time.RFC3339, f.Get("ends")); err != nil || ends != nil {
			return span, problem.New(problem.Invalid, "There is no such time").On("busy").Instead("Choose one of the list.")
		}
		return span, nil
	}
	d, err := s.deskOf(r)
	if err != nil {
		return span, err
	}
	if span.From, err = onClock(f.Get("busy-day"), f.Get("busy-from"), d.Zone); err != nil {
		return span, err
	}
	if span.To, err = onClock(f.Get("busy-day"), f.Get("busy-to"), d.Zone); err == nil && f.Get("busy-to") == "00:00" {
		span.To = span.To.AddDate(0, 0, 1)
	}
	return span, err
}
