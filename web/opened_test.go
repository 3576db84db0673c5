package web_test

import (
	"context"
	"database/sql"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/vault"
	"rekindle/protocols"
	"rekindle/trial/study"
	"rekindle/web"
)

var (
	owner       = identity.Actor{Name: "owner", Role: identity.Owner}
	coordinator = identity.Actor{Name: "coordinator", Role: identity.Coordinator}
)

// opened is a study whose enrolment has just opened.
type opened struct {
	path    string
	key     *audit.Key
	vault   *vault.Vault
	conduct *conduct.Conduct
	now     time.Time
}

func newOpened(t *testing.T) *opened {
	t.Helper()
	text, err := protocols.Files.Open("kiser2024.toml")
	must(t, err)
	defer text.Close()
	p, err := study.Read("kiser2024.toml", text)
	must(t, err)
	chance := rand.NewChaCha8([32]byte{3})
	w := &opened{path: filepath.Join(t.TempDir(), "rekindle.db"), now: time.Date(2021, 8, 5, 11, 0, 0, 0, time.UTC)}
	w.key, err = audit.NewKey(chance)
	must(t, err)
	w.vault, err = vault.New(chance)
	must(t, err)
	w.conduct = &conduct.Conduct{Protocol: p, Random: chance, BaseURL: "http://coaching.example.org", Program: "test", Simulated: true}
	w.open(t)
	must(t, w.conduct.OpenStudy(t.Context(), owner))
	return w
}

func (w *opened) open(t *testing.T) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: w.path, Clock: func() time.Time { return w.now }, Key: w.key, Vault: w.vault})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	w.conduct.Store = s
}

// invite puts somebody on the roster and mails them.
func (w *opened) invite(t *testing.T, name, address string) {
	t.Helper()
	ctx := context.Background()
	codes, err := w.conduct.AddRoster(ctx, coordinator, []conduct.Person{{Name: name, Email: address}})
	must(t, err)
	_, err = w.conduct.Invite(ctx, coordinator, codes)
	must(t, err)
	w.now = w.now.Add(4 * time.Hour)
	_, err = w.conduct.Tick(ctx)
	must(t, err)
}

// tamper changes the database behind the store's back, as somebody with the file could.
func (w *opened) tamper(t *testing.T, statements ...string) {
	t.Helper()
	must(t, w.conduct.Store.Close())
	db, err := sql.Open("sqlite", w.path)
	must(t, err)
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		must(t, err)
	}
	must(t, db.Close())
	w.open(t)
}

func (w *opened) site(change ...func(*web.Site)) http.Handler {
	s := &web.Site{Conduct: w.conduct, PublicKey: w.key.Public(), Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(s)
	}
	return s.Handler()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
