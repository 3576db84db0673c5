package conduct_test

import (
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// readers gives the addresses of a session's two sides.
func (w *world) readers(code participant.Code, k participant.Code) (mine, theirs string) {
	w.Helper()
	_, mails := w.mail(code)
	to, err := mail.ParseAddress(mails[len(mails)-1].To)
	must(w, err)
	_, mails = w.mail(k)
	of, err := mail.ParseAddress(mails[len(mails)-1].To)
	must(w, err)
	return to.Address, of.Address
}

func TestCalendarMail(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.Title = "Reunión; «cita», con\\título larguísimo — 会议会议会议会议会议会议会议会议会议会议"
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		server := mailtest.New(w)
		client := server.Client()
		w.deliver(client)
		mine, theirs := w.readers(code, k)
		first := server.Invitations(t, 0)
		if len(first) != 2 {
			t.Fatalf("%d calendar mails of a booking", len(first))
		}
		uid := first[0].Prop("UID")
		sequence := -1
		check := func(mails []mailtest.Invitation, method string, start time.Time) {
			t.Helper()
			seen := map[string]bool{}
			if len(mails) != 2 {
				t.Fatalf("%d mails", len(mails))
			}
			for _, m := range mails {
				seen[m.To] = true
				n, err := strconv.Atoi(m.Prop("SEQUENCE"))
				if err != nil || n <= sequence || m.Method != method || m.Prop("UID") != uid || !strings.HasSuffix(uid, "@coaching.example.org") {
					t.Errorf("SEQUENCE:%d after %d, %s, UID:%s", n, sequence, m.Method, m.Prop("UID"))
				}
				if got := m.Prop("DTSTART"); got != start.UTC().Format("20060102T150405Z") {
					t.Errorf("it starts at %s, want %s", got, start)
				}
				whole := m.Subject + m.Text
				for _, p := range []string{"SUMMARY", "DESCRIPTION", "LOCATION", "URL"} {
					whole += m.Prop(p)
				}
				other, link := theirs, "https://coaching.example.org/me/sessions"
				if m.To == theirs {
					other, link = mine, "https://coaching.example.org/desk"
				}
				for _, secret := range []string{other, "/p/", w.Protocol.Title, string(code), string(k), "control"} {
					if strings.Contains(whole, secret) {
						t.Errorf("a mail to %s tells %q", m.To, secret)
					}
				}
				if !strings.Contains(m.Prop("DESCRIPTION"), link) || !strings.Contains(m.Text, link) {
					t.Errorf("no way to one's own page: %q", m.Prop("DESCRIPTION"))
				}
				if summary, err := m.Event.Props.Text("SUMMARY"); err != nil || summary != w.Title {
					t.Errorf("summary %q, %v", summary, err)
				}
			}
			if !seen[mine] || !seen[theirs] {
				t.Errorf("readers %v", seen)
			}
			sequence, _ = strconv.Atoi(mails[0].Prop("SEQUENCE"))
		}
		check(first, "REQUEST", s.Start)
		stamp := first[0].Prop("DTSTAMP")

		w.pass(time.Minute)
		from := len(server.All())
		moved, err := w.Move(ctx, me, s.ID, s.Start.Add(time.Hour))
		must(t, err)
		w.deliver(client)
		second := server.Invitations(t, from)
		check(second, "REQUEST", moved.Start)
		if second[0].Prop("DTSTAMP") <= stamp || !strings.Contains(second[0].Subject, "moved") {
			t.Errorf("the second mail has the stamp %s, the first %s; %q", second[0].Prop("DTSTAMP"), stamp, second[0].Subject)
		}

		from = len(server.All())
		_, err = w.Cancel(ctx, me, s.ID)
		must(t, err)
		w.deliver(client)
		gone := server.Invitations(t, from)
		check(gone, "CANCEL", moved.Start)
		for _, m := range gone {
			if strings.Contains(m.Text, "cancel it") || strings.Contains(m.Text, "move it") {
				t.Errorf("what is cancelled is to be moved or cancelled: %s", m.Text)
			}
		}
		_, err = w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start})
		must(t, err)
		w.deliver(client)
		from = len(server.All())
		must(t, w.Withdraw(ctx, me, code, participant.StopContact, ""))
		w.deliver(client)
		for _, m := range server.Invitations(t, from) {
			if m.To == mine && strings.Contains(m.Text, "/me/sessions") {
				t.Errorf("who has left is sent to pages that are closed: %s", m.Text)
			}
		}
	})
}

