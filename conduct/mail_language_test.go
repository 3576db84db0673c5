package conduct_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// subjectsInSpanish are the mails to participants that no protocol words, each with how its subject begins.
var subjectsInSpanish = map[string]string{"personal-link": "Su enlace personal", "consent-copy": "Su consentimiento firmado", "appointment": "Cita",
	"coach-leave": "Puede cambiar la fecha", "coach-left": "Elija de nuevo"}

var english = regexp.MustCompile(`\b(Dear|your|you|please|the|and)\b`)

// Whoever reads in Spanish is written to in Spanish, whatever the mail: the protocol's messages and those that the program words.
func TestMailInSpanish(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		added, err := w.AddRoster(ctx, coordinator, []conduct.Person{{Name: "Dra. Inés Duarte", Email: "ines@hospital.example", Language: "es", Columns: map[string]string{"division": "d"}}})
		must(t, err)
		code := added[0]
		me := identity.AsParticipant(code)
		_, err = w.Invite(ctx, coordinator, added)
		must(t, err)
		w.at("2021-08-09 10:00")
		w.tick()
		must(t, w.SendLink(ctx, coordinator, code))
		_, err = w.Consent(ctx, me, code, conduct.Agreement{Version: "1", Name: "Inés Duarte", Choices: []int{2, 2, 0}, Attested: attested, Language: "es"})
		must(t, err)
		coaches := w.coaches(2)
		w.coachable(code)
		must(t, w.ChooseCoach(ctx, me, code, coaches[0]))
		start := time.Date(2021, 8, 16, 9, 0, 0, 0, w.Protocol.Location())
		_, err = w.Book(ctx, me, conduct.Booking{Participant: code, Start: start})
		must(t, err)
		w.tick()
		_, err = w.TakeLeave(ctx, identity.AsCoach(coaches[0]), coaches[0], coach.Span{From: start, To: start.AddDate(0, 0, 1)})
		must(t, err)
		_, err = w.RetireCoach(ctx, coordinator, coaches[0])
		must(t, err)
		w.at("2021-11-20 12:00")
		w.tick()
		missing := make(map[string]bool)
		for kind := range subjectsInSpanish {
			missing[kind] = true
		}
		_, mails := w.mail(code)
		for _, m := range mails {
			delete(missing, m.Kind)
			if begins, ours := subjectsInSpanish[m.Kind]; ours && !strings.HasPrefix(m.Subject, begins) {
				t.Errorf("%s: the subject is %q", m.Kind, m.Subject)
			}
			if found := english.FindString(m.Subject + "\n" + m.Text); found != "" {
				t.Errorf("%s says %q:\n%s\n%s", m.Kind, found, m.Subject, m.Text)
			}
		}
		if len(missing) > 0 {
			t.Errorf("no mail of the kinds %v", missing)
		}
	})
}

// Whoever has chosen no language is sent a link in that of the page on which they asked for it.
func TestPersonalLinkInThePagesLanguage(t *testing.T) {
	each(t, func(w *world) {
		codes := w.roster(2)
		must(t, w.ChooseLanguage(w.Context(), identity.AsParticipant(codes[1]), codes[1], "en"))
		for i, email := range []string{"p0@hospital.example", "p1@hospital.example"} {
			must(t, w.RequestPersonalLink(w.Context(), atDesk, email, "es", ""))
			_, mails := w.mail(codes[i])
			if want := map[participant.Code]string{codes[0]: "Su enlace personal", codes[1]: "Your personal link"}[codes[i]]; len(mails) != 1 || mails[0].Subject != want {
				t.Errorf("%s: %+v", codes[i], mails)
			}
		}
	})
}

// The office changes words for those who read one language; the others keep theirs.
func TestWordsAreChangedByLanguage(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		must(t, w.ChooseLanguage(ctx, identity.AsParticipant(codes[1]), codes[1], "es"))
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		spanish := w.only(codes[1], "announcement", 0)
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "en", conduct.NewWords{Subject: "Other words", Body: "Come: {{link}}"}))
		if got := w.only(codes[0], "announcement", 0); got.Subject != "Other words" {
			t.Errorf("in English: %q", got.Subject)
		}
		if got := w.only(codes[1], "announcement", 0); got.Subject != spanish.Subject || got.Text != spanish.Text || english.MatchString(got.Text) {
			t.Errorf("in Spanish: %q, %s", got.Subject, got.Text)
		}
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "es", conduct.NewWords{Subject: "Otras palabras", Body: "Venga: {{link}}"}))
		if got := w.only(codes[1], "announcement", 0); got.Subject != "Otras palabras" {
			t.Errorf("in Spanish: %q", got.Subject)
		}
		must(t, w.ChangeMessage(ctx, coordinator, spanish.ID, conduct.NewWords{Subject: "Para una", Body: "{{link}}"}, time.Time{}))
		must(t, w.ChangeMessage(ctx, coordinator, spanish.ID, conduct.NewWords{Subject: "Otras palabras", Body: "Venga: {{link}}"}, time.Time{})) // those of its kind again
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "es", conduct.NewWords{Subject: spanish.Message.Subject, Body: spanish.Message.Body}))
		if got := w.only(codes[1], "announcement", 0); got.Subject != spanish.Subject {
			t.Errorf("with the protocol's words again: %q", got.Subject)
		}
		refused(t, w.RewordMessages(ctx, coordinator, "announcement", "fr", conduct.NewWords{Subject: "x", Body: "{{link}}"}), problem.Invalid, "no language")
	})
}
