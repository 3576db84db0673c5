package conduct_test

import (
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/problem"
)

// A stop of all mail to a person holds for what is planned after it too, until it is lifted; what they ask for themselves goes.
func TestAllMailToAPersonIsStopped(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.announced(2)
		s := mailtest.New(w)
		code, other := codes[0], codes[1]
		refused(t, w.StopMail(ctx, coordinator, code, "because"), problem.Invalid, "reasons")
		refused(t, w.LiftStop(ctx, coordinator, code), problem.Conflict, "not stopped")
		must(t, w.StopMail(ctx, coordinator, code, conduct.StopReasons[1]))
		refused(t, w.StopMail(ctx, owner, code, conduct.StopReasons[0]), problem.Conflict, "already")
		for _, role := range identity.Roles {
			by := identity.Actor{Name: string(role), Role: role, Participant: code, Coach: code}
			if may := role == identity.Coordinator || role == identity.Owner; may != !problem.Is(w.StopMail(ctx, by, code, conduct.StopReasons[0]), problem.Forbidden) ||
				!may && !problem.Is(w.LiftStop(ctx, by, code), problem.Forbidden) {
				t.Errorf("%s stops and lifts", role)
			}
		}
		if done := w.deliver(s.Client()); done != (conduct.Delivered{Sent: 1, PutOff: 1}) { // one was in the outbox already
			t.Errorf("with one stopped: %+v", done)
		}
		if l := w.only(code, "announcement", 1); l.Stage() != store.ToCome || l.Needless != "stopped: "+conduct.StopReasons[1] {
			t.Errorf("the planner has %s, %q", l.Stage(), l.Needless)
		}
		refused(t, w.SendLink(ctx, coordinator, code), problem.Conflict, "Lift that first")

		// They enrol all the same: what that plans, and what it would send at once, does not go. Their copy of the consent does, and a link.
		w.at("2021-08-09 10:00")
		w.enrol(code)
		w.enrol(other)
		must(t, w.RequestPersonalLink(ctx, identity.Origin{}, "p0@hospital.example", "", ""))
		w.tick()
		w.deliver(s.Client())
		kinds, all := w.mail(code)
		for _, m := range all {
			if want := map[string]mail.State{"announcement": mail.Stopped /* they are in the trial by now */, "consent-copy": mail.Sent, "personal-link": mail.Sent}[m.Kind]; m.State != want {
				t.Errorf("%s is %s, want %q", m.Kind, m.State, want)
			}
		}
		if !slices.Contains(kinds, "personal-link") || slices.Contains(kinds, "allocated") {
			t.Errorf("mail to one who is stopped: %v", kinds)
		}
		if kinds, _ := w.mail(other); !slices.Contains(kinds, "allocated") {
			t.Errorf("mail to the other: %v", kinds)
		}
		told := w.only(code, "allocated", 0)
		if told.Stage() != store.StoppedAt || told.Why != "stopped: "+conduct.StopReasons[1] {
			t.Errorf("the arm: %s, %q", told.Stage(), told.Why)
		}
		refused(t, w.RestoreMessage(ctx, coordinator, told.ID), problem.Conflict, "stop of all mail")
		log, err := w.MailLog(ctx, coordinator, code)
		if err != nil || log.Stop == nil || log.Stop.Reason != conduct.StopReasons[1] {
			t.Errorf("the log: %+v, %v", log.Stop, err)
		}

		w.at("2021-08-10 10:00")
		must(t, w.LiftStop(ctx, owner, code))
		if l := w.only(code, "allocated", 0); l.Stage() != store.StoppedAt {
			t.Errorf("what fell into the stop is %s", l.Stage())
		}
		must(t, w.RestoreMessage(ctx, coordinator, told.ID))
		if done := w.tick(); done.Sent != 1 {
			t.Errorf("restored: %+v", done)
		}
		if done := w.deliver(s.Client()); done != (conduct.Delivered{Sent: 1}) {
			t.Errorf("after it was lifted: %+v", done)
		}
		verbs := strings.Join(w.trail(string(code)), " ")
		if !strings.Contains(verbs, "message.stop_all") || !strings.Contains(verbs, "message.lift message.restore") {
			t.Errorf("the trail: %s", verbs)
		}
	})
}

// A stop of all mails of a message holds for those that are planned after it.
func TestAMessageIsStoppedForEverybody(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		if n, err := w.StopMessages(ctx, coordinator, "announcement", conduct.StopReasons[2]); n != 0 || err != nil {
			t.Fatalf("before any is planned: %d, %v", n, err)
		}
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		if l := w.only(codes[0], "announcement", 0); l.Needless != "stopped: "+conduct.StopReasons[2] {
			t.Errorf("planned after it: %q", l.Needless)
		}
		w.at("2021-08-05 08:00")
		if done := w.tick(); done.Sent != 0 || done.Dropped != 2 {
			t.Errorf("at their time: %+v", done)
		}
		must(t, w.StopMail(ctx, coordinator, codes[1], conduct.StopReasons[1]))
		if n, err := w.RestoreMessages(ctx, coordinator, "announcement"); n != 1 || err != nil {
			t.Errorf("restored %d, %v", n, err)
		}
		if done := w.tick(); done.Sent != 1 {
			t.Errorf("restored: %+v", done)
		}
		_, err = w.RestoreMessages(ctx, coordinator, "announcement")
		refused(t, err, problem.Conflict, "waits")
	})
}
