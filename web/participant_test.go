package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/platform/vault"
	"rekindle/protocols"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web"
	"rekindle/web/webtest"
)

// enrolling is a real study on its second day: nobody is simulated, people are invited, and nobody has answered yet.
type enrolling struct {
	testing.TB
	*conduct.Conduct
	handler http.Handler
	logged  bytes.Buffer
	mu      sync.Mutex
	now     time.Time
	staffs  int // accounts made by staff
}

var office = identity.Actor{Name: "office", Role: identity.Coordinator}

func enrol(t testing.TB, change ...func(*study.Protocol)) *enrolling {
	t.Helper()
	return enrolAt(t, store.Options{Path: filepath.Join(t.TempDir(), "rekindle.db")}, change...)
}

// enrolAt is enrol in the database that options name.
func enrolAt(t testing.TB, where store.Options, change ...func(*study.Protocol)) *enrolling {
	t.Helper()
	f, err := protocols.Files.Open("kiser2024.toml")
	succeed(t, err)
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	succeed(t, err)
	for _, c := range change {
		c(p)
	}
	e := &enrolling{TB: t, now: time.Date(2021, 8, 5, 11, 0, 0, 0, time.UTC)}
	chance := rand.NewChaCha8([32]byte{4})
	key, err := audit.NewKey(chance)
	succeed(t, err)
	secrets, err := vault.New(chance)
	succeed(t, err)
	where.Clock, where.Key, where.Vault = e.clock, key, secrets
	s, err := store.Open(t.Context(), where)
	succeed(t, err)
	t.Cleanup(func() { _ = s.Close() })
	e.Conduct = &conduct.Conduct{Store: s, Protocol: p, Random: chance, BaseURL: "https://coaching.example.org", Program: "test"}
	succeed(t, e.OpenStudy(t.Context(), identity.Actor{Name: "investigator", Role: identity.Owner}))
	e.handler = (&web.Site{Conduct: e.Conduct, PublicKey: key.Public(), Log: slog.New(slog.NewTextHandler(&e.logged, nil))}).Handler()
	return e
}

func succeed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (e *enrolling) clock() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now
}

// at moves the clock and does what is due by then.
func (e *enrolling) at(day string) {
	e.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", day, e.Protocol.Location())
	succeed(e, err)
	e.mu.Lock()
	e.now = t
	e.mu.Unlock()
	_, err = e.Tick(e.Context())
	succeed(e, err)
}

// staff makes an account, signs in to it, and gives the cookies of the browser.
func (e *enrolling) staff(roles ...identity.Role) map[string]string {
	e.Helper()
	e.staffs++
	n := conduct.NewStaff{Name: "Kim Lee", Email: fmt.Sprintf("%v.%d@hospital.example", roles[0], e.staffs), Roles: roles}
	in, err := e.InviteStaff(e.Context(), identity.Actor{Name: "investigator", Role: identity.Owner}, n)
	succeed(e, err)
	return e.joined(in)
}

// joined follows an invitation of staff or a coach to the end, and gives the cookies of the browser.
func (e *enrolling) joined(in conduct.Invited) map[string]string {
	e.Helper()
	signed, err := e.FollowLink(e.Context(), identity.Origin{}, in.Link[strings.LastIndexByte(in.Link, '/')+1:])
	succeed(e, err)
	signed, err = e.FinishSetup(e.Context(), signed.Token)
	succeed(e, err)
	return map[string]string{"rekindle_staff": signed.Token}
}

var personalLink = regexp.MustCompile(`https?://[a-z0-9.:]+(/p/[a-z2-7]{26})`)

// invite adds n people and gives the code and the personal link of each, out of the mail that went to them.
func (e *enrolling) invite(n int) (codes []participant.Code, links []string) {
	e.Helper()
	people := make([]conduct.Person, n)
	for i := range people {
		people[i] = conduct.Person{Name: fmt.Sprintf("Dr. Person %d", i), Email: fmt.Sprintf("p%d@hospital.example", i)}
	}
	codes, err := e.AddRoster(e.Context(), office, people)
	succeed(e, err)
	_, err = e.Invite(e.Context(), office, nil)
	succeed(e, err)
	e.at("2021-08-06 12:00")
	for _, code := range codes {
		links = append(links, e.link(code))
	}
	return codes, links
}

