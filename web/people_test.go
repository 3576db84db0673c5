package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// upload sends a file as a browser does, and gives the reply.
func (e *enrolling) upload(name string, content []byte, cookies map[string]string) *httptest.ResponseRecorder {
	e.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	succeed(e, err)
	_, err = part.Write(content)
	succeed(e, err)
	succeed(e, form.Close())
	r := httptest.NewRequestWithContext(e.Context(), http.MethodPost, "/roster", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	for k, v := range cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, r)
	return w
}

// uploaded sends a file that can be read, and gives the address of its list.
func (e *enrolling) uploaded(name, content string, cookies map[string]string) string {
	e.Helper()
	w := e.upload(name, []byte(content), cookies)
	if w.Code != http.StatusSeeOther {
		e.Fatalf("%s: status %d: %s", name, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (e *enrolling) onRoster() (n int) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		m, err := tx.Milestones(e.Context())
		n = m.Listed
		return err
	}))
	return n
}

const people3 = "name;email;supervisor;division;birthday\r\nDr. José Núñez;jose@hospital.example;chief@hospital.example;Cardiology;1 May\r\n" +
	"Dr. B;b@hospital.example;;Renal;\r\nDr. C;c@hospital.example;;;\r\n"

// However the file was written, every row is shown, nothing is taken before somebody says so, and then once.
func TestRosterIsLookedAtFirst(t *testing.T) {
	latin := []byte(strings.NewReplacer("é", "\xe9", "ú", "\xfa", "ñ", "\xf1").Replace(people3))
	book := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(people3), "\r\n") {
		for j, cell := range strings.Split(line, ";") {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			succeed(t, err)
			succeed(t, book.SetCellStr("Sheet1", at, cell))
		}
	}
	sheet, err := book.WriteToBuffer()
	succeed(t, err)
	for name, file := range map[string][]byte{"a byte-order mark.csv": []byte("\ufeff" + people3), "latin-1.csv": latin, "commas.csv": []byte(strings.ReplaceAll(people3, ";", ",")), "workbook.xlsx": sheet.Bytes()} {
		t.Run(name, func(t *testing.T) {
			e := enrol(t)
			v := &visitor{e, e.staff(identity.Coordinator)}
			sent := e.upload(name, file, v.cookies)
			list := sent.Header().Get("Location")
			if sent.Code != http.StatusSeeOther || !strings.HasPrefix(list, "/roster/") {
				t.Fatalf("status %d to %q: %s", sent.Code, list, sent.Body)
			}
			p := v.get(list)
			for _, want := range []string{"All 3 rows fit", "Dr. José Núñez", "Add 3 people", "left out, not stored", "Cardiology"} {
				if !strings.Contains(p.Text(t, "main"), want) {
					t.Errorf("no %q in %q", want, p.Text(t, "main"))
				}
			}
			if strings.Contains(p.Body, "1 May") || e.onRoster() != 0 {
				t.Errorf("%d people were taken, or a column is shown that nobody needs", e.onRoster())
			}
			v.send(list, url.Values{"people": {"2"}}, list) // the number of a page that is out of date
			v.send(list, url.Values{"people": {"3"}}, "/invite?added=3")
			if e.onRoster() != 3 {
				t.Errorf("%d people on the roster", e.onRoster())
			}
			if p := v.do(webtest.Scenario{Path: list, Form: url.Values{"people": {"3"}}}); p.Status != http.StatusNotFound || e.onRoster() != 3 { // a second tap
				t.Errorf("added again: %d, %d people", p.Status, e.onRoster())
			}
			if p := v.get("/invite?added=3"); !strings.Contains(p.Text(t, "main"), "3 people are on the roster now") {
				t.Errorf("invitations say %q", p.Text(t, "main"))
			}
		})
	}
}

