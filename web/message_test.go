package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// listed invites n people without passing the time, so that all of their mail is still to come.
func (e *enrolling) listed(n int) (codes []participant.Code) {
	e.Helper()
	var people []conduct.Person
	for i := range n {
		people = append(people, conduct.Person{Name: fmt.Sprintf("Dr. Person %d", i), Email: fmt.Sprintf("p%d@hospital.example", i), Zone: "America/Los_Angeles"})
	}
	codes, err := e.AddRoster(e.Context(), office, people)
	succeed(e, err)
	_, err = e.Invite(e.Context(), office, nil)
	succeed(e, err)
	return codes
}

// letterOf gives the first planned mail of a message to a person.
func (e *enrolling) letterOf(code participant.Code, message string) conduct.Letter {
	e.Helper()
	all, _, err := e.Letters(e.Context(), office, store.PlanFilter{Participant: code, Message: message, Stage: store.ToCome}, 0, 10)
	succeed(e, err)
	if len(all) == 0 {
		e.Fatalf("%s has no mail %s", code, message)
	}
	return all[0]
}

// From the list to one mail, its change, a stop and a restore, for one and for all, without JavaScript.
func TestMessagesBeforeTheyGo(t *testing.T) {
	e := enrol(t)
	codes := e.listed(3)
	by := e.staff(identity.Coordinator)
	one := e.letterOf(codes[0], "announcement")
	at := fmt.Sprintf("/messages/%d", one.ID)
	plan, mail := "/messages/plan/announcement", "/people/"+string(codes[0])+"/messages"
	long := strings.Repeat("é", 11_000)
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "list", Path: "/messages", Cookie: by, Sees: []string{"The next two weeks", "3 × announcement", "6 messages", "on the day of the opening of enrolment, at 08:00", "from 21:00 to 07:00", "PDT there"}, Never: []string{"Person 0", "hospital.example"}},
		{Name: "nothing on a day", Path: "/messages?from=2021-08-06&until=2021-08-20", Cookie: by, Sees: []string{"No message fits"}},
		{Name: "by code and message", Path: "/messages?person=" + string(codes[1]) + "&message=announcement", Cookie: by, Sees: []string{"2 messages", string(codes[1])}},
		{Name: "what was searched stays", Path: "/messages?person=nobody&from=soon&state=lost&message=what", Cookie: by, Status: http.StatusUnprocessableEntity, Sees: []string{`"soon" is no date`, `"lost" is not a state`, `no message "what"`}, Has: []string{`input[name=person][value=nobody]`, `input[name=from][value=soon]`}},
		{Name: "one", Path: at, Cookie: by, Sees: []string{"[" + string(codes[0]) + "]", "/p/••••••••", "by the reader’s clock"}, Never: []string{"Person 0"}, Has: []string{"textarea[name=body]", "input[name=due]"}},
		{Name: "no such", Path: "/messages/999999", Cookie: by, Status: http.StatusNotFound, Sees: []string{"no planned message 999999"}},
		{Name: "no number", Path: "/messages/one", Cookie: by, Status: http.StatusNotFound},
		{Name: "no such message", Path: "/messages/plan/what", Cookie: by, Status: http.StatusNotFound},
		{Name: "a mistake keeps what was typed", Path: at + "/text", Cookie: by, Form: url.Values{"subject": {"Mine"}, "body": {"{{linc}}"}, "due": {"2021-08-06T10:00"}}, Status: http.StatusUnprocessableEntity,
			Sees: []string{"Did you mean {{link}}"}, Has: []string{`input[name=subject][value=Mine]`, `input[name=due][value="2021-08-06T10:00"]`}},
		{Name: "too long", Path: at + "/text", Cookie: by, Form: url.Values{"subject": {"Mine"}, "body": {long}, "due": {"2021-08-06T10:00"}}, Status: http.StatusUnprocessableEntity, Sees: []string{"At most 20000 bytes"}},
		{Name: "no time", Path: at + "/text", Cookie: by, Form: url.Values{"subject": {"Mine"}, "body": {"{{link}}"}, "due": {"tomorrow"}}, Status: http.StatusUnprocessableEntity, Sees: []string{`"tomorrow" is no time`}},
		{Name: "changed", Path: at + "/text", Cookie: by, Form: url.Values{"subject": {"Mine"}, "body": {"Dear {{name}}: {{link}}"}, "due": {"2021-08-06T02:00"}}, Status: http.StatusSeeOther},
		{Name: "seen", Path: at + "?done=changed", Cookie: by, Sees: []string{"This is what will go", "Mine", "Put off by quiet hours.", "Put off from Aug 6, 2021, 02:00 EDT", "Aug 6, 2021, 10:00 EDT", "07:00 PDT by the reader’s clock"}},
		{Name: "no reason", Path: at + "/stop", Cookie: by, Form: url.Values{"reason": {"hm"}}, Status: http.StatusUnprocessableEntity, Sees: []string{`"hm" is not among the reasons`}},
		{Name: "stopped", Path: at + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[0]}}, Status: http.StatusSeeOther},
		{Name: "twice", Path: at + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[0]}}, Status: http.StatusConflict, Sees: []string{"has been stopped"}},
		{Name: "seen stopped", Path: at, Cookie: by, Sees: []string{"Stopped: it was said in another way"}, Has: []string{"form[action$=restore]"}, Lacks: []string{"textarea"}},
		{Name: "restored", Path: at + "/restore", Cookie: by, Form: url.Values{}, Status: http.StatusSeeOther},
		{Name: "plan", Path: plan, Cookie: by, Sees: []string{"All 6 that are to come", "These are the protocol’s"}},
		{Name: "in Spanish", Path: plan + "?in=es", Cookie: by, Sees: []string{"These are the protocol’s"}, Has: []string{"textarea[lang=es]", "input[name=language][value=es]"}},
		{Name: "a mistake in Spanish", Path: plan + "/text", Cookie: by, Form: url.Values{"language": {"es"}, "subject": {"Todas"}, "body": {"Hola"}}, Status: http.StatusUnprocessableEntity,
			Sees: []string{"Put {{link}} into the text", "Hola"}, Has: []string{"input[name=language][value=es]"}},
		{Name: "all without a link", Path: plan + "/text", Cookie: by, Form: url.Values{"subject": {"All"}, "body": {"Hello"}}, Status: http.StatusUnprocessableEntity, Sees: []string{"Put {{link}} into the text", "Hello"}},
		{Name: "all changed", Path: plan + "/text", Cookie: by, Form: url.Values{"subject": {"All"}, "body": {"Hello {{link}}"}}, Status: http.StatusSeeOther},
		{Name: "all seen", Path: plan, Cookie: by, Sees: []string{"take the place of the protocol’s"}},
		{Name: "moved too far back", Path: plan + "/move", Cookie: by, Form: url.Values{"hours": {"100"}, "side": {"earlier"}}, Status: http.StatusUnprocessableEntity, Sees: []string{"would lie in the past"}, Has: []string{`input[name=hours][value="100"]`}},
		{Name: "no hours", Path: plan + "/move", Cookie: by, Form: url.Values{"hours": {"a day"}, "side": {"later"}}, Status: http.StatusUnprocessableEntity, Sees: []string{"no number of hours"}},
		{Name: "moved", Path: plan + "/move", Cookie: by, Form: url.Values{"hours": {"24"}, "side": {"later"}}, Status: http.StatusSeeOther},
		{Name: "asked first", Path: plan + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[2]}}, Sees: []string{"does not go either"}, Has: []string{"input[name=sure]"}},
		{Name: "all stopped", Path: plan + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[2]}, "sure": {"yes"}}, Status: http.StatusSeeOther},
		{Name: "seen stopped for all", Path: plan, Cookie: by, Sees: []string{"All stopped since", conduct.StopReasons[2], "what is planned from now on"}, Lacks: []string{"form[action$=stop]"}},
		{Name: "stopped on the list", Path: "/messages", Cookie: by, Has: []string{".badge.warn"}},
		{Name: "nothing left", Path: plan + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[2]}}, Status: http.StatusConflict, Sees: []string{"waits for that"}},
		{Name: "all restored", Path: plan + "/restore", Cookie: by, Form: url.Values{}, Status: http.StatusSeeOther},
		{Name: "restored for all", Path: plan, Cookie: by, Lacks: []string{".badge.warn"}, Has: []string{"form[action$=stop]"}},
		{Name: "stopped without a reason", Path: mail + "/stop", Cookie: by, Form: url.Values{}, Status: http.StatusUnprocessableEntity, Sees: []string{"not among the reasons"}, Has: []string{"details[open]"}},
		{Name: "all mail stopped", Path: mail + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[1]}}, Status: http.StatusSeeOther},
		{Name: "seen in the log", Path: mail + "?done=stopped-mail", Cookie: by, Sees: []string{"Nothing goes by itself", "All mail stopped since", "the person has asked for a pause", "Will not go"}, Has: []string{"form[action$=lift]"}, Lacks: []string{"form[action$='messages/stop']"}},
		{Name: "seen on the person", Path: "/people/" + string(codes[0]), Cookie: by, Sees: []string{"All stopped since"}},
		{Name: "stopped twice", Path: mail + "/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[1]}}, Status: http.StatusConflict, Sees: []string{"stopped already"}},
		{Name: "of nobody", Path: "/people/ZZZZ-ZZZZ/messages/stop", Cookie: by, Form: url.Values{"reason": {conduct.StopReasons[1]}}, Status: http.StatusNotFound},
		{Name: "lifted", Path: mail + "/lift", Cookie: by, Form: url.Values{}, Status: http.StatusSeeOther},
		{Name: "lifted twice", Path: mail + "/lift", Cookie: by, Form: url.Values{}, Status: http.StatusConflict, Sees: []string{"is not stopped"}},
		{Name: "the protocol's words", Path: plan + "/text", Cookie: by, Form: url.Values{"subject": {"All"}, "body": {"Hello {{link}}"}, "protocol": {"1"}}, Status: http.StatusSeeOther},
		{Name: "seen again", Path: plan, Cookie: by, Sees: []string{"These are the protocol’s", "All 6"}},
	})
	e.at("2021-08-07 12:00")
	if l, _, err := e.Letters(t.Context(), office, store.PlanFilter{Participant: codes[0], Stage: store.Handed}, 0, 10); err != nil || len(l) != 1 || l[0].Subject != "Mine" {
		t.Errorf("what went: %+v, %v", l, err)
	}
}

