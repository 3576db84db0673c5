package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// coachManagePage is one coach, as the office sees one.
type coachManagePage struct {
	coachLine
	ZoneName    string
	Leave       []string   // from which day to which the coach is away
	Columns     []actField // by which the protocol keeps people apart
	Steps       []stepLine
	Supervision string // hours in all
	Coachees    []coacheeLine
	Acts        []actForm
	Done        string
	Problems    []*problem.Problem
}

// stepLine is a step of certification.
type stepLine struct {
	Name          string
	Done, Expires time.Time
	Valid         bool
}

// coacheeLine is somebody whom a coach has, by code.
type coacheeLine struct {
	Code   participant.Code
	Chosen time.Time
	Apart  bool // the protocol keeps them apart from the coach, as things stand now
}

// officeAct is an act of the office on a coach.
type officeAct struct {
	ID, verb, label, what, done string
	undo                        string // as that of a personAct
	fields                      func(*Site, conduct.CoachStanding) []actField
	fits                        func(conduct.CoachStanding) bool
	act                         func(*Site, *http.Request, coach.Code) error
}

// coachActs are the acts in the order of the page.
var coachActs = []officeAct{
	{ID: "invite", verb: "coach.invite", label: "Invite to sign in", what: "Mails a link that opens the coach's own desk: profile, hours, coachees and notes.",
		done: "The coach is registered and invited: the link is on its way.",
		fits: func(k conduct.CoachStanding) bool { return k.Account == "" && k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			_, err := s.Conduct.InviteCoach(r.Context(), actor(r), code)
			return err
		}},
	{ID: "certify", verb: "coach.certify", label: "File a step of certification", what: "Nobody can choose a coach before every step is done, nor after one has expired.",
		done: "The step is filed.",
		fields: func(s *Site, k conduct.CoachStanding) []actField {
			step := actField{Name: "step", Label: "Step", Kind: "choice"}
			for _, name := range s.Conduct.Protocol.Coaching.Certification {
				step.Choices = append(step.Choices, choice{Code: name, Label: name})
			}
			if open := append(k.Certified.Missing, k.Certified.Expired...); len(open) > 0 {
				step.Value = open[0]
			}
			return []actField{step, {Name: "on", Label: "Done on", Kind: "date"}, {Name: "until", Label: "Valid until the end of (empty: for good)", Kind: "date"}}
		},
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			step := coach.Step{Name: r.PostForm.Get("step")}
			on, err := dayTyped(r, "on", s.zone(), 0)
			if err != nil || on == nil {
				return orMissing(err, "on")
			}
			step.Done = *on
			if step.Expires, err = dayTyped(r, "until", s.zone(), 1); err != nil {
				return err
			}
			return s.Conduct.CertifyCoach(r.Context(), actor(r), code, step)
		}},
	{ID: "caseload", verb: "coach.caseload", label: "Change the caseload", what: "How many coachees at a time. Below the present number it only closes the coach to new ones.",
		done: "The caseload was changed.",
		fields: func(_ *Site, k conduct.CoachStanding) []actField {
			return []actField{{Name: "caseload", Label: "Coachees at a time", Kind: "number", Value: strconv.Itoa(k.Caseload)}}
		},
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			n, err := strconv.Atoi(r.PostForm.Get("caseload"))
			if err != nil {
				return problem.New(problem.Invalid, "%.20q is no number of coachees", r.PostForm.Get("caseload")).On("caseload").Instead("Give a number from 0 on.")
			}
			return s.Conduct.SetCaseload(r.Context(), actor(r), code, n)
		}},
	{ID: "correct", verb: "coach.correct", label: "Correct name, address and conflicts", what: "Mail and calendar invitations go to the new address. An invitation to sign in that was not followed is sent there anew; whoever signs in already keeps doing so as before.",
		done: "It is corrected.",
		fields: func(s *Site, k conduct.CoachStanding) []actField {
			fields := []actField{{Name: "name", Label: "Name", Kind: "text", Value: k.Name}, {Name: "email", Label: "E-mail address", Kind: "email", Value: k.Email}}
			for _, name := range s.Conduct.Protocol.Coaching.Conflicts {
				fields = append(fields, actField{Name: "column-" + name, Label: title(name) + " (whoever shares it is not shown this coach)", Kind: "text", Value: k.Columns[name]})
			}
			return fields
		},
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			p := conduct.Person{Name: r.PostForm.Get("name"), Email: r.PostForm.Get("email"), Columns: map[string]string{}}
			for _, name := range s.Conduct.Protocol.Coaching.Conflicts {
				p.Columns[name] = r.PostForm.Get("column-" + name)
			}
			return s.Conduct.CorrectCoach(r.Context(), actor(r), code, p)
		}},
	{ID: "leave", verb: "coach.leave", label: "Enter leave", what: "For a coach who cannot do it, as one who has fallen ill. Nobody is booked in it. Coachees with a session in it are asked by mail to choose another time; nothing is cancelled, and nothing counts against them.",
		done: "The leave is kept. Whoever has a session in it has been asked by mail to choose another time.",
		fields: func(_ *Site, _ conduct.CoachStanding) []actField {
			return []actField{{Name: "from", Label: "First day", Kind: "date"}, {Name: "until", Label: "Last day", Kind: "date"}}
		},
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			all, err := s.Conduct.CoachStandings(r.Context(), actor(r), code)
			if err != nil {
				return err
			}
			zone := s.inZone(all[0].Coach.Zone)
			from, err := dayTyped(r, "from", zone, 0)
			if err != nil || from == nil {
				return orMissing(err, "from")
			}
			until, err := dayTyped(r, "until", zone, 1)
			if err != nil || until == nil {
				return orMissing(err, "until")
			}
			_, err = s.Conduct.TakeLeave(r.Context(), actor(r), code, coach.Span{From: *from, To: *until})
			return err
		}},
	{ID: "leave-end", verb: "coach.leave", label: "End leave", what: "The coach's hours hold again. Sessions that were moved stay where they are.",
		done: "The leave is ended.",
		fields: func(s *Site, k conduct.CoachStanding) []actField {
			which := actField{Name: "from", Label: "Which leave", Kind: "choice"}
			for _, away := range k.Away {
				which.Choices = append(which.Choices, choice{Code: away.From.Format(time.RFC3339), Label: s.leaveLine(away, k.Coach)})
			}
			return []actField{which}
		},
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil && len(k.Away) > 0 },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			from, err := time.Parse(time.RFC3339, r.PostForm.Get("from"))
			if err != nil {
				return problem.New(problem.Invalid, "No leave is chosen").On("from").Instead("Choose one of the list.")
			}
			return s.Conduct.EndLeave(r.Context(), actor(r), code, from)
		}},
	{ID: "retire", verb: "coach.retire", label: "Leaves the program", undo: "This cannot be taken back: who comes again is registered anew.",
		what: "Nobody can choose this coach any more. Booked sessions are cancelled; the coachees are written to, keep the sessions that are left, and choose again. Held sessions stay.",
		done: "The coach has left, and the coachees were written to.",
		fits: func(k conduct.CoachStanding) bool { return k.LeftAt == nil },
		act: func(s *Site, r *http.Request, code coach.Code) error {
			_, err := s.Conduct.RetireCoach(r.Context(), actor(r), code)
			return err
		}},
}

