package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// A passkey is made while accepting an invitation, signs in by itself, is refused once it may have been copied, and can be removed.
func TestPasskeyInABrowser(t *testing.T) {
	t.Parallel()
	e := enrol(t)
	server := httptest.NewServer(e.handler)
	t.Cleanup(server.Close)
	e.BaseURL = "http://coaching.example.org" // for the link in the mail
	account, link := e.invited("kim@hospital.example", identity.Owner)
	e.BaseURL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	l := &looker{Tab: webtest.Open(t, e.BaseURL, webtest.Phone), screen: "passkey"}
	l.Authenticator()
	l.Goto(link)
	l.Follow("main form button")
	l.Follow(`a[href="/account/passkeys"]`)
	l.look("none")
	l.fill("#label", "My <b>phone</b>")
	l.Follow("[data-passkey] button")
	l.at("/account/passkeys")
	l.look("made")
	l.Goto("/account/setup")
	l.look("setup")
	l.Follow(`form[action="/account/setup"] button.first`)
	l.at("/")
	signIn := func() {
		l.Goto("/account")
		l.Follow(`form[action="/sign-out"] button`)
		l.Goto("/sign-in?to=%2Faudit")
		l.look("sign-in")
	}
	signIn()
	l.Follow("[data-passkey] button")
	l.at("/audit")
	signIn()
	succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error { // a copy has been used meanwhile
		all, err := tx.Passkeys(t.Context(), account)
		if err != nil || len(all) != 1 {
			return fmt.Errorf("%d passkeys: %v", len(all), err)
		}
		var key map[string]any
		if err := json.Unmarshal(all[0].Public, &key); err != nil {
			return err
		}
		key["authenticator"].(map[string]any)["signCount"] = 1000
		public, err := json.Marshal(key)
		if err != nil {
			return err
		}
		return tx.UsePasskey(t.Context(), all[0].ID, public)
	}))
	l.Click("[data-passkey] button")
	said := webtest.Evaluate[string](l.Tab, `new Promise(done => { const look = () => { const text = document.querySelector("[data-passkey] [role=status]").textContent; text ? done(text) : setTimeout(look, 20); }; look(); })`)
	if !strings.Contains(said, "may have been copied") {
		t.Errorf("a passkey whose counter goes back: %q", said)
	}
	l.Console() // says 403
	if said := webtest.Evaluate[string](l.Tab, `fetch("/sign-in/passkey", {method: "POST", body: JSON.stringify({ceremony: "x", response: {}})}).then(r => r.status + " " + r.headers.get("Content-Type"))`); said != "422 application/json" {
		t.Errorf("nonsense in place of a passkey: %s", said)
	}
	if strings.Contains(e.logged.String(), "phone") || strings.Contains(e.logged.String(), "kim") {
		t.Error("the log tells of people")
	}
}

// accountOf gives the account of the latest of the staff, who has a role.
func (e *enrolling) accountOf(role identity.Role) (code string) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		a, err := tx.AccountByEmail(e.Context(), fmt.Sprintf("%v.%d@hospital.example", role, e.staffs))
		code = a.Code
		return err
	}))
	return code
}

// A passkey is removed on a second page, which asks for the password of whoever has one.
func TestRemovingAPasskeyAsksFirst(t *testing.T) {
	e := enrol(t)
	const password = "horses graze by the river"
	for _, one := range []string{"", password} {
		v := &visitor{e, e.staff(identity.Finance)}
		token := v.cookies["rekindle_staff"]
		if one != "" {
			succeed(t, e.SetPassword(t.Context(), token, "", one))
		}
		account := e.accountOf(identity.Finance)
		id := "key" + one[:min(len(one), 3)]
		succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddPasskey(t.Context(), identity.Passkey{ID: id, Account: account, Label: "My phone", Public: []byte(`{}`)})
		}))
		remove := func(sure, typed string) *webtest.Page {
			return v.do(webtest.Scenario{Path: "/account/passkeys/remove", Form: url.Values{"id": {id}, "sure": {sure}, "password": {typed}}})
		}
		p := remove("", "typed too early")
		if p.Status != http.StatusOK || !strings.Contains(p.Text(t, "main"), "Remove “My phone”?") || (len(p.All(t, "#password")) == 1) != (one != "") || strings.Contains(p.Body, "typed too early") {
			t.Errorf("the second page: %d %s", p.Status, p.Body)
		}
		if one != "" {
			if p := remove("yes", "something else entirely"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, ".mistakes"), "not your password") {
				t.Errorf("another password: %d", p.Status)
			}
		}
		if p := v.get("/account/passkeys"); !strings.Contains(p.Text(t, "main"), "My phone") {
			t.Error("it is gone by then")
		}
		remove("yes", one)
		if p := v.get("/account/passkeys"); strings.Contains(p.Text(t, "main"), "My phone") {
			t.Error("it is still there")
		}
	}
}

func TestPasskeysAreOnesOwn(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Finance)}
	if p := v.get("/account/passkeys"); !strings.Contains(p.Header.Get("Content-Security-Policy"), "connect-src 'self'") || !strings.Contains(p.Text(t, "noscript"), "needs JavaScript") || len(p.All(t, "form[data-passkey][hidden]")) != 1 {
		t.Error("without JavaScript the page does not say so")
	}
	for _, form := range []url.Values{{}, {"id": {"nobodys"}}} {
		if p := v.do(webtest.Scenario{Path: "/account/passkeys/remove", Form: form}); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusNotFound {
			t.Errorf("%v: %d", form, p.Status)
		}
	}
	for _, path := range []string{"/account/passkeys/begin", "/account/passkeys", "/account/passkeys/remove"} {
		if p := e.browser().do(webtest.Scenario{Path: path, Form: url.Values{}}); p.Status != http.StatusForbidden && p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a visitor at %s: %d", path, p.Status)
		}
	}
	for base, possible := range map[string]bool{"https://coaching.example.org": true, "http://localhost:8080": true, "http://127.0.0.1:8080": false, "https://192.0.2.1": false, "": false} {
		if got := (&conduct.Conduct{BaseURL: base, Protocol: e.Protocol}).PasskeysPossible(); got != possible {
			t.Errorf("passkeys at %q: %v", base, got)
		}
	}
}
