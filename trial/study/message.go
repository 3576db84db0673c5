package study

import (
	"regexp"
	"slices"
	"strings"
)

// placeholder matches what stands for a word in a message: {{name}}.
var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// everywhere lists the words that every message may use: the recipient's name, the personal link, the trial's title,
// and who answers questions.
var everywhere = []string{"name", "link", "title", "contact"}

// Words gives the words that a message of the purpose may use in {{ }}, besides what each means:
//
//	name         the recipient, as on the invitation list
//	link         the recipient's personal link, to the page where the message's matter is dealt with
//	title        the title of the trial
//	contact      name, e-mail and phone of the contact
//	date         survey, reminder: last day of the window; session-reminder: start of the session, with its zone; announcement: last day of enrolment;
//	             choose-coach, first-session, coaching-unlocked: last day of the coaching period
//	arm          allocation: name of the arm
//	description  allocation: the arm's description
//	resources    resources: the arm's resources, a paragraph each
//	visit        survey, reminder: name of the visit
//	coach        first-session, session-reminder, weekly-check-in: name of the coach
//	coaches      choose-coach: up to three coaches with their next free time within a week of sending, a line each
//	item         incentive: name of the item sent
func (p Purpose) Words() []string {
	own := map[Purpose][]string{
		Announcement:     {"date"},
		AllocationTold:   {"arm", "description"},
		ResourcesSent:    {"resources"},
		SurveyOpen:       {"visit", "date"},
		SurveyReminder:   {"visit", "date"},
		ChooseCoach:      {"date", "coaches"},
		FirstSession:     {"coach", "date"},
		SessionReminder:  {"coach", "date"},
		CoachingUnlocked: {"date"},
		WeeklyCheckIn:    {"coach"},
		IncentiveSent:    {"item"},
	}
	return append(slices.Clone(everywhere), own[p]...)
}

// Fill puts words into the subject and the body of a message. A word that is not given stays as it stands, so that a
// gap is seen; Check has refused words that the purpose does not know.
func (m Message) Fill(words map[string]string) (subject, body string) {
	put := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			if word, ok := words[placeholder.FindStringSubmatch(found)[1]]; ok {
				return word
			}
			return found
		})
	}
	// A line end inside a word must not break out of the subject's header.
	return strings.Join(strings.Fields(put(m.Subject)), " "), put(m.Body)
}

// Uses reports whether the message has a word.
func (m Message) Uses(word string) bool {
	return slices.Contains(used(m.Subject), word) || slices.Contains(used(m.Body), word)
}

// used gives the words a text asks for, in order.
func used(text string) (words []string) {
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		words = append(words, found[1])
	}
	return words
}
