package store_test

import (
	"testing"
	"time"

	"rekindle/platform/job"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

func TestDelivery(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		next := func() (m mail.Message) {
			t.Helper()
			if err := s.Read(t.Context(), func(tx *store.Tx) error {
				found, ok, err := tx.NextMail(t.Context())
				if ok {
					m = found
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return m
		}
		clock := func() (at time.Time) {
			t.Helper()
			if err := s.Read(t.Context(), func(tx *store.Tx) (err error) { at, err = tx.MailClock(t.Context()); return err }); err != nil {
				t.Fatal(err)
			}
			return at
		}
		began := c.now()
		write(func(tx *store.Tx) error {
			if at, err := tx.MailClock(t.Context()); err != nil || !at.IsZero() {
				t.Errorf("an empty outbox is looked at %v, %v", at, err)
			}
			if err := invite(t.Context(), tx, "P1"); err != nil {
				return err
			}
			_, err := tx.Post(t.Context(),
				mail.Message{Kind: "k", Person: "P1", Dedupe: "1", Due: began, Expires: began.Add(time.Hour)}, mail.Message{Kind: "k", Person: "P2", Dedupe: "2", Due: began.Add(time.Minute)})
			return err
		})
		first := next()
		if first.Person != "P1" || !first.Expires.Equal(began.Add(time.Hour)) || first.Plan != 0 || !clock().Equal(began) {
			t.Fatalf("%+v, at %v", first, clock())
		}
		write(func(tx *store.Tx) error { return tx.ClaimMail(t.Context(), first.ID) })
		if m := next(); m.ID != 0 {
			t.Errorf("claimed, and given again: %+v", m)
		}
		if at := clock(); !at.Equal(began.Add(time.Minute)) {
			t.Errorf("looked at %v", at)
		}
		c.pass(job.Lease)
		if m := next(); m.Person != "P1" || m.Attempts != 1 { // whoever sent it has gone
			t.Errorf("after the lease: %+v", m)
		}
		write(func(tx *store.Tx) error {
			if err := tx.ClaimMail(t.Context(), first.ID); err != nil {
				return err
			}
			return tx.PostponeMail(t.Context(), first.ID, c.now().Add(time.Hour), "451 later", false)
		})
		second := next()
		if second.Person != "P2" {
			t.Errorf("%+v", second)
		}
		write(func(tx *store.Tx) error { return tx.EndMail(t.Context(), second.ID, mail.Failed, "554 no") })
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.ClaimMail(t.Context(), second.ID) }); !problem.Is(err, problem.Conflict) {
			t.Errorf("a failed message is claimed: %v", err)
		}
		write(func(tx *store.Tx) error {
			b, err := tx.Backlog(t.Context())
			if err != nil || b.Waiting != 1 || b.Failed != 1 || !b.Oldest.IsZero() {
				t.Errorf("backlog %+v, %v", b, err)
			}
			m, err := tx.Message(t.Context(), first.ID)
			if err != nil || m.Attempts != 1 || m.Answer != "451 later" || m.State != mail.Planned {
				t.Errorf("postponed: %+v, %v", m, err)
			}
			if n, err := tx.RetryMail(t.Context(), "other"); n != 0 || err != nil {
				t.Errorf("retried %d, %v", n, err)
			}
			n, err := tx.RetryMail(t.Context(), "")
			if n != 1 {
				t.Errorf("retried %d", n)
			}
			return err
		})
		if m := next(); m.ID != second.ID || m.Attempts != 0 || !m.Ended.IsZero() {
			t.Errorf("%+v", m)
		}
	}, c.option)
}
