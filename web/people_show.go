package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// peopleShowPage is one person: how far they have come, and what the office can do for them.
type peopleShowPage struct {
	personLine
	Person   *conduct.Person // nil: names are not shown
	Named    bool
	May      bool
	Zone     string
	Steps    []phase
	Reason   string // of an exclusion: the criterion
	Surveys  []surveyLine
	Meetings []meetingLine
	Books    bool // sessions can be booked for the person here
	Next     bool // one more is left
	Sessions int  // of the plan
	Acts     []actForm
	Done     string
	Failed   string // the act that was refused
	Problems []*problem.Problem
	NoMail   bool // gets none, for either reason
	Mail     int
	Stop     *store.MailStop // of all mail, by the office; nil: none
	Waits    bool            // for coaching that opens later
	Unlocks  time.Time
	MayRead  bool // mail
}

// surveyLine is one survey of a person: whether it is complete, and never an answer.
type surveyLine struct {
	Name               string
	Standing           followup.Standing
	Opens, Due, Closes time.Time
	Completed          time.Time
}

// meetingLine is one session.
type meetingLine struct {
	session.Session
	Coach string
	At    time.Time
}

// personOf reads the code of a person from the address.
func personOf(r *http.Request) (participant.Code, error) {
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return "", problem.New(problem.NotFound, "There is nobody with the code %.20q", r.PathValue("code"))
	}
	return code, nil
}

// peopleShow shows one person.
func (s *Site) peopleShow(w http.ResponseWriter, r *http.Request) error {
	return s.showPerson(w, r, http.StatusOK, nil)
}

// showPerson replies with the page of a person; refused is what an act came to that was refused, so that what was typed stays.
func (s *Site) showPerson(w http.ResponseWriter, r *http.Request, status int, refused error) error {
	code, err := personOf(r)
	if err != nil {
		return err
	}
	by := actor(r)
	var way followup.Way
	var study store.Study
	page := peopleShowPage{May: by.May("participant.identify"), Named: s.named(r), Sessions: len(s.Conduct.Protocol.Coaching.Sessions), MayRead: by.May("message.read")}
	var now time.Time
	if err := s.read(r, func(tx *store.Tx) error {
		now = tx.Now()
		if study, err = tx.Study(r.Context()); err != nil {
			return err
		}
		if way, err = tx.Way(r.Context(), code); err != nil {
			return err
		}
		stops, err := tx.MailStops(r.Context())
		if err != nil {
			return err
		}
		if stop, ok := stops[store.MailStopOf{Participant: code}]; ok {
			stop.Since = stop.Since.In(s.zone())
			page.Stop = &stop
		}
		page.Mail, err = tx.MailCount(r.Context(), store.MailFilter{Person: string(code)})
		return err
	}); err != nil {
		return err
	}
	coaches, err := s.Conduct.CoachNames(r.Context(), by)
	if err != nil {
		return err
	}
	names, err := s.names(r, "person", code)
	if err != nil {
		return err
	}
	if p, ok := names[code]; ok {
		page.Person = &p
	}
	page.personLine = s.personLine(way, coaches, now)
	page.NoMail, page.Reason = way.Bounced != nil || way.OptedOut != nil, s.criterion(way)
	if page.Zone = way.Zone; page.Zone == "" {
		page.Zone = s.zone().String()
	}
	page.Steps = s.personSteps(way)
	if way.UnlocksAt != nil && way.UnlockedAt == nil {
		page.Waits, page.Unlocks = true, way.UnlocksAt.In(s.zone())
	}
	for _, v := range way.Visits {
		line := surveyLine{Name: v.ID, Standing: followup.StandingOf(v, now), Opens: v.Opens.In(s.zone()), Due: v.Due.In(s.zone()), Closes: v.Closes.Add(-time.Second).In(s.zone())}
		if planned, ok := s.Conduct.Protocol.Visit(v.ID); ok {
			line.Name = planned.Name
		}
		if v.CompletedAt != nil {
			line.Completed = v.CompletedAt.In(s.zone())
		}
		page.Surveys = append(page.Surveys, line)
	}
	for _, m := range way.Sessions {
		page.Meetings = append(page.Meetings, meetingLine{m, coaches[m.Coach].Name, m.Start.In(s.zone())})
	}
	page.Books = by.May("people.session") && way.Coached()
	if _, _, err := session.Next(s.Conduct.Protocol.Coaching, way.Sessions); err == nil {
		page.Next = page.Books && way.Coach != ""
	}
	page.Done = bookedDone[r.URL.Query().Get("done")]
	var typed url.Values
	if refused != nil {
		typed, page.Failed = r.PostForm, r.PathValue("act")
		if all, one := shown(refused); all != nil {
			page.Problems = all
		} else {
			page.Problems = []*problem.Problem{one}
		}
	}
	for _, a := range personActs {
		if by.May(a.verb) && a.fits(s, way, study) {
			page.Acts = append(page.Acts, a.form(s, way, typed, page.Failed == a.ID))
		}
		if done := r.URL.Query().Get("done"); done == a.ID {
			page.Done = a.done
		}
	}
	return s.show(w, r, status, "people_show", "Person "+string(code), page)
}

// criterion says which criterion somebody who is excluded does not meet.
func (s *Site) criterion(way followup.Way) string {
	if way.Status != participant.Excluded {
		return ""
	}
	for _, c := range s.Conduct.Protocol.Eligibility {
		if c.ID == way.Reason {
			return c.Text
		}
	}
	return way.Reason
}

// personSteps are the turning points of a person, those that were reached.
func (s *Site) personSteps(way followup.Way) (steps []phase) {
	for _, step := range []struct {
		label string
		at    *time.Time
	}{
		{"Invited", way.InvitedAt}, {"Came through the link", way.RespondedAt}, {"Signed the consent", way.ConsentedAt}, {"Baseline complete", way.BaselineAt},
		{"Put on the waiting list", way.WaitingAt}, {"Enrolled", way.EnrolledAt}, {"Randomized", way.RandomizedAt}, {"Coaching opened", way.UnlockedAt},
		{"Coach chosen", way.FirstChosen}, {"First session", way.StartedAt}, {"Wanted no more mail", way.OptedOut}, {"Address took no mail", way.Bounced}, {title(way.Status), way.EndedAt},
	} {
		if step.at != nil {
			steps = append(steps, phase{Label: step.label, At: step.at.In(s.zone())})
		}
	}
	return steps
}

// peopleChange does an act on a person.
func (s *Site) peopleChange(w http.ResponseWriter, r *http.Request) error {
	code, err := personOf(r)
	if err != nil {
		return err
	}
	for _, a := range personActs {
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
			way, fits, err := s.fitting(r, a, code)
			if err != nil {
				return err
			}
			if fits {
				if ok, err := s.sureOf(w, r, a.asked(s, way), a.form(s, way, nil, false).Fields); !ok {
					return err
				}
			}
		}
		err := a.act(s, r, code)
		if p, ok := errors.AsType[*problem.Problem](err); ok && (p.Kind == problem.Invalid || p.Kind == problem.Conflict) {
			return s.showPerson(w, r, status[p.Kind], err)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/people/"+string(code)+"?done="+a.ID, http.StatusSeeOther)
		return nil
	}
	return nowhere(w, r)
}
