package web_test

import (
	"net/http/httptest"
	"testing"

	"rekindle/platform/identity"
	"rekindle/trial/session"
	"rekindle/web/webtest"
)

// A participant calls the office, which books the next session and moves the one before.
func TestOfficeBooksInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			d := atDesk(t, 1)
			d.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(d.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: "books-" + screen.Name}
			l.Goto("/protocol")
			webtest.Evaluate[string](l.Tab, `document.cookie = "rekindle_staff=`+d.staff(identity.Coordinator)["rekindle_staff"]+`; path=/"`)
			l.Goto("/people/" + string(d.coachees[0]))
			l.look("person")
			l.Follow(`#sessions ~ .act a, section[aria-labelledby=sessions] .act a`)
			l.look("book")
			l.Follow("form .first") // with no time chosen
			l.look("mistake")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelectorAll("input[name=start]")[5].click(); return true; })()`)
			l.Follow("form .first")
			l.look("booked")
			if all := d.sessions(d.coachees[0]); len(all) != 2 || all[1].State != session.Booked {
				t.Fatalf("%+v", all)
			}
			l.Follow(`section[aria-labelledby=sessions] td a`)
			l.look("move")
		})
	}
}