// link gives the link of the latest mail to a person.
func (e *enrolling) link(code participant.Code) (link string) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		all, err := tx.Mail(e.Context(), string(code), 0, 100)
		if err == nil && len(all) == 0 {
			return fmt.Errorf("no mail to %s", code)
		}
		for _, m := range all {
			if found := personalLink.FindStringSubmatch(m.Text); found != nil {
				link = found[1]
			}
		}
		return err
	}))
	return link
}

// visitor is one browser of somebody.
type visitor struct {
	*enrolling
	cookies map[string]string
}

// come opens a browser by a link.
func (e *enrolling) come(link string) *visitor {
	e.Helper()
	v := &visitor{e, map[string]string{}}
	v.send(link, url.Values{}, "/me")
	return v
}

func (v *visitor) do(s webtest.Scenario) *webtest.Page {
	v.Helper()
	s.Cookie = v.cookies
	p := webtest.Do(v, v.handler, s)
	for _, c := range (&http.Response{Header: p.Header}).Cookies() {
		v.cookies[c.Name] = c.Value
		if c.Name == "rekindle_browser" && c.MaxAge > 0 && (!c.HttpOnly || c.Secure != strings.HasPrefix(v.BaseURL, "https:") || c.SameSite != http.SameSiteLaxMode) {
			v.Errorf("the cookie is open to scripts, to plain HTTP or to other sites: %v", c)
		}
	}
	return p
}

// get looks at a page.
func (v *visitor) get(path string) *webtest.Page {
	v.Helper()
	p := v.do(webtest.Scenario{Path: path})
	if p.Status != http.StatusOK {
		v.Fatalf("%s: status %d: %s%s", path, p.Status, p.Header.Get("Location"), p.Text(v, "main"))
	}
	return p
}

// send posts a form that must lead on to a page.
func (v *visitor) send(path string, form url.Values, to string) {
	v.Helper()
	p := v.do(webtest.Scenario{Path: path, Form: form})
	if len(p.All(v, "input[name=sure]")) == 1 { // a second step: what is asked about has a test of its own
		again := maps.Clone(form)
		again.Set("sure", "yes")
		p = v.do(webtest.Scenario{Path: path, Form: again})
	}
	if got := p.Header.Get("Location"); p.Status != http.StatusSeeOther || got != to {
		v.Fatalf("%s: status %d to %q, want %q: %s", path, p.Status, got, to, p.Text(v, "main"))
	}
}

var signature = url.Values{"version": {"1"}, "name": {"Jordan Example"}, "criterion-practicing": {"yes"}, "criterion-baseline": {"yes"},
	"question-0": {"2"}, "question-1": {"2"}, "question-2": {"0"}}

// filled answers each item of a form.
func filled(t testing.TB, id string) url.Values {
	t.Helper()
	in, err := instrument.Find(id)
	succeed(t, err)
	form := webtest.Answers(in)
	form.Set("go", "next")
	return form
}

// baseline signs and answers everything before allocation.
func (v *visitor) baseline() {
	v.Helper()
	v.send("/me/consent", signature, "/me/survey/baseline/demographics")
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"}
	for i, id := range forms {
		to := "/me/group"
		if i+1 < len(forms) {
			to = "/me/survey/baseline/" + forms[i+1]
		}
		v.send("/me/survey/baseline/"+id, filled(v, id), to)
	}
}

func (e *enrolling) record(code participant.Code) (r participant.Record) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) (err error) { r, err = tx.Participant(e.Context(), code); return err }))
	return r
}

// arm gives the arm of somebody.
func (e *enrolling) arm(code participant.Code) (arm string) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		a, err := tx.Allocation(e.Context(), code)
		arm = a.Arm
		return err
	}))
	return arm
}

