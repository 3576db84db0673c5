package conduct_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
)

var linkInMail = regexp.MustCompile(`https://coaching\.example\.org/p/([a-z2-7]{26})`)

// The link of the announcement opens a browser as often as it is used; the first time is an event, and looking is none.
func TestArriveByTheLinkOfTheMail(t *testing.T) {
	each(t, func(w *world) {
		ctx, code := w.Context(), w.roster(2)[0]
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		w.at("2021-08-06 12:00")
		w.tick()
		_, mails := w.mail(code)
		if len(mails) == 0 {
			t.Fatal("no announcement")
		}
		token := linkInMail.FindStringSubmatch(mails[0].Text)[1]
		before := len(w.trail(""))
		for range 3 {
			of, err := w.LinkOf(ctx, token)
			must(t, err)
			if of.Participant != code {
				t.Fatalf("the link is %s's, want %s", of.Participant, code)
			}
		}
		if after := len(w.trail("")); after != before || w.record(code).RespondedAt != nil {
			t.Error("looking at a link left a trace")
		}
		first, err := w.Arrive(ctx, token)
		must(t, err)
		second, err := w.Arrive(ctx, token)
		must(t, err)
		if first == second || first == token {
			t.Error("a browser's secret is not its own")
		}
		verbs := w.trail(string(code))
		if n := len(slices.DeleteFunc(verbs, func(v string) bool { return v != "participant.respond" })); n != 1 {
			t.Errorf("%d events of arriving, want 1", n)
		}
		for _, secret := range []string{first, second} {
			by, open, err := w.Arrived(ctx, secret)
			must(t, err)
			if !open || by.Participant != code {
				t.Errorf("a browser is open to %q (%v)", by.Participant, open)
			}
		}
		must(t, w.Leave(ctx, first))
		if _, open, _ := w.Arrived(ctx, first); open {
			t.Error("a browser that was closed is open")
		}
		w.pass(conduct.BrowserLife)
		if _, open, _ := w.Arrived(ctx, second); open {
			t.Error("a browser outlives its time")
		}
		if _, open, _ := w.Arrived(ctx, token); open {
			t.Error("a link's token opens a browser without arriving")
		}
		w.pass(366 * 24 * time.Hour)
		for name, bad := range map[string]string{"expired": token, "truncated": token[:25], "guessed": strings.Repeat("a", 26), "longer": token + "a", "empty": "", "no token": "../" + token[3:]} {
			_, err := w.LinkOf(ctx, bad)
			refused(t, err, problem.NotFound, "coaching-trial@example.org")
			if _, err = w.Arrive(ctx, bad); !problem.Is(err, problem.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			if _, _, err := tx.BrowserOf(ctx, second); !problem.Is(err, problem.NotFound) {
				t.Error("a secret is stored as it is")
			}
			return nil
		})
	})
}
