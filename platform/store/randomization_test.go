package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// design is the published trial's: 1:1 by gender and department.
func design(method study.Method) randomization.Design {
	d := randomization.Design{Trial: "test", Method: method,
		Arms: []randomization.Arm{{ID: "coaching", Ratio: 1}, {ID: "control", Ratio: 1}},
		Factors: []randomization.Factor{{ID: "gender", Levels: []string{"woman", "man"}},
			{ID: "medicine", Levels: []string{"yes", "no"}}}}
	if method == study.Minimization {
		d.Probability, d.Measure = 800_000, randomization.Range
		d.Factors[0].Weight, d.Factors[1].Weight = 1, 1
	} else {
		d.BlockSizes = []int{2, 4}
	}
	return d
}

func trialSeed(t testing.TB) randomization.Seed {
	t.Helper()
	s, err := randomization.NewSeed(bytes.NewReader(bytes.Repeat([]byte{9}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func levels(i int) randomization.Values {
	return randomization.Values{"gender": []string{"woman", "man", "woman"}[i%3], "medicine": []string{"yes", "no"}[i%2]}
}

func code(i int) participant.Code { return participant.Code(fmt.Sprintf("P%03d", i)) }

// opened is a store with n people and an open randomization.
func opened(t testing.TB, s *store.Store, method study.Method, n int) {
	t.Helper()
	d := design(method)
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		var people []participant.Record
		for i := range n {
			people = append(people, participant.Record{Code: code(i), Status: participant.Listed})
		}
		if err := tx.AddParticipants(t.Context(), people); err != nil {
			return err
		}
		return tx.OpenRandomization(t.Context(), d, d.Commitment(trialSeed(t)), []byte("sealed"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// draw allocates one participant, as conduct does.
func draw(t testing.TB, s *store.Store, i int) (a randomization.Allocation, err error) {
	err = s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if a, err = tx.Draw(t.Context(), trialSeed(t), code(i), levels(i)); err != nil {
			return err
		}
		if err = record(t, tx, "participant.randomize", code(i)); err != nil {
			return err
		}
		return tx.KeepAllocation(t.Context(), a)
	})
	return a, err
}

func closeRandomization(t testing.TB, s *store.Store) (r store.Randomization, all []randomization.Allocation) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if err = tx.CloseRandomization(t.Context(), trialSeed(t)); err != nil {
			return err
		}
		if r, err = tx.Randomization(t.Context()); err != nil {
			return err
		}
		all, err = tx.Allocations(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, all
}

func TestConcurrentDrawsLoseAndDoubleNone(t *testing.T) {
	for _, method := range []study.Method{study.PermutedBlocks, study.Minimization} {
		t.Run(string(method), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				const n = 64
				opened(t, s, method, n)
				var group sync.WaitGroup
				for i := range n {
					for range 2 { // everybody twice: one of the two must be refused
						group.Go(func() {
							if _, err := draw(t, s, i); err != nil && !problem.Is(err, problem.Conflict) {
								t.Errorf("draw for %s: %v", code(i), err)
							}
						})
					}
				}
				group.Wait()
				r, all := closeRandomization(t, s)
				if len(all) != n {
					t.Fatalf("%d allocations of %d people", len(all), n)
				}
				if found := randomization.Prove(trialSeed(t), r.Design, r.Commitment, all, all); len(found) > 0 {
					t.Errorf("the allocations do not prove: %v", found)
				}
			})
		})
	}
}

func TestADrawThatIsNotKeptLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		opened(t, s, study.PermutedBlocks, 2)
		var first randomization.Allocation
		stop := errors.New("stop")
		if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
			if first, err = tx.Draw(t.Context(), trialSeed(t), code(0), levels(0)); err != nil {
				return err
			}
			return stop
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		again, err := draw(t, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		first.At = again.At
		if !reflect.DeepEqual(first, again) {
			t.Errorf("a draw that was not kept changed the next: %+v and %+v", first, again)
		}
	})
}

func TestAllocationsCannotBeChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		opened(t, s, study.PermutedBlocks, 3)
		if _, err := draw(t, s, 0); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ statement, constraint string }{
			{"UPDATE allocation SET arm = 'control'", "allocation_stays"},
			{"DELETE FROM allocation", "allocation_stays"},
			{"UPDATE randomization SET commitment = 'x'", "randomization_committed"},
			{"UPDATE randomization SET design = '{}'", "randomization_committed"},
			{"DELETE FROM randomization", "randomization_committed"},
			{"UPDATE randomization SET closed = '2021-12-01T00:00:00.000000Z'", "randomization_revealed"},
			{"INSERT INTO allocation SELECT 9, 'P001', levels, stratum, stream, place, arm, at, event FROM allocation", "allocation_place"},
			{"INSERT INTO allocation SELECT 9, participant, levels, stratum, stream, 7, arm, at, event FROM allocation", "allocation_once"},
		} {
			if err := do(t, s, c.statement); store.Constraint(err) != c.constraint {
				t.Errorf("%s: %v, want %s", c.statement, err, c.constraint)
			}
		}
		closeRandomization(t, s)
		if err := do(t, s, "UPDATE randomization SET revealed = 'x'"); store.Constraint(err) != "randomization_committed" {
			t.Errorf("a revealed seed can be changed: %v", err)
		}
		if _, err := draw(t, s, 1); !problem.Is(err, problem.Conflict) || store.Constraint(err) != "allocation_open" {
			t.Errorf("a draw after closing: %v", err)
		}
	})
}

func TestWhatIsHiddenWhileOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		read := func(fn func(tx *store.Tx) error) error { return s.Read(t.Context(), fn) }
		if err := read(func(tx *store.Tx) error { _, err := tx.Randomization(t.Context()); return err }); !problem.Is(err, problem.NotFound) {
			t.Errorf("before opening: %v", err)
		}
		opened(t, s, study.PermutedBlocks, 5)
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.OpenRandomization(t.Context(), design(study.Minimization), "other", []byte("other"))
		}); !problem.Is(err, problem.Conflict) {
			t.Errorf("opened twice: %v", err)
		}
		for i := range 4 {
			if _, err := draw(t, s, i); err != nil {
				t.Fatal(err)
			}
		}
		totals := func(shown int) (sum int, err error) {
			err = read(func(tx *store.Tx) error {
				byArm, err := tx.ArmTotals(t.Context(), shown)
				for _, n := range byArm {
					sum += n
				}
				return err
			})
			return sum, err
		}
		list := func() error {
			return read(func(tx *store.Tx) error { _, err := tx.Allocations(t.Context()); return err })
		}
		for _, shown := range []int{0, 5} {
			if _, err := totals(shown); !problem.Is(err, problem.Conflict) {
				t.Errorf("totals by arm from %d on are shown at 4: %v", shown, err)
			}
		}
		if sum, err := totals(4); err != nil || sum != 4 {
			t.Errorf("totals by arm from 4 on, at 4: %d, %v", sum, err)
		}
		if err := list(); !problem.Is(err, problem.Conflict) {
			t.Errorf("strata and arms are listed while open: %v", err)
		}
		if err := read(func(tx *store.Tx) error {
			r, err := tx.Randomization(t.Context())
			if r.Revealed != "" || !r.Closed.IsZero() {
				t.Errorf("an open randomization shows %+v", r)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		closeRandomization(t, s)
		if sum, err := totals(0); err != nil || sum != 4 {
			t.Errorf("totals by arm after closing: %d, %v", sum, err)
		}
		if err := list(); err != nil {
			t.Errorf("the list after closing: %v", err)
		}
	})
}

func TestStratumCorrectionsStandBeside(t *testing.T) {
	at := time.Date(2021, 8, 5, 12, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		opened(t, s, study.PermutedBlocks, 1)
		if _, err := draw(t, s, 0); err != nil {
			t.Fatal(err)
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			for _, level := range []string{"man", "woman", "man"} {
				if err := record(t, tx, "stratum.correct", code(0)); err != nil {
					return err
				}
				c := store.StratumCorrection{Participant: code(0), Factor: "gender", Level: level, Reason: "misread"}
				if err := tx.CorrectStratum(t.Context(), c); err != nil {
					return err
				}
			}
			randomized, corrected, err := tx.Levels(t.Context(), code(0))
			if err != nil {
				return err
			}
			if randomized["gender"] != "woman" || corrected["gender"] != "man" || corrected["medicine"] != "yes" {
				t.Errorf("randomized as %v, corrected to %v", randomized, corrected)
			}
			all, err := tx.StratumCorrections(t.Context(), code(0))
			if len(all) != 3 || all[2].Level != "man" || !all[2].At.Equal(at) {
				t.Errorf("corrections %+v", all)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := do(t, s, "DELETE FROM stratum_correction"); store.Constraint(err) != "correction_stays" {
			t.Errorf("a correction can be deleted: %v", err)
		}
	}, func(o *store.Options) { o.Clock = func() time.Time { return at } })
}

// BenchmarkDraw draws one after the other, and from 64 at once, who share commits.
func BenchmarkDraw(b *testing.B) {
	for _, place := range []struct {
		name string
		of   func(testing.TB) store.Options
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		for _, at := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", place.name, at), func(b *testing.B) {
				s := storetest.Open(b, place.of(b))
				opened(b, s, study.PermutedBlocks, b.N)
				b.ResetTimer()
				var group sync.WaitGroup
				for worker := range at {
					group.Go(func() {
						for i := worker; i < b.N; i += at {
							if _, err := draw(b, s, i); err != nil {
								b.Error(err)
							}
						}
					})
				}
				group.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "draws/s")
			})
		}
	}
}

func record(t testing.TB, tx *store.Tx, verb string, code participant.Code) error {
	return tx.Record(t.Context(), audit.Event{Actor: "clock", Role: "clock", Verb: verb, Object: string(code)})
}
