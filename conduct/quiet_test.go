package conduct_test

import (
	"context"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// What was due while the program or the mail server stood still does not go out by night, and the planner says why it waits. What somebody has
// just asked for goes at once.
func TestAfterAnOutageNothingGoesByNight(t *testing.T) {
	each(t, func(w *world) {
		codes := w.announced(2) // in the outbox at eight
		s := mailtest.New(w)
		client := s.Client()
		s.Stop()
		if _, err := w.Deliver(w.Context(), client); err == nil {
			t.Fatal("nobody noticed")
		}
		w.at("2021-08-05 23:00")
		s.Start(w)
		must(t, w.RequestPersonalLink(w.Context(), identity.Origin{}, "p1@hospital.example", "", ""))
		if done := w.deliver(client); done != (conduct.Delivered{Sent: 1, PutOff: 2}) {
			t.Fatalf("at eleven in the evening: %+v", done)
		}
		if m := w.last(codes[1], "personal-link"); m.State != mail.Sent {
			t.Errorf("a link that was asked for is %s", m.State)
		}
		l := w.only(codes[0], "announcement", 0)
		if l.Stage() != store.Handed || l.Answer != "put off by quiet hours" || l.Retry.In(l.Zone).Format("Jan 2 15:04") != "Aug 6 07:00" {
			t.Errorf("the planner has %s, %q, %s", l.Stage(), l.Answer, l.Retry)
		}
		w.at("2021-08-06 06:59")
		if done := w.deliver(client); done != (conduct.Delivered{}) {
			t.Errorf("a minute before seven: %+v", done)
		}
		w.at("2021-08-06 07:00")
		if done := w.deliver(client); done != (conduct.Delivered{Sent: 2}) {
			t.Errorf("at seven: %+v", done)
		}

		// The program itself stood still when the second wave was due.
		w.at("2021-09-30 22:30")
		if done := w.tick(); done.Sent != 0 || done.PutOff != 2 {
			t.Errorf("started by night: %+v", done)
		}
		second := w.only(codes[0], "announcement", 1)
		if second.Stage() != store.QuietHours || second.Due.In(second.Zone).Format("Jan 2 15:04") != "Oct 1 07:00" || second.Wanted.In(second.Zone).Format("Jan 2 15:04") != "Sep 30 08:00" {
			t.Errorf("the planner has %s, %s, wanted %s", second.Stage(), second.Due, second.Wanted)
		}
		if done := w.tick(); done != (conduct.Ticked{}) {
			t.Errorf("again: %+v", done)
		}
		w.at("2021-10-01 07:00")
		if done := w.tick(); done.Sent != 2 {
			t.Errorf("in the morning: %+v", done)
		}
	})
}

// Quiet hours and holidays that were set, and zones that were chosen, after mail was planned hold for it.
func TestQuietHoursAreThoseOfTheDayOfSending(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(3)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		due := func(code participant.Code) string {
			l := w.only(code, "announcement", 0)
			return l.Due.In(l.Zone).Format("Jan 2 15:04 MST")
		}
		me := identity.AsParticipant(codes[0])
		must(t, w.ChangeZone(ctx, me, codes[0], "Pacific/Honolulu")) // where it is two in the morning at eight in Boston
		if got := due(codes[0]); got != "Aug 5 07:00 HST" || w.only(codes[0], "announcement", 0).Stage() != store.QuietHours {
			t.Errorf("moved to Hawaii: %s", got)
		}
		must(t, w.ChangeZone(ctx, me, codes[0], "Europe/Berlin"))
		if got := due(codes[0]); got != "Aug 5 14:00 CEST" {
			t.Errorf("moved on to Berlin: %s", got)
		}
		must(t, w.ChangeZone(ctx, me, codes[0], "Pacific/Honolulu"))
		w.read(func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Events(ctx, string(codes[0]), 0, 100)
			if last := all[len(all)-1]; last.Verb != "participant.zone" || !strings.Contains(last.New, `"messages":2`) {
				t.Errorf("the trail has %s %s", last.Verb, last.New)
			}
			return err
		})
		w.Quiet = &followup.Quiet{From: 21, To: 7, Holidays: []study.Date{study.Day(2021, 8, 5)}}
		w.at("2021-08-05 08:00")
		if done := w.tick(); done.Sent != 0 || done.PutOff != 2 {
			t.Errorf("on a holiday that was named late: %+v", done)
		}
		if got := due(codes[1]); got != "Aug 6 07:00 EDT" {
			t.Errorf("after the holiday: %s", got)
		}
		w.Quiet = nil
		w.at("2021-08-05 13:00")
		if done := w.tick(); done.Sent != 1 { // seven in Hawaii
			t.Errorf("by the clock of Hawaii: %+v", done)
		}

		// One that waits in the outbox for the morning in one zone is looked at again in another.
		s := mailtest.New(w)
		w.at("2021-08-06 02:30") // 20:30 in Hawaii
		if done := w.deliver(s.Client()); done.Sent != 1 {
			t.Errorf("in the evening of Hawaii: %+v", done)
		}
		w.at("2021-08-06 07:00")
		w.tick()
		w.at("2021-08-06 21:30")
		if done := w.deliver(s.Client()); done.PutOff != 2 {
			t.Errorf("in the night of Boston: %+v", done)
		}
		must(t, w.ChangeZone(ctx, identity.AsParticipant(codes[1]), codes[1], "America/Denver"))
		if done := w.deliver(s.Client()); done.Sent != 1 {
			t.Errorf("half past seven in Denver: %+v", done)
		}
	})
}

// A mail that answers what somebody has just done goes at once, by night too; hours later it is a mail like any other.
func TestAnAnswerGoesAtOnce(t *testing.T) {
	each(t, func(w *world) {
		codes := w.roster(2)
		w.at("2021-08-09 22:00")
		w.enrol(codes[0])
		if done := w.tick(); done.Sent == 0 {
			t.Errorf("the arm is told: %+v", done)
		}
		s := mailtest.New(w)
		if done := w.deliver(s.Client()); done.Sent == 0 || done.PutOff != 0 {
			t.Errorf("sent at ten in the evening: %+v", done)
		}
		w.enrol(codes[1])
		w.at("2021-08-10 02:00")
		if done := w.tick(); done.Sent != 0 || done.PutOff == 0 {
			t.Errorf("four hours late: %+v", done)
		}
		if l := w.only(codes[1], "allocated", 0); l.Due.In(l.Zone).Format("Jan 2 15:04") != "Aug 10 07:00" {
			t.Errorf("the arm is told at %s", l.Due)
		}
	})
}
