package mail_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"rekindle/platform/mail"
)

const key = "0123456789abcdef0123456789abcdef"

// dsn is a delivery report as mail servers write it.
func dsn(fields string) string {
	return strings.ReplaceAll(`From: MAILER-DAEMON@mx.example
To: study@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you ...
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Thu, 5 Aug 2021 08:00:00 -0400

`+fields+`

--b1
Content-Type: message/rfc822

Message-ID: <`+key+`@example.org>
From: study@example.org
Subject: An invitation

Dear Kim,
--b1--
`, "\n", "\r\n")
}

func TestReadReceived(t *testing.T) {
	for name, c := range map[string]struct {
		mail    string
		verdict mail.Verdict
		answer  string
	}{
		"unknown user":      {dsn("Final-Recipient: rfc822; kim@hospital.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <kim@hospital.example>: no such user"), mail.Bounced, "550 5.1.1 <address>: no such user"},
		"folded":            {dsn("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n no such\n user"), mail.Bounced, "550 5.1.1 no such user"},
		"no such domain":    {dsn("Action: failed\nStatus: 5.4.4 (unable to route)"), mail.Bounced, "5.4.4 (unable to route)"},
		"mailbox full":      {dsn("Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Over quota"), mail.Refused, "552 5.2.2 Over quota"},
		"policy":            {dsn("Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Blocked"), mail.Refused, "550 5.7.1 Blocked"},
		"time was up":       {dsn("Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 421 try later"), mail.Refused, "421 try later"},
		"status of nothing": {dsn("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 user unknown"), mail.Bounced, "550 user unknown"},
		"relaying":          {dsn("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 relaying denied"), mail.Refused, "550 relaying denied"},
		"delayed":           {dsn("Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 450 later"), mail.Later, "450 later"},
		"delivered":         {dsn("Action: delivered\nStatus: 2.0.0"), mail.Taken, "2.0.0"},
		"worst of two":      {dsn("Action: delayed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.1.1"), mail.Bounced, "5.1.1"},
		"quoted-printable":  {strings.Replace(dsn("Action: failed\nStatus: 5.1.=\n1"), "Content-Type: message/delivery-status", "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: message/delivery-status", 1), mail.Bounced, "5.1.1"},
		"cut off":           {strings.SplitAfter(dsn("Action: failed\nStatus: 5.1.1"), "An invitation")[0], mail.Bounced, "5.1.1"},
	} {
		got, err := mail.ReadReceived(strings.NewReader(c.mail))
		if err != nil || got.Report == nil || got.Report.Verdict != c.verdict || got.Report.Answer != c.answer || got.Complaint || len(got.Calendar) > 0 {
			t.Errorf("%s: %+v (%+v), %v", name, got, got.Report, err)
			continue
		}
		if len(got.Keys) != 1 || got.Keys[0] != key {
			t.Errorf("%s: keys %v", name, got.Keys)
		}
	}
}

func TestReadComplaintsAndCalendars(t *testing.T) {
	arf := strings.NewReplacer("report-type=delivery-status", "report-type=feedback-report", "message/delivery-status", "message/feedback-report", "message/rfc822", "text/rfc822-headers")
	for feedback, want := range map[string]bool{"abuse": true, "Abuse": true, "not-spam": false} {
		got, err := mail.ReadReceived(strings.NewReader(arf.Replace(strings.Replace(dsn("Source-IP: 192.0.2.1"), "Reporting-MTA: dns; mx.example", "Feedback-Type: "+feedback+"\r\nUser-Agent: SomeISP/1.0\r\nVersion: 1", 1))))
		if err != nil || got.Complaint != want || got.Report != nil || len(got.Keys) != 1 {
			t.Errorf("%s: %+v, %v", feedback, got, err)
		}
	}
	ics := "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
	invitation := func(method, encoding, body string) string {
		return "Subject: Accepted\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nYes\r\n--b\r\n" +
			"Content-Type: text/calendar; charset=utf-8; method=" + method + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + body + "\r\n--b--\r\n--a--\r\n"
	}
	for name, c := range map[string]struct {
		mail string
		n    int
	}{
		"plain":        {invitation("REPLY", "7bit", ics), 1},
		"base64":       {invitation("reply", "base64", base64.StdEncoding.EncodeToString([]byte(ics))), 1},
		"a request":    {invitation("REQUEST", "7bit", ics), 0},
		"somebody":     {"Subject: Hello\r\nContent-Type: text/plain\r\n\r\nCould we talk?\r\n", 0},
		"without MIME": {"Subject: Hello\r\n\r\n<" + key + "@example.org>\r\n", 0},
	} {
		got, err := mail.ReadReceived(strings.NewReader(c.mail))
		if err != nil || len(got.Calendar) != c.n || len(got.Keys) > 0 || c.n == 1 && strings.TrimSpace(string(got.Calendar[0])) != strings.TrimSpace(ics) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, junk := range []string{"", "\x00\x01", "no mail at all", strings.Repeat("x", 3<<20)} {
		if _, err := mail.ReadReceived(strings.NewReader(junk)); err == nil {
			t.Errorf("%.20q was read", junk)
		}
	}
	deep := "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
	for range 200 {
		deep += "--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
	}
	if got, err := mail.ReadReceived(strings.NewReader(deep)); err != nil || got.Report != nil {
		t.Errorf("nested deeply: %+v, %v", got, err)
	}
}

// Whatever comes in is read without a panic, and never tells an address.
func FuzzReadReceived(f *testing.F) {
	f.Add(dsn("Final-Recipient: rfc822; kim@hospital.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <kim@hospital.example> unknown"))
	f.Add(strings.ReplaceAll(dsn("Action: failed"), "b1", "")) // no boundary
	f.Add("Content-Type: text/calendar; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%")
	f.Add("Content-Type: multipart/report; boundary=\"\xff\"\r\n\r\n--\xff\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := mail.ReadReceived(strings.NewReader(text))
		if err != nil {
			return
		}
		if len(got.Keys) > 10 {
			t.Errorf("%d keys", len(got.Keys))
		}
		if got.Report != nil && (len(got.Report.Answer) > 500 || strings.ContainsAny(got.Report.Answer, "\r\n") || strings.Contains(got.Report.Answer, "kim@hospital.example")) {
			t.Errorf("answer %q", got.Report.Answer)
		}
	})
}
