package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

const phrase = "three lamps over grey water"

var investigator = identity.Actor{Name: "investigator", Role: identity.Owner}

// browser is one with no cookies yet.
func (e *enrolling) browser() *visitor { return &visitor{e, map[string]string{}} }

// pass moves the clock.
func (e *enrolling) pass(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = e.now.Add(d)
}

var staffLink = regexp.MustCompile(`https?://coaching\.example\.org(/s/[a-z2-7]{26})`)

// mailed gives the link of the latest mail to an account.
func (e *enrolling) mailed(account string) (link string) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		all, err := tx.Mail(e.Context(), account, 0, 100)
		var last int64
		for _, m := range all {
			if found := staffLink.FindStringSubmatch(m.Text); found != nil && m.ID > last {
				last, link = m.ID, found[1]
			}
		}
		return err
	}))
	if link == "" {
		e.Fatalf("no link in the mail to %s", account)
	}
	return link
}

// invited makes an account and gives it with the path of the link in its mail.
func (e *enrolling) invited(email string, roles ...identity.Role) (account, link string) {
	e.Helper()
	in, err := e.InviteStaff(e.Context(), investigator, conduct.NewStaff{Name: "Kim Lee", Email: email, Roles: roles})
	succeed(e, err)
	return in.Account, e.mailed(in.Account)
}

func (e *enrolling) digits(secret string) string {
	e.Helper()
	code, err := totp.GenerateCode(secret, e.clock())
	succeed(e, err)
	return code
}

// setUp goes from the link of an invitation to the first page of the study, and gives the app's secret and the recovery codes.
func (v *visitor) setUp(link, start string) (secret string, recovery []string) {
	v.Helper()
	v.get(link)
	v.send(link, url.Values{}, "/account/setup")
	v.send("/account/password", url.Values{"password": {phrase}, "again": {phrase}}, "/account/setup")
	v.send("/account/app", url.Values{}, "/account/app")
	secret = strings.ReplaceAll(v.get("/account/app").Text(v, ".account-secret"), " ", "")
	v.send("/account/app/code", url.Values{"code": {v.digits(secret)}}, "/account/codes")
	for _, n := range v.get("/account/codes").All(v, ".account-codes li") {
		recovery = append(recovery, webtest.Text(n))
	}
	if len(secret) != 32 || len(recovery) != 10 {
		v.Fatalf("secret %q, codes %v", secret, recovery)
	}
	v.send("/account/codes/kept", url.Values{}, start)
	v.pass(time.Minute) // so that the next code is another
	return secret, recovery
}

