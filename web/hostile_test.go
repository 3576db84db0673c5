package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"rekindle/web/webtest"
)

// hostile is what no field asks for.
var hostile = []string{"", "-1", "99999999999999999999", "1e309", "NaN", "0000-00-00", "9999-12-31", "2021-02-30T25:61", "-0001-01-01T00:00:00Z", "../../etc/passwd", "Local", "\xff\xfe\x00", "a\r\nSet-Cookie: x=1\r\n\r\nb",
	"=HYPERLINK(1)", "{{.}}%s%!d", "//elsewhere.example/", "𝕏\u202e\u0000é", strings.Repeat("9", 5000)}

// sound checks that a reply is no fault of the program, and leads to no other site.
func sound(t *testing.T, what string, p *webtest.Page) {
	t.Helper()
	if p.Status >= http.StatusInternalServerError {
		t.Errorf("%s: %d %s", what, p.Status, p.Text(t, "main"))
	}
	to := p.Header.Get("Location")
	if at, err := url.Parse(to); err != nil || at.Host != "" || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\r\n\\") {
		t.Errorf("%s leads to %q", what, to)
	}
	for name, values := range p.Header {
		if strings.ContainsAny(strings.Join(values, ""), "\r\n") || strings.Contains(name, "\n") {
			t.Errorf("%s: the header %s is %q", what, name, values)
		}
	}
}

// ending are the forms that would end the browser that sends them.
var ending = regexp.MustCompile(`^/sign-out|^/me/leave|^/account/(role|sign-ins)|/staff/|^/role$|^/enrolment/close|^/me/withdraw|^/me/decline`)

// form is a form of a page: where it goes, and the names of its fields.
type form struct {
	method, action string
	fields         []string
}

func formsOf(t *testing.T, path string, p *webtest.Page) (all []form) {
	t.Helper()
	from, err := url.Parse(path)
	succeed(t, err)
	for _, n := range p.All(t, "form") {
		f := form{method: strings.ToUpper(webtest.Attribute(n, "method"))}
		to, err := from.Parse(webtest.Attribute(n, "action"))
		succeed(t, err)
		if f.action = to.Path; f.method != http.MethodPost {
			f.method = http.MethodGet
		}
		for d := range n.Descendants() {
			if name := webtest.Attribute(d, "name"); d.Type == html.ElementNode && name != "" {
				f.fields = append(f.fields, name)
			}
		}
		if len(f.fields) > 0 && !ending.MatchString(f.action) {
			all = append(all, f)
		}
	}
	return all
}

// Every form that somebody can reach, filled with what it does not ask for, is answered in words: no fault, no way out of the site, no header of
// the sender's making.
func TestFormsTakeAnything(t *testing.T) {
	m := newMatrixed(t)
	tried := map[string]bool{}
	for _, who := range []string{"visitor", "invited", "coached", "coach", "coordinator", "unmasked", "finance", "owner"} {
		forms := map[string]form{}
		c := crawler{TB: t, handler: m.handler, cookies: m.cookies[who]}
		start := "/"
		if who == "visitor" {
			start = "/sign-in"
		}
		c.pages(start, func(path string, p *webtest.Page) {
			for _, f := range formsOf(t, path, p) {
				if key := f.method + drawn.ReplaceAllString(f.action, "•"); !tried[key] {
					tried[key], forms[key] = true, f
				}
			}
		})
		for _, f := range forms {
			for _, text := range hostile {
				sent := url.Values{}
				for _, name := range f.fields {
					sent[name] = []string{text, text}
				}
				s := webtest.Scenario{Path: f.action, Cookie: m.cookies[who]}
				if f.method == http.MethodPost {
					s.Form = sent
				} else {
					s.Path += "?" + sent.Encode()
				}
				sound(t, who+" "+f.method+" "+f.action+" "+text[:min(20, len(text))], webtest.Do(t, m.handler, s))
			}
		}
	}
	if len(tried) < 60 {
		t.Errorf("%d forms were found", len(tried))
	}
}

// Every address with anything where it names somebody or something, and every header that a page reads, is answered in words.
func TestAddressesTakeAnything(t *testing.T) {
	m := newMatrixed(t)
	for pattern := range patterns(t) {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || !strings.Contains(path, "{") || path == "/{$}" {
			continue
		}
		for _, text := range hostile[1:] {
			at := placeholders.ReplaceAllString(path, strings.ReplaceAll(url.PathEscape(text), "$", "$$"))
			for _, who := range []string{"visitor", "coached", "coach", "unmasked", "finance", "owner"} {
				sound(t, who+" "+at, webtest.Do(t, m.handler, webtest.Scenario{Path: at, Cookie: m.cookies[who]}))
			}
		}
	}
	for _, text := range hostile[1:] {
		plain := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, text)
		header := http.Header{"Referer": {text}, "Accept-Language": {text}, "User-Agent": {text}, "If-None-Match": {text}, "Range": {"bytes=" + text}}
		for _, path := range []string{"/", "/me", "/desk", "/p/new", "/sign-in?to=" + url.QueryEscape(text), "/protocol?lang=" + url.QueryEscape(text), "/sign-in/hospital/back?state=" + url.QueryEscape(text)} {
			cookies := map[string]string{"rekindle_browser": plain, "rekindle_staff": plain, "rekindle_names": plain, "rekindle_role": plain, "rekindle_lang": plain}
			sound(t, path, webtest.Do(t, m.handler, webtest.Scenario{Path: path, Header: header, Cookie: cookies}))
		}
	}
}
