package conduct_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/coach"
)

const stuck = "Somebody in the middle of a career answers every question with a plan. I lose the person."

// meet is a meeting in three days, of some coaches with somebody from outside.
func (w *world) meet(coaches ...coach.Code) coach.Supervision {
	m := coach.Supervision{Outside: "Dr. Ines Calder", Start: w.clock().AddDate(0, 0, 3).Add(4 * time.Hour).Truncate(time.Hour), Minutes: 90, Zone: "America/New_York", Place: "Bulfinch 3"}
	for _, k := range coaches {
		m.Coaches = append(m.Coaches, coach.Supervised{Coach: k})
	}
	return m
}

func TestSupervisionIsPlannedHeldAndCounted(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		other := w.another("Another")

		for field, change := range map[string]func(*coach.Supervision){
			"supervisor": func(m *coach.Supervision) { m.Outside = " " },
			"minutes":    func(m *coach.Supervision) { m.Minutes = 5 },
			"start":      func(m *coach.Supervision) { m.Start = w.clock() },
			"place":      func(m *coach.Supervision) { m.Place = "" },
			"zone":       func(m *coach.Supervision) { m.Zone = "Local" },
			"coaches":    func(m *coach.Supervision) { m.Coaches = nil },
		} {
			m := w.meet(k, other)
			change(&m)
			_, err := w.PlanSupervision(ctx, coordinator, m)
			refused(t, err, problem.Invalid, field)
		}
		m := w.meet(k, other)
		m.Supervisor, m.Outside = k, ""
		_, err := w.PlanSupervision(ctx, coordinator, m)
		refused(t, err, problem.Invalid, "coaches")
		m = w.meet(k, other)
		m.Start = s.Start.Add(-30 * time.Minute)
		_, err = w.PlanSupervision(ctx, coordinator, m)
		refused(t, err, problem.Conflict, "has a session or another meeting")

		id, err := w.PlanSupervision(ctx, coordinator, w.meet(k, other, k))
		must(t, err)
		_, err = w.PlanSupervision(ctx, coordinator, w.meet(other))
		refused(t, err, problem.Conflict, "Another has a session or another meeting")
		all, _, err := w.Supervisions(ctx, coordinator)
		must(t, err)
		if len(all) != 1 || all[0].Leader() != "Dr. Ines Calder" || len(all[0].Coaches) != 2 || all[0].Place != "Bulfinch 3" || all[0].Begun {
			t.Fatalf("%+v", all)
		}

		// Nobody can book a coach over it, whatever they waive.
		_, err = w.Book(ctx, identity.AsCoach(k), conduct.Booking{Participant: code, Start: all[0].Start.Add(30 * time.Minute)})
		refused(t, err, problem.Conflict, "not available")

		refused(t, w.AttendSupervision(ctx, coordinator, id, map[coach.Code]int{k: 90, other: 0}), problem.Conflict, "not begun")
		must(t, w.ChangeSupervision(ctx, coordinator, id, all[0].Start.Add(24*time.Hour), 60, "America/Chicago", "By video"))
		w.pass(5 * 24 * time.Hour)
		refused(t, w.CancelSupervision(ctx, coordinator, id), problem.Conflict, "has begun")
		refused(t, w.AttendSupervision(ctx, coordinator, id, map[coach.Code]int{k: 90}), problem.Invalid, string(other))
		refused(t, w.AttendSupervision(ctx, coordinator, id, map[coach.Code]int{k: 90, other: 0, code: 3}), problem.Invalid, "not invited")
		refused(t, w.AttendSupervision(ctx, identity.AsCoach(k), id, map[coach.Code]int{k: 90, other: 0}), problem.NotFound, "no such page")
		must(t, w.AttendSupervision(ctx, coordinator, id, map[coach.Code]int{k: 55, other: 0}))
		own, err := w.OwnSupervision(ctx, identity.AsCoach(k))
		must(t, err)
		if own.Standing.Minutes != 55 || own.Standing.Due == nil || own.Standing.Overdue || len(own.Meetings) != 1 || own.Meetings[0].State != coach.SupervisionHeld || own.Meetings[0].Zone != "America/Chicago" {
			t.Errorf("%+v", own)
		}
		_, standings, err := w.Supervisions(ctx, owner)
		must(t, err)
		if standings[k].Minutes != 55 || standings[other].Minutes != 0 {
			t.Errorf("%+v", standings)
		}
		told := 0
		for _, reader := range []coach.Code{k, other} {
			_, all := w.mail(reader)
			for _, sent := range all {
				if sent.Kind != "supervision" {
					continue
				}
				told++
				if strings.Contains(sent.Subject+sent.Text, "Calder") || strings.Contains(sent.Subject+sent.Text, "Bulfinch") || strings.Contains(sent.Subject, "upervision") {
					t.Errorf("mail says too much: %s\n%s", sent.Subject, sent.Text)
				}
			}
		}
		if told != 4 {
			t.Errorf("%d mails of two coaches, planned and moved", told)
		}
	})
}

