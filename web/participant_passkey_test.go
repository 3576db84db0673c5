package web_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// said is what a page says of a passkey that does not open it.
const saidOfPasskey = `new Promise(done => { const look = () => { const text = document.querySelector("[data-passkey] [role=status]").textContent; text ? done(text) : setTimeout(look, 20); }; look(); })`

// A participant makes a passkey, comes in with it to the page that was asked for, and finds that in the list of what was done; the office ends
// it with the links.
func TestParticipantPasskeyInABrowser(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "es"} {
		t.Run(lang, func(t *testing.T) {
			e := enrol(t)
			codes, links := e.invite(1)
			e.come(links[0]).send("/me/consent", signature, "/me/survey/baseline/demographics")
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			e.BaseURL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
			l := &looker{Tab: webtest.Open(t, e.BaseURL, webtest.Phone), screen: "own-passkey-" + lang}
			l.Authenticator()
			l.Goto(links[0] + "?lang=" + lang)
			l.Follow("main form button.first")
			l.Goto("/me/passkeys")
			l.look("none")
			l.Follow("[data-passkey] button")
			l.at("/me/passkeys")
			l.look("made")
			l.Dark()
			l.look("made-dark")
			for _, what := range l.Unreached() {
				t.Error(what)
			}
			l.Goto("/me/passkeys")
			l.Click("[data-passkey] button") // the device has one
			if said := webtest.Evaluate[string](l.Tab, saidOfPasskey); !strings.Contains(said, map[string]string{"en": "has a passkey for your page already", "es": "ya tiene una clave de acceso"}[lang]) {
				t.Errorf("twice: %q", said)
			}
			e.at("2021-08-06 14:00")
			l.Goto("/me/passkeys")
			l.look("stale") // not to be removed at a screen that was left open
			arrive := func() {
				l.Goto("/me/access")
				l.Goto("/me")
				l.Follow(`form[action="/me/leave"] button`)
				l.Goto("/p/new?to=/me/access")
			}
			arrive()
			l.look("door")
			l.Follow("[data-passkey] button")
			l.at("/me/access")
			l.look("log")
			if log := webtest.Evaluate[string](l.Tab, `document.querySelector("main").innerText`); !strings.Contains(log, map[string]string{"en": "Came in with a passkey", "es": "Entró con una clave de acceso"}[lang]) {
				t.Errorf("the log says nothing of it: %s", log)
			}
			arrive()
			var kept []store.ParticipantPasskey
			succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
				kept, err = tx.ParticipantPasskeys(context.Background(), codes[0])
				return err
			}))
			if len(kept) != 1 || kept[0].Used == nil {
				t.Fatalf("%d passkeys", len(kept))
			}
			if handle, err := base64.RawURLEncoding.DecodeString(kept[0].Handle); err != nil || len(handle) != 32 || strings.Contains(string(handle), string(codes[0])) || strings.Contains(string(kept[0].Label), "Chrome") {
				t.Errorf("the handle %q tells something, %v", kept[0].Handle, err)
			}
			succeed(t, e.EndLinks(t.Context(), office, codes[0]))
			l.Click("[data-passkey] button")
			if said := webtest.Evaluate[string](l.Tab, saidOfPasskey); !strings.Contains(said, map[string]string{"en": "That did not work", "es": "No ha funcionado"}[lang]) {
				t.Errorf("a passkey that was ended: %q", said)
			}
			l.Console() // says 422
			if strings.Contains(e.logged.String(), string(codes[0])) || strings.Contains(e.logged.String(), "Person") {
				t.Error("the log tells of people")
			}
		})
	}
}

// What a passkey is asked for tells nothing of the person, and nobody has a say over another's.
func TestParticipantPasskeysAreOnesOwn(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	v, w := e.come(links[0]), e.come(links[1])
	v.send("/me/consent", signature, "/me/survey/baseline/demographics")
	begun := v.do(webtest.Scenario{Path: "/me/passkeys/begin", Form: url.Values{}})
	var options struct {
		PublicKey struct {
			User struct{ ID, Name, DisplayName string }
		}
	}
	succeed(t, json.Unmarshal([]byte(begun.Body), &options))
	if u := options.PublicKey.User; u.Name != "My page" || u.DisplayName != "My page" || len(u.ID) != 43 || strings.Contains(begun.Body, string(codes[0])) || strings.Contains(begun.Body, "Person") {
		t.Errorf("an authenticator is told %s", begun.Body)
	}
	succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddParticipantPasskey(t.Context(), store.ParticipantPasskey{ID: "one", Code: codes[0], Handle: "x", Label: tx.Vault.Seal([]byte("Chrome · Android"), "participant_passkey", "label", "one"), Public: []byte(`{}`)})
	}))
	if p := v.get("/me/passkeys"); !strings.Contains(p.Text(t, "main"), "Chrome · Android") || len(p.All(t, "form[data-passkey][hidden]")) != 1 || !strings.Contains(p.Text(t, "noscript"), "needs JavaScript") {
		t.Errorf("%s", p.Text(t, "main"))
	}
	if p := w.do(webtest.Scenario{Path: "/me/passkeys/remove", Form: url.Values{"id": {"one"}}}); p.Status != http.StatusNotFound || strings.Contains(p.Body, "Android") {
		t.Errorf("somebody else's: %d", p.Status)
	}
	for _, path := range []string{"/p/passkey", "/me/passkeys"} {
		if p := v.do(webtest.Scenario{Path: path + "?lang=es", Form: url.Values{"x": {"nonsense"}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "No ha funcionado") {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
	}
	e.at("2021-08-06 14:00")
	p := v.do(webtest.Scenario{Path: "/me/passkeys/remove", Form: url.Values{"id": {"one"}}})
	if p.Status != http.StatusConflict || len(p.All(t, `a[href="/p/new?to=/me/passkeys"]`)) != 1 || len(p.All(t, `form[action="/me/passkeys/remove"]`)) != 0 || !strings.Contains(p.Text(t, "main"), "Chrome · Android") {
		t.Errorf("at a screen that was left open: %d %s", p.Status, p.Text(t, "main"))
	}
	again := e.come(links[0]) // the link opens it anew
	if p := again.get("/me/passkeys"); len(p.All(t, `form[action="/me/passkeys/remove"]`)) != 1 {
		t.Error("whoever has just come in cannot remove it")
	}
	again.send("/me/passkeys/remove", url.Values{"id": {"one"}}, "/me/passkeys")
	if p := v.get("/me/access"); !strings.Contains(p.Text(t, "main"), "Set up or removed a passkey") {
		t.Error("the removal is not in the log")
	}
	e.BaseURL = "https://192.0.2.1"
	if p := v.get("/me/passkeys"); len(p.All(t, "[data-passkey]")) > 0 || !strings.Contains(p.Text(t, "main"), "no passkeys at this address") {
		t.Error("passkeys are offered where there can be none")
	}
	if p := v.get("/me"); len(p.All(t, `a[href="/me/passkeys"]`)) > 0 {
		t.Error("the start page offers what there is not")
	}
	if got := identity.Granted("participant.passkey"); len(got) != 1 || got[0] != identity.Participant {
		t.Errorf("granted to %v", got)
	}
}
