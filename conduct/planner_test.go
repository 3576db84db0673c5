package conduct_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// letters gives what a filter leaves, as the coordinator sees it.
func (w *world) letters(f store.PlanFilter) []conduct.Letter {
	w.Helper()
	all, total, err := w.Letters(w.Context(), coordinator, f, 0, 100)
	must(w, err)
	if total != len(all) {
		w.Fatalf("%d mails of %d", len(all), total)
	}
	return all
}

// only gives the one mail of a message that a person has at a stage.
func (w *world) only(code participant.Code, message string, occurrence int) conduct.Letter {
	w.Helper()
	for _, l := range w.letters(store.PlanFilter{Message: message, Participant: code}) {
		if l.Occurrence == occurrence {
			return l
		}
	}
	w.Fatalf("%s has no mail %d of %s", code, occurrence, message)
	return conduct.Letter{}
}

// last gives the latest mail of a kind to a person.
func (w *world) last(code participant.Code, kind string) (m mail.Message) {
	w.Helper()
	_, all := w.mail(code)
	for _, one := range all {
		if one.Kind == kind {
			m = one
		}
	}
	return m
}

// Words of one mail, words of all, and the protocol's: what goes out is what was written last for it.
func TestMailGoesAsItWasChanged(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(3)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		first := w.only(codes[0], "announcement", 0)
		if first.Stage() != store.ToCome || !strings.Contains(first.Text, "["+string(codes[0])+"]") || strings.Contains(first.Text, "Person 0") || !strings.Contains(first.Text, "/p/••••") {
			t.Errorf("a coordinator reads %+v", first)
		}
		if l, err := w.Letter(ctx, owner, first.ID); err != nil || strings.Contains(l.Text, "Person 0") {
			t.Errorf("an owner reads %+v, %v", l, err)
		}
		all := conduct.NewWords{Subject: "For all, {{name}}", Body: "Come: {{link}}\r\nby {{date}}"}
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "en", all))
		must(t, w.ChangeMessage(ctx, coordinator, first.ID, conduct.NewWords{Subject: "For one", Body: "Dear {{name}}: {{link}}"}, time.Time{}))

		for name, c := range map[string]struct {
			words conduct.NewWords
			part  string
		}{
			"an unknown field": {conduct.NewWords{Subject: "x", Body: "{{nmae}} {{link}}"}, "did you mean {{name}}"},
			"no link":          {conduct.NewWords{Subject: "x", Body: "nothing"}, "{{link}}"},
			"the name":         {conduct.NewWords{Subject: "x", Body: "dr. person 1, {{link}}"}, "Write {{name}}"},
			"the address":      {conduct.NewWords{Subject: "to P1@hospital.example", Body: "{{link}}"}, "Write {{name}}"},
		} {
			err := w.ChangeMessage(ctx, coordinator, w.only(codes[1], "announcement", 0).ID, c.words, time.Time{})
			if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.part) {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused(t, w.RewordMessages(ctx, coordinator, "announcement", "en", conduct.NewWords{Subject: "x", Body: "no way in"}), problem.Invalid, "{{link}}")

		w.at("2021-08-05 08:00")
		w.tick()
		if m := w.last(codes[0], "announcement"); m.Subject != "For one" || !strings.HasPrefix(m.Text, "Dear Dr. Person 0: https://coaching.example.org/p/") {
			t.Errorf("changed for one: %q, %q", m.Subject, m.Text)
		}
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "en", conduct.NewWords{Subject: "Later", Body: "Other words: {{link}}"}))
		if l := w.only(codes[1], "announcement", 0); l.Subject != "For all, ["+string(codes[1])+"]" || !strings.HasPrefix(l.Text, "Come: https://coaching.example.org/p/••••••••\n") {
			t.Errorf("what has gone is said to have said %q, %q", l.Subject, l.Text)
		}
		if l := w.only(codes[1], "announcement", 1); l.Subject != "Later" {
			t.Errorf("what is to come says %q", l.Subject)
		}
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "en", all))
		if m := w.last(codes[1], "announcement"); m.Subject != "For all, Dr. Person 1" || !strings.HasPrefix(m.Text, "Come: https://") || !strings.HasSuffix(m.Text, "2021\n") {
			t.Errorf("changed for all: %q, %q", m.Subject, m.Text)
		}
		refused(t, w.ChangeMessage(ctx, coordinator, first.ID, all, time.Time{}), problem.Conflict, "It went on August 5, 2021, 08:00")

		// The protocol's words again, for what is still to come.
		var m conduct.NewWords
		for _, p := range w.Protocol.Messages {
			if p.ID == "announcement" {
				m = conduct.NewWords{Subject: p.Subject, Body: p.Body}
			}
		}
		must(t, w.RewordMessages(ctx, coordinator, "announcement", "en", m))
		w.at("2021-09-30 08:00")
		w.tick()
		if got := w.last(codes[1], "announcement"); got.Subject != m.Subject {
			t.Errorf("with the protocol's words again: %q", got.Subject)
		}
		if verbs := strings.Join(w.trail("announcement"), " "); verbs != "message.change message.change message.change message.change" {
			t.Errorf("the trail about the announcement: %s", verbs)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			entries, err := tx.Events(ctx, string(codes[0]), 0, 100)
			for _, e := range entries {
				if e.Verb == "message.change" && (!strings.Contains(e.New, "For one") || !strings.Contains(e.Old, "For all") || strings.Contains(e.New+e.Old, "Person")) {
					t.Errorf("the trail of one change: %s -> %s", e.Old, e.New)
				}
			}
			return err
		})
	})
}

