package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/study"
)

// supervisionPage is where the office plans supervision.
const supervisionPage = "/supervision"

// supervisionListPage is the supervision of all coaches, and a form to plan a meeting.
type supervisionListPage struct {
	Asked    string // what the protocol asks for; empty: nothing
	Required bool
	Days     int
	Coaches  []supervisedLine
	Ahead    []supervisionLine
	Open     []supervisionLine // over, and who came is still to be said
	Past     []supervisionLine // the latest first
	Kept     string
	Problems []*problem.Problem
	Form     meetingForm
}

// supervisedLine is how much supervision a coach has had.
type supervisedLine struct {
	Code, Name string
	coach.SupervisionStanding
	All, Recent string // hours
	LastOn, By  time.Time
	Chosen      bool // in the form
}

// supervisionLine is a meeting by a clock.
type supervisionLine struct {
	conduct.Meeting
	At, To  time.Time
	Invited []attendee
	Came    int
	Link    bool // Place is an address
}

// attendee is somebody who is invited to a meeting.
type attendee struct {
	Code, Name string
	Minutes    string // as it stands, or was typed
	Came       int
}

// meetingForm is a meeting as it is typed.
type meetingForm struct {
	Date, Clock, Minutes, Zone, Place, Supervisor, Outside string
	Zones                                                  []string
}

// meetingTyped reads what was typed.
func meetingTyped(r *http.Request, zone string) meetingForm {
	f := r.PostForm
	m := meetingForm{Date: f.Get("date"), Clock: f.Get("clock"), Minutes: f.Get("minutes"), Zone: f.Get("zone"), Place: f.Get("place"), Supervisor: f.Get("supervisor"), Outside: f.Get("outside")}
	if m.Zone == "" {
		m.Zone = zone
	}
	m.Zones = zonesWith(m.Zone)
	return m
}

// zonesWith gives the zones that are offered, with one among them.
func zonesWith(zone string) []string {
	if slices.Contains(zonesOffered, zone) {
		return zonesOffered
	}
	return append([]string{zone}, zonesOffered...)
}

// when reads the time and the length that were typed.
func (f meetingForm) when() (start time.Time, minutes int, err error) {
	var found problem.List
	zone, err := time.LoadLocation(f.Zone)
	if err != nil || f.Zone == "Local" {
		found.Add(problem.New(problem.Invalid, "%.80q is no time zone", f.Zone).On("zone").Instead("Choose one of the list."))
		zone = time.UTC
	}
	start, err = onClock(f.Date, f.Clock, zone)
	found.Gather(err)
	if minutes, err = strconv.Atoi(strings.TrimSpace(f.Minutes)); err != nil {
		found.Add(problem.New(problem.Invalid, "%.20q is no number of minutes", f.Minutes).On("minutes").Instead("Give 15 to 480."))
	}
	return start, minutes, found.Err()
}

// supervisionLineOf tells of a meeting by a clock.
func supervisionLineOf(m conduct.Meeting, zone *time.Location) supervisionLine {
	line := supervisionLine{Meeting: m, At: m.Start.In(zone), To: m.End().In(zone), Link: strings.HasPrefix(m.Place, "https://")}
	for _, s := range m.Coaches {
		one := attendee{Code: string(s.Coach), Name: m.Names[s.Coach], Came: s.Minutes}
		if m.State == coach.SupervisionHeld {
			one.Minutes = strconv.Itoa(s.Minutes)
		}
		if s.Minutes > 0 {
			line.Came++
		}
		line.Invited = append(line.Invited, one)
	}
	slices.SortFunc(line.Invited, func(a, b attendee) int { return strings.Compare(a.Name, b.Name) })
	return line
}

// Awaits reports whether who came is still to be said.
func (m supervisionLine) Awaits() bool { return m.State == coach.SupervisionPlanned && m.Over }

// hoursOf writes minutes as hours, "1.5".
func hoursOf(minutes int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64), ".0")
}

