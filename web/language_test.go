package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/document/documenttest"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// Whoever chooses Spanish reads the protocol's own words in Spanish too: pages, consent, its paper, and the mail that comes later.
func TestEverythingInSpanish(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.do(webtest.Scenario{Path: "/me/language", Form: url.Values{"language": {"es"}}})
	if got := e.record(codes[0]).Language; got != "es" {
		t.Fatalf("the language is kept as %q", got)
	}
	if p := v.do(webtest.Scenario{Path: "/me/language", Form: url.Values{"language": {"xx"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a language that is none: %d", p.Status)
	}
	p := v.get("/me/consent")
	for _, want := range []string{"Participar en el ensayo", "Usted ejerce como médico", "¿Quién decide si usted", "El azar"} {
		if !strings.Contains(p.Text(t, "body"), want) {
			t.Errorf("the consent does not say %q", want)
		}
	}
	if len(p.All(t, `main [lang=en]`)) != 0 || len(p.All(t, ".agreement[lang=es]")) != 1 {
		t.Error("a part of the consent is in English")
	}
	v.baseline()
	if p := e.browser().get(links[0]); len(p.All(t, "html[lang=es]")) != 1 {
		t.Errorf("the link opens on %q", p.Text(t, "main"))
	}
	other := e.come(links[0]) // another device, whose browser says nothing of a language
	home := other.get("/me")
	if text := home.Text(t, "main"); !strings.Contains(text, "3 meses") || strings.Contains(text, "3 months") {
		t.Errorf("home says %q", text)
	}
	if n := len(home.All(t, "main [lang=en]")); n != 0 {
		t.Errorf("home has %d parts in English", n)
	}
	if signed := other.get("/me/consent"); !strings.Contains(signed.Text(t, "main"), "Participar en el ensayo") {
		t.Error("what was signed is shown in another language")
	}
	pdf := other.get("/me/consent.pdf")
	said, err := documenttest.Words([]byte(pdf.Body))
	succeed(t, err)
	for _, want := range []string{"CONSENTIMIENTO INFORMADO", "Español", "vigente desde el 5 de agosto de 2021", "El azar", "Acepto participar.", "6 de agosto de 2021, 12:00:00 EDT", "Usted ejerce como médico o médica en la organización. Sí"} {
		if !strings.Contains(said, want) {
			t.Errorf("the paper does not say %q:\n%s", want, said)
		}
	}
	if !strings.Contains(pdf.Header.Get("Content-Disposition"), "consentimiento-1.pdf") {
		t.Errorf("the paper is named %s", pdf.Header.Get("Content-Disposition"))
	}
	e.at("2021-08-06 13:00")
	e.at("2021-10-29 09:00")
	subjects := map[string]string{}
	for _, m := range e.outbox(codes[0]) {
		subjects[m.Kind] = m.Subject + " " + m.Text
	}
	for kind, want := range map[string]string{"consent-copy": "Su consentimiento firmado", "allocated": "Usted está en el grupo", "survey": "está abierta hasta el domingo, 5 de diciembre de 2021"} {
		if !strings.Contains(subjects[kind], want) {
			t.Errorf("%s: no %q in %q", kind, want, subjects[kind])
		}
	}
}

// What a study has not translated is read in English, and marked so.
func TestWhatIsNotTranslatedIsMarked(t *testing.T) {
	e := enrol(t, func(p *study.Protocol) {
		p.Consent[0].Spoken, p.Consent[0].Questions[0].Spoken, p.Visits[1].Spoken = nil, nil, nil
	})
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.do(webtest.Scenario{Path: "/me/language", Form: url.Values{"language": {"es"}}})
	p := v.get("/me/consent")
	if len(p.All(t, ".agreement[lang=en]")) != 1 || len(p.All(t, "#question-0-text[lang=en]")) != 1 || len(p.All(t, "#question-1-text[lang=es]")) != 1 {
		t.Error("English parts are not marked")
	}
	v.baseline()
	if n := len(v.get("/me").All(t, "main [lang=en]")); n == 0 {
		t.Error("the name of the survey is not marked")
	}
	for _, m := range e.outbox(codes[0]) {
		if m.Kind == "consent-copy" && m.Subject != "Your signed consent" {
			t.Errorf("a consent that was read in English comes with %q", m.Subject)
		}
	}
}

// Each cookie that a browser is given over https comes back over https alone; without it, as in a rehearsal, it comes back at all.
func TestTheLanguageIsKeptInASafeCookie(t *testing.T) {
	for base, safe := range map[string]string{"https://coaching.example.org": "; Secure", "http://localhost:8080": ""} {
		e := enrol(t)
		e.BaseURL = base
		_, links := e.invite(1)
		v := e.come(links[0])
		for _, p := range []*webtest.Page{v.get("/me/start?lang=es"), v.do(webtest.Scenario{Path: "/me/language", Form: url.Values{"language": {"es"}}})} {
			set := p.Header.Get("Set-Cookie")
			if !strings.HasPrefix(set, "rekindle_lang=es; Path=/; ") || !strings.Contains(set, "; HttpOnly"+safe+"; SameSite=Lax") {
				t.Errorf("%s: %q", base, set)
			}
		}
	}
}
