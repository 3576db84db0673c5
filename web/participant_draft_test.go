package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekindle/platform/store"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// drafted sends a draft as the page's script does, and gives what the server replies.
func (v *visitor) drafted(form url.Values) map[string]any {
	v.Helper()
	form.Set("go", "draft")
	p := v.do(webtest.Scenario{Path: demographics, Form: form})
	if p.Status != http.StatusOK {
		v.Fatalf("a draft: status %d: %s", p.Status, p.Body)
	}
	told := map[string]any{}
	succeed(v, json.Unmarshal([]byte(p.Body), &told))
	return told
}

// window gives what a page says of the window that it is open in.
func (v *visitor) window(p *webtest.Page) url.Values {
	v.Helper()
	form := url.Values{}
	for _, name := range []string{"window", "since"} {
		for _, field := range p.All(v, "form input[name="+name+"]") {
			form.Set(name, webtest.Attribute(field, "value"))
		}
	}
	if len(form) != 2 {
		v.Fatal("the page does not say in which window it is")
	}
	return form
}

// acts counts the events of a kind about somebody.
func (e *enrolling) acts(code participant.Code, verb string) (n int) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) error {
		events, err := tx.Events(e.Context(), string(code), 0, 1000)
		for _, event := range events {
			if event.Verb == verb {
				n++
			}
		}
		return err
	}))
	return n
}

func TestDraftsAreKeptAndNeverSubmit(t *testing.T) {
	v, code := signed(t)
	p := v.get(demographics)
	if policy := p.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self'") || strings.Contains(v.get("/me").Header.Get("Content-Security-Policy"), "connect-src") {
		t.Error("only the page that saves may connect")
	}
	form := v.window(p)
	form.Set("gender", "woman")
	form.Set("years_in_practice", "seventy")
	v.pass(90 * time.Second)
	if told := v.drafted(form); told["saved"] == nil || told["other"] != nil || told["sent"] != nil {
		t.Errorf("the page is told %v", told)
	}
	f := v.stored(code, "baseline", "demographics")
	if f.Answers["gender"] != "woman" || f.Answers["years_in_practice"] != "" || f.Submitted != nil || f.Seconds != 90 || f.ShownAt == nil {
		t.Errorf("saved %+v", f)
	}
	before := v.acts(code, "assessment.answer")
	v.drafted(form) // the same again is no event
	if v.acts(code, "assessment.answer") != before {
		t.Error("a draft without a change is an event")
	}
	v.pass(2 * time.Hour) // the phone was closed
	form.Set("gender", "man")
	v.drafted(form)
	if f = v.stored(code, "baseline", "demographics"); f.Seconds != 90+1800 {
		t.Errorf("%d seconds on the page: a pause counts for half an hour", f.Seconds)
	}
	if p := v.get(demographics); len(p.All(t, "input[name=gender][value=man][checked]")) != 1 {
		t.Error("resuming does not show what was typed last")
	}
	shown := *f.ShownAt
	all := filled(t, "demographics")
	v.send(demographics, all, "/me/survey/baseline/pfi16")
	submitted := v.stored(code, "baseline", "demographics")
	form.Set("gender", "nonbinary")
	if told := v.drafted(form); told["sent"] != true {
		t.Errorf("a draft after submission: %v", told)
	}
	if f = v.stored(code, "baseline", "demographics"); f.Answers["gender"] != submitted.Answers["gender"] || !f.ShownAt.Equal(shown) {
		t.Error("a draft changes what was submitted")
	}
	visitor := webtest.Do(t, v.handler, webtest.Scenario{Path: demographics, Form: form})
	if visitor.Status != http.StatusForbidden {
		t.Errorf("a draft of nobody: %d", visitor.Status)
	}
}

