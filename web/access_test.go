package web_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/web"
)

// ofNobody are the verbs that are never done to one participant.
var ofNobody = []string{"study.", "randomization.", "report.", "outbox.", "audit.", "account.", "protocol.", "flow.", "home.", "vault.", "pay.", "consent.read", "participant.add_roster", "message.read", "message.pause",
	"message.deliver", "message.receive", "message.resend", "coach.", "dataset.unblind", "incentive.read", "calendar.", "mail.test", "note.key", "people.change", "people.session", "supervision."}

// The record of what was done says it in words, whatever it was.
func TestEveryActHasItsWords(t *testing.T) {
	english := web.Texts("en")
	for _, verb := range identity.Verbs() {
		if slices.ContainsFunc(ofNobody, func(part string) bool { return strings.HasPrefix(verb, part) }) && verb != "coach.choose" || strings.HasSuffix(verb, ".read") || strings.HasSuffix(verb, ".read_own") {
			continue
		}
		if english["did_"+verb] == "" {
			t.Errorf("%s has no words", verb)
		}
	}
}

// The download has all that is kept: who one is, what one signed and answered, what one was written, what was done.
func TestDownloadHasEverything(t *testing.T) {
	e := enrol(t)
	_, links := e.invite(1)
	v := e.come(links[0])
	v.baseline()
	_, err := e.ExportConsents(t.Context(), identity.Actor{Name: "investigator", Role: identity.Owner})
	succeed(t, err)
	var own struct {
		Person   struct{ Name, Email string }
		Forms    []any
		Consents []struct{ Version, Document, Language string }
		Messages []struct{ Kind, Subject, Text string }
		Acts     []struct{ Verb string }
	}
	body := v.get("/me/data").Body
	succeed(t, json.Unmarshal([]byte(body), &own))
	if own.Person.Name != "Dr. Person 0" || own.Person.Email != "p0@hospital.example" || len(own.Forms) != 7 || len(own.Consents) != 1 || len(own.Consents[0].Document) != 64 {
		t.Errorf("the download says %.600s", body)
	}
	kinds := map[string]bool{}
	for _, m := range own.Messages {
		kinds[m.Kind] = m.Text != ""
	}
	if !kinds["announcement"] || !kinds["consent-copy"] {
		t.Errorf("messages %v", kinds)
	}
	if last := own.Acts[len(own.Acts)-1]; last.Verb != "consent.export" {
		t.Errorf("the last act is %s", last.Verb)
	}
	if strings.Contains(body, links[0][3:]) {
		t.Error("the download holds a link that opens the page")
	}
	if told := v.get("/me/access").Text(t, "main"); !strings.Contains(told, "Took a copy of your signed consent") {
		t.Errorf("the record says %q", told)
	}
}

// The download tells with which devices one comes in, without anything of their keys, and which papers of leaving are on file.
func TestDownloadHasPasskeysAndWithdrawals(t *testing.T) {
	e := enrol(t)
	codes, links := e.invite(1)
	v := e.come(links[0])
	v.baseline()
	succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddParticipantPasskey(t.Context(), store.ParticipantPasskey{ID: "credential-id", Code: codes[0], Handle: "the-handle", Label: tx.Vault.Seal([]byte("Chrome · Android"), "participant_passkey", "label", "credential-id"), Public: []byte(`{"k":"public-key"}`)})
	}))
	v.send("/me/withdraw", url.Values{"use": {"until-now"}}, "/me")
	papers, err := e.WithdrawalPapers(t.Context(), identity.AsParticipant(codes[0]), codes[0])
	succeed(t, err)
	var own struct {
		Passkeys []struct {
			Name  string
			Added time.Time
			Used  *time.Time `json:"last_used"`
		}
		Withdrawals []struct{ Use, Document string }
	}
	body := v.get("/me/data").Body
	succeed(t, json.Unmarshal([]byte(body), &own))
	if len(own.Passkeys) != 1 || own.Passkeys[0].Name != "Chrome · Android" || own.Passkeys[0].Added.IsZero() || own.Passkeys[0].Used != nil {
		t.Errorf("passkeys: %+v", own.Passkeys)
	}
	if len(papers) != 1 || len(own.Withdrawals) != 1 || own.Withdrawals[0].Use != "until-now" || own.Withdrawals[0].Document != fmt.Sprintf("%x", sha256.Sum256(papers[0].PDF)) {
		t.Errorf("withdrawals: %+v", own.Withdrawals)
	}
	for _, never := range []string{"credential-id", "the-handle", "public-key"} {
		if strings.Contains(body, never) {
			t.Errorf("the download has %q", never)
		}
	}
}
