// Package webtest looks at pages the way people and machines do: tables of who sees what, assertions on elements, and a headless
// Chromium that checks accessibility (axe-core), the console, and the keyboard.
//
// It is for tests alone and knows no page. It serves the promise of who sees what, which is tested page by page and role by role.
package webtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Scenario is one request and what must come of it.
type Scenario struct {
	Name   string
	Method string // empty: GET, or POST where there is a Form
	Path   string
	Form   url.Values
	Body   string // what is sent in place of a form
	Header http.Header
	Cookie map[string]string

	Status int      // expected; 0: 200
	Sees   []string // texts that must be on the page
	Never  []string // texts that must not be anywhere in the reply
	Has    []string // selectors of elements that must be there
	Lacks  []string // selectors of elements that must not be
}

// Run requests each scenario of a handler.
func Run(t *testing.T, h http.Handler, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) { s.check(t, Do(t, h, s)) })
	}
}

// Do requests a scenario and gives the reply, without comparing it.
func Do(t testing.TB, h http.Handler, s Scenario) *Page {
	t.Helper()
	method := s.Method
	if method == "" {
		method = http.MethodGet
		if s.Form != nil {
			method = http.MethodPost
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), method, s.Path, strings.NewReader(s.Body+s.Form.Encode()))
	if s.Form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range s.Header {
		r.Header[name] = values
	}
	for name, value := range s.Cookie {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	p := &Page{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		var err error
		if p.root, err = html.Parse(strings.NewReader(p.Body)); err != nil {
			t.Fatalf("%s: %v", s.Path, err)
		}
	}
	return p
}

func (s Scenario) check(t *testing.T, p *Page) {
	t.Helper()
	want := s.Status
	if want == 0 {
		want = http.StatusOK
	}
	if p.Status != want {
		t.Errorf("%s: status %d, want %d: %s", s.Path, p.Status, want, p.Text(t, "main"))
	}
	text := p.Text(t, "")
	for _, part := range s.Sees {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q", s.Path, part)
		}
	}
	for _, part := range s.Never {
		if strings.Contains(p.Body, part) || strings.Contains(text, part) {
			t.Errorf("%s tells %q", s.Path, part)
		}
	}
	for _, selector := range s.Has {
		if len(p.All(t, selector)) == 0 {
			t.Errorf("%s has no %s", s.Path, selector)
		}
	}
	for _, selector := range s.Lacks {
		if len(p.All(t, selector)) > 0 {
			t.Errorf("%s has %s", s.Path, selector)
		}
	}
}

// Page is a reply.
type Page struct {
	Status int
	Header http.Header
	Body   string

	root *html.Node // nil for what is no HTML
}

// All gives the elements that a selector matches; none in a reply that is no HTML.
func (p *Page) All(t testing.TB, selector string) []*html.Node {
	t.Helper()
	match, err := cascadia.ParseGroup(selector)
	if err != nil {
		t.Fatalf("%q is no selector: %v", selector, err)
	}
	if p.root == nil {
		return nil
	}
	return cascadia.QueryAll(p.root, match)
}

// Text gives the text of the first element that a selector matches, with single spaces; of the whole reply where it is empty.
func (p *Page) Text(t testing.TB, selector string) string {
	t.Helper()
	switch {
	case p.root == nil && selector == "":
		return p.Body
	case selector == "":
		return Text(p.root)
	}
	for _, n := range p.All(t, selector) {
		return Text(n)
	}
	return ""
}

// Text gives the text in an element, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attribute gives an attribute of an element, empty where it has none.
func Attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
