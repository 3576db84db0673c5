package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web"
	"rekindle/web/webtest"
)

// secrets are what the outbox of the rehearsal knows: names and addresses of participants, and the tokens of their personal links. Coaches
// are named to the office and to whoever pays them, so that a name that a simulated participant shares with one is left out.
func secrets(t *testing.T) (people, tokens []string) {
	t.Helper()
	r, err := rehearsal()
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`/p/([a-z0-9]{26})`)
	seen := map[string]bool{}
	coaches, err := r.conduct.CoachNames(t.Context(), coordinator)
	succeed(t, err)
	for _, k := range coaches {
		seen[k.Name], seen[k.Email] = true, true
	}
	err = r.conduct.Store.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Mail(t.Context(), "", 0, 100_000)
		for _, m := range all {
			to, err := mail.ParseAddress(m.To)
			if err != nil {
				return err
			}
			for _, known := range []string{to.Name, to.Address} {
				if !seen[known] {
					seen[known] = true
					people = append(people, known)
				}
			}
			for _, found := range link.FindAllStringSubmatch(m.Text, -1) {
				tokens = append(tokens, found[1])
			}
		}
		return err
	})
	if err != nil || len(people) < 60 || len(tokens) < 60 {
		t.Fatalf("%d people, %d tokens: %v", len(people), len(tokens), err)
	}
	return people, tokens
}

// addresses of all that can be read: each page of each list, and what stands in it.
func everything(events, messages int) (all []string) {
	for _, scenarios := range read {
		for _, s := range scenarios {
			all = append(all, s.Path)
		}
	}
	for page := 1; page <= (events+49)/50; page++ {
		all = append(all, fmt.Sprintf("/audit?page=%d", page))
	}
	for page := 1; page <= (messages+49)/50; page++ {
		all = append(all, fmt.Sprintf("/outbox?page=%d", page))
	}
	for seq := range events {
		all = append(all, fmt.Sprintf("/audit/%d", seq))
	}
	for id := 1; id <= messages; id++ {
		all = append(all, fmt.Sprintf("/outbox/%d", id))
	}
	return all
}

// Who somebody is stands on no page that staff read, of any role: to know who a code is takes two owners. Nor does the secret part of a
// personal link.
func TestNamesStayWhereTheyBelong(t *testing.T) {
	people, tokens := secrets(t)
	h := site(t)
	for _, role := range readers {
		for _, path := range everything(120, 130) {
			p := webtest.Do(t, h, webtest.Scenario{Path: path, Cookie: as(role)})
			for _, token := range tokens {
				if strings.Contains(p.Body, token) {
					t.Fatalf("%s tells the %s a personal link", path, role)
				}
			}
			for _, known := range people {
				if strings.Contains(p.Body, known) && (role != identity.Coordinator || path != "/incentives") { // whoever posts the items needs the addresses
					t.Errorf("%s tells the %s who %s is", path, role, known)
				}
			}
		}
	}
}

func TestOutboxAsRoles(t *testing.T) {
	r, err := rehearsal()
	if err != nil {
		t.Fatal(err)
	}
	var code, name, address string
	if err := r.conduct.Store.Read(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Message(t.Context(), 1)
		to, bad := mail.ParseAddress(m.To)
		if bad == nil {
			code, name, address = m.Person, to.Name, to.Address
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h := site(t)
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "the owner knows the code", Path: "/outbox/1", Sees: []string{code, "Dear [" + code + "]", "Event"}, Never: []string{name, address}, Has: []string{`a[href^="/audit/"]`}, Lacks: []string{`.letter a`}},
		{Name: "the coordinator knows the code", Path: "/outbox/1", Cookie: as(identity.Coordinator), Sees: []string{code, "Dear [" + code + "]"}, Never: []string{name, address}, Lacks: []string{`a[href^="/audit/"]`}},
		{Name: "links lead nowhere", Path: "/outbox/1", Sees: []string{"/p/••••••••"}, Lacks: []string{`a[href*="/p/"]`}},
		{Name: "search by code, as people type it", Path: "/outbox?person=" + strings.ToLower(strings.ReplaceAll(code, "-", "")), Sees: []string{code}, Never: []string{name}},
		{Name: "search by purpose", Path: "/outbox?purpose=announcement", Sees: []string{"An invitation"}, Never: []string{"Your appointment"}},
		{Name: "nothing found", Path: "/outbox?state=failed", Sees: []string{"No message fits"}},
		{Name: "a code with a wrong letter", Path: "/outbox?person=7KDW-Q3MX", Status: 422, Sees: []string{"not a study code"}},
		{Name: "two mistakes at once", Path: "/outbox?purpose=junk&state=odd", Status: 422, Sees: []string{`no message "junk"`, `"odd" is not a state`}},
		{Name: "no such message", Path: "/outbox/999999", Status: 404},
		{Name: "not a number", Path: "/outbox/x", Status: 404},
		{Name: "too large a number", Path: "/outbox/99999999999999999999", Status: 404},
	})
}

// The log tells which page was asked for, how it went and how long it took: nobody's code, no search, no cookie.
func TestLogTellsNothingOfPeople(t *testing.T) {
	var log strings.Builder
	h := site(t, func(s *web.Site) { s.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, path := range []string{"/outbox?person=7KDW-Q3MX", "/audit?object=2222-2222", "/audit/17", "/p/abcdefghijklmnopqrstuvwxyz", "/tables/a%20secret"} {
		webtest.Do(t, h, webtest.Scenario{Path: path, Cookie: as(identity.Statistician)})
	}
	webtest.Do(t, h, webtest.Scenario{Path: "/role", Form: url.Values{"role": {"finance-secret"}}})
	for _, never := range []string{"7KDW", "2222", "abcdef", "secret", "statistician", "192.0.2", "/17"} {
		if strings.Contains(log.String(), never) {
			t.Errorf("the log tells %q:\n%s", never, log.String())
		}
	}
	if !strings.Contains(log.String(), `page="GET /audit/{seq}" status=200`) {
		t.Errorf("the log does not tell of the page:\n%s", log.String())
	}
}

// A name, a reason or a code can be anything: on a page it is text.
func TestHostileTextIsText(t *testing.T) {
	const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`
	w := newOpened(t)
	w.invite(t, hostile, "mallory@example.org")
	if err := w.conduct.CloseEnrolment(context.Background(), owner, hostile); err != nil {
		t.Fatal(err)
	}
	h := w.site()
	for _, path := range []string{"/outbox", "/outbox/1", "/audit", "/audit/4", "/audit?object=" + url.QueryEscape(hostile), "/audit?actor=" + url.QueryEscape(hostile), "/outbox?purpose=" + url.QueryEscape(hostile)} {
		p := webtest.Do(t, h, webtest.Scenario{Path: path})
		for _, selector := range []string{"script", "[onerror]", "img[src=x]"} {
			if len(p.All(t, selector)) > 0 {
				t.Errorf("%s: hostile text became %s", path, selector)
			}
		}
	}
	for _, path := range []string{"/audit"} {
		if p := webtest.Do(t, h, webtest.Scenario{Path: path}); !strings.Contains(p.Text(t, "main"), "<script>alert(1)</script>") {
			t.Errorf("%s does not show the text as it is: %s", path, p.Text(t, "main"))
		}
	}
}
