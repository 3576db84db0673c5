package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
)

// One transaction saves a page of a survey (one row) with its event in the audit trail, so many clients at once. SQLite is
// durable (synchronous=FULL); the PostgreSQL server for tests runs with fsync off and shows the round trips, not a disk.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 16, 200} {
		for _, dialect := range []store.Dialect{store.SQLite, store.Postgres} {
			b.Run(fmt.Sprintf("%s-%d-writers", dialect, writers), func(b *testing.B) {
				s := benchStore(b, dialect)
				b.ResetTimer()
				var n atomic.Int64
				var all sync.WaitGroup
				for range writers {
					all.Go(func() {
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							if err := s.Write(b.Context(), func(tx *store.Tx) error {
								if _, err := tx.Do(b.Context(), "INSERT INTO page (code, doc) VALUES ($1, $2)", "7KDW-Q3MX", `{"PF1":3,"PF2":1,"PF3":4,"PF4":0}`); err != nil {
									return err
								}
								return invite(b.Context(), tx, fmt.Sprint(i))
							}); err != nil {
								b.Error(err)
							}
						}
					})
				}
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
			})
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	s := benchStore(b, store.SQLite)
	const events = 10_000
	if err := s.Write(b.Context(), func(tx *store.Tx) error {
		for i := range events {
			if err := invite(b.Context(), tx, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		if r, err := s.VerifyAudit(b.Context(), storetest.Key().Public()); err != nil || r.Err() != nil {
			b.Fatal(err, r)
		}
	}
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
}

func benchStore(b *testing.B, dialect store.Dialect) *store.Store {
	b.Helper()
	where := storetest.SQLite
	if dialect == store.Postgres {
		where = storetest.Postgres
	}
	s := storetest.Open(b, where(b))
	if err := s.Write(b.Context(), func(tx *store.Tx) error {
		_, err := tx.Do(b.Context(), store.Translate(s.Dialect, "CREATE TABLE page (id ID, code TEXT NOT NULL, doc JSON NOT NULL) STRICT"))
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return s
}