func TestRosterSaysWhatIsWrong(t *testing.T) {
	e := enrol(t)
	e.invite(1)
	v := &visitor{e, e.staff(identity.Coordinator)}
	file := "name,email,supervisor,division\nDr. A,a@hospital.example,,\nDr. B,not an address,,\nDr. A again,A@hospital.example,,\nKnown,p0@hospital.example,,\nDr. <script>,d@hospital.example,,\n"
	list := e.uploaded("people.csv", file, v.cookies)
	p := v.get(list)
	text := p.Text(t, "main")
	for _, want := range []string{"2 of 5 rows fit", "Add 2 people", "row 3", "is no e-mail address", "row 4", "stands in", "row 5", "on the roster already", "rows that do not fit are left out"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if len(p.All(t, "main script")) != 0 {
		t.Error("a name is taken for a script")
	}
	other := &visitor{e, e.staff(identity.Coordinator)}
	if p := other.do(webtest.Scenario{Path: list}); p.Status != http.StatusNotFound {
		t.Errorf("somebody else opens the list: %d", p.Status)
	}
	v.send(list+"/drop", url.Values{}, "/roster")
	if p := v.do(webtest.Scenario{Path: list}); p.Status != http.StatusNotFound {
		t.Errorf("a list that was thrown away: %d", p.Status)
	}
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"nothing": {nil, "No file was chosen"}, "no address": {[]byte("name\nDr. A\n"), "There is no column with the email"}, "a column of the protocol": {[]byte("name,email\nDr. A,a@b.example\n"), "column with the division"},
		"a picture": {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), "not a table of text"}, "old workbook": {[]byte("\xd0\xcf\x11\xe0"), "workbook of the old form"}, "no people": {[]byte("name,email,supervisor,division\n"), "nobody in the file"},
		"broken workbook": {[]byte("PK\x03\x04nonsense"), "cannot be read"},
	} {
		w := e.upload(name+".csv", c.content, v.cookies)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d, no %q", name, w.Code, c.says)
		}
	}
	if w := e.upload("long.csv", make([]byte, 65<<20), v.cookies); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "longer than 64 MB") {
		t.Errorf("65 MB: %d", w.Code)
	}
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "template", Path: "/roster/template.csv", Cookie: v.cookies, Sees: []string{"name,email,phone,address,time zone,language,division,supervisor"}},
		{Name: "a form without a file", Path: "/roster", Form: url.Values{}, Cookie: v.cookies, Status: http.StatusUnprocessableEntity, Sees: []string{"No file was chosen"}},
	})
}

// Thousands of rows are looked at and added, and what waits to be looked at is sealed.
func TestALongRoster(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Coordinator)}
	var b strings.Builder
	b.WriteString("name,email,supervisor,division\n")
	for i := range 5_000 {
		fmt.Fprintf(&b, "Dr. Person %d,person%d@hospital.example,,Division %d\n", i, i, i%40)
	}
	list := e.uploaded("all.csv", b.String(), v.cookies)
	if text := v.get(list).Text(t, "main"); !strings.Contains(text, "All 5,000 rows fit") {
		t.Fatalf("%.300q", text)
	}
	succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) error {
		sealed, err := store.One(t.Context(), tx, store.Value[[]byte], "SELECT sealed FROM challenge")
		if err == nil && bytes.Contains(sealed, []byte("hospital.example")) {
			t.Error("an uploaded list lies open in the database")
		}
		return err
	}))
	v.send(list, url.Values{"people": {"5000"}}, "/invite?added=5000")
	if e.onRoster() != 5_000 {
		t.Errorf("%d people", e.onRoster())
	}
}

