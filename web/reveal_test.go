package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/web/webtest"
)

// One owner asks, another grants, the first sees it once; the participant reads of each step.
func TestRevealOnThePages(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	first := &visitor{e, e.staff(identity.Owner)}
	if p := first.get("/reveal"); len(p.All(t, "a[href='/staff/invite']")) != 1 {
		t.Error("a lone owner is not told that nobody could grant it")
	}
	other := &visitor{e, e.staff(identity.Owner)}
	if p := first.get("/reveal"); len(p.All(t, "a[href='/staff/invite']")) != 0 {
		t.Error("one of two owners is told to invite another")
	}
	const name = "Dr. Person 0"
	if p := first.do(webtest.Scenario{Path: "/reveal", Form: url.Values{"code": {"nonsense"}, "reason": {"harm <b>"}}}); p.Status != http.StatusUnprocessableEntity || p.Text(t, "textarea") != "harm <b>" || len(p.All(t, ".mistakes")) != 1 {
		t.Errorf("a wrong code: %d", p.Status)
	}
	first.send("/reveal", url.Values{"code": {strings.ToLower(string(codes[0]))}, "reason": {"An answer speaks of harm."}}, "/reveal")
	if p := first.get("/reveal"); len(p.All(t, "button[value=grant]")) != 0 || !strings.Contains(p.Text(t, "main"), "Waits for another owner") {
		t.Error("whoever asks can grant")
	}
	if !strings.Contains(other.get("/board").Text(t, "#today + ul"), "1 request to know who a code is") || strings.Contains(first.get("/board").Text(t, "#today + ul"), "request") {
		t.Error("the board of the other owner says nothing, or that of whoever asked does")
	}
	if p := first.do(webtest.Scenario{Path: "/reveal/1/decide", Form: url.Values{"answer": {"grant"}}}); p.Status != http.StatusConflict {
		t.Errorf("granting oneself by hand: %d", p.Status)
	}
	if p := other.get("/reveal"); len(p.All(t, "button[value=grant]")) != 1 || len(p.All(t, "td[data-head='To do'] button")) != 2 || !strings.Contains(p.Text(t, "main"), "Waits for you") || !strings.Contains(p.Text(t, "main"), "An answer speaks of harm.") || strings.Contains(p.Body, name) {
		t.Error("the other owner cannot decide, or sees the name")
	}
	if p := other.do(webtest.Scenario{Path: "/reveal/1/decide", Form: url.Values{"answer": {"perhaps"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("neither yes nor no: %d", p.Status)
	}
	other.send("/reveal/1/decide", url.Values{"answer": {"grant"}}, "/reveal")
	if p := other.do(webtest.Scenario{Path: "/reveal/1/show", Form: url.Values{}}); p.Status != http.StatusNotFound || strings.Contains(p.Body, name) {
		t.Errorf("the one who granted looks: %d", p.Status)
	}
	if p := first.do(webtest.Scenario{Path: "/reveal/1/show", Form: url.Values{}}); p.Status != http.StatusOK || !strings.Contains(p.Text(t, "main"), name) || p.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the one who asked looks: %d", p.Status)
	}
	if p := first.do(webtest.Scenario{Path: "/reveal/1/show", Form: url.Values{}}); p.Status != http.StatusConflict || strings.Contains(p.Body, name) {
		t.Errorf("once more: %d", p.Status)
	}
	told := e.come(links[0]).get("/me/access").Text(t, "main")
	for _, want := range []string{"Asked to know who you are", "Decided on a request to know who you are", "Looked up who you are"} {
		if !strings.Contains(told, want) {
			t.Errorf("the participant is not told %q: %s", want, told)
		}
	}
	for _, role := range []identity.Role{identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance} {
		cookie := e.staff(role)
		webtest.Run(t, e.handler, []webtest.Scenario{
			{Name: string(role), Path: "/reveal", Cookie: cookie, Status: http.StatusForbidden, Never: []string{string(codes[0])}},
			{Name: string(role) + " asks", Path: "/reveal", Form: url.Values{"code": {string(codes[0])}, "reason": {"x"}}, Cookie: cookie, Status: http.StatusForbidden},
			{Name: string(role) + " grants", Path: "/reveal/1/decide", Form: url.Values{"answer": {"grant"}}, Cookie: cookie, Status: http.StatusForbidden},
			{Name: string(role) + " looks", Path: "/reveal/1/show", Form: url.Values{}, Cookie: cookie, Status: http.StatusForbidden, Never: []string{name}},
		})
	}
}

// Staff's pages of consents and of looking people up, as they look on a phone and on a desktop.
func TestConsentsAndRevealInABrowser(t *testing.T) {
	t.Parallel()
	h := site(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			for _, page := range []string{"consents", "reveal"} {
				l.Goto("/" + page)
				l.look(page)
				for _, what := range l.Unreached() {
					t.Errorf("%s: %s", page, what)
				}
			}
			l.Dark()
			l.Goto("/reveal")
			l.look("reveal-dark")
		})
	}
}
