package store_test

import (
	"slices"
	"testing"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// What long lists show: the latest first, narrowed, counted, a page at a time.
func TestLists(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for _, e := range []audit.Event{
				{Actor: "pi", Role: "owner", Verb: "study.open", Object: "trial"},
				{Actor: "office", Role: "coordinator", Verb: "participant.add", Object: "P1"},
				{Actor: "office", Role: "coordinator", Verb: "participant.add", Object: "P2"},
			} {
				if err := tx.Record(ctx, e); err != nil {
					return err
				}
			}
			var all []mail.Message
			for i, person := range []string{"P1", "P2", "P1"} {
				kind := []string{"announcement", "announcement", "survey"}[i]
				all = append(all, mail.Message{Kind: kind, Person: person, Dedupe: kind + person, Due: tx.Now().Add(time.Duration(i) * time.Hour), Content: mail.Content{Subject: kind}})
			}
			if _, err := tx.Post(ctx, all...); err != nil {
				return err
			}
			at := tx.Now()
			return tx.AddParticipants(ctx, []participant.Record{
				{Code: "P1", Status: participant.Completed, InvitedAt: &at, RespondedAt: &at, ConsentedAt: &at, BaselineAt: &at, EnrolledAt: &at, RandomizedAt: &at, StartedAt: &at, EndedAt: &at},
				{Code: "P2", Status: participant.Waiting, InvitedAt: &at, RespondedAt: &at, ConsentedAt: &at, BaselineAt: &at, WaitingAt: &at},
				{Code: "P3", Status: participant.Listed},
			})
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Read(ctx, func(tx *store.Tx) error {
			for _, want := range []struct {
				filter store.EventFilter
				seqs   []int64
			}{
				{store.EventFilter{}, []int64{2, 1, 0}},
				{store.EventFilter{Verb: "participant.add"}, []int64{2, 1}},
				{store.EventFilter{Object: "P1", Actor: "office"}, []int64{1}},
				{store.EventFilter{Object: "P1", Actor: "pi"}, nil},
			} {
				found, err := tx.LatestEvents(ctx, want.filter, 0, 10)
				n, err2 := tx.EventCount(ctx, want.filter)
				var seqs []int64
				for _, e := range found {
					seqs = append(seqs, e.Seq)
				}
				if err != nil || err2 != nil || n != len(want.seqs) || !slices.Equal(seqs, want.seqs) {
					t.Errorf("%+v: events %v, counted %d, want %v (%v, %v)", want.filter, seqs, n, want.seqs, err, err2)
				}
			}
			if found, err := tx.LatestEvents(ctx, store.EventFilter{}, 1, 1); err != nil || len(found) != 1 || found[0].Seq != 1 {
				t.Errorf("the second page of one: %v, %v", found, err)
			}
			if verbs, err := tx.EventVerbs(ctx); err != nil || !slices.Equal(verbs, []string{"participant.add", "study.open"}) {
				t.Errorf("verbs %v, %v", verbs, err)
			}
			for _, want := range []struct {
				filter store.MailFilter
				kinds  []string
			}{
				{store.MailFilter{}, []string{"survey", "announcement", "announcement"}},
				{store.MailFilter{Person: "P1"}, []string{"survey", "announcement"}},
				{store.MailFilter{Kind: "announcement", State: mail.Planned}, []string{"announcement", "announcement"}},
				{store.MailFilter{State: mail.Failed}, nil},
			} {
				found, err := tx.LatestMail(ctx, want.filter, 0, 10)
				n, err2 := tx.MailCount(ctx, want.filter)
				var kinds []string
				for _, m := range found {
					kinds = append(kinds, m.Subject)
				}
				if err != nil || err2 != nil || n != len(want.kinds) || !slices.Equal(kinds, want.kinds) {
					t.Errorf("%+v: mail %v, counted %d, want %v (%v, %v)", want.filter, kinds, n, want.kinds, err, err2)
				}
			}
			latest, err := tx.LatestMail(ctx, store.MailFilter{}, 0, 1)
			if err != nil {
				return err
			}
			if m, err := tx.Message(ctx, latest[0].ID); err != nil || m.Subject != "survey" || m.Person != "P1" {
				t.Errorf("message: %+v, %v", m, err)
			}
			if _, err := tx.Message(ctx, 999); !problem.Is(err, problem.NotFound) {
				t.Errorf("no message: %v", err)
			}
			m, err := tx.Milestones(ctx)
			want := store.Milestones{Listed: 3, Invited: 2, Responded: 2, Consented: 2, Enrolled: 1, Randomized: 1, Started: 1, Waiting: 1, Completed: 1}
			if err != nil || m != want {
				t.Errorf("milestones %+v, want %+v (%v)", m, want, err)
			}
			if n, err := tx.SessionsHeld(ctx); err != nil || n != 0 {
				t.Errorf("%d sessions, %v", n, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}, c.option)
}
