package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rekindle/web/webtest"
)

// Back, another answer, and sent again: nothing changes, and nobody is left to believe that it did.
func TestAnotherAnswerAfterSending(t *testing.T) {
	v, code := signed(t)
	all := filled(t, "demographics")
	v.send(demographics, all, "/me/survey/baseline/pfi16")
	v.send(demographics, all, "/me/survey/baseline/pfi16") // a second tap
	kept := v.stored(code, "baseline", "demographics").Answers["gender"]
	all.Set("gender", "nonbinary")
	all.Set("years_in_practice", "many")
	for lang, told := range map[string]string{"en": "were not taken", "es": "no se tomaron"} {
		p := v.do(webtest.Scenario{Path: demographics + "?lang=" + lang, Form: all})
		text := p.Text(t, ".mistakes")
		if p.Status != http.StatusConflict || !strings.Contains(text, told) || !strings.Contains(text, "many") {
			t.Errorf("%s: status %d, told: %s", lang, p.Status, text)
		}
		if len(p.All(t, "input[name=gender][value="+string(kept)+"][checked]")) != 1 || len(p.All(t, "a[href='/me/correct/baseline/demographics']")) != 1 {
			t.Errorf("%s: the page does not show what is kept, and where it is corrected", lang)
		}
	}
	if now := v.stored(code, "baseline", "demographics").Answers["gender"]; now != kept {
		t.Errorf("what was sent became %q", now)
	}
}

// A survey that closes while somebody is at it says so, and shows what could not be taken.
func TestSentAfterTheSurveyHasClosed(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	e.come(links[0]).send("/me/consent", signature, demographics)
	e.at("2021-12-01 23:50")
	v := e.come(links[0])
	draft := v.window(v.get(demographics))
	draft.Set("gender", "man")
	v.drafted(draft)
	v.pass(20 * time.Minute)
	draft.Set("go", "next")
	p := v.do(webtest.Scenario{Path: demographics, Form: draft}) // all of it was saved before
	if text := p.Text(t, "main"); p.Status != http.StatusConflict || !strings.Contains(text, "not open now") {
		t.Errorf("status %d: %s", p.Status, text)
	}
	draft.Set("years_in_practice", "12")
	p = v.do(webtest.Scenario{Path: demographics, Form: draft})
	if text := p.Text(t, ".mistakes"); p.Status != http.StatusConflict || !strings.Contains(text, "closed before this was sent") || !strings.Contains(text, "12") {
		t.Errorf("status %d: %s", p.Status, text)
	}
	if f := v.stored(codes[0], "baseline", "demographics"); f.Submitted != nil || f.Answers["years_in_practice"] != "" || f.Answers["gender"] != "man" {
		t.Errorf("kept after the end: %+v", f)
	}
}
