package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/study"
)

// messageShowPage is one mail before it goes, as its reader will find it.
type messageShowPage struct {
	messageLine
	Text       []span
	Reason     string // what in the protocol it follows from
	Shift      string
	Quiet      string
	Wanted     time.Time // before quiet hours put it off; zero: they did not
	Until      time.Time // from when on it would come too late; zero: never
	Words      []string  // that can stand in {{ }}
	Outbox     int64     // what really went; 0: nothing yet
	Open       bool      // can be changed
	Stopped    bool      // by somebody
	NewSubject string    // as typed
	NewBody    string
	NewDue     string
	Reasons    []string
	Done       string
	Mistakes   []*problem.Problem
}

// wallClock is how browsers write a time of day.
const wallClock = "2006-01-02T15:04"

func (s *Site) messageShow(w http.ResponseWriter, r *http.Request) error {
	return s.messagePage(w, r, nil)
}

// messagePage shows a mail, with what was typed and what is wrong with it after a form was refused.
func (s *Site) messagePage(w http.ResponseWriter, r *http.Request, refusal error) error {
	all, status, err := told(refusal)
	if err != nil {
		return err
	}
	id, err := number64(r, "id")
	if err != nil {
		return err
	}
	l, err := s.Conduct.Letter(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	m := l.Message
	page := messageShowPage{messageLine: s.messageLine(l), Text: spans(l.Text), Reason: purposes[m.Purpose], Quiet: quietWords(s.Conduct), Words: m.Purpose.Words(), Outbox: l.Outbox,
		Open: l.State == "planned", Stopped: l.Stopped, NewSubject: m.Subject, NewBody: m.Body, NewDue: l.Due.In(s.zone()).Format(wallClock), Reasons: conduct.StopReasons,
		Done: messagesDone[r.URL.Query().Get("done")], Mistakes: all}
	if l.Shift != 0 {
		page.Shift = shiftWords(l.Shift)
	}
	if l.Wanted != nil && l.Wanted.Before(l.Due) {
		page.Wanted = l.Wanted.In(s.zone())
	}
	if !l.Until.IsZero() {
		page.Until = l.Until.In(s.zone())
	}
	if refusal != nil && r.PostForm.Has("body") {
		page.NewSubject, page.NewBody, page.NewDue = r.PostFormValue("subject"), r.PostFormValue("body"), r.PostFormValue("due")
	}
	return s.show(w, r, status, "message_show", "A message before it goes", page)
}

// allDays is as far ahead as any mail is planned.
const allDays = 2000

// shiftWords say by how much a mail was moved.
func shiftWords(d time.Duration) string {
	side := " later than the protocol has it"
	if d < 0 {
		side, d = " earlier than the protocol has it", -d
	}
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var text string
	for _, part := range []struct {
		n         int
		one, many string
	}{{days, "day", "days"}, {hours, "hour", "hours"}, {minutes, "minute", "minutes"}} {
		if part.n > 0 {
			if text != "" {
				text += ", "
			}
			text += count(part.n, part.one, part.many)
		}
	}
	if text == "" {
		return ""
	}
	return text + side
}

// messageAct does something to the mail of the address, and shows it.
func (s *Site) messageAct(w http.ResponseWriter, r *http.Request, what string, act func(id int64) error) error {
	id, err := number64(r, "id")
	if err != nil {
		return err
	}
	if err := act(id); err != nil {
		return s.messagePage(w, r, err)
	}
	return doneAt(w, r, messagesAt+"/"+strconv.FormatInt(id, 10), what)
}

// messageChange takes other words and another time for one mail.
func (s *Site) messageChange(w http.ResponseWriter, r *http.Request) error {
	return s.messageAct(w, r, "changed", func(id int64) error {
		l, err := s.Conduct.Letter(r.Context(), actor(r), id)
		if err != nil {
			return err
		}
		var at time.Time
		if text := r.PostFormValue("due"); text != l.Due.In(s.zone()).Format(wallClock) { // the form has no seconds
			if at, err = time.ParseInLocation(wallClock, text, s.zone()); err != nil {
				return problem.New(problem.Invalid, "%.20q is no time", text).On("due").Instead("Write it as 2026-05-31T08:00.")
			}
		}
		return s.Conduct.ChangeMessage(r.Context(), actor(r), id, conduct.NewWords{Subject: r.PostFormValue("subject"), Body: r.PostFormValue("body")}, at)
	})
}

func (s *Site) messageStop(w http.ResponseWriter, r *http.Request) error {
	return s.messageAct(w, r, "stopped", func(id int64) error {
		return s.Conduct.StopMessage(r.Context(), actor(r), id, r.PostFormValue("reason"))
	})
}

func (s *Site) messageRestore(w http.ResponseWriter, r *http.Request) error {
	return s.messageAct(w, r, "restored", func(id int64) error { return s.Conduct.RestoreMessage(r.Context(), actor(r), id) })
}

// messagePlanPage is one message of the protocol, for all whom it is still to reach.
type messagePlanPage struct {
	messageKind
	Reason        string
	Anchors       []string // when it goes, for each of its days
	Words         []string
	NewSubject    string
	NewBody       string
	Hours, Side   string
	Reasons       []string
	Done          string
	Mistakes      []*problem.Problem
	FirstDay      time.Time // of those that are to come; zero: none
	ProtocolWords bool      // the words are the protocol's
	Language      string    // of those who read the words
	Tongues       []tongueChoice
}

// tongueChoice is a language in which a message can be read and changed.
type tongueChoice struct {
	Language string
	Changed  bool // the words are not the protocol's
}

// messagePlan shows it in the language asked for.
func (s *Site) messagePlan(w http.ResponseWriter, r *http.Request) error {
	return s.messagePlanPage(w, r, nil)
}

func (s *Site) messagePlanPage(w http.ResponseWriter, r *http.Request, refusal error) error {
	all, status, err := told(refusal)
	if err != nil {
		return err
	}
	plan, err := s.Conduct.MailPlan(r.Context(), actor(r), allDays)
	if err != nil {
		return err
	}
	page := messagePlanPage{Reasons: conduct.StopReasons, Mistakes: all, Hours: "24", Side: "later", Done: messagesDone[r.URL.Query().Get("done")]}
	for _, k := range s.messageKinds(plan) {
		if k.Message.ID == r.PathValue("message") {
			page.messageKind = k
		}
	}
	m := page.messageKind.Message
	if m.ID == "" {
		return nowhere(w, r)
	}
	page.Language = study.Languages[0]
	for _, asked := range []string{r.URL.Query().Get("in"), r.PostFormValue("language")} {
		if slices.Contains(study.Languages, asked) {
			page.Language = asked
		}
	}
	for _, language := range study.Languages {
		_, changed := plan.Wording[store.WordingOf{Message: m.ID, Language: language}]
		page.Tongues = append(page.Tongues, tongueChoice{language, changed})
	}
	words := study.In(page.Language, m)
	page.Reason, page.Words, page.NewSubject, page.NewBody, page.ProtocolWords = purposes[m.Purpose], m.Purpose.Words(), words.Subject, words.Body, true
	if changed, ok := plan.Wording[store.WordingOf{Message: m.ID, Language: page.Language}]; ok {
		page.NewSubject, page.NewBody, page.ProtocolWords = changed.Subject, changed.Body, false
	}
	for i := range m.Days {
		l := conduct.Letter{Message: m}
		l.Occurrence = i
		page.Anchors = append(page.Anchors, s.anchored(l))
	}
	for _, d := range plan.Coming {
		if d.Message == m.ID {
			page.FirstDay = d.Due.In(s.zone())
			break
		}
	}
	if refusal != nil {
		if r.PostForm.Has("body") {
			page.NewSubject, page.NewBody = r.PostFormValue("subject"), r.PostFormValue("body")
		}
		if r.PostForm.Has("hours") {
			page.Hours, page.Side = r.PostFormValue("hours"), r.PostFormValue("side")
		}
	}
	return s.show(w, r, status, "message_plan", title(m.ID), page)
}

// messagePlanAct does something to all mails of the message that are still to come.
func (s *Site) messagePlanAct(w http.ResponseWriter, r *http.Request, what string, act func(message string) error) error {
	if err := act(r.PathValue("message")); err != nil {
		return s.messagePlanPage(w, r, err)
	}
	return doneAt(w, r, messagesAt+"/plan/"+r.PathValue("message"), what)
}

// messageReword takes other words for all who read a language; the protocol's where they are asked for again.
func (s *Site) messageReword(w http.ResponseWriter, r *http.Request) error {
	message, language := r.PathValue("message"), cmp.Or(r.PostFormValue("language"), study.Languages[0])
	words := conduct.NewWords{Subject: r.PostFormValue("subject"), Body: r.PostFormValue("body")}
	if r.PostForm.Has("protocol") {
		for _, m := range s.Conduct.Protocol.Messages {
			if m = study.In(language, m); m.ID == message {
				words = conduct.NewWords{Subject: m.Subject, Body: m.Body}
			}
		}
	}
	if err := s.Conduct.RewordMessages(r.Context(), actor(r), message, language, words); err != nil {
		return s.messagePlanPage(w, r, err)
	}
	http.Redirect(w, r, messagesAt+"/plan/"+message+"?"+url.Values{"done": {"changed"}, "in": {language}}.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Site) messageMoveAll(w http.ResponseWriter, r *http.Request) error {
	return s.messagePlanAct(w, r, "moved", func(message string) error {
		hours, err := strconv.Atoi(r.PostFormValue("hours"))
		if err != nil || hours < 1 || hours > 60*24 {
			return problem.New(problem.Invalid, "%.20q is no number of hours", r.PostFormValue("hours")).On("hours").Instead("Give a whole number from 1 to 1440.")
		}
		if r.PostFormValue("side") == "earlier" {
			hours = -hours
		}
		_, err = s.Conduct.MoveMessages(r.Context(), actor(r), message, time.Duration(hours)*time.Hour)
		return err
	})
}

func (s *Site) messageStopAll(w http.ResponseWriter, r *http.Request) error {
	plan, err := s.Conduct.MailPlan(r.Context(), actor(r), allDays)
	if err != nil {
		return err
	}
	message := r.PathValue("message")
	for _, k := range s.messageKinds(plan) {
		if k.Message.ID != message || k.Held != nil || !slices.Contains(conduct.StopReasons, r.PostFormValue("reason")) {
			continue
		}
		if ok, err := s.sure(w, r, confirmPage{Title: "Stop all of “" + title(message) + "”?", Do: "Stop all", Back: messagesAt + "/plan/" + message, Undo: "They can be restored, as long as they would not come too late.", What: []string{
			count(k.ToCome, "mail that is planned does", "mails that are planned do") + " not go.", "What is planned from now on does not go either, until it is restored."}}); !ok {
			return err
		}
	}
	return s.messagePlanAct(w, r, "stopped", func(message string) error {
		_, err := s.Conduct.StopMessages(r.Context(), actor(r), message, r.PostFormValue("reason"))
		return err
	})
}

func (s *Site) messageRestoreAll(w http.ResponseWriter, r *http.Request) error {
	return s.messagePlanAct(w, r, "restored", func(message string) error {
		_, err := s.Conduct.RestoreMessages(r.Context(), actor(r), message)
		return err
	})
}
