package web_test

import (
	"net/http"
	"strings"
	"testing"

	"rekindle/trial/coach"
	"rekindle/web/webtest"
)

// choosing is somebody who may choose among n coaches, each of whom has said all that a profile has room for.
func choosing(tb testing.TB, n int) (*enrolling, webtest.Scenario) {
	tb.Helper()
	e := enrol(tb)
	codes := e.coachesFor(n)
	visitor, _, _, _ := e.allocated()
	full := coach.Profile{Biography: strings.Repeat("I listen for what is not said. ", 129), Voice: strings.Repeat("Come as you are. ", 35), Strengths: strings.Repeat("Charting at night. ", 31), Languages: []string{"English", "Español", "Português"}, Pronouns: "she/her", Topics: e.themes()}
	for _, code := range codes {
		succeed(tb, e.SetProfile(tb.Context(), office, code, full))
	}
	return e, webtest.Scenario{Path: "/me/coach", Cookie: visitor.cookies}
}

// themes gives the codes of the protocol's themes.
func (e *enrolling) themes() (codes []string) {
	e.Helper()
	all, err := e.Themes()
	succeed(e, err)
	for _, t := range all {
		codes = append(codes, t.Code)
	}
	return codes
}

// mostBytes is how large a page may be, without headshots.
const mostBytes = 100_000

func TestChoosingAmongSixtyCoaches(t *testing.T) {
	e, s := choosing(t, 60)
	for _, path := range []string{"/me/coach", "/me/coach?topic=" + strings.Join(e.themes(), "&topic="), "/me/coach?topic=self_care&part=morning", "/me/coach?lang=es"} {
		s.Path = path
		p := webtest.Do(t, e.handler, s)
		if n := len(p.All(t, ".coaching-cards > li")); p.Status != http.StatusOK || n == 0 {
			t.Fatalf("%s: %d, %d coaches", path, p.Status, n)
		}
		if len(p.Body) > mostBytes {
			t.Errorf("%s has %d bytes", path, len(p.Body))
		}
	}
}

// BenchmarkCoachList measures the page on which a participant chooses among 60 coaches, each with the next three free times, as it is served.
func BenchmarkCoachList(b *testing.B) {
	e, s := choosing(b, 60)
	size := 0
	for b.Loop() {
		p := webtest.Do(b, e.handler, s)
		if p.Status != http.StatusOK {
			b.Fatal(p.Status)
		}
		size = len(p.Body)
	}
	b.ReportMetric(float64(size), "bytes")
}
