package conduct

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"rekindle/platform/document"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/consent"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// paperWords are the words of a consent's paper and of the mail that brings it, by language, besides those of the protocol.
var paperWords = map[string]map[string]string{
	"en": {
		"kind": "Informed consent", "page": "Page %d of %s", "study": "Study", "registered": "Registered", "version": "Version", "in force": "%s, in force since %s",
		"language": "Language", "code": "Study code", "contact": "Contact", "fit": "Stated by the participant", "yes": "Yes", "understood": "Questions on the text, and the answers given",
		"signature": "Signature", "agree": "I agree to take part.", "typed": "Full name, typed by the participant as an electronic signature", "signed": "Signed",
		"note":  "This paper was made when the participant signed, and has not been changed since: the SHA-256 of this file stands in the study's audit trail, with which the command \"rekindle consent verify\" compares a copy. The text was read in the language named on the first page.",
		"hash":  "SHA-256 of the text",
		"mail":  "Your signed consent",
		"body":  "Dear %[1]s,\n\nThank you. Attached is the consent that you have signed, version %[2]s, as it is kept. Please keep this copy.\n\nYou find it on your page too, at any time: %[3]s\n\n%[4]s\n",
		"file":  "consent",
		"whole": "English",
	},
	"es": {
		"kind": "Consentimiento informado", "page": "Página %d de %s", "study": "Estudio", "registered": "Registro", "version": "Versión", "in force": "%s, vigente desde el %s",
		"language": "Idioma", "code": "Código de estudio", "contact": "Contacto", "fit": "Declarado por la persona participante", "yes": "Sí", "understood": "Preguntas sobre el texto y respuestas dadas",
		"signature": "Firma", "agree": "Acepto participar.", "typed": "Nombre completo, escrito por la persona participante como firma electrónica", "signed": "Firmado",
		"note":  "Este documento se creó en el momento de la firma y no se ha modificado desde entonces: el SHA-256 de este archivo consta en el registro de auditoría del estudio, con el que la orden «rekindle consent verify» compara una copia. El texto se leyó en el idioma indicado en la primera página.",
		"hash":  "SHA-256 del texto",
		"mail":  "Su consentimiento firmado",
		"body":  "Hola, %[1]s:\n\nMuchas gracias. Adjuntamos el consentimiento que usted ha firmado, versión %[2]s, tal como se conserva. Le rogamos que guarde esta copia.\n\nTambién lo encontrará en su página en cualquier momento: %[3]s\n\n%[4]s\n",
		"file":  "consentimiento",
		"whole": "Español",
	},
}

// paper draws the consent of a person as it was signed. The same consent gives the same bytes.
func (c *Conduct) paper(r participant.Record, version study.Consent, language string, a Agreement, at time.Time) ([]byte, error) {
	p, w := study.In(language, *c.Protocol), paperWords[language]
	at = at.In(c.zone(r.Zone))
	name := strings.TrimSpace(a.Name)
	d := document.New(document.Paper{Kind: w["kind"], Title: p.Title, Language: language, Made: at, Author: name, Program: strings.TrimSpace("Rekindle " + c.Program),
		Foot: fmt.Sprintf("%s · %s %s · %s", w["kind"], w["version"], version.Version, r.Code), PageOf: w["page"]})
	d.Facts([2]string{w["registered"], strings.TrimSpace(p.Registration.Registry + " " + p.Registration.Number)},
		[2]string{w["version"], fmt.Sprintf(w["in force"], version.Version, study.DayIn(language, version.Effective.Time))},
		[2]string{w["language"], w["whole"]}, [2]string{w["code"], string(r.Code)}, [2]string{w["contact"], contact(p)})
	d.Rule()
	d.Markdown(version.Text)
	if len(a.Attested) > 0 {
		d.Heading(w["fit"])
		for _, criterion := range p.Eligibility {
			if a.Attested[criterion.ID] && criterion.Item == "" {
				d.Answered(criterion.Text, w["yes"])
			}
		}
	}
	if len(version.Questions) > 0 {
		d.Heading(w["understood"])
		for i, q := range version.Questions {
			d.Answered(q.Text, q.Choices[a.Choices[i]])
		}
	}
	d.Sign(document.Signature{Heading: w["signature"], Agreed: w["agree"], Name: name, Label: w["typed"], Facts: [][2]string{
		{w["signed"], fmt.Sprintf("%s, %s (%s UTC)", study.DayIn(language, at), at.Format("15:04:05 MST"), at.UTC().Format("2006-01-02 15:04:05"))},
		{w["version"], version.Version}, {w["code"], string(r.Code)}},
		Note: w["note"], Proof: [][2]string{{w["hash"], consent.Hash(version)}}})
	return d.PDF()
}

// sumOf is the SHA-256 of a file, hexadecimal.
func sumOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// sealPaper hides the paper of a consent; openPaper gives it back.
func sealPaper(tx *store.Tx, code participant.Code, version string, paper []byte) []byte {
	return tx.Vault.Seal(paper, "consent", "paper", string(code)+" "+version)
}

func openPaper(tx *store.Tx, s store.Signed) ([]byte, error) {
	if tx.Vault == nil {
		return nil, keyless()
	}
	return tx.Vault.Open(s.Paper, "consent", "paper", string(s.Participant)+" "+s.Version)
}

var notInFileName = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// paperFile names the file of a consent's paper.
func paperFile(language, version string) string {
	return cmp.Or(paperWords[language]["file"], "consent") + "-" + strings.Trim(notInFileName.ReplaceAllString(version, "-"), "-.") + ".pdf"
}

// sendPaper mails a person the paper of the consent just signed, unless their address takes no mail or they want none.
func (c *Conduct) sendPaper(ctx context.Context, tx *store.Tx, code participant.Code, s consent.Signature, paper []byte) error {
	p, link, ok, err := c.correspondent(ctx, tx, code)
	if err != nil || !ok {
		return err
	}
	w := paperWords[s.Language]
	letter := link.letter(p, w["mail"], fmt.Sprintf(w["body"], p.Name, s.Version, link.url, c.contactIn(s.Language)))
	letter.Attachments = []post.Attachment{{Name: paperFile(s.Language, s.Version), Type: "application/pdf", Data: paper}}
	_, err = tx.Post(ctx, post.Message{Kind: "consent-copy", Person: string(code), Dedupe: fmt.Sprintf("%s consent %s", code, s.Version), Due: tx.Now(), Content: letter})
	return err
}