// Another time, for one and for all; quiet hours put it off, and what is past or too late is refused.
func TestMailIsMoved(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		one := w.only(codes[0], "announcement", 0)
		words := conduct.NewWords{Subject: one.Message.Subject, Body: one.Message.Body}
		night := time.Date(2021, 8, 6, 3, 0, 0, 0, time.UTC) // 23:00 in Boston
		must(t, w.ChangeMessage(ctx, coordinator, one.ID, words, night))
		if l := w.only(codes[0], "announcement", 0); l.Stage() != store.QuietHours || l.Due.In(l.Zone).Format("Jan 2 15:04") != "Aug 6 07:00" || !l.Wanted.Equal(night) {
			t.Errorf("moved into the night: %s, %s, wanted %s", l.Stage(), l.Due, l.Wanted)
		}
		if quiet := w.letters(store.PlanFilter{Stage: store.QuietHours}); len(quiet) != 1 {
			t.Errorf("%d wait for quiet hours", len(quiet))
		}
		refused(t, w.ChangeMessage(ctx, coordinator, one.ID, words, w.now.Add(-time.Hour)), problem.Invalid, "past")
		refused(t, w.ChangeMessage(ctx, coordinator, one.ID, words, w.now.AddDate(1, 0, 0)), problem.Invalid, "nothing left to write about")

		_, err = w.MoveMessages(ctx, coordinator, "announcement", -3*time.Hour)
		refused(t, err, problem.Invalid, "in the past")
		if l := w.only(codes[1], "announcement", 0); l.Shift != 0 {
			t.Error("a move that was refused has moved something")
		}
		if n, err := w.MoveMessages(ctx, coordinator, "announcement", 24*time.Hour); err != nil || n != 4 {
			t.Errorf("moved %d, %v", n, err)
		}
		w.at("2021-08-05 09:00")
		if done := w.tick(); done.Sent != 0 {
			t.Errorf("%d went a day early", done.Sent)
		}
		w.at("2021-08-06 08:00")
		w.tick()
		if kinds, _ := w.mail(codes[1]); len(kinds) != 1 {
			t.Errorf("a day later: %v", kinds)
		}
		w.at("2021-08-07 07:00")
		w.tick()
		if kinds, _ := w.mail(codes[0]); len(kinds) != 1 {
			t.Errorf("the one that was moved twice: %v", kinds)
		}
		for _, span := range []time.Duration{0, 1000 * time.Hour * 24} {
			if _, err := w.MoveMessages(ctx, coordinator, "announcement", span); !problem.Is(err, problem.Invalid) {
				t.Errorf("moved by %s: %v", span, err)
			}
		}
		_, err = w.MoveMessages(ctx, coordinator, "nothing", time.Hour)
		refused(t, err, problem.NotFound, "no message")
	})
}