// orMissing gives an error, or that a day is missing.
func orMissing(err error, field string) error {
	if err != nil {
		return err
	}
	return problem.New(problem.Invalid, "The day is missing").On("%s", field).Instead("Give it as 2021-08-31.")
}

// leaveLine tells from which day to which a coach is away, by the coach's clock.
func (s *Site) leaveLine(away coach.Span, k coach.Coach) string {
	zone := s.inZone(k.Zone)
	return away.From.In(zone).Format("January 2, 2006") + " to " + away.To.Add(-time.Second).In(zone).Format("January 2, 2006")
}

// dayTyped reads the beginning of a day that was typed, or that of a day after it; nil: none was.
func dayTyped(r *http.Request, name string, zone *time.Location, after int) (*time.Time, error) {
	text := r.PostForm.Get(name)
	if text == "" {
		return nil, nil
	}
	day, err := study.ParseDate(text)
	if err != nil {
		return nil, problem.New(problem.Invalid, "%.20q is no day", text).On("%s", name).Instead("Give it as 2021-08-31.")
	}
	at := day.After(after).Start(zone)
	return &at, nil
}

// coachManage shows one coach.
func (s *Site) coachManage(w http.ResponseWriter, r *http.Request) error {
	return s.showManaged(w, r, http.StatusOK, nil)
}

