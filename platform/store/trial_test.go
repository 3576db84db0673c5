package store_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/coach"
	"rekindle/trial/consent"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// monday is a moment that has no part in any rule under test.
var monday = time.Date(2021, 8, 9, 14, 0, 0, 0, time.UTC)

// people adds participants P000... and coaches K000... with a caseload of two.
func people(t *testing.T, s *store.Store, participants, coaches int) {
	t.Helper()
	change(t, s, func(tx *store.Tx) error {
		var all []participant.Record
		for i := range participants {
			all = append(all, participant.Record{Code: code(i), Status: participant.Randomized, ConsentedAt: &monday})
		}
		if err := tx.AddParticipants(t.Context(), all); err != nil {
			return err
		}
		for i := range coaches {
			if err := tx.AddCoach(t.Context(), coach.Coach{Code: coachCode(i), Caseload: 2, RegisteredAt: monday}); err != nil {
				return err
			}
		}
		return nil
	})
}

func coachCode(i int) coach.Code { return coach.Code(fmt.Sprintf("K%03d", i)) }

func change(t testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatalf("%v (%v)", err, store.Constraint(err))
	}
}

// breaks asks for the constraint that a change breaks.
func breaks(t *testing.T, s *store.Store, constraint string, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); store.Constraint(err) != constraint {
		t.Errorf("got %v (constraint %q), want %q", err, store.Constraint(err), constraint)
	}
}

func booked(id string, person, coach int, start time.Time, minutes int) session.Session {
	return session.Session{ID: id, Participant: code(person), Coach: coachCode(coach), Number: 1, Start: start, Planned: minutes, Mode: "phone", State: session.Booked, BookedAt: monday}
}

func TestSessionsNeverOverlap(t *testing.T) {
	const buffer = 15 * time.Minute
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s, 3, 3)
		add := func(b session.Session) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { return tx.AddSession(t.Context(), b, buffer) }
		}
		change(t, s, add(booked("a", 0, 0, monday, 90)))
		breaks(t, s, "session_coach_overlap", add(booked("b", 1, 0, monday.Add(104*time.Minute), 60)))
		breaks(t, s, "session_coach_overlap", add(booked("b", 1, 0, monday.Add(-74*time.Minute), 60)))
		breaks(t, s, "session_coach_overlap", add(booked("b", 1, 0, monday, 90)))
		breaks(t, s, "session_participant_overlap", add(numbered(2, booked("b", 0, 1, monday.Add(30*time.Minute), 60))))
		second := booked("b", 0, 1, monday.AddDate(0, 0, 7), 60)
		breaks(t, s, "session_number", add(second))
		change(t, s, add(booked("after", 1, 0, monday.Add(105*time.Minute), 60)))
		change(t, s, add(booked("before", 2, 0, monday.Add(-75*time.Minute), 60)))

		moved := booked("a", 0, 0, monday.Add(-15*time.Minute), 90)
		breaks(t, s, "session_coach_overlap", func(tx *store.Tx) error { return tx.SaveSession(t.Context(), moved, buffer) })
		moved.Planned = 60 // it may overlap itself
		moved.Start = monday.Add(15 * time.Minute)
		change(t, s, func(tx *store.Tx) error { return tx.SaveSession(t.Context(), moved, buffer) })
		moved.State, moved.Missed = session.Cancelled, session.ByCoach
		change(t, s, func(tx *store.Tx) error { return tx.SaveSession(t.Context(), moved, buffer) })
		change(t, s, add(numbered(2, booked("c", 2, 0, monday.Add(20*time.Minute), 60))))
		revived := moved
		revived.State, revived.Missed = session.Booked, ""
		breaks(t, s, "session_coach_overlap", func(tx *store.Tx) error { return tx.SaveSession(t.Context(), revived, buffer) })
		breaks(t, s, "session_minutes", func(tx *store.Tx) error {
			held := booked("d", 1, 2, monday.AddDate(0, 0, 3), 60)
			held.State = session.Held
			return tx.AddSession(t.Context(), held, buffer)
		})
	})
}

func numbered(n int, s session.Session) session.Session { s.Number = n; return s }

// Whatever is tried, in whatever order, no two live sessions of one person or one coach come closer than the buffer, on both
// databases alike.
func TestOverlapIsTheSameOnBothDatabases(t *testing.T) {
	stores := map[string]*store.Store{"sqlite": storetest.Open(t, storetest.SQLite(t)), "postgres": storetest.Open(t, storetest.Postgres(t))}
	for _, s := range stores {
		people(t, s, 4, 3)
	}
	const buffer = 10 * time.Minute
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		day := monday.AddDate(0, 0, 2*round)
		var live []session.Session
		for n := range rapid.IntRange(2, 12).Draw(rt, "attempts") {
			b := booked(fmt.Sprintf("%d-%d", round, n), rapid.IntRange(0, 3).Draw(rt, "person"), rapid.IntRange(0, 2).Draw(rt, "coach"),
				day.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "start"))*5*time.Minute), rapid.SampledFrom([]int{30, 60, 90}).Draw(rt, "minutes"))
			b.Number = 100*round + n
			free := true
			for _, l := range live {
				if (l.Participant == b.Participant || l.Coach == b.Coach) && b.Start.Before(l.End().Add(buffer)) && l.Start.Before(b.End().Add(buffer)) {
					free = false
				}
			}
			for name, s := range stores {
				err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.AddSession(t.Context(), b, buffer) })
				if (err == nil) != free {
					rt.Fatalf("%s: %v at %s, free is %v", name, err, b.Start, free)
				}
			}
			if free {
				live = append(live, b)
			}
		}
	})
}

func TestOneOfEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		people(t, s, 3, 2)
		pair := func(person, k int) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { return tx.Pair(ctx, code(person), coachCode(k)) }
		}
		change(t, s, pair(0, 0))
		breaks(t, s, "pairing_one_coach", pair(0, 1))
		change(t, s, pair(1, 0))
		breaks(t, s, "pairing_caseload", pair(2, 0))
		change(t, s, func(tx *store.Tx) error { return tx.Unpair(ctx, code(0), "changed") })
		change(t, s, pair(2, 0))

		sign := func(tx *store.Tx) error {
			return tx.AddConsent(ctx, code(0), consent.Signature{Version: "1", Hash: "h", SignedAt: monday, Language: "es", Document: "d"}, []byte("sealed"), []byte("paper"))
		}
		change(t, s, sign)
		breaks(t, s, "consent_pkey", sign)

		identity := func(c participant.Code, hash string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				return tx.AddIdentities(ctx, []store.Identity{{Code: c, Kind: "participant", EmailHash: hash, Sealed: []byte{1}}})
			}
		}
		change(t, s, identity("P000", "one"))
		breaks(t, s, "identity_email", identity("P001", "one"))
		breaks(t, s, "identity_pkey", identity("P000", "two"))

		visit := func(tx *store.Tx) error {
			return tx.AddVisits(ctx, []store.VisitOf{{Participant: code(0), Visit: assessment.Visit{ID: "baseline", State: assessment.Open,
				Window: assessment.Window{Opens: monday, Due: monday, Closes: monday.AddDate(0, 1, 0)}}}})
		}
		change(t, s, visit)
		breaks(t, s, "visit_pkey", visit)
		breaks(t, s, "visit_completed", func(tx *store.Tx) error {
			return tx.SaveVisit(ctx, store.VisitOf{Participant: code(0), Visit: assessment.Visit{ID: "baseline", State: assessment.Finished}})
		})
		for i, want := range []bool{true, false} {
			change(t, s, func(tx *store.Tx) error {
				fresh, err := tx.IssueIncentive(ctx, store.Incentive{Participant: code(0), Item: "journal", Visit: "month3", Issued: monday})
				if fresh != want {
					t.Errorf("issue %d of one item is fresh: %v", i+1, fresh)
				}
				return err
			})
		}
		breaks(t, s, "incentive_order", func(tx *store.Tx) error {
			return tx.SaveIncentive(ctx, store.Incentive{Participant: code(0), Item: "journal", Received: &monday})
		})
		breaks(t, s, "participant_consent", func(tx *store.Tx) error {
			return tx.SaveParticipant(ctx, participant.Record{Code: code(2), Status: participant.Randomized, RandomizedAt: &monday})
		})
		breaks(t, s, "participant_status", func(tx *store.Tx) error {
			return tx.SaveParticipant(ctx, participant.Record{Code: code(2), Status: "retired"})
		})
	})
}

func TestPlacesAreTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		change(t, s, func(tx *store.Tx) error {
			return tx.OpenStudy(ctx, store.Study{ProtocolID: "p", Opened: monday, Capacity: 2}, []byte("id = 'p'"))
		})
		breaks(t, s, "study_pkey", func(tx *store.Tx) error {
			return tx.OpenStudy(ctx, store.Study{ProtocolID: "q", Opened: monday}, []byte("q"))
		})
		for i, want := range []bool{true, true, false} {
			change(t, s, func(tx *store.Tx) error {
				got, err := tx.TakePlace(ctx)
				if got != want {
					t.Errorf("place %d: %v", i+1, got)
				}
				return err
			})
		}
		breaks(t, s, "study_capacity", func(tx *store.Tx) error { return tx.SetCapacity(ctx, 1) })
		err := s.Read(ctx, func(tx *store.Tx) error {
			study, err := tx.Study(ctx)
			if study.Places != 2 || study.Closed != nil || study.Dataset != "" || !study.Opened.Equal(monday) {
				t.Errorf("%+v", study)
			}
			if text, err := tx.ProtocolFile(ctx); err != nil || string(text) != "id = 'p'" {
				t.Errorf("protocol %q, %v", text, err)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAnswersAndCorrections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		people(t, s, 1, 0)
		form := store.FormOf{Participant: code(0), Form: assessment.Form{Visit: "baseline", Instrument: "pfi16"}}
		save := func(answers instrument.Answers, submit bool) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { return tx.SaveAnswers(ctx, form, answers, submit) }
		}
		breaks(t, s, "foreign key", save(instrument.Answers{"PF1": "1"}, false)) // no such visit
		change(t, s, func(tx *store.Tx) error {
			return tx.AddVisits(ctx, []store.VisitOf{{Participant: code(0), Visit: assessment.Visit{ID: "baseline", State: assessment.Open,
				Window: assessment.Window{Opens: monday, Due: monday, Closes: monday.AddDate(0, 1, 0)}}}})
		})
		read := func() (f store.FormOf) {
			t.Helper()
			if err := s.Read(ctx, func(tx *store.Tx) (err error) { f, err = tx.Form(ctx, code(0), "baseline", "pfi16"); return err }); err != nil {
				t.Fatal(err)
			}
			return f
		}
		if f := read(); !f.StartedAt.IsZero() || len(f.Answers) != 0 {
			t.Errorf("before the first answer: %+v", f)
		}
		change(t, s, save(instrument.Answers{"PF1": "1", "PF2": "2"}, false))
		change(t, s, save(instrument.Answers{"PF1": "3", "PF2": instrument.Blank}, true))
		first := read()
		if len(first.Answers) != 1 || first.Answers["PF1"] != "3" || first.Submitted == nil {
			t.Errorf("%+v", first)
		}
		change(t, s, save(nil, true))
		if again := read(); !again.Submitted.Equal(*first.Submitted) || !again.StartedAt.Equal(first.StartedAt) {
			t.Errorf("submitted twice: %+v", again)
		}
		correct := func(reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				return tx.AddCorrection(ctx, code(0), assessment.Correction{Visit: "baseline", Instrument: "pfi16", Item: "PF1", Old: "3", New: "4", Reason: reason, At: monday, By: "P000"})
			}
		}
		breaks(t, s, "correction_reason", correct(""))
		change(t, s, correct("mis-tapped"))
		if f := read(); f.Answers["PF1"] != "4" {
			t.Errorf("after the correction: %v", f.Answers)
		}
		breaks(t, s, "correction_stays", func(tx *store.Tx) error { _, err := tx.Do(ctx, "UPDATE correction SET reason = 'another'"); return err })
		change(t, s, func(tx *store.Tx) error { return tx.RemoveAnswers(ctx, code(0)) })
		if f := read(); len(f.Answers) != 0 || f.Submitted == nil {
			t.Errorf("after removal: %+v", f)
		}
	})
}

func TestRowsComeBackAsTheyWentIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		people(t, s, 1, 1)
		want := participant.Record{Code: code(0), Status: participant.Withdrawn, Zone: "Asia/Kathmandu", Attested: map[string]bool{"a": true, "b": false},
			InvitedAt: &monday, RespondedAt: new(monday.Add(time.Microsecond)), ConsentedAt: &monday, EndedAt: &monday, Reason: "größer \"x\"", Use: participant.UntilNow}
		away := []coach.Span{{From: monday, To: monday.AddDate(0, 0, 1)}}
		change(t, s, func(tx *store.Tx) error {
			if err := tx.SaveParticipant(ctx, want); err != nil {
				return err
			}
			k, err := tx.Coach(ctx, coachCode(0))
			if err != nil {
				return err
			}
			k.Hours, k.Away, k.LeftAt = []coach.Hours{{Day: time.Friday, From: 1, To: 2}}, away, &monday
			k.Profile = coach.Profile{Biography: "B", Languages: []string{"English", "Español"}}
			if err := tx.Certify(ctx, k.Code, coach.Step{Name: "exam", Done: monday}); err != nil {
				return err
			}
			if err := tx.Certify(ctx, k.Code, coach.Step{Name: "exam", Done: monday, Expires: &away[0].To}); err != nil {
				return err
			}
			return tx.SaveCoach(ctx, k)
		})
		if err := s.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.Participant(ctx, code(0))
			if fmt.Sprintf("%+v", *got.RespondedAt) != fmt.Sprintf("%+v", *want.RespondedAt) || got.Reason != want.Reason || got.Use != want.Use || len(got.Attested) != 2 || got.BaselineAt != nil || got.Zone != want.Zone {
				t.Errorf("%+v", got)
			}
			k, err2 := tx.Coach(ctx, coachCode(0))
			if err2 != nil || len(k.Away) != 1 || !k.Away[0].To.Equal(away[0].To) || k.Hours[0].Day != time.Friday || len(k.Certification) != 1 || k.Certification[0].Expires == nil || k.Profile.Languages[1] != "Español" || k.LeftAt == nil {
				t.Errorf("%+v, %v", k, err2)
			}
			_, err2 = tx.Participant(ctx, "2222-2222")
			if !problem.Is(err2, problem.NotFound) {
				t.Error(err2)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
