package web_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"rekindle/analysis"
	"rekindle/conduct"
	"rekindle/conduct/simulation"
	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/vault"
	"rekindle/protocols"
	"rekindle/report"
	"rekindle/trial/study"
	"rekindle/web"
)

// rehearsed is a small trial that simulated people have lived through, with its report. All tests read the same one.
type rehearsed struct {
	dir     string
	public  string
	secret  string // of the vault
	conduct *conduct.Conduct
}

var rehearsal = sync.OnceValues(func() (*rehearsed, error) {
	dir, err := os.MkdirTemp("", "rekindle-web")
	if err != nil {
		return nil, err
	}
	return rehearse(context.Background(), dir)
})

func TestMain(m *testing.M) {
	debug.SetGCPercent(1000) // with the race detector collecting takes longer than all pages
	status := m.Run()
	if r, err := rehearsal(); err == nil {
		_ = r.conduct.Store.Close()
		_ = os.RemoveAll(r.dir)
	}
	os.Exit(status)
}

func rehearse(ctx context.Context, dir string) (*rehearsed, error) {
	text, err := protocols.Files.ReadFile("kiser2024.toml")
	if err != nil {
		return nil, err
	}
	small := strings.NewReplacer("\ncap = 138 ", "\ncap = 6 ", "\ngoal = 100\n", "\ngoal = 6\n", "\ninvitations = 3247\n", "\ninvitations = 60\n", "\n  interested = 146 ", "\n  interested = 8 ")
	p, err := study.Read("kiser2024.toml", strings.NewReader(small.Replace(string(text))))
	if err != nil {
		return nil, err
	}
	chance := rand.NewChaCha8([32]byte{7})
	key, err := audit.NewKey(chance)
	if err != nil {
		return nil, err
	}
	secrets, err := vault.New(chance)
	if err != nil {
		return nil, err
	}
	clock := simulation.NewClock(simulation.Begins(p))
	s, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "rekindle.db"), Clock: clock.Now, Key: key, Vault: secrets})
	if err != nil {
		return nil, err
	}
	c := &conduct.Conduct{Store: s, Protocol: p, Random: chance, BaseURL: "http://coaching.example.org", Program: "test", Simulated: true}
	outcome, err := simulation.Run(ctx, c, clock, simulation.Options{Seed: 7, LockDir: filepath.Join(dir, "locked")})
	if err != nil {
		return nil, err
	}
	locked, err := os.ReadFile(outcome.Locked.Path)
	if err != nil {
		return nil, err
	}
	data, err := analysis.ReadLocked("dataset.json", locked, p)
	if err != nil {
		return nil, err
	}
	result, err := analysis.Run(ctx, data, analysis.Options{Program: "test"})
	if err != nil {
		return nil, err
	}
	return &rehearsed{dir: dir, public: key.Public(), secret: secrets.Secret(), conduct: c}, report.New(p, result).Write(filepath.Join(dir, "report"))
}

// site gives the pages of the rehearsal; a change may set what matters to the test.
func site(t testing.TB, change ...func(*web.Site)) http.Handler {
	t.Helper()
	r, err := rehearsal()
	if err != nil {
		t.Fatal(err)
	}
	s := &web.Site{Conduct: r.conduct, PublicKey: r.public, Report: filepath.Join(r.dir, "report"), Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(s)
	}
	return s.Handler()
}
