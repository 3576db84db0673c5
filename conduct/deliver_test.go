package conduct_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/job"
	"rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// announced puts n people on the roster and their announcements into the outbox.
func (w *world) announced(n int) []participant.Code {
	w.Helper()
	codes := w.roster(n)
	_, err := w.Invite(w.Context(), coordinator, nil)
	must(w, err)
	w.at("2021-08-05 08:00")
	if done := w.tick(); done.Sent != n {
		w.Fatalf("%d of %d announcements are in the outbox", done.Sent, n)
	}
	return codes
}

func (w *world) deliver(to *mail.Server) conduct.Delivered {
	w.Helper()
	done, err := w.Deliver(w.Context(), to)
	must(w, err)
	return done
}

func TestDeliver(t *testing.T) {
	each(t, func(w *world) {
		codes := w.announced(5)
		s := mailtest.New(w)
		if done := w.deliver(s.Client()); done != (conduct.Delivered{Sent: 5}) {
			t.Fatalf("%+v", done)
		}
		seen := map[string]bool{}
		for _, m := range s.All() {
			link, _, _ := strings.Cut(m.Body[strings.Index(m.Body, "https://coaching.example.org/p/"):], "\n")
			if h := m.Header; h.Get("List-Unsubscribe") != "<"+strings.TrimSpace(link)+"/stop>" || h.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || seen[h.Get("Message-ID")] || !strings.HasSuffix(h.Get("Message-ID"), "@example.org>") {
				t.Errorf("%v\n%q", h, link)
			}
			seen[m.Header.Get("Message-ID")] = true
		}
		_, all := w.mail(codes[0])
		if len(all) != 1 || all[0].State != mail.Sent || !strings.HasPrefix(all[0].Answer, "2.0.0 OK") || all[0].Attempts != 1 {
			t.Errorf("the log: %+v", all)
		}
		if done := w.deliver(s.Client()); done != (conduct.Delivered{}) {
			t.Errorf("again: %+v", done)
		}
	})
}

// A mail server that is down, or drops connections, delays mail and loses none.
func TestDeliverServerDown(t *testing.T) {
	each(t, func(w *world) {
		w.announced(4)
		s := mailtest.New(w)
		client := s.Client()
		s.Stop()
		for range 3 {
			_, err := w.Deliver(w.Context(), client)
			refused(t, err, problem.Unavailable, "mail server")
			w.pass(time.Minute)
		}
		s.Start(w)
		dropped := 0
		s.Data = func(mailtest.Taken) error {
			if dropped++; dropped == 2 {
				return mailtest.ErrDrop
			}
			return nil
		}
		_, err := w.Deliver(w.Context(), client)
		refused(t, err, problem.Unavailable, "")
		w.pass(time.Minute)
		if done := w.deliver(client); done.Sent != 3 {
			t.Errorf("%+v", done)
		}
		got := map[string]int{}
		for _, m := range s.All() {
			got[m.To]++
		}
		if len(got) != 4 || len(s.All()) != 4 {
			t.Errorf("taken: %v", got)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			b, err := tx.Backlog(ctx)
			if b != (store.Backlog{Sent: 4}) {
				t.Errorf("%+v", b)
			}
			return err
		})
	})
}

// The program dies after the server has taken a message and before that is noted: it goes again, as the same message.
func TestDeliverKilled(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, where store.Options) {
		w := newWorld(t, where)
		w.announced(1)
		s := mailtest.New(w)
		s.Data = func(mailtest.Taken) error { return w.Store.Close() } // nothing is written any more
		if _, err := w.Deliver(w.Context(), s.Client()); err == nil {
			t.Fatal("nobody noticed")
		}
		s.Data = nil
		where.Key, where.Vault, where.Clock = w.key, w.vault, w.clock
		w.Store = storetest.Open(t, where)
		if done := w.deliver(s.Client()); done != (conduct.Delivered{}) {
			t.Errorf("before the lease is over: %+v", done)
		}
		w.pass(job.Lease)
		if done := w.deliver(s.Client()); done.Sent != 1 {
			t.Errorf("%+v", done)
		}
		all := s.All()
		if len(all) != 2 || all[0].Header.Get("Message-ID") != all[1].Header.Get("Message-ID") || all[0].Body != all[1].Body {
			t.Errorf("%d copies, %v", len(all), all)
		}
	})
}

