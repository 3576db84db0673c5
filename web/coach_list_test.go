package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/coach"
	"rekindle/web/webtest"
)

// What a coach has from lists is read in the language of the page; what nobody knows is read as the coach wrote it.
func TestACoachInTheLanguageOfThePage(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	succeed(t, e.SetProfile(t.Context(), office, k, coach.Profile{Languages: []string{"English", " español", "Castellano", "Klingon"}, Topics: []string{"workload"}, Modes: []string{"phone"}}))
	v, _, _, _ := e.allocated()
	for lang, want := range map[string][]string{"en": {"English", "Spanish", "Klingon", "Phone", "workload"}, "es": {"Inglés", "Español", "Klingon", "Teléfono", "carga de trabajo"}} {
		for _, path := range []string{"/me/coach?lang=" + lang, "/me/coach/" + string(k) + "?lang=" + lang} {
			text := v.get(path).Text(t, "main")
			for _, word := range want {
				if !strings.Contains(text, word) {
					t.Errorf("%s lacks %q: %s", path, word, text)
				}
			}
			if strings.Contains(text, "astellano") || lang == "es" && (strings.Contains(text, "English") || strings.Contains(text, "Spanish")) {
				t.Errorf("%s: %s", path, text)
			}
		}
	}
	for _, language := range []string{"es", "Espa%C3%B1ol", "spanish", "klingon"} {
		p := v.get("/me/coach?language=" + language)
		if len(p.All(t, ".coaching-cards > li")) != 1 || len(p.All(t, "#language option[selected]")) != 1 {
			t.Errorf("nobody speaks %s: %s", language, p.Text(t, "main"))
		}
	}
}

// Every language that is known by its names is named on pages of every language.
func TestEveryLanguageOfCoachesHasItsName(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	v, _, _, _ := e.allocated()
	for all := coach.Languages(); len(all) > 0; all = all[min(len(all), 20):] {
		some := all[:min(len(all), 20)]
		succeed(t, e.SetProfile(t.Context(), office, k, coach.Profile{Languages: some}))
		for _, lang := range []string{"en", "es"} {
			for _, option := range v.get("/me/coach?lang="+lang).All(t, "#language option[value]") {
				code, name := webtest.Attribute(option, "value"), webtest.Text(option)
				if code != "" && (name == code || coach.Language(name) != code) {
					t.Errorf("%s is %q in %s", code, name, lang)
				}
			}
		}
	}
}

// A list of many coaches is read page by page, in the one order that need and turn give: nobody is twice on it and nobody missing, no page is
// heavy, and what was looked for goes along.
func TestCoachesPageByPage(t *testing.T) {
	e := enrol(t)
	e.coachesFor(70) // of two languages and three topics
	v, _, code, _ := e.allocated()
	s := webtest.Scenario{Cookie: v.cookies}
	for query, wanted := range map[string]conduct.Wanted{"": {}, "?topic=meaning&topic=leadership&mode=video": {Need: coach.Need{Topics: []string{"meaning", "leadership"}, Mode: "video"}}} {
		var order []string
		offers, err := e.CoachesFor(t.Context(), identity.AsParticipant(code), code, wanted)
		succeed(t, err)
		for _, o := range offers {
			order = append(order, "/me/coach/"+string(o.Code))
		}
		var seen []string
		pages := 0
		for path := "/me/coach" + query; path != ""; pages++ {
			s.Path = path
			p := webtest.Do(t, e.handler, s)
			if p.Status != http.StatusOK || len(p.Body) > mostBytes {
				t.Fatalf("%s: %d, %d bytes", path, p.Status, len(p.Body))
			}
			if n := len(p.All(t, ".coaching-cards button.first")); n != 0 {
				t.Errorf("%d coaches call for the same finger", n)
			}
			if checked := len(p.All(t, "input[name=topic][checked]")); query != "" && checked != 2 {
				t.Errorf("%s has forgotten what is looked for: %d topics", path, checked)
			}
			for _, form := range p.All(t, ".coaching-cards form") {
				seen = append(seen, webtest.Attribute(form, "action"))
			}
			path = ""
			for _, next := range p.All(t, "nav.pager a[rel=next]") {
				path = webtest.Attribute(next, "href")
			}
		}
		if pages != 3 || len(seen) != 70 || !slices.Equal(seen, order) {
			t.Errorf("%d pages, %d coaches, in the order of the list: %v", pages, len(seen), slices.Equal(seen, order))
		}
	}
	s.Path = "/me/coach?page=9" // the last there is: coaches may have been taken meanwhile
	if p := webtest.Do(t, e.handler, s); p.Status != http.StatusOK || len(p.All(t, ".coaching-cards > li")) != 70-2*24 {
		t.Errorf("a page past the end: %d", p.Status)
	}
	s.Path, s.Form = "/me/coach/nobody", url.Values{}
	if p := webtest.Do(t, e.handler, s); p.Status != http.StatusConflict || webtest.Attribute(p.All(t, "nav.pager a[rel=next]")[0], "href") != "/me/coach?page=2" {
		t.Errorf("a coach who has been lost: %d", p.Status)
	}
}

// From each page of theirs whoever is coached reaches coach, sessions and plan; to anybody else nothing of it is there.
func TestCoachingInTheMenu(t *testing.T) {
	e := enrol(t)
	k := e.coachesFor(1)[0]
	coached, control, _, code := e.allocated()
	ways := func(v *visitor, path string) (all []string) {
		p := v.do(webtest.Scenario{Path: path})
		for _, a := range p.All(t, ".rk-menu a") {
			if href := webtest.Attribute(a, "href"); strings.Contains(href, "coach") || strings.Contains(href, "sessions") || strings.Contains(href, "plan") {
				all = append(all, href)
			}
		}
		if len(all) == 0 && strings.Contains(strings.ToLower(p.Text(t, ".rk-menu")), "coach") {
			t.Errorf("the menu of %s speaks of coaches: %s", path, p.Text(t, ".rk-menu"))
		}
		return all
	}
	pages := []string{"/me", "/me/access", "/me/answers", "/me/withdraw", "/me/consent", "/me/nowhere", "/me?lang=es"}
	for _, path := range pages {
		if got := ways(coached, path); !slices.Equal(got, []string{"/me/coach", "/me/sessions", "/me/plan"}) {
			t.Errorf("%s, coached: %v", path, got)
		}
		if got := ways(control, path); len(got) != 0 {
			t.Errorf("%s, control: %v", path, got)
		}
	}
	coached.send("/me/coach/"+string(k), url.Values{}, "/me/sessions/plan")
	if got := ways(coached, "/me"); !slices.Equal(got, []string{"/me/sessions#coach", "/me/sessions", "/me/plan"}) {
		t.Errorf("with a coach: %v", got)
	}
	if len(coached.get("/me/sessions").All(t, "#coach")) != 1 {
		t.Error("the menu leads to a coach who is not on the page")
	}
	succeed(t, e.Unlock(t.Context(), office, code, "for the test"))
	if got := ways(control, "/me"); len(got) != 3 {
		t.Errorf("a control to whom coaching is open: %v", got)
	}
}
