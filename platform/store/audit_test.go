package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

func invite(ctx context.Context, tx *store.Tx, object string) error {
	return tx.Record(ctx, audit.Event{Actor: "kim", Role: "coordinator", Verb: "participant.invite", Object: object, New: map[string]any{"wave": 1}})
}

func inviteMany(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for i := range n {
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return invite(t.Context(), tx, fmt.Sprint("P", i)) }); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, s *store.Store) audit.Report {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), storetest.Key().Public())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestRecord(t *testing.T) {
	at := time.Date(2020, 9, 1, 8, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if r := verify(t, s); r.Err() != nil || r.Events != 0 {
			t.Errorf("an empty trail: %+v", r)
		}
		inviteMany(t, s, 3)
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, ok := tx.Cause(); ok {
				t.Error("a cause before the first event")
			}
			for range 70 { // past a checkpoint, in one transaction
				if err := invite(t.Context(), tx, "P1"); err != nil {
					return err
				}
			}
			if seq, ok := tx.Cause(); !ok || seq != 72 {
				t.Errorf("cause %d, %v", seq, ok)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		refused := problem.New(problem.Conflict, "no")
		if err := s.Write(t.Context(), func(tx *store.Tx) error { invite(t.Context(), tx, "never"); return refused }); err != refused {
			t.Errorf("got %v", err)
		}
		inviteMany(t, s, 1)
		r := verify(t, s)
		if r.Err() != nil || r.Events != 74 || r.Signed != 74 || r.Checkpoints != 2 {
			t.Errorf("%+v", r)
		}
		if err := s.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.Events(t.Context(), "P1", 2, 2)
			if err != nil {
				return err
			}
			if len(events) != 2 || events[0].Seq != 3 || events[0].At != "2020-09-01T08:00:00.000000Z" || events[0].New != `{"wave":1}` {
				t.Errorf("events of P1: %+v", events)
			}
			if err := invite(t.Context(), tx, "P1"); !problem.Is(err, problem.Internal) {
				t.Errorf("recording while reading: %v", err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		if err := s.ExportAudit(t.Context(), &log, storetest.Key().Public()); err != nil {
			t.Fatal(err)
		}
		exported, _, err := audit.VerifyLog(&log, storetest.Key().Public())
		if err != nil || exported.Err() != nil || exported.Events != 74 || exported.Root != r.Root {
			t.Errorf("exported: %+v, %v", exported, err)
		}
	}, func(o *store.Options) { o.Clock = func() time.Time { return at } })
}

// 64 writers record at once; every event has its own place and the tree stands, whoever failed between them.
func TestRecordConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				for j := range 4 {
					err := s.Write(t.Context(), func(tx *store.Tx) error {
						if err := invite(t.Context(), tx, fmt.Sprint("P", i)); err != nil {
							return err
						}
						if (i+j)%4 == 0 {
							return problem.New(problem.Conflict, "thought better of it")
						}
						return nil
					})
					if (err != nil) != ((i+j)%4 == 0) {
						t.Errorf("writer %d: %v", i, err)
					}
				}
			})
		}
		wg.Wait()
		if r := verify(t, s); r.Err() != nil || r.Events != 192 {
			t.Errorf("%+v", r)
		}
	})
}

