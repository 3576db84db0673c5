package conduct

import (
	"context"
	"encoding/json"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Paper is the paper of a consent, or of a withdrawal, as a file.
type Paper struct {
	Participant participant.Code
	Version     string          // of the consent; empty: the paper is of a withdrawal
	Choice      participant.Use // of the withdrawal; empty: the paper is of a consent
	Name        string          // of the file, "consent-1.pdf"
	PDF         []byte
}

// everyone is more than there ever are.
const everyone = 1 << 30

// ConsentPapers gives a participant the papers of all that they have signed, withdrawn or not, the latest first.
func (c *Conduct) ConsentPapers(ctx context.Context, by identity.Actor, code participant.Code) (all []Paper, err error) {
	if err := by.RequireFor("home.read", code); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		all, err = papers(ctx, tx, store.ConsentFilter{Participant: code})
		return err
	})
	return all, err
}

func papers(ctx context.Context, tx *store.Tx, f store.ConsentFilter) (all []Paper, err error) {
	signed, err := tx.Signatures(ctx, f, 0, everyone)
	for _, s := range signed {
		if s.Paper == nil {
			continue
		}
		pdf, err := openPaper(tx, s)
		if err != nil {
			return nil, err
		}
		if sumOf(pdf) != s.Document {
			return nil, problem.New(problem.Unavailable, "The paper that %s signed is not the one that was filed", s.Participant).
				Instead("Run 'rekindle audit verify' and compare with a backup.")
		}
		all = append(all, Paper{Participant: s.Participant, Version: s.Version, Name: paperFile(s.Language, s.Version), PDF: pdf})
	}
	return all, err
}

// ExportConsents gives the papers of all consents and withdrawals, for the archive. They hold names: that they were handed out is recorded with each
// participant, who sees it.
func (c *Conduct) ExportConsents(ctx context.Context, by identity.Actor) (all []Paper, err error) {
	if err := by.Require("consent.export"); err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if all, err = papers(ctx, tx, store.ConsentFilter{}); err != nil {
			return err
		}
		left, err := withdrawalPapers(ctx, tx, store.ConsentFilter{})
		if err != nil {
			return err
		}
		all = append(all, left...)
		for _, p := range all {
			what := facts{"version": p.Version}
			if p.Choice != "" {
				what = facts{"withdrawal": p.Choice}
			}
			if err := record(ctx, tx, by, "consent.export", string(p.Participant), nil, what, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// Filed is a consent, or a withdrawal, as it stands both in the table and in the trail.
type Filed struct {
	Participant participant.Code
	Version     string          // of the consent; empty: it is a withdrawal
	Choice      participant.Use // of the withdrawal; empty: it is a consent
	SignedAt    time.Time       // or when somebody withdrew
	Withdrawn   bool
	Event       int64 // of the trail, which names the paper's hash
}

// FindConsent tells which consent or withdrawal a file is the paper of, byte for byte. One that the trail does not name is problem.NotFound.
func (c *Conduct) FindConsent(ctx context.Context, by identity.Actor, file []byte) (found Filed, err error) {
	if err := by.Require("consent.read"); err != nil {
		return found, err
	}
	sum := sumOf(file)
	unknown := problem.New(problem.NotFound, "No consent of this study has the SHA-256 %s", sum).
		Instead("Ask for the paper anew: this file was changed, or is of another study.")
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		filed, err := tx.Signatures(ctx, store.ConsentFilter{Document: sum}, 0, 1)
		if err != nil {
			return err
		}
		left, err := tx.Withdrawals(ctx, store.ConsentFilter{Document: sum})
		if err != nil {
			return err
		}
		verb := "participant.consent"
		switch {
		case len(filed) > 0:
			s := filed[0]
			found = Filed{Participant: s.Participant, Version: s.Version, SignedAt: s.SignedAt, Withdrawn: s.Withdrawn}
		case len(left) > 0:
			verb = "participant.withdraw"
			found = Filed{Participant: left[0].Participant, Choice: left[0].Choice, SignedAt: left[0].Made}
		default:
			return unknown
		}
		events, err := tx.LatestEvents(ctx, store.EventFilter{Object: string(found.Participant), Verb: verb}, 0, everyone)
		if err != nil {
			return err
		}
		for _, e := range events {
			var told struct{ Document string }
			if err := json.Unmarshal([]byte(e.New), &told); err == nil && told.Document == sum {
				found.Event = e.Seq
				return nil
			}
		}
		return unknown
	})
	return found, err
}

// Signatures gives who has signed what and when, by code, the latest first: n at most from offset on, and how many there are.
func (c *Conduct) Signatures(ctx context.Context, by identity.Actor, offset, n int) (all []store.Signed, total int, err error) {
	if err := by.Require("consent.read"); err != nil {
		return nil, 0, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if total, err = tx.SignatureCount(ctx); err != nil {
			return err
		}
		all, err = tx.Signatures(ctx, store.ConsentFilter{}, offset, n)
		return err
	})
	return all, total, err
}
