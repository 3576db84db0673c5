package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// Two people send their last page at the same moment for the last place: one has it, the other waits, and each is told so.
func TestTwoRaceForTheLastPlace(t *testing.T) {
	storetest.EachPlace(t, raceForTheLastPlace)
}

func raceForTheLastPlace(t *testing.T, where store.Options) {
	e := enrolAt(t, where, func(p *study.Protocol) { p.Enrolment.Cap, p.Enrolment.Goal = 1, 1 })
	codes, links := e.invite(2)
	people := []*visitor{e.come(links[0]), e.come(links[1])}
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4"}
	for _, v := range people {
		v.send("/me/consent", signature, "/me/survey/baseline/demographics")
		for i, id := range forms {
			v.send("/me/survey/baseline/"+id, filled(t, id), "/me/survey/baseline/"+append(forms, "qol_vas")[i+1])
		}
	}
	var race sync.WaitGroup
	for _, v := range people {
		for range 3 { // and each taps three times
			form, cookies := filled(t, "qol_vas"), maps.Clone(v.cookies)
			race.Go(func() {
				if p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/me/survey/baseline/qol_vas", Form: form, Cookie: cookies}); p.Status != http.StatusSeeOther {
					t.Errorf("status %d", p.Status)
				}
			})
		}
	}
	race.Wait()
	got := map[participant.Status]int{}
	for i, code := range codes {
		r := e.record(code)
		got[r.Status]++
		told := people[i].get("/me/group").Text(t, "main")
		if waits := r.Status == participant.Waiting; waits != (len(told) > 0 && strings.Contains(told, "You are on the waiting list")) {
			t.Errorf("%s is %s and told %q", code, r.Status, told)
		}
	}
	if got[participant.Randomized] != 1 || got[participant.Waiting] != 1 {
		t.Errorf("one place: %v", got)
	}
}

// The signature is there once, however often and from wherever it is sent, also where the reply never arrived.
func TestSignatureIsThereOnce(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	var race sync.WaitGroup
	for range 4 {
		cookies := maps.Clone(v.cookies)
		race.Go(func() {
			webtest.Do(t, e.handler, webtest.Scenario{Path: "/me/consent", Form: signature, Cookie: cookies})
		})
	}
	race.Wait()
	paper := v.get("/me/consent.pdf").Body
	v.send("/me/consent", signature, "/me/survey/baseline/demographics") // the reply was lost: sent once more
	if again := v.get("/me/consent.pdf").Body; again != paper {
		t.Error("sent again, the paper is another")
	}
	copies := 0
	for _, m := range e.outbox(codes[0]) {
		if m.Kind == "consent-copy" {
			copies++
		}
	}
	if copies != 1 {
		t.Errorf("%d copies were mailed", copies)
	}
}

// Links that were cut, lengthened, guessed, spelled otherwise or ended open nothing and tell nothing; one that is used again opens again.
func TestDeadLinks(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(2)
	good := links[0]
	for name, path := range map[string]string{"cut": good[:len(good)-1], "lengthened": good + "a", "in capitals": "/p/" + strings.ToUpper(good[3:]), "a digit that is none": good[:len(good)-1] + "1", "with a line end": good + "%0A", "empty": "/p/x"} {
		for _, form := range []url.Values{nil, {}} {
			p := webtest.Do(t, e.handler, webtest.Scenario{Path: path, Form: form})
			if p.Status != http.StatusNotFound || strings.Contains(p.Body, string(codes[0])) || strings.Contains(p.Body, "Person") || len((&http.Response{Header: p.Header}).Cookies()) != 0 {
				t.Errorf("%s: status %d", name, p.Status)
			}
		}
	}
	v := e.come(good)
	e.come(good)
	succeed(t, e.EndLinks(t.Context(), office, codes[0]))
	if p := webtest.Do(t, e.handler, webtest.Scenario{Path: good, Form: url.Values{}}); p.Status != http.StatusNotFound {
		t.Errorf("a link that was ended: %d", p.Status)
	}
	if p := v.do(webtest.Scenario{Path: "/me"}); p.Status != http.StatusForbidden {
		t.Errorf("a browser whose link was ended: %d", p.Status)
	}
	e.come(links[1]) // other people's stay
}
