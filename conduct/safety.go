package conduct

import (
	"context"
	"fmt"
	"strings"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/assessment"
	"rekindle/trial/consent"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
)

// tellSafety looks at a form that was submitted or corrected. Where a screen in it is positive, the protocol names a safety contact, and what the
// person signed last says so, the contact is told who it is, and never what was answered; once for each form. Nobody else is: the message
// is on no page, and the trail has the answering alone.
func (c *Conduct) tellSafety(ctx context.Context, tx *store.Tx, r participant.Record, form assessment.Form, in *instrument.Instrument, answers instrument.Answers) (positive bool, err error) {
	if positive, err = in.Positive(answers); err != nil || !positive || c.Protocol.Contact.Safety == "" {
		return positive, err
	}
	signed, err := tx.Consents(ctx, r.Code)
	if err != nil || !consent.TellsSafety(c.Protocol.Consent, signed) {
		return positive, err
	}
	p, err := person(ctx, tx, r.Code)
	if err != nil {
		return positive, err
	}
	reach := []string{p.Email}
	if p.Phone != "" {
		reach = append(reach, p.Phone)
	}
	text := fmt.Sprintf("Somebody who takes part in %q may want support. A screening question of a survey asks that you be told, and the consent that was signed says so.\n\n"+
		"%s\n%s\n\nThis message tells no answer, and nobody else in the study has got it. Please do not pass it on.\n\n%s\n", c.Protocol.Title, p.Name, strings.Join(reach, ", "), c.contact())
	_, err = tx.Post(ctx, post.Message{Kind: store.SafetyMail, Dedupe: safetyKey(r.Code, form.Visit, in.ID), Due: tx.Now(),
		Content: post.Content{To: c.Protocol.Contact.Safety, Subject: "For the safety contact: please read", Text: text}})
	return positive, err
}

func safetyKey(code participant.Code, visit, form string) string {
	return strings.Join([]string{store.SafetyMail, string(code), visit, form}, " ")
}

// SafetyTold gives what became of the message to the safety contact about a form, empty where there is none, for the one whom it is about.
func (c *Conduct) SafetyTold(ctx context.Context, tx *store.Tx, code participant.Code, visit, form string) (post.State, error) {
	return tx.MailState(ctx, safetyKey(code, visit, form))
}
