package instrument_test

import (
	"slices"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

// The ids of the instrument research and of the paper's own forms: protocols, answers and vectors rely on them.
func TestRegistryHasEveryInstrument(t *testing.T) {
	want := map[string]int{ // instrument -> items
		"pfi16": 16, "mmbi2": 2, "uwes9": 9, "svs4": 4, "iwpr4": 4, "qol_vas": 1, "miniz1_burnout": 1, "miniz2": 10, "pwbi7": 7,
		"promis_sri8a": 8, "phq2": 2, "itl1": 1, "wli1": 1, "demographics": 11, "fidelity": 5, "themes": 2, "alliance": 4,
	}
	all := instrument.All()
	if len(all) != len(want) {
		t.Errorf("%d instruments, want %d", len(all), len(want))
	}
	scores := map[string]bool{}
	for _, in := range all {
		if len(in.Items) != want[in.ID] {
			t.Errorf("%s has %d items, want %d", in.ID, len(in.Items), want[in.ID])
		}
		for _, s := range in.Scores {
			if scores[s.ID] {
				t.Errorf("two scores %s", s.ID)
			}
			scores[s.ID] = true
		}
		if in.Licence.Holder == "" || in.Licence.Terms == "" || in.Citation == "" {
			t.Errorf("%s: holder, terms or citation missing", in.ID)
		}
	}
	if len(scores) != 25 {
		t.Errorf("%d scores, want the 25 of the research file", len(scores))
	}
}

// Which wording may ship: the instrument research, section 6.3.
func TestLicences(t *testing.T) {
	want := map[string]instrument.WordingRight{
		"qol_vas": instrument.OwnWords, "itl1": instrument.OwnWords, "wli1": instrument.OwnWords, "demographics": instrument.OwnWords,
		"fidelity": instrument.OwnWords, "themes": instrument.OwnWords, "alliance": instrument.OwnWords, "phq2": instrument.WithNotice,
	}
	for _, in := range instrument.All() {
		right := want[in.ID]
		if right == "" {
			right = instrument.Licensed
		}
		if in.Licence.Wording != right {
			t.Errorf("%s: %q, want %q", in.ID, in.Licence.Wording, right)
		}
	}
}

// Only a screen for depression and one for distress make the program show help to the participant.
func TestScreensShowHelp(t *testing.T) {
	var help []string
	for _, in := range instrument.All() {
		for _, s := range in.Scores {
			for _, c := range s.Cutoffs {
				if c.Help {
					help = append(help, in.ID+" "+c.String())
				}
			}
		}
	}
	if got := strings.Join(help, ", "); got != "phq2 >= 3, pwbi7 >= 4" {
		t.Errorf("help is shown at %s", got)
	}
}

func TestThemesAreTheFourteenOfTable4(t *testing.T) {
	themes, ok := find(t, "themes").FindItem("themes")
	if !ok || themes.Scale.Kind != instrument.SelectAll || len(themes.Scale.Allowed()) != 14 {
		t.Fatalf("themes: %+v", themes)
	}
	if label := themes.Scale.Label("self_care"); label != "Engaging in self-care" {
		t.Errorf("self_care is %q", label)
	}
}

func TestScoreFacts(t *testing.T) {
	in := find(t, "pfi16")
	s, ok := in.FindScore("pfi_burnout")
	if !ok {
		t.Fatal("no pfi_burnout")
	}
	if c := s.Cutoff(); c == nil || c.ID != "burnout" || c.String() != ">= 3.325" {
		t.Errorf("recommended cut-off %v", c)
	}
	if s.RangeText() != "0 to 10" || s.HigherMeans != "worse" || s.Decimals != 2 || s.MID.Low != 0.51 {
		t.Errorf("range %s, higher %s, decimals %d, MID %v", s.RangeText(), s.HigherMeans, s.Decimals, s.MID)
	}
	if s, _ := in.FindScore("pfi_we"); s.Cutoff() != nil {
		t.Errorf("work exhaustion has only a crosswalk, not a recommended cut-off")
	}
	if sri, _ := find(t, "promis_sri8a").FindScore("sri_t"); sri.RangeText() != "30 to 79.9" {
		t.Errorf("T score range %s", sri.RangeText())
	}
}

func TestCatalogue(t *testing.T) {
	c := instrument.Catalogue()
	if got := c["demographics"].Items["gender"]; !slices.Equal(got, []string{"woman", "man", "nonbinary", "undisclosed"}) {
		t.Errorf("gender: %v", got)
	}
	if codes, ok := c["demographics"].Items["years_in_practice"]; !ok || len(codes) != 0 {
		t.Errorf("years in practice: %v %v", codes, ok)
	}
	if f := c["svs4"].Scores["svs_total"]; f.HigherMeans != "better" || f.Lowest != 0 || f.Highest != 16 {
		t.Errorf("svs_total: %+v", f)
	}
	if !slices.Contains(c["pfi16"].Cutoffs, "burnout") {
		t.Errorf("pfi16 cut-offs: %v", c["pfi16"].Cutoffs)
	}
}

func TestFindNamesWhatExists(t *testing.T) {
	_, err := instrument.Find("pfi61")
	if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), `"pfi61"`) || !strings.Contains(err.Error(), "pfi16") {
		t.Errorf("%v", err)
	}
}
