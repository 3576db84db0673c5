package conduct_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
)

// event gives the latest event of a verb.
func (w *world) event(verb string) (latest audit.Entry, all int) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) error {
		events, err := tx.LatestEvents(ctx, store.EventFilter{Verb: verb}, 0, 1000)
		if len(events) > 0 {
			latest = events[0]
		}
		all = len(events)
		return err
	})
	return latest, all
}

// Each look at who people are is one event, with their codes and without their names.
func TestIdentify(t *testing.T) {
	each(t, func(w *world) {
		ctx, codes := w.Context(), w.roster(5)
		people, err := w.Identify(ctx, coordinator, "people", codes[:2])
		must(t, err)
		if len(people) != 2 || people[codes[1]].Email != "p1@hospital.example" {
			t.Errorf("%v", people)
		}
		e, n := w.event("participant.identify")
		if n != 1 || e.Object != "roster" || !strings.Contains(e.New, string(codes[0])) || !strings.Contains(e.New, string(codes[1])) || strings.Contains(e.New, "hospital") {
			t.Errorf("%d events: %+v", n, e)
		}
		_, err = w.Identify(ctx, coordinator, "person", codes[3:4])
		must(t, err)
		if e, n := w.event("participant.identify"); n != 2 || e.Object != string(codes[3]) {
			t.Errorf("%d events: %+v", n, e)
		}
		found, all, err := w.FindPeople(ctx, coordinator, "HOSPITAL p", 3)
		if err != nil || len(found) != 3 || all != 5 {
			t.Errorf("%v, %d, %v", found, all, err)
		}
		if e, n := w.event("participant.identify"); n != 3 || strings.Contains(strings.ToLower(e.New), "hospital") {
			t.Errorf("%d events: %+v", n, e)
		}
		if found, all, err := w.FindPeople(ctx, coordinator, "nobody here", 3); len(found)+all != 0 || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		_, _, err = w.FindPeople(ctx, coordinator, " p ", 3)
		refused(t, err, problem.Invalid, "too short")
		for _, by := range []identity.Actor{{Name: "s", Role: identity.Statistician}, {Name: "l", Role: identity.Leadership}, identity.AsParticipant(codes[0]), identity.Anybody} {
			_, err := w.Identify(ctx, by, "people", codes)
			refused(t, err, problem.Forbidden, "")
			_, _, err = w.FindPeople(ctx, by, "hospital", 3)
			refused(t, err, problem.Forbidden, "")
		}
	})
}

// A list that waits to be looked at is its uploader's alone, sealed, and ends.
func TestKeepRoster(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		token, err := w.KeepRoster(ctx, coordinator, []byte("Dr. Person of the hospital"))
		must(t, err)
		if list, err := w.KeptRoster(ctx, coordinator, token); string(list) != "Dr. Person of the hospital" || err != nil {
			t.Errorf("%q, %v", list, err)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			sealed, err := store.One(ctx, tx, store.Value[[]byte], "SELECT sealed FROM challenge")
			if strings.Contains(string(sealed), "Person") {
				t.Error("it lies open")
			}
			return err
		})
		_, err = w.KeptRoster(ctx, identity.Actor{Name: "another", Role: identity.Coordinator}, token)
		refused(t, err, problem.NotFound, "not kept")
		must(t, w.DropRoster(ctx, coordinator, token))
		_, err = w.KeptRoster(ctx, coordinator, token)
		refused(t, err, problem.NotFound, "not kept")
		token, err = w.KeepRoster(ctx, coordinator, []byte("x"))
		must(t, err)
		w.pass(3 * time.Hour)
		_, err = w.KeptRoster(ctx, coordinator, token)
		refused(t, err, problem.NotFound, "two hours")
	})
}