// The log of a person has the mail server's own words, and sends again what it has refused.
func TestLogOfMessages(t *testing.T) {
	e := enrol(t)
	codes := e.listed(2)
	e.at("2021-08-05 12:00")
	s := mailtest.New(t)
	s.Rcpt = func(to string) error {
		if to == "p0@hospital.example" {
			return mailtest.Refuse(554, 5, 6, 0, "No")
		}
		return mailtest.Refuse(550, 5, 1, 1, "Unknown")
	}
	to := s.Client()
	defer to.Close()
	_, err := e.Deliver(t.Context(), to)
	succeed(t, err)
	succeed(t, e.OptOut(t.Context(), office, codes[1]))
	by := e.staff(identity.Coordinator)
	of := func(i int) string { return "/people/" + string(codes[i]) + "/messages" }
	p := webtest.Do(t, e.handler, webtest.Scenario{Path: of(0), Cookie: by})
	again := webtest.Attribute(p.All(t, "button[name=message]")[0], "value")
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "refused", Path: of(0), Cookie: by, Sees: []string{"554 5.6.0 No", "Failed", "Takes mail, as far as is known", "America/Los_Angeles"}, Never: []string{"Person 0", "p0@hospital"}},
		{Name: "bounced", Path: of(1), Cookie: by, Sees: []string{"550 5.1.1 Unknown", "Takes no mail", "Wants no more mail"}, Lacks: []string{"button[name=message]"}},
		{Name: "somebody else's", Path: of(1), Cookie: by, Form: url.Values{"message": {again}}, Status: http.StatusNotFound},
		{Name: "no message", Path: of(0), Cookie: by, Form: url.Values{"message": {"x"}}, Status: http.StatusUnprocessableEntity, Sees: []string{`"x" is no message`}},
		{Name: "again", Path: of(0), Cookie: by, Form: url.Values{"message": {again}}, Status: http.StatusSeeOther},
		{Name: "and again", Path: of(0), Cookie: by, Form: url.Values{"message": {again}}, Status: http.StatusConflict, Sees: []string{"has not failed"}},
		{Name: "waits", Path: of(0) + "?done=resent", Cookie: by, Sees: []string{"It goes once more", "With the mail server"}},
		{Name: "no code", Path: "/people/what/messages", Cookie: by, Status: http.StatusNotFound},
		{Name: "nobody", Path: "/people/AAAA-AAAA/messages", Cookie: by, Status: http.StatusNotFound},
	})
	for _, role := range []identity.Role{identity.Statistician, identity.Leadership, identity.Finance} {
		webtest.Run(t, e.handler, []webtest.Scenario{{Name: string(role), Path: of(0), Cookie: e.staff(role), Status: http.StatusForbidden, Never: []string{"554"}}})
	}
}

