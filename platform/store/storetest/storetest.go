//go:build unix

// Package storetest runs a test on both databases: a fresh SQLite file, and a fresh database of a real PostgreSQL server.
//
// A test of anything that writes to the store is written once and given to [Each]; what passes on one database must
// pass on the other. The server is Debian's, started once per test binary and ended with it (see cluster.go).
package storetest

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/vault"
)

// Each runs fn as two subtests, "sqlite" and "postgres", each with an empty store of its own that is closed after it.
// A change may set the options that matter to the test, such as the clock.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store), change ...func(*store.Options)) {
	t.Helper()
	EachPlace(t, func(t *testing.T, where store.Options) {
		for _, c := range change {
			c(&where)
		}
		fn(t, Open(t, where))
	})
}

// EachPlace is Each for tests that open the store themselves: fn gets options that name an empty place.
func EachPlace(t *testing.T, fn func(t *testing.T, where store.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite names a file that does not exist yet, in a folder of the test's own.
func SQLite(t testing.TB) store.Options {
	return store.Options{Path: filepath.Join(t.TempDir(), "rekindle.db"), Key: Key(), Vault: Vault()}
}

// Open opens a store and closes it when the test ends.
func Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// Postgres names a new database with all tables made, dropped when the test ends, on the server of
// REKINDLE_TEST_POSTGRES or on one that the test binary starts. Without a server the test fails.
func Postgres(t testing.TB) store.Options {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name, err := c.create()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	t.Cleanup(func() {
		if err := c.drop(name); err != nil {
			t.Errorf("PostgreSQL for tests: %v", err)
		}
	})
	return store.Options{URL: c.url(name), Key: Key(), Vault: Vault()}
}

// Key signs the audit trails of a test binary; each run draws its own.
var Key = sync.OnceValue(func() *audit.Key {
	key, err := audit.NewKey(rand.Reader)
	if err != nil {
		panic(err) // the system's random source does not fail
	}
	return key
})

// Vault seals names and mail in the tests of a binary; each run draws its own keys.
var Vault = sync.OnceValue(func() *vault.Vault {
	v, err := vault.New(rand.Reader)
	if err != nil {
		panic(err) // the system's random source does not fail
	}
	return v
})

// given is the address of a server that somebody else runs, for machines without Debian's packages.
func given() string { return os.Getenv("REKINDLE_TEST_POSTGRES") }