func TestLinksOpenNothingByThemselves(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "a scanner looks", Path: links[0], Sees: []string{"Your personal page", "Open my page"}, Has: []string{`form[method=post][action="` + links[0] + `"] button`, "#help"},
			Never: []string{"Dr. Person", "hospital.example", string(codes[0])}},
		{Name: "in Spanish", Path: links[0] + "?lang=es", Sees: []string{"Abrir mi página"}, Has: []string{"html[lang=es]"}},
		{Name: "by the browser's language", Path: links[0], Header: http.Header{"Accept-Language": {"es-MX,es;q=0.9"}}, Sees: []string{"Abrir mi página"}},
		{Name: "truncated", Path: links[0][:20], Status: http.StatusNotFound, Sees: []string{"does not open anything", "coaching-trial@example.org"}, Has: []string{"#help", "a[href^='mailto:']"}},
		{Name: "guessed", Path: "/p/" + strings.Repeat("a", 26), Status: http.StatusNotFound, Sees: []string{"does not open anything"}},
		{Name: "guessed and sent", Path: "/p/" + strings.Repeat("a", 26), Form: url.Values{}, Status: http.StatusNotFound},
	})
	if e.record(codes[0]).RespondedAt != nil {
		t.Error("a GET of the link counts as an answer")
	}
	e.come(links[0])
	if e.record(codes[0]).RespondedAt == nil {
		t.Error("the first POST does not count as an answer")
	}
	e.come(links[0]) // again, on another device
	e.mu.Lock()
	e.now = e.now.AddDate(1, 0, 1)
	e.mu.Unlock()
	webtest.Run(t, e.handler, []webtest.Scenario{{Name: "expired", Path: links[0], Status: http.StatusNotFound, Sees: []string{"does not open anything"}}})
	for _, told := range []string{links[0], string(codes[0]), "Person", "hospital"} {
		if strings.Contains(e.logged.String(), told) {
			t.Errorf("the log tells %q", told)
		}
	}
}

func TestEnrolmentInOneSitting(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(6)
	shown := map[string]bool{}
	for i, code := range codes {
		v := e.come(links[i])
		if p := v.do(webtest.Scenario{Path: "/me"}); p.Header.Get("Location") != "/me/start" {
			t.Fatalf("whoever comes first is led to %q", p.Header.Get("Location"))
		}
		v.get("/me/start")
		v.get("/me/consent")
		v.baseline()
		arm := e.arm(code)
		shown[arm] = true
		told := v.get("/me/group").Text(t, "main")
		at := v.get("/me")
		text := at.Text(t, "main")
		switch arm {
		case "coaching":
			if !strings.Contains(told, "coached now") || !strings.Contains(text, "You can choose your coach now") {
				t.Errorf("coaching is told %q and %q", told, text)
			}
		case "control":
			if !strings.Contains(told, "coached later") || !strings.Contains(text, "December 6, 2021") || !strings.Contains(text, "Mindfulness") {
				t.Errorf("control is told %q and %q", told, text)
			}
			if strings.Contains(text, "hoose your coach") {
				t.Error("a control is told of coaches before coaching opens")
			}
		}
		for _, link := range at.All(t, "a[href]") {
			if href := webtest.Attribute(link, "href"); strings.Contains(href, "/p/") || strings.Contains(href, string(code)) {
				t.Errorf("an address tells a secret: %s", href)
			}
		}
		// Everything sent again, as by the back button, changes nothing.
		v.send("/me/consent", signature, "/me")
		v.send("/me/survey/baseline/pfi16", filled(t, "pfi16"), "/me")
		if again := e.arm(code); again != arm {
			t.Errorf("%s was drawn again: %s, then %s", code, arm, again)
		}
	}
	if len(shown) != 2 {
		t.Fatalf("arms %v: both must be seen", shown)
	}
}