func TestInvitationsAreSentOnce(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Coordinator)}
	if p := v.get("/invite"); !strings.Contains(p.Text(t, "main"), "Nobody is on the roster yet") {
		t.Errorf("an empty roster says %q", p.Text(t, "main"))
	}
	v.send(e.uploaded("people.csv", people3, v.cookies), url.Values{"people": {"3"}}, "/invite?added=3")
	p := v.get("/invite")
	for _, want := range []string{"3 people are not invited yet", "Dr. Jordan Example", "we invite you to a trial", "coaching.example.org/p/••••"} {
		if !strings.Contains(p.Text(t, "main"), want) {
			t.Errorf("no %q", want)
		}
	}
	if titles := p.All(t, "[id^=letter-]"); len(titles) != 2 || len(p.All(t, "a[href^='/messages/plan/announcement']")) != 2 {
		t.Errorf("%d invitations are shown", len(titles))
	}
	succeed(t, e.RewordMessages(t.Context(), office, "announcement", "en", conduct.NewWords{Subject: "Once more", Body: "Look here: {{link}}"}))
	if text := v.get("/invite").Text(t, "main"); !strings.Contains(text, "Look here: https://coaching.example.org/p/••••") || !strings.Contains(text, "The words were changed") {
		t.Errorf("after the words were changed the page shows %q", text)
	}
	for name, form := range map[string]url.Values{"nobody": {}, "no number": {"who": {"some"}, "count": {"a few"}, "of": {"3"}}, "none": {"who": {"some"}, "count": {"0"}, "of": {"3"}}, "out of date": {"who": {"all"}, "of": {"5"}}} {
		if p := v.do(webtest.Scenario{Path: "/invite", Form: form}); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusConflict {
			t.Errorf("%s: %d", name, p.Status)
		} else if form.Get("count") != "" && len(p.All(t, `input[name=count][value="`+form.Get("count")+`"]`)) != 1 {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	v.send("/invite", url.Values{"who": {"some"}, "count": {"2"}, "of": {"3"}}, "/invite?invited=2")
	if p := v.do(webtest.Scenario{Path: "/invite", Form: url.Values{"who": {"some"}, "count": {"2"}, "of": {"3"}}}); p.Status != http.StatusConflict {
		t.Errorf("a second tap: %d", p.Status)
	}
	if p := v.get("/invite?invited=2"); !strings.Contains(p.Text(t, "main"), "1 person is not invited yet") || !strings.Contains(p.Text(t, "table"), "Wave 1 0 0 2") {
		t.Errorf("afterwards %q", p.Text(t, "main"))
	}
	v.send("/invite", url.Values{"who": {"all"}, "of": {"1"}}, "/invite?invited=1")
	e.at("2021-08-06 12:00")
	v.cookies = e.staff(identity.Coordinator)
	if p := v.get("/invite"); !strings.Contains(p.Text(t, "table"), "Wave 1 0 3 0") || !strings.Contains(p.Text(t, "main"), "Everybody on the roster is invited") {
		t.Errorf("handed over: %q", p.Text(t, "main"))
	}
	server := mailtest.New(t)
	server.Rcpt = func(address string) error {
		if strings.HasPrefix(address, "b@") {
			return mailtest.Refuse(550, 5, 1, 1, "no such mailbox")
		}
		return nil
	}
	_, err := e.Deliver(t.Context(), server.Client())
	succeed(t, err)
	if p := v.get("/invite"); !strings.Contains(p.Text(t, "table"), "Wave 1 2 0 0") || len(p.All(t, "a[href='/messages?message=announcement&state=failed']")) != 1 {
		t.Errorf("sent: %q", p.Text(t, "main"))
	}
}

// identified counts the readings of names in the trail.
func (e *enrolling) identified() (n int) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		all, err := tx.LatestEvents(e.Context(), store.EventFilter{Verb: "participant.identify"}, 0, 1000)
		n = len(all)
		for _, event := range all {
			if strings.Contains(event.New+event.Object, "Person") || strings.Contains(event.New, "hospital") {
				e.Errorf("the trail tells who somebody is: %+v", event)
			}
		}
		return err
	}))
	return n
}

