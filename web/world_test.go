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
	"time"

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
	midway  *conduct.Conduct // as it stood in the middle of the trial
	masked  *conduct.Conduct // as it stood at its end, but not unblinded
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
		for _, c := range []*conduct.Conduct{r.conduct, r.midway, r.masked} {
			_ = c.Store.Close()
		}
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
	// kept gives the trial as it stands now, as one of its own.
	kept := func(name string) (*conduct.Conduct, error) {
		path, at := filepath.Join(dir, name), clock.Now()
		if err := s.Copy(ctx, path); err != nil {
			return nil, err
		}
		opened, err := store.Open(ctx, store.Options{Path: path, Clock: func() time.Time { return at }, Key: key, Vault: secrets})
		copied := *c
		copied.Store = opened
		return &copied, err
	}
	var midway *conduct.Conduct
	outcome, err := simulation.Run(ctx, c, clock, simulation.Options{Seed: 7, LockDir: filepath.Join(dir, "locked"), Midway: func() (err error) {
		midway, err = kept("midway.db")
		return err
	}})
	if err != nil {
		return nil, err
	}
	masked, err := kept("masked.db")
	if err != nil {
		return nil, err
	}
	if err := masked.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Do(ctx, "UPDATE study SET unblinded = NULL")
		return err
	}); err != nil {
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
	return &rehearsed{dir: dir, public: key.Public(), secret: secrets.Secret(), conduct: c, midway: midway, masked: masked}, report.New(p, result).Write(filepath.Join(dir, "report"))
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
