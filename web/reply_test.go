package web_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/web"
	"rekindle/web/webtest"
)

func TestAddressesThatAreNone(t *testing.T) {
	h := site(t)
	nothing := func(path string) webtest.Scenario {
		return webtest.Scenario{Name: path, Path: path, Status: 404, Has: []string{`main a[href="/"]`}}
	}
	webtest.Run(t, h, []webtest.Scenario{
		nothing("/nowhere"), nothing("/audit/x"), nothing("/audit/-1"), nothing("/audit/999999"), nothing("/audit/99999999999999999999"),
		nothing("/tables/none"), nothing("/tables/..%2Fresult"), nothing("/report/none.csv"), nothing("/flow/forest-itt.svg"),
		nothing("/report/%2e%2e/rekindle.db"), nothing("/report/..%2f..%2fkeys%2fvault.key"), nothing("/report/tables"), nothing("/report/"),
		nothing("/audit?page=1000"),
		{Name: "an asset that is none", Path: "/asset/site.css", Status: 404},
		{Name: "a page that is no number", Path: "/audit?page=x", Status: 422, Sees: []string{"no page of a list"}},
		{Name: "page nought", Path: "/outbox?page=0", Status: 422},
		{Name: "a page beyond measure", Path: "/outbox?page=99999999999", Status: 422},
		{Name: "a list that is empty has a first page", Path: "/audit?object=nobody&page=1", Sees: []string{"No event fits"}},
		{Name: "a form to a page that takes none", Path: "/audit", Form: url.Values{}, Status: 404},
	})
}

func TestListsTurnPages(t *testing.T) {
	h := site(t)
	first := webtest.Do(t, h, webtest.Scenario{Path: "/audit?actor=clock"})
	next := ""
	for _, a := range first.All(t, `.pager a[rel=next]`) {
		next = webtest.Attribute(a, "href")
	}
	if next != "/audit?actor=clock&page=2" {
		t.Fatalf("the next page is at %q", next)
	}
	jump := first.All(t, `.pager form[method=get][action="/audit"] input[type=hidden][name=actor][value=clock]`)
	if len(jump) != 1 || len(first.All(t, `.pager form input[name=page][value="1"]`)) != 1 {
		t.Error("no way to any page of a long list, or one that forgets what was searched for")
	}
	second := webtest.Do(t, h, webtest.Scenario{Path: next})
	if a, b := first.Text(t, "tbody tr"), second.Text(t, "tbody tr"); a == b || a == "" || b == "" {
		t.Errorf("both pages begin with %q", a)
	}
	if len(first.All(t, "tbody tr")) != 50 {
		t.Errorf("%d events on the first page", len(first.All(t, "tbody tr")))
	}
	for _, role := range second.All(t, `.pager a[rel=prev]`) {
		if got := webtest.Attribute(role, "href"); got != "/audit?actor=clock" {
			t.Errorf("the page before is at %q", got)
		}
	}
}

// A fault of the program is told in neutral words with a reference, under which the log has the cause.
func TestFaultsAreLoggedNotShown(t *testing.T) {
	r, err := rehearsal()
	must(t, err)
	for name, broken := range map[string]*conduct.Conduct{
		"a panic":        {Protocol: r.conduct.Protocol, Simulated: true},
		"a closed store": closedStore(t),
	} {
		var log strings.Builder
		h := (&web.Site{Conduct: broken, Log: slog.New(slog.NewTextHandler(&log, nil))}).Handler()
		p := webtest.Do(t, h, webtest.Scenario{Path: "/"})
		reference := p.Text(t, "main code")
		if p.Status < 500 || len(reference) != 8 {
			t.Errorf("%s: status %d, reference %q", name, p.Status, reference)
		}
		for _, never := range []string{"goroutine", "nil pointer", ".go:", "sql:", "panicked"} {
			if strings.Contains(p.Body, never) {
				t.Errorf("%s: the page tells %q", name, never)
			}
		}
		if !strings.Contains(log.String(), "reference="+reference) {
			t.Errorf("%s: the log has no reference %q:\n%s", name, reference, log.String())
		}
		if name == "a panic" && !strings.Contains(log.String(), "nil pointer") {
			t.Errorf("the log has no cause:\n%s", log.String())
		}
	}
}

func closedStore(t *testing.T) *conduct.Conduct {
	t.Helper()
	w := newOpened(t)
	must(t, w.conduct.Store.Close())
	return w.conduct
}

// A form that another site sends is refused before it reaches any page.
func TestForeignFormsAreRefused(t *testing.T) {
	h := site(t)
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "from another site", Path: "/audit/verify", Form: url.Values{}, Header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, Status: 403, Sees: []string{"sent from another site"}},
		{Name: "from another origin, by an older browser", Path: "/role", Form: url.Values{"role": {"owner"}}, Header: http.Header{"Origin": {"https://evil.example"}}, Status: 403},
		{Name: "from here", Path: "/audit/verify", Form: url.Values{}, Header: http.Header{"Sec-Fetch-Site": {"same-origin"}}, Status: 303},
		{Name: "reading from elsewhere is reading", Path: "/protocol", Header: http.Header{"Sec-Fetch-Site": {"cross-site"}}},
		{Name: "a form that is too long", Path: "/role", Form: url.Values{"role": {strings.Repeat("x", 2<<20)}}, Status: 422},
	})
}