// wear gives the browser the cookies of somebody who has signed in.
func (l *looker) wear(cookies map[string]string) {
	l.Helper()
	l.Goto("/protocol")
	for name, value := range cookies {
		webtest.Evaluate[string](l.Tab, fmt.Sprintf(`document.cookie = "%s=%s; path=/"`, name, value))
	}
}

// The pages as a coordinator meets them, on a phone and on a desktop.
func TestMessagesInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			e.BaseURL = "http://coaching.example.org"
			codes := e.listed(4)
			succeed(t, e.StopMessage(t.Context(), office, e.letterOf(codes[1], "announcement").ID, conduct.StopReasons[1]))
			one := e.letterOf(codes[0], "announcement")
			succeed(t, e.ChangeMessage(t.Context(), office, one.ID, conduct.NewWords{Subject: "A word to you", Body: one.Message.Body}, one.Due.Add(3*time.Hour)))
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			l.wear(e.staff(identity.Coordinator))
			l.Goto("/messages")
			l.look("messages")
			l.Goto("/messages/plan/announcement")
			l.look("message-plan")
			l.Goto(fmt.Sprintf("/messages/%d", one.ID))
			l.look("message")
			for _, what := range l.Unreached() {
				t.Errorf("message: %s", what)
			}
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("#body").value = "no way in"; return true; })()`)
			l.Follow("form[action$='/text'] button.first")
			l.look("message-mistake")
			if kept := webtest.Evaluate[string](l.Tab, `document.querySelector("#body").value`); kept != "no way in" {
				t.Errorf("after a mistake the text is %q", kept)
			}
			l.Goto("/people/" + string(codes[1]) + "/messages")
			l.look("message-log")
			succeed(t, e.StopMail(t.Context(), office, codes[2], conduct.StopReasons[1]))
			l.Goto("/people/" + string(codes[2]) + "/messages")
			l.look("message-log-stopped")
		})
	}
}
