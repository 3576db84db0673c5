package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// What was signed is a PDF on one's own page: the same bytes each time, after leaving the study too, and nobody else's.
func TestConsentPaperOnThePage(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	v := e.come(links[0])
	if p := v.do(webtest.Scenario{Path: "/me/consent.pdf"}); p.Status != http.StatusNotFound {
		t.Errorf("before signing: %d", p.Status)
	}
	v.send("/me/consent", signature, "/me/survey/baseline/demographics")
	if p := v.get("/me/consent"); len(p.All(t, `a[download][href="/me/consent.pdf?version=1"]`)) != 1 {
		t.Error("the page does not lead to the paper")
	}
	first := v.get("/me/consent.pdf")
	if first.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(first.Body, "%PDF-") || !strings.Contains(first.Header.Get("Content-Disposition"), "consent-1.pdf") {
		t.Errorf("the paper comes as %q, %q", first.Header.Get("Content-Type"), first.Header.Get("Content-Disposition"))
	}
	if again := v.get("/me/consent.pdf?version=1"); again.Body != first.Body {
		t.Error("asked for twice it is not the same")
	}
	for _, version := range []string{"2", "../1"} {
		if p := v.do(webtest.Scenario{Path: "/me/consent.pdf?version=" + version}); p.Status != http.StatusNotFound {
			t.Errorf("version %s: %d", version, p.Status)
		}
	}
	v.send("/me/withdraw", map[string][]string{"use": {"remove-answers"}}, "/me")
	if p := v.get("/me/consent.pdf"); p.Body != first.Body {
		t.Error("after leaving the study it is not the same")
	}
	if p := e.come(links[1]).do(webtest.Scenario{Path: "/me/consent.pdf"}); p.Status != http.StatusNotFound {
		t.Errorf("somebody who has signed nothing: %d", p.Status)
	}
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "nobody", Path: "/me/consent.pdf", Status: http.StatusForbidden},
		{Name: "the office sees codes and hashes, no names", Path: "/consents", Cookie: e.staff(identity.Coordinator), Sees: []string{string(codes[0]), "Withdrawn", "English"}, Never: []string{"Jordan", "Dr. Person", string(codes[1])}},
		{Name: "the statistician does not", Path: "/consents", Cookie: e.staff(identity.Statistician), Status: http.StatusForbidden},
	})
	for _, m := range e.outbox(codes[0]) {
		if m.Kind == "consent-copy" && len(m.Attachments) == 1 && bytes.Equal(m.Attachments[0].Data, []byte(first.Body)) {
			return
		}
	}
	t.Error("no mail brings the paper")
}

// A new version is asked for before anything else, and the earlier one stays with its paper.
func TestNewVersionOnThePage(t *testing.T) {
	e := enrol(t, func(p *study.Protocol) {
		second := p.Consent[0]
		second.Version, second.Effective, second.Text = "2", study.Day(2021, 10, 1), second.Text+"\n\nA second survey was added."
		p.Consent = append(p.Consent, second)
	})
	codes, links := e.invite(1)
	e.come(links[0]).baseline()
	e.at("2021-10-02 10:00")
	v := e.come(links[0])
	if text := v.get("/me").Text(t, ".next"); !strings.Contains(text, "Read and sign the consent") {
		t.Errorf("the next step is %q", text)
	}
	p := v.get("/me/consent")
	if text := p.Text(t, "main"); !strings.Contains(text, "has changed since you signed") || !strings.Contains(text, "A second survey was added") {
		t.Errorf("the page says %q", text)
	}
	if len(p.All(t, "[name^=criterion]")) != 0 || len(p.All(t, `a[href="/me/withdraw"]`)) == 0 {
		t.Error("it asks for the conditions again, or has no way to leave")
	}
	old := map[string][]string{"version": {"1"}, "name": {"Jordan Example"}, "question-0": {"2"}, "question-1": {"2"}, "question-2": {"0"}}
	if p := v.do(webtest.Scenario{Path: "/me/consent", Form: old}); p.Status != http.StatusConflict {
		t.Errorf("the old version sent from a second tab: %d", p.Status)
	}
	old["version"] = []string{"2"}
	v.send("/me/consent", old, "/me")
	one, two := v.get("/me/consent.pdf?version=1").Body, v.get("/me/consent.pdf?version=2").Body
	if one == two || v.get("/me/consent.pdf").Body != two {
		t.Error("each version has not its own paper, or the latest is not given first")
	}
	if r := e.record(codes[0]); r.Status != "randomized" {
		t.Errorf("signing anew makes the person %s", r.Status)
	}
}
