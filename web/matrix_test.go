package web_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/web"
	"rekindle/web/webtest"
)

// matrixed is a study with somebody of each kind, and what the addresses of its routes stand for.
type matrixed struct {
	*enrolling
	cookies map[string]map[string]string // by the columns of the matrix
	known   *strings.Replacer
	nowhere map[string]*webtest.Page // what each is answered at an address that does not exist

	coached, control, invited participant.Code
	coach                     coach.Code // of the coached
}

func newMatrixed(t *testing.T) *matrixed {
	t.Helper()
	e, ctx := enrol(t), t.Context()
	published, err := rehearsal()
	succeed(t, err)
	e.handler = (&web.Site{Conduct: e.Conduct, Report: filepath.Join(published.dir, "report"), Log: slog.New(slog.NewTextHandler(&e.logged, nil))}).Handler()
	coaches := e.coachesFor(2)
	coached, control, mine, theirs := e.allocated()
	later, err := e.AddRoster(ctx, office, []conduct.Person{{Name: "Dr. Later 0", Email: "later0@hospital.example"}, {Name: "Dr. Later 1", Email: "later1@hospital.example"}})
	succeed(t, err)
	_, err = e.Invite(ctx, office, later)
	succeed(t, err)
	e.at("2021-08-06 16:00")
	coached.send("/me/coach/"+string(coaches[0]), url.Values{}, "/me/sessions/plan")
	me := identity.AsParticipant(mine)
	free, err := e.Free(ctx, me, mine, e.clock().AddDate(0, 0, 2), e.clock().AddDate(0, 0, 20), 1)
	succeed(t, err)
	booked, err := e.Book(ctx, me, conduct.Booking{Participant: mine, Start: free[0], Mode: "video"})
	succeed(t, err)
	aim, err := e.SetGoal(ctx, me, mine, goal.Goal{Text: "Kestrel"})
	succeed(t, err)
	investigator := identity.Actor{Name: "investigator", Role: identity.Owner}
	succeed(t, e.AskReveal(ctx, investigator, mine, "for the test"))
	m := &matrixed{enrolling: e, coached: mine, control: theirs, invited: later[0], coach: coaches[0], nowhere: map[string]*webtest.Page{}, cookies: map[string]map[string]string{
		"visitor": {}, "invited": e.come(e.link(later[0])).cookies, "control": control.cookies, "coached": coached.cookies, "coach": e.coach(coaches[0]), "another": e.coach(coaches[1]),
		"masked": e.staff(identity.Statistician), "unmasked": e.staff(identity.Statistician)}}
	for _, role := range []identity.Role{identity.Coordinator, identity.Leadership, identity.Finance, identity.Owner} {
		m.cookies[string(role)] = e.staff(role)
	}
	colleague, err := e.InviteStaff(ctx, investigator, conduct.NewStaff{Name: "Lee Kim", Email: "lee@hospital.example", Roles: []identity.Role{identity.Finance}})
	succeed(t, err)
	meeting, err := e.PlanSupervision(ctx, office, coach.Supervision{Outside: "Dr. Outside", Start: e.clock().AddDate(0, 0, 60), Minutes: 60, Zone: "America/New_York", Place: "Room 3", Coaches: []coach.Supervised{{Coach: coaches[0]}}})
	succeed(t, err)
	m.known = strings.NewReplacer("{$}", "", "supervision/{id}", "supervision/"+meeting, "{difficulty}", "none", "/me/coach/{code}", "/me/coach/"+string(coaches[0]), "/coaches/{code}/{act}", "/coaches/"+string(coaches[0])+"/caseload", "/coaches/{code}", "/coaches/"+string(coaches[0]),
		"/coach-photo/{code}", "/coach-photo/"+string(coaches[0]), "/people/{code}/{act}", "/people/"+string(mine)+"/link", "{code}", string(mine), "goal/{id}", "goal/"+aim.ID,
		"session/{id}", "session/"+booked.ID, "sessions/{id}", "sessions/"+booked.ID, "{id}", "1", "{seq}", "0", "/p/{token}", e.link(later[1]),
		"/roster/{token}", e.uploaded("people.csv", "name,email,division,supervisor\nDr. New,new@hospital.example,a,b\n", m.cookies["coordinator"]), "{token}", strings.Repeat("a", 26),
		"{month}/{file}", "2021-08/sheet.csv", "{month}", "2021-08", "flow/{file}", "flow/flow.svg", "{file}", "aaaaaaaa.ics", "{file...}", "manifest.json", "{visit}", "baseline", "{form}", "pfi16",
		"{message}", "survey", "{size}", "small", "tables/{id}", "tables/table1", "{account}", colleague.Account, "{note}", "none")
	return m
}

// unmask makes the study one that is unblinded, or takes that back.
func (m *matrixed) unmask(done bool) {
	m.Helper()
	succeed(m, m.Store.Write(m.Context(), func(tx *store.Tx) error {
		var at any
		if done {
			at = tx.Now()
		}
		_, err := tx.Do(m.Context(), "UPDATE study SET unblinded = $1", at)
		return err
	}))
}