// Only the newest state of a session goes out, and what no calendar knows of is not taken out of it.
func TestCalendarMailOfTheNewestState(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		me := identity.AsParticipant(code)
		must(t, w.ChooseLanguage(ctx, me, code, "es"))
		for n := range 3 {
			_, err := w.Move(ctx, me, s.ID, s.Start.Add(time.Duration(n+1)*15*time.Minute))
			must(t, err)
		}
		server := mailtest.New(w)
		client := server.Client()
		w.deliver(client)
		mails := server.Invitations(t, 0)
		if len(mails) != 2 || mails[0].Prop("SEQUENCE") != "3" || mails[0].Method != "REQUEST" || mails[0].Prop("DTSTART") != "20210812T144500Z" {
			t.Fatalf("booked and moved three times before the first mail: %+v", mails)
		}
		for _, m := range mails {
			spanish := strings.HasPrefix(m.Subject, "Cita: jueves, 12 de agosto de 2021, 10:45 EDT (UTC-04:00)") && strings.Contains(m.Text, "Hola, ") && m.Prop("SUMMARY") == "Cita"
			english := strings.HasPrefix(m.Subject, "Appointment: Thursday, August 12, 2021, 10:45 EDT") && m.Prop("SUMMARY") == "Appointment"
			if coach := strings.HasPrefix(m.To, "coach"); coach != english || coach == spanish {
				t.Errorf("to %s: %q", m.To, m.Subject)
			}
		}
		// Resending does not make it another state of the session.
		from := len(server.All())
		_, err := w.Cancel(ctx, me, s.ID)
		must(t, err)
		again, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start})
		must(t, err)
		_, err = w.Cancel(ctx, me, again.ID)
		must(t, err)
		w.deliver(client)
		if mails = server.Invitations(t, from); len(mails) != 2 || mails[0].Method != "CANCEL" || mails[0].Prop("SEQUENCE") != "4" {
			t.Errorf("the one that calendars knew is cancelled, the other never was there: %+v", mails)
		}

		// Whoever is left when a coach goes, or a participant withdraws, is told by the calendar too.
		_, err = w.Book(ctx, me, conduct.Booking{Participant: code, Start: s.Start})
		must(t, err)
		w.deliver(client)
		from = len(server.All())
		must(t, w.Withdraw(ctx, me, code, participant.StopContact, ""))
		w.deliver(client)
		if mails = server.Invitations(t, from); len(mails) != 1 || mails[0].Method != "CANCEL" || !strings.HasPrefix(mails[0].To, "coach") {
			t.Errorf("withdrawn without a wish for mail: %d mails, %+v", len(mails), mails)
		}
		other := w.rosterOf("two")
		w.coachable(other)
		must(t, w.ChooseCoach(ctx, identity.AsParticipant(other), other, k))
		_, err = w.Book(ctx, identity.AsParticipant(other), conduct.Booking{Participant: other, Start: s.Start})
		must(t, err)
		w.deliver(client)
		from = len(server.All())
		_, err = w.RetireCoach(ctx, coordinator, k)
		must(t, err)
		w.deliver(client)
		if mails = server.Invitations(t, from); len(mails) != 2 || mails[0].Method != "CANCEL" || mails[1].Method != "CANCEL" {
			t.Errorf("the coach leaves: %+v", mails)
		}
		if all := w.sessions(session.Session{Participant: other}); len(all) != 1 || all[0].State != session.Cancelled {
			t.Errorf("%+v", all)
		}
	})
}