func TestStaffComesByInvitationAndSignsInAgain(t *testing.T) {
	e := enrol(t)
	account, link := e.invited("kim@hospital.example", identity.Owner, identity.Coordinator)
	v := e.browser()
	for range 3 { // mail scanners look
		if p := v.get(link); !strings.Contains(p.Text(t, "main"), "Welcome, Kim Lee") || !strings.Contains(p.Text(t, "main"), "owner and coordinator") || len(v.cookies) > 0 {
			t.Fatalf("the invitation says %q, cookies %v", p.Text(t, "main"), v.cookies)
		}
	}
	secret, recovery := v.setUp(link, "/")
	first := v.cookies["rekindle_staff"]
	if bar := v.get("/").Text(t, ".rk-you"); !strings.Contains(bar, "Signed in as") || !strings.Contains(bar, "Sign out") {
		t.Errorf("the bar says %q", bar)
	}
	for _, dead := range []string{link, link[:20], "/s/" + strings.Repeat("a", 26)} { // used, truncated, guessed
		for _, form := range []url.Values{nil, {}} {
			if p := e.browser().do(webtest.Scenario{Path: dead, Form: form}); p.Status != http.StatusNotFound || !strings.Contains(p.Text(t, "main"), "does not open anything") {
				t.Errorf("%s: %d %s", dead[:5], p.Status, p.Text(t, "main"))
			}
		}
	}
	if p := v.do(webtest.Scenario{Path: "/account/codes.txt"}); p.Status != http.StatusNotFound || strings.Contains(p.Body, recovery[0]) {
		t.Errorf("recovery codes are shown again: %d", p.Status)
	}

	v.send("/sign-out", url.Values{}, "/sign-in?out=")
	if p := e.browser().do(webtest.Scenario{Path: "/", Cookie: map[string]string{"rekindle_staff": first}}); p.Status != http.StatusSeeOther {
		t.Error("the token is good after signing out")
	}
	// A page asked for before signing in is where one comes out.
	p := v.do(webtest.Scenario{Path: "/audit?verb=account.invite"})
	if at := p.Header.Get("Location"); p.Status != http.StatusSeeOther || at != "/sign-in?to=%2Faudit%3Fverb%3Daccount.invite" {
		t.Fatalf("a visitor is led to %q", at)
	}
	p = v.get(p.Header.Get("Location"))
	to := webtest.Attribute(p.All(t, "input[name=to]")[0], "value")
	v.send("/sign-in", url.Values{"to": {to}, "email": {" KIM@hospital.example"}, "password": {phrase}}, "/sign-in/code?to=%2Faudit%3Fverb%3Daccount.invite")
	half := v.cookies["rekindle_staff"]
	if at := v.do(webtest.Scenario{Path: "/"}).Header.Get("Location"); at != "/sign-in" {
		t.Errorf("half signed in, the study leads to %q", at)
	}
	v.get("/sign-in/code?to=" + url.QueryEscape(to))
	v.send("/sign-in/code", url.Values{"to": {to}, "code": {e.digits(secret)}}, "/audit?verb=account.invite")
	if whole := v.cookies["rekindle_staff"]; whole == half || whole == first || half == first {
		t.Error("a token outlives the step that it was made for")
	}
	if text := v.get("/account").Text(t, "main"); !strings.Contains(text, "10 codes are left") || !strings.Contains(text, "here") {
		t.Errorf("the account says %q", text)
	}

	// With a recovery code, elsewhere; then the two are seen and one is ended.
	w := e.browser()
	w.send("/sign-in", url.Values{"email": {"kim@hospital.example"}, "password": {phrase}}, "/sign-in/code")
	if p := w.do(webtest.Scenario{Path: "/sign-in/code", Form: url.Values{"code": {"123456"}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, ".mistakes"), "not the code of now") {
		t.Errorf("a wrong code: %d %s", p.Status, p.Text(t, "main"))
	}
	w.send("/sign-in/code", url.Values{"code": {recovery[2]}, "recovery": {""}}, "/")
	ends := v.get("/account").All(t, `form[action="/account/sign-ins"] button[name=id]`)
	if len(ends) != 1 {
		t.Fatalf("%d other sign-ins", len(ends))
	}
	v.send("/account/sign-ins", url.Values{"id": {webtest.Attribute(ends[0], "value")}}, "/account?done=ended")
	if p := w.do(webtest.Scenario{Path: "/account"}); p.Header.Get("Location") != "/sign-in?to=%2Faccount" {
		t.Errorf("an ended sign-in is led to %q", p.Header.Get("Location"))
	}

	// Another role of the same account, under another token.
	before := v.cookies["rekindle_staff"]
	v.send("/account/role", url.Values{"role": {"coordinator"}}, "/")
	if p := v.do(webtest.Scenario{Path: "/audit"}); p.Status != http.StatusForbidden || before == v.cookies["rekindle_staff"] {
		t.Errorf("as coordinator: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: "/account/role", Form: url.Values{"role": {"statistician"}}}); p.Status != http.StatusForbidden {
		t.Errorf("a role that the account has not: %d", p.Status)
	}
	for _, told := range []string{link[3:], account, secret, recovery[0], phrase, "kim@", "Kim", "192.0.2", before, half, first} {
		if strings.Contains(e.logged.String(), told) {
			t.Errorf("the log tells %q", told)
		}
	}
}

func TestSignInGivesNothingAway(t *testing.T) {
	e := enrol(t)
	_, link := e.invited("kim@hospital.example", identity.Finance)
	e.browser().setUp(link, "/")
	v := e.browser()
	guess := func(email string) *webtest.Page {
		return v.do(webtest.Scenario{Path: "/sign-in", Form: url.Values{"email": {email}, "password": {"wrong wrong wrong"}}})
	}
	known, unknown := guess("kim@hospital.example"), guess("nobody@hospital.example")
	if known.Status != http.StatusUnprocessableEntity || known.Status != unknown.Status || strings.ReplaceAll(known.Body, "kim@", "nobody@") != unknown.Body {
		t.Errorf("the answers differ: %d, %d", known.Status, unknown.Status)
	}
	if typed := webtest.Attribute(known.All(t, "#email")[0], "value"); typed != "kim@hospital.example" || strings.Contains(known.Body, "wrong wrong") {
		t.Errorf("what was typed: %q", typed)
	}
	for range identity.FreeForAccount {
		guess("kim@hospital.example")
	}
	for _, wait := range []string{"15 seconds", "30 seconds"} { // longer each time
		if p := guess("kim@hospital.example"); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, ".mistakes"), "Try again in "+wait) {
			t.Errorf("locked out: %d %s", p.Status, p.Text(t, "main"))
		}
		e.pass(30 * time.Second)
		guess("kim@hospital.example")
	}
	e.pass(time.Hour)
	for _, email := range []string{"kim@hospital.example", "nobody@hospital.example"} {
		v.send("/sign-in/link", url.Values{"email": {email}}, "/sign-in/link?sent")
	}
	if p := v.get("/sign-in/link?sent"); !strings.Contains(p.Text(t, "main"), "If the address has an account") {
		t.Errorf("%s", p.Text(t, "main"))
	}
	if len(v.cookies) > 0 {
		t.Errorf("cookies %v", v.cookies)
	}
}

