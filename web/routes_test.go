package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/web"
	"rekindle/web/webtest"
)

// readers are the roles as which a rehearsal can be looked at.
var readers = []identity.Role{identity.Owner, identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance}

// as is the cookie of a role.
func as(role identity.Role) map[string]string {
	return map[string]string{"rekindle_role": string(role)}
}

// read are the addresses that stand for the routes of reading pages, and what each must show to whoever may read it.
var read = map[string][]webtest.Scenario{
	"GET /{$}":                {{Path: "/", Sees: []string{"The trial in numbers", "invited by e-mail 60", "Unblinded"}}},
	"GET /summary":            {{Path: "/summary", Sees: []string{"Cost of coaching per participant"}, Never: []string{"/report/", "P value"}}},
	"GET /summary/forest.svg": {{Path: "/summary/forest.svg", Sees: []string{"<svg"}}},
	"GET /protocol":           {{Path: "/protocol", Sees: []string{"Arms and allocation", "Analysis plan"}}},
	"GET /flow":               {{Path: "/flow", Sees: []string{"Invited by e-mail 60", "Allocated to Coaching"}}},
	"GET /flow/{file}": {
		{Path: "/flow/flow.svg", Sees: []string{"<svg", "Invited by e-mail"}},
		{Path: "/flow/flow.png"},
	},
	"GET /report": {{Path: "/report", Sees: []string{"Primary outcome", "Provenance"}, Has: []string{".rk-bar", "main#main"}}},
	"GET /report/{file...}": {
		{Path: "/report/manifest.json", Sees: []string{"rekindle-manifest/1"}},
		{Path: "/report/tables/table1.csv", Sees: []string{"Characteristic"}},
		{Path: "/report/figures/forest-itt.svg", Sees: []string{"<svg"}},
	},
	"GET /tables":                  {{Path: "/tables", Sees: []string{"Table 1", "Changes from Baseline", "As made"}, Has: []string{`a[href="/report/tables/table1.csv"]`}}},
	"GET /tables/{id}":             {{Path: "/tables/table2", Sees: []string{"Table 2. Outcomes at baseline", "Overall burnout"}, Has: []string{"th[scope=row]"}}},
	"GET /figures":                 {{Path: "/figures", Sees: []string{"Standardized differences"}, Has: []string{`img[src="/report/figures/flow.svg"][alt]`}}},
	"GET /randomization":           {{Path: "/randomization", Sees: []string{"Proved", "Commitment", "Allocated to"}}},
	"GET /audit":                   {{Path: "/audit", Sees: []string{"Intact", "dataset.unblind", "Public key"}}},
	"GET /audit/{seq}":             {{Path: "/audit/0", Sees: []string{"coach.add", "caseload", "Leaf hash"}}},
	"GET /consents":                {{Path: "/consents", Sees: []string{"Who has agreed to which version", "In force", "SHA-256"}}},
	"GET /messages":                {{Path: "/messages?state=all", Sees: []string{"By message", "Each mail"}, Has: []string{".letters a"}}},
	"GET /messages/{id}":           {{Path: "/messages/1", Sees: []string{"As its reader will find it", "What really went"}}},
	"GET /messages/plan/{message}": {{Path: "/messages/plan/survey", Sees: []string{"7 days before “", "These are the protocol’s"}}},
	"GET /incentives":              {{Path: "/incentives", Sees: []string{"Neither codes nor groups"}}},
	"GET /incentives/labels":       {{Path: "/incentives/labels", Sees: []string{"Print this page"}}},
	"GET /pay":                     {{Path: "/pay", Sees: []string{"Approved in all"}}},
	"GET /pay/{month}":             {{Path: "/pay/2021-08", Sees: []string{"August 2021", "In all"}}},
	"GET /pay/{month}/{file}":      {{Path: "/pay/2021-08/sheet.csv", Sees: []string{"2021-08,"}}, {Path: "/pay/2021-08/sheet.xlsx"}},
	"GET /desk/pay":                {{Path: "/desk/pay", Sees: []string{"Your pay"}}},
	"GET /reveal":                  {{Path: "/reveal", Sees: []string{"takes two owners", "Ask another owner"}, Has: []string{"textarea#reason", "label[for=code]"}}},
	"GET /outbox":                  {{Path: "/outbox", Sees: []string{"messages, the latest first"}, Has: []string{".letters a"}}},
	"GET /outbox/{id}":             {{Path: "/outbox/1", Sees: []string{"An invitation", "rehearsal sends no mail"}}},
	"GET /supervision":             {{Path: "/supervision", Sees: []string{"Coaches look at their own coaching"}}},
	"GET /desk/supervision":        {{Path: "/desk/supervision", Sees: []string{"Supervision"}}},
}

