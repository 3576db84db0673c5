package assessment_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

func find(t *testing.T, id string) *instrument.Instrument {
	t.Helper()
	in, err := instrument.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var month3 = study.Visit{ID: "month-3", Day: 90, WindowBefore: 7, WindowAfter: 28, Forms: []study.Form{
	{Instrument: "pfi16"}, {Instrument: "itl1", Optional: true}, {Instrument: "fidelity", Arms: []string{"coaching"}, Coached: true},
}}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		arm     string
		coached bool
		want    string
	}{
		{"coaching", true, "pfi16 itl1 fidelity"}, {"coaching", false, "pfi16 itl1"}, {"control", true, "pfi16 itl1"}, {"", false, "pfi16 itl1"},
	} {
		var got []string
		for _, f := range assessment.Forms(month3, c.arm, c.coached) {
			got = append(got, f.Instrument)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("arm %q, coached %v: %v, want %s", c.arm, c.coached, got, c.want)
		}
	}
}

func TestComplete(t *testing.T) {
	asked := assessment.Forms(month3, "coaching", true)
	for _, c := range []struct {
		submitted, open []string
	}{
		{nil, []string{"pfi16", "fidelity"}}, {[]string{"pfi16"}, []string{"fidelity"}}, {[]string{"fidelity", "pfi16"}, nil},
	} {
		complete, open := assessment.Complete(asked, func(id string) bool { return slices.Contains(c.submitted, id) })
		if complete != (len(c.open) == 0) || !slices.Equal(open, c.open) {
			t.Errorf("%v submitted: complete %v, open %v", c.submitted, complete, open)
		}
	}
}

func TestSaveGivesWhatDiffers(t *testing.T) {
	pfi := find(t, "pfi16")
	before := instrument.Answers{"PF1": "3", "PF2": "2"}
	changed, err := assessment.Save(pfi, before, instrument.Answers{"PF1": " 3.0 ", "PF2": "", "WE1": "declined"})
	if err != nil {
		t.Fatal(err)
	}
	if len(changed) != 2 || changed["PF2"] != instrument.Blank || changed["WE1"] != instrument.Declined {
		t.Errorf("changed %v", changed)
	}
	_, err = assessment.Save(pfi, nil, instrument.Answers{"PF1": "9", "XX": "1", "WE2": "1"})
	if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "PF1") || !strings.Contains(err.Error(), "XX") {
		t.Errorf("two wrong answers: %v", err)
	}
}

func TestSavingTwiceChangesNothing(t *testing.T) {
	svs := find(t, "svs4")
	rapid.Check(t, func(t *rapid.T) {
		given := instrument.Answers{}
		for _, item := range svs.Items {
			given[item.ID] = instrument.Answer(rapid.SampledFrom([]string{"", "0", "1", "4", "declined"}).Draw(t, item.ID))
		}
		first, err := assessment.Save(svs, nil, given)
		if err != nil {
			t.Fatal(err)
		}
		again, err := assessment.Save(svs, first, given)
		if err != nil || len(again) != 0 {
			t.Fatalf("saved %v; saving it again changes %v (%v)", first, again, err)
		}
	})
}

func TestSubmitNeedsWhatTheTrialNeeds(t *testing.T) {
	p := study.Protocol{
		Strata:      []study.Stratum{{ID: "gender", Item: "demographics.gender"}, {ID: "medicine", Item: "demographics.medicine"}},
		Eligibility: []study.Criterion{{ID: "age", Item: "demographics.gender", Equals: "x"}, {ID: "roster", Item: "department"}, {ID: "word"}},
	}
	needed := assessment.Needed(p, "demographics")
	if !slices.Equal(needed, []string{"gender", "medicine"}) || assessment.Needed(p, "pfi16") != nil {
		t.Fatalf("needed %v", needed)
	}
	pfi := find(t, "pfi16")
	if err := assessment.Submit(pfi, instrument.Answers{}, nil); err != nil {
		t.Errorf("an instrument without required items may be submitted blank: %v", err)
	}
	err := assessment.Submit(pfi, instrument.Answers{"PF1": "1"}, []string{"PF1", "WE4"})
	if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "WE4") || strings.Contains(err.Error(), "PF1") {
		t.Errorf("one needed item is blank: %v", err)
	}
}

func TestCorrect(t *testing.T) {
	pfi := find(t, "pfi16")
	at := time.Date(2021, 12, 1, 9, 0, 0, 0, time.UTC)
	form := assessment.Form{Visit: "month-3", Instrument: "pfi16", Answers: instrument.Answers{"PF1": "3"}, Submitted: &at}
	c, err := assessment.Correct(pfi, form, assessment.Correction{Item: "PF1", New: "4.0", Reason: " mis-tapped ", By: "coordinator"})
	if err != nil || c.Old != "3" || c.New != "4" || c.Reason != "mis-tapped" || c.Visit != "month-3" || c.Instrument != "pfi16" {
		t.Errorf("%+v, %v", c, err)
	}
	open := form
	open.Submitted = nil
	for name, bad := range map[string]struct {
		form assessment.Form
		c    assessment.Correction
		kind problem.Kind
	}{
		"no reason":     {form, assessment.Correction{Item: "PF1", New: "4", Reason: "  "}, problem.Invalid},
		"long reason":   {form, assessment.Correction{Item: "PF1", New: "4", Reason: strings.Repeat("x", 1001)}, problem.Invalid},
		"no change":     {form, assessment.Correction{Item: "PF1", New: "3", Reason: "r"}, problem.Invalid},
		"unknown item":  {form, assessment.Correction{Item: "XX", New: "3", Reason: "r"}, problem.Invalid},
		"outside codes": {form, assessment.Correction{Item: "PF1", New: "5", Reason: "r"}, problem.Invalid},
		"not submitted": {open, assessment.Correction{Item: "PF1", New: "4", Reason: "r"}, problem.Conflict},
	} {
		if _, err := assessment.Correct(pfi, bad.form, bad.c); !problem.Is(err, bad.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWindow(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	var w assessment.Window
	w.Opens, w.Due, w.Closes = (&study.Protocol{Timezone: zone.String()}).VisitWindow(month3, time.Date(2021, 8, 10, 2, 30, 0, 0, time.UTC))
	if w.Place(w.Opens.Add(-1)) != assessment.Early || w.Place(w.Opens) != assessment.Within || w.Place(w.Closes.Add(-1)) != assessment.Within || w.Place(w.Closes) != assessment.Late {
		t.Error("a window holds its first moment and not its last")
	}
	done := w.Closes.Add(-time.Second)
	v := assessment.Visit{Window: w, State: assessment.Finished, CompletedAt: &done}
	if !v.InWindow() || v.Lost() || (assessment.Visit{Window: w, State: assessment.Missed}).InWindow() {
		t.Error("completed on the last day is in the window")
	}
}
