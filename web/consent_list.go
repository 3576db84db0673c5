package web

import (
	"net/http"
	"time"

	"rekindle/problem"
)

// consentListPage is who has signed what, by code.
type consentListPage struct {
	Lines []consentLine
	Pager pager
}

// consentLine is one signature. Its name is on the paper alone.
type consentLine struct {
	Code, Version, Language string
	Signed                  time.Time
	Document                string // SHA-256 of the paper; empty: none was made
	Withdrawn               bool
}

// consentList shows the consents that are filed.
func (s *Site) consentList(w http.ResponseWriter, r *http.Request) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	signed, total, err := s.Conduct.Signatures(r.Context(), actor(r), (n-1)*pageSize, pageSize)
	if err != nil {
		return err
	}
	page := consentListPage{}
	if page.Pager, err = paged(r, n, total); err != nil {
		return err
	}
	for _, one := range signed {
		page.Lines = append(page.Lines, consentLine{string(one.Participant), one.Version, tongues[one.Language], one.SignedAt.In(s.zone()), one.Document, one.Withdrawn})
	}
	return s.show(w, r, http.StatusOK, "consent_list", "Consents", page)
}

// consentPaper hands a participant the paper of a version that they have signed, the latest where none is named. Who has left the study
// has it all the same.
func (s *Site) consentPaper(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Conduct.ConsentPapers(r.Context(), actor(r), actor(r).Participant)
	if err != nil {
		return err
	}
	version := r.URL.Query().Get("version")
	for _, p := range all {
		if version == "" || p.Version == version {
			return download(w, p.Name, "application/pdf", p.PDF)
		}
	}
	return problem.New(problem.NotFound, "There is no such paper").Instead("Sign the consent first, or write to %s.", s.Conduct.Protocol.Contact.Email)
}

// withdrawalPaper hands out what a participant asked for by leaving.
func (s *Site) withdrawalPaper(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Conduct.WithdrawalPapers(r.Context(), actor(r), actor(r).Participant)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return problem.New(problem.NotFound, "There is no such paper")
	}
	return download(w, all[0].Name, "application/pdf", all[0].PDF)
}