// supervisionAsked says what a protocol asks for, nothing where it asks for none.
func supervisionAsked(p study.Coaching) string {
	switch {
	case p.SupervisionEvery == 0:
		return ""
	case p.SupervisionMinutes > 0:
		return count(p.SupervisionMinutes, "minute", "minutes") + " within every " + count(p.SupervisionEvery, "day", "days")
	}
	return "one meeting within every " + count(p.SupervisionEvery, "day", "days")
}

// supervisionList shows the supervision of all coaches.
func (s *Site) supervisionList(w http.ResponseWriter, r *http.Request) error {
	return s.showSupervisions(w, r, http.StatusOK, nil)
}

func (s *Site) showSupervisions(w http.ResponseWriter, r *http.Request, status int, told []*problem.Problem) error {
	by, plan := actor(r), s.Conduct.Protocol.Coaching
	meetings, standings, err := s.Conduct.Supervisions(r.Context(), by)
	if err != nil {
		return err
	}
	coaches, err := s.Conduct.CoachStandings(r.Context(), by, "")
	if err != nil {
		return err
	}
	page := supervisionListPage{Asked: supervisionAsked(plan), Required: plan.SupervisionRequired, Days: plan.SupervisionEvery, Kept: keptSupervision[r.URL.Query().Get("kept")], Problems: told, Form: meetingTyped(r, s.zone().String())}
	if told == nil {
		page.Form.Minutes = "60"
	}
	for _, k := range coaches {
		if k.LeftAt != nil {
			continue
		}
		line := supervisedLine{Code: string(k.Code), Name: k.Name, SupervisionStanding: standings[k.Code], Chosen: slices.Contains(r.PostForm["coach"], string(k.Code))}
		line.All, line.Recent = hoursOf(line.Minutes), hoursOf(line.Lately)
		if line.Last != nil {
			line.LastOn = line.Last.In(s.zone())
		}
		if line.Due != nil {
			line.By = line.Due.In(s.zone())
		}
		page.Coaches = append(page.Coaches, line)
	}
	for _, m := range meetings {
		line := supervisionLineOf(m, s.zone())
		switch {
		case line.Awaits():
			page.Open = append(page.Open, line)
		case m.Over || m.State != coach.SupervisionPlanned:
			page.Past = append(page.Past, line)
		default:
			page.Ahead = append(page.Ahead, line)
		}
	}
	slices.Reverse(page.Past)
	return s.show(w, r, status, "supervision_list", "Supervision", page)
}

// keptSupervision says what was just done, by the word in the address.
var keptSupervision = map[string]string{"planned": "The meeting is planned, and everybody in it was written to.", "changed": "The meeting is changed, and everybody in it was written to.",
	"cancelled": "The meeting is cancelled, and everybody in it was written to.", "attended": "Who came is kept.", "raised": "It is put down for this meeting.", "removed": "It is taken back."}

// supervisionPlan plans a meeting.
func (s *Site) supervisionPlan(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	f := meetingTyped(r, s.zone().String())
	m := coach.Supervision{Supervisor: coach.Code(f.Supervisor), Outside: f.Outside, Zone: f.Zone, Place: f.Place}
	for _, code := range r.PostForm["coach"] {
		m.Coaches = append(m.Coaches, coach.Supervised{Coach: coach.Code(code)})
	}
	var found problem.List
	var err error
	m.Start, m.Minutes, err = f.when()
	found.Gather(err)
	if err = found.Err(); err == nil {
		_, err = s.Conduct.PlanSupervision(r.Context(), actor(r), m)
	}
	if told, code, ok := mistakes(err); ok {
		return s.showSupervisions(w, r, code, told)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, supervisionPage+"?kept=planned", http.StatusSeeOther)
	return nil
}

// supervisionShowPage is one meeting, as the office sees it.
type supervisionShowPage struct {
	supervisionLine
	Kept     string
	Problems []*problem.Problem
	Form     meetingForm
}

