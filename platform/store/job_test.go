package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rekindle/platform/job"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// clock is a time that tests move.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.ns.Store(time.Date(2020, 9, 1, 8, 0, 0, 0, time.UTC).UnixNano())
	return c
}
func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()) }
func (c *clock) pass(d time.Duration)    { c.ns.Add(int64(d)) }
func (c *clock) option(o *store.Options) { o.Clock = c.now }

func enqueue(t *testing.T, s *store.Store, jobs ...job.Job) (queued int64) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if err = invite(t.Context(), tx, "P1"); err == nil {
			queued, err = tx.Enqueue(t.Context(), jobs...)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return queued
}

func jobsIn(t *testing.T, s *store.Store, state job.State) (jobs []job.Job) {
	t.Helper()
	if err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
		jobs, err = tx.Jobs(t.Context(), state, 1000)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestJobs(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Enqueue(t.Context(), job.Job{Kind: "remind", Dedupe: "a", Due: tx.Now()})
			return err
		}); !problem.Is(err, problem.Internal) {
			t.Errorf("without a cause: %v", err)
		}
		later := c.now().Add(time.Hour)
		n := enqueue(t, s,
			job.Job{Kind: "remind", Dedupe: "a", Due: c.now(), Payload: json.RawMessage(`{"to": "P1"}`)},
			job.Job{Kind: "remind", Dedupe: "later", Due: later},
			job.Job{Kind: "remind", Dedupe: "a", Due: c.now()},
			job.Job{Kind: "moot", Dedupe: "b", Due: c.now()},
			job.Job{Kind: "broken", Dedupe: "c", Due: c.now()})
		if n != 4 || enqueue(t, s, job.Job{Kind: "remind", Dedupe: "a", Due: c.now()}) != 0 {
			t.Errorf("%d jobs queued, want 4, one dedupe key each", n)
		}
		var reminded, broken int
		handlers := map[string]job.Handler{
			"remind": func(_ context.Context, j job.Job) error {
				reminded++
				var payload struct{ To string }
				if err := json.Unmarshal(j.Payload, &payload); err != nil || reminded == 1 && payload.To != "P1" {
					t.Errorf("payload %s, %v", j.Payload, err)
				}
				return nil
			},
			"moot":   func(context.Context, job.Job) error { return problem.New(problem.Conflict, "has withdrawn") },
			"broken": func(context.Context, job.Job) error { broken++; return errors.New("mail server down") },
		}
		if did, err := s.Work(t.Context(), handlers); err != nil || did != 3 || reminded != 1 || broken != 1 {
			t.Errorf("did %d (%d, %d), %v", did, reminded, broken, err)
		}
		if done := jobsIn(t, s, job.Done); len(done) != 1 || done[0].Dedupe != "a" || done[0].Cause != 0 || !done[0].Ended.Equal(c.now()) {
			t.Errorf("done: %+v", done)
		}
		if stopped := jobsIn(t, s, job.Stopped); len(stopped) != 1 || stopped[0].Error != "has withdrawn" {
			t.Errorf("stopped: %+v", stopped)
		}
		if waiting := jobsIn(t, s, job.Waiting); len(waiting) != 2 || waiting[0].Dedupe != "c" || waiting[0].Error != "mail server down" || !waiting[0].Due.Equal(c.now().Add(time.Minute)) {
			t.Errorf("waiting: %+v", waiting)
		}
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			at, ok, err := tx.NextJob(t.Context())
			if !ok || !at.Equal(c.now().Add(time.Minute)) {
				t.Errorf("next at %v, %v", at, ok)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for range job.MaxAttempts + 5 { // until it is given up
			c.pass(6 * time.Hour)
			if _, err := s.Work(t.Context(), handlers); err != nil {
				t.Fatal(err)
			}
		}
		if failed := jobsIn(t, s, job.Failed); broken != job.MaxAttempts || len(failed) != 1 || reminded != 2 {
			t.Errorf("%d attempts, failed: %+v", broken, failed)
		}
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			_, ok, err := tx.NextJob(t.Context())
			if ok {
				t.Error("something is still to be done")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}, c.option)
}