func TestDeliverLater(t *testing.T) {
	each(t, func(w *world) {
		codes := w.announced(2)
		s := mailtest.New(w)
		s.Rcpt = func(to string) error {
			if strings.HasPrefix(to, "p0@") {
				return mailtest.Refuse(450, 4, 2, 1, "Greylisted")
			}
			return nil
		}
		if done := w.deliver(s.Client()); done != (conduct.Delivered{Sent: 1, Postponed: 1}) {
			t.Fatalf("%+v", done)
		}
		began := w.now
		for range 2 * job.MaxAttempts { // by night nothing is tried
			w.pass(6 * time.Hour)
			w.deliver(s.Client())
		}
		_, all := w.mail(codes[0])
		if m := all[0]; m.State != mail.Failed || m.Attempts != job.MaxAttempts || m.Answer != "450 4.2.1 Greylisted" || m.Ended.Sub(began) < 24*time.Hour {
			t.Errorf("%+v", m)
		}
		if slices.Contains(w.trail(string(codes[0])), "participant.bounce") {
			t.Error("a full mailbox is no dead one")
		}
		s.Change(func() { s.Rcpt = nil })
		if _, err := w.Resend(w.Context(), statistician, ""); !problem.Is(err, problem.Forbidden) {
			t.Error(err)
		}
		if n, err := w.Resend(w.Context(), coordinator, ""); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if done := w.deliver(s.Client()); done.Sent != 1 {
			t.Errorf("%+v", done)
		}
	})
}

func TestDeliverBounce(t *testing.T) {
	each(t, func(w *world) {
		codes := w.announced(2)
		s := mailtest.New(w)
		s.Rcpt = func(to string) error {
			if strings.HasPrefix(to, "p0@") {
				return mailtest.Refuse(550, 5, 1, 1, "No such user")
			}
			return nil
		}
		if done := w.deliver(s.Client()); done != (conduct.Delivered{Sent: 1, Failed: 1, Bounced: 1}) {
			t.Fatalf("%+v", done)
		}
		if !slices.Contains(w.trail(string(codes[0])), "participant.bounce") {
			t.Error("the bounce is not in the trail")
		}
		w.at("2021-09-30 08:00") // the second announcement
		if done := w.tick(); done.Sent != 1 || done.Dropped != 1 {
			t.Errorf("%+v", done)
		}
		for _, email := range []string{"not an address", "p1@hospital.example"} {
			if err := w.Readdress(w.Context(), coordinator, codes[0], email); !problem.Is(err, problem.Invalid) && !problem.Is(err, problem.Conflict) {
				t.Errorf("%s: %v", email, err)
			}
		}
		must(t, w.Readdress(w.Context(), coordinator, codes[0], "Right@hospital.example"))
		if n, err := w.Resend(w.Context(), coordinator, "announcement"); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			i, err := tx.Identity(ctx, codes[0])
			if i.Bounced != nil {
				t.Error("the new address counts as dead")
			}
			return err
		})
	})
}