// Two stores on one PostgreSQL, as two replicas are, write one trail.
func TestReplicasShareOneTrail(t *testing.T) {
	where := storetest.Postgres(t)
	stores := []*store.Store{storetest.Open(t, where), storetest.Open(t, where)}
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for range 40 {
				if err := s.Write(t.Context(), func(tx *store.Tx) error { return invite(t.Context(), tx, fmt.Sprint("R", i)) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if r := verify(t, stores[0]); r.Err() != nil || r.Events != 80 {
		t.Errorf("%+v", r)
	}
}

// The database itself refuses to change the trail, whoever asks.
func TestTrailIsAppendOnly(t *testing.T) {
	statements := []string{
		"UPDATE audit_event SET actor = 'lee' WHERE seq = 1",
		"DELETE FROM audit_event WHERE seq = 2",
		"DELETE FROM audit_event",
		"INSERT INTO audit_event VALUES (9, '', '', '', '', '', '', '', '')",
		"INSERT INTO audit_event VALUES (-1, '', '', '', '', '', '', '', '')",
		"UPDATE audit_hash SET hash = hash",
		"DELETE FROM audit_hash",
		"INSERT INTO audit_hash SELECT position + 100, hash FROM audit_hash",
		"UPDATE audit_checkpoint SET note = ''",
		"DELETE FROM audit_checkpoint",
		"INSERT INTO audit_checkpoint VALUES (1, '')",
		"UPDATE audit_head SET size = 1",
		"DELETE FROM audit_head",
	}
	own := map[store.Dialect][]string{
		store.SQLite: {
			"INSERT OR REPLACE INTO audit_event VALUES (1, '', '', '', '', '', '', '', '')",
			"REPLACE INTO audit_hash SELECT 1, hash FROM audit_hash WHERE position = 0",
		},
		store.Postgres: {
			"TRUNCATE audit_event CASCADE", "TRUNCATE audit_hash", "TRUNCATE audit_checkpoint", "TRUNCATE audit_head",
			"INSERT INTO audit_event VALUES (1, 'x', '', '', '', '', '', '', '') ON CONFLICT (seq) DO UPDATE SET at = 'x'",
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		inviteMany(t, s, 66)
		for _, statement := range append(append([]string{}, statements...), own[s.Dialect]...) {
			err := do(t, s, statement)
			if store.Constraint(err) != "audit_append_only" || !problem.Is(err, problem.Conflict) {
				t.Errorf("%s: got %v", statement, err)
			}
		}
		if r := verify(t, s); r.Err() != nil || r.Events != 66 {
			t.Errorf("%+v", r)
		}
	})
}

// Somebody with the rights of the database's owner takes the guards away and changes the trail: it is found, and where.
func TestTamperedDatabase(t *testing.T) {
	const n = 150
	guards := map[store.Dialect][]string{
		store.SQLite: {"DROP TRIGGER audit_event_insert", "DROP TRIGGER audit_event_update", "DROP TRIGGER audit_event_delete", "DROP TRIGGER audit_hash_insert",
			"DROP TRIGGER audit_hash_update", "DROP TRIGGER audit_hash_delete", "DROP TRIGGER audit_checkpoint_update", "DROP TRIGGER audit_checkpoint_delete",
			"DROP TRIGGER audit_head_update", "DROP TRIGGER audit_head_delete"},
		store.Postgres: {"ALTER TABLE audit_event DISABLE TRIGGER USER", "ALTER TABLE audit_hash DISABLE TRIGGER USER",
			"ALTER TABLE audit_checkpoint DISABLE TRIGGER USER", "ALTER TABLE audit_head DISABLE TRIGGER USER"},
	}
	cases := []struct {
		name     string
		change   string // run, looked at, and taken back
		from, to int64  // of the first finding
	}{
		{"actor", "UPDATE audit_event SET actor = 'lee' WHERE seq = 41", 41, 41},
		{"new value", `UPDATE audit_event SET new_value = '{"wave":2}' WHERE seq = 41`, 41, 41},
		{"a space", `UPDATE audit_event SET new_value = '{"wave": 1}' WHERE seq = 41`, 41, 41},
		{"moved between columns", `UPDATE audit_event SET old_value = '1,"new":{"wave":1}', new_value = '' WHERE seq = 41`, 41, 41},
		{"time", "UPDATE audit_event SET at = '2020-09-01T08:00:00.000001Z' WHERE seq = 0", 0, 0},
		{"dropped", "DELETE FROM audit_event WHERE seq = 41", 41, 41},
		{"many dropped", "DELETE FROM audit_event WHERE seq BETWEEN 41 AND 50", 41, 50},
		{"cut off", "DELETE FROM audit_event WHERE seq >= 140", 140, 149},
		{"cut off with hashes", "DELETE FROM audit_event WHERE seq >= 140; DELETE FROM audit_hash WHERE position >= 277", 140, 149}, // 277 = StoredHashCount(140)
		{"exchanged", "UPDATE audit_event SET seq = -1 WHERE seq = 41; UPDATE audit_event SET seq = 41 WHERE seq = 42; UPDATE audit_event SET seq = 42 WHERE seq = -1", 41, 41},
		{"added", "INSERT INTO audit_event VALUES (150, '2021-01-01T00:00:00.000000Z', 'kim', 'owner', 'study.open', '', '', '', '')", 150, 150},
		{"leaf's hash", "UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE position = 0) WHERE position = 1", 1, 1},
		{"inner hash", "UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE position = 0) WHERE position = 6", 0, 3}, // over events 0 to 3
		{"checkpoint", "UPDATE audit_checkpoint SET note = replace(note, 'a', 'b') WHERE size = 64", 63, 63},
		{"head", "UPDATE audit_head SET note = replace(note, 'a', 'b')", 149, 149},
		{"head removed", "DELETE FROM audit_head", 128, 149},
		{"head set back", "UPDATE audit_head SET size = 128, note = (SELECT note FROM audit_checkpoint WHERE size = 128)", 128, 149},
		{"all dropped", "DELETE FROM audit_event; DELETE FROM audit_hash", 0, 149},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		inviteMany(t, s, n)
		for _, guard := range guards[s.Dialect] {
			if err := do(t, s, guard); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range cases {
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Do(t.Context(), c.change); err != nil {
					return err
				}
				report, err := tx.VerifyAudit(t.Context(), storetest.Key().Public())
				if err != nil {
					return err
				}
				if len(report.Findings) == 0 {
					t.Errorf("%s: nothing found", c.name)
				} else if f := report.Findings[0]; f.From != c.from || f.To != c.to {
					t.Errorf("%s: first finding is %v, want events %d to %d", c.name, f, c.from, c.to)
				}
				return errTakeBack
			}); err != errTakeBack {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if r := verify(t, s); r.Err() != nil || r.Events != n {
			t.Errorf("untouched: %+v", r)
		}
	})
}

var errTakeBack = problem.New(problem.Conflict, "take it back")

// Any change of any cell of the trail is found.
func TestAnyCell(t *testing.T) {
	const n = 70
	s := storetest.Open(t, storetest.SQLite(t))
	inviteMany(t, s, n)
	for _, trigger := range []string{"audit_event_update", "audit_hash_update", "audit_checkpoint_update", "audit_head_update"} {
		if err := do(t, s, "DROP TRIGGER "+trigger); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	columns := []string{"at", "actor", "role", "verb", "object", "old_value", "new_value", "reason"}
	for range 60 {
		seq, column := random.IntN(n), columns[random.IntN(len(columns))]
		query := fmt.Sprintf("UPDATE audit_event SET %s = %s || ' ' WHERE seq = %d", column, column, seq)
		if random.IntN(4) == 0 {
			seq = -1
			query = fmt.Sprintf("UPDATE audit_hash SET hash = CAST(substr(hash, 1, %d) || x'00' || substr(hash, %d) AS BLOB) WHERE position = %d", 5, 7, random.IntN(2*n-4))
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Do(t.Context(), query); err != nil {
				return err
			}
			report, err := tx.VerifyAudit(t.Context(), storetest.Key().Public())
			if err != nil {
				return err
			}
			if len(report.Findings) == 0 || seq >= 0 && report.Findings[0].From != int64(seq) {
				t.Errorf("%s: %v", query, report.Findings)
			}
			return errTakeBack
		})
		if err != errTakeBack {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

func TestRecordWithoutKey(t *testing.T) {
	where := storetest.SQLite(t)
	where.Key = nil
	s := storetest.Open(t, where)
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return invite(t.Context(), tx, "P1") }); !problem.Is(err, problem.Unavailable) || !strings.Contains(err.Error(), "audit.key") {
		t.Errorf("got %v", err)
	}
}