func TestDifficultiesAreOfTheMeetingAlone(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		other, stranger := w.another("Another"), w.another("Third")
		m := w.meet(k)
		m.Outside, m.Supervisor = "", other
		id, err := w.PlanSupervision(ctx, coordinator, m)
		must(t, err)
		mine := identity.AsCoach(k)
		for _, text := range []string{"I do not know how to go on with One.", "Mail of ONE@hospital.example", "It is about " + strings.ToLower(string(code))} {
			err := w.RaiseDifficulty(ctx, mine, id, text)
			refused(t, err, problem.Invalid, "names one of your coachees")
			if strings.Contains(err.Error(), "One") || strings.Contains(err.Error(), string(code)) {
				t.Errorf("the refusal repeats it: %v", err)
			}
		}
		refused(t, w.RaiseDifficulty(ctx, mine, id, " "), problem.Invalid, "Nothing is written")
		must(t, w.RaiseDifficulty(ctx, mine, id, stuck))
		for name, by := range map[string]identity.Actor{"who wrote it": mine, "who supervises": identity.AsCoach(other)} {
			all, err := w.Difficulties(ctx, by, id)
			must(t, err)
			if len(all) != 1 || all[0].Text != stuck || all[0].By != k {
				t.Errorf("%s: %+v", name, all)
			}
		}

		// Nobody else.
		_, err = w.Difficulties(ctx, identity.AsCoach(stranger), id)
		refused(t, err, problem.NotFound, "no such page")
		refused(t, w.RaiseDifficulty(ctx, identity.AsCoach(stranger), id, stuck), problem.NotFound, "no such page")
		for _, role := range []identity.Role{identity.Coordinator, identity.Owner, identity.Statistician, identity.Finance, identity.Leadership, identity.Participant} {
			_, err := w.Difficulties(ctx, identity.Actor{Name: "x", Role: role, Coach: k, Participant: code}, id)
			refused(t, err, problem.Forbidden, "")
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			events, err := store.All(ctx, tx, store.Value[string], "SELECT actor || object || old_value || new_value || reason FROM audit_event WHERE verb LIKE 'supervision%'")
			for _, e := range events {
				if strings.Contains(e, "plan.") || strings.Contains(e, "career") || strings.Contains(e, "Calder") {
					t.Errorf("the trail says %s", e)
				}
			}
			return err
		})

		all, err := w.Difficulties(ctx, mine, id)
		must(t, err)
		refused(t, w.RemoveDifficulty(ctx, identity.AsCoach(other), id, all[0].ID), problem.NotFound, "no such page")
		must(t, w.RemoveDifficulty(ctx, mine, id, all[0].ID))
		must(t, w.RaiseDifficulty(ctx, mine, id, "Another "+stuck))
		w.pass(5 * 24 * time.Hour)
		refused(t, w.RaiseDifficulty(ctx, mine, id, stuck), problem.Conflict, "over")
		w.pass(coach.DifficultyKept)
		if all, err := w.Difficulties(ctx, mine, id); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		must(t, w.Store.Write(ctx, func(tx *store.Tx) error { return tx.Sweep(ctx) }))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One(ctx, tx, store.Value[int], "SELECT count(*) FROM difficulty")
			if n != 0 {
				t.Errorf("%d difficulties are kept for good", n)
			}
			return err
		})
	})
}

func TestWhoIsOverdueTakesNobodyNew(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := w.Context()
	code, k, _ := started(w)
	w.Protocol.Coaching.SupervisionEvery, w.Protocol.Coaching.SupervisionRequired = 30, true
	w.pass(31 * 24 * time.Hour)
	if own, err := w.OwnSupervision(ctx, identity.AsCoach(k)); err != nil || !own.Standing.Overdue {
		t.Fatalf("%+v, %v", own.Standing, err)
	}
	standings, err := w.CoachStandings(ctx, coordinator, k)
	must(t, err)
	if standings[0].Open || !standings[0].Certified.Valid() {
		t.Errorf("overdue, and open: %+v", standings[0])
	}
	offers, err := w.Coaches(ctx, identity.AsParticipant(code), code)
	must(t, err)
	if len(offers) != 0 {
		t.Errorf("offered: %+v", offers)
	}
	// Whoever has the coach goes on.
	if free, err := w.Free(ctx, identity.AsParticipant(code), code, w.clock(), w.clock().AddDate(0, 0, 21), 3); err != nil || len(free) == 0 {
		t.Errorf("%v, %v", free, err)
	}
	id, err := w.PlanSupervision(ctx, coordinator, w.meet(k))
	must(t, err)
	w.pass(4 * 24 * time.Hour)
	must(t, w.AttendSupervision(ctx, coordinator, id, map[coach.Code]int{k: 60}))
	if offers, err := w.Coaches(ctx, identity.AsParticipant(code), code); err != nil || len(offers) != 1 {
		t.Errorf("after supervision: %v, %v", offers, err)
	}
}

func TestACoachWhoLeavesIsInNoMeeting(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := w.Context()
	_, k, _ := started(w)
	other, third := w.another("Another"), w.another("Third")
	group, err := w.PlanSupervision(ctx, coordinator, w.meet(other, k))
	must(t, err)
	m := w.meet(third)
	m.Supervisor, m.Outside = k, ""
	m.Start = m.Start.AddDate(0, 0, 4)
	led, err := w.PlanSupervision(ctx, coordinator, m)
	must(t, err)
	must(t, w.RaiseDifficulty(ctx, identity.AsCoach(k), group, stuck))
	_, err = w.RetireCoach(ctx, coordinator, k)
	must(t, err)
	all, _, err := w.Supervisions(ctx, coordinator)
	must(t, err)
	if len(all) != 2 || all[0].ID != group || all[0].Concerns(k) || all[0].State != coach.SupervisionPlanned || all[1].ID != led || all[1].State != coach.SupervisionCancelled {
		t.Errorf("%+v", all)
	}
	if left, err := w.Difficulties(ctx, identity.AsCoach(other), group); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
	_, err = w.Difficulties(ctx, identity.AsCoach(k), led)
	refused(t, err, problem.NotFound, "no such page")
}
