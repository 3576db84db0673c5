package conduct

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"rekindle/platform/document"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// goodbye is what a withdrawal's paper says of a choice.
type goodbye struct {
	asked string // in the words that were chosen
	stops []string
	data  []string
}

// goodbyeWords are the words of a withdrawal's paper, and of the mail that brings it, in one language.
type goodbyeWords struct {
	kind, page, registered, code, signed, at, language, whole, contact string
	by                                                                 map[bool]string // whether the person did it, and not the office for them
	asked, stops, data, note                                           string
	file, mail, body, last                                             string
	choices                                                            map[participant.Use]goodbye
}

var goodbyes = map[string]goodbyeWords{
	"en": {
		kind: "Withdrawal from the study", page: "Page %d of %s", registered: "Registered", code: "Study code", signed: "Consent given", at: "Withdrawn", language: "Language", whole: "English", contact: "Contact",
		by:    map[bool]string{true: "on the participant’s own page", false: "by the study office, for the participant"},
		asked: "What was asked for", stops: "What stops", data: "What happens to the data",
		note: "This paper was made at the moment of the withdrawal and has not been changed since: the SHA-256 of this file stands in the study's audit trail, with which the command \"rekindle consent verify\" compares a copy.",
		file: "withdrawal", mail: "You have left the study",
		body: "Dear %[1]s,\n\nYou have left the study %[2]q. Attached is what you asked for, what stops, and what happens to your data, as it is kept. Thank you for having taken part.\n\nYou find it on your page too: %[3]s\n\n%[4]s%[5]s\n",
		last: "This is the last e-mail that the study sends you.\n\n",
		choices: map[participant.Use]goodbye{
			participant.KeepAll: {"End my coaching. I will still answer the surveys, and everything I have answered may be used.",
				[]string{"Coaching has ended: booked sessions are cancelled, and the coach is told no reason."},
				[]string{"Surveys stay open to you, and the study writes to you about them.", "What you have answered and will answer may be used, under your study code and without your name."}},
			participant.StopContact: {"Send me nothing more. Everything I have answered may be used.",
				[]string{"Coaching has ended: booked sessions are cancelled, and the coach is told no reason.", "The study sends you no more e-mails."},
				[]string{"What you have answered may be used, under your study code and without your name."}},
			participant.UntilNow: {"Collect nothing more about me. What I have answered until now may be used.",
				[]string{"Coaching has ended: booked sessions are cancelled, and the coach is told no reason.", "The study sends you no more e-mails.", "Surveys are closed: nothing more is collected.", "Your consent counts as withdrawn."},
				[]string{"What you have answered until now may be used, under your study code and without your name."}},
			participant.RemoveData: {"Delete my answers. Only that I took part, in which group, and that I left remain.",
				[]string{"Coaching has ended: booked sessions are cancelled, and the coach is told no reason.", "The study sends you no more e-mails.", "Surveys are closed: nothing more is collected.", "Your consent counts as withdrawn.", "Passkeys that opened your page are removed."},
				[]string{"Your answers are deleted, with your vision, your goals and what you said of working with your coach.", "It remains that you took part, in which group, and that you left; the consent that you signed, and this paper; and a list of what was done, without what you answered."}},
		},
	},
	"es": {
		kind: "Retirada del estudio", page: "Página %d de %s", registered: "Registro", code: "Código de estudio", signed: "Consentimiento dado", at: "Retirada", language: "Idioma", whole: "Español", contact: "Contacto",
		by:    map[bool]string{true: "en la propia página de la persona participante", false: "por la oficina del estudio, en nombre de la persona participante"},
		asked: "Lo que se pidió", stops: "Lo que termina", data: "Qué ocurre con los datos",
		note: "Este documento se creó en el momento de la retirada y no se ha modificado desde entonces: el SHA-256 de este archivo consta en el registro de auditoría del estudio, con el que la orden «rekindle consent verify» compara una copia.",
		file: "retirada", mail: "Ha dejado el estudio",
		body: "Hola, %[1]s:\n\nHa dejado el estudio «%[2]s». Adjuntamos lo que usted pidió, lo que termina y qué ocurre con sus datos, tal como se conserva. Muchas gracias por haber participado.\n\nTambién lo encontrará en su página: %[3]s\n\n%[4]s%[5]s\n",
		last: "Este es el último correo que le envía el estudio.\n\n",
		choices: map[participant.Use]goodbye{
			participant.KeepAll: {"Terminar mi coaching. Seguiré respondiendo las encuestas, y todo lo que respondí puede usarse.",
				[]string{"El coaching ha terminado: las sesiones reservadas quedan canceladas y no se le dice ningún motivo a su coach."},
				[]string{"Las encuestas siguen abiertas y el estudio le escribirá sobre ellas.", "Lo que ha respondido y lo que responda puede usarse, con su código de estudio y sin su nombre."}},
			participant.StopContact: {"No me envíen nada más. Todo lo que respondí puede usarse.",
				[]string{"El coaching ha terminado: las sesiones reservadas quedan canceladas y no se le dice ningún motivo a su coach.", "El estudio no le enviará más correos."},
				[]string{"Lo que ha respondido puede usarse, con su código de estudio y sin su nombre."}},
			participant.UntilNow: {"No recojan nada más sobre mí. Lo que respondí hasta ahora puede usarse.",
				[]string{"El coaching ha terminado: las sesiones reservadas quedan canceladas y no se le dice ningún motivo a su coach.", "El estudio no le enviará más correos.", "Las encuestas quedan cerradas: no se recoge nada más.", "Su consentimiento consta como retirado."},
				[]string{"Lo que ha respondido hasta ahora puede usarse, con su código de estudio y sin su nombre."}},
			participant.RemoveData: {"Borren mis respuestas. Solo quedará que participé, en qué grupo, y que lo dejé.",
				[]string{"El coaching ha terminado: las sesiones reservadas quedan canceladas y no se le dice ningún motivo a su coach.", "El estudio no le enviará más correos.", "Las encuestas quedan cerradas: no se recoge nada más.", "Su consentimiento consta como retirado.", "Se han quitado las claves de acceso que abrían su página."},
				[]string{"Sus respuestas se han borrado, junto con su visión, sus objetivos y lo que dijo de la relación con su coach.", "Queda que usted participó, en qué grupo, y que lo dejó; el consentimiento que firmó y este documento; y una lista de lo que se hizo, sin lo que usted respondió."}},
		},
	},
}

