package conduct_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/dataset"
	"rekindle/trial/goal"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// The dataset tells how coaching went in numbers, and in no words.
func TestDatasetTellsHowCoachingWent(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		idle := w.rosterOf("two")
		w.coachable(idle)
		gone := w.rosterOf("three")
		w.coachable(gone)
		for _, who := range []participant.Code{code, gone} {
			g, err := w.SetGoal(ctx, identity.AsParticipant(who), who, goal.Goal{Text: "Kestrel", Levels: levels})
			must(t, err)
			must(t, w.RateGoal(ctx, identity.AsParticipant(who), who, g.ID, study.Date{}, -1))
		}
		w.at("2021-08-12 12:00")
		_, err := w.Hold(ctx, identity.AsCoach(k), s.ID, conduct.Held{Minutes: 88})
		must(t, err)
		p, err := w.Plan(ctx, me, code)
		must(t, err)
		must(t, w.RateGoal(ctx, me, code, p.Goals[0].ID, study.Date{}, 1))
		must(t, w.CloseGoal(ctx, me, code, p.Goals[0].ID, false))
		must(t, w.RateAlliance(ctx, me, s.ID, instrument.Answers{"heard": "5", "same_goals": "4", "way": "3", "useful": "5"}))
		for day := range 30 {
			w.at(time.Date(2021, 8, 13+day, 12, 0, 0, 0, time.UTC).Format("2006-01-02 15:04"))
			w.tick()
		}
		must(t, w.Withdraw(ctx, identity.AsParticipant(gone), gone, participant.RemoveData, ""))
		w.at("2022-03-01 09:00")
		w.tick()
		locked, err := w.Lock(ctx, statistician, t.TempDir())
		must(t, err)
		text, err := os.ReadFile(locked.Path)
		must(t, err)
		if strings.Contains(string(text), "Kestrel") || strings.Contains(string(text), "three days") {
			t.Error("the words of a goal are in the dataset")
		}
		d, err := dataset.Read("dataset", text)
		must(t, err)
		by := map[string]dataset.Entrant{}
		for _, e := range d.Entrants {
			by[e.Code] = e
		}
		e := by[string(code)]
		if len(e.Goals) != 1 || e.Goals[0].Closed == nil || !reflect.DeepEqual(e.Goals[0].Reached, []dataset.Reached{{Day: "2021-08-09", Level: -1}, {Day: "2021-08-12", Level: 1}}) {
			t.Errorf("goals %+v", e.Goals)
		}
		if len(e.Alliance) != 1 || e.Alliance[0].Session != 1 || e.Alliance[0].Says["way"] != 3 || len(e.Nudges) != 0 {
			t.Errorf("alliance %+v, nudges %v", e.Alliance, e.Nudges)
		}
		e = by[string(idle)]
		if len(e.Goals) != 0 || len(e.Alliance) != 0 || e.Nudges["choose-coach"] == 0 || e.Nudges["coaches-this-week"] == 0 || e.Nudges["offer-to-assign"] == 0 || e.Nudges["first-session"] != 0 {
			t.Errorf("who never began: %+v", e.Nudges)
		}
		if e = by[string(gone)]; len(e.Goals) != 0 {
			t.Errorf("of one who wanted nothing used: %+v", e.Goals)
		}
	})
}
