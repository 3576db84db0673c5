package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/openid"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// connected is a study whose staff may sign in at a hospital.
func connected(t *testing.T) (*enrolling, *hospital) {
	t.Helper()
	e, h := enrol(t), newHospital(t)
	e.Hospital = &openid.Provider{Issuer: h.URL, Client: "rekindle", Secret: "whispered"}
	return e, h
}

// letters gives the subjects and texts of the mails to an account about the hospital.
func (e *enrolling) letters(account string) (all []string) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		mails, err := tx.Mail(e.Context(), account, 0, 100)
		for _, m := range mails {
			if m.Kind == "staff-hospital" {
				all = append(all, m.Subject+"\n"+m.Text)
			}
		}
		return err
	}))
	return all
}

// Many providers say of no address that it is verified. Whoever has signed in connects their account there by themselves; afterwards it
// signs them in, until they disconnect it.
func TestConnectingTheHospitalsAccount(t *testing.T) {
	e, h := connected(t)
	account, link := e.invited("kim@hospital.example", identity.Owner, identity.Coordinator)
	v := e.browser()
	secret, _ := v.setUp(link, "/")
	h.who = map[string]any{"sub": "42", "email": "kim.lee@uni.example"}
	w := e.browser()
	if p := w.do(webtest.Scenario{Path: h.goes(w, "")}); p.Status != http.StatusForbidden || !strings.Contains(p.Text(t, "main"), "connect it on the page of your account") || len(p.All(t, "#password")) != 1 {
		t.Errorf("not connected yet: %d %s", p.Status, p.Text(t, "main"))
	}
	if text := v.get("/account").Text(t, "main"); !strings.Contains(text, "Not connected yet") {
		t.Errorf("the account says %q", text)
	}
	begin := func(v *visitor, password string) *webtest.Page {
		return v.do(webtest.Scenario{Path: "/account/hospital", Form: url.Values{"password": {password}}})
	}
	if p := begin(v, "not it"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "not your password") {
		t.Errorf("without the password: %d %s", p.Status, p.Text(t, "main"))
	}
	back := h.answers(begin(v, phrase))
	if h.asked["last"].Get("prompt") != "select_account" {
		t.Error("whoever is signed in there is connected without being asked")
	}
	if p := w.do(webtest.Scenario{Path: back}); p.Status != http.StatusForbidden {
		t.Errorf("another browser brings the answer: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: back}); p.Header.Get("Location") != "/account?done=there" {
		t.Fatalf("%d %s", p.Status, p.Text(t, "main"))
	}
	if text := v.get("/account?done=there").Text(t, "main"); !strings.Contains(text, "From now on it signs you in") || !strings.Contains(text, "as kim.lee@uni.example") {
		t.Errorf("the account says %q", text)
	}
	if mails := e.letters(account); len(mails) != 1 || !strings.Contains(mails[0], "is connected\n") || !strings.Contains(mails[0], "kim.lee@uni.example") {
		t.Errorf("told %q", mails)
	}
	if p := begin(v, phrase); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "connected already") {
		t.Errorf("twice: %d %s", p.Status, p.Text(t, "main"))
	}
	h.who = map[string]any{"sub": "42"} // tells no address at all
	if p := w.do(webtest.Scenario{Path: h.goes(w, "/audit")}); p.Header.Get("Location") != "/audit" {
		t.Fatalf("connected, it does not sign in: %d %s", p.Status, p.Text(t, "main"))
	}
	if text := w.get("/audit").Text(t, "main"); strings.Contains(text, "uni.example") || !strings.Contains(text, "Own account secured") && !strings.Contains(text, "account.secure") {
		t.Errorf("the trail says %q", text)
	}

	// Somebody else of the study cannot have it as well.
	_, second := e.invited("pat@hospital.example", identity.Finance)
	o := e.browser()
	o.get(second)
	o.send(second, url.Values{}, "/account/setup")
	if p := o.do(webtest.Scenario{Path: h.answers(begin(o, ""))}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "another account of this study") {
		t.Errorf("two accounts have it: %d %s", p.Status, p.Text(t, "main"))
	}
	// With their own they need no password at all.
	h.who = map[string]any{"sub": "43", "email": "<script>@x"}
	if p := o.do(webtest.Scenario{Path: h.answers(begin(o, ""))}); p.Header.Get("Location") != "/account/setup" {
		t.Fatalf("%d %s", p.Status, p.Text(t, "main"))
	}
	o.send("/account/setup", url.Values{}, "/")
	succeed(t, e.AllowLinks(t.Context(), investigator, false))
	if p := o.do(webtest.Scenario{Path: "/account/hospital/end", Form: url.Values{}}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "could not sign in again") ||
		!strings.Contains(o.get("/account/hospital").Text(t, "main"), "one way in which you can sign in") {
		t.Errorf("the last way is gone: %d %s", p.Status, p.Text(t, "main"))
	}
	// Where there is no password, a screen that was left alone is not enough; another role on the same sign-in does not make it new.
	succeed(t, e.AllowLinks(t.Context(), investigator, true))
	e.pass(16 * time.Minute)
	if p := o.do(webtest.Scenario{Path: "/account/hospital/end", Form: url.Values{}}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "since you signed in") {
		t.Errorf("a screen left alone: %d %s", p.Status, p.Text(t, "main"))
	}
	w.send("/account/role", url.Values{"role": {"coordinator"}}, "/")
	if p := w.get("/account"); !strings.Contains(p.Text(t, "main"), "by the hospital's sign-in") {
		t.Errorf("the sign-in: %s", p.Text(t, "main"))
	}

	// Disconnected it stays, also where the address is verified from now on; the others are signed out.
	if p := v.do(webtest.Scenario{Path: "/account/hospital/end", Form: url.Values{"password": {"not it"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("disconnected without the password: %d", p.Status)
	}
	v.send("/account/hospital/end", url.Values{"password": {phrase}}, "/account?done=apart")
	if p := w.do(webtest.Scenario{Path: "/"}); p.Header.Get("Location") != "/sign-in" {
		t.Error("whoever came by the hospital is still signed in")
	}
	h.who = map[string]any{"sub": "42", "email": "kim@hospital.example", "email_verified": true}
	w = e.browser()
	if p := w.do(webtest.Scenario{Path: h.goes(w, "")}); p.Status != http.StatusForbidden {
		t.Errorf("disconnected, it signs in: %d", p.Status)
	}
	if mails := e.letters(account); len(mails) != 2 || !strings.Contains(mails[1], "is disconnected\n") {
		t.Errorf("told %q", mails)
	}
	// A way to the hospital that was begun before signing out leads nowhere.
	back = h.answers(begin(v, phrase))
	state := v.cookies["rekindle_hospital"]
	v.send("/sign-out", url.Values{}, "/sign-in?out=")
	v.cookies["rekindle_hospital"] = state
	if p := v.do(webtest.Scenario{Path: back}); p.Status != http.StatusForbidden || !strings.Contains(p.Text(t, "main"), "not signed in") {
		t.Errorf("signed out meanwhile: %d %s", p.Status, p.Text(t, "main"))
	}
	v.send("/sign-in", url.Values{"email": {"kim@hospital.example"}, "password": {phrase}}, "/sign-in/code")
	v.send("/sign-in/code", url.Values{"code": {e.digits(secret)}}, "/")
	back = h.answers(begin(v, phrase))
	h.who = map[string]any{"sub": "44"}
	if p := v.do(webtest.Scenario{Path: back}); p.Header.Get("Location") != "/account?done=there" {
		t.Errorf("connected again: %d %s", p.Status, p.Text(t, "main"))
	}
}

// Of two who connect the same account of the hospital at the same moment one has it.
func TestOneAccountOfTheHospitalForTwo(t *testing.T) {
	e, h := connected(t)
	h.who = map[string]any{"sub": "42"}
	var all [4]*visitor
	var backs [4]string
	for i := range all {
		_, link := e.invited(fmt.Sprintf("kim%d@hospital.example", i), identity.Finance)
		all[i] = e.browser()
		all[i].get(link)
		all[i].send(link, url.Values{}, "/account/setup")
		backs[i] = h.answers(all[i].do(webtest.Scenario{Path: "/account/hospital", Form: url.Values{}}))
	}
	var group sync.WaitGroup
	var status [4]int
	for i := range all {
		group.Go(func() { status[i] = all[i].do(webtest.Scenario{Path: backs[i]}).Status })
	}
	group.Wait()
	count := map[int]int{}
	for _, s := range status {
		count[s]++
	}
	if count[http.StatusSeeOther] != 1 || count[http.StatusConflict] != 3 {
		t.Errorf("answers %v", status)
	}
}

// What the provider signs is taken only where it is for this study, of now, and of this hospital.
func TestWhatTheHospitalSays(t *testing.T) {
	e, h := connected(t)
	e.invited("kim@hospital.example", identity.Owner)
	in := func(said map[string]any, more string) (int, string) {
		h.who = map[string]any{"sub": "42", "email": "kim@hospital.example", "email_verified": true}
		for k, v := range said {
			h.who[k] = v
		}
		v := e.browser()
		p := v.do(webtest.Scenario{Path: h.goes(v, "") + more})
		return p.Status, p.Text(t, "main")
	}
	now := time.Now()
	for name, c := range map[string]struct {
		said map[string]any
		more string
		want int
	}{
		"as it should be":            {nil, "", http.StatusSeeOther},
		"says who it is":             {nil, "&iss=" + url.QueryEscape(h.URL), http.StatusSeeOther},
		"another sends them":         {nil, "&iss=https%3A%2F%2Fevil.example", http.StatusForbidden},
		"its clock is behind":        {map[string]any{"exp": now.Add(-time.Minute).Unix()}, "", http.StatusSeeOther},
		"its clock is far behind":    {map[string]any{"exp": now.Add(-3 * time.Minute).Unix()}, "", http.StatusForbidden},
		"its clock is ahead":         {map[string]any{"nbf": now.Add(2 * time.Minute).Unix()}, "", http.StatusSeeOther},
		"its clock is far ahead":     {map[string]any{"nbf": now.Add(10 * time.Minute).Unix()}, "", http.StatusForbidden},
		"for this and another":       {map[string]any{"aud": []string{"rekindle", "other"}, "azp": "rekindle"}, "", http.StatusSeeOther},
		"for two, asked by neither":  {map[string]any{"aud": []string{"rekindle", "other"}}, "", http.StatusForbidden},
		"for two, asked by another":  {map[string]any{"aud": []string{"rekindle", "other"}, "azp": "other"}, "", http.StatusForbidden},
		"a subject that is a number": {map[string]any{"sub": 42}, "", http.StatusForbidden},
	} {
		if got, said := in(c.said, c.more); got != c.want {
			t.Errorf("%s: %d, want %d: %s", name, got, c.want, said)
		}
	}
	for _, alg := range []string{"none", "HS256"} {
		h.alg = alg
		if got, said := in(nil, ""); got != http.StatusForbidden {
			t.Errorf("signed with %s: %d %s", alg, got, said)
		}
	}
	h.alg = "RS256"
	h.turn() // new keys, as providers draw from time to time
	if got, said := in(nil, ""); got != http.StatusSeeOther {
		t.Errorf("with new keys: %d %s", got, said)
	}
	e.Hospital = &openid.Provider{Issuer: h.URL, Client: "rekindle", Secret: "whispered", Claim: "hd", Value: "hospital.example"}
	for _, c := range []struct {
		said any
		want int
	}{{nil, http.StatusForbidden}, {"other.example", http.StatusForbidden}, {"hospital.example", http.StatusSeeOther}, {[]string{"a", "hospital.example"}, http.StatusSeeOther}, {true, http.StatusForbidden}} {
		if got, said := in(map[string]any{"hd": c.said}, ""); got != c.want || got == http.StatusForbidden && !strings.Contains(said, "not an account of the hospital") {
			t.Errorf("of %v: %d, want %d: %s", c.said, got, c.want, said)
		}
	}
}

// A hospital's sign-in that is broken is said, is in the log, is not waited for again and again, and leaves the other ways.
func TestHospitalOutOfReach(t *testing.T) {
	e, h := connected(t)
	account, link := e.invited("kim@hospital.example", identity.Owner)
	v := e.browser()
	v.setUp(link, "/")
	back := h.answers(v.do(webtest.Scenario{Path: "/account/hospital", Form: url.Values{"password": {phrase}}}))
	h.down = http.StatusBadGateway
	if p := v.do(webtest.Scenario{Path: back}); p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Text(t, "main"), "does not answer") || p.Text(t, "h1") != "Your account at the hospital" {
		t.Errorf("%d %s", p.Status, p.Text(t, "main"))
	}
	h.down = 0
	e.Hospital = &openid.Provider{Issuer: h.URL, Client: "rekindle", Secret: "wrong"}
	w := e.browser()
	if p := w.do(webtest.Scenario{Path: h.goes(w, "/audit")}); p.Status != http.StatusServiceUnavailable || !strings.Contains(e.logged.String(), "401") {
		t.Errorf("a wrong secret: %d %s", p.Status, p.Text(t, "main"))
	}
	asked := 0
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++; w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(silent.Close)
	e.Hospital = &openid.Provider{Issuer: silent.URL, Client: "rekindle"}
	for range 3 {
		p := w.do(webtest.Scenario{Path: "/sign-in/hospital", Form: url.Values{"to": {"/audit"}}})
		if p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Text(t, "main"), "does not answer") || len(p.All(t, `input[name=to][value="/audit"]`)) == 0 || len(p.All(t, `a[href^="/sign-in/link"]`)) != 1 {
			t.Errorf("%d %s", p.Status, p.Text(t, "main"))
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	if len(e.letters(account)) != 0 {
		t.Error("told of a connection that was not made")
	}
}