func TestConsentKeepsWhatWasTyped(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	v := e.come(links[0])
	p := v.do(webtest.Scenario{Path: "/me/consent", Form: url.Values{"version": {"1"}, "name": {"Jordan <b>"}, "criterion-practicing": {"yes"}, "question-0": {"0"}, "question-1": {"2"}}})
	if p.Status != http.StatusUnprocessableEntity || len(p.All(t, ".trouble")) != 3 {
		t.Errorf("status %d, %d troubles, want 3", p.Status, len(p.All(t, ".trouble")))
	}
	for _, kept := range []string{`input[name=name][value="Jordan <b>"]`, "input[name=criterion-practicing][value=yes][checked]", `input[name=question-1][value="2"][checked]`, `.mistakes a[href="#question-0"]`} {
		if len(p.All(t, kept)) != 1 {
			t.Errorf("no %s", kept)
		}
	}
	nameless := url.Values{}
	for k, values := range signature {
		nameless[k] = values
	}
	nameless.Set("name", " 12 ")
	if p = v.do(webtest.Scenario{Path: "/me/consent", Form: nameless}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, "#name-trouble")) != 1 {
		t.Errorf("a name without letters: %d", p.Status)
	}
	if e.record(codes[0]).ConsentedAt != nil {
		t.Error("a mistake signs")
	}
	w := e.come(links[1])
	w.send("/me/consent", url.Values{"version": {"1"}, "criterion-practicing": {"no"}, "criterion-baseline": {"yes"}}, "/me/group")
	if told := w.get("/me/group").Text(t, "main"); !strings.Contains(told, "not for you at the moment") {
		t.Errorf("excluded is told %q", told)
	}
}

func TestSurveyTakesWhatItCanAndSaysTheRest(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.send("/me/consent", signature, "/me/survey/baseline/demographics")
	const path = "/me/survey/baseline/demographics"
	form := filled(t, "demographics")
	form.Del("gender")
	form.Set("years_in_practice", "seventy-one")
	form["race_ethnicity"] = []string{"white", "none"}
	p := v.do(webtest.Scenario{Path: path, Form: form})
	if p.Status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", p.Status)
	}
	for _, want := range []string{"#e-gender", "#e-years_in_practice", "#e-race_ethnicity", `input[name=years_in_practice][value="seventy-one"]`, `.mistakes a[href="#q-gender"]`,
		`input[name=race_ethnicity][value=white][checked]`, "#q-gender .must", "progress"} {
		if len(p.All(t, want)) != 1 {
			t.Errorf("no %s", want)
		}
	}
	if len(p.All(t, "#q-gender input[value=declined]")) != 0 {
		t.Error("a stratum can be declined")
	}
	if p = v.get(path); len(p.All(t, "input[name=age_group][checked]")) != 1 {
		t.Error("what was right is not saved")
	}
	for name, value := range map[string]string{"an unknown code": "robot", "declined by hand": "declined"} {
		form := filled(t, "demographics")
		form.Set("gender", value)
		if p := v.do(webtest.Scenario{Path: path, Form: form}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, p.Status)
		}
	}
	blank := filled(t, "demographics")
	blank.Del("age_group")
	blank.Set("decline.years_in_practice", "declined")
	if p = v.do(webtest.Scenario{Path: path, Form: blank}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, ".mistakes.soft")) != 1 || len(p.All(t, "button[value=blank]")) != 1 {
		t.Errorf("one blank: status %d", p.Status)
	}
	blank.Set("go", "later")
	v.send(path, blank, "/me?kept")
	if p = v.get("/me?kept"); !strings.Contains(p.Text(t, "main"), "Finish your survey") && !strings.Contains(p.Text(t, "main"), "Answer the survey") {
		t.Errorf("home says %q", p.Text(t, "main"))
	}
	other := e.come(links[0]) // another device
	if p = other.get(path); len(p.All(t, "input[name=gender][checked]")) != 1 || len(p.All(t, `input[name="decline.years_in_practice"][checked]`)) != 1 {
		t.Error("what was saved is not on the other device")
	}
	blank.Set("go", "blank")
	other.send(path, blank, "/me/survey/baseline/pfi16")
	v.send(path, blank, "/me/survey/baseline/pfi16") // a second tap
	if p = v.get(path); len(p.All(t, "fieldset[disabled]")) != 1 || len(p.All(t, "button[name=go]")) != 0 {
		t.Error("what is sent can be changed")
	}
	if p = v.do(webtest.Scenario{Path: path, Form: url.Values{"gender": {strings.Repeat("x", 2<<20)}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a text of 2 MB: status %d", p.Status)
	}
	var saved store.FormOf
	succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		saved, err = tx.Form(t.Context(), codes[0], "baseline", "demographics")
		return err
	}))
	if saved.Answers["years_in_practice"] != instrument.Declined || saved.Answers["age_group"] != instrument.Blank || saved.Submitted == nil {
		t.Errorf("saved %v", saved.Answers)
	}
}

