package conduct_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// report is what a mail server writes about a message: kind "delivery-status" or "feedback-report".
func report(kind, fields, messageID string) string {
	return strings.ReplaceAll(fmt.Sprintf("From: mailer-daemon@mx.example\nContent-Type: multipart/report; report-type=%[1]s; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/%[1]s\n\n%s\n\n"+
		"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: %s\nSubject: x\n\n--b--\n", kind, fields, messageID), "\n", "\r\n")
}

// What comes back after the mail server had taken it is the same as what it refuses at once; a complaint is a wish for no more mail.
func TestReceive(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(4)
		_, err := w.Invite(ctx, coordinator, nil)
		must(t, err)
		w.at("2021-08-05 08:00")
		w.tick()
		s := mailtest.New(t)
		to := s.Client()
		defer to.Close()
		_, err = w.Deliver(ctx, to)
		must(t, err)
		ids := map[participant.Code]string{}
		for _, m := range s.All() {
			for i, code := range codes {
				if m.To == fmt.Sprintf("p%d@hospital.example", i) {
					ids[code] = m.Header.Get("Message-ID")
				}
			}
		}
		unknown := "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; p0@hospital.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <p0@hospital.example> unknown"
		for i, c := range []struct {
			name, mail string
			want       conduct.Taken
		}{
			{"delayed", report("delivery-status", strings.NewReplacer("failed", "delayed", "5.1.1", "4.4.1").Replace(unknown), ids[codes[0]]), conduct.Noticed},
			{"unknown", report("delivery-status", unknown, ids[codes[0]]), conduct.Returned},
			{"twice", report("delivery-status", unknown, ids[codes[0]]), conduct.Noticed},
			{"full", report("delivery-status", strings.ReplaceAll(unknown, "5.1.1", "5.2.2"), ids[codes[1]]), conduct.Returned},
			{"complaint", report("feedback-report", "Feedback-Type: abuse\nVersion: 1", ids[codes[2]]), conduct.Complained},
			{"twice a complaint", report("feedback-report", "Feedback-Type: abuse\nVersion: 1", ids[codes[2]]), conduct.Noticed},
			{"a guess", report("delivery-status", unknown, "<"+strings.Repeat("0", 32)+"@example.org>"), conduct.Unknown},
			{"somebody else's", report("delivery-status", unknown, "<abc@elsewhere.example>"), conduct.Unknown},
			{"a person", "From: kim@hospital.example\r\nSubject: Please stop\r\n\r\nI have died. <" + ids[codes[3]] + ">", conduct.Unknown},
			{"a calendar of nobody", "Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", conduct.Unknown},
			{"junk", "\x00\xff", conduct.Unknown},
		} {
			if what, err := w.Receive(ctx, identity.Program, strings.NewReader(c.mail)); err != nil || what != c.want {
				t.Errorf("%d %s: %s, %v; want %s", i, c.name, what, err, c.want)
			}
		}
		states := map[participant.Code][2]bool{}
		for _, code := range codes {
			log, err := w.MailLog(ctx, coordinator, code)
			must(t, err)
			states[code] = [2]bool{log.Bounced != nil, log.OptedOut != nil}
			if log.Complained != (code == codes[2]) {
				t.Errorf("%s complained: %v", code, log.Complained)
			}
		}
		if want := (map[participant.Code][2]bool{codes[0]: {true, false}, codes[1]: {false, false}, codes[2]: {false, true}, codes[3]: {false, false}}); fmt.Sprint(states) != fmt.Sprint(want) {
			t.Errorf("bounced and opted out %v, want %v", states, want)
		}
		if l := w.only(codes[0], "announcement", 0); l.Stage() != store.Failed || l.Answer != "came back: 550 5.1.1 <address> unknown" {
			t.Errorf("the log has %s, %q", l.Stage(), l.Answer)
		}
		if verbs := strings.Join(w.trail(string(codes[0])), " "); !strings.HasSuffix(verbs, "message.receive participant.bounce") {
			t.Errorf("the trail: %s", verbs)
		}
		for _, role := range identity.Roles {
			if role == identity.Clock {
				continue
			}
			if _, err := w.Receive(ctx, identity.Actor{Name: "x", Role: role}, strings.NewReader("")); !problem.Is(err, problem.Forbidden) {
				t.Errorf("received by %s: %v", role, err)
			}
		}
	})
}

// Mail in the spool is taken once; what cannot be taken now stays there.
func TestReceiveAll(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		spool := &post.Spool{Dir: t.TempDir()}
		for range 3 {
			must(t, spool.Put(strings.NewReader("Subject: x\r\n\r\nhello")))
		}
		if got, err := w.ReceiveAll(ctx, identity.Program, spool); err != nil || got[conduct.Unknown] != 3 {
			t.Errorf("took %v, %v", got, err)
		}
		if got, err := w.ReceiveAll(ctx, identity.Program, spool); err != nil || len(got) != 0 {
			t.Errorf("took %v again, %v", got, err)
		}
		must(t, spool.Put(strings.NewReader("Subject: x\r\n\r\nhello")))
		broken := errors.New("the database is away")
		if err := spool.Each(ctx, func(io.Reader) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if got, err := w.ReceiveAll(ctx, identity.Program, spool); err != nil || got[conduct.Unknown] != 1 {
			t.Errorf("what could not be taken: %v, %v", got, err)
		}
	})
}
