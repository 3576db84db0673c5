package web_test

import (
	"net/http/httptest"
	"testing"

	"rekindle/web/webtest"
)

// Letters twice as large on the smallest of phones: nobody has to scroll sideways, in the language with the longer words.
func TestLargeTextOnASmallPhoneInABrowser(t *testing.T) {
	t.Parallel()
	v, _ := signed(t)
	server := httptest.NewServer(v.handler)
	defer server.Close()
	tab := v.tab(server, webtest.Screen{Name: "small phone", Width: 320, Height: 640, Phone: true})
	for _, path := range []string{"/me", "/me/consent", demographics, "/me/survey/baseline/pfi16", "/me/withdraw"} {
		tab.Goto(path + "?lang=es")
		webtest.Evaluate[bool](tab, `document.documentElement.style.fontSize = "200%", true`)
		if n := tab.Overflow(); n > 0 {
			t.Errorf("%s is %d pixels wider than the screen: %s", path, n, webtest.Evaluate[string](tab,
				`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 4).map(e => e.outerHTML.slice(0, 80)).join("; ")`))
		}
	}
}
