package web

import (
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// outboxListPage is the outbox, the latest message first.
type outboxListPage struct {
	Filter  store.MailFilter
	Kinds   []string
	States  []post.State
	Lines   []mailLine
	Pager   pager
	Limited bool
}

// mailLine is one message.
type mailLine struct {
	ID            int64
	Person        string
	Kind, Subject string
	State         post.State
	Due, Ended    time.Time
}

// mailStates are what can become of a message.
var mailStates = []post.State{post.Planned, post.Sent, post.Stopped, post.Failed}

// outboxList shows the outbox.
func (s *Site) outboxList(w http.ResponseWriter, r *http.Request) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	content := outboxListPage{States: mailStates}
	for _, m := range s.Conduct.Protocol.Messages {
		content.Kinds = append(content.Kinds, m.ID)
	}
	if content.Filter, err = s.mailFilter(r.URL.Query(), content.Kinds); err != nil {
		return err
	}
	content.Limited = content.Filter != store.MailFilter{}
	err = s.read(r, func(tx *store.Tx) error {
		total, err := tx.MailCount(r.Context(), content.Filter)
		if err != nil {
			return err
		}
		if content.Pager, err = paged(r, n, total); err != nil {
			return err
		}
		found, err := tx.LatestMail(r.Context(), content.Filter, (n-1)*pageSize, pageSize)
		for _, m := range found {
			content.Lines = append(content.Lines, s.mailLine(m))
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "outbox_list", "Outbox", content)
}

// ofStaff is the code of an account, whose mail stands in the outbox too.
var ofStaff = regexp.MustCompile(`^staff-[a-z0-9]{8}$`)

// mailFilter reads what a search asks for; a code is taken as people type it.
func (s *Site) mailFilter(q url.Values, kinds []string) (f store.MailFilter, err error) {
	var found problem.List
	f.Kind, f.State = q.Get("purpose"), post.State(q.Get("state"))
	switch text := strings.TrimSpace(q.Get("person")); {
	case ofStaff.MatchString(text):
		f.Person = text
	case text != "":
		code, err := participant.ParseCode(text)
		if p, ok := errors.AsType[*problem.Problem](err); ok {
			found.Add(p.On("person"))
		}
		f.Person = string(code)
	}
	if f.Kind != "" && !slices.Contains(kinds, f.Kind) {
		found.Add(problem.New(problem.Invalid, "The protocol has no message %.40q", f.Kind).On("purpose").Instead("Choose one of the list."))
	}
	if f.State != "" && !slices.Contains(mailStates, f.State) {
		found.Add(problem.New(problem.Invalid, "%.40q is not a state of a message", string(f.State)).On("state").Instead("Choose one of the list."))
	}
	return f, found.Err()
}

func (s *Site) mailLine(m post.Message) mailLine {
	line := mailLine{ID: m.ID, Person: m.Person, Kind: m.Kind, Subject: masked(m, m.Subject), State: m.State, Due: m.Due.In(s.zone())}
	if !m.Ended.IsZero() {
		line.Ended = m.Ended.In(s.zone())
	}
	return line
}

// recipient is who a message goes to; a malformed address stands as it is.
func recipient(m post.Message) mail.Address {
	if a, err := mail.ParseAddress(m.To); err == nil {
		return *a
	}
	return mail.Address{Address: m.To}
}