// sent are the routes that take a form without fields.
var sent = map[string]bool{"POST /audit/verify": true, "POST /randomization/prove": true, "POST /report/verify": true}

// Every page as every role: those who may see it see what it is for, the others learn that it is not open to them and nothing else.
func TestEveryReadingPageAsEveryRole(t *testing.T) {
	h := site(t)
	for pattern, verb := range patterns(t) {
		scenarios := read[pattern]
		if sent[pattern] {
			scenarios = []webtest.Scenario{{Path: strings.TrimPrefix(pattern, "POST "), Form: url.Values{}, Status: http.StatusSeeOther}}
		}
		for _, role := range readers {
			for _, s := range scenarios {
				s.Name, s.Cookie = string(role)+" "+s.Path, as(role)
				if !slices.Contains(identity.Granted(verb), role) {
					s.Never = s.Sees
					s.Status, s.Sees, s.Has = http.StatusForbidden, []string{"not open to you"}, nil
				}
				webtest.Run(t, h, []webtest.Scenario{s})
			}
		}
	}
}

// patterns are the site's routes by their permissions.
func patterns(t *testing.T) map[string]string {
	t.Helper()
	r, err := rehearsal()
	if err != nil {
		t.Fatal(err)
	}
	return (&web.Site{Conduct: r.conduct}).Patterns()
}

// A route with a permission that no test tries, or one that the table of permissions does not know, is a mistake.
func TestEveryRouteIsTried(t *testing.T) {
	for pattern, verb := range patterns(t) {
		if verb == "" || strings.Contains(pattern, " /me") || verb == "desk.read" || verb == "photo.read" || strings.Contains(pattern, " /account") {
			continue // its page decides, or is a participant's own, and has tests of its own
		}
		if len(identity.Granted(verb)) == 0 {
			t.Errorf("%s takes the permission %q, which nobody is granted", pattern, verb)
		}
		if strings.HasPrefix(pattern, "POST ") {
			continue // TestActsAreRefused tries it, and what it does has a test of its own
		}
		if len(read[pattern]) == 0 && !strings.Contains(pattern, "{code}") && !strings.Contains(pattern, "{account}") && !strings.Contains(pattern, "supervision/{id}") && !isOffice(pattern) { // codes are drawn, so that those pages have tests of their own
			t.Errorf("%s is not tried by any test", pattern)
		}
	}
}

var placeholders = regexp.MustCompile(`\{[a-z.]+\}`)

// What somebody may not do is refused before anything is looked at, whatever the address has.
func TestActsAreRefused(t *testing.T) {
	h := site(t)
	for pattern, verb := range patterns(t) {
		path, act := strings.CutPrefix(pattern, "POST ")
		granted := identity.Granted(verb)
		if !act || len(granted) == 0 || granted[0] == identity.Participant || strings.HasPrefix(path, "/account") {
			continue
		}
		for _, role := range readers {
			if !slices.Contains(granted, role) {
				webtest.Run(t, h, []webtest.Scenario{{Name: string(role) + " " + pattern, Path: placeholders.ReplaceAllString(path, "1"), Cookie: as(role), Form: url.Values{}, Status: http.StatusForbidden}})
			}
		}
	}
}