func TestLinkStandsForThePassword(t *testing.T) {
	e := enrol(t)
	account, link := e.invited("kim@hospital.example", identity.Owner)
	v := e.browser()
	secret, _ := v.setUp(link, "/")
	ask := func() string {
		e.browser().send("/sign-in/link", url.Values{"email": {"kim@hospital.example"}}, "/sign-in/link?sent")
		return e.mailed(account)
	}
	w, link := e.browser(), ask()
	w.get(link)
	w.send(link, url.Values{}, "/sign-in/code")
	w.send("/sign-in/code", url.Values{"code": {e.digits(secret)}}, "/")
	late := ask()
	e.pass(16 * time.Minute)
	for name, dead := range map[string]string{"used": link, "expired": late} {
		if p := e.browser().do(webtest.Scenario{Path: dead, Form: url.Values{}}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	open := ask()
	succeed(t, e.AllowLinks(t.Context(), investigator, false))
	if p := e.browser().do(webtest.Scenario{Path: open}); p.Status != http.StatusNotFound {
		t.Errorf("switched off, and open: %d", p.Status)
	}
	x := e.browser()
	if p := x.get("/sign-in"); len(p.All(t, `a[href="/sign-in/link"]`)) > 0 {
		t.Error("links are offered, and switched off")
	}
	if p := x.do(webtest.Scenario{Path: "/sign-in/link", Form: url.Values{"email": {"kim@hospital.example"}}}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "switched off") {
		t.Errorf("%d %s", p.Status, p.Text(t, "main"))
	}
}

// Nobody is led away from the site by signing in to it.
func TestSignInLeadsNowhereElse(t *testing.T) {
	e := enrol(t)
	_, link := e.invited("kim@hospital.example", identity.Owner)
	secret, _ := e.browser().setUp(link, "/")
	for to, want := range map[string]string{"/protocol?x=1": "/protocol?x=1", "https://evil.example/": "/", "//evil.example/a": "/", `/\evil.example`: "/", "/%5cevil.example/../a": "/", "/x/..//evil.example": "/", "/%2fevil.example": "/", "/protocol/../outbox": "/", "/nowhere": "/", "/p/new": "/", "/roles": "/", "/desk?x=1": "/desk?x=1", "javascript:alert(1)": "/", "evil": "/",
		"/sign-out": "/", "/s/aaaa": "/", "/me": "/", "/a\r\nSet-Cookie: x=y": "/", "": "/"} {
		e.pass(time.Minute)
		v := e.browser()
		p := v.do(webtest.Scenario{Path: "/sign-in", Form: url.Values{"to": {to}, "email": {"kim@hospital.example"}, "password": {phrase}}})
		if at := p.Header.Get("Location"); !strings.HasPrefix(at, "/sign-in/code") {
			t.Fatalf("%q leads to %q", to, at)
		}
		v.send("/sign-in/code", url.Values{"to": {to}, "code": {e.digits(secret)}}, want)
	}
	if p := e.browser().do(webtest.Scenario{Path: "/sign-in?to=//evil.example"}); strings.Contains(p.Body, "evil") {
		t.Error("the form keeps another site's address")
	}
	if p := e.browser().do(webtest.Scenario{Path: "/sign-in", Form: url.Values{"email": {"x@y.example"}}, Header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}); p.Status != http.StatusForbidden {
		t.Errorf("another site signs people in: %d", p.Status)
	}
}

// One browser is either a participant's or somebody's of the staff.
func TestOneBrowserOnePerson(t *testing.T) {
	e := enrol(t)
	_, links := e.invite(1)
	_, invitation := e.invited("kim@hospital.example", identity.Owner)
	v := e.come(links[0])
	v.get("/me/start")
	personal := v.cookies["rekindle_browser"]
	v.setUp(invitation, "/")
	if v.cookies["rekindle_browser"] != "" {
		t.Error("the participant's browser is still open")
	}
	if _, open, err := e.Arrived(t.Context(), personal); open || err != nil {
		t.Errorf("open %v, %v", open, err)
	}
	token := v.cookies["rekindle_staff"]
	v.send(links[0], url.Values{}, "/me")
	if v.cookies["rekindle_staff"] != "" {
		t.Error("staff is still signed in")
	}
	if _, ok, err := e.SignedIn(t.Context(), token); ok || err != nil {
		t.Errorf("signed in %v, %v", ok, err)
	}
	v.get("/me/start")
}

// Changing how one signs in asks for the password, and what was typed wrong is told beside the form.
func TestOwnAccount(t *testing.T) {
	e := enrol(t)
	_, link := e.invited("kim@hospital.example", identity.Finance)
	v := e.browser()
	secret, _ := v.setUp(link, "/")
	const other = "seven boats under a pale moon"
	for name, form := range map[string]url.Values{
		"different":  {"before": {phrase}, "password": {other}, "again": {other + "x"}},
		"too short":  {"before": {phrase}, "password": {"short"}, "again": {"short"}},
		"not theirs": {"before": {"wrong wrong wrong"}, "password": {other}, "again": {other}},
		"missing":    {},
	} {
		if p := v.do(webtest.Scenario{Path: "/account/password", Form: form}); p.Status != http.StatusUnprocessableEntity || p.Text(t, ".mistakes") == "" || strings.Contains(p.Body, other) {
			t.Errorf("%s: %d %s", name, p.Status, p.Text(t, "main"))
		}
	}
	v.send("/account/password", url.Values{"before": {phrase}, "password": {other}, "again": {other}}, "/account?done=password")
	if p := v.get("/account?done=password"); !strings.Contains(p.Text(t, ".note"), "password is changed") {
		t.Error(p.Text(t, "main"))
	}
	for path, wrong := range map[string]url.Values{"/account/app": {"password": {phrase}}, "/account/codes": {"password": {phrase}}} {
		if p := v.do(webtest.Scenario{Path: path, Form: wrong}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, ".mistakes"), "not your password") {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	v.send("/account/codes", url.Values{"password": {other}}, "/account/codes")
	if text := v.do(webtest.Scenario{Path: "/account/codes.txt"}); text.Status != http.StatusOK || strings.Count(text.Body, "\n") != 13 || !strings.Contains(text.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %s", text.Status, text.Body)
	}
	v.send("/account/codes/kept", url.Values{}, "/account?done=codes")
	v.send("/account/app", url.Values{"password": {other}}, "/account/app")
	p := v.get("/account/app")
	fresh := strings.ReplaceAll(p.Text(t, ".account-secret"), " ", "")
	if fresh == secret || len(p.All(t, "svg.account-picture path")) != 2 || len(p.All(t, "[style], script")) > 0 {
		t.Error("no new secret, or no picture")
	}
	if p := v.do(webtest.Scenario{Path: "/account/app/code", Form: url.Values{"code": {e.digits(secret)}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "account-picture") {
		t.Errorf("the code of the app before: %d", p.Status)
	}
	v.send("/account/app/code", url.Values{"code": {e.digits(fresh)}}, "/account/codes")
	for _, path := range []string{"/account", "/account/setup", "/account/password", "/account/app", "/account/codes", "/account/codes.txt"} {
		if p := e.browser().do(webtest.Scenario{Path: path}); p.Status != http.StatusSeeOther || p.Header.Get("Location") != "/sign-in?to="+url.QueryEscape(path) {
			t.Errorf("%s: a visitor gets %d to %q", path, p.Status, p.Header.Get("Location"))
		}
		if p := e.browser().do(webtest.Scenario{Path: strings.TrimSuffix(path, ".txt"), Form: url.Values{}}); p.Status != http.StatusForbidden && p.Status != http.StatusMethodNotAllowed && p.Status != http.StatusNotFound {
			t.Errorf("POST %s: a visitor gets %d", path, p.Status)
		}
	}
}
