package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/trial/assessment"
	"rekindle/trial/consent"
	"rekindle/trial/goal"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// participantAccessPage says who sees what, and who has acted on the participant's data.
type participantAccessPage struct {
	Rows   []string // keys of the table's rows
	Events []accessLine
}

// accessLine is one act on the participant's data.
type accessLine struct {
	At   time.Time
	Role string
	Verb string
	Key  string // of the words of the verb
}

// accessShown is how many acts the page shows, the latest first; the download has all.
const accessShown = 50

// accessShow says who sees what.
func (s *Site) accessShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	page := participantAccessPage{Rows: []string{"who_you", "who_coach", "who_office", "who_statistician", "who_leaders", "who_finance", "who_owner"}}
	err = s.read(r, func(tx *store.Tx) error {
		events, err := s.actsOn(r.Context(), tx, st)
		for _, e := range events[:min(len(events), accessShown)] {
			line := accessLine{Role: "role_" + e.Role, Verb: e.Verb, Key: "did_" + e.Verb}
			if line.At, err = time.Parse(time.RFC3339Nano, e.At); err != nil {
				return err
			}
			line.At = line.At.In(st.zone)
			page.Events = append(page.Events, line)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_access", "sees", page)
}

// mostActs bounds the acts of a kind that are looked through.
const mostActs = 100_000

// actsOn gives every act on a participant's data, the latest first: on their code and their sessions, the looking up of names in which
// they were found, and what was taken of everybody's data.
func (s *Site) actsOn(ctx context.Context, tx *store.Tx, st standing) (all []audit.Entry, err error) {
	code := string(st.Record.Code)
	filters := []store.EventFilter{{Object: code}, {Verb: "participant.identify"}, {Verb: "dataset.lock"}, {Verb: "incentive.export"}}
	for _, one := range st.Sessions {
		filters = append(filters, store.EventFilter{Object: one.ID})
	}
	for _, f := range filters {
		found, err := tx.LatestEvents(ctx, f, 0, mostActs)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if f.Verb != "participant.identify" || e.Object != code && strings.Contains(e.New, code) {
				all = append(all, e)
			}
		}
	}
	if st.Record.ConsentedAt == nil { // nothing of theirs is in it
		all = slices.DeleteFunc(all, func(e audit.Entry) bool { return e.Verb == "dataset.lock" })
	}
	slices.SortFunc(all, func(a, b audit.Entry) int { return cmp.Compare(b.Seq, a.Seq) })
	return all, nil
}

// ownData is everything that the study keeps under a participant's code.
type ownData struct {
	Study       string                      `json:"study"`
	Registered  string                      `json:"registered"`
	MadeAt      time.Time                   `json:"made_at"`
	Person      conduct.Person              `json:"person"`
	Participant participant.Record          `json:"participant"`
	Group       string                      `json:"group,omitempty"`
	Consents    []ownConsent                `json:"consents"`
	Withdrawals []ownWithdrawal             `json:"withdrawals"`
	Passkeys    []ownPasskey                `json:"passkeys"`
	Visits      []assessment.Visit          `json:"surveys"`
	Forms       []assessment.Form           `json:"forms"`
	Corrections []assessment.Correction     `json:"corrections"`
	Sessions    []session.Session           `json:"sessions"`
	Plan        goal.Plan                   `json:"plan"`
	Ratings     map[string]session.Alliance `json:"ratings"`
	Messages    []ownMessage                `json:"messages"`
	Acts        []ownAct                    `json:"acts"`
}

// ownConsent is what was signed; it stays on file when somebody leaves.
type ownConsent struct {
	consent.Signature
	Withdrawn bool
}

// ownWithdrawal is the paper of having left, as it was filed.
type ownWithdrawal struct {
	Use      participant.Use `json:"use"`
	FiledAt  time.Time       `json:"filed_at"`
	Document string          `json:"document"` // SHA-256 of the paper
}

// ownPasskey is a device with which the participant comes in, without anything of its key.
type ownPasskey struct {
	Name  string     `json:"name"`
	Added time.Time  `json:"added"`
	Used  *time.Time `json:"last_used"` // null: never yet
}

// ownMessage is a mail to the participant, without the secret part of its link.
type ownMessage struct {
	Kind    string    `json:"kind"`
	State   string    `json:"state"`
	Due     time.Time `json:"due"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
}

// ownAct is one event of the audit trail about the participant.
type ownAct struct {
	At   string `json:"at"`
	Role string `json:"role"`
	Verb string `json:"verb"`
}

// dataDownload hands out everything that the study keeps under the participant's code, as JSON.
func (s *Site) dataDownload(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	p := s.spoken(r).protocol
	d := ownData{Study: p.Title, Registered: p.Registration.Number, MadeAt: st.Now.UTC(), Participant: st.Record, Group: st.Arm.Name, Sessions: st.Sessions}
	own, err := s.Conduct.Own(r.Context(), actor(r), st.Record.Code)
	if err != nil {
		return err
	}
	d.Person, d.Plan, d.Ratings = own.Person, own.Plan, own.Ratings
	for _, m := range own.Written {
		d.Messages = append(d.Messages, ownMessage{m.Kind, string(m.State), m.Due, m.Subject, s.sealed(m.Text)})
	}
	keys, err := s.Conduct.OwnPasskeys(r.Context(), actor(r), st.Record.Code)
	if err != nil {
		return err
	}
	for _, k := range keys {
		d.Passkeys = append(d.Passkeys, ownPasskey{k.Label, k.Made, k.Used})
	}
	err = s.read(r, func(tx *store.Tx) error {
		code := st.Record.Code
		signed, err := tx.Signatures(r.Context(), store.ConsentFilter{Participant: code}, 0, len(s.Conduct.Protocol.Consent))
		if err != nil {
			return err
		}
		for _, c := range signed {
			d.Consents = append(d.Consents, ownConsent{c.Signature, c.Withdrawn})
		}
		left, err := tx.Withdrawals(r.Context(), store.ConsentFilter{Participant: code})
		if err != nil {
			return err
		}
		slices.Reverse(left)
		for _, one := range left {
			d.Withdrawals = append(d.Withdrawals, ownWithdrawal{one.Choice, one.Made, one.Document})
		}
		for _, v := range st.Visits {
			d.Visits = append(d.Visits, v.Visit)
			for _, f := range v.Forms {
				form, err := tx.Form(r.Context(), code, v.ID, f.Instrument)
				if err != nil {
					return err
				}
				if !form.StartedAt.IsZero() {
					d.Forms = append(d.Forms, form.Form)
				}
			}
		}
		if d.Corrections, err = tx.Corrections(r.Context(), code); err != nil {
			return err
		}
		events, err := s.actsOn(r.Context(), tx, st)
		slices.Reverse(events)
		for _, e := range events {
			d.Acts = append(d.Acts, ownAct{e.At, e.Role, e.Verb})
		}
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return download(w, "my-data.json", "application/json; charset=utf-8", append(text, '\n'))
}

// download hands out a file.
func download(w http.ResponseWriter, name, kind string, file []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	w.Header().Set("Content-Length", strconv.Itoa(len(file)))
	_, _ = w.Write(file) // whoever asked may have gone
	return nil
}