// A worker that dies leaves its job to another once the lease has run out; if it was not dead, its word comes too late.
func TestJobLease(t *testing.T) {
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job.Job{Kind: "remind", Dedupe: "a", Due: c.now()})
		claim := func() (j job.Job, ok bool) {
			if err := s.Write(t.Context(), func(tx *store.Tx) (err error) { j, ok, err = tx.ClaimJob(t.Context()); return err }); err != nil {
				t.Fatal(err)
			}
			return j, ok
		}
		first, ok := claim()
		if !ok || first.Attempts != 1 {
			t.Fatalf("%+v, %v", first, ok)
		}
		c.pass(job.Lease - time.Second)
		if _, ok := claim(); ok {
			t.Error("claimed twice within the lease")
		}
		c.pass(time.Second)
		second, ok := claim()
		if !ok || second.ID != first.ID || second.Attempts != 2 {
			t.Fatalf("%+v, %v", second, ok)
		}
		end := func(j job.Job) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return tx.EndJob(t.Context(), j, nil) })
		}
		if err := end(first); !problem.Is(err, problem.Conflict) {
			t.Errorf("the first worker's word: %v", err)
		}
		if err := end(second); err != nil {
			t.Error(err)
		}
	}, c.option)
}

// Four workers share the queue: every job is done, and none twice.
func TestWorkersShareJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var jobs []job.Job
		for i := range 100 {
			jobs = append(jobs, job.Job{Kind: "count", Dedupe: fmt.Sprint(i), Due: time.Now().Add(-time.Hour)})
		}
		enqueue(t, s, jobs...)
		var mu sync.Mutex
		done := map[string]int{}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := s.Work(t.Context(), map[string]job.Handler{"count": func(_ context.Context, j job.Job) error {
					mu.Lock()
					defer mu.Unlock()
					done[j.Dedupe]++
					return nil
				}}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(done) != 100 || len(jobsIn(t, s, job.Done)) != 100 {
			t.Errorf("%d jobs done", len(done))
		}
		for key, n := range done {
			if n != 1 {
				t.Errorf("job %s was done %d times", key, n)
			}
		}
	})
}

func TestOutbox(t *testing.T) {
	c := newClock()
	content := mail.Content{To: "Kim Doe <kim.doe@example.org>", Subject: "An invitation", Text: "Dear Dr Doe", HTML: "<p>Dear Dr Doe</p>", Headers: map[string]string{"List-Unsubscribe": "<https://example.org/x>"}}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		post := func(messages ...mail.Message) (posted int64) {
			if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				if err = invite(t.Context(), tx, "P1"); err == nil {
					posted, err = tx.Post(t.Context(), messages...)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return posted
		}
		first := mail.Message{Kind: "invitation", Person: "P1", Dedupe: "invitation P1 0", Due: c.now(), Content: content}
		later := first
		later.Dedupe, later.Due = "invitation P1 1", c.now().Add(time.Hour)
		if n := post(first, later, first); n != 2 || post(first) != 0 {
			t.Errorf("%d posted, want 2", n)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Post(t.Context(), first); return err }); !problem.Is(err, problem.Internal) {
			t.Errorf("without a cause: %v", err)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			due, ok, err := tx.NextMail(t.Context())
			if err != nil {
				return err
			}
			if !ok || due.Text != content.Text || due.Headers["List-Unsubscribe"] == "" || due.State != mail.Planned || due.Person != "P1" {
				t.Fatalf("due: %+v", due)
			}
			if err := tx.EndMail(t.Context(), due.ID, mail.Sent, "250 OK"); err != nil {
				return err
			}
			if err := tx.EndMail(t.Context(), due.ID, mail.Failed, "550"); !problem.Is(err, problem.Conflict) {
				t.Errorf("ended twice: %v", err)
			}
			all, err := tx.Mail(t.Context(), "", 0, 10)
			if len(all) != 2 || all[0].State != mail.Sent || all[0].Answer != "250 OK" || !all[0].Ended.Equal(c.now()) || !all[1].Ended.IsZero() {
				t.Errorf("all: %+v", all)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// What lies in the database tells nobody who was written to.
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			sealed, err := store.All(t.Context(), tx, store.Value[[]byte], "SELECT sealed FROM outbox")
			for _, raw := range sealed {
				if bytes.Contains(raw, []byte("Doe")) || bytes.Contains(raw, []byte("example.org")) {
					t.Errorf("readable: %q", raw)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}, c.option)
}
