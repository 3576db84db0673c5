package study

import (
	"fmt"
	"slices"
	"strings"

	"rekindle/problem"
)

// anchorsOf says what mails of a purpose may be counted from.
var anchorsOf = map[Purpose][]string{
	Announcement:     {string(FromOpening), string(FromInvitation)},
	AllocationTold:   {string(FromRandomization)},
	ResourcesSent:    {string(FromRandomization)},
	SurveyOpen:       {string(FromVisit)},
	SurveyReminder:   {string(FromVisit), string(FromInvitation), string(FromEnrolment)},
	ChooseCoach:      {string(FromRandomization), string(FromUnlock)},
	FirstSession:     {string(FromRandomization), string(FromUnlock)},
	SessionReminder:  {string(FromSession)},
	CoachingUnlocked: {string(FromUnlock)},
	WeeklyCheckIn:    {string(FromRandomization), string(FromUnlock)},
	IncentiveSent:    {string(FromVisit)},
}

// purposes lists every purpose, in the order in which a participant meets them.
var purposes = []string{string(Announcement), string(AllocationTold), string(ResourcesSent), string(SurveyOpen), string(SurveyReminder),
	string(ChooseCoach), string(FirstSession), string(SessionReminder), string(CoachingUnlocked), string(WeeklyCheckIn), string(IncentiveSent)}

func (c *checker) messages() {
	seen := map[string]bool{}
	for i, m := range c.Messages {
		path := at("message", i)
		c.id(path+".id", m.ID, seen)
		if c.oneOf(path+".purpose", string(m.Purpose), false, purposes...) {
			c.oneOf(path+".anchor", string(m.Anchor), false, anchorsOf[m.Purpose]...)
			for key, text := range map[string]string{"subject": m.Subject, "body": m.Body} {
				c.template(at(path, key), text, m.Purpose)
			}
			for language, spoken := range m.Spoken {
				for key, text := range spoken {
					c.template(at(path, key)+"_"+language, text.String(), m.Purpose)
				}
			}
		}
		needs := m.Anchor == FromVisit || m.Purpose == SurveyOpen || m.Purpose == SurveyReminder
		if needs || m.Visit != "" {
			if c.refer(path+".visit", m.Visit, "visit", c.visitIDs()) {
				c.timely(path, m)
			}
		}
		if len(m.Days) == 0 {
			c.wrong(path+".days", "the days after the anchor, as [0]", "the message %q is never sent", m.ID)
		}
		for j, day := range m.Days {
			if m.Anchor != FromVisit && m.Anchor != FromSession && 24*day+m.Hours < 0 {
				c.wrong(at(path, "days", j), "0 or more", "the message would be sent before the %s", m.Anchor)
			}
		}
		for j, arm := range m.Arms {
			c.refer(at(path, "arms", j), arm, "arm", c.ArmIDs())
		}
		if c.text(path+".subject", m.Subject, "subject") && strings.ContainsAny(strings.TrimSpace(m.Subject), "\r\n") {
			c.wrong(path+".subject", "one line", "the subject has more than one line")
		}
		c.text(path+".body", m.Body, "text")
		if m.Purpose == Announcement && m.Anchor == FromOpening && len(c.Enrolment.Announcements) > 0 && len(m.Days) > 0 && !slices.Equal(m.Days, c.Enrolment.Announcements) {
			c.wrong(path+".days", fmt.Sprintf("the days of enrolment.announcements, %v", c.Enrolment.Announcements), "the announcements go out on days %v", m.Days)
		}
	}
	c.untold()
}

// longestText bounds the words of a message, in bytes: a long letter.
const longestText = 20_000