// Some are drawn by chance, the rest later; a decision that is out of date invites nobody; nobody is written to at night.
func TestInviteSome(t *testing.T) {
	each(t, func(w *world) {
		ctx, codes := w.Context(), w.roster(5)
		w.at("2021-08-05 23:30")
		for people, of := range map[int]int{0: 5, 2: 4} {
			if n, err := w.InviteSome(ctx, coordinator, people, of); n != 0 || err == nil {
				t.Errorf("%d of %d: %d, %v", people, of, n, err)
			}
		}
		if n, err := w.InviteSome(ctx, coordinator, 2, 5); n != 2 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if done := w.tick(); done.Sent != 0 {
			t.Errorf("%d were written to at night", done.Sent)
		}
		slices.Sort(codes)
		w.read(func(ctx context.Context, tx *store.Tx) error {
			in, err := w.Invitations(ctx, tx)
			if in.Listed != 5 || in.Uninvited != 3 || len(in.Waves) != 2 || in.Waves[0].Planned != 2 || in.Waves[0].First.In(w.Protocol.Location()).Hour() != 7 {
				t.Errorf("%+v", in)
			}
			return err
		})
		w.at("2021-08-06 08:00")
		if done := w.tick(); done.Sent != 2 {
			t.Errorf("%d were written to in the morning", done.Sent)
		}
		if n, err := w.InviteSome(ctx, coordinator, 100, 3); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		_, err := w.InviteSome(ctx, coordinator, 1, 0)
		refused(t, err, problem.Conflict, "Everybody")
		letters := func() (all []conduct.Announcement) {
			w.read(func(ctx context.Context, tx *store.Tx) (err error) { all, err = w.Announcements(ctx, tx); return err })
			return all
		}
		all := letters()
		for _, a := range all {
			if strings.Contains(a.Subject+a.Text, "{{") || strings.Contains(a.Text, "hospital.example") || a.Changed {
				t.Errorf("the sample has a gap, or somebody's address: %s", a.Text)
			}
		}
		must(t, w.RewordMessages(ctx, coordinator, all[0].ID, "en", conduct.NewWords{Subject: "Once more", Body: "Here: {{link}}"}))
		for i, a := range letters() {
			if changed := a.Language == "en"; a.Changed != changed || changed != (a.Subject == "Once more") || len(all) != 2 {
				t.Errorf("letter %d of %d after the words were changed: %+v", i, len(all), a)
			}
		}
	})
}

// The office's exclusion needs a criterion of the protocol, and does not count as an answer.
func TestExclude(t *testing.T) {
	each(t, func(w *world) {
		ctx, codes := w.Context(), w.roster(2)
		refused(t, w.Exclude(ctx, coordinator, codes[0], "tall"), problem.Invalid, "no criterion")
		must(t, w.Exclude(ctx, coordinator, codes[0], "practicing"))
		must(t, w.Exclude(ctx, coordinator, codes[0], "practicing"))
		if r := w.record(codes[0]); r.Status != participant.Excluded || r.RespondedAt != nil || r.Reason != "practicing" {
			t.Errorf("%+v", r)
		}
		refused(t, w.Exclude(ctx, identity.AsParticipant(codes[0]), codes[1], "practicing"), problem.NotFound, "")
	})
}

// Who has not begun when the mails are used up is on the list; a call is noted, sealed, and in the trail without what was said.
func TestCalls(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.coaches(1)
		coaching, _ := w.arms(6)
		list, err := w.CallList(ctx, coordinator)
		if err != nil || len(list) != 0 {
			t.Fatalf("on the first day: %v, %v", list, err)
		}
		w.pass(15 * 24 * time.Hour)
		w.tick()
		if list, err = w.CallList(ctx, coordinator); err != nil || len(list) != len(coaching) {
			t.Fatalf("after two weeks: %d of %d, %v", len(list), len(coaching), err)
		}
		refused(t, w.NoteCall(ctx, coordinator, coaching[0], "nothing", ""), problem.Invalid, "what the call came to")
		must(t, w.NoteCall(ctx, coordinator, coaching[0], followup.LeftMessage, "with the secretary"))
		list, err = w.CallList(ctx, coordinator)
		must(t, err)
		for _, one := range list {
			if one.Code == coaching[0] && (len(one.Calls) != 1 || one.Calls[0].Note != "with the secretary" || one.Calls[0].By != coordinator.Name) {
				t.Errorf("%+v", one.Calls)
			}
		}
		if e, n := w.event("participant.call"); n != 1 || e.Object != string(coaching[0]) || !strings.Contains(e.New, "left-message") || strings.Contains(e.New, "secretary") {
			t.Errorf("%d events: %+v", n, e)
		}
		for _, role := range []identity.Role{identity.Owner, identity.Statistician, identity.Leadership, identity.Finance, identity.Coach} {
			by := identity.Actor{Name: "x", Role: role}
			_, err := w.CallList(ctx, by)
			refused(t, err, problem.Forbidden, "")
			refused(t, w.NoteCall(ctx, by, coaching[0], followup.Reached, ""), problem.Forbidden, "")
		}
	})
}