// withdrawalFile names the file of a withdrawal's paper.
func withdrawalFile(language string, use participant.Use) string {
	return cmp.Or(goodbyes[language].file, goodbyes["en"].file) + "-" + string(use) + ".pdf"
}

// withdrawalPaper draws what was asked for when somebody left. The same withdrawal gives the same bytes.
func (c *Conduct) withdrawalPaper(by identity.Actor, r participant.Record, p Person, language string, at time.Time) ([]byte, error) {
	protocol, w := study.In(language, *c.Protocol), goodbyes[language]
	said := w.choices[r.Use]
	at = at.In(c.zone(r.Zone))
	var signed string
	if r.ConsentedAt != nil {
		signed = study.DayIn(language, r.ConsentedAt.In(c.zone(r.Zone)))
	}
	d := document.New(document.Paper{Kind: w.kind, Title: protocol.Title, Language: language, Made: at, Author: p.Name, Program: strings.TrimSpace("Rekindle " + c.Program),
		Foot: w.kind + " · " + string(r.Code), PageOf: w.page})
	d.Facts([2]string{w.registered, strings.TrimSpace(protocol.Registration.Registry + " " + protocol.Registration.Number)}, [2]string{w.code, string(r.Code)}, [2]string{w.signed, signed},
		[2]string{w.at, fmt.Sprintf("%s, %s (%s UTC), %s", study.DayIn(language, at), at.Format("15:04:05 MST"), at.UTC().Format("2006-01-02 15:04:05"), w.by[by.Role == identity.Participant])},
		[2]string{w.language, w.whole}, [2]string{w.contact, contact(protocol)})
	d.Rule()
	d.Answered(w.asked, said.asked)
	for _, part := range []struct {
		heading string
		lines   []string
	}{{w.stops, said.stops}, {w.data, said.data}} {
		d.Heading(part.heading)
		d.Markdown("- " + strings.Join(part.lines, "\n- "))
	}
	d.Rule()
	d.Markdown(w.note)
	return d.PDF()
}