// Pages load nothing from elsewhere and run nothing; styles stand in files of our own.
func TestPolicy(t *testing.T) {
	h := site(t)
	for _, scenarios := range read {
		for _, s := range scenarios {
			p := webtest.Do(t, h, s)
			policy := p.Header.Get("Content-Security-Policy")
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
				if p.Header.Get(name) != want {
					t.Errorf("%s: %s is %q", s.Path, name, p.Header.Get(name))
				}
			}
			if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
				t.Errorf("%s: policy %q", s.Path, policy)
			}
			if strings.HasSuffix(s.Path, ".svg") || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
				continue
			}
			if s.Path != "/report" && (strings.Contains(policy, "unsafe") || len(p.All(t, "style, [style]")) > 0) {
				t.Errorf("%s: styles on the page itself, policy %q", s.Path, policy)
			}
			if n := len(p.All(t, "script, [onclick], iframe, object, embed, base")); n > 0 {
				t.Errorf("%s: %d elements that run or load", s.Path, n)
			}
			for _, e := range p.All(t, "[src], link[href]") {
				if from := webtest.Attribute(e, "src") + webtest.Attribute(e, "href"); !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") {
					t.Errorf("%s loads %s", s.Path, from)
				}
			}
			if n := weight(t, h, p); n > 100<<10 && s.Path != "/report" {
				t.Errorf("%s weighs %d KB", s.Path, n>>10)
			}
		}
	}
}

// The report's page may use the style that it carries, which its digest names, and no other.
func TestReportIsServedAsMade(t *testing.T) {
	p := webtest.Do(t, site(t), webtest.Scenario{Path: "/report"})
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(p.Body, -1)
	if len(styles) != 1 {
		t.Fatalf("%d styles", len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0][1]))
	if digest := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(p.Header.Get("Content-Security-Policy"), digest) {
		t.Errorf("the policy %q has no %s", p.Header.Get("Content-Security-Policy"), digest)
	}
}

// weight is what comes over the line for a page with all that it loads, but for photos: bytes.
func weight(t testing.TB, h http.Handler, p *webtest.Page) int {
	t.Helper()
	sum := len(p.Body)
	for _, e := range p.All(t, "link[href], script[src], img[src^='/asset/']") {
		a := webtest.Do(t, h, webtest.Scenario{Path: webtest.Attribute(e, "href") + webtest.Attribute(e, "src"), Header: http.Header{"Accept-Encoding": {"br, gzip;q=0.8"}}})
		sum += len(a.Body)
	}
	return sum
}

// A style is half of what a page weighs, and goes packed to whoever takes it so.
func TestAssetsGoPacked(t *testing.T) {
	h := site(t)
	for _, e := range webtest.Do(t, h, webtest.Scenario{Path: "/protocol"}).All(t, "link[rel=stylesheet]") {
		path := webtest.Attribute(e, "href")
		plain := webtest.Do(t, h, webtest.Scenario{Path: path, Header: http.Header{"Accept-Encoding": {"br, gzip;q=0"}}})
		packed := webtest.Do(t, h, webtest.Scenario{Path: path, Header: http.Header{"Accept-Encoding": {"gzip, deflate, br"}}})
		if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s: %v, %v", path, plain.Header, packed.Header)
		}
		r, err := gzip.NewReader(strings.NewReader(packed.Body))
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		if string(text) != plain.Body || len(packed.Body) >= len(plain.Body) {
			t.Errorf("%s comes out as something else, or no smaller: %d of %d", path, len(packed.Body), len(plain.Body))
		}
	}
}

// Assets are found under addresses with their digests and may be kept for ever.
func TestAssets(t *testing.T) {
	h := site(t)
	p := webtest.Do(t, h, webtest.Scenario{Path: "/protocol"})
	sheets := p.All(t, "link[rel=stylesheet], link[rel=icon]")
	if len(sheets) < 3 {
		t.Fatalf("%d assets", len(sheets))
	}
	for _, sheet := range sheets {
		a := webtest.Do(t, h, webtest.Scenario{Path: webtest.Attribute(sheet, "href")})
		if a.Status != 200 || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("Content-Type") == "" || a.Body == "" {
			t.Errorf("%s: %d %v", webtest.Attribute(sheet, "href"), a.Status, a.Header)
		}
	}
}

// Whoever asked and has gone gets no page, and is no fault.
func TestWhoeverHasGoneIsNoFault(t *testing.T) {
	var log strings.Builder
	h := site(t, func(s *web.Site) { s.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/outbox", nil))
	if strings.Contains(log.String(), "failed") {
		t.Errorf("logged as a fault:\n%s", log.String())
	}
}
