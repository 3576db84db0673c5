package web

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"

	"rekindle/platform/identity"
	"rekindle/trial/participant"
)

// reading are the routes that show something, with the permission of each, by which an address is known to be one of ours.
var reading struct {
	once  sync.Once
	mux   *http.ServeMux
	verbs map[string]string
}

// pageAt gives the permission that the page at a path takes; ok is false where there is none.
func pageAt(path string) (verb string, ok bool) {
	reading.once.Do(func() {
		reading.mux, reading.verbs = http.NewServeMux(), map[string]string{}
		for _, rt := range (&Site{}).routes() {
			if strings.HasPrefix(rt.pattern, http.MethodGet+" ") {
				reading.mux.Handle(rt.pattern, http.NotFoundHandler())
				reading.verbs[rt.pattern] = rt.verb
			}
		}
	})
	_, pattern := reading.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	verb, ok = reading.verbs[pattern]
	return verb, ok
}

// longestAddress bounds an address that is to be gone to afterwards, in bytes.
const longestAddress = 1000

// requested reads the address of a page that somebody asked for before signing in. It gives the permission that the page takes; ok is false
// where the address leads to another site, or to no page of this one.
func requested(to string) (u *url.URL, verb string, ok bool) {
	u, err := url.Parse(to)
	if err != nil || len(to) > longestAddress || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(to, "/") ||
		u.EscapedPath() != u.Path || path.Clean(u.Path) != u.Path || strings.ContainsFunc(to, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return nil, "", false
	}
	verb, ok = pageAt(u.Path)
	return u, verb, ok
}

// within gives a page of staff's that somebody asked for before signing in; empty where the address leads anywhere else, to where one
// signs in, or to a participant's own.
func within(to string) string {
	u, verb, ok := requested(to)
	if !ok || verb == ownVerb || verb == anybody && !strings.HasPrefix(u.Path, "/account/") {
		return ""
	}
	return u.RequestURI()
}

// ownVerb is the permission of a participant's own pages.
const ownVerb = "home.read"

// plainPath is what a page's address may be made of in a mail.
var plainPath = regexp.MustCompile(`^` + home + `(/[A-Za-z0-9_-]+)+$`)

// own gives a page of a participant's that they asked for before coming in, without what was asked of the page; empty where the address
// leads anywhere else, or to a file.
func own(to string) string {
	u, verb, ok := requested(to)
	if !ok || verb != ownVerb || !plainPath.MatchString(u.Path) {
		return ""
	}
	return u.Path
}

// coachingPages are those of a participant's pages that are there while coaching is open.
var coachingPages = []string{coachPage, sessionsPage, planPage, home + "/calendar"}

// ways are the pages on which a mail's link may go on by a word.
var ways = map[string]string{"coach": coachPage, "sessions": sessionsPage, "check-in": planPage + "#check-in"}

// wayOf is the page on which somebody goes on who has come in: that of the mail's link, or the one they asked for, where it is open to
// them; else their start page.
func wayOf(to string, one participant.Record) string {
	way, known := ways[to]
	if !known {
		way = own(to)
	}
	closed := one.ConsentedAt == nil
	for _, page := range coachingPages {
		if strings.HasPrefix(way, page) {
			closed = closed || !open(one)
		}
	}
	if way == "" || closed {
		return home
	}
	return way
}

// askFor is where a participant who has not come in asks for a new link, which then leads to the page that they wanted.
func askFor(r *http.Request) string {
	to := r.URL.Path
	if strings.HasPrefix(to, "/p/") {
		to = r.URL.Query().Get("to")
	}
	if to = own(to); to == "" || actor(r).Role != identity.Visitor {
		return askLink
	}
	return askLink + "?" + url.Values{"to": {to}}.Encode()
}