// Every form of the registry can be set in every language, with each of its items.
func TestEveryTextInEveryLanguage(t *testing.T) {
	e := enrol(t, func(p *study.Protocol) {
		for i := range p.Visits {
			if p.Visits[i].Baseline {
				p.Visits[i].Forms = nil
				for _, in := range instrument.All() {
					p.Visits[i].Forms = append(p.Visits[i].Forms, study.Form{Instrument: in.ID})
				}
			}
		}
	})
	_, links := e.invite(1)
	v := e.come(links[0])
	for _, path := range []string{"/me/start", "/me/consent"} {
		v.get(path + "?lang=es")
		v.get(path + "?lang=en")
	}
	v.do(webtest.Scenario{Path: "/me/consent", Form: signature})
	for _, in := range instrument.All() {
		for _, lang := range instrument.Languages() {
			p := v.get("/me/survey/baseline/" + in.ID + "?lang=" + lang)
			for _, it := range in.Items {
				if len(p.All(t, `[id="q-`+it.ID+`"]`)) != 1 {
					t.Errorf("%s in %s has no %s", in.ID, lang, it.ID)
				}
			}
			if owned := in.Licence.Wording != instrument.OwnWords; owned != (len(p.All(t, ".survey .badge")) == 1) || owned && !strings.Contains(p.Text(t, ".notice"), in.Name) {
				t.Errorf("%s in %s: marked as demonstration wording %v, want %v", in.ID, lang, !owned, owned)
			}
		}
	}
	for _, path := range []string{"/me", "/me/access", "/me/withdraw"} {
		v.get(path + "?lang=es")
		v.get(path + "?lang=en")
	}
}

