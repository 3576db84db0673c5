package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/study"
)

// deskHoursPage is when a coach can be booked.
type deskHoursPage struct {
	Mistakes  []*problem.Problem
	Kept      string
	Zone      string
	Zones     []string
	Days      []deskDay
	PerDay    string
	PerWeek   string
	Dates     []deskDate
	Away      []deskLeave
	Displaced []deskSession
	Typed     map[string]string // of the forms of a date and of leave
	Notice    int               // hours
	Connected bool              // a calendar outside is read
	Busy      []deskBusy        // busy there in the next weeks, within the hours
	Waived    []deskBusy
}

// deskDay is a day of the week with its stretches as they are typed.
type deskDay struct {
	Name string
	Key  string // "mon"
	Rows []deskStretch
}

// deskStretch is from when to when, as typed.
type deskStretch struct {
	N        int // counts from 1
	From, To string
}

// deskDate is a date with hours of its own.
type deskDate struct {
	On    study.Date
	Hours string
}

// deskLeave is one stretch of leave.
type deskLeave struct {
	From, Last time.Time
	ID         string // when it begins
}

// weekdays are the days in the order in which a week is written.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func dayKey(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// zonesOffered are those of the clocks of the United States and some of its neighbours; a coach's own stands among them.
var zonesOffered = []string{"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "America/Toronto", "America/Mexico_City", "Europe/London", "Europe/Madrid"}

// keptHours says what was just changed, by the word in the address.
var keptHours = map[string]string{
	"week": "Your week is kept. Sessions that are booked stay as they are.", "date": "The date is kept.", "leave": "Your leave is kept. Nobody can book you in it.",
	"waived": "You can be booked then. Your calendar stays as it is.", "busy": "Nobody new can book you then.",
	"moved": "Your leave is kept. Whoever has a session in it has been asked by mail to choose another time.", "ended": "The leave is removed.",
}

// deskHoursShow shows a coach when they can be booked.
func (s *Site) deskHoursShow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.hoursPage(r, nil)
	if err != nil {
		return err
	}
	page.Kept = keptHours[r.URL.Query().Get("kept")]
	return s.show(w, r, http.StatusOK, "desk_hours", "Your hours", page)
}

// hoursPage makes the page of hours, of what is kept, with what was typed in form where that is not nil.
func (s *Site) hoursPage(r *http.Request, form url.Values) (page deskHoursPage, err error) {
	d, err := s.deskOf(r)
	if err != nil {
		return page, err
	}
	k := d.Coach
	page = deskHoursPage{Zone: d.Zone.String(), Zones: zonesOffered, PerDay: few(k.Limits.Day), PerWeek: few(k.Limits.Week), Typed: map[string]string{}, Notice: s.Conduct.Protocol.Coaching.NoticeHours}
	for field := range form {
		page.Typed[field] = form.Get(field)
	}
	week := form.Has("zone")
	if week {
		page.Zone, page.PerDay, page.PerWeek = form.Get("zone"), form.Get("per_day"), form.Get("per_week")
	}
	known := false
	for _, z := range page.Zones {
		known = known || z == page.Zone
	}
	if !known {
		page.Zones = append([]string{page.Zone}, page.Zones...)
	}
	for _, day := range weekdays {
		one := deskDay{Name: day.String(), Key: dayKey(day)}
		for _, h := range k.Hours {
			if h.Day == day && !week {
				one.Rows = append(one.Rows, deskStretch{len(one.Rows) + 1, clockOf(h.From), clockOf(h.To)})
			}
		}
		for n := 1; week && form.Has(field(one.Key, "from", n)); n++ {
			one.Rows = append(one.Rows, deskStretch{n, form.Get(field(one.Key, "from", n)), form.Get(field(one.Key, "to", n))})
		}
		for !week && (len(one.Rows) == 0 || one.Rows[len(one.Rows)-1].From != "") {
			one.Rows = append(one.Rows, deskStretch{N: len(one.Rows) + 1})
		}
		page.Days = append(page.Days, one)
	}
	today := study.DateOf(d.Now, d.Zone)
	for _, date := range k.Dates {
		if date.On.Before(today.Time) {
			continue
		}
		hours := clockOf(date.From) + " to " + clockOf(date.To)
		if date.Off() {
			hours = "no hours"
		}
		if last := len(page.Dates) - 1; last >= 0 && page.Dates[last].On.Equal(date.On.Time) {
			page.Dates[last].Hours += ", " + hours
			continue
		}
		page.Dates = append(page.Dates, deskDate{date.On, hours})
	}
	for _, a := range k.Away {
		if a.To.After(d.Now) {
			page.Away = append(page.Away, deskLeave{a.From.In(d.Zone), a.To.In(d.Zone).Add(-time.Second), a.From.UTC().Format(time.RFC3339)})
		}
	}
	for _, one := range d.Sessions {
		if d.Displaced(one) {
			page.Displaced = append(page.Displaced, s.sessionLine(d, one))
		}
	}
	return page, s.addBusy(r, &page, d)
}

// hoursMistaken shows the page of hours again with what is wrong.
func (s *Site) hoursMistaken(w http.ResponseWriter, r *http.Request, err error) error {
	told, code, ok := mistakes(err)
	if !ok {
		return err
	}
	page, err := s.hoursPage(r, r.PostForm)
	if err != nil {
		return err
	}
	page.Mistakes = told
	return s.show(w, r, code, "desk_hours", "Your hours", page)
}

