package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	post "rekindle/platform/mail"
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
	page := messageLogPage{Person: code, Zone: log.Zone.String(), Complained: log.Complained, Done: messagesDone[r.URL.Query().Get("done")], Mistakes: all}
	if log.Bounced != nil {
		page.Bounced = log.Bounced.In(s.zone())
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

// messageResend sends one message that has failed once more.
func (s *Site) messageResend(w http.ResponseWriter, r *http.Request) error {
	code, err := participant.ParseCode(r.PathValue("code"))
	if err != nil {
		return nowhere(w, r)
	}
	id, err := strconv.ParseInt(r.PostFormValue("message"), 10, 64)
	if err != nil {
		return s.messageLogPage(w, r, problem.New(problem.Invalid, "%.20q is no message", r.PostFormValue("message")).On("message"))
	}
	if err := s.Conduct.ResendMessage(r.Context(), actor(r), code, id); err != nil {
		return s.messageLogPage(w, r, err)
	}
	return doneAt(w, r, "/people/"+string(code)+"/messages", "resent")
}
