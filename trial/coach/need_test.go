package coach_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

func TestNeed(t *testing.T) {
	p := coach.Profile{Languages: []string{"English", "Español"}, Modes: []string{"phone"}, Topics: []string{"workload", "meaning"}}
	for name, c := range map[string]struct {
		need   coach.Need
		meets  bool
		shared int
	}{
		"nothing":              {coach.Need{}, true, 0},
		"a language":           {coach.Need{Language: " español "}, true, 0},
		"another language":     {coach.Need{Language: "Français"}, false, 0},
		"a way of meeting":     {coach.Need{Mode: "phone"}, true, 0},
		"another way":          {coach.Need{Mode: "video"}, false, 0},
		"topics exclude none":  {coach.Need{Topics: []string{"leadership"}}, true, 0},
		"topics that are met":  {coach.Need{Topics: []string{"meaning", "golf", "workload"}}, true, 2},
		"topics and the wrong": {coach.Need{Topics: []string{"meaning"}, Mode: "video"}, false, 1},
	} {
		if c.need.Meets(p) != c.meets || c.need.Shared(p) != c.shared {
			t.Errorf("%s: %v, %d shared", name, c.need.Meets(p), c.need.Shared(p))
		}
	}
}

// Over many participants each of n coaches comes first equally often: within six standard errors of 1/n.
func TestEveryCoachHasTheSameChanceOfBeingFirst(t *testing.T) {
	const viewers = 1200
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "coaches")
		seed := rapid.Uint64().Draw(t, "seed")
		codes := make([]coach.Code, n)
		for i := range codes {
			codes[i] = coach.Code(fmt.Sprintf("C%x%d", seed, i))
		}
		first := make([]int, n)
		for v := range viewers {
			viewer := participant.Code(fmt.Sprintf("%d.%x", v, seed))
			best := 0
			for i := range codes {
				if coach.Turn(viewer, codes[i]) < coach.Turn(viewer, codes[best]) {
					best = i
				}
			}
			first[best]++
		}
		share := 1 / float64(n)
		for i, times := range first {
			got := float64(times) / viewers
			if d := got - share; d*d > 36*share*(1-share)/viewers {
				t.Fatalf("coach %d of %d comes first for %.3f of the participants", i, n, got)
			}
		}
	})
}

// The same language is the same however a coach or a page writes it; a name that nobody knows is itself.
func TestLanguage(t *testing.T) {
	for name, want := range map[string]string{"Spanish": "es", " español": "es", "Castellano": "es", "es": "es", "PORTUGUÊS": "pt", "Cantonese": "yue", "Klingon ": "klingon", "": ""} {
		if got := coach.Language(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	p := coach.Profile{Languages: []string{"Spanish", "Klingon"}}
	for language, want := range map[string]bool{"es": true, "Español": true, "klingon": true, "en": false} {
		if (coach.Need{Language: language}).Meets(p) != want {
			t.Errorf("%q: %v", language, !want)
		}
	}
}
