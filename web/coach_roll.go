package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
)

// coachRollPage is the coaches, and a form to register one.
type coachRollPage struct {
	Coaches  []coachLine
	Places   int // of all who may be chosen now
	Taken    int
	Month    time.Time
	Steps    int // of certification
	Caseload int
	Zone     string
	Add      bool
	Typed    conduct.NewCoach
	Load     string // as typed
	Problems []*problem.Problem
	Columns  []columnTyped
}

// columnTyped is a column of the roster that keeps a coach and a participant apart.
type columnTyped struct{ Name, Value string }

// coachLine is a coach of the list.
type coachLine struct {
	conduct.CoachStanding
	State string // in a word
	Good  bool
	Next  time.Time // free; zero: never in the next weeks
	Until time.Time // when the certification expires; zero: never
	Hours string    // held this month
}

// coachRoll shows the coaches.
func (s *Site) coachRoll(w http.ResponseWriter, r *http.Request) error {
	return s.showRoll(w, r, http.StatusOK, conduct.NewCoach{}, nil)
}

func (s *Site) showRoll(w http.ResponseWriter, r *http.Request, status int, typed conduct.NewCoach, refused error) error {
	by, coaching := actor(r), s.Conduct.Protocol.Coaching
	all, err := s.Conduct.CoachStandings(r.Context(), by, "")
	if err != nil {
		return err
	}
	now, err := s.now(r)
	if err != nil {
		return err
	}
	page := coachRollPage{Month: now.In(s.zone()), Steps: len(coaching.Certification), Caseload: coaching.Caseload, Zone: s.zone().String(), Add: by.May("coach.add"), Typed: typed, Load: r.PostFormValue("caseload")}
	for _, name := range coaching.Conflicts {
		page.Columns = append(page.Columns, columnTyped{name, typed.Columns[name]})
	}
	slices.SortStableFunc(all, func(a, b conduct.CoachStanding) int { // by name, those who have left at the end
		if (a.LeftAt == nil) != (b.LeftAt == nil) {
			return map[bool]int{true: -1, false: 1}[a.LeftAt == nil]
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, k := range all {
		line := s.coachLine(k)
		page.Coaches = append(page.Coaches, line)
		if k.LeftAt == nil {
			page.Taken += k.Load
			if k.Certified.Valid() {
				page.Places += max(k.Caseload, k.Load)
			}
		}
	}
	if refused != nil {
		all, one := shown(refused)
		if page.Problems = all; all == nil {
			page.Problems = []*problem.Problem{one}
		}
	}
	return s.show(w, r, status, "coach_roll", "Coaches", page)
}

func (s *Site) coachLine(k conduct.CoachStanding) coachLine {
	line := coachLine{CoachStanding: k, Hours: strconv.FormatFloat(float64(k.Minutes)/60, 'f', 1, 64)}
	if len(k.Free) > 0 {
		line.Next = k.Free[0].In(s.zone())
	}
	if k.Certified.Until != nil {
		line.Until = k.Certified.Until.Add(-time.Second).In(s.zone()) // the last moment of the last day
	}
	switch {
	case k.LeftAt != nil:
		line.State = "Left"
	case len(k.Certified.Missing) > 0:
		line.State = "Not certified"
	case len(k.Certified.Expired) > 0:
		line.State = "Certification expired"
	case len(k.Coach.Hours)+len(k.Dates) == 0:
		line.State = "No hours yet"
	case !k.Room(k.Load):
		line.State = "No place left"
	case !k.Open:
		line.State = "Supervision overdue"
	default:
		line.State, line.Good = "May be chosen", true
	}
	return line
}

// coachAdd registers a coach, and invites them to sign in where that was asked for.
func (s *Site) coachAdd(w http.ResponseWriter, r *http.Request) error {
	n := conduct.NewCoach{Person: conduct.Person{Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Phone: r.PostFormValue("phone"), Zone: strings.TrimSpace(r.PostFormValue("zone")), Columns: map[string]string{}}}
	for _, name := range s.Conduct.Protocol.Coaching.Conflicts {
		if value := strings.TrimSpace(r.PostFormValue("column-" + name)); value != "" {
			n.Columns[name] = value
		}
	}
	if text := strings.TrimSpace(r.PostFormValue("caseload")); text != "" {
		load, err := strconv.Atoi(text)
		if err != nil || load < 1 {
			return s.showRoll(w, r, http.StatusUnprocessableEntity, n, problem.New(problem.Invalid, "%.20q is no number of coachees", text).On("caseload").Instead("Give a number from 1 on, or leave it empty for the protocol's."))
		}
		n.Caseload = load
	}
	code, err := s.Conduct.RegisterCoach(r.Context(), actor(r), n)
	if kind := problem.KindOf(err); err != nil && (kind == problem.Invalid || kind == problem.Conflict) {
		return s.showRoll(w, r, status[kind], n, err)
	}
	if err != nil {
		return err
	}
	done := "add"
	if r.PostFormValue("invite") == "yes" {
		switch _, err := s.Conduct.InviteCoach(r.Context(), actor(r), code); {
		case err == nil:
			done = "invite"
		case problem.Is(err, problem.Conflict):
			done = "known"
		default:
			return err
		}
	}
	http.Redirect(w, r, "/coaches/"+string(code)+"?done="+done, http.StatusSeeOther)
	return nil
}
