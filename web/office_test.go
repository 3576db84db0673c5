package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/config"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// coached registers and certifies n coaches who can be met from Monday to Friday.
func (e *enrolling) coached(n int) (codes []coach.Code) {
	e.Helper()
	var week []coach.Hours
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, coach.Hours{Day: d, From: 9 * 60, To: 17 * 60})
	}
	for i := range n {
		code, err := e.RegisterCoach(e.Context(), office, conduct.NewCoach{Person: conduct.Person{Name: fmt.Sprintf("Dr. Coach %d", i), Email: fmt.Sprintf("coach%d@hospital.example", i)}, Hours: week})
		succeed(e, err)
		for _, step := range e.Protocol.Coaching.Certification {
			succeed(e, e.CertifyCoach(e.Context(), office, code, coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}))
		}
		codes = append(codes, code)
	}
	return codes
}

// enrolled brings people in until one is in the coaching arm, and gives that one.
func (e *enrolling) enrolled() participant.Code {
	e.Helper()
	codes, links := e.invite(6)
	for i, code := range codes {
		e.come(links[i]).baseline()
		if e.arm(code) == "coaching" {
			return code
		}
	}
	e.Fatal("nobody is in the coaching arm")
	return ""
}

func TestCoachesAsTheOfficeSeesThem(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Coordinator)}
	wrong := v.do(webtest.Scenario{Path: "/coaches", Form: url.Values{"name": {"Dr. Robin"}, "email": {"not one"}, "caseload": {"4"}, "column-division": {"Renal"}}})
	if wrong.Status != http.StatusUnprocessableEntity || len(wrong.All(t, `input[name=name][value="Dr. Robin"]`)) != 1 || len(wrong.All(t, `input[name=column-division][value=Renal]`)) != 1 || len(wrong.All(t, `input[name=caseload][value="4"]`)) != 1 {
		t.Errorf("a mistake loses what was typed: %d", wrong.Status)
	}
	sent := v.do(webtest.Scenario{Path: "/coaches", Form: url.Values{"name": {"Dr. Robin"}, "email": {"robin@hospital.example"}, "caseload": {"1"}, "zone": {"America/Chicago"}, "invite": {"yes"}}})
	path, _, _ := strings.Cut(sent.Header.Get("Location"), "?")
	if sent.Status != http.StatusSeeOther || !strings.HasPrefix(path, "/coaches/") {
		t.Fatalf("%d to %q", sent.Status, sent.Header.Get("Location"))
	}
	if text := v.get(path).Text(t, "main"); !strings.Contains(text, "Not certified") || !strings.Contains(text, "Signing in Invited") || !strings.Contains(text, "America/Chicago") {
		t.Errorf("registered: %q", text)
	}
	if again := v.do(webtest.Scenario{Path: "/coaches", Form: url.Values{"name": {"Dr. Robin"}, "email": {"ROBIN@hospital.example"}}}); again.Status != http.StatusConflict {
		t.Errorf("the same address twice: %d", again.Status)
	}
	steps := e.Protocol.Coaching.Certification
	for name, form := range map[string]url.Values{"no step": {"on": {"2021-06-01"}}, "no day": {"step": {steps[0]}}, "nonsense": {"step": {steps[0]}, "on": {"June"}}, "backwards": {"step": {steps[0]}, "on": {"2021-06-01"}, "until": {"2021-01-01"}}} {
		if p := v.do(webtest.Scenario{Path: path + "/certify", Form: form}); p.Status != http.StatusUnprocessableEntity || form.Get("on") != "" && len(p.All(t, `input[name=on][value="`+form.Get("on")+`"]`)) != 1 {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	for _, step := range steps {
		v.send(path+"/certify", url.Values{"step": {step}, "on": {"2021-06-01"}, "until": {"2021-08-31"}}, path+"?done=certify")
	}
	v.send(path+"/caseload", url.Values{"caseload": {"3"}}, path+"?done=caseload")
	if text := v.get(path).Text(t, "main"); !strings.Contains(text, "No hours yet") || !strings.Contains(text, "valid until August 31, 2021") || !strings.Contains(text, "0 of 3") {
		t.Errorf("certified: %q", text)
	}
	e.coached(1)
	if text := v.get("/coaches").Text(t, "main"); !strings.Contains(text, "Dr. Coach 0 not invited to sign in May be chosen 0 of 6") || !strings.Contains(text, "Dr. Robin No hours yet") || !strings.Contains(text, "9 places") {
		t.Errorf("the list: %q", text)
	}
	v.send(path+"/correct", url.Values{"name": {"Dr. Robyn"}, "email": {"robyn@hospital.example"}, "column-division": {"Renal"}}, path+"?done=correct")
	if p := v.do(webtest.Scenario{Path: path + "/correct", Form: url.Values{"name": {"Dr. Robyn"}, "email": {"nobody"}}}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, `details[open] input[name=email][value=nobody]`)) != 1 {
		t.Errorf("a slip in the correction: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: path + "/leave", Form: url.Values{"from": {"2021-08-20"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("leave without an end: %d", p.Status)
	}
	v.send(path+"/leave", url.Values{"from": {"2021-08-20"}, "until": {"2021-08-31"}}, path+"?done=leave")
	p := v.get(path)
	if text := p.Text(t, "main"); !strings.Contains(text, "robyn@hospital.example") || !strings.Contains(text, "Division Renal") || !strings.Contains(text, "Away August 20, 2021 to August 31, 2021") {
		t.Errorf("corrected, and away: %q", text)
	}
	v.send(path+"/leave-end", url.Values{"from": {webtest.Attribute(p.All(t, `#leave-end-from option:not([value=""])`)[0], "value")}}, path+"?done=leave-end")
	v.send(path+"/correct", url.Values{"name": {"Dr. Robin"}, "email": {"robin@hospital.example"}}, path+"?done=correct")
	if text := v.get("/board").Text(t, "main"); !strings.Contains(text, "Dr. Robin : certification until August 31, 2021") {
		t.Errorf("the board says nothing of a certification that expires: %q", text)
	}
	v.send(path+"/retire", url.Values{}, path+"?done=retire")
	if p := v.get(path); !strings.Contains(p.Text(t, "h1"), "Left") || len(p.All(t, ".acts form")) != 0 {
		t.Errorf("after leaving: %q", p.Text(t, "main"))
	}
	for _, path := range []string{"/coaches/2222-2222", "/coaches/nobody"} {
		if p := v.do(webtest.Scenario{Path: path}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}

// Who has not begun when the protocol's mails are used up is on the call list, until a coach is chosen and a session booked.
func TestWhoHasNotBegunIsCalled(t *testing.T) {
	e := enrol(t)
	coaches := e.coached(2)
	code := e.enrolled()
	v := &visitor{e, e.staff(identity.Coordinator)}
	if text := v.get("/calls").Text(t, "main"); !strings.Contains(text, "Nobody is to be called") {
		t.Errorf("on the first day: %q", text)
	}
	for _, day := range []string{"2021-08-09 12:00", "2021-08-12 12:00", "2021-08-16 12:00", "2021-08-20 13:00"} {
		e.at(day)
	}
	v.cookies = e.staff(identity.Coordinator)
	p := v.get("/calls")
	if text := p.Text(t, "main"); !strings.Contains(text, string(code)) || !strings.Contains(text, "Has no coach") || strings.Count(text, "Mail “Choose your coach”") < 2 || strings.Contains(p.Body, "hospital.example") {
		t.Errorf("after two weeks: %q", text)
	}
	before := e.identified()
	v.send("/people/names", url.Values{"show": {"on"}, "back": {"/calls"}}, "/calls")
	if p := v.get("/calls"); !strings.Contains(p.Text(t, "main"), "@hospital.example") || e.identified() != before+1 {
		t.Error("names are not shown, or not recorded")
	}
	path := "/calls/" + string(code)
	if p := v.do(webtest.Scenario{Path: path, Form: url.Values{"note": {"asked for evenings"}}}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, `input[name=note][value="asked for evenings"]`)) != 1 {
		t.Errorf("a call that came to nothing: %d", p.Status)
	}
	v.send(path, url.Values{"outcome": {"reached"}, "note": {"Dr. Person asked for evenings"}}, "/calls?done=call")
	if text := v.get("/calls").Text(t, "main"); !strings.Contains(text, "Reached. Dr. Person asked for evenings") {
		t.Errorf("the call: %q", text)
	}
	succeed(t, e.Store.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.LatestEvents(t.Context(), store.EventFilter{Verb: "participant.call"}, 0, 10)
		if len(events) != 1 || !strings.Contains(events[0].New, "reached") || strings.Contains(events[0].New, "evenings") {
			t.Errorf("the trail: %+v", events)
		}
		sealed, err2 := store.One(t.Context(), tx, store.Value[[]byte], "SELECT sealed FROM call")
		if err2 == nil && strings.Contains(string(sealed), "evenings") {
			t.Error("what was said on the phone lies open in the database")
		}
		return err
	}))
	if p := v.do(webtest.Scenario{Path: path + "/coach", Form: url.Values{"coach": {""}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("no coach: %d", p.Status)
	}
	v.send(path+"/coach", url.Values{"coach": {string(coaches[1])}}, "/calls?done=coach")
	if text := v.get("/calls").Text(t, "main"); !strings.Contains(text, "Nobody is to be called") {
		t.Errorf("while mail still asks for a first session: %q", text)
	}
	e.at("2021-08-24 12:00")
	v.cookies = e.staff(identity.Coordinator)
	if text := v.get("/calls").Text(t, "main"); !strings.Contains(text, "No first session booked") || !strings.Contains(text, "coach Dr. Coach 1") {
		t.Errorf("with a coach, without a session: %q", text)
	}
	free, err := e.Free(t.Context(), office, code, e.clock(), e.clock().AddDate(0, 0, 20), 1)
	succeed(t, err)
	_, err = e.Book(t.Context(), office, conduct.Booking{Participant: code, Start: free[0]})
	succeed(t, err)
	if text := v.get("/calls").Text(t, "main"); !strings.Contains(text, "Nobody is to be called") {
		t.Errorf("with a session: %q", text)
	}
	if text := v.get("/people/"+string(code)).Text(t, "main"); !strings.Contains(text, "1 of 6") || !strings.Contains(text, "Booked") {
		t.Errorf("the person: %q", text)
	}
}

func TestPlacesAndTheWaitingList(t *testing.T) {
	e := enrol(t, func(p *study.Protocol) { p.Enrolment.Cap, p.Enrolment.Goal = 1, 1 })
	codes, links := e.invite(2)
	e.come(links[0]).baseline()
	e.come(links[1]).baseline()
	v, owner := &visitor{e, e.staff(identity.Coordinator)}, &visitor{e, e.staff(identity.Owner)}
	p := v.get("/enrolment")
	if text := p.Text(t, "main"); !strings.Contains(text, "1 of 1 places are taken") || !strings.Contains(text, string(codes[1])) || len(p.All(t, "form[action='/enrolment/capacity']")) != 0 || len(p.All(t, "form[action='/enrolment/close']")) != 0 {
		t.Errorf("full: %q", text)
	}
	if p := v.do(webtest.Scenario{Path: "/enrolment/promote", Form: url.Values{}}); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, "main"), "Raise the capacity") {
		t.Errorf("without a place: %d", p.Status)
	}
	for _, places := range []string{"many", "-1"} {
		if p := owner.do(webtest.Scenario{Path: "/enrolment/capacity", Form: url.Values{"places": {places}, "reason": {"more coaches"}}}); p.Status != http.StatusUnprocessableEntity || len(p.All(t, `input[name=reason][value="more coaches"]`)) != 1 || len(p.All(t, `input[name=places][value="`+places+`"]`)) != 1 {
			t.Errorf("%s places: %d", places, p.Status)
		}
	}
	owner.send("/enrolment/capacity", url.Values{"places": {"2"}, "reason": {"more coaches"}}, "/enrolment?done=capacity")
	v.send("/enrolment/promote", url.Values{}, "/enrolment?done=promote")
	if e.record(codes[1]).Status != participant.Randomized {
		t.Errorf("promoted: %s", e.record(codes[1]).Status)
	}
	if p := v.do(webtest.Scenario{Path: "/enrolment/promote", Form: url.Values{}}); p.Status != http.StatusNotFound {
		t.Errorf("nobody waits: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: "/enrolment/close", Form: url.Values{}}); p.Status != http.StatusForbidden {
		t.Errorf("a coordinator closes: %d", p.Status)
	}
	owner.send("/enrolment/close", url.Values{"reason": {"full"}}, "/enrolment?done=close")
	if text := owner.get("/enrolment").Text(t, "main"); !strings.Contains(text, "before its last day") {
		t.Errorf("closed: %q", text)
	}
	if text := v.get("/invite").Text(t, "main"); !strings.Contains(text, "Enrolment is closed") {
		t.Errorf("invitations: %q", text)
	}
}

// A study that was opened with the days of a past one says so first, and its enrolment has the protocol's last day, whenever the clock looked.
func TestAStudyWhoseEnrolmentIsOver(t *testing.T) {
	e := enrol(t)
	e.at("2022-01-10 12:00")
	owner := &visitor{e, e.staff(identity.Owner)}
	for _, ticked := range []bool{false, true} {
		if ticked {
			_, err := e.Tick(t.Context())
			succeed(t, err)
		}
		first := owner.get("/")
		if text := first.Text(t, "[aria-current=step]"); !strings.Contains(text, "Enrolment ended on December 1, 2021") || !strings.Contains(text, "rekindle init") {
			t.Errorf("ticked %v: the next step is %q", ticked, text)
		}
		p := owner.get("/enrolment")
		if text := p.Text(t, "main"); !strings.Contains(text, "Closed since December 1, 2021") || len(p.All(t, "form[action='/enrolment/close']")) != 0 {
			t.Errorf("ticked %v: %q", ticked, text)
		}
	}
}

// The first steps name a section that the file of settings has.
func TestTheSettingsAreWhereThePageSays(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Coordinator)}
	text := v.get("/").Text(t, "#mail")
	section := regexp.MustCompile(`section (\[\w+\])`).FindStringSubmatch(text)
	if section == nil || !strings.Contains(config.Template(nil), "\n"+section[1]+"\n") {
		t.Errorf("%q names %v, which the settings do not have", text, section)
	}
}

