package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rekindle/platform/store"
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
	if text := p.Text(t, ".mistakes"); p.Status != http.StatusConflict || !strings.Contains(text, "not open when this was sent") || !strings.Contains(text, "12") {
		t.Errorf("status %d: %s", p.Status, text)
	}
	if f := v.stored(codes[0], "baseline", "demographics"); f.Submitted != nil || f.Answers["years_in_practice"] != "" || f.Answers["gender"] != "man" {
		t.Errorf("kept after the end: %+v", f)
	}
}

// A disk that is full takes nothing, and neither takes what somebody has typed: it stands on the page, and goes when there is room.
func TestWhatCannotBeSavedStaysOnThePage(t *testing.T) {
	v, code := signed(t)
	all := filled(t, "demographics")
	room := func(pages string) {
		succeed(t, v.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Do(t.Context(), "PRAGMA max_page_count = "+pages)
			return err
		}))
	}
	room("1")
	full := false
	for range 200 { // until the pages that the file has already are full
		all.Set("gender", map[bool]string{true: "woman", false: "man"}[all.Get("gender") == "man"])
		all.Set("go", "later")
		p := v.do(webtest.Scenario{Path: demographics, Form: all})
		if full = p.Status == http.StatusServiceUnavailable; full {
			if len(p.All(t, "input[name=gender][value="+all.Get("gender")+"][checked]")) != 1 || len(p.All(t, "input[name=years_in_practice][value='7']")) != 1 || !strings.Contains(p.Text(t, "[role=alert]"), "still stand here") {
				t.Errorf("what was typed is gone: %s", p.Text(t, "main"))
			}
			break
		}
	}
	if !full || !strings.Contains(v.logged.String(), "the disk is full") {
		t.Fatal("the file was never full, or the log does not say so")
	}
	room("1000000")
	all.Set("go", "next")
	v.send(demographics, all, "/me/survey/baseline/pfi16")
	if f := v.stored(code, "baseline", "demographics"); f.Submitted == nil || string(f.Answers["gender"]) != all.Get("gender") {
		t.Errorf("kept: %+v", f)
	}
}

// A signature that cannot be saved is none, and says so: what was chosen and typed stays on the page, and signs when there is room.
func TestASignatureThatCannotBeSavedStaysOnThePage(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	room := func(pages string) {
		succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Do(t.Context(), "PRAGMA max_page_count = "+pages)
			return err
		}))
	}
	room("1")
	p := v.do(webtest.Scenario{Path: "/me/consent", Form: signature})
	if p.Status != http.StatusServiceUnavailable || len(p.All(t, `#name[value="`+signature.Get("name")+`"]`)) != 1 || len(p.All(t, "main input[checked]")) != len(signature)-2 || !strings.Contains(p.Text(t, "[role=alert]"), "Nothing is signed yet") {
		t.Errorf("%d: %s", p.Status, p.Text(t, "main"))
	}
	if !strings.Contains(e.logged.String(), "the disk is full") || strings.Contains(e.logged.String(), signature.Get("name")) {
		t.Errorf("the log: %s", e.logged.String())
	}
	if e.record(codes[0]).ConsentedAt != nil {
		t.Error("it is signed")
	}
	room("1000000")
	v.send("/me/consent", signature, "/me/survey/baseline/demographics")
}