// Outside of a rehearsal whoever has not signed in reads the protocol and nothing else, whatever the cookie says.
func TestNobodyIsAVisitorOutsideOfARehearsal(t *testing.T) {
	real := site(t, func(s *web.Site) {
		c := *s.Conduct
		c.Simulated = false
		s.Conduct = &c
	})
	for pattern, scenarios := range read {
		for _, s := range scenarios {
			s.Name, s.Cookie = s.Path, as(identity.Owner)
			s.Lacks = []string{".rk-simulated"}
			if pattern != "GET /protocol" {
				s.Never = s.Sees
				s.Status, s.Sees, s.Has = http.StatusSeeOther, nil, nil // to where staff sign in
			}
			webtest.Run(t, real, []webtest.Scenario{s})
		}
	}
	webtest.Run(t, real, []webtest.Scenario{{Path: "/roles", Status: http.StatusNotFound}, {Name: "choosing a role", Path: "/role", Form: url.Values{"role": {"owner"}}, Status: http.StatusNotFound}})
}

func TestRoleIsChosen(t *testing.T) {
	h := site(t)
	webtest.Run(t, h, []webtest.Scenario{{Path: "/roles", Sees: []string{"Coaching opened after the wait", "A coach", "Statistician"}, Has: []string{`.persona button[value^="participant:"]`, `.persona button[value^="coach:"]`}}})
	p := webtest.Do(t, h, webtest.Scenario{Path: "/role", Form: url.Values{"role": {"finance"}}})
	if cookie := p.Header.Get("Set-Cookie"); p.Status != http.StatusSeeOther || !strings.Contains(cookie, "rekindle_role=finance") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("status %d, cookie %q", p.Status, cookie)
	}
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "a role that none may look as", Path: "/role", Form: url.Values{"role": {"clock"}}, Status: http.StatusUnprocessableEntity, Sees: []string{`"clock" is nobody`}},
		{Name: "a cookie with nonsense is the first role", Path: "/", Cookie: as("root"), Sees: []string{"seen as owner"}},
		{Name: "the menu has what the role may read", Path: "/", Cookie: as(identity.Finance), Has: []string{`nav a[href="/protocol"]`}, Lacks: []string{`nav a[href="/audit"]`, `nav a[href="/outbox"]`, `nav a[href="/report"]`}},
	})
}

// Every page of a rehearsal says that its people are simulated.
func TestEveryPageIsLabelled(t *testing.T) {
	h := site(t)
	for _, scenarios := range read {
		for _, s := range scenarios {
			p := webtest.Do(t, h, s)
			if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") && !strings.Contains(p.Text(t, "[role=note], aside.simulated"), "Simulated people") {
				t.Errorf("%s does not say that people are simulated", s.Path)
			}
		}
	}
	if p := webtest.Do(t, h, webtest.Scenario{Path: "/nowhere"}); !strings.Contains(p.Text(t, "[role=note], aside.simulated"), "Simulated people") {
		t.Error("the page of a problem does not say that people are simulated")
	}
}

// Whoever sees numbers about groups sees no more: leadership outcomes, themes and cost; finance cost alone.
func TestSummaryShowsEachRoleItsNumbers(t *testing.T) {
	outcomes := []string{"What changed", "Themes of coaching"}
	webtest.Run(t, site(t), []webtest.Scenario{
		{Name: "leadership", Path: "/summary", Cookie: as(identity.Leadership), Sees: outcomes, Never: []string{"P value", "Baseline and follow-up, No."}},
		{Name: "finance", Path: "/summary", Cookie: as(identity.Finance), Never: outcomes},
	})
	none := site(t, func(s *web.Site) { s.Report = "" })
	webtest.Run(t, none, []webtest.Scenario{{Name: "before the report", Path: "/summary", Cookie: as(identity.Leadership), Status: http.StatusNotFound, Sees: []string{"Nothing has come of the study yet"}}})
}
