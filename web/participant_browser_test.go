package web_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/web/webtest"
)

// looker looks at pages in a browser: axe finds nothing, nothing is said on the console, nobody scrolls sideways, and everything can
// be reached by keyboard.
type looker struct {
	*webtest.Tab
	screen string
	n      int
}

func (l *looker) look(name string) {
	l.Helper()
	for _, v := range l.Axe() {
		l.Errorf("%s: %s (%s): %s", name, v.Help, v.ID, strings.Join(v.Targets, "; "))
	}
	if n := l.Overflow(); n > 0 {
		l.Errorf("%s is %d pixels wider than the screen", name, n)
	}
	for _, said := range l.Console() {
		if !strings.Contains(said, "422") {
			l.Errorf("%s says on the console: %s", name, said)
		}
	}
	l.n++
	if dir := os.Getenv("REKINDLE_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("participant-%s-%02d-%s.png", l.screen, l.n, name)), l.Picture(), 0o644); err != nil {
			l.Error(err)
		}
	}
}

// answerAll answers every question of the page in the browser.
const answerAll = `(() => {
	for (const name of new Set([...document.querySelectorAll(".row input[type=radio]")].map(e => e.name))) {
		const all = document.querySelectorAll('.row input[type=radio][name="' + name + '"]');
		if (![...all].some(e => e.checked)) all[1].click();
	}
	document.querySelectorAll(".row .options").forEach(o => { const box = o.querySelector("input[type=checkbox]"); if (box && !box.checked) box.click(); });
	document.querySelectorAll(".figure-in input:not([type=range])").forEach(e => { e.value = 7; e.dispatchEvent(new Event("input")); });
	return true;
})()`

// From the link of the mail over consent and baseline to one's own page, as on a phone between two patients, and on a desktop.
func TestParticipantInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			e.BaseURL = "http://coaching.example.org"
			_, links := e.invite(1)
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			l.Goto(links[0])
			l.look("link")
			l.Follow("form button")
			if at := webtest.Evaluate[string](l.Tab, "location.pathname"); at != "/me/start" {
				t.Fatalf("the link leads to %s", at)
			}
			l.look("start")
			l.Follow(`a[href="/me/consent"]`)
			l.look("consent")
			l.Follow("form[action='/me/consent'] button.first")
			l.look("consent-mistakes")
			webtest.Evaluate[bool](l.Tab, `(() => { for (const s of ["#criterion-practicing input", "#criterion-baseline input", "#question-0 input[value='2']", "#question-1 input[value='2']", "#question-2 input[value='0']"])
				document.querySelector(s).click(); document.querySelector("#name").value = "Jordan Example"; return true; })()`)
			l.Follow("form[action='/me/consent'] button.first")
			for _, form := range []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"} {
				if at := webtest.Evaluate[string](l.Tab, "location.pathname"); at != "/me/survey/baseline/"+form {
					t.Fatalf("at %s, want %s", at, form)
				}
				if form == "demographics" || form == "pfi16" || form == "qol_vas" { // the others are set like these
					l.look(form)
				}
				if form == "demographics" {
					l.Follow("button[value=next]")
					l.look(form + "-mistakes")
				}
				if form == "qol_vas" {
					if set := webtest.Evaluate[string](l.Tab, `document.querySelector("input[name=QL1]").value`); set != "" {
						t.Errorf("the line begins at %q", set)
					}
					webtest.Evaluate[bool](l.Tab, `(() => { const line = document.querySelector("input[type=range]"); line.value = 63; line.dispatchEvent(new Event("input")); return true; })()`)
					if set := webtest.Evaluate[string](l.Tab, `document.querySelector("input[name=QL1]").value`); set != "63" {
						t.Errorf("the line gives %q", set)
					}
				}
				webtest.Evaluate[bool](l.Tab, answerAll)
				l.Follow("button[value=next]")
			}
			if at := webtest.Evaluate[string](l.Tab, "location.pathname"); at != "/me/group" {
				t.Fatalf("after the baseline at %s", at)
			}
			l.look("group")
			l.Follow(`main a[href="/me"]`)
			l.look("home")
			for _, what := range l.Unreached() {
				t.Errorf("home: %s", what)
			}
			for _, page := range []string{"access", "withdraw", "survey/baseline/qol_vas"} {
				l.Goto("/me/" + page)
				l.look(strings.ReplaceAll(page, "/", "-"))
			}
			l.Goto("/me?lang=es")
			l.look("home-es")
			l.Dark()
			for _, page := range []string{"", "/survey/baseline/pfi16", "/access"} {
				l.Goto("/me" + page + "?lang=en")
				l.look("dark" + strings.ReplaceAll(page, "/", "-"))
			}
		})
	}
}
