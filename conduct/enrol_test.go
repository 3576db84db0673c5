package conduct_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

func capacity(n int) func(*study.Protocol) {
	return func(p *study.Protocol) { p.Enrolment.Cap, p.Enrolment.Goal = n, 0 }
}

func TestRosterTakesAllOrNone(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(3)
		if len(codes) != 3 || codes[0] == codes[1] {
			t.Fatal(codes)
		}
		_, err := w.AddRoster(ctx, coordinator, []conduct.Person{
			{Name: "New", Email: "new@hospital.example"}, {Name: "Again", Email: "P1@Hospital.example "}, {Name: "", Email: "x@hospital.example"},
			{Name: "Twice", Email: "new@hospital.example"}, {Name: "Bad", Email: "not an address"}, {Name: "Zone", Email: "z@hospital.example", Zone: "Mars/Olympus"},
			{Name: strings.Repeat("n", 2000), Email: "long@hospital.example"}, {Name: "Two", Email: "a@x.org, b@x.org"},
		})
		for _, part := range []string{"row 2: email", "on the roster already", "row 3: name", "row 4: email", "row 1 already", "row 5: email", "row 6: zone", "row 7: name", "row 8: email"} {
			refused(t, err, problem.Invalid, part)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Participants(ctx)
			if len(all) != 3 {
				t.Errorf("%d people after a refused roster", len(all))
			}
			return err
		})
	})
}

func TestCapWaitingListAndPromotion(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(7)
		for _, code := range codes[:3] {
			if p := w.enrol(code); p.Status != participant.Randomized || p.Arm == "" {
				t.Fatalf("%+v", p)
			}
		}
		for _, code := range codes[3:6] {
			w.pass(time.Minute)
			if p := w.enrol(code); p.Status != participant.Waiting || p.Arm != "" {
				t.Fatalf("after the last place: %+v", p)
			}
		}
		_, err := w.Promote(ctx, coordinator, "")
		refused(t, err, problem.Conflict, "3 places are taken")
		refused(t, w.SetCapacity(ctx, owner, 2, "fewer"), problem.Invalid, "3 that are taken")
		must(t, w.SetCapacity(ctx, owner, 5, "two more coaches"))
		p, err := w.Promote(ctx, coordinator, "")
		must(t, err)
		if p.Arm == "" || w.record(codes[3]).Status != participant.Randomized {
			t.Errorf("whoever has waited longest: %+v", p)
		}
		if p, err = w.Promote(ctx, coordinator, codes[5]); err != nil || p.Status != participant.Randomized {
			t.Errorf("by name: %+v, %v", p, err)
		}
		_, err = w.Promote(ctx, coordinator, codes[0])
		refused(t, err, problem.Conflict, "not on the waiting list")
		must(t, w.CloseEnrolment(ctx, owner, "coaches are full"))
		_, err = w.Promote(ctx, coordinator, codes[4])
		refused(t, err, problem.Conflict, "closed")
		_, err = w.Consent(ctx, identity.AsParticipant(codes[6]), codes[6], conduct.Agreement{Version: "1", Name: "Late", Choices: []int{2, 2, 0}, Attested: attested})
		refused(t, err, problem.Conflict, "Enrolment is closed")
		if verbs := w.trail(string(codes[3])); !slices.Equal(verbs[len(verbs)-5:], []string{"assessment.answer", "participant.wait", "participant.promote", "participant.enrol", "participant.randomize"}) {
			t.Errorf("trail of the promoted: %v", verbs)
		}
	}, capacity(3))
}

