package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// branched asks two characteristics only of some.
func branched(p *study.Protocol) {
	p.Branching = []study.Branching{
		{Item: "demographics.years_in_practice", Show: "[age_group] <> 'under_31' and [age_group] <> ''"},
		{Item: "demographics.caregiving", Show: "[race_ethnicity(asian)] = '1' or [years_in_practice] >= 20"},
	}
}

const demographics = "/me/survey/baseline/demographics"

// stored gives what is saved of a form.
func (e *enrolling) stored(code participant.Code, visit, form string) (f store.FormOf) {
	e.Helper()
	succeed(e, e.Store.Read(e.Context(), func(tx *store.Tx) (err error) { f, err = tx.Form(e.Context(), code, visit, form); return err }))
	return f
}

// signed is somebody who has signed and stands before the first form.
func signed(t *testing.T, change ...func(*study.Protocol)) (*visitor, participant.Code) {
	t.Helper()
	e := enrol(t, change...)
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.send("/me/consent", signature, demographics)
	return v, codes[0]
}

// Without a script the next page asks what follows; what no longer applies is taken out once the person has been told.
func TestQuestionsThatFollow(t *testing.T) {
	v, code := signed(t, branched)
	p := v.get(demographics)
	for _, id := range []string{"years_in_practice", "caregiving"} {
		if len(p.All(t, "#q-"+id+"[hidden]")) != 1 {
			t.Errorf("%s is asked before what it depends on", id)
		}
	}
	shown := func() string {
		for _, field := range p.All(t, "form input[name=shown]") {
			return webtest.Attribute(field, "value")
		}
		return ""
	}
	form := filled(t, "demographics") // 31 to 40 years old
	form["race_ethnicity"] = []string{"white"}
	form.Del("years_in_practice")
	form.Del("caregiving")
	form.Set("shown", shown())
	form.Set("go", "blank")
	if p = v.do(webtest.Scenario{Path: demographics, Form: form}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "there is more to ask") ||
		len(p.All(t, "#q-years_in_practice:not([hidden])")) != 1 || len(p.All(t, "#q-caregiving[hidden]")) != 1 {
		t.Fatalf("what follows is not asked: %d %s", p.Status, p.Text(t, "main"))
	}
	form.Set("years_in_practice", "25")
	form.Set("shown", shown())
	if p = v.do(webtest.Scenario{Path: demographics, Form: form}); len(p.All(t, "#q-caregiving:not([hidden])")) != 1 {
		t.Fatal("what follows from what follows is not asked")
	}
	form.Set("caregiving", "yes")
	form.Set("age_group", "under_31")
	form.Set("shown", shown())
	p = v.do(webtest.Scenario{Path: demographics, Form: form})
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), "no longer apply") || len(p.All(t, "form input[name=drop]")) != 2 {
		t.Fatalf("nothing is told of answers that no longer apply: %d %s", p.Status, p.Text(t, "main"))
	}
	if f := v.stored(code, "baseline", "demographics"); f.Submitted != nil || f.Answers["years_in_practice"] != "25" {
		t.Errorf("before it is told the answers are %v", f.Answers)
	}
	form["drop"] = []string{"years_in_practice", "caregiving"}
	v.send(demographics, form, "/me/survey/baseline/pfi16")
	f := v.stored(code, "baseline", "demographics")
	if _, kept := f.Answers["years_in_practice"]; kept || f.Submitted == nil || f.Answers["caregiving"] != instrument.Blank {
		t.Errorf("what no longer applies is kept: %v", f.Answers)
	}
	if f.Answers["age_group"] != "under_31" {
		t.Errorf("what applies is lost: %v", f.Answers)
	}
}

