package web_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// fill types into the fields of a page.
func (l *looker) fill(fields ...string) {
	l.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		if !webtest.Evaluate[bool](l.Tab, fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (!e) return false; e.value = %q; return true; })()`, fields[i], fields[i+1])) {
			l.Fatalf("there is no %s", fields[i])
		}
	}
}

func (l *looker) at(want string) {
	l.Helper()
	if got := webtest.Evaluate[string](l.Tab, "location.pathname + location.search"); got != want {
		l.Fatalf("at %s, want %s: %s", got, want, webtest.Evaluate[string](l.Tab, `document.querySelector("main").innerText`))
	}
}

// From the mail of an invitation to signing in again, one's own account, and an owner's list of staff, on a phone and on a desktop.
func TestStaffInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			e.BaseURL = "http://coaching.example.org"
			_, link := e.invited("kim@hospital.example", identity.Owner, identity.Coordinator)
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "staff-" + screen.Name}
			l.Goto(link)
			l.look("invitation")
			l.Follow("main form button")
			l.at("/account/setup")
			l.look("setup")
			l.Follow(`a[href="/account/password"]`)
			l.fill("#password", "short short!", "#again", "short short?")
			l.Follow("main form button.first")
			l.look("password-mistakes")
			l.fill("#password", phrase, "#again", phrase)
			l.Follow("main form button.first")
			l.at("/account/setup")
			l.look("setup-half")
			l.Follow(`a[href="/account/app"]`)
			l.Follow("main form button.first")
			l.at("/account/app")
			l.look("app")
			secret := strings.ReplaceAll(webtest.Evaluate[string](l.Tab, `document.querySelector(".account-secret").textContent`), " ", "")
			l.fill("#code", e.digits(secret))
			l.Follow("main form button.first")
			l.at("/account/codes")
			l.look("codes")
			l.Follow("main form button.first")
			l.at("/")
			l.look("signed-in")
			l.Follow(`.rk-you form[action="/sign-out"] button`)
			l.look("signed-out")
			l.Goto("/staff")
			l.at("/sign-in?to=%2Fstaff")
			l.fill("#email", "kim@hospital.example", "#password", "not this one")
			l.Follow("main form button.first")
			l.look("sign-in-mistakes")
			l.fill("#password", phrase)
			l.Follow("main form button.first")
			l.look("code")
			for _, what := range l.Unreached() {
				t.Errorf("code: %s", what)
			}
			e.pass(60e9)
			l.fill("#code", e.digits(secret))
			l.Follow("main form button.first")
			l.at("/staff")
			e.invited("sam.stern-meyer@a-rather-long-name-of-a.hospital.example", identity.Statistician)
			_, robin := e.invited("robin@hospital.example", identity.Finance)
			e.browser().setUp(robin, "/")
			l.Goto("/staff")
			l.look("staff")
			for _, what := range l.Unreached() {
				t.Errorf("staff: %s", what)
			}
			l.Goto("/staff/invite")
			l.fill("#name", "Chris", "#email", "chris@hospital.example")
			l.Follow("main form button.first")
			l.look("staff-invite-mistakes")
			l.Goto("/staff")
			l.Follow(".staff-list li:nth-child(2) a")
			l.look("staff-member")
			w := e.browser()
			w.send("/sign-in", url.Values{"email": {"kim@hospital.example"}, "password": {phrase}}, "/sign-in/code")
			l.Goto("/account")
			l.look("account")
			for _, path := range []string{"/account/password", "/account/app", "/account/codes", "/sign-in/link", "/sign-in/link?sent"} {
				l.Goto(path)
				l.look(strings.NewReplacer("/", "-", "?", "-").Replace(path[1:]))
			}
			l.Dark()
			for _, path := range []string{"/account", "/staff", "/account/app", "/sign-in/link"} {
				l.Goto(path)
				l.look("dark" + strings.ReplaceAll(path, "/", "-"))
			}
		})
	}
}

// Without JavaScript everything but passkeys works, and the pages say so of those.
func TestStaffWithoutScripts(t *testing.T) {
	t.Parallel()
	e := enrol(t)
	_, link := e.invited("kim@hospital.example", identity.Finance)
	secret, _ := e.browser().setUp(link, "/")
	server := httptest.NewServer(e.handler)
	t.Cleanup(server.Close)
	e.BaseURL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	l := &looker{Tab: webtest.Open(t, e.BaseURL, webtest.Phone), screen: "unscripted"}
	l.Unscripted()
	l.Goto("/account/passkeys")
	l.at("/sign-in?to=%2Faccount%2Fpasskeys")
	const shown = `document.querySelector("[data-passkey]").checkVisibility()`
	if webtest.Evaluate[bool](l.Tab, shown) {
		t.Error("a button is shown that does nothing")
	}
	l.fill("#email", "kim@hospital.example", "#password", phrase)
	l.Follow("main form button.first")
	l.fill("#code", e.digits(secret))
	l.Follow("main form button.first")
	l.at("/account/passkeys")
	if said := webtest.Evaluate[string](l.Tab, `document.querySelector("main").innerText`); !strings.Contains(said, "needs JavaScript") || webtest.Evaluate[bool](l.Tab, shown) {
		t.Errorf("passkeys without JavaScript: %s", said)
	}
	l.Goto("/account")
	l.Follow(`.rk-you form[action="/sign-out"] button`)
	l.at("/sign-in?out=")
}

// From an invitation by the hospital's account into the study, without a password and without JavaScript, and out again.
func TestHospitalInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e, h := connected(t)
			h.who = map[string]any{"sub": "42", "email": "kim.lee@uni.example"}
			_, link := e.invited("kim@hospital.example", identity.Finance)
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			e.BaseURL = server.URL
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "hospital-" + screen.Name}
			l.Unscripted()
			l.Goto(link)
			l.Follow("main form button")
			l.at("/account/setup")
			l.look("setup")
			l.Follow(`a[href="/account/hospital"]`)
			l.look("connect")
			l.Follow("main form button.first") // the page that leads on does so by itself
			l.Await("main .note.good")
			l.at("/account/setup")
			l.look("connected")
			l.Follow(`form[action="/account/setup"] button`)
			l.Goto("/account")
			l.look("account")
			l.Follow(`a[href="/account/hospital"]`)
			l.look("disconnect")
			l.Follow(`form[action="/account/hospital/end"] button`)
			l.at("/account?done=apart")
		})
	}
}

// Before an act that reaches far there is a page that says what it does, and asks for the password where the act is on one's own account.
func TestConfirmingInABrowser(t *testing.T) {
	t.Parallel()
	const password = "horses graze by the river"
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			cookies := e.staff(identity.Coordinator)
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			e.BaseURL = server.URL
			succeed(t, e.SetPassword(t.Context(), cookies["rekindle_staff"], "", password))
			account := e.accountOf(identity.Coordinator)
			succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error {
				return tx.AddPasskey(t.Context(), identity.Passkey{ID: "one", Account: account, Label: "Old phone", Public: []byte(`{}`)})
			}))
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "confirm-" + screen.Name}
			l.Unscripted()
			l.Goto("/sign-in")
			l.Keep("rekindle_staff", cookies["rekindle_staff"])
			l.Goto("/account/passkeys")
			l.Follow(`form[action="/account/passkeys/remove"] button`)
			l.look("passkey")
			l.Dark()
			l.look("passkey-dark")
			l.fill("#password", password)
			l.Follow("main button.first")
			l.at("/account/passkeys")
			l.look("removed")
		})
	}
}