// Ten people complete the baseline at once, for four places.
func TestRaceForTheLastPlace(t *testing.T) {
	each(t, func(w *world) {
		w.at("2021-08-09 10:00")
		codes := w.roster(10)
		for _, code := range codes {
			w.consent(code)
			for _, form := range []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4"} {
				_, err := w.Answer(w.Context(), identity.AsParticipant(code), sheet(code, "baseline", form))
				must(t, err)
			}
		}
		var group sync.WaitGroup
		for _, code := range codes {
			for range 2 { // and each of them taps twice
				group.Go(func() {
					if _, err := w.Answer(w.Context(), identity.AsParticipant(code), sheet(code, "baseline", "qol_vas")); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		counts := map[participant.Status]int{}
		for _, code := range codes {
			counts[w.record(code).Status]++
		}
		if counts[participant.Randomized] != 4 || counts[participant.Waiting] != 6 {
			t.Errorf("four places: %v", counts)
		}
	}, capacity(4))
}

func TestConsent(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(4)
		me := identity.AsParticipant(codes[0])
		good := conduct.Agreement{Version: "1", Name: "Ada L.", Choices: []int{2, 2, 0}, Attested: attested}
		w.at("2021-08-04 10:00")
		_, err := w.Consent(ctx, me, codes[0], good)
		refused(t, err, problem.Conflict, "No version of the consent is in force")
		w.at("2021-08-05 10:00")
		must(t, w.Respond(ctx, me, codes[0]))
		must(t, w.Respond(ctx, me, codes[0]))
		for name, c := range map[string]struct {
			change func(*conduct.Agreement)
			kind   problem.Kind
			part   string
		}{
			"old version":  {func(a *conduct.Agreement) { a.Version = "0" }, problem.Conflict, "version 1 is in force"},
			"wrong choice": {func(a *conduct.Agreement) { a.Choices = []int{0, 2, 0} }, problem.Invalid, "questions[0]"},
			"no name":      {func(a *conduct.Agreement) { a.Name = " " }, problem.Invalid, "No name"},
			"not attested": {func(a *conduct.Agreement) { a.Attested = map[string]bool{"practicing": true} }, problem.Invalid, "baseline"},
		} {
			a := good
			c.change(&a)
			_, err := w.Consent(ctx, me, codes[0], a)
			if !problem.Is(err, c.kind) || !strings.Contains(err.Error(), c.part) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.consent(codes[0])
		if _, err := w.Consent(ctx, me, codes[0], good); err != nil {
			t.Errorf("a second tap: %v", err)
		}
		if verbs := w.trail(string(codes[0])); !slices.Equal(verbs, []string{"participant.respond", "participant.consent"}) {
			t.Errorf("trail %v", verbs)
		}
		denied := good
		denied.Attested = map[string]bool{"practicing": false, "baseline": true}
		status, err := w.Consent(ctx, identity.AsParticipant(codes[1]), codes[1], denied)
		must(t, err)
		if r := w.record(codes[1]); status != participant.Excluded || r.Reason != "practicing" || r.ConsentedAt != nil {
			t.Errorf("not a physician: %s, %+v", status, r)
		}
		_, err = w.Consent(ctx, identity.AsParticipant(codes[1]), codes[1], good)
		refused(t, err, problem.Conflict, "excluded")
		must(t, w.Decline(ctx, identity.AsParticipant(codes[2]), codes[2], "no"))
		w.consent(codes[2]) // thinks better of it
	})
}

func TestNewVersionIsSignedAgain(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code := w.roster(1)[0]
		w.at("2021-08-09 10:00")
		w.enrol(code)
		w.at("2021-10-02 10:00")
		status, err := w.Consent(ctx, identity.AsParticipant(code), code, conduct.Agreement{Version: "2", Name: "Ada L.", Choices: []int{2, 2, 0}})
		must(t, err)
		if status != participant.Randomized {
			t.Errorf("signing a new version changes the status to %s", status)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			signed, err := tx.Consents(ctx, code)
			if len(signed) != 2 || signed[1].Version != "2" || signed[0].Hash == signed[1].Hash {
				t.Errorf("signed %+v", signed)
			}
			return err
		})
	}, func(p *study.Protocol) {
		second := p.Consent[0]
		second.Version, second.Effective, second.Text = "2", study.Day(2021, 10, 1), second.Text+"\n\nA second survey was added."
		p.Consent = append(p.Consent, second)
	})
}

