package conduct_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

var (
	pi    = identity.Actor{Name: "pi", Role: identity.Owner}
	stats = identity.Actor{Name: "stats", Role: identity.Statistician}
	desk  = identity.Actor{Name: "desk", Role: identity.Coordinator}
	// inEnrolment is a moment at which the published trial enrolled.
	inEnrolment = time.Date(2021, 9, 1, 12, 0, 0, 0, time.UTC)
)

func atEnrolment(o *store.Options) { o.Clock = func() time.Time { return inEnrolment } }

// placed is the published trial with n people who have a place, a complete baseline, and no arm yet.
func placed(t testing.TB, s *store.Store, n int, change ...func(*study.Protocol)) (*conduct.Conduct, []participant.Code) {
	t.Helper()
	p, err := protocols.Load("../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(p)
	}
	c := &conduct.Conduct{Store: s, Protocol: p}
	if err := c.OpenStudy(t.Context(), pi); err != nil {
		t.Fatal(err)
	}
	var codes []participant.Code
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		var people []participant.Record
		var visits []store.VisitOf
		codes = nil
		for i := range n {
			code := participant.Code(fmt.Sprintf("P%03d", i))
			codes = append(codes, code)
			people = append(people, participant.Record{Code: code, Status: participant.Enrolled, InvitedAt: new(tx.Now()),
				ConsentedAt: new(tx.Now()), BaselineAt: new(tx.Now()), EnrolledAt: new(tx.Now())})
			visits = append(visits, store.VisitOf{Participant: code, Visit: assessment.Visit{ID: "baseline", State: assessment.Finished,
				Window: assessment.Window{Opens: tx.Now(), Due: tx.Now(), Closes: tx.Now()}, CompletedAt: new(tx.Now())}})
		}
		if err := tx.AddParticipants(t.Context(), people); err != nil {
			return err
		}
		if err := tx.AddVisits(t.Context(), visits); err != nil {
			return err
		}
		for i, code := range codes {
			answers := instrument.Answers{
				"gender":                 instrument.Answer([]string{"woman", "woman", "man"}[i%3]),
				"department_of_medicine": instrument.Answer([]string{"yes", "no"}[i%2]),
			}
			form := store.FormOf{Participant: code, Form: assessment.Form{Visit: "baseline", Instrument: "demographics"}}
			if err := tx.SaveAnswers(t.Context(), form, answers, true); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, codes
}

// locked locks the study without waiting for its visits.
func locked(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.LockStudy(t.Context(), "digest") }); err != nil {
		t.Fatal(err)
	}
}

func evidence(t testing.TB, s *store.Store) (e randomization.Evidence) {
	t.Helper()
	if err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
		e, err = tx.RandomizationEvidence(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestConcurrentRandomizationProves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 64
		c, codes := placed(t, s, n)
		var group sync.WaitGroup
		for _, code := range codes {
			for _, by := range []identity.Actor{identity.AsParticipant(code), desk} { // twice each: one must be refused
				group.Go(func() {
					if _, err := c.Randomize(t.Context(), by, code); err != nil && !problem.Is(err, problem.Conflict) {
						t.Errorf("%s: %v", code, err)
					}
				})
			}
		}
		group.Wait()
		if _, err := evidence(t, s).Prove(); !problem.Is(err, problem.Conflict) {
			t.Errorf("a proof before closing: %v", err)
		}
		locked(t, s)
		closing, err := c.CloseRandomization(t.Context(), pi)
		if err != nil || closing.Allocations != n {
			t.Fatalf("%d allocations, %v; want %d", closing.Allocations, err, n)
		}
		found, err := evidence(t, s).Prove()
		if err != nil || len(found) > 0 {
			t.Errorf("the allocations do not prove: %v, %v", found, err)
		}
	}, atEnrolment)
}

// TestNothingToldBeforeClosing reads every text of the database while randomization is open: the seed is in none, and neither the trail nor
// anything but the allocation itself has a stratum.
func TestNothingToldBeforeClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c, codes := placed(t, s, 12)
		var arms []string
		for _, code := range codes {
			p, err := c.Randomize(t.Context(), desk, code)
			if err != nil {
				t.Fatal(err)
			}
			arms = append(arms, p.Arm)
		}
		if !slices.Contains(arms, "coaching") || !slices.Contains(arms, "control") {
			t.Errorf("arms %v", arms)
		}
		var trail strings.Builder
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.Events(t.Context(), "", 0, 1000)
			for _, e := range events {
				trail.Write(e.Leaf())
				if e.Verb == "participant.randomize" {
					for _, told := range []string{"coaching", "control", "woman", "man", "gender", "medicine"} {
						if strings.Contains(e.New, told) {
							t.Errorf("the trail tells %q: %s", told, e.New)
						}
					}
				}
			}
			if _, err := tx.Allocations(t.Context()); !problem.Is(err, problem.Conflict) {
				t.Errorf("all allocations while open: %v", err)
			}
			if _, err := tx.ArmTotals(t.Context(), 0); !problem.Is(err, problem.Conflict) {
				t.Errorf("totals while open: %v", err)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		locked(t, s)
		closing, err := c.CloseRandomization(t.Context(), pi)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(trail.String(), closing.Seed) || evidence(t, s).Seed != closing.Seed {
			t.Error("the seed was told early, or not told at closing")
		}
	}, atEnrolment)
}

