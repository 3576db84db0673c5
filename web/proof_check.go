package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/report"
	"rekindle/trial/randomization"
)

// proof is a replay of the allocations.
type proof struct {
	Allocations int
	Findings    []randomization.Finding
}

// checkedTrail gives the last check of the whole audit trail.
func (s *Site) checkedTrail(r *http.Request) finding[audit.Report] {
	return s.trail.get(func() (audit.Report, error) {
		if s.PublicKey == "" {
			return audit.Report{}, problem.New(problem.Unavailable, "The key that checks the trail is not here").Instead("Restore keys/audit.pub.")
		}
		// Others wait for the same check: it must not end with the request that began it.
		report, err := s.Conduct.Store.VerifyAudit(context.WithoutCancel(r.Context()), s.PublicKey)
		return report, s.showable(err)
	})
}

// provedDraws gives the last replay of all allocations. While randomization is open it is an error.
func (s *Site) provedDraws(r *http.Request) finding[proof] {
	return s.draws.get(func() (p proof, err error) {
		ctx := context.WithoutCancel(r.Context())
		var evidence randomization.Evidence
		err = s.Conduct.Store.Read(ctx, func(tx *store.Tx) error {
			evidence, err = tx.RandomizationEvidence(ctx)
			return err
		})
		if err == nil {
			p.Allocations = len(evidence.Entries)
			p.Findings, err = evidence.Prove()
		}
		return p, s.showable(err)
	})
}

// checkedReport gives the last comparison of the report's files with their manifest.
func (s *Site) checkedReport() finding[*report.Manifest] {
	return s.report.get(func() (*report.Manifest, error) {
		if _, err := s.manifest(); err != nil {
			return nil, s.showable(err)
		}
		m, err := report.Verify(s.Report)
		if all, ok := errors.AsType[problem.List](err); ok {
			for _, p := range all { // places within the report, not on this machine
				p.Place = strings.TrimPrefix(p.Place, s.Report+string(filepath.Separator))
			}
		}
		return m, s.showable(err)
	})
}

// auditVerify checks the trail anew.
func (s *Site) auditVerify(w http.ResponseWriter, r *http.Request) error {
	s.trail.forget()
	return seeOther(w, r, "/audit")
}

// randomizationProve replays the allocations anew.
func (s *Site) randomizationProve(w http.ResponseWriter, r *http.Request) error {
	s.draws.forget()
	return seeOther(w, r, "/randomization")
}

// reportVerify compares the report with its manifest anew.
func (s *Site) reportVerify(w http.ResponseWriter, r *http.Request) error {
	s.report.forget()
	return seeOther(w, r, "/tables")
}

// showable gives an error that may stand on a page; one of the program's own is logged, and stands there in neutral words.
func (s *Site) showable(err error) error {
	if err == nil || problem.KindOf(err) != problem.Internal {
		return err
	}
	s.log().Error("a check failed", slog.String("error", err.Error()), slog.String("cause", causes(err)))
	return problem.New(problem.Internal, "The check could not be carried out").Instead("The log has the reason.")
}

// seeOther sends a form's sender on to a page.
func seeOther(w http.ResponseWriter, r *http.Request, where string) error {
	http.Redirect(w, r, where, http.StatusSeeOther)
	return nil
}
