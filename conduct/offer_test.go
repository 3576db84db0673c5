package conduct_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
)

func TestOffersMeetWhatIsWanted(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		code := w.rosterOf("one")
		w.coachable(code)
		me := identity.AsParticipant(code)
		codes := w.coaches(3)
		must(t, w.SetProfile(ctx, coordinator, codes[0], coach.Profile{Languages: []string{"English"}, Modes: []string{"phone"}}))
		must(t, w.SetProfile(ctx, coordinator, codes[1], coach.Profile{Languages: []string{"English", "Español"}, Topics: []string{"leadership", "self_care"}}))
		must(t, w.SetHours(ctx, coordinator, codes[1], conduct.Week{Hours: []coach.Hours{{Day: time.Tuesday, From: 8 * 60, To: 11 * 60}}}))
		must(t, w.SetProfile(ctx, coordinator, codes[2], coach.Profile{Languages: []string{"English"}, Topics: []string{"self_care"}}))
		must(t, w.SetHours(ctx, coordinator, codes[2], conduct.Week{}))
		names := func(wanted conduct.Wanted) string {
			t.Helper()
			offers, err := w.CoachesFor(ctx, me, code, wanted)
			must(t, err)
			var names []string
			for _, o := range offers {
				names = append(names, strings.TrimPrefix(o.Name, "Coach "))
			}
			if len(wanted.Topics) == 0 {
				slices.Sort(names)
			}
			return strings.Join(names, " ")
		}
		for name, c := range map[string]struct {
			wanted conduct.Wanted
			want   string
		}{
			"nothing":         {conduct.Wanted{}, "0 1 2"},
			"a language":      {conduct.Wanted{Need: coach.Need{Language: "español"}}, "1"},
			"a mode":          {conduct.Wanted{Need: coach.Need{Mode: "video"}}, "1 2"},
			"topics":          {conduct.Wanted{Need: coach.Need{Topics: []string{"self_care"}}}, "1 0 2"}, // who has no time comes last
			"an afternoon":    {conduct.Wanted{Part: session.Afternoon}, "0"},
			"an evening":      {conduct.Wanted{Part: session.Evening}, ""},
			"all of the kind": {conduct.Wanted{Need: coach.Need{Language: "English", Mode: "phone"}, Part: session.Morning}, "0 1"},
		} {
			if got := names(c.wanted); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		offers, err := w.CoachesFor(ctx, me, code, conduct.Wanted{Need: coach.Need{Topics: []string{"leadership"}}})
		must(t, err)
		if len(offers) != 3 || offers[0].Shared != 1 || offers[0].Profile.Phone != "" {
			t.Fatalf("%+v", offers)
		}
		var free []string
		for _, f := range offers[0].Free {
			free = append(free, f.In(w.Protocol.Location()).Format("Jan 2 15:04"))
		}
		if got := strings.Join(free, ", "); got != "Aug 17 08:00, Aug 24 08:00, Aug 31 08:00" { // tomorrow is closer than the notice
			t.Errorf("free %s", got)
		}
	})
}

func TestSetAside(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes := w.roster(2)
		for _, code := range codes {
			w.coachable(code)
		}
		me, them := identity.AsParticipant(codes[0]), identity.AsParticipant(codes[1])
		k := w.coaches(2)
		must(t, w.SetAside(ctx, me, codes[0], k[0], true))
		must(t, w.SetAside(ctx, me, codes[0], k[0], true)) // a second tap
		mine, err := w.Coaches(ctx, me, codes[0])
		must(t, err)
		theirs, err := w.Coaches(ctx, them, codes[1])
		must(t, err)
		if len(mine) != 1 || mine[0].Code != k[1] || len(theirs) != 2 {
			t.Errorf("%d for me, %d for another", len(mine), len(theirs))
		}
		refused(t, w.ChooseCoach(ctx, me, codes[0], k[0]), problem.Conflict, "not available")
		aside, err := w.Aside(ctx, me, codes[0])
		if err != nil || len(aside) != 1 || aside[0].Name != "Coach 0" {
			t.Errorf("%v, %v", aside, err)
		}
		for _, by := range []identity.Actor{coordinator, owner, identity.AsCoach(k[0])} {
			_, err := w.Aside(ctx, by, codes[0])
			refused(t, err, problem.Forbidden, "")
		}
		_, err = w.Aside(ctx, them, codes[0])
		refused(t, err, problem.NotFound, "")
		w.read(func(ctx context.Context, tx *store.Tx) error {
			events, err := tx.Events(ctx, string(codes[0]), 0, 1000)
			for _, e := range events {
				if e.Verb == "coach.set_aside" && strings.Contains(fmt.Sprintf("%+v", e), string(k[0])) {
					t.Errorf("the trail tells who was set aside: %+v", e)
				}
			}
			return err
		})
		must(t, w.SetAside(ctx, me, codes[0], k[0], false))
		if mine, err = w.Coaches(ctx, me, codes[0]); err != nil || len(mine) != 2 {
			t.Errorf("put back: %d, %v", len(mine), err)
		}
		refused(t, w.SetAside(ctx, me, codes[0], "nobody", true), problem.NotFound, "")
	})
}

func TestChangeCoach(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		mine, err := w.CoachOf(ctx, me, code)
		if err != nil || mine.Code != k || mine.Name != "Coach 0" {
			t.Errorf("%+v, %v", mine, err)
		}
		next, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start.AddDate(0, 0, 7)})
		must(t, err)
		w.pass(60 * time.Hour) // twelve hours before the first
		refused(t, w.ChangeCoach(ctx, coordinator, code), problem.Forbidden, "")
		must(t, w.ChangeCoach(ctx, me, code))
		must(t, w.ChangeCoach(ctx, me, code)) // a second tap
		w.read(func(ctx context.Context, tx *store.Tx) error {
			for id, want := range map[string]session.State{s.ID: session.LateCancelled, next.ID: session.Cancelled} {
				if got, err := tx.Session(ctx, id); err != nil || got.State != want || got.Missed != session.ByParticipant || got.Sequence != 1 {
					t.Errorf("session %d: %+v, %v", got.Number, got, err)
				}
			}
			coachees, err := tx.Coachees(ctx, k)
			if len(coachees) > 0 {
				t.Errorf("the coach still has %v", coachees)
			}
			return err
		})
		_, err = w.CoachOf(ctx, me, code)
		refused(t, err, problem.NotFound, "")
		must(t, w.ChooseCoach(ctx, me, code, w.another("Second")))
	})
}