func TestWhoMayRandomizeCloseAndCorrect(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c, codes := placed(t, s, 2)
		someone := identity.AsParticipant(codes[1])
		for _, role := range identity.Roles {
			by := identity.Actor{Name: "x", Role: role, Participant: codes[0]}
			if role != identity.Owner {
				if _, err := c.CloseRandomization(t.Context(), by); !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s closes: %v", role, err)
				}
			}
			if role != identity.Owner && role != identity.Statistician {
				if err := c.CorrectStratum(t.Context(), by, codes[0], "gender", "man", "misread"); !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s corrects: %v", role, err)
				}
			}
			if !slices.Contains([]identity.Role{identity.Participant, identity.Coordinator, identity.Clock}, role) {
				if _, err := c.Randomize(t.Context(), by, codes[0]); !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s randomizes: %v", role, err)
				}
			}
		}
		if _, err := c.Randomize(t.Context(), someone, codes[0]); !problem.Is(err, problem.NotFound) {
			t.Errorf("a participant randomizes another: %v", err)
		}
		if _, err := c.CloseRandomization(t.Context(), pi); !problem.Is(err, problem.Conflict) {
			t.Errorf("closing before the lock: %v", err)
		}
		if _, err := c.Randomize(t.Context(), desk, codes[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Randomize(t.Context(), desk, codes[0]); !problem.Is(err, problem.Conflict) {
			t.Errorf("randomized twice: %v", err)
		}
		locked(t, s)
		if _, err := c.Randomize(t.Context(), desk, codes[1]); !problem.Is(err, problem.Conflict) {
			t.Errorf("randomized after the lock: %v", err)
		}
		if _, err := c.CloseRandomization(t.Context(), pi); err != nil {
			t.Fatal(err)
		}
		if _, err := c.CloseRandomization(t.Context(), pi); !problem.Is(err, problem.Conflict) {
			t.Errorf("closed twice: %v", err)
		}
	}, atEnrolment)
}

func TestAStratumIsCorrectedBesideTheDraw(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c, codes := placed(t, s, 3)
		code := codes[0] // a woman in the department of medicine
		if err := c.CorrectStratum(t.Context(), stats, code, "gender", "man", "misread"); !problem.Is(err, problem.NotFound) {
			t.Errorf("a correction before the draw: %v", err)
		}
		for _, code := range codes {
			if _, err := c.Randomize(t.Context(), desk, code); err != nil {
				t.Fatal(err)
			}
		}
		for _, bad := range [][3]string{{"site", "man", "x"}, {"gender", "boy", "x"}, {"gender", "man", "  "}} {
			if err := c.CorrectStratum(t.Context(), stats, code, bad[0], bad[1], bad[2]); !problem.Is(err, problem.Invalid) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		for range 2 { // the second time changes nothing and is no event
			if err := c.CorrectStratum(t.Context(), stats, code, "gender", "man", "misread"); err != nil {
				t.Fatal(err)
			}
		}
		err := c.Correct(t.Context(), identity.AsParticipant(code), conduct.Change{Participant: code, Visit: "baseline", Instrument: "demographics",
			Item: "department_of_medicine", New: "no", Reason: "wrong click"})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			randomized, corrected, err := tx.Levels(t.Context(), code)
			if err != nil {
				return err
			}
			if randomized["gender"] != "woman" || corrected["gender"] != "man" ||
				randomized["department_of_medicine"] != "yes" || corrected["department_of_medicine"] != "no" {
				t.Errorf("randomized as %v, corrected to %v", randomized, corrected)
			}
			all, err := tx.StratumCorrections(t.Context(), code)
			if len(all) != 2 || all[0].Reason != "misread" || all[1].Reason != "wrong click" {
				t.Errorf("corrections %+v", all)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		locked(t, s)
		if err := c.CorrectStratum(t.Context(), stats, code, "gender", "woman", "x"); !problem.Is(err, problem.Conflict) {
			t.Errorf("a correction after the lock: %v", err)
		}
		if _, err := c.CloseRandomization(t.Context(), pi); err != nil {
			t.Fatal(err)
		}
		if found, err := evidence(t, s).Prove(); err != nil || len(found) > 0 {
			t.Errorf("a correction breaks the proof: %v, %v", found, err)
		}
	}, atEnrolment)
}

func TestARehearsalDrawsUnderAnotherDesign(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p, err := protocols.Load("../protocols/kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	c := &conduct.Conduct{Store: s, Protocol: p, Simulated: true}
	if err := c.OpenStudy(t.Context(), pi); err != nil {
		t.Fatal(err)
	}
	if e := evidence(t, s); !strings.Contains(e.Design, `"test":true`) {
		t.Errorf("the design of a rehearsal is %s", e.Design)
	}
}

func TestTamperedStoreIsFound(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	c, codes := placed(t, s, 8)
	for _, code := range codes {
		if _, err := c.Randomize(t.Context(), desk, code); err != nil {
			t.Fatal(err)
		}
	}
	locked(t, s)
	if _, err := c.CloseRandomization(t.Context(), pi); err != nil {
		t.Fatal(err)
	}
	// Somebody who owns the database can take the triggers away.
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for _, statement := range []string{"DROP TRIGGER allocation_update",
			"UPDATE allocation SET arm = CASE arm WHEN 'coaching' THEN 'control' ELSE 'coaching' END WHERE participant = 'P003'"} {
			if _, err := tx.Do(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := evidence(t, s).Prove()
	if err != nil || len(found) != 1 || found[0].Participant != "P003" || found[0].What != "arm in the store" {
		t.Errorf("%v, %v", found, err)
	}
}

func BenchmarkRandomize(b *testing.B) {
	s := storetest.Open(b, storetest.SQLite(b))
	const n = 5000
	c, codes := placed(b, s, n)
	for i := 0; b.Loop(); i++ {
		if _, err := c.Randomize(b.Context(), desk, codes[i%n]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "randomized/s")
}
