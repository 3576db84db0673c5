package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// screening asks a screen at the end of the baseline.
func screening(p *study.Protocol) {
	p.Visits[0].Forms = append(p.Visits[0].Forms, study.Form{Instrument: "phq2"})
}

// told gives the messages to the safety contact.
func (e *enrolling) told() (all []post.Message) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		mail, err := tx.Mail(e.Context(), "", 0, 1000)
		for _, m := range mail {
			if m.Kind == store.SafetyMail {
				all = append(all, m)
			}
		}
		return err
	}))
	return all
}

// screened answers the baseline to its end, with a positive screen or a negative one.
func screened(t *testing.T, positive bool, change ...func(*study.Protocol)) (*visitor, participant.Code, *webtest.Page) {
	t.Helper()
	v, code := signed(t, append(change, screening)...)
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas", "phq2"}
	for i, id := range forms[:len(forms)-1] {
		v.send("/me/survey/baseline/"+id, filled(t, id), "/me/survey/baseline/"+forms[i+1])
	}
	answers := url.Values{"PH1": {"1"}, "PH2": {"1"}, "go": {"next"}}
	if positive {
		answers.Set("PH2", "2")
	}
	p := v.do(webtest.Scenario{Path: "/me/survey/baseline/phq2", Form: answers})
	if p.Status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", p.Status, p.Text(t, "main"))
	}
	return v, code, p
}

const supported = "/me/support/baseline/phq2"

func TestAPositiveScreenShowsHelpAndTellsNobody(t *testing.T) {
	v, _, p := screened(t, true)
	if to := p.Header.Get("Location"); to != supported {
		t.Fatalf("after a positive screen one comes to %s", to)
	}
	page := v.get(supported)
	text := page.Text(t, "main")
	if !strings.Contains(text, "988") || !strings.Contains(text, "Nobody else has been told") || len(page.All(t, `main a[href="/me/group"]`)) != 1 {
		t.Errorf("the page says %s", text)
	}
	if text = v.get(supported+"?lang=es").Text(t, "main"); !strings.Contains(text, "No se ha avisado a nadie más") {
		t.Errorf("in Spanish: %s", text)
	}
	if len(v.get("/me").All(t, `main a[href="`+supported+`"]`)) != 1 {
		t.Error("home does not lead to help")
	}
	if len(v.told()) != 0 {
		t.Error("somebody was told, and the consent does not say so")
	}
	webtest.Run(t, v.handler, []webtest.Scenario{{Name: "a visitor", Path: supported, Status: http.StatusForbidden},
		{Name: "staff", Path: supported, Cookie: v.staff(identity.Coordinator), Status: http.StatusNotFound}})
}

func TestANegativeScreenShowsNothing(t *testing.T) {
	v, _, p := screened(t, false)
	if to := p.Header.Get("Location"); to != "/me/group" {
		t.Errorf("after a negative screen one comes to %s", to)
	}
	webtest.Run(t, v.handler, []webtest.Scenario{{Name: "no page", Path: supported, Cookie: v.cookies, Status: http.StatusNotFound},
		{Name: "home", Path: "/me", Cookie: v.cookies, Never: []string{"/me/support"}}})
	// Corrected to a positive one, help is there.
	v.send("/me/correct/baseline/phq2", url.Values{"item": {"PH2"}, "PH2": {"3"}, "reason": {"mis-tapped"}}, "/me/survey/baseline/phq2")
	v.get(supported)
}

// Where the consent says so, the safety contact is told who, once, and not what; nobody else sees that.
func TestTheSafetyContactIsToldWhereTheConsentSaysSo(t *testing.T) {
	v, code, _ := screened(t, true, func(p *study.Protocol) { p.Consent[0].Safety = true })
	told := v.told()
	if len(told) != 1 {
		t.Fatalf("%d messages", len(told))
	}
	m := told[0]
	if m.To != v.Protocol.Contact.Safety || m.Person != "" || !strings.Contains(m.Text, "Dr. Person 0") || !strings.Contains(m.Text, "p0@hospital.example") ||
		strings.Contains(m.Subject, "Person") || strings.Contains(m.Text, string(code)) || strings.Contains(strings.ToLower(m.Text), "phq") {
		t.Errorf("the message: %+v", m)
	}
	if text := v.get(supported).Text(t, "main"); !strings.Contains(text, "safety contact is told") {
		t.Errorf("the page says %s", text)
	}
	s := mailtest.New(t)
	_, err := v.Deliver(t.Context(), s.Client())
	succeed(t, err)
	if told = v.told(); told[0].State != post.Sent {
		t.Errorf("the message is %s: %s", told[0].State, told[0].Answer)
	}
	v.send("/me/correct/baseline/phq2", url.Values{"item": {"PH2"}, "PH2": {"3"}, "reason": {"mis-tapped"}}, "/me/survey/baseline/phq2")
	if len(v.told()) != 1 {
		t.Error("told twice")
	}
	for _, role := range []identity.Role{identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance, identity.Owner} {
		cookie := v.staff(role)
		for _, path := range []string{"/outbox", "/outbox?person=" + string(code), fmt.Sprintf("/outbox/%d", m.ID), "/messages", "/people", "/people/" + string(code), "/people/" + string(code) + "/messages", "/audit", "/"} {
			p := webtest.Do(t, v.handler, webtest.Scenario{Path: path, Cookie: cookie})
			body := strings.ToLower(p.Body)
			for _, never := range []string{m.Subject, "may want support", supported, v.Protocol.Contact.Safety, "safety contact", store.SafetyMail + "\""} {
				if strings.Contains(body, strings.ToLower(never)) {
					t.Errorf("%s sees %q on %s", role, never, path)
				}
			}
			if strings.HasPrefix(path, "/outbox/") && p.Status == http.StatusOK {
				t.Errorf("%s opens the message", role)
			}
		}
	}
}
