package conduct_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rekindle/platform/document/documenttest"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Whoever leaves has it on paper: what was asked for, in their language, mailed, filed and named in the trail.
func TestWithdrawalHasItsPaper(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(4)
		w.at("2021-08-06 09:30")
		for _, code := range codes {
			w.consent(code)
		}
		must(t, w.ChooseLanguage(ctx, identity.AsParticipant(codes[3]), codes[3], "es"))
		must(t, w.OptOut(ctx, coordinator, codes[1]))
		for i, use := range participant.Uses {
			code, me := codes[i], identity.AsParticipant(codes[i])
			by := me
			if i == 2 {
				by = coordinator
			}
			must(t, w.Withdraw(ctx, by, code, use.Use, "a private reason"))
			papers, err := w.WithdrawalPapers(ctx, me, code)
			must(t, err)
			if len(papers) != 1 || papers[0].Choice != use.Use {
				t.Fatalf("%s: %d papers", use.Use, len(papers))
			}
			pdf := papers[0].PDF
			if dir := os.Getenv("REKINDLE_SCREENSHOTS"); dir != "" {
				must(t, os.WriteFile(filepath.Join(dir, papers[0].Name), pdf, 0o600))
			}
			said, err := documenttest.Words(pdf)
			must(t, err)
			want := []string{string(code), use.Text, "Coaching has ended", "August 6, 2021, 09:30:00 EDT (2021-08-06 13:30:00 UTC)", map[bool]string{true: "by the study office", false: "on the participant’s own page"}[i == 2]}
			if i == 3 {
				want = []string{string(code), "Borren mis respuestas", "Sus respuestas se han borrado", "6 de agosto de 2021", "Lo que termina"}
			}
			for _, part := range want {
				if !strings.Contains(said, part) {
					t.Errorf("%s: the paper does not say %q:\n%s", use.Use, part, said)
				}
			}
			if strings.Contains(said, "private reason") {
				t.Errorf("%s: the paper tells the reason", use.Use)
			}
			kinds, all := w.mail(code)
			if at := slices.Index(kinds, "withdrawal-copy"); (at < 0) != (i == 1) {
				t.Errorf("%s: mail %v", use.Use, kinds)
			} else if at >= 0 {
				m := all[at]
				last := strings.Contains(m.Text, "last e-mail") || strings.Contains(m.Text, "último correo")
				if len(m.Attachments) != 1 || !bytes.Equal(m.Attachments[0].Data, pdf) || last == use.Use.Contact() {
					t.Errorf("%s: %s", use.Use, m.Text)
				}
				if subject := map[bool]string{true: "Ha dejado el estudio", false: "You have left the study"}[i == 3]; m.Subject != subject {
					t.Errorf("%s: the subject is %q", use.Use, m.Subject)
				}
			}
			found, err := w.FindConsent(ctx, coordinator, pdf)
			must(t, err)
			if found.Participant != code || found.Choice != use.Use || found.Version != "" || found.Event == 0 {
				t.Errorf("%s: found %+v", use.Use, found)
			}
			_, err = w.FindConsent(ctx, coordinator, append(bytes.Clone(pdf), '\n'))
			refused(t, err, problem.NotFound, "No consent")
			sum := sha256.Sum256(pdf)
			if !strings.Contains(w.told(code, "participant.withdraw"), hex.EncodeToString(sum[:])) {
				t.Errorf("%s: the trail does not name the paper", use.Use)
			}
		}
		_, err := w.WithdrawalPapers(ctx, identity.AsParticipant(codes[1]), codes[0])
		refused(t, err, problem.NotFound, "")
		must(t, w.Withdraw(ctx, coordinator, codes[0], participant.RemoveData, "")) // who takes back more has another paper
		all, err := w.ExportConsents(ctx, owner)
		must(t, err)
		left := 0
		for _, p := range all {
			if p.Choice != "" {
				left++
			}
		}
		if left != 5 || len(all) != 9 {
			t.Errorf("%d papers are exported, %d of them withdrawals", len(all), left)
		}
	})
}

// told gives what the trail says of the latest event of a verb on an object.
func (w *world) told(code participant.Code, verb string) (said string) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.LatestEvents(ctx, store.EventFilter{Object: string(code), Verb: verb}, 0, 1)
		if len(all) > 0 {
			said = all[0].New
		}
		return err
	})
	return said
}
