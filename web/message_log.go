package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekindle/conduct"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// messageLogPage is all mail to one person.
type messageLogPage struct {
	Person     participant.Code
	Zone       string
	Bounced    time.Time
	OptedOut   time.Time
	Complained bool
	Stop       *store.MailStop // of all mail, in the study's zone; nil: none
	Reasons    []string
	Lines      []logLine
	Done       string
	Mistakes   []*problem.Problem
}

// logLine is one mail to a person.
type logLine struct {
	messageLine
	Href   string
	Answer string // of the mail server
	Again  int64  // ID in the outbox of one that can be sent once more; 0: it cannot
}

func (s *Site) messageLog(w http.ResponseWriter, r *http.Request) error {
	return s.messageLogPage(w, r, nil)
}

func (s *Site) messageLogPage(w http.ResponseWriter, r *http.Request, refusal error) error {
	all, status, err := told(refusal)
	if err != nil {
		return err
	}
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return nowhere(w, r)
	}
	log, err := s.Conduct.MailLog(r.Context(), actor(r), code)
	if err != nil {
		return err
	}
	page := messageLogPage{Person: code, Zone: log.Zone.String(), Reasons: conduct.StopReasons, Complained: log.Complained, Done: messagesDone[r.URL.Query().Get("done")], Mistakes: all}
	if log.Bounced != nil {
		page.Bounced = log.Bounced.In(s.zone())
	}
	if log.Stop != nil {
		page.Stop = log.Stop
		page.Stop.Since = page.Stop.Since.In(s.zone())
	}
	if log.OptedOut != nil {
		page.OptedOut = log.OptedOut.In(s.zone())
	}
	for _, l := range log.Planned {
		line := logLine{messageLine: s.messageLine(l), Href: messagesAt + "/" + strconv.FormatInt(l.ID, 10), Answer: l.Answer}
		if line.Why == line.Answer {
			line.Why = ""
		}
		if l.Post == post.Failed && log.Bounced == nil && log.OptedOut == nil {
			line.Again = l.Outbox
		}
		page.Lines = append(page.Lines, line)
	}
	for _, m := range log.Others {
		line := logLine{messageLine: messageLine{ID: m.ID, Kind: m.Kind, Subject: masked(m, m.Subject), When: m.Due.In(s.zone())}, Href: "/outbox/" + strconv.FormatInt(m.ID, 10), Answer: m.Answer}
		line.Label, line.Look = title(m.State), map[post.State]string{post.Sent: "good", post.Failed: "bad", post.Planned: "warn"}[m.State]
		if m.State == post.Failed && log.Bounced == nil && log.OptedOut == nil {
			line.Again = m.ID
		}
		page.Lines = append(page.Lines, line)
	}
	slices.SortStableFunc(page.Lines, func(a, b logLine) int { return b.When.Compare(a.When) })
	return s.show(w, r, status, "message_log", "Messages to "+string(code), page)
}

// messageLogAct does something about the mail of a person, and shows it.
func (s *Site) messageLogAct(w http.ResponseWriter, r *http.Request, what string, act func(code participant.Code) error) error {
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return nowhere(w, r)
	}
	if err := act(code); err != nil {
		return s.messageLogPage(w, r, err)
	}
	return doneAt(w, r, "/people/"+string(code)+"/messages", what)
}

// messageResend sends one message that has failed once more.
func (s *Site) messageResend(w http.ResponseWriter, r *http.Request) error {
	return s.messageLogAct(w, r, "resent", func(code participant.Code) error {
		id, err := strconv.ParseInt(r.PostFormValue("message"), 10, 64)
		if err != nil {
			return problem.New(problem.Invalid, "%.20q is no message", r.PostFormValue("message")).On("message")
		}
		return s.Conduct.ResendMessage(r.Context(), actor(r), code, id)
	})
}

// messageStopMail stops all mail to a person until it is lifted.
func (s *Site) messageStopMail(w http.ResponseWriter, r *http.Request) error {
	return s.messageLogAct(w, r, "stopped-mail", func(code participant.Code) error {
		return s.Conduct.StopMail(r.Context(), actor(r), code, r.PostFormValue("reason"))
	})
}

// messageLift lets mail to a person go again.
func (s *Site) messageLift(w http.ResponseWriter, r *http.Request) error {
	return s.messageLogAct(w, r, "lifted", func(code participant.Code) error { return s.Conduct.LiftStop(r.Context(), actor(r), code) })
}
