package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"rekindle/web/webtest"
)

// looked are the pages of a rehearsal that a browser looks at.
var looked = []string{"/", "/roles", "/summary", "/report", "/flow", "/tables", "/tables/table3-itt", "/figures", "/protocol", "/randomization", "/audit", "/audit/5",
	"/outbox", "/outbox/1", "/outbox?state=failed", "/nowhere"}

// Every page on a phone and on a desktop, light and dark: axe finds nothing, nothing is said on the console, nobody scrolls
// sideways, and everything that can be clicked is reached by keyboard and shows it.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(site(t))
	t.Cleanup(server.Close)
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			tab := webtest.Open(t, server.URL, screen)
			for _, path := range looked {
				tab.Goto(path)
				for _, v := range tab.Axe() {
					t.Errorf("%s: %s (%s): %s", path, v.Help, v.ID, strings.Join(v.Targets, "; "))
				}
				if n := tab.Overflow(); n > 0 {
					t.Errorf("%s is %d pixels wider than the screen", path, n)
				}
				if !screen.Phone || path == "/" { // the same elements in the same order, but for the menu
					for _, what := range tab.Unreached() {
						t.Errorf("%s: %s", path, what)
					}
				}
				for _, said := range tab.Console() {
					if path != "/nowhere" || !strings.Contains(said, "404") {
						t.Errorf("%s says on the console: %s", path, said)
					}
				}
			}
		})
	}
}

// Dark colors have the same contrast.
func TestDarkPagesInABrowser(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(site(t))
	t.Cleanup(server.Close)
	tab := webtest.Open(t, server.URL, webtest.Desktop)
	tab.Dark()
	for _, path := range looked {
		tab.Goto(path)
		for _, v := range tab.Axe("color-contrast") {
			t.Errorf("%s: %s (%s): %s", path, v.Help, v.ID, strings.Join(v.Targets, "; "))
		}
	}
}

// What a visitor of a rehearsal does: looks as another role, opens the menu on a phone, searches the outbox, has the trail checked.
func TestLookingAround(t *testing.T) {
	server := httptest.NewServer(site(t))
	t.Cleanup(server.Close)
	tab := webtest.Open(t, server.URL, webtest.Phone)
	tab.Goto("/")
	tab.Click(".rk-menu summary")
	tab.Follow(`.rk-menu a[href="/randomization"]`)
	tab.Follow(`.rk-beside a[href="/audit"]`)
	tab.Follow(`form[action="/audit/verify"] button`)
	if proof := webtest.Evaluate[string](tab, `document.querySelector(".proof").innerText`); !strings.Contains(proof, "Intact") {
		t.Errorf("the proof says: %s", proof)
	}
	tab.Choose("#verb", "dataset.lock")
	tab.Follow(`form[action="/audit"] button`)
	if rows := webtest.Evaluate[int](tab, `document.querySelectorAll("tbody tr").length`); rows != 1 {
		t.Errorf("%d events of dataset.lock, want 1", rows)
	}
	tab.Follow(`.rk-simulated a`)
	tab.Follow(`.persona button[value="finance"]`)
	if said := webtest.Evaluate[string](tab, `document.querySelector("main").innerText`); strings.Contains(said, "Audit trail") || !strings.Contains(said, "Protocol") {
		t.Errorf("finance sees: %s", said)
	}
}
