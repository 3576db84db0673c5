package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/web/webtest"
)

// elsewhere are addresses that lead off the site, or to no page that somebody asked for.
var elsewhere = []string{"https://evil.example/me", "//evil.example", "///evil.example/me", `/\evil.example`, `\\evil.example`, "/%5Cevil.example", "/%2Fevil.example", "%2F%2Fevil.example", "/me/%2e%2e//evil.example",
	"/me/../desk", "/me//evil.example", "javascript:alert(1)", "/me/survey/month3\r\nSet-Cookie: x=1", "/me/survey/%0d%0aSet-Cookie:x", "http:/me/access", "me/access", "/me@evil.example", "/me/access?x=//evil.example#y\\",
	"/p/new", "/sign-out", "/desk", "/people", "/nowhere", "/me/nowhere", "/me/consent.pdf", "", "/", "/" + strings.Repeat("a", 5000)}

var wholeLink = regexp.MustCompile(`https://coaching\.example\.org(/p/[a-z2-7]{26})(\?to=\S+)?`)

// mailedLink is the link of the latest mail to somebody: its path, and on which page it goes on.
func (v *visitor) mailedLink(of []string) (path, to string) {
	v.Helper()
	found := wholeLink.FindStringSubmatch(of[len(of)-1])
	if found == nil {
		v.Fatalf("no link in %q", of[len(of)-1])
	}
	q, err := url.ParseQuery(strings.TrimPrefix(found[2], "?"))
	succeed(v, err)
	return found[1], q.Get("to")
}

// Whoever asks for a page of theirs without having come in asks for a link there, and the link leads to the page.
func TestLinkLeadsToThePageAskedFor(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	e.come(links[0]).baseline()
	texts := func(i int) (all []string) {
		for _, m := range e.outbox(codes[i]) {
			all = append(all, m.Text)
		}
		return all
	}
	v := e.browser()
	refused := v.do(webtest.Scenario{Path: "/me/survey/month3?window=x"})
	ask := refused.All(t, `main a[href^="/p/new"]`)
	if refused.Status != http.StatusForbidden || len(ask) != 1 {
		t.Fatalf("%d %s", refused.Status, refused.Text(t, "main"))
	}
	form := v.get(webtest.Attribute(ask[0], "href")).All(t, "input[name=to]")
	if len(form) != 1 || webtest.Attribute(form[0], "value") != "/me/survey/month3" {
		t.Fatalf("the form forgets the page: %d", len(form))
	}
	v.send("/p/new", url.Values{"email": {"p0@hospital.example"}, "to": {webtest.Attribute(form[0], "value")}}, "/p/new?done")
	path, to := v.mailedLink(texts(0))
	if to != "/me/survey/month3" {
		t.Errorf("the mail leads to %q", to)
	}
	if p := v.get(path + "?to=" + to); len(p.All(t, `input[name=to][value="/me/survey/month3"]`)) != 1 {
		t.Error("the link's page forgets where it leads")
	}
	v.send(path, url.Values{"to": {to}}, "/me/survey/month3")
	e.browser().send(path, url.Values{"to": {"/me/access"}}, "/me/access")
	if p := e.browser().do(webtest.Scenario{Path: path[:20] + "?to=/me/access"}); p.Status != http.StatusNotFound || len(p.All(t, `main a[href="/p/new?to=%2Fme%2Faccess"]`)) != 1 {
		t.Errorf("a dead link forgets where it led: %d", p.Status)
	}
	for _, to := range elsewhere {
		e.browser().send(path, url.Values{"to": {to}}, "/me")
		if p := e.browser().get("/p/new?to=" + url.QueryEscape(to)); len(p.All(t, "input[name=to]")) > 0 {
			t.Errorf("the form keeps %q", to)
		}
	}
	e.pass(time.Hour)
	v.send("/p/new", url.Values{"email": {"p0@hospital.example"}, "to": {"//evil.example"}}, "/p/new?done")
	if _, to := v.mailedLink(texts(0)); to != "" {
		t.Errorf("the mail leads to %q", to)
	}
	for _, to := range []string{"/me/survey/month3", "/me/coach", "/me/plan", "coach"} { // before signing, and where coaching is not open
		e.browser().send(links[1], url.Values{"to": {to}}, "/me")
	}
}

// The mail about a survey leads to the survey.
func TestReminderLeadsToItsSurvey(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.baseline()
	e.at("2021-11-15 12:00")
	var texts []string
	for _, m := range e.outbox(codes[0]) {
		if m.Kind == "survey" {
			texts = append(texts, m.Text)
		}
	}
	if len(texts) == 0 {
		t.Fatal("no mail about the survey")
	}
	path, to := v.mailedLink(texts)
	w := e.browser()
	w.send(path, url.Values{"to": {to}}, "/me/survey/month3")
	if p := w.do(webtest.Scenario{Path: "/me/survey/month3"}); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/me/survey/month3/") {
		t.Errorf("%d to %s", p.Status, p.Header.Get("Location"))
	}
}

// A link to sign in by leads staff to the page that they asked for.
func TestStaffLinkLeadsToThePageAskedFor(t *testing.T) {
	e := enrol(t)
	account, link := e.invited("kim@hospital.example", identity.Owner)
	secret, _ := e.browser().setUp(link, "/")
	signIn := func(to string) string {
		e.pass(time.Hour)
		v := e.browser()
		v.send("/sign-in/link", url.Values{"email": {"kim@hospital.example"}, "to": {to}}, "/sign-in/link?sent")
		link := e.mailed(account)
		if strings.Contains(link, "?") {
			t.Errorf("the mail tells the page: %s", link)
		}
		p := v.do(webtest.Scenario{Path: link, Form: url.Values{}})
		at := p.Header.Get("Location")
		u, err := url.Parse(at)
		succeed(t, err)
		if u.Path != "/sign-in/code" || u.Host != "" {
			t.Fatalf("%q leads to %q", to, at)
		}
		p = v.do(webtest.Scenario{Path: "/sign-in/code", Form: url.Values{"to": {u.Query().Get("to")}, "code": {e.digits(secret)}}})
		return p.Header.Get("Location")
	}
	v := e.browser()
	asked := v.do(webtest.Scenario{Path: "/audit?page=2"})
	door := v.get(asked.Header.Get("Location"))
	way := door.All(t, `.account-other a[href^="/sign-in/link"]`)
	if len(way) != 1 {
		t.Fatal("no way to a link")
	}
	kept := v.get(webtest.Attribute(way[0], "href")).All(t, "input[name=to]")
	if len(kept) != 1 {
		t.Fatal("the form forgets the page")
	}
	if to := signIn(webtest.Attribute(kept[0], "value")); to != "/audit?page=2" {
		t.Errorf("comes out at %q", to)
	}
	for _, to := range elsewhere[:20] {
		if at := signIn(to); at != "/" {
			t.Errorf("%q comes out at %q", to, at)
		}
	}
}
