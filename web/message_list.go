package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// messagesAt is where the mail that the protocol plans is seen before it goes.
const messagesAt = "/messages"

// messageListPage is the mail of the protocol, first what goes next.
type messageListPage struct {
	Message, Person, From, Until, State string // of the search, as typed
	Kinds                               []messageKind
	States                              []messageState
	Lines                               []messageLine
	Days                                []messageDay
	Pager                               pager
	Quiet                               string
	Limited                             bool
	Done                                string
	Mistakes                            []*problem.Problem
}

// messageState is a stage as a search has it.
type messageState struct{ Value, Label string }

// everyStage is a search for all of them.
const everyStage = "all"

var messageStates = []messageState{{"", "To come"}, {string(store.QuietHours), "Put off by quiet hours"}, {string(store.Handed), "With the mail server"},
	{string(store.SentOff), "Sent"}, {string(store.StoppedAt), "Stopped"}, {string(store.Failed), "Failed or come back"}, {everyStage, "All"}}

// stageLabels say a stage, and how it looks.
var stageLabels = map[store.Stage][2]string{store.ToCome: {"To come", ""}, store.QuietHours: {"To come", ""}, store.Handed: {"With the mail server", "warn"},
	store.SentOff: {"Sent", "good"}, store.StoppedAt: {"Stopped", ""}, store.Failed: {"Failed", "bad"}}

// messageLine is one mail of the list.
type messageLine struct {
	ID                     int64
	Person                 participant.Code
	Kind, Subject, Anchor  string
	When, Local            time.Time // by the study's clock, and by the person's where that differs
	Elsewhere              bool
	Label, Look, Why, Mark string // Mark says what was changed
}

// messageKind is a message of the protocol with its counts.
type messageKind struct {
	study.Message
	store.Tally
	Words bool            // they were changed
	Held  *store.MailStop // stops all of them until it is lifted, in the study's zone; nil: none
}

// messageDay is what goes on a day.
type messageDay struct {
	Day   time.Time
	Total int
	Parts []string // "3 × survey reminder"
}

// comingDays is how far ahead the list counts by day.
const comingDays = 14

func (s *Site) messageList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := messageListPage{Message: q.Get("message"), Person: strings.TrimSpace(q.Get("person")), From: q.Get("from"), Until: q.Get("until"), State: q.Get("state"),
		States: messageStates, Quiet: quietWords(s.Conduct), Done: messagesDone[q.Get("done")]}
	page.Limited = page.Message+page.Person+page.From+page.Until+page.State != ""
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	plan, err := s.Conduct.MailPlan(r.Context(), actor(r), comingDays)
	if err != nil {
		return err
	}
	page.Kinds, page.Days = s.messageKinds(plan), s.messageDays(plan.Coming)
	f, err := s.planFilter(page)
	var status int
	if page.Mistakes, status, err = told(err); err != nil {
		return err
	} else if page.Mistakes != nil {
		return s.show(w, r, status, "message_list", "Messages", page)
	}
	letters, total, err := s.Conduct.Letters(r.Context(), actor(r), f, (n-1)*pageSize, pageSize)
	if err != nil {
		return err
	}
	if page.Pager, err = paged(r, n, total); err != nil {
		return err
	}
	if f.Stage == store.ToCome || f.Stage == store.QuietHours || f.Stage == store.Handed {
		page.Pager.BeforeLabel, page.Pager.AfterLabel = "Earlier", "Later"
	}
	for _, l := range letters {
		page.Lines = append(page.Lines, s.messageLine(l))
	}
	return s.show(w, r, http.StatusOK, "message_list", "Messages", page)
}

// told gives what a page tells of an error that follows from what was typed; any other error comes back.
func told(err error) ([]*problem.Problem, int, error) {
	if err == nil {
		return nil, http.StatusOK, nil
	}
	if all, status, ok := mistakes(err); ok {
		return all, status, nil
	}
	return nil, 0, err
}

// planFilter reads what a search asks for; dates are days of the study's calendar, both included.
func (s *Site) planFilter(p messageListPage) (f store.PlanFilter, err error) {
	var found problem.List
	f.Message = p.Message
	if f.Message != "" && s.reason(f.Message) == "" {
		found.Add(problem.New(problem.Invalid, "The protocol has no message %.40q", f.Message).On("message").Instead("Choose one of the list."))
	}
	if p.Person != "" {
		f.Participant, err = participant.ParseCode(p.Person)
		found.Gather(err)
	}
	date := func(field, text string, after int) time.Time {
		if text == "" {
			return time.Time{}
		}
		day, err := study.ParseDate(text)
		if err != nil {
			found.Add(problem.New(problem.Invalid, "%.20q is no date", text).On("%s", field).Instead("Write it as 2026-05-31."))
			return time.Time{}
		}
		return day.After(after).Start(s.zone())
	}
	f.From, f.Until = date("from", p.From, 0), date("until", p.Until, 1)
	if !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		found.Add(problem.New(problem.Invalid, "The last day comes before the first").On("until"))
	}
	switch p.State {
	case "":
		f.Stage = store.ToCome
	case everyStage:
	default:
		if _, ok := stageLabels[store.Stage(p.State)]; !ok {
			found.Add(problem.New(problem.Invalid, "%.40q is not a state of a message", p.State).On("state").Instead("Choose one of the list."))
		}
		f.Stage = store.Stage(p.State)
	}
	return f, found.Err()
}