func TestAnswersAreSavedOnce(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code := w.roster(1)[0]
		me := identity.AsParticipant(code)
		w.at("2021-08-09 10:00")
		_, err := w.Answer(ctx, me, sheet(code, "baseline", "pfi16"))
		refused(t, err, problem.NotFound, "not planned")
		w.consent(code)
		page := conduct.Sheet{Participant: code, Visit: "baseline", Instrument: "pfi16", Answers: instrument.Answers{"PF1": "3", "PF2": "2"}}
		for range 2 { // a double tap
			p, err := w.Answer(ctx, me, page)
			must(t, err)
			if p.Complete || len(p.Open) != 7 {
				t.Errorf("%+v", p)
			}
		}
		page.Answers = instrument.Answers{"PF2": ""} // takes one back
		_, err = w.Answer(ctx, me, page)
		must(t, err)
		w.read(func(ctx context.Context, tx *store.Tx) error {
			f, err := tx.Form(ctx, code, "baseline", "pfi16")
			if len(f.Answers) != 1 || f.Answers["PF1"] != "3" || f.Submitted != nil {
				t.Errorf("form %+v", f)
			}
			return err
		})
		bad := page
		bad.Answers = instrument.Answers{"PF1": "7", "ZZ": "1", "WE1": "2"}
		_, err = w.Answer(ctx, me, bad)
		refused(t, err, problem.Invalid, "PF1")
		refused(t, err, problem.Invalid, "ZZ")
		bad.Instrument, bad.Answers, bad.Submit = "demographics", instrument.Answers{"gender": "woman"}, true
		_, err = w.Answer(ctx, me, bad)
		refused(t, err, problem.Invalid, "department_of_medicine")
		for _, wrong := range []conduct.Sheet{{Participant: code, Visit: "baseline", Instrument: "phq2"}, {Participant: code, Visit: "month9", Instrument: "pfi16"}, {Participant: code, Visit: "month3", Instrument: "pfi16"}} {
			_, err = w.Answer(ctx, me, wrong)
			refused(t, err, problem.NotFound, "")
		}
		_, err = w.Answer(ctx, me, conduct.Sheet{Participant: code, Visit: "baseline", Instrument: "golf"})
		refused(t, err, problem.Invalid, "no instrument")

		w.answer(code, "baseline")
		if verbs := w.trail(string(code)); !slices.Equal(verbs, []string{"participant.consent", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "assessment.answer", "participant.enrol", "participant.randomize"}) {
			t.Errorf("trail %v", verbs)
		}
		changed := sheet(code, "baseline", "pfi16")
		changed.Answers["PF1"] = "4"
		_, err = w.Answer(ctx, me, changed)
		refused(t, err, problem.Conflict, "correction")
		_, err = w.Answer(ctx, me, sheet(code, "month3", "pfi16"))
		refused(t, err, problem.Conflict, "opens on November 1, 2021")

		must(t, w.Correct(ctx, me, conduct.Change{Participant: code, Visit: "baseline", Instrument: "pfi16", Item: "PF1", New: "4", Reason: "mis-tapped"}))
		refused(t, w.Correct(ctx, me, conduct.Change{Participant: code, Visit: "baseline", Instrument: "pfi16", Item: "PF1", New: "3"}), problem.Invalid, "reason")
		refused(t, w.Correct(ctx, me, conduct.Change{Participant: code, Visit: "month3", Instrument: "pfi16", Item: "PF1", New: "3", Reason: "r"}), problem.Conflict, "not submitted")
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Corrections(ctx, code)
			if len(all) != 1 || all[0].New != "4" || all[0].Reason != "mis-tapped" {
				t.Errorf("corrections %+v", all)
			}
			entries, err2 := tx.Events(ctx, string(code), 0, 1000)
			if last := entries[len(entries)-1]; last.Verb != "assessment.correct" || strings.Contains(last.New, "mis-tapped") || !strings.Contains(last.New, "PF1") {
				t.Errorf("the trail of a correction: %+v", last)
			}
			if err == nil {
				err = err2
			}
			return err
		})
	})
}

func TestMailStopsWhereItIsNeedless(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(5)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		w.at("2021-08-05 09:00")
		w.tick()
		must(t, w.Bounce(ctx, coordinator, codes[0]))
		must(t, w.Decline(ctx, coordinator, codes[1], "said so by telephone"))
		w.enrol(codes[2])
		w.at("2021-09-30 09:00")
		w.tick()
		for i, want := range []int{1, 1, 1, 2, 2} {
			kinds, _ := w.mail(codes[i])
			if got := count(kinds, "announcement"); got != want {
				t.Errorf("person %d got %d announcements, want %d (%v)", i, got, want, kinds)
			}
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Messages(ctx, codes[1])
			if len(all) != 2 || all[1].State != "dropped" || all[1].Why != "declined" {
				t.Errorf("%+v", all)
			}
			return err
		})
		if _, err := w.Invite(ctx, coordinator, nil); err != nil {
			t.Error(err)
		}
		late := w.rosterOf("late")
		_, err = w.Invite(ctx, coordinator, nil)
		must(t, err)
		if done := w.tick(); done.Sent != 1 {
			t.Errorf("one who comes after the second announcement gets it at once, and only it: %+v", done)
		}
		if kinds, _ := w.mail(late); count(kinds, "announcement") != 1 {
			t.Error(kinds)
		}
		refusedLink(w, late)
	})
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// rosterOf adds one person.
func (w *world) rosterOf(name string) participant.Code {
	codes, err := w.AddRoster(w.Context(), coordinator, []conduct.Person{{Name: name, Email: name + "@hospital.example"}})
	must(w, err)
	return codes[0]
}

// refusedLink follows the link of a person's last mail: the store knows it by its hash alone.
func refusedLink(w *world, code participant.Code) {
	w.Helper()
	_, mails := w.mail(code)
	text := mails[len(mails)-1].Text
	at := strings.Index(text, "/p/") + len("/p/")
	token := text[at : at+26]
	w.read(func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.Link(ctx, conduct.LinkHash(token))
		if err != nil || l.Code != code || !l.Expires.After(w.now) {
			w.Errorf("link %+v, %v", l, err)
		}
		if _, err := tx.Link(ctx, token); !problem.Is(err, problem.NotFound) {
			w.Error("the token itself stands in the store")
		}
		return nil
	})
}