// ask sends what a route takes, with a form that says nothing where it takes one.
func (m *matrixed) ask(who, pattern string) *webtest.Page {
	m.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	s := webtest.Scenario{Path: m.known.Replace(path), Cookie: m.cookies[who]}
	switch {
	case strings.HasPrefix(pattern, "POST /account/passkeys") && !strings.HasSuffix(pattern, "/remove"):
		s.Method, s.Body = method, "{}" // sent by our script
	case method == http.MethodPost:
		s.Form = url.Values{}
	}
	if pattern == "POST /account/role" {
		s.Form.Set("role", strings.NewReplacer("unmasked", "statistician", "masked", "statistician", "another", "coach").Replace(who))
	}
	if who == "unmasked" {
		m.unmask(true)
		defer m.unmask(false)
	}
	return webtest.Do(m, m.handler, s)
}

// outcome says in a word, of those that the matrix has, how somebody was answered.
func (m *matrixed) outcome(who, pattern string, p *webtest.Page) string {
	m.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	missing := method + " /nothing/of/the/kind"
	if strings.HasPrefix(path, "/me/") {
		missing = method + " /me/nothing/of/the/kind"
	}
	key := who + missing
	if m.nowhere[key] == nil {
		m.nowhere[key] = m.ask(who, missing)
	}
	if kept := p.Header.Get("Cache-Control"); kept != "no-store" && (kept != "private, max-age=300" || !strings.Contains(pattern, "/coach-photo/")) {
		m.Errorf("%s as %s: browsers and proxies may keep the page: %q", pattern, who, kept)
	}
	switch to := p.Header.Get("Location"); {
	case p.Status == http.StatusNotFound && p.Body == m.nowhere[key].Body:
		if !maps.EqualFunc(p.Header, m.nowhere[key].Header, slices.Equal) {
			m.Errorf("%s as %s: the headers differ from those of an address that does not exist: %v", pattern, who, p.Header)
		}
		return "none"
	case p.Status == http.StatusNotFound:
		return "lacks"
	case p.Status == http.StatusForbidden && strings.Contains(p.Body, "opens through your personal link"):
		return "link"
	case p.Status == http.StatusForbidden:
		return "no"
	case strings.HasPrefix(to, "/sign-in") && pattern != "POST /sign-out" && !strings.Contains(pattern, " /sign-in"):
		return "door"
	case to != "" && pattern == "GET /{$}":
		return "own"
	case p.Status == http.StatusConflict && strings.Contains(p.Body, "opens to a statistician at unblinding"):
		return "masked"
	case p.Status >= http.StatusInternalServerError:
		m.Errorf("%s as %s: %d %s", pattern, who, p.Status, p.Text(m, "main"))
	}
	return "yes"
}

// lasting are the forms that end something for whoever sends them, which are tried after the others.
var lasting = []string{"POST /me/decline", "POST /me/withdraw", "POST /p/{token}/stop", "POST /account/sign-ins", "POST /me/leave", "POST /account/role", "POST /p/{token}", "POST /sign-out"}

// inOrder gives the routes so that what is looked at comes first, and what ends something last.
func inOrder(all []string) []string {
	place := func(pattern string) int {
		if i := slices.Index(lasting, pattern); i >= 0 {
			return 2 + i
		}
		if strings.HasPrefix(pattern, "POST ") {
			return 1
		}
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	slices.SortStableFunc(all, func(a, b string) int { return place(a) - place(b) })
	return all
}

// Everybody at every address: what the matrix says, and nothing else.
func TestWhoMayDoWhat(t *testing.T) {
	lines := map[string][]string{}
	var columns []string
	for line := range strings.Lines(matrix) {
		switch words := strings.Fields(line); {
		case len(words) == 0 || words[0] == "--":
		case columns == nil:
			columns = words
		case len(words) != len(columns)+2:
			t.Fatalf("%d columns, want %d: %s", len(words)-2, len(columns), line)
		default:
			lines[words[0]+" "+words[1]] = words[2:]
		}
	}
	routes := patterns(t)
	delete(routes, "/") // every address that is none
	for pattern := range routes {
		if lines[pattern] == nil {
			t.Errorf("%s stands in no line of the matrix", pattern)
		}
	}
	m := newMatrixed(t)
	for _, pattern := range inOrder(slices.Collect(maps.Keys(lines))) {
		if _, known := routes[pattern]; !known {
			t.Errorf("the matrix has %s, which is no route", pattern)
		}
		for i, who := range columns {
			p := m.ask(who, pattern)
			if got := m.outcome(who, pattern, p); got != lines[pattern][i] {
				t.Errorf("%s as %s: %s, want %s: %d %s", pattern, who, got, lines[pattern][i], p.Status, p.Text(t, "main"))
			}
		}
	}
}

// A form that another site sends is refused, whoever's browser sends it and whatever it is for.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := site(t)
	for pattern := range patterns(t) {
		path, act := strings.CutPrefix(pattern, "POST ")
		if !act {
			continue
		}
		for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://elsewhere.example"}}, {"Origin": {"null"}}} {
			p := webtest.Do(t, h, webtest.Scenario{Path: placeholders.ReplaceAllString(path, "1"), Form: url.Values{}, Cookie: as(identity.Owner), Header: header})
			told := strings.Contains(p.Text(t, "main"), "sent from another site") || strings.HasPrefix(path, "/me/") || strings.HasPrefix(path, "/p/") // participants are told in their own words
			if p.Status != http.StatusForbidden || !told || p.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d", pattern, header, p.Status)
			}
		}
	}
}