func (s *Site) messageLine(l conduct.Letter) messageLine {
	if l.Stage() == store.Handed && l.Retry != nil && l.Retry.After(l.Due) { // put off, by the mail server or by quiet hours
		l.Due = *l.Retry
	}
	line := messageLine{ID: l.ID, Person: l.Participant, Kind: l.Message.ID, Subject: l.Subject, Anchor: s.anchored(l), When: l.Due.In(s.zone()), Local: l.Due.In(l.Zone), Why: l.Needless}
	line.Elsewhere = line.When.Format("Jan 2 15:04") != line.Local.Format("Jan 2 15:04")
	stage := l.Stage()
	line.Label, line.Look = stageLabels[stage][0], stageLabels[stage][1]
	switch {
	case stage == store.StoppedAt && l.Why != "":
		line.Why = l.Why
	case stage == store.StoppedAt || stage == store.Failed:
		line.Why = l.Answer
	case stage == store.Handed && s.Conduct.Simulated:
		line.Label, line.Look = "Kept here", ""
	case stage == store.Handed:
		line.Why = l.Answer
	case stage == store.QuietHours && l.Needless == "":
		line.Why = "put off by quiet hours"
	case l.Needless != "":
		line.Label, line.Look = "Will not go", "warn"
	}
	var marks []string
	if l.PlannedMail.Subject != "" {
		marks = append(marks, "own words")
	}
	if l.Shift != 0 {
		marks = append(marks, "moved")
	}
	line.Mark = strings.Join(marks, ", ")
	return line
}

func (s *Site) messageKinds(plan conduct.Plan) (kinds []messageKind) {
	for _, m := range s.Conduct.Protocol.Messages {
		changed := slices.ContainsFunc(study.Languages, func(language string) bool {
			_, ok := plan.Wording[store.WordingOf{Message: m.ID, Language: language}]
			return ok
		})
		kind := messageKind{m, plan.Tallies[m.ID], changed, nil}
		if stop, ok := plan.Stops[store.MailStopOf{Message: m.ID}]; ok {
			stop.Since = stop.Since.In(s.zone())
			kind.Held = &stop
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

// messageDays adds up what goes, by the study's days; what is overdue counts for the first.
func (s *Site) messageDays(coming []store.DueMail) (days []messageDay) {
	parts := map[string]int{}
	flush := func() {
		if len(days) == 0 {
			return
		}
		last := &days[len(days)-1]
		for _, m := range s.Conduct.Protocol.Messages {
			if n := parts[m.ID]; n > 0 {
				last.Parts = append(last.Parts, fmt.Sprintf("%s × %s", number(n), strings.ToLower(title(m.ID))))
			}
		}
		parts = map[string]int{}
	}
	for _, d := range coming {
		day := study.DateOf(d.Due, s.zone()).Start(s.zone())
		if len(days) == 0 || !days[len(days)-1].Day.Equal(day) {
			flush()
			days = append(days, messageDay{Day: day})
		}
		days[len(days)-1].Total += d.N
		parts[d.Message] += d.N
	}
	flush()
	return days
}

// anchors name what messages are counted from.
var anchors = map[study.Anchor]string{study.FromOpening: "the opening of enrolment", study.FromInvitation: "the invitation", study.FromEnrolment: "enrolment",
	study.FromRandomization: "the allocation", study.FromUnlock: "the opening of coaching", study.FromSession: "the start of the session"}

// anchored says from what, and how far from it, a mail is counted: "7 days before the 3-month survey falls due, at 08:00".
func (s *Site) anchored(l conduct.Letter) string {
	m := l.Message
	if l.Occurrence >= len(m.Days) {
		return ""
	}
	days, hours, from := m.Days[l.Occurrence], m.Hours, anchors[m.Anchor]
	clock := m.Anchor == study.FromOpening || m.Anchor == study.FromVisit // counted from a day, so that hours are those of the clock
	if m.Anchor == study.FromVisit {
		v, _ := s.Conduct.Protocol.Visit(m.Visit)
		from = "“" + v.Name + "” falls due"
		if m.Purpose == study.IncentiveSent { // it goes when somebody posts the item
			return "when the item was posted"
		}
	}
	far := func(n int, one, many string) string {
		side := " after "
		if n < 0 {
			side, n = " before ", -n
		}
		return count(n, one, many) + side
	}
	var text string
	switch {
	case days != 0:
		text = far(days, "day", "days") + from
	case hours != 0 && !clock:
		return far(hours, "hour", "hours") + from
	case clock:
		text = "on the day of " + from
		if m.Anchor == study.FromVisit {
			text = "on the day on which " + from
		}
	default:
		return "at " + from
	}
	if clock {
		text += fmt.Sprintf(", at %02d:00", hours)
	} else if hours != 0 {
		text += fmt.Sprintf(" and %d hours", hours)
	}
	return text
}

// quietWords say when no planned mail arrives.
func quietWords(c *conduct.Conduct) string {
	q := c.QuietHours()
	var parts []string
	if q.From != q.To {
		parts = append(parts, fmt.Sprintf("from %02d:00 to %02d:00", q.From, q.To))
	}
	if n := len(q.Holidays); n > 0 {
		var days []string
		for _, d := range q.Holidays {
			days = append(days, d.Format("January 2, 2006"))
		}
		parts = append(parts, "on "+strings.Join(days, "; "))
	}
	return strings.Join(parts, ", nor ")
}

// messagesDone say what has just been done.
var messagesDone = map[string]string{"changed": "Changed. This is what will go.", "stopped": "Stopped. Nothing goes until it is restored.", "restored": "Restored.",
	"stopped-mail": "Stopped. Nothing goes by itself, what is planned later among it, until you lift it.", "lifted": "Lifted. What is still to come goes.",
	"moved": "Moved.", "resent": "It goes once more, with the next mail that is carried."}

// doneAt leads back to a page that says what was done.
func doneAt(w http.ResponseWriter, r *http.Request, path, what string) error {
	http.Redirect(w, r, path+"?"+url.Values{"done": {what}}.Encode(), http.StatusSeeOther)
	return nil
}
