package web_test

import (
	"net/http/httptest"
	"testing"

	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// What follows a survey, looked at: help after a positive screen, home with a gift, address and zone.
func TestSupportInABrowser(t *testing.T) {
	t.Parallel()
	v, _, _ := screened(t, true, func(p *study.Protocol) {
		p.Incentives = []study.Incentive{{ID: "journal", Name: "Journal", Visit: p.Visits[0].ID}}
		p.Consent[0].Safety = true
	})
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		l := &looker{Tab: v.tab(server, screen), screen: screen.Name + "-support"}
		for _, page := range []struct{ name, path string }{{"support", supported}, {"home", "/me"}, {"address", "/me/address"}, {"zone", "/me/zone?lang=es"}, {"support-es", supported}} {
			l.Goto(page.path)
			l.look(page.name)
			if screen.Phone {
				for _, what := range l.Unreached() {
					t.Errorf("%s: %s", page.name, what)
				}
			}
		}
		l.Dark()
		l.Goto(supported + "?lang=en")
		l.look("dark-support")
		l.Goto("/p/aaaaaaaaaaaaaaaaaaaaaaaaaa?lang=es")
		_ = l.Console() // the page is not found, as it should
		l.look("dead-es")
	}
}