func TestMailIsStoppedAndRestored(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(3)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		one := w.only(codes[0], "announcement", 0)
		refused(t, w.StopMessage(ctx, coordinator, one.ID, "because Kim said so"), problem.Invalid, "reasons")
		must(t, w.StopMessage(ctx, coordinator, one.ID, conduct.StopReasons[1]))
		refused(t, w.StopMessage(ctx, coordinator, one.ID, conduct.StopReasons[1]), problem.Conflict, "stopped")
		refused(t, w.RestoreMessage(ctx, coordinator, w.only(codes[1], "announcement", 0).ID), problem.Conflict, "not been stopped")
		w.at("2021-08-05 08:00")
		w.tick()
		if kinds, _ := w.mail(codes[0]); len(kinds) != 0 {
			t.Errorf("a stopped mail went: %v", kinds)
		}
		if l := w.only(codes[0], "announcement", 0); l.Stage() != store.StoppedAt || l.Why != "stopped: "+conduct.StopReasons[1] {
			t.Errorf("%s, %q", l.Stage(), l.Why)
		}
		w.at("2021-08-05 22:00") // by night: it waits for the morning
		must(t, w.RestoreMessage(ctx, coordinator, one.ID))
		w.tick()
		if kinds, _ := w.mail(codes[0]); len(kinds) != 0 {
			t.Errorf("a restored mail went by night: %v", kinds)
		}
		w.at("2021-08-06 07:00")
		w.tick()
		if kinds, _ := w.mail(codes[0]); len(kinds) != 1 {
			t.Errorf("a restored mail: %v", kinds)
		}
		if n, err := w.StopMessages(ctx, coordinator, "announcement", conduct.StopReasons[2]); err != nil || n != 3 {
			t.Errorf("stopped %d, %v", n, err)
		}
		_, err = w.StopMessages(ctx, coordinator, "announcement", conduct.StopReasons[2])
		refused(t, err, problem.Conflict, "waits")
		if n, err := w.RestoreMessages(ctx, coordinator, "announcement"); err != nil || n != 3 {
			t.Errorf("restored %d, %v", n, err)
		}
		w.at("2021-09-30 08:00")
		if done := w.tick(); done.Sent != 3 {
			t.Errorf("%d of 3 went after all", done.Sent)
		}
		if verbs := strings.Join(w.trail(string(codes[0])), " "); !strings.Contains(verbs, "message.stop message.restore") {
			t.Errorf("the trail: %s", verbs)
		}
	})
}

// A session that moves takes its reminders along: with their own words and distance, and those that were stopped stay stopped.
func TestChangesSurviveAMovedSession(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		with := w.coaches(1)[0]
		coaching, _ := w.arms(4)
		code := coaching[0]
		me := identity.AsParticipant(code)
		must(t, w.ChooseCoach(ctx, me, code, with))
		free, err := w.Free(ctx, me, code, w.now.AddDate(0, 0, 4), w.now.AddDate(0, 0, 20), 60)
		must(t, err)
		s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: free[0], Mode: "video"})
		must(t, err)
		tomorrow, soon := w.only(code, "session-tomorrow", 0), w.only(code, "session-soon", 0)
		must(t, w.ChangeMessage(ctx, coordinator, tomorrow.ID, conduct.NewWords{Subject: "See you, {{date}}", Body: "With {{coach}}. {{link}}"}, tomorrow.Due.Add(-3*time.Hour)))
		must(t, w.StopMessage(ctx, coordinator, soon.ID, conduct.StopReasons[0]))
		moved := free[len(free)-1]
		_, err = w.Move(ctx, me, s.ID, moved)
		must(t, err)
		again, stopped := w.only(code, "session-tomorrow", 0), w.only(code, "session-soon", 0)
		if want := moved.AddDate(0, 0, -1).Add(-3 * time.Hour); !again.Due.Equal(want) || again.Message.Subject != "See you, {{date}}" {
			t.Errorf("moved with the session: %s, want %s; %q", again.Due, want, again.Message.Subject)
		}
		if stopped.Stage() != store.StoppedAt {
			t.Errorf("a stopped reminder is %s after the move", stopped.Stage())
		}
		w.mu.Lock()
		w.now = again.Due
		w.mu.Unlock()
		w.tick()
		if m := w.last(code, "session-tomorrow"); !strings.HasPrefix(m.Subject, "See you, ") || !strings.Contains(m.Text, "With Coach 0.") {
			t.Errorf("what went: %q, %q", m.Subject, m.Text)
		}
		w.mu.Lock()
		w.now = moved
		w.mu.Unlock()
		w.tick()
		if m := w.last(code, "session-soon"); m.ID != 0 {
			t.Error("a stopped reminder went after the session moved")
		}
		refused(t, w.RestoreMessage(ctx, coordinator, soon.ID), problem.Conflict, "too late")
	})
}