// What the office sees of people and coaches is the same on both databases.
func TestStandings(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		coaches := w.coaches(2)
		coaching, control := w.arms(6)
		must(t, w.ChooseCoach(ctx, identity.AsParticipant(coaching[0]), coaching[0], coaches[0]))
		all, err := w.CoachStandings(ctx, coordinator, "")
		must(t, err)
		if len(all) != 2 {
			t.Fatalf("%d coaches", len(all))
		}
		for _, k := range all {
			if want := map[bool]int{true: 1}[k.Code == coaches[0]]; k.Load != want || !k.Open || len(k.Free) != 3 || k.Account != "" || !strings.HasPrefix(k.Name, "Coach ") {
				t.Errorf("%+v", k)
			}
		}
		_, err = w.CoachStandings(ctx, coordinator, "2222-2222")
		refused(t, err, problem.NotFound, "")
		w.read(func(ctx context.Context, tx *store.Tx) error {
			ways, err := tx.Ways(ctx)
			must(t, err)
			if len(ways) != len(coaching)+len(control) {
				t.Errorf("%d ways", len(ways))
			}
			way, err := tx.Way(ctx, coaching[0])
			if way.Arm != "coaching" || way.Coach != coaches[0] || way.ChosenAt == nil || way.FirstChosen == nil || len(way.Visits) != 2 {
				t.Errorf("%+v", way)
			}
			must(t, err)
			codes, err := tx.PeopleCodes(ctx, "", 0, 100)
			must(t, err)
			randomized, err := tx.PeopleCodes(ctx, participant.Randomized, 1, 2)
			if len(codes) != len(ways) || len(randomized) != 2 {
				t.Errorf("%d and %d codes", len(codes), len(randomized))
			}
			return err
		})
		w.pass(3 * 24 * time.Hour)
		held := map[followup.Hold]int{}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			ways, err := tx.Ways(ctx)
			for _, way := range ways {
				by, _ := followup.HeldUp(w.Protocol, way, tx.Now())
				held[by]++
			}
			return err
		})
		if held[followup.NoCoach] != len(coaching)-1 || held[""] != len(control)+1 {
			t.Errorf("%v", held)
		}
	})
}

func TestTestMail(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		in, err := w.FirstStaff(ctx, owner, conduct.NewStaff{Name: "Pat", Email: "pat@hospital.example", Roles: []identity.Role{identity.Owner}})
		must(t, err)
		s := mailtest.New(w)
		must(t, w.TestMail(ctx, identity.Actor{Name: in.Account, Role: identity.Owner}))
		w.deliver(s.Client())
		if sent := s.All(); len(sent) != 2 || sent[1].To != "pat@hospital.example" || !strings.Contains(sent[1].Body, "the test mail of") {
			t.Errorf("%v", sent)
		}
		refused(t, w.TestMail(ctx, identity.Actor{Name: "nobody", Role: identity.Coordinator}), problem.Conflict, "")
		refused(t, w.TestMail(ctx, identity.Actor{Name: in.Account, Role: identity.Finance}), problem.Forbidden, "")
	})
}