// fileWithdrawal files the paper of a withdrawal, and gives it with its SHA-256.
func (c *Conduct) fileWithdrawal(ctx context.Context, tx *store.Tx, by identity.Actor, r participant.Record) (pdf []byte, document string, err error) {
	if tx.Vault == nil {
		return nil, "", keyless()
	}
	language := cmp.Or(r.Language, study.Languages[0])
	p, err := person(ctx, tx, r.Code)
	if err != nil {
		return nil, "", err
	}
	if pdf, err = c.withdrawalPaper(by, r, p, language, tx.Now()); err != nil {
		return nil, "", err
	}
	filed := store.Withdrawal{Participant: r.Code, Choice: r.Use, Made: tx.Now(), Language: language, Document: sumOf(pdf),
		Paper: tx.Vault.Seal(pdf, "withdrawal", "paper", string(r.Code)+" "+string(r.Use))}
	return pdf, filed.Document, tx.AddWithdrawal(ctx, filed)
}

// sendWithdrawal mails a person the paper of their withdrawal, unless their address takes no mail or they want none.
func (c *Conduct) sendWithdrawal(ctx context.Context, tx *store.Tx, r participant.Record, pdf []byte) error {
	p, link, ok, err := c.correspondent(ctx, tx, r.Code)
	if err != nil || !ok {
		return err
	}
	language, last := cmp.Or(r.Language, study.Languages[0]), ""
	w := goodbyes[language]
	if !r.Use.Contact() {
		last = w.last
	}
	letter := link.letter(p, w.mail, fmt.Sprintf(w.body, p.Name, study.In(language, *c.Protocol).Title, link.url, last, c.contactIn(language)))
	letter.Attachments = []post.Attachment{{Name: withdrawalFile(language, r.Use), Type: "application/pdf", Data: pdf}}
	_, err = tx.Post(ctx, post.Message{Kind: "withdrawal-copy", Person: string(r.Code), Dedupe: fmt.Sprintf("%s withdrawal %s", r.Code, r.Use), Due: tx.Now(), Content: letter})
	return err
}

// WithdrawalPapers gives a participant the papers of their leaving, the latest first.
func (c *Conduct) WithdrawalPapers(ctx context.Context, by identity.Actor, code participant.Code) (all []Paper, err error) {
	if err := by.RequireFor("home.read", code); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err = withdrawalPapers(ctx, tx, store.ConsentFilter{Participant: code})
		return err
	})
	return all, err
}

func withdrawalPapers(ctx context.Context, tx *store.Tx, f store.ConsentFilter) (all []Paper, err error) {
	filed, err := tx.Withdrawals(ctx, f)
	if err == nil && len(filed) > 0 && tx.Vault == nil {
		err = keyless()
	}
	if err != nil {
		return nil, err
	}
	for _, w := range filed {
		pdf, err := tx.Vault.Open(w.Paper, "withdrawal", "paper", string(w.Participant)+" "+string(w.Choice))
		if err != nil {
			return nil, err
		}
		if sumOf(pdf) != w.Document {
			return nil, problem.New(problem.Unavailable, "The paper of the withdrawal of %s is not the one that was filed", w.Participant).
				Instead("Run 'rekindle audit verify' and compare with a backup.")
		}
		all = append(all, Paper{Participant: w.Participant, Choice: w.Choice, Name: withdrawalFile(w.Language, w.Choice), PDF: pdf})
	}
	return all, nil
}
