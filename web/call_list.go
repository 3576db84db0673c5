package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
)

// callListPage is whom to call: who may be coached and has not begun.
type callListPage struct {
	People   []callLine
	Named    bool
	Outcomes []followup.Outcome
	Done     string
}

// callLine is one of them.
type callLine struct {
	personLine
	Person   *conduct.Person // nil: names are not shown
	Due      time.Time       // since when they are to be called
	DueDays  int
	Past     []pastLine      // mails about beginning and calls, the newest first
	Offers   []conduct.Offer // whom they could be put with
	Problems []*problem.Problem
	Outcome  followup.Outcome // typed
	Note     string           // typed
}

// pastLine is what was tried: a mail or a call.
type pastLine struct {
	What string
	At   time.Time
	Call bool
}

// callDone is what is said after an act.
var callDone = map[string]string{"call": "The call is noted.", "coach": "The coach is chosen. The first session can be booked now."}

// callList shows whom to call.
func (s *Site) callList(w http.ResponseWriter, r *http.Request) error {
	return s.showCalls(w, r, http.StatusOK, "", nil)
}

func (s *Site) showCalls(w http.ResponseWriter, r *http.Request, status int, refusedFor participant.Code, refused error) error {
	by := actor(r)
	list, err := s.Conduct.CallList(r.Context(), by)
	if err != nil {
		return err
	}
	codes := make([]participant.Code, len(list))
	for i, one := range list {
		codes[i] = one.Code
	}
	names, err := s.names(r, "call list", codes...)
	if err != nil {
		return err
	}
	coaches, err := s.Conduct.CoachNames(r.Context(), by)
	if err != nil {
		return err
	}
	now, err := s.now(r)
	if err != nil {
		return err
	}
	subjects := map[string]string{}
	for _, m := range s.Conduct.Protocol.Messages {
		subjects[m.ID] = m.Subject
	}
	page := callListPage{Named: s.named(r), Outcomes: followup.Outcomes, Done: callDone[r.URL.Query().Get("done")]}
	for _, one := range list {
		line := callLine{personLine: s.personLine(one.Way, coaches, now), Due: one.Since.In(s.zone()), DueDays: int(now.Sub(one.Since).Hours() / 24)}
		if p, ok := names[one.Code]; ok {
			line.Person = &p
		}
		for _, call := range one.Calls {
			what := title(call.Outcome)
			if call.Note != "" {
				what += ". " + call.Note
			}
			line.Past = append(line.Past, pastLine{what, call.At.In(s.zone()), true})
		}
		for _, m := range one.Mails {
			line.Past = append(line.Past, pastLine{subjects[m.Message], m.Ended.In(s.zone()), false})
		}
		slices.SortStableFunc(line.Past, func(a, b pastLine) int { return b.At.Compare(a.At) })
		if one.Coach == "" {
			if line.Offers, err = s.Conduct.Coaches(r.Context(), by, one.Code); err != nil {
				return err
			}
		}
		if one.Code == refusedFor {
			if line.Problems, _ = shown(refused); line.Problems == nil {
				_, p := shown(refused)
				line.Problems = []*problem.Problem{p}
			}
			line.Outcome, line.Note = followup.Outcome(r.PostFormValue("outcome")), r.PostFormValue("note")
		}
		page.People = append(page.People, line)
	}
	return s.show(w, r, status, "call_list", "Calls", page)
}

// callNote notes a call.
func (s *Site) callNote(w http.ResponseWriter, r *http.Request) error {
	return s.callAct(w, r, "call", func(code participant.Code) error {
		return s.Conduct.NoteCall(r.Context(), actor(r), code, followup.Outcome(r.PostFormValue("outcome")), r.PostFormValue("note"))
	})
}

// callAssign puts somebody with a coach, on their behalf.
func (s *Site) callAssign(w http.ResponseWriter, r *http.Request) error {
	return s.callAct(w, r, "coach", func(code participant.Code) error {
		with, err := participant.ParseCode(r.PostFormValue("coach"))
		if err != nil {
			return problem.New(problem.Invalid, "No coach was chosen").On("coach").Instead("Choose one of the list.")
		}
		return s.Conduct.ChooseCoach(r.Context(), actor(r), code, with)
	})
}

func (s *Site) callAct(w http.ResponseWriter, r *http.Request, done string, act func(participant.Code) error) error {
	code, err := personOf(r)
	if err != nil {
		return err
	}
	err = act(code)
	if p, ok := errors.AsType[*problem.Problem](err); ok && (p.Kind == problem.Invalid || p.Kind == problem.Conflict) {
		return s.showCalls(w, r, status[p.Kind], code, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/calls?done="+done, http.StatusSeeOther)
	return nil
}