func (s *Site) showManaged(w http.ResponseWriter, r *http.Request, status int, refused error) error {
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return problem.New(problem.NotFound, "There is no coach with the code %.20q", r.PathValue("code"))
	}
	by := actor(r)
	all, err := s.Conduct.CoachStandings(r.Context(), by, code)
	if err != nil {
		return err
	}
	now, err := s.now(r)
	if err != nil {
		return err
	}
	k := all[0]
	page := coachManagePage{coachLine: s.coachLine(k), ZoneName: k.Coach.Zone, Supervision: hoursOf(k.Supervised.Minutes)}
	if page.ZoneName == "" {
		page.ZoneName = s.zone().String()
	}
	for _, away := range k.Away {
		if away.To.After(now) {
			page.Leave = append(page.Leave, s.leaveLine(away, k.Coach))
		}
	}
	for _, name := range s.Conduct.Protocol.Coaching.Conflicts {
		page.Columns = append(page.Columns, actField{Label: title(name), Value: k.Columns[name]})
	}
	for _, name := range s.Conduct.Protocol.Coaching.Certification {
		line := stepLine{Name: name}
		for _, step := range k.Certification {
			if step.Name != name {
				continue
			}
			if line.Done = step.Done.In(s.zone()); step.Expires != nil {
				line.Expires = step.Expires.Add(-time.Second).In(s.zone())
			} else {
				line.Expires = time.Time{}
			}
			line.Valid = step.Expires == nil || step.Expires.After(now)
		}
		page.Steps = append(page.Steps, line)
	}
	if err := s.read(r, func(tx *store.Tx) error {
		pairs, err := tx.Coachees(r.Context(), code)
		for _, p := range pairs {
			page.Coachees = append(page.Coachees, coacheeLine{Code: p.Participant, Chosen: p.Chosen.In(s.zone())})
		}
		return err
	}); err != nil {
		return err
	}
	apart, err := s.Conduct.ApartFrom(r.Context(), by, code)
	if err != nil {
		return err
	}
	for i, one := range page.Coachees {
		page.Coachees[i].Apart = slices.Contains(apart, one.Code)
	}
	var typed url.Values
	failed := ""
	if refused != nil {
		typed, failed = r.PostForm, r.PathValue("act")
		all, one := shown(refused)
		if page.Problems = all; all == nil {
			page.Problems = []*problem.Problem{one}
		}
	}
	for _, a := range coachActs {
		if r.URL.Query().Get("done") == a.ID {
			page.Done = a.done
		}
		if !by.May(a.verb) || !a.fits(k) {
			continue
		}
		f := actForm{To: "/coaches/" + string(code) + "/" + a.ID, ID: a.ID, Label: a.label, What: a.what, Grave: a.undo != "", Open: failed == a.ID || a.ID == "certify" && !k.Certified.Valid()}
		if a.fields != nil {
			f.Fields = a.fields(s, k)
		}
		for i := range f.Fields {
			if failed == a.ID {
				f.Fields[i].Value = typed.Get(f.Fields[i].Name)
			}
		}
		page.Acts = append(page.Acts, f)
	}
	switch r.URL.Query().Get("done") {
	case "add":
		page.Done = "The coach is registered."
	case "known":
		page.Done = "The coach is registered. No invitation was mailed, because somebody signs in with this address already: an owner can give that account the role."
	}
	return s.show(w, r, status, "coach_manage", k.Name, page)
}

// coachAct does an act on a coach.
func (s *Site) coachAct(w http.ResponseWriter, r *http.Request) error {
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return problem.New(problem.NotFound, "There is no coach with the code %.20q", r.PathValue("code"))
	}
	for _, a := range coachActs {
		if a.ID != r.PathValue("act") {
			continue
		}
		if err := r.ParseForm(); err != nil {
			return problem.New(problem.Invalid, "The form cannot be read").Because(err)
		}
		if err := actor(r).Require(a.verb); err != nil {
			return err
		}
		if a.undo != "" {
			all, err := s.Conduct.CoachStandings(r.Context(), actor(r), code)
			if err != nil {
				return err
			}
			if k := all[0]; a.fits(k) {
				if ok, err := s.sure(w, r, confirmPage{Title: a.label + ": " + k.Name + "?", Do: a.label, Back: "/coaches/" + string(code), Undo: a.undo, What: []string{
					a.what, "Now it is " + count(k.Load, "coachee", "coachees") + " and " + count(k.Booked, "booked session", "booked sessions") + "."}}); !ok {
					return err
				}
			}
		}
		err := a.act(s, r, code)
		if kind := problem.KindOf(err); err != nil && (kind == problem.Invalid || kind == problem.Conflict) {
			return s.showManaged(w, r, status[kind], err)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/coaches/"+string(code)+"?done="+a.ID, http.StatusSeeOther)
		return nil
	}
	return nowhere(w, r)
}