// Of two windows the one that saves last wins, and is told so, once.
func TestTwoWindows(t *testing.T) {
	v, code := signed(t)
	one, two := v.window(v.get(demographics)), v.window(v.get(demographics))
	v.pass(time.Minute)
	one.Set("gender", "woman")
	v.drafted(one)
	v.pass(time.Minute)
	two.Set("gender", "man")
	if told := v.drafted(two); told["other"] != true {
		t.Errorf("the second window is told %v", told)
	}
	if f := v.stored(code, "baseline", "demographics"); f.Answers["gender"] != "man" {
		t.Errorf("the last does not win: %v", f.Answers)
	}
	two.Set("age_group", "31_40")
	if told := v.drafted(two); told["other"] != nil {
		t.Errorf("the second window is told again: %v", told)
	}
	v.pass(time.Minute)
	all := filled(t, "demographics") // by the first, which still believes in its own
	all.Set("window", one.Get("window"))
	all.Set("since", one.Get("since"))
	p := v.do(webtest.Scenario{Path: demographics, Form: all})
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "in another window") || v.stored(code, "baseline", "demographics").Submitted != nil {
		t.Fatalf("a window that does not know of the other sends at once: %d", p.Status)
	}
	again := v.window(p)
	if again.Get("window") != one.Get("window") {
		t.Error("the window has another name")
	}
	all.Set("since", again.Get("since"))
	v.send(demographics, all, "/me/survey/baseline/pfi16")
	if f := v.stored(code, "baseline", "demographics"); string(f.Answers["gender"]) != all.Get("gender") {
		t.Errorf("sent %v", f.Answers)
	}
}

// A page whose clock lies, or whose server's clock was set back, is saved all the same.
func TestTheClockJumps(t *testing.T) {
	v, code := signed(t)
	form := v.window(v.get(demographics))
	form.Set("gender", "woman")
	v.pass(-3 * time.Hour) // set back, to before the page was made
	v.drafted(form)
	if f := v.stored(code, "baseline", "demographics"); f.Answers["gender"] != "woman" || f.Seconds != 0 || f.ShownAt != nil {
		t.Errorf("shown in time to come: %+v", f)
	}
	for i, since := range []string{"-5", "0", "99999999999999999999", "soon", strconv.FormatInt(1<<62, 10)} {
		form.Set("since", since)
		form.Set("gender", []string{"man", "woman"}[i%2])
		v.drafted(form)
	}
	if f := v.stored(code, "baseline", "demographics"); f.Answers["gender"] != "man" || f.Seconds != 0 {
		t.Errorf("forged times: %+v", f)
	}
}

// The server is gone between saving and replying: the answers are there, and sending again changes nothing.
func TestTheConnectionIsCutBeforeTheReply(t *testing.T) {
	v, code := signed(t)
	cut := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !cut {
			v.handler.ServeHTTP(w, r)
			return
		}
		v.handler.ServeHTTP(httptest.NewRecorder(), r) // all of it is done, and nobody hears of it
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	post := func(path string, form url.Values) (status int, err error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(form.Encode()))
		succeed(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range v.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		reply, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		defer reply.Body.Close()
		return reply.StatusCode, nil
	}
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"}
	for i, id := range forms {
		path := "/me/survey/baseline/" + id
		cut = true
		if _, err := post(path, filled(t, id)); err == nil {
			t.Fatal("the connection was not cut")
		}
		if v.stored(code, "baseline", id).Submitted == nil {
			t.Fatalf("%s is lost", id)
		}
		answered, drawn := v.acts(code, "assessment.answer"), v.acts(code, "participant.randomize")
		cut = false
		status, err := post(path, filled(t, id))
		succeed(t, err)
		if status != http.StatusSeeOther {
			t.Errorf("%s sent again: %d", id, status)
		}
		if v.acts(code, "assessment.answer") != answered || answered != i+1 || v.acts(code, "participant.randomize") != drawn {
			t.Errorf("%s was done twice", id)
		}
	}
	if n := v.acts(code, "participant.randomize"); n != 1 {
		t.Errorf("drawn %d times", n)
	}
}

// Text of ten megabytes is refused, with nothing saved, by the page and by its script alike.
func TestTenMegabytesAreRefused(t *testing.T) {
	v, code := signed(t)
	form := url.Values{"years_in_practice": {strings.Repeat("7", 10<<20)}, "go": {"next"}}
	for _, what := range []string{"next", "draft"} {
		form.Set("go", what)
		p := v.do(webtest.Scenario{Path: demographics, Form: form})
		if p.Status != http.StatusUnprocessableEntity || len(p.Body) > 100<<10 || !strings.Contains(p.Text(t, "main"), "at most 1024 KB") {
			t.Errorf("%s: %d, %d bytes", what, p.Status, len(p.Body))
		}
	}
	if f := v.stored(code, "baseline", "demographics"); !f.StartedAt.IsZero() {
		t.Error("something was saved")
	}
}
