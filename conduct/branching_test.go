package conduct_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// What branching no longer asks for is kept in a draft, refused on submission until it was told, and then taken out; corrections likewise.
func TestNeedlessAnswersAreTakenOutWhenToldOf(t *testing.T) {
	each(t, func(w *world) {
		ctx, code := w.Context(), w.roster(1)[0]
		w.consent(code)
		me := identity.AsParticipant(code)
		kept := func(form string) (f store.FormOf) {
			w.read(func(ctx context.Context, tx *store.Tx) (err error) {
				f, err = tx.Form(ctx, code, "baseline", form)
				return err
			})
			return f
		}
		shown := w.clock()
		w.pass(time.Minute)
		s := sheet(code, "baseline", "demographics")
		s.Answers["age_group"], s.Answers["years_in_practice"], s.Submit, s.Shown, s.Window = "under_31", "3", false, shown, "first"
		_, err := w.Answer(ctx, me, s)
		must(w, err)
		if f := kept("demographics"); f.Answers["years_in_practice"] != "3" || f.Seconds != 60 || f.ShownAt == nil || !f.ShownAt.Equal(shown) || f.Window != "first" || !f.SavedAt.Equal(w.clock()) {
			w.Errorf("a draft: %+v", f)
		}
		s.Submit = true
		_, err = w.Answer(ctx, me, s)
		refused(w, err, problem.Conflict, "no longer applies")
		s.Drop = []string{"years_in_practice"}
		_, err = w.Answer(ctx, me, s)
		must(w, err)
		if f := kept("demographics"); f.Submitted == nil || f.Answers["years_in_practice"] != instrument.Blank {
			w.Errorf("submitted: %+v", f)
		}

		correct := conduct.Change{Participant: code, Visit: "baseline", Instrument: "demographics", Item: "years_in_practice", New: "4", Reason: "mis-tapped"}
		refused(w, w.Correct(ctx, me, correct), problem.Invalid, "not asked")
		older := correct
		older.Item, older.New = "age_group", "31_40"
		must(w, w.Correct(ctx, me, older))
		must(w, w.Correct(ctx, me, correct))
		younger := older
		younger.New = "under_31"
		refused(w, w.Correct(ctx, me, younger), problem.Conflict, "no longer applies")
		younger.Drop = []string{"years_in_practice"}
		must(w, w.Correct(ctx, me, younger))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Corrections(ctx, code)
			if last := all[len(all)-1]; len(all) != 4 || last.Item != "years_in_practice" || last.Old != "4" || last.New != instrument.Blank {
				w.Errorf("corrections %+v", all)
			}
			return err
		})

		// A condition may look at another form of the visit.
		other := sheet(code, "baseline", "qol_vas")
		_, err = w.Answer(ctx, me, other)
		must(w, err)
		two := sheet(code, "baseline", "phq2")
		two.Answers = instrument.Answers{"PH1": "2", "PH2": "2"}
		p, err := w.Answer(ctx, me, two)
		must(w, err)
		if !p.Help {
			w.Error("a positive screen shows no help")
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			state, err := w.SafetyTold(ctx, tx, code, "baseline", "phq2")
			if state != "planned" {
				w.Errorf("the message to the safety contact is %q", state)
			}
			if n, err := tx.MailCount(ctx, store.MailFilter{Kind: store.SafetyMail}); err != nil || n != 0 {
				w.Errorf("the outbox lists %d messages to the safety contact (%v)", n, err)
			}
			return err
		})
		for _, verb := range w.trail(string(code)) {
			if strings.Contains(verb, "safety") {
				w.Errorf("the trail tells of it: %s", verb)
			}
		}
	}, func(p *study.Protocol) {
		p.Branching = []study.Branching{{Item: "demographics.years_in_practice", Show: "[age_group] <> 'under_31'"}}
		p.Consent[0].Safety = true
		p.Visits[0].Forms = append(p.Visits[0].Forms, study.Form{Instrument: "phq2"})
	})
}

// A time zone is one that there is, and one's own alone.
func TestAPersonChoosesAZone(t *testing.T) {
	each(t, func(w *world) {
		ctx, codes := w.Context(), w.roster(2)
		me := identity.AsParticipant(codes[0])
		must(w, w.ChangeZone(ctx, me, codes[0], "America/Denver"))
		if z := w.record(codes[0]).Zone; z != "America/Denver" {
			w.Errorf("the zone is %q", z)
		}
		refused(w, w.ChangeZone(ctx, me, codes[0], "Mars/Base"), problem.Invalid, "no time zone")
		refused(w, w.ChangeZone(ctx, me, codes[1], "America/Denver"), problem.NotFound, "no such participant")
		refused(w, w.GiveAddress(ctx, me, codes[1], "1 Oak Lane"), problem.NotFound, "no such participant")
	})
}