// What makes a mail needless is said beforehand, and stops it when its time comes: completion, withdrawal, an address that takes none.
func TestWhatMakesMailNeedlessIsForeseen(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		coaching, control := w.arms(8)
		if len(control) < 3 {
			t.Fatalf("%d and %d", len(coaching), len(control))
		}
		w.tick()
		done, left, gone := control[0], control[1], control[2]
		if l := w.only(done, "survey", 0); l.Needless != "" || l.Until.IsZero() {
			t.Errorf("a survey that has not opened: %q, until %s", l.Needless, l.Until)
		}
		w.at("2021-11-02 09:00")
		w.tick()
		w.answer(done, "month3")
		must(t, w.Withdraw(ctx, identity.AsParticipant(left), left, participant.StopContact, ""))
		must(t, w.Bounce(ctx, coordinator, gone))
		for code, want := range map[participant.Code]string{done: "the survey is complete", left: "wants no more mail", gone: "the address takes no mail"} {
			l := w.only(code, "survey-reminder", 0)
			if l.Stage() != store.ToCome || l.Needless != want {
				t.Errorf("%s: %s, %q, want %q", code, l.Stage(), l.Needless, want)
			}
		}
		w.at("2021-12-20 09:00")
		w.tick()
		for code, want := range map[participant.Code]string{done: "the survey is complete", left: "wants no more mail", gone: "the address takes no mail"} {
			l := w.only(code, "survey-reminder", 0)
			if l.Stage() != store.StoppedAt || l.Why != want {
				t.Errorf("%s at its time: %s, %q, want %q", code, l.Stage(), l.Why, want)
			}
		}
	})
}

func TestWhoPlansMail(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(1)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		id := w.only(codes[0], "announcement", 0).ID
		for _, role := range identity.Roles {
			may := role == identity.Coordinator || role == identity.Owner
			by := identity.Actor{Name: string(role), Role: role, Participant: codes[0], Coach: codes[0]}
			words := conduct.NewWords{Subject: "For " + string(role), Body: "{{link}}"}
			_, reads := w.Letter(ctx, by, id)
			_, _, lists := w.Letters(ctx, by, store.PlanFilter{}, 0, 10)
			_, moves := w.MoveMessages(ctx, by, "announcement", time.Hour)
			_, stopsAll := w.StopMessages(ctx, by, "announcement", conduct.StopReasons[0])
			_, restoresAll := w.RestoreMessages(ctx, by, "announcement")
			for act, err := range map[string]error{"read": reads, "list": lists, "move all": moves, "stop all": stopsAll, "restore all": restoresAll,
				"change": w.ChangeMessage(ctx, by, id, words, time.Time{}), "change all": w.RewordMessages(ctx, by, "announcement", "en", words),
				"stop": w.StopMessage(ctx, by, id, conduct.StopReasons[0]), "restore": w.RestoreMessage(ctx, by, id)} {
				if may && err != nil && !problem.Is(err, problem.Conflict) || !may && !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s by %s: %v", act, role, err)
				}
			}
			if may && errors.Join(reads, lists, moves, stopsAll, restoresAll) != nil {
				t.Errorf("%s: %v", role, errors.Join(reads, lists, moves, stopsAll, restoresAll))
			}
		}
	})
}

// What a coordinator sees coming is what can go: nothing for another arm is planned, or counted, for anybody.
func TestNothingIsPlannedForAnotherArm(t *testing.T) {
	each(t, func(w *world) {
		coaching, control := w.arms(6)
		for arm, code := range map[string]participant.Code{"coaching": coaching[0], "control": control[0]} {
			kinds := map[string]bool{}
			for _, l := range w.letters(store.PlanFilter{Participant: code}) {
				if kinds[l.Message.ID] = true; len(l.Message.Arms) > 0 && !slices.Contains(l.Message.Arms, arm) {
					t.Errorf("%s: %s is planned", arm, l.Message.ID)
				}
			}
			if !kinds["survey-reminder"] || kinds["choose-coach"] != (arm == "coaching") || kinds["resources"] != (arm == "control") {
				t.Errorf("%s: planned are %v", arm, kinds)
			}
		}
	})
}