// The start page leads whoever begins, and shows the board once somebody is invited.
func TestTheOfficesStart(t *testing.T) {
	e := enrol(t)
	v := &visitor{e, e.staff(identity.Coordinator)}
	p := v.get("/")
	if text := p.Text(t, "main"); !strings.Contains(text, "First steps") || !strings.Contains(text, "No mail server is named") || strings.Contains(text, "Invite those who work with you") || len(p.All(t, "[aria-current=step]")) != 1 {
		t.Errorf("a coordinator begins with %q", text)
	}
	owner := &visitor{e, e.staff(identity.Owner)}
	if text := owner.get("/").Text(t, "main"); !strings.Contains(text, "Invite those who work with you") {
		t.Errorf("an owner begins with %q", text)
	}
	if p := v.do(webtest.Scenario{Path: "/mail/test", Form: url.Values{}}); p.Status != http.StatusConflict {
		t.Errorf("a test mail without a server: %d", p.Status)
	}
	for _, role := range []identity.Role{identity.Statistician, identity.Leadership, identity.Finance} {
		webtest.Run(t, e.handler, []webtest.Scenario{{Name: string(role), Path: "/", Cookie: e.staff(role), Never: []string{"First steps", "/people", "/roster"}}})
	}
	code := e.enrolled()
	v.cookies = e.staff(identity.Coordinator)
	p = v.get("/")
	text := p.Text(t, "main")
	for _, want := range []string{"Progress", "Invited 6", "Came through the link", "Randomized", "138 places left", "under 1 day"} {
		if !strings.Contains(text, want) {
			t.Errorf("the board does not say %q: %q", want, text)
		}
	}
	for _, never := range []string{"Dr. Person", "hospital.example", "More time.", "pfi16", "burnout score"} {
		if strings.Contains(p.Body, never) {
			t.Errorf("the board tells %q", never)
		}
	}
	e.at("2021-08-12 12:00")
	v.cookies = e.staff(identity.Coordinator)
	if p := v.get("/"); len(p.All(t, "a[href='/people?hold=no-coach']")) != 1 {
		t.Errorf("nobody is held up: %q", p.Text(t, "main"))
	}
	if text := v.get("/people?hold=no-coach").Text(t, ".people-lines"); !strings.Contains(text, string(code)) {
		t.Errorf("held up: %q", text)
	}
}