// CheckText finds every mistake in a subject and a body that are to take the place of the message's own. Where those have the link, it
// must stay.
func (p *Protocol) CheckText(m Message, subject, body string) error {
	c := &checker{Protocol: p}
	for _, part := range []struct{ key, text string }{{"subject", subject}, {"body", body}} {
		switch {
		case strings.TrimSpace(part.text) == "":
			c.wrong(part.key, "write something, or take the protocol's words back", "there is no text")
		case len(part.text) > longestText:
			c.wrong(part.key, fmt.Sprintf("at most %d bytes", longestText), "the text has %d bytes", len(part.text))
		default:
			c.template(part.key, part.text, m.Purpose)
		}
	}
	if len(c.found) == 0 && slices.Contains(used(m.Body), "link") && !slices.Contains(used(body), "link") {
		c.wrong("body", "put {{link}} into the text", "the message has lost its link")
	}
	if strings.ContainsAny(strings.TrimSpace(subject), "\r\n") {
		c.wrong("subject", "one line", "the subject has more than one line")
	}
	var found problem.List
	for _, f := range c.found {
		one := *f.Problem
		one.Place = "" // it is not in the protocol's file
		found.Add(&one)
	}
	return found.Err()
}

// template checks the words in {{ }}.
func (c *checker) template(path, text string, purpose Purpose) {
	words := purpose.Words()
	for _, word := range used(text) {
		if slices.Contains(words, word) {
			continue
		}
		right := "known here: {{" + strings.Join(words, "}}, {{") + "}}"
		if near := nearest(word, words); near != "" {
			right = fmt.Sprintf("did you mean {{%s}}? ", near) + right
		}
		c.wrong(path, right, "a message of purpose %q has no word for {{%s}}", purpose, word)
	}
	if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		c.wrong(path, "{{word}}, with two braces on both sides", "a pair of braces is left open")
	}
	if strings.Contains(path, "body") && !slices.Contains(used(text), "link") && slices.Contains([]Purpose{Announcement, SurveyOpen, SurveyReminder, WeeklyCheckIn}, purpose) && strings.TrimSpace(text) != "" {
		c.wrong(path, "put {{link}} into the text", "the message does not say where to answer")
	}
}

// timely compares the days of a survey's mails with its window.
func (c *checker) timely(path string, m Message) {
	v, _ := c.Visit(m.Visit)
	if m.Anchor != FromVisit || m.Purpose != SurveyOpen && m.Purpose != SurveyReminder || v.WindowBefore < 0 || v.WindowAfter < 0 {
		return
	}
	for j, day := range m.Days {
		if day < -v.WindowBefore || day > v.WindowAfter {
			c.wrong(at(path, "days", j), fmt.Sprintf("%d to %d", -v.WindowBefore, v.WindowAfter), "on day %d from its due day the survey %q is not open", day, v.ID)
		}
	}
}

// untold warns of what no message says.
func (c *checker) untold() {
	has := func(purpose Purpose, visit string) bool {
		return slices.ContainsFunc(c.Messages, func(m Message) bool { return m.Purpose == purpose && (visit == "" || m.Visit == visit) })
	}
	missing := func(purpose Purpose, format string, args ...any) {
		c.warn("message", fmt.Sprintf("add a message with purpose = %q", purpose), format, args...)
	}
	if !has(Announcement, "") {
		missing(Announcement, "no message invites anybody")
	}
	if !has(AllocationTold, "") {
		missing(AllocationTold, "no message tells participants their group")
	}
	for _, v := range c.Visits {
		if !v.Baseline && !has(SurveyOpen, v.ID) {
			missing(SurveyOpen, "no message says that the survey %q is open", v.ID)
		}
		if !v.Baseline && !has(SurveyReminder, v.ID) {
			missing(SurveyReminder, "nobody is reminded of the survey %q", v.ID)
		}
	}
	if !has(ChooseCoach, "") {
		missing(ChooseCoach, "nobody is reminded to choose a coach, which is where trials of coaching lose most people")
	}
}

func (c *checker) incentives() {
	seen := map[string]bool{}
	for i, n := range c.Incentives {
		path := at("incentive", i)
		c.id(path+".id", n.ID, seen)
		c.text(path+".name", n.Name, "name")
		c.refer(path+".visit", n.Visit, "visit", c.visitIDs())
		c.least(path+".cost", n.Cost, 0)
	}
}