func TestWhoSeesAParticipantsPages(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	first, second := e.come(links[0]), e.come(links[1])
	first.baseline()
	pages := []string{"/me", "/me/start", "/me/consent", "/me/survey/baseline", "/me/survey/baseline/pfi16", "/me/group", "/me/access", "/me/data", "/me/withdraw"}
	for _, path := range pages {
		webtest.Run(t, e.handler, []webtest.Scenario{
			{Name: "nobody " + path, Path: path, Status: http.StatusForbidden, Sees: []string{"personal link"}, Has: []string{"#help"}, Lacks: []string{"nav li"}},
			{Name: "a link's token as cookie " + path, Path: path, Cookie: map[string]string{"rekindle_browser": links[0][3:]}, Status: http.StatusForbidden},
		})
		if p := second.do(webtest.Scenario{Path: path}); strings.Contains(p.Body, string(codes[0])) {
			t.Errorf("%s tells one participant of another", path)
		}
	}
	if p := second.do(webtest.Scenario{Path: "/me/survey/baseline/pfi16"}); p.Status != http.StatusNotFound {
		t.Errorf("a survey that is not asked of one yet: %d", p.Status)
	}
	simulated := *e.Conduct
	simulated.Simulated = true
	rehearsed := (&web.Site{Conduct: &simulated, Log: slog.New(slog.DiscardHandler)}).Handler()
	for _, role := range []string{"coordinator", "statistician", "leadership", "finance", "owner"} { // a rehearsal is shown as each of the staff
		for _, path := range pages {
			webtest.Run(t, rehearsed, []webtest.Scenario{{Name: role + " " + path, Path: path, Cookie: map[string]string{"rekindle_role": role}, Status: http.StatusNotFound}})
		}
	}
	for _, path := range []string{"/flow", "/report", "/audit", "/outbox", "/randomization", "/tables"} {
		if p := first.do(webtest.Scenario{Path: path}); p.Status != http.StatusForbidden {
			t.Errorf("a participant at %s: %d", path, p.Status)
		}
	}
	if p := first.do(webtest.Scenario{Path: "/"}); p.Header.Get("Location") != "/me" {
		t.Errorf("a participant at the start page is led to %q", p.Header.Get("Location"))
	}
	if p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/me/withdraw", Form: url.Values{"use": {"until-now"}}, Cookie: first.cookies, Header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}); p.Status != http.StatusForbidden {
		t.Errorf("a form from another site: %d", p.Status)
	}
	if p := first.get("/me/access"); !strings.Contains(p.Text(t, "main"), "Signed the consent") || !strings.Contains(p.Text(t, "main"), "Had the group drawn by chance") {
		t.Errorf("the record says %q", p.Text(t, "main"))
	}
	var own map[string]any
	if err := json.Unmarshal([]byte(first.get("/me/data").Body), &own); err != nil || len(own["forms"].([]any)) != 7 {
		t.Errorf("the download has %d forms: %v", len(own["forms"].([]any)), err)
	}
}

func TestTheWaysOut(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(3)
	v := e.come(links[0])
	v.baseline()
	if p := v.do(webtest.Scenario{Path: "/me/withdraw", Form: url.Values{"reason": {"no time"}}}); p.Status != http.StatusUnprocessableEntity || p.Text(t, "textarea") != "no time" {
		t.Errorf("without a choice: %d", p.Status)
	}
	gone := url.Values{"use": {"until-now"}}
	v.send("/me/withdraw", gone, "/me")
	v.send("/me/withdraw", gone, "/me") // a second tap
	if body := v.get("/me/data").Body; !strings.Contains(body, `"Withdrawn": true`) || !strings.Contains(body, `"Document": "`) {
		t.Error("what was signed is not among one's own data any more")
	}
	if told := v.get("/me").Text(t, "main"); !strings.Contains(told, "You have left the study") || !strings.Contains(told, "Your choice: Collect nothing more") || strings.Contains(told, "reserved for you") {
		t.Errorf("home says %q", told)
	}
	if p := v.get("/me/withdraw"); len(p.All(t, "input[name=use]")) != 1 {
		t.Errorf("%d choices are left, want 1: deleting the answers", len(p.All(t, "input[name=use]")))
	}
	w := e.come(links[1])
	w.send("/me/decline", url.Values{}, "/me/start")
	if told := w.get("/me/start").Text(t, "main"); !strings.Contains(told, "You have said no") || e.record(codes[1]).Status != participant.Declined {
		t.Errorf("after a no: %q", told)
	}
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "asked", Path: links[2] + "/stop", Sees: []string{"Stop the e-mail"}},
		{Name: "one click", Path: links[2] + "/stop", Form: url.Values{"List-Unsubscribe": {"One-Click"}}, Sees: []string{"no more e-mail"}},
	})
	v.do(webtest.Scenario{Path: "/me/leave", Form: url.Values{}})
	if p := v.do(webtest.Scenario{Path: "/me"}); p.Status != http.StatusForbidden {
		t.Errorf("after closing the browser: %d", p.Status)
	}
}