// deskHoursSave takes a coach's usual week.
func (s *Site) deskHoursSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var found problem.List
	week := conduct.Week{Zone: r.PostForm.Get("zone")}
	for _, day := range weekdays {
		key := dayKey(day)
		for n := 1; r.PostForm.Has(field(key, "from", n)); n++ {
			from, to, typed, err := stretch(day.String(), r.PostForm.Get(field(key, "from", n)), r.PostForm.Get(field(key, "to", n)))
			found.Gather(err)
			if typed && err == nil {
				week.Hours = append(week.Hours, coach.Hours{Day: day, From: from, To: to})
			}
		}
	}
	var err error
	week.Limits.Day, err = limit("a day", r.PostForm.Get("per_day"))
	found.Gather(err)
	week.Limits.Week, err = limit("a week", r.PostForm.Get("per_week"))
	found.Gather(err)
	if err = found.Err(); err == nil {
		by := actor(r)
		err = s.Conduct.SetHours(r.Context(), by, by.Coach, week)
	}
	if err != nil {
		return s.hoursMistaken(w, r, err)
	}
	http.Redirect(w, r, desk+"/hours?kept=week", http.StatusSeeOther)
	return nil
}

// deskDateSave gives one date hours of its own, or those of the week again.
func (s *Site) deskDateSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	by, f := actor(r), r.PostForm
	on, err := study.ParseDate(f.Get("date"))
	if err != nil {
		return s.hoursMistaken(w, r, problem.New(problem.Invalid, "%.40q is no date", f.Get("date")).On("date").Instead("Choose a day."))
	}
	if f.Has("clear") {
		err = s.Conduct.ClearDate(r.Context(), by, by.Coach, on)
	} else {
		var hours []coach.Date
		var found problem.List
		for n := 1; n <= 2; n++ {
			from, to, typed, err := stretch(on.Format("January 2"), f.Get(field("date", "from", n)), f.Get(field("date", "to", n)))
			found.Gather(err)
			if typed && err == nil {
				hours = append(hours, coach.Date{From: from, To: to})
			}
		}
		if err = found.Err(); err == nil {
			err = s.Conduct.SetDate(r.Context(), by, by.Coach, on, hours)
		}
	}
	if err != nil {
		return s.hoursMistaken(w, r, err)
	}
	http.Redirect(w, r, desk+"/hours?kept=date#dates", http.StatusSeeOther)
	return nil
}

// deskLeaveTake takes leave from a first day to a last; the coachees whom it touches are asked to move their sessions.
func (s *Site) deskLeaveTake(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	d, err := s.deskOf(r)
	if err != nil {
		return err
	}
	var found problem.List
	day := func(field, what string) time.Time {
		on, err := study.ParseDate(r.PostForm.Get(field))
		if err != nil {
			found.Add(problem.New(problem.Invalid, "The %s day is missing", what).On("%s", field).Instead("Choose a day."))
		}
		return time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, d.Zone)
	}
	away := coach.Span{From: day("from", "first"), To: day("until", "last").AddDate(0, 0, 1)}
	if err := found.Err(); err != nil {
		return s.hoursMistaken(w, r, err)
	}
	touched, err := s.Conduct.TakeLeave(r.Context(), actor(r), d.Coach.Code, away)
	if err != nil {
		return s.hoursMistaken(w, r, err)
	}
	kept := "leave"
	if len(touched) > 0 {
		kept = "moved"
	}
	http.Redirect(w, r, desk+"/hours?kept="+kept+"#leave", http.StatusSeeOther)
	return nil
}

// deskLeaveEnd takes leave back.
func (s *Site) deskLeaveEnd(w http.ResponseWriter, r *http.Request) error {
	from, err := time.Parse(time.RFC3339, r.PostFormValue("from"))
	if err != nil {
		return problem.New(problem.Invalid, "There is no such leave").On("from")
	}
	by := actor(r)
	if err := s.Conduct.EndLeave(r.Context(), by, by.Coach, from); err != nil {
		return err
	}
	http.Redirect(w, r, desk+"/hours?kept=ended#leave", http.StatusSeeOther)
	return nil
}

// field names an input of the page of hours: "mon-from-1".
func field(day, end string, n int) string { return fmt.Sprintf("%s-%s-%d", day, end, n) }

// clockOf writes minutes after midnight as a clock shows them; the end of a day is 00:00.
func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }

// stretch reads from when to when; typed is false where both are empty.
func stretch(day, from, to string) (first, last int, typed bool, err error) {
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if from == "" && to == "" {
		return 0, 0, false, nil
	}
	a, errFrom := time.Parse("15:04", from)
	b, errTo := time.Parse("15:04", to)
	if errFrom != nil || errTo != nil {
		return 0, 0, true, problem.New(problem.Invalid, "%s from %.20q to %.20q is not a stretch of time", day, from, to).On("hours").Instead("Give both, as 09:00 and 12:30, or leave both empty.")
	}
	first, last = a.Hour()*60+a.Minute(), b.Hour()*60+b.Minute()
	if last == 0 {
		last = 24 * 60
	}
	if first >= last {
		return 0, 0, true, problem.New(problem.Invalid, "%s ends at %s, before it begins at %s", day, to, from).On("hours").Instead("Hours end on the day on which they begin; midnight is 00:00.")
	}
	return first, last, true, nil
}

// limit reads how many sessions are too many; empty is no limit.
func limit(of, text string) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100 {
		return 0, problem.New(problem.Invalid, "%.20q is no number of sessions %s", text, of).On("limits").Instead("Give a number from 1 to 100, or leave it empty.")
	}
	return n, nil
}

// few writes a limit, none as nothing.
func few(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