// People are shown by code; names come when they are asked for, and each page of names is one event.
func TestNamesAreShownWhenAskedFor(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(4)
	e.come(links[0]).baseline()
	v := &visitor{e, e.staff(identity.Coordinator)}
	for _, path := range []string{"/people", "/people/" + string(codes[0]), "/people?status=invited"} {
		if p := v.get(path); strings.Contains(p.Body, "Dr. Person") || strings.Contains(p.Body, "p0@hospital") {
			t.Errorf("%s shows names before anybody asked", path)
		}
	}
	if e.identified() != 0 {
		t.Error("pages without names are readings of names")
	}
	v.send("/people/names", url.Values{"show": {"on"}, "back": {"/people"}}, "/people")
	if p := v.get("/people"); !strings.Contains(p.Text(t, "main"), "Dr. Person 3") || e.identified() != 1 {
		t.Errorf("%d events: %q", e.identified(), p.Text(t, "main"))
	}
	if p := v.get("/people/" + string(codes[1])); !strings.Contains(p.Text(t, "main"), "p1@hospital.example") || e.identified() != 2 {
		t.Errorf("%d events: %q", e.identified(), p.Text(t, "main"))
	}
	v.send("/people/names", url.Values{"show": {"off"}, "back": {"https://elsewhere.example/"}}, "/people")
	if p := v.get("/people"); strings.Contains(p.Body, "Dr. Person") {
		t.Error("names are hidden and shown")
	}
	other := &visitor{e, e.staff(identity.Coordinator)}
	other.cookies["rekindle_names"] = v.cookies["rekindle_names"]
	if p := other.get("/people"); strings.Contains(p.Body, "Dr. Person") {
		t.Error("the wish of one sign-in holds for another")
	}
	before := e.identified()
	p := v.do(webtest.Scenario{Path: "/people/find", Form: url.Values{"text": {"person 2"}}})
	if text := p.Text(t, "main"); p.Status != http.StatusOK || !strings.Contains(text, string(codes[2])) || strings.Contains(text, string(codes[1])) || e.identified() != before+1 {
		t.Errorf("found: %d %q", p.Status, text)
	}
	if p := v.do(webtest.Scenario{Path: "/people/find", Form: url.Values{"text": {"P3@Hospital.example"}}}); !strings.Contains(p.Text(t, "main"), string(codes[3])) {
		t.Error("an address is not found")
	}
	v.send("/people/find", url.Values{"text": {strings.ToLower(strings.ReplaceAll(string(codes[2]), "-", ""))}}, "/people/"+string(codes[2]))
	if p := v.do(webtest.Scenario{Path: "/people/find", Form: url.Values{"text": {"x"}}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "too short") {
		t.Errorf("one letter: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: "/people/find", Form: url.Values{"text": {"nobody at all"}}}); p.Status != http.StatusOK || !strings.Contains(p.Text(t, "main"), "Nobody fits") {
		t.Errorf("nobody: %d %q", p.Status, p.Text(t, "main"))
	}
}

// Those who want no more mail can be found among thousands, by status too.
func TestWhoWantsNoMoreMailIsListed(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(3)
	v := &visitor{e, e.staff(identity.Coordinator)}
	if p := v.get("/people"); len(p.All(t, "option[value=no-more-mail]")) != 0 {
		t.Error("a choice that nobody fits")
	}
	if p := webtest.Do(t, e.handler, webtest.Scenario{Path: links[1] + "/stop", Form: url.Values{}}); p.Status != http.StatusOK {
		t.Fatalf("opting out: %d", p.Status)
	}
	v = &visitor{e, e.staff(identity.Coordinator)}
	if text := v.get("/people").Text(t, "option[value=no-more-mail]"); text != "Wants no more mail (1)" {
		t.Errorf("the choice says %q", text)
	}
	for path, found := range map[string]int{"/people?hold=no-more-mail": 1, "/people?hold=no-more-mail&status=invited": 1, "/people?hold=no-more-mail&status=randomized": 0} {
		p := v.get(path)
		if lines := p.All(t, ".people-lines li"); len(lines) != found {
			t.Errorf("%s: %d people", path, len(lines))
		}
		if found > 0 && !strings.Contains(p.Text(t, ".people-lines"), string(codes[1])+" Wanted no more mail") {
			t.Errorf("%s: %q", path, p.Text(t, ".people-lines"))
		}
	}
}

// A person's page tells how far they have come, and never an answer or a score.
func TestAPersonsPage(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	came := e.come(links[0])
	came.baseline()
	v := &visitor{e, e.staff(identity.Coordinator)}
	path := "/people/" + string(codes[0])
	p := v.get(path)
	text := p.Text(t, "main")
	for _, want := range []string{"Randomized", "Baseline Complete", "3 months Upcoming", "Signed the consent"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	for _, never := range []string{"More time.", "pfi16", "PF1", "score", "woman", "Dr. Person", "hospital.example"} {
		if strings.Contains(p.Body, never) {
			t.Errorf("the page tells %q", never)
		}
	}
	e.at("2021-08-20 12:00")
	v.cookies, came.cookies = e.staff(identity.Coordinator), e.come(e.link(codes[0])).cookies
	if text := v.get(path).Text(t, ".note"); e.arm(codes[0]) == "coaching" && !strings.Contains(text, "Has no coach") {
		t.Errorf("held up: %q", text)
	}
	for _, act := range []struct {
		id   string
		form url.Values
		says string
	}{
		{"link", url.Values{}, "A new personal link is on its way"},
		{"readdress", url.Values{"email": {"new@hospital.example"}}, "The address was changed"},
		{"bounce", url.Values{}, "No more mail goes to this address"},
		{"readdress", url.Values{"email": {"third@hospital.example"}}, "The address was changed"},
		{"unlink", url.Values{}, "All links have ended"},
		{"opt-out", url.Values{}, "No more mail goes to this person"},
		{"withdraw", url.Values{"use": {"until-now"}, "reason": {"moved away"}}, "The withdrawal is noted"},
	} {
		v.send(path+"/"+act.id, act.form, path+"?done="+act.id)
		if told := v.get(path+"?done="+act.id).Text(t, ".note.good"); !strings.Contains(told, act.says) {
			t.Errorf("%s says %q", act.id, told)
		}
	}
	if e.record(codes[0]).Status != participant.Withdrawn {
		t.Error("the withdrawal is not noted")
	}
	if p := came.do(webtest.Scenario{Path: "/me"}); p.Status != http.StatusForbidden {
		t.Errorf("a browser stays open when links have ended: %d", p.Status)
	}
	path = "/people/" + string(codes[1])
	wrong := v.do(webtest.Scenario{Path: path + "/readdress", Form: url.Values{"email": {"not an address"}}})
	if wrong.Status != http.StatusUnprocessableEntity || len(wrong.All(t, `input[name=email][value="not an address"]`)) != 1 || len(wrong.All(t, "details[open]")) != 1 {
		t.Errorf("a mistake loses what was typed: %d", wrong.Status)
	}
	if p := v.do(webtest.Scenario{Path: path + "/exclude", Form: url.Values{"criterion": {"tall"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a criterion that is none: %d", p.Status)
	}
	v.send(path+"/exclude", url.Values{"criterion": {"practicing"}}, path+"?done=exclude")
	if text := v.get(path).Text(t, "main"); !strings.Contains(text, "You are a practicing physician") || e.record(codes[1]).RespondedAt != nil {
		t.Errorf("excluded: %q", text)
	}
	for _, path := range []string{path + "/dance", "/people/2222-2222", "/people/nobody"} {
		if p := v.do(webtest.Scenario{Path: path, Form: url.Values{}}); p.Status != http.StatusNotFound && p.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}

// offices are the routes of the office's pages, as somebody would try them who may not; CODE stands for a person, COACH for a coach.
var offices = map[string]url.Values{
	"GET /people": nil, "GET /people/CODE": nil, "POST /people/find": {"text": {"person"}}, "POST /people/names": {"show": {"on"}}, "POST /people/CODE/withdraw": {"use": {"until-now"}},
	"GET /roster": nil, "POST /roster": {}, "GET /roster/template.csv": nil, "GET /roster/LIST": nil, "POST /roster/LIST": {}, "POST /roster/LIST/drop": {},
	"GET /invite": nil, "POST /invite": {"who": {"all"}, "of": {"1"}},
	"GET /calls": nil, "POST /calls/CODE": {"outcome": {"reached"}}, "POST /calls/CODE/coach": {"coach": {"2222-2222"}},
	"GET /coaches": nil, "POST /coaches": {"name": {"X"}, "email": {"x@hospital.example"}}, "GET /coaches/COACH": nil, "POST /coaches/COACH/retire": {},
	"GET /board": nil, "POST /mail/test": {}, "GET /enrolment": nil, "POST /enrolment/capacity": {"places": {"1"}}, "POST /enrolment/close": {}, "POST /enrolment/promote": {},
}

// isOffice reports whether a route is one of them.
func isOffice(pattern string) bool {
	for tried := range offices {
		if strings.NewReplacer("CODE", "{code}", "COACH", "{code}", "LIST", "{token}", "withdraw", "{act}", "retire", "{act}").Replace(tried) == pattern {
			return true
		}
	}
	return false
}

// The office's pages are for the coordinator and the owner alone.
func TestWhoSeesTheOfficesPages(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	came := e.come(links[0])
	coaches := e.coached(1)
	cookies := map[identity.Role]map[string]string{}
	for _, role := range []identity.Role{identity.Statistician, identity.Leadership, identity.Finance} {
		cookies[role] = e.staff(role)
	}
	for tried, form := range offices {
		_, path, _ := strings.Cut(strings.NewReplacer("CODE", string(codes[0]), "COACH", string(coaches[0])).Replace(tried), " ")
		for role, cookie := range cookies {
			webtest.Run(t, e.handler, []webtest.Scenario{{Name: string(role) + " " + tried, Path: path, Form: form, Cookie: cookie, Status: http.StatusForbidden, Never: []string{"Dr. Person", "Coach 0", "hospital.example"}}})
		}
		if p := came.do(webtest.Scenario{Path: path, Form: form}); p.Status != http.StatusForbidden {
			t.Errorf("a participant at %s: %d", tried, p.Status)
		}
		status := http.StatusForbidden
		if form == nil {
			status = http.StatusSeeOther // to signing in
		}
		webtest.Run(t, e.handler, []webtest.Scenario{{Name: "nobody " + tried, Path: path, Form: form, Status: status, Never: []string{"Dr. Person", "hospital.example"}}})
	}
	if e.record(codes[0]).Status == participant.Withdrawn {
		t.Error("somebody who may not has withdrawn a person")
	}
	owner := e.staff(identity.Owner)
	p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/people/" + string(codes[0]), Cookie: owner})
	if p.Status != http.StatusOK || len(p.All(t, "form[action$='/readdress']")) != 1 || len(p.All(t, "form[action$='/withdraw']")) != 0 {
		t.Errorf("an owner is offered what a coordinator may: %d", p.Status)
	}
	webtest.Run(t, e.handler, []webtest.Scenario{{Name: "an owner withdraws somebody", Path: "/people/" + string(codes[0]) + "/withdraw", Form: url.Values{"use": {"until-now"}}, Cookie: owner, Status: http.StatusForbidden}})
}
