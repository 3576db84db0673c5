package web_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// The office's pages on a phone and on a desktop, in light and dark, as they are in the middle of a study.
func TestOfficeInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			coaches := e.coached(3)
			code := e.enrolled()
			e.BaseURL = "http://coaching.example.org"
			e.at("2021-08-25 11:00")
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			l.Goto("/sign-in")
			for name, value := range e.staff(identity.Coordinator) {
				l.Keep(name, value)
			}
			look := func(name string) {
				t.Helper()
				l.look("office-" + name)
				if n := webtest.Evaluate[int](l.Tab, "document.scripts.length"); n != 0 {
					t.Errorf("%s has %d scripts", name, n)
				}
				if dir := os.Getenv("REKINDLE_SCREENSHOTS"); dir != "" {
					succeed(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("office-%s-%s.png", name, screen.Name)), l.Picture(), 0o644))
				}
			}
			l.Goto("/")
			look("board")
			for _, what := range l.Unreached() {
				t.Errorf("board: %s", what)
			}
			l.Goto("/calls")
			look("calls-codes")
			l.Follow("form[action='/people/names'] button")
			look("calls")
			for _, at := range []struct{ path, name string }{{"/people", "people"}, {"/people?hold=no-coach", "held"}, {"/people/" + string(code), "person"}, {"/coaches", "coaches"}, {"/coaches/" + string(coaches[0]), "coach"}, {"/enrolment", "enrolment"}, {"/roster", "roster"}, {"/invite", "invite"}} {
				l.Goto(at.path)
				look(at.name)
			}
			l.Dark()
			l.Goto("/people/" + string(code))
			look("dark-person")
		})
	}
}

// Everything goes without JavaScript: a person is found, named, given a coach and a link.
func TestOfficeWithoutScripts(t *testing.T) {
	t.Parallel()
	e := enrol(t)
	coaches := e.coached(1)
	code := e.enrolled()
	e.BaseURL = "http://coaching.example.org"
	e.at("2021-08-25 11:00")
	server := httptest.NewServer(e.handler)
	t.Cleanup(server.Close)
	tab := webtest.Open(t, server.URL, webtest.Phone)
	tab.Goto("/sign-in")
	for name, value := range e.staff(identity.Coordinator) {
		tab.Keep(name, value)
	}
	tab.Unscripted()
	tab.Goto("/calls")
	tab.Follow("form[action='/people/names'] button")
	tab.Click("details:has(#coach-" + string(code) + ") summary")
	tab.Choose("#coach-"+string(code), string(coaches[0]))
	tab.Follow("form[action='/calls/" + string(code) + "/coach'] button")
	tab.Goto("/people/" + string(code))
	tab.Follow("form[action='/people/" + string(code) + "/link'] button")
	succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) error {
		n, err := tx.MailCount(t.Context(), store.MailFilter{Person: string(code), Kind: "personal-link"})
		if n != 1 {
			t.Errorf("%d links were sent", n)
		}
		way, err2 := tx.Way(t.Context(), code)
		if way.Coach != coaches[0] {
			t.Errorf("the coach is %q", way.Coach)
		}
		return errors.Join(err, err2)
	}))
}