// supervisionShow shows the office one meeting.
func (s *Site) supervisionShow(w http.ResponseWriter, r *http.Request) error {
	return s.showSupervision(w, r, http.StatusOK, nil)
}

func (s *Site) showSupervision(w http.ResponseWriter, r *http.Request, status int, told []*problem.Problem) error {
	meetings, _, err := s.Conduct.Supervisions(r.Context(), actor(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(meetings, func(m conduct.Meeting) bool { return m.ID == r.PathValue("id") })
	if i < 0 {
		return problem.New(problem.NotFound, "There is no such meeting")
	}
	m := meetings[i]
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return err
	}
	page := supervisionShowPage{supervisionLine: supervisionLineOf(m, zone), Kept: keptSupervision[r.URL.Query().Get("kept")], Problems: told}
	page.Form = meetingForm{Date: page.At.Format(time.DateOnly), Clock: page.At.Format("15:04"), Minutes: strconv.Itoa(m.Supervision.Minutes), Zone: m.Zone, Place: m.Place, Zones: zonesWith(m.Zone)}
	if told != nil && r.PostForm.Has("date") {
		page.Form = meetingTyped(r, m.Zone)
	}
	page.typed(r)
	return s.show(w, r, status, "supervision_show", "Supervision", page)
}

// typed keeps the minutes that were typed, where a form with some was sent.
func (m *supervisionLine) typed(r *http.Request) {
	for i, one := range m.Invited {
		if r.PostForm.Has("minutes-" + one.Code) {
			m.Invited[i].Minutes = r.PostForm.Get("minutes-" + one.Code)
		}
	}
}

// supervisionChange gives a meeting another time or place.
func (s *Site) supervisionChange(w http.ResponseWriter, r *http.Request) error {
	return s.meetingAct(w, r, "changed", func() error {
		f := meetingTyped(r, "")
		start, minutes, err := f.when()
		if err != nil {
			return err
		}
		return s.Conduct.ChangeSupervision(r.Context(), actor(r), r.PathValue("id"), start, minutes, f.Zone, f.Place)
	})
}

// supervisionCancel cancels a meeting.
func (s *Site) supervisionCancel(w http.ResponseWriter, r *http.Request) error {
	return s.meetingAct(w, r, "cancelled", func() error {
		return s.Conduct.CancelSupervision(r.Context(), actor(r), r.PathValue("id"))
	})
}

// supervisionAttend takes who came.
func (s *Site) supervisionAttend(w http.ResponseWriter, r *http.Request) error {
	return s.meetingAct(w, r, "attended", func() error { return s.attend(r) })
}

// attend keeps the minutes that were typed of each coach; nothing typed is 0.
func (s *Site) attend(r *http.Request) error {
	minutes := map[coach.Code]int{}
	var found problem.List
	for field := range r.PostForm {
		code, ok := strings.CutPrefix(field, "minutes-")
		if !ok {
			continue
		}
		text := strings.TrimSpace(r.PostForm.Get(field))
		n, err := strconv.Atoi(text)
		if err != nil && text != "" {
			found.Add(problem.New(problem.Invalid, "%.20q is no number of minutes", text).On("minutes").Instead("Give a number; 0, or nothing, for whoever did not come."))
		}
		minutes[coach.Code(code)] = n
	}
	if err := found.Err(); err != nil {
		return err
	}
	return s.Conduct.AttendSupervision(r.Context(), actor(r), r.PathValue("id"), minutes)
}

// meetingAct runs an act of the office on a meeting and shows it again.
func (s *Site) meetingAct(w http.ResponseWriter, r *http.Request, done string, act func() error) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	err := act()
	if told, code, ok := mistakes(err); ok {
		return s.showSupervision(w, r, code, told)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, supervisionPage+"/"+r.PathValue("id")+"?kept="+done, http.StatusSeeOther)
	return nil
}