func TestParticipantsCorrect(t *testing.T) {
	v, code := signed(t, branched)
	const correct = "/me/correct/baseline/demographics"
	webtest.Run(t, v.handler, []webtest.Scenario{{Name: "before it is sent", Path: correct, Cookie: v.cookies, Status: http.StatusConflict},
		{Name: "a visitor", Path: correct, Status: http.StatusForbidden},
		{Name: "staff", Path: correct, Cookie: v.staff(identity.Coordinator), Status: http.StatusNotFound},
		{Name: "a form that is none", Path: "/me/correct/baseline/none", Cookie: v.cookies, Status: http.StatusNotFound}})
	form := filled(t, "demographics")
	form["race_ethnicity"] = []string{"asian"}
	v.send(demographics, form, "/me/survey/baseline/pfi16")
	if p := v.get(demographics); len(p.All(t, `a[href="`+correct+`"]`)) != 1 {
		t.Error("no way to correct an answer")
	}
	if p := v.get(correct); !strings.Contains(p.Text(t, "main"), "31-40") || len(p.All(t, `a[href="?item=age_group"]`)) != 1 {
		t.Errorf("the answers are %s", p.Text(t, "main"))
	}
	if p := v.get(correct + "?item=age_group"); len(p.All(t, "input[name=age_group][value='31_40'][checked]")) != 1 {
		t.Error("the answer is not shown as it is")
	}
	try := func(change url.Values, sees string) {
		t.Helper()
		change.Set("item", "age_group")
		if p := v.do(webtest.Scenario{Path: correct, Form: change}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(t, "main"), sees) {
			t.Errorf("%v: %d %s", change, p.Status, p.Text(t, "main"))
		}
	}
	try(url.Values{"age_group": {"41_50"}}, "why the answer changes")
	try(url.Values{"age_group": {"41_50"}, "reason": {"  "}}, "why the answer changes")
	try(url.Values{"age_group": {"31_40"}, "reason": {"mis-tapped"}}, "the answer that you gave")
	try(url.Values{"age_group": {"robot"}, "reason": {"mis-tapped"}}, "choose one of the answers")
	try(url.Values{"age_group": {"under_31"}, "reason": {"mis-tapped"}}, "no longer apply") // years in practice depend on it
	v.send(correct, url.Values{"item": {"age_group"}, "age_group": {"under_31"}, "reason": {"mis-tapped"}, "drop": {"years_in_practice"}}, demographics)
	text := v.get(demographics).Text(t, "main")
	for _, want := range []string{"Corrected", "31-40 → <31", "7 → no answer", "mis-tapped"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if f := v.stored(code, "baseline", "demographics"); f.Answers["age_group"] != "under_31" || f.Answers["years_in_practice"] != instrument.Blank {
		t.Errorf("corrected to %v", f.Answers)
	}
	if p := v.do(webtest.Scenario{Path: correct, Form: url.Values{"item": {"gender"}, "reason": {"r"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a stratum is corrected to nothing: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: correct, Form: url.Values{"item": {"unknown"}, "reason": {"r"}}}); p.Status != http.StatusNotFound {
		t.Errorf("an item that is none: %d", p.Status)
	}
}

// A dead link says so in the reader's language and leads to a new one; what it answers does not tell who is on the roster.
func TestANewLinkCanBeAskedFor(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	dead := "/p/" + strings.Repeat("a", 26)
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "dead", Path: dead, Status: http.StatusNotFound, Has: []string{`main a[href="/p/new"]`}},
		{Name: "dead, in Spanish", Path: dead + "?lang=es", Status: http.StatusNotFound, Sees: []string{"Aquí no hay nada", "no abre nada"}, Never: []string{"does not open"}, Has: []string{"html[lang=es]"}},
		{Name: "closed, in Spanish", Path: "/me?lang=es", Status: http.StatusForbidden, Sees: []string{"se abre con su enlace personal"}, Has: []string{`main a[href="/p/new"]`}},
		{Name: "the form", Path: "/p/new", Sees: []string{"A new personal link"}, Has: []string{"label[for=email]", "#help"}},
		{Name: "no address", Path: "/p/new", Form: url.Values{"email": {"Jordan"}}, Status: http.StatusUnprocessableEntity, Has: []string{"input[name=email][value=Jordan]", "#email-trouble"}},
	})
	ask := func(email string) *webtest.Page {
		return webtest.Do(t, e.handler, webtest.Scenario{Path: "/p/new", Form: url.Values{"email": {email}}})
	}
	known, unknown := ask("P0@hospital.example "), ask("nobody@hospital.example")
	if known.Status != http.StatusSeeOther || unknown.Status != known.Status || known.Header.Get("Location") != "/p/new?done" || unknown.Header.Get("Location") != "/p/new?done" {
		t.Errorf("the answers differ: %d and %d", known.Status, unknown.Status)
	}
	fresh := e.link(codes[0])
	if fresh == links[0] {
		t.Fatal("no new link was mailed")
	}
	e.come(fresh)
	for range 20 {
		if p := ask("nobody@hospital.example"); p.Status == http.StatusTooManyRequests {
			if !strings.Contains(p.Text(t, "main"), "wait a few minutes") {
				t.Error(p.Text(t, "main"))
			}
			return
		}
	}
	t.Error("links can be asked for without end")
}
