package web

import (
	"html/template"
	"net/http"

	"rekindle/problem"
	"rekindle/report/protocol"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// protocolPage is the protocol in words.
type protocolPage struct {
	*protocol.Page
	Article template.HTML
}

// protocolShow shows the protocol.
func (s *Site) protocolShow(w http.ResponseWriter, r *http.Request) error {
	p, catalogue := s.Conduct.Protocol, instrument.Catalogue()
	described := protocol.Describe(p, catalogue, study.Check(p, catalogue))
	article, err := described.Article()
	if err != nil {
		return problem.New(problem.Internal, "the protocol's page cannot be made").Because(err)
	}
	return s.show(w, r, http.StatusOK, "protocol_show", "Protocol", protocolPage{described, article})
}
