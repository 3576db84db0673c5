package calendar

import (
	"strconv"
	"strings"
	"time"

	"rekindle/problem"
)

// Reply is somebody's answer to an invitation.
type Reply struct {
	UID      string
	Attendee string // e-mail address, lower case
	Answer   string // "accepted", "declined" or "tentative"
	Sequence int    // of the state that was answered
	Stamp    time.Time
}

// answers are what a reply may say that is kept.
var answers = map[string]string{"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}

// ReadReply reads an answer (METHOD:REPLY). It asks for no more than names the appointment, the person and the answer: some programs leave
// the organizer out, or the sequence.
func ReadReply(data []byte) (Reply, error) {
	wrong := func(format string, args ...any) (Reply, error) {
		return Reply{}, problem.New(problem.Invalid, format, args...).On("calendar")
	}
	root, err := read(data)
	if err != nil {
		return Reply{}, err
	}
	c := root.parts[0]
	if method, _ := c.get("METHOD"); !strings.EqualFold(strings.TrimSpace(method.value), "REPLY") {
		return wrong("It is no answer to an invitation: its method is %.20q", method.value)
	}
	for _, e := range c.parts {
		if e.name != "VEVENT" {
			continue
		}
		uid, _ := e.get("UID")
		r := Reply{UID: strings.TrimSpace(uid.value)}
		if r.UID == "" {
			return wrong("The answer does not say to which appointment")
		}
		var attendees []property
		for _, p := range e.props {
			if p.name == "ATTENDEE" {
				attendees = append(attendees, p)
			}
		}
		if len(attendees) != 1 {
			return wrong("The answer is of %d people, not of one", len(attendees))
		}
		r.Attendee = address(attendees[0])
		status := strings.ToUpper(strings.TrimSpace(attendees[0].params["PARTSTAT"]))
		if r.Answer = answers[status]; r.Answer == "" {
			return wrong("%.40q is no answer that is known", status)
		}
		if sequence, ok := e.get("SEQUENCE"); ok {
			if r.Sequence, err = strconv.Atoi(strings.TrimSpace(sequence.value)); err != nil || r.Sequence < 0 {
				return wrong("SEQUENCE is %.20q", sequence.value)
			}
		}
		if stamp, ok := e.get("DTSTAMP"); ok {
			if r.Stamp, err = time.Parse(utcLayout, strings.ToUpper(strings.TrimSpace(stamp.value))); err != nil {
				return wrong("DTSTAMP is %.30q", stamp.value)
			}
		}
		return r, nil
	}
	return wrong("There is no appointment in the answer")
}

// utcLayout is a moment in UTC.
const utcLayout = "20060102T150405Z"

// address gives the e-mail address of a person in a calendar: of the value, or, where that is none, of the parameter that some programs use.
func address(p property) string {
	of := func(text string) string {
		text = strings.ToLower(strings.TrimSpace(text))
		if rest, ok := strings.CutPrefix(text, "mailto:"); ok {
			return rest
		}
		return ""
	}
	if a := of(p.value); a != "" {
		return a
	}
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(p.params["EMAIL"])), "mailto:")
}
