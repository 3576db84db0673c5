package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// One's own answers stand in words beside their codes, in the language that one reads; after they were removed nothing does.
func TestOwnAnswersInWords(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	v, other := e.come(links[0]), e.come(links[1])
	if p := v.get("/me/answers"); !strings.Contains(p.Text(t, "main"), "There are no answers of yours") {
		t.Errorf("before the first: %s", p.Text(t, "main"))
	}
	v.baseline()
	p := v.get("/me/answers")
	said := p.Text(t, "main")
	if n := len(p.All(t, "main section table")); n != 7 {
		t.Errorf("%d forms", n)
	}
	for _, want := range []string{"Part 2 of 7", "PF1 = 1", "Demonstration wording", "American Indian or Alaska Native; Asian", "7 (0:", "QL1 = 7"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
	spanish := v.get("/me/answers?lang=es").Text(t, "main")
	if !strings.Contains(spanish, "Mis respuestas") || strings.Contains(spanish, "Your answer") || strings.Contains(spanish, "Never") {
		t.Errorf("in Spanish: %s", spanish)
	}
	for _, secret := range []string{"Dr. Person", "hospital.example", string(codes[1])} {
		if strings.Contains(p.Body, secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
	if n := len(other.get("/me/answers").All(t, "main table")); n != 0 {
		t.Errorf("another's page has %d forms", n)
	}
	v.send("/me/withdraw", url.Values{"use": {string(participant.RemoveData)}}, "/me")
	if n := len(v.get("/me/answers?lang=en").All(t, "main table")); n != 0 {
		t.Errorf("%d forms are left", n)
	}
	if home := v.get("/me?lang=en"); len(home.All(t, `a[href="/me/withdrawal.pdf"]`)) != 1 || !strings.HasPrefix(v.get("/me/withdrawal.pdf").Body, "%PDF") {
		t.Error("there is no paper of the withdrawal")
	}
}

// The page of answers, and what comes of leaving, as they look.
func TestOwnAnswersInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		e := enrol(t)
		e.BaseURL = "http://coaching.example.org"
		_, links := e.invite(1)
		v := e.come(links[0])
		v.baseline()
		server := httptest.NewServer(e.handler)
		t.Cleanup(server.Close)
		l := &looker{Tab: v.tab(server, screen), screen: "answers-" + screen.Name}
		l.Goto("/me/answers")
		l.look("answers")
		l.Goto("/me")
		l.look("home")
		v.send("/me/withdraw", url.Values{"use": {string(participant.UntilNow)}}, "/me")
		l.Goto("/me")
		l.Dark()
		l.look("left-dark")
		for _, what := range l.Unreached() {
			t.Error(what)
		}
	}
}
