package web_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/platform/vault"
	"rekindle/protocols"
	"rekindle/trial/consent"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web"
	"rekindle/web/webtest/load"
)

// saving is how many participants save survey pages at the same time in benchmarks.
const saving = 200

// BenchmarkSavedPages measures pages of a survey that 200 participants save at the same time, each over a connection of its own: from
// sending the form to the redirect, the answers and their audit event on disk.
func BenchmarkSavedPages(b *testing.B) {
	for _, place := range []struct {
		name  string
		where func(testing.TB) store.Options
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(place.name, func(b *testing.B) {
			address, browsers := answering(b, place.where(b), saving)
			forms := make([]string, 5)
			for i := range forms {
				answers := url.Values{"go": {"later"}}
				for item := 1; item <= 16; item++ {
					answers.Set(fmt.Sprintf("pfi_%02d", item), strconv.Itoa((i+item)%5))
				}
				forms[i] = answers.Encode()
			}
			load.Run(b, saving, b.N, http.StatusSeeOther, func(client, i int) (*http.Request, error) {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address+"/me/survey/baseline/pfi16", strings.NewReader(forms[i%len(forms)]))
				if err == nil {
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					r.AddCookie(&http.Cookie{Name: "rekindle_browser", Value: browsers[client]})
				}
				return r, err
			})
		})
	}
}

// BenchmarkFirstPage measures the form of a survey, read by one participant after the other.
func BenchmarkFirstPage(b *testing.B) {
	address, browsers := answering(b, storetest.SQLite(b), 8)
	load.Run(b, 1, b.N, http.StatusOK, func(_, i int) (*http.Request, error) {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address+"/me/survey/baseline/pfi16", nil)
		if err == nil {
			r.AddCookie(&http.Cookie{Name: "rekindle_browser", Value: browsers[i%len(browsers)]})
		}
		return r, err
	})
}

// answering serves a study to n people who have consented, and gives its address and the secret of each one's browser.
func answering(b *testing.B, where store.Options, n int) (address string, browsers []string) {
	b.Helper()
	f, err := protocols.Files.Open("kiser2024.toml")
	succeed(b, err)
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	succeed(b, err)
	chance := rand.NewChaCha8([32]byte{5})
	where.Key, err = audit.NewKey(chance)
	succeed(b, err)
	where.Vault, err = vault.New(chance)
	succeed(b, err)
	now := time.Date(2021, 8, 9, 15, 0, 0, 0, time.UTC)
	where.Clock = func() time.Time { return now }
	s, err := store.Open(b.Context(), where)
	succeed(b, err)
	b.Cleanup(func() { _ = s.Close() })
	c := &conduct.Conduct{Store: s, Protocol: p, BaseURL: "http://coaching.example.org", Program: "test"}
	succeed(b, c.OpenStudy(b.Context(), identity.Actor{Name: "investigator", Role: identity.Owner}))
	people := make([]conduct.Person, n)
	for i := range people {
		people[i] = conduct.Person{Name: fmt.Sprintf("Dr. Person %d", i), Email: fmt.Sprintf("p%d@hospital.example", i)}
	}
	codes, err := c.AddRoster(b.Context(), office, people)
	succeed(b, err)
	_, err = c.Invite(b.Context(), office, nil)
	succeed(b, err)
	_, err = c.Tick(b.Context())
	succeed(b, err)
	inForce, err := consent.InForce(p.Consent, now, p.Location())
	succeed(b, err)
	for _, code := range codes {
		browsers = append(browsers, agreed(b, c, code, inForce))
	}
	server := httptest.NewServer((&web.Site{Conduct: c, Log: slog.New(slog.DiscardHandler)}).Handler())
	b.Cleanup(server.Close)
	return server.URL, browsers
}

// agreed lets a person open the link of the invitation and sign the consent, and gives the secret of their browser.
func agreed(b *testing.B, c *conduct.Conduct, code participant.Code, inForce study.Consent) string {
	b.Helper()
	var link string
	succeed(b, c.Store.Read(b.Context(), func(tx *store.Tx) error {
		all, err := tx.Mail(b.Context(), string(code), 0, 1)
		if err == nil && len(all) == 1 {
			link = personalLink.FindStringSubmatch(all[0].Text)[1]
		}
		return err
	}))
	secret, err := c.Arrive(b.Context(), strings.TrimPrefix(link, "/p/"))
	succeed(b, err)
	by := identity.AsParticipant(code)
	a := conduct.Agreement{Version: inForce.Version, Name: "Dr. Person", Attested: map[string]bool{}}
	for _, q := range inForce.Questions {
		a.Choices = append(a.Choices, q.Answer)
	}
	for _, e := range c.Protocol.Eligibility {
		if e.Item == "" {
			a.Attested[e.ID] = true
		}
	}
	_, err = c.Consent(b.Context(), by, code, a)
	succeed(b, err)
	return secret
}
