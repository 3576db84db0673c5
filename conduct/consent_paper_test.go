package conduct_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/document/documenttest"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// A signature has its paper at once: sealed in the table, with its hash in the trail, in the mail to whoever signed, and to be had again
// after withdrawing.
func TestConsentHasItsPaper(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(2)
		w.at("2021-08-06 09:30")
		me := identity.AsParticipant(codes[0])
		good := conduct.Agreement{Version: "1", Name: " Núria O’Brien ", Choices: []int{2, 2, 0}, Attested: attested}
		_, err := w.Consent(ctx, me, codes[0], good)
		must(t, err)
		papers, err := w.ConsentPapers(ctx, me, codes[0])
		must(t, err)
		if len(papers) != 1 || papers[0].Name != "consent-1.pdf" {
			t.Fatalf("papers %+v", papers)
		}
		pdf := papers[0].PDF
		if dir := os.Getenv("REKINDLE_SCREENSHOTS"); dir != "" {
			must(t, os.WriteFile(filepath.Join(dir, "consent.pdf"), pdf, 0o600))
		}
		said, err := documenttest.Words(pdf)
		must(t, err)
		for _, want := range []string{"Physician Coaching by Professionally Trained Peers", "ClinicalTrials.gov NCT05036993", "1, in force since August 5, 2021", "English", string(codes[0]),
			"The institutional review board has approved this study.", "You are a practicing physician of the physicians organization. Yes",
			"Who decides whether you receive coaching now or in three months? Chance does", "I agree to take part. Núria O’Brien", "August 6, 2021, 09:30:00 EDT (2021-08-06 13:30:00 UTC)", "coaching-trial@example.org"} {
			if !strings.Contains(said, want) {
				t.Errorf("the paper does not say %q:\n%s", want, said)
			}
		}
		sum := sha256.Sum256(pdf)
		w.read(func(ctx context.Context, tx *store.Tx) error {
			signed, err := tx.Consents(ctx, codes[0])
			if len(signed) != 1 || signed[0].Document != hex.EncodeToString(sum[:]) || signed[0].Language != "en" {
				t.Errorf("filed %+v", signed)
			}
			events, err2 := tx.Events(ctx, string(codes[0]), 0, 10)
			if last := events[len(events)-1]; last.Verb != "participant.consent" || !strings.Contains(last.New, hex.EncodeToString(sum[:])) || strings.Contains(last.New, "Núria") {
				t.Errorf("the trail says %+v", last)
			}
			must(t, err2)
			filed, err2 := tx.Signatures(ctx, store.ConsentFilter{}, 0, 10)
			if len(filed) != 1 || bytes.Contains(filed[0].Paper, []byte("%PDF")) {
				t.Errorf("%d papers are filed, or one is not sealed", len(filed))
			}
			must(t, err2)
			return err
		})
		kinds, all := w.mail(codes[0])
		if len(kinds) == 0 || kinds[len(kinds)-1] != "consent-copy" {
			t.Fatalf("mail %v", kinds)
		}
		if a := all[len(all)-1].Attachments; len(a) != 1 || !bytes.Equal(a[0].Data, pdf) || a[0].Type != "application/pdf" {
			t.Errorf("the mail does not bring the paper")
		}
		found, err := w.FindConsent(ctx, coordinator, pdf)
		must(t, err)
		if found.Participant != codes[0] || found.Version != "1" || found.Withdrawn {
			t.Errorf("found %+v", found)
		}
		_, err = w.FindConsent(ctx, coordinator, append(bytes.Clone(pdf), '\n'))
		refused(t, err, problem.NotFound, "No consent")
		_, err = w.FindConsent(ctx, statistician, pdf)
		refused(t, err, problem.Forbidden, "")
		_, err = w.ConsentPapers(ctx, identity.AsParticipant(codes[1]), codes[0])
		refused(t, err, problem.NotFound, "")
		_, err = w.ExportConsents(ctx, coordinator)
		refused(t, err, problem.Forbidden, "")

		must(t, w.Withdraw(ctx, me, codes[0], "remove-answers", ""))
		if papers, err = w.ConsentPapers(ctx, me, codes[0]); err != nil || len(papers) != 1 || !bytes.Equal(papers[0].PDF, pdf) {
			t.Errorf("after withdrawing: %d papers, %v", len(papers), err)
		}
		out, err := w.ExportConsents(ctx, owner)
		must(t, err)
		if verbs := w.trail(string(codes[0])); len(out) != 2 || out[0].Version != "1" || out[1].Choice != "remove-answers" || verbs[len(verbs)-1] != "consent.export" {
			t.Errorf("%d papers are handed out, the trail ends with %v", len(out), verbs)
		}
		if found, err = w.FindConsent(ctx, owner, pdf); err != nil || !found.Withdrawn {
			t.Errorf("withdrawn: %+v, %v", found, err)
		}
	})
}

// Whoever wants no mail gets no copy by mail, and has it on the page.
func TestNoPaperByMailToWhoeverWantsNone(t *testing.T) {
	each(t, func(w *world) {
		code := w.roster(1)[0]
		w.at("2021-08-06 09:30")
		must(t, w.OptOut(w.Context(), identity.AsParticipant(code), code))
		w.consent(code)
		kinds, _ := w.mail(code)
		for _, kind := range kinds {
			if kind == "consent-copy" {
				t.Error("a copy was mailed")
			}
		}
		if papers, err := w.ConsentPapers(w.Context(), identity.AsParticipant(code), code); err != nil || len(papers) != 1 {
			t.Errorf("%d papers: %v", len(papers), err)
		}
	})
}