func TestWhoeverComesLateWaits(t *testing.T) {
	e := enrol(t, func(p *study.Protocol) { p.Enrolment.Cap, p.Enrolment.Goal = 1, 1 })
	_, links := e.invite(2)
	e.come(links[0]).baseline()
	v := e.come(links[1])
	if told := v.get("/me/start").Text(t, "main"); !strings.Contains(told, "waiting list") {
		t.Errorf("the start says %q", told)
	}
	v.baseline()
	if told := v.get("/me/group").Text(t, "main"); !strings.Contains(told, "You are on the waiting list") {
		t.Errorf("told %q", told)
	}
}

// Three months later: the survey is the next step, sending it opens coaching to whoever waited, and what was signed can be read.
func TestThreeMonthsLater(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(4)
	for i, code := range codes {
		e.come(links[i]).baseline()
		if e.arm(code) != "control" {
			continue
		}
		v := e.come(links[i])
		if p := v.get("/me/consent"); len(p.All(t, "form[action='/me/consent']")) != 0 || !strings.Contains(p.Text(t, "main"), "You signed this text on August 6, 2021") {
			t.Errorf("what was signed: %q", p.Text(t, "main"))
		}
		if p := v.do(webtest.Scenario{Path: "/me/survey/month3/pfi16", Form: filled(t, "pfi16")}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "was not open when this was sent") {
			t.Errorf("a survey that is not open yet: %d %q", p.Status, p.Text(t, "main"))
		}
		if p := v.get("/me/survey/month3/pfi16"); !strings.Contains(p.Text(t, ".note"), "not open now") || len(p.All(t, "button[name=go]")) != 0 {
			t.Errorf("a survey that is not open says %q", p.Text(t, ".note"))
		}
		e.at("2021-11-05 09:00")
		v = e.come(e.link(code))
		p := v.get("/me")
		if text := p.Text(t, ".next"); !strings.Contains(text, "Answer the survey") || !strings.Contains(text, "Open until December 5, 2021") {
			t.Errorf("the next step is %q", text)
		}
		forms := []string{"pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"}
		for i, id := range forms {
			to := "/me?thanks"
			if i+1 < len(forms) {
				to = "/me/survey/month3/" + forms[i+1]
			}
			v.send("/me/survey/month3/"+id, filled(t, id), to)
		}
		if text := v.get("/me").Text(t, "main"); !strings.Contains(text, "You can choose your coach now") || !strings.Contains(text, "Coaching opened") {
			t.Errorf("afterwards home says %q", text)
		}
		return
	}
	t.Fatal("nobody is in the control arm")
}

// Every language has every text, with the same values to fill in.
func TestCataloguesAgree(t *testing.T) {
	verbs := regexp.MustCompile(`%[sd]`)
	english, spanish := web.Texts("en"), web.Texts("es")
	for key, text := range english {
		if spanish[key] == "" || text == "" {
			t.Errorf("%q is missing in a language", key)
		}
		if a, b := strings.Join(verbs.FindAllString(text, -1), ""), strings.Join(verbs.FindAllString(spanish[key], -1), ""); a != b {
			t.Errorf("%q is filled in with %s in English and %s in Spanish", key, a, b)
		}
	}
	if len(english) != len(spanish) {
		t.Errorf("%d texts in English, %d in Spanish", len(english), len(spanish))
	}
}

// Staff who have signed in see the pages of their role, outside of a rehearsal too.
func TestStaffSeeTheirPages(t *testing.T) {
	e := enrol(t)
	for _, role := range []identity.Role{identity.Coordinator, identity.Statistician} {
		status := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}
		webtest.Run(t, e.handler, []webtest.Scenario{
			{Name: "outbox", Path: "/outbox", Cookie: e.staff(role), Status: status[role == identity.Coordinator]},
			{Name: "audit", Path: "/audit", Cookie: e.staff(role), Status: map[bool]int{true: http.StatusConflict, false: http.StatusForbidden}[role == identity.Statistician]}, // masked
		})
	}
}

// outbox gives the mail to a person.
func (e *enrolling) outbox(code participant.Code) (all []mail.Message) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) (err error) { all, err = tx.Mail(e.Context(), string(code), 0, 100); return err }))
	return all
}
