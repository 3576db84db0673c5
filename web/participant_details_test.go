package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// What somebody has earned is on the own page: it asks for an address where there is none, says when it was posted, and takes that it came.
func TestGiftsOnTheOwnPage(t *testing.T) {
	v, code := signed(t, func(p *study.Protocol) {
		p.Incentives = []study.Incentive{{ID: "journal", Name: "Journal", Visit: p.Visits[0].ID}}
	})
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas", ""}
	for i, id := range forms[:len(forms)-1] {
		to := "/me/survey/baseline/" + forms[i+1]
		if forms[i+1] == "" {
			to = "/me/group"
		}
		v.send("/me/survey/baseline/"+id, filled(t, id), to)
	}
	p := v.get("/me")
	if text := p.Text(t, "main"); !strings.Contains(text, "Journal") || !strings.Contains(text, "do not know yet where to send it") || len(p.All(t, `main a[href="/me/address"]`)) != 1 {
		t.Errorf("home says %s", text)
	}
	v.get("/me/address")
	if p := v.do(webtest.Scenario{Path: "/me/address", Form: url.Values{"address": {strings.Repeat("x", 1100)}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "too long") {
		t.Errorf("a long address: %d", p.Status)
	}
	v.send("/me/address", url.Values{"address": {"  12 Elm Street \r\n\r\nSpringfield,  IL 62701"}}, "/me")
	if text := v.get("/me").Text(t, "main"); !strings.Contains(text, "posted to 12 Elm Street, Springfield, IL 62701") {
		t.Errorf("home says %s", text)
	}
	if n := v.acts(code, "participant.address"); n != 1 {
		t.Errorf("%d events", n)
	}
	v.send("/me/gift", url.Values{"item": {"journal"}}, "/me") // not posted yet
	succeed(t, v.SendIncentive(t.Context(), office, code, "journal"))
	if text := v.get("/me").Text(t, "main"); !strings.Contains(text, "On its way since") {
		t.Errorf("home says %s", text)
	}
	for range 2 {
		v.send("/me/gift", url.Values{"item": {"journal"}}, "/me")
	}
	if text := v.get("/me?lang=es").Text(t, "main"); !strings.Contains(text, "Llegó el") {
		t.Errorf("home says %s", text)
	}
	if n := v.acts(code, "incentive.receive"); n != 1 {
		t.Errorf("received %d times", n)
	}
	if p := v.do(webtest.Scenario{Path: "/me/gift", Form: url.Values{"item": {"car"}}}); p.Status != http.StatusNotFound {
		t.Errorf("a gift that is none: %d", p.Status)
	}
}

func TestTimesAreToldInTheChosenZone(t *testing.T) {
	v, code := signed(t)
	if text := v.get("/me").Text(t, "main"); !strings.Contains(text, "America/New York") {
		t.Errorf("home says %s", text)
	}
	v.get("/me/zone")
	for _, wrong := range []string{"", "Local", "Nowhere/City", "../../etc/passwd"} {
		if p := v.do(webtest.Scenario{Path: "/me/zone", Form: url.Values{"zone": {wrong}}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", wrong, p.Status)
		}
	}
	v.send("/me/zone", url.Values{"zone": {"America/Los_Angeles"}}, "/me")
	v.send("/me/zone", url.Values{"zone": {"America/Los_Angeles"}}, "/me")
	if p := v.get("/me/zone"); len(p.All(t, "option[selected]")) != 1 || !strings.Contains(p.Text(t, "main"), "PDT") || v.acts(code, "participant.zone") != 1 {
		t.Errorf("the zone: %s", p.Text(t, "main"))
	}
	for _, path := range []string{"/me/zone", "/me/address"} {
		webtest.Run(t, v.handler, []webtest.Scenario{{Name: "a visitor", Path: path, Status: http.StatusForbidden}, {Name: "staff", Path: path, Cookie: v.staff(identity.Owner), Status: http.StatusNotFound}})
	}
}

// What a roster gives for an address is what the own page shows, sealed in the store.
func TestAnAddressIsSealed(t *testing.T) {
	e := enrol(t)
	codes, err := e.AddRoster(t.Context(), office, []conduct.Person{{Name: "Dr. Person 0", Email: "p0@hospital.example", Address: "1 Oak Lane"}})
	succeed(t, err)
	succeed(t, e.GiveAddress(t.Context(), identity.AsParticipant(codes[0]), codes[0], "2 Oak Lane"))
	succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) error {
		i, err := tx.Identity(t.Context(), codes[0])
		if strings.Contains(string(i.Sealed), "Oak Lane") {
			t.Error("the address is not sealed")
		}
		address, wrong := e.AddressOf(t.Context(), tx, identity.AsParticipant(codes[0]))
		succeed(t, wrong)
		if address != "2 Oak Lane" {
			t.Errorf("the address is %q", address)
		}
		return err
	}))
	if err := e.GiveAddress(t.Context(), office, codes[0], "x"); err == nil {
		t.Error("the office changes an address in the person's name")
	}
}
