package web

import (
	"net/http"
	"regexp"
	"strings"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/study"
)

// outboxShowPage is one message.
type outboxShowPage struct {
	mailLine
	Text   []span
	Answer string
	Why    string // what in the protocol it follows from
	Cause  int64  // the event of the audit trail that made it
	Trail  bool   // whoever looks may read that event
}

// span is a part of a message's text: words, or a link, which is shown but leads nowhere.
type span struct {
	Text string
	Link bool
}

// outboxShow shows one message.
func (s *Site) outboxShow(w http.ResponseWriter, r *http.Request) error {
	id, err := number64(r, "id")
	if err != nil {
		return err
	}
	by := actor(r)
	var m post.Message
	if err := s.read(r, func(tx *store.Tx) error {
		m, err = tx.Message(r.Context(), id)
		return err
	}); err != nil {
		return err
	}
	content := outboxShowPage{mailLine: s.mailLine(m), Text: spans(s.sealed(masked(m, m.Text))), Answer: m.Answer,
		Why: s.reason(m.Kind), Cause: m.Cause, Trail: by.May("audit.read")}
	return s.show(w, r, http.StatusOK, "outbox_show", content.Subject, content)
}

// masked takes the recipient's name and address out of a text: who a code is takes two owners to know.
func masked(m post.Message, text string) string {
	to := recipient(m)
	for _, known := range []string{to.Name, to.Address} {
		if known != "" {
			text = strings.ReplaceAll(text, known, "["+m.Person+"]")
		}
	}
	return text
}

// personal finds the links by which a person, or a member of staff, is known: whoever has one acts as them.
var personal = regexp.MustCompile(`(/[ps]/)[A-Za-z0-9_-]{8,}`)

// sealed takes the secret out of personal links. Nobody needs it here, the recipient has it.
func (s *Site) sealed(text string) string {
	return personal.ReplaceAllString(text, "${1}••••••••")
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// spans parts a text into words and links.
func spans(text string) (all []span) {
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		if found[0] > at {
			all = append(all, span{text[at:found[0]], false})
		}
		all = append(all, span{text[found[0]:found[1]], true})
		at = found[1]
	}
	if at < len(text) {
		all = append(all, span{text[at:], false})
	}
	return all
}

// purposes say why a message goes, and when no more.
var purposes = map[study.Purpose]string{
	study.Announcement:     "Announces the trial to somebody on the roster, until they enrol or say no, or enrolment closes.",
	study.AllocationTold:   "Tells a participant which group they were allocated to.",
	study.ResourcesSent:    "Brings the wellness resources of the participant's group.",
	study.SurveyOpen:       "A survey has opened.",
	study.SurveyReminder:   "Reminds of an open survey, until it is complete.",
	study.ChooseCoach:      "Asks to choose a coach, until one is chosen.",
	study.FirstSession:     "Asks whoever has chosen a coach to book a first session, until one is booked.",
	study.SessionReminder:  "Reminds of a session, as long as it stands as booked.",
	study.CoachingUnlocked: "Coaching has opened to somebody who waited for it.",
	study.WeeklyCheckIn:    "Asks how the week's goals went, while they are not looked back at and the participant wants these mails.",
	study.IncentiveSent:    "Thanks for a completed survey: an item is on its way.",
}

func (s *Site) reason(kind string) string {
	for _, m := range s.Conduct.Protocol.Messages {
		if m.ID == kind {
			return purposes[m.Purpose]
		}
	}
	return ""
}
