package web

import (
	"net/http"
	"strings"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/store"
)

// auditListPage is the trail, the latest event first, with what checking it gave.
type auditListPage struct {
	Filter  store.EventFilter
	Verbs   []string
	Events  []eventLine
	Pager   pager
	Key     string
	Trail   finding[audit.Report]
	Since   int  // events recorded since the check
	Limited bool // a filter is set
}

// eventLine is one event of the trail as people read it.
type eventLine struct {
	Seq                               int64
	At                                time.Time
	Actor, Role, Verb, Object, Reason string
	Old, New                          []fact
}

// auditList shows the trail.
func (s *Site) auditList(w http.ResponseWriter, r *http.Request) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	content := auditListPage{Key: s.PublicKey, Filter: store.EventFilter{
		Object: strings.TrimSpace(q.Get("object")), Verb: q.Get("verb"), Actor: strings.TrimSpace(q.Get("actor"))}}
	content.Limited = content.Filter != store.EventFilter{}
	var all int
	err = s.read(r, func(tx *store.Tx) error {
		study, err := tx.Study(r.Context())
		if err != nil {
			return err
		}
		if err := unmasked(actor(r), study); err != nil {
			return err
		}
		if all, err = tx.EventCount(r.Context(), store.EventFilter{}); err != nil {
			return err
		}
		total, err := tx.EventCount(r.Context(), content.Filter)
		if err != nil {
			return err
		}
		if content.Pager, err = paged(r, n, total); err != nil {
			return err
		}
		if content.Verbs, err = tx.EventVerbs(r.Context()); err != nil {
			return err
		}
		events, err := tx.LatestEvents(r.Context(), content.Filter, (n-1)*pageSize, pageSize)
		for _, e := range events {
			content.Events = append(content.Events, s.eventLine(e))
		}
		return err
	})
	if err != nil {
		return err
	}
	content.Trail = s.checkedTrail(r)
	content.Since = all - int(content.Trail.Value.Events)
	return s.show(w, r, http.StatusOK, "audit_list", "Audit trail", content)
}

func (s *Site) eventLine(e audit.Entry) eventLine {
	line := eventLine{Seq: e.Seq, Actor: e.Actor, Role: e.Role, Verb: e.Verb, Object: e.Object, Reason: e.Reason, Old: factsOf(e.Old), New: factsOf(e.New)}
	if at, err := time.Parse(time.RFC3339Nano, e.At); err == nil { // a trail that was tampered with must still be readable
		line.At = at.In(s.zone())
	}
	return line
}