// What has become needless between outbox and server stays unsent.
func TestDeliverNeedless(t *testing.T) {
	each(t, func(w *world) {
		codes := w.announced(6)
		ctx := w.Context()
		must(t, w.Decline(ctx, identity.AsParticipant(codes[0]), codes[0], "no"))
		must(t, w.OptOut(ctx, identity.AsParticipant(codes[1]), codes[1]))
		must(t, w.Complain(ctx, coordinator, codes[2]))
		must(t, w.Bounce(ctx, coordinator, codes[3]))
		w.enrol(codes[4])
		refused(t, w.OptOut(ctx, identity.AsParticipant(codes[0]), codes[5]), problem.NotFound, "")
		s := mailtest.New(w)
		done := w.deliver(s.Client())
		if done.Stopped != 5 || done.Sent != 2 || len(s.All()) != 2 || s.All()[0].To != "p5@hospital.example" || s.All()[1].To != "p4@hospital.example" { // whose copy of the consent stands
			t.Errorf("%+v", done)
		}
		for i, why := range []string{"declined", "wants no more mail", "wants no more mail", "address takes no mail", "randomized"} {
			if _, all := w.mail(codes[i]); all[0].State != mail.Stopped || !strings.Contains(all[0].Answer, why) {
				t.Errorf("%d: %s, %q", i, all[0].State, all[0].Answer)
			}
		}
		// For ever: what the trial plans for them later does not go either.
		w.at("2021-09-30 08:00")
		w.tick()
		for i := range 4 {
			if kinds, _ := w.mail(codes[i]); len(kinds) != 1 {
				t.Errorf("%d: %v", i, kinds)
			}
		}
		must(t, w.OptOut(ctx, coordinator, codes[1])) // a second time changes nothing
		if n := len(slices.DeleteFunc(w.trail(string(codes[1])), func(v string) bool { return v != "participant.opt_out" })); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

// Two programs that share a database send each message once.
func TestDeliverTogether(t *testing.T) {
	each(t, func(w *world) {
		w.announced(30)
		s := mailtest.New(w)
		var wg sync.WaitGroup
		for range 4 {
			client := s.Client()
			wg.Go(func() {
				if _, err := w.Deliver(w.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		seen := map[string]int{}
		for _, m := range s.All() {
			seen[m.To]++
		}
		if len(s.All()) != 30 || len(seen) != 30 {
			t.Errorf("%d mails to %d people", len(s.All()), len(seen))
		}
	})
}

// A stopped program finishes the message that it has begun, and no other.
func TestDeliverStopped(t *testing.T) {
	each(t, func(w *world) {
		w.announced(3)
		s := mailtest.New(w)
		ctx, stop := context.WithCancel(w.Context())
		s.Data = func(mailtest.Taken) error { stop(); return nil }
		done, err := w.Deliver(ctx, s.Client())
		if err != nil || done.Sent != 1 {
			t.Errorf("%+v, %v", done, err)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			b, err := tx.Backlog(ctx)
			if fmt.Sprint(b.Waiting, b.Sent) != "2 1" {
				t.Errorf("%+v", b)
			}
			return err
		})
	})
}

// After an outage, of the program or of the mail server, somebody gets one reminder of an open survey, not all that were missed.
func TestAfterAnOutageOneReminderGoes(t *testing.T) {
	each(t, func(w *world) {
		w.at("2021-08-06 10:00")
		code := w.roster(1)[0]
		w.enrol(code)
		s := mailtest.New(w)
		w.tick()
		w.deliver(s.Client())
		reminders := func() (sent, needless int) {
			for _, l := range w.letters(store.PlanFilter{Participant: code, Message: "survey-reminder"}) {
				switch l.Stage() {
				case store.SentOff:
					sent++
				case store.StoppedAt:
					needless++
				}
			}
			return sent, needless
		}
		w.at("2021-11-16 10:00") // the program was off since August: reminders of two days are due
		w.tick()
		w.deliver(s.Client())
		if sent, needless := reminders(); sent != 1 || needless != 2 {
			t.Errorf("after the program was off: %d sent, %d needless", sent, needless)
		}
		client := s.Client()
		s.Stop()
		for _, day := range []string{"2021-11-22 10:00", "2021-11-30 10:00"} { // the mail server is down on both days
			w.at(day)
			w.tick()
			if _, err := w.Deliver(w.Context(), client); !problem.Is(err, problem.Unavailable) {
				t.Errorf("%s: %v", day, err)
			}
		}
		w.pass(time.Hour)
		s = mailtest.New(w)
		w.deliver(s.Client())
		if got := len(s.All()); got != 1 {
			t.Errorf("after the mail server was down %d mails went", got)
		}
		if sent, needless := reminders(); sent != 2 || needless != 3 {
			t.Errorf("after the mail server was down: %d sent, %d needless", sent, needless)
		}
	})
}
