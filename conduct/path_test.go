package conduct_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/dataset"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// The whole path of both arms, from the roster to the locked dataset, on a clock that jumps.
func TestWholePath(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(8)
		if n, err := w.Invite(ctx, coordinator, nil); err != nil || n != 8 {
			t.Fatalf("invited %d, %v", n, err)
		}
		if done := w.tick(); done.Sent != 0 {
			t.Errorf("%d mails went out an hour before the announcement", done.Sent)
		}
		w.at("2021-08-05 08:00")
		if done := w.tick(); done.Sent != 8 {
			t.Errorf("%d of 8 announcements went out", done.Sent)
		}
		_, mails := w.mail(codes[0])
		if m := mails[0]; m.To != `"Dr. Person 0" <p0@hospital.example>` || !strings.Contains(m.Text, "https://coaching.example.org/p/") || strings.Contains(m.Subject+m.Text, "{{") {
			t.Errorf("the announcement: %q, %q\n%s", m.To, m.Subject, m.Text)
		}
		if r := w.record(codes[0]); r.Status != participant.Invited {
			t.Errorf("after the announcement: %s", r.Status)
		}

		w.at("2021-08-09 10:00")
		coaches := w.coaches(2)
		var coaching, control []participant.Code
		for _, code := range codes[:6] {
			if p := w.enrol(code); p.Arm == "coaching" {
				coaching = append(coaching, code)
			} else {
				control = append(control, code)
			}
		}
		must(t, w.Decline(ctx, identity.AsParticipant(codes[6]), codes[6], "no time"))
		if len(coaching) == 0 || len(control) == 0 {
			t.Fatalf("arms %d and %d", len(coaching), len(control))
		}
		w.tick()
		if kinds, _ := w.mail(control[0]); !slices.Equal(kinds, []string{"announcement", "consent-copy", "allocated", "resources"}) {
			t.Errorf("mail to the control arm: %v", kinds)
		}
		if kinds, _ := w.mail(coaching[0]); !slices.Equal(kinds, []string{"announcement", "consent-copy", "allocated"}) {
			t.Errorf("mail to the coaching arm: %v", kinds)
		}

		// Control: no such page, before coaching opens.
		_, err := w.Coaches(ctx, identity.AsParticipant(control[0]), control[0])
		refused(t, err, problem.NotFound, "")
		refused(t, w.ChooseCoach(ctx, identity.AsParticipant(control[0]), control[0], coaches[0]), problem.NotFound, "")

		// Coaching: choose, book six, hold them.
		me := identity.AsParticipant(coaching[0])
		offers, err := w.Coaches(ctx, me, coaching[0])
		must(t, err)
		if len(offers) != 2 || offers[0].Name == "" {
			t.Fatalf("offers %+v", offers)
		}
		with := offers[0].Code
		must(t, w.ChooseCoach(ctx, me, coaching[0], with))
		for i := range 6 {
			free, err := w.Free(ctx, me, coaching[0], w.now.AddDate(0, 0, 2), w.now.AddDate(0, 0, 20), 1)
			must(t, err)
			if len(free) != 1 {
				t.Fatalf("session %d: no free time", i+1)
			}
			s, err := w.Book(ctx, me, conduct.Booking{Participant: coaching[0], Start: free[0], Mode: "video"})
			must(t, err)
			if s.Number != i+1 || s.Planned != w.Protocol.Coaching.Sessions[i] {
				t.Errorf("session %d has number %d and %d minutes", i+1, s.Number, s.Planned)
			}
			w.mu.Lock()
			w.now = s.Start.Add(-2 * time.Hour)
			w.mu.Unlock()
			w.tick()
			w.mu.Lock()
			w.now = s.End()
			w.mu.Unlock()
			if _, err := w.Hold(ctx, identity.AsCoach(with), s.ID, conduct.Held{Minutes: s.Planned - 5, Steps: w.Protocol.Coaching.Framework(s.Number)[:1], Themes: []string{"workload"}}); err != nil {
				t.Fatal(err)
			}
		}
		if r := w.record(coaching[0]); r.StartedAt == nil {
			t.Error("six sessions held, and coaching has not started")
		}
		if kinds, _ := w.mail(coaching[0]); !slices.Contains(kinds, "session-tomorrow") || !slices.Contains(kinds, "session-soon") || slices.Contains(kinds, "choose-coach") {
			t.Errorf("mail to one who chose at once: %v", kinds)
		}
		_, err = w.Book(ctx, me, conduct.Booking{Participant: coaching[0], Start: w.now.AddDate(0, 0, 7)})
		refused(t, err, problem.Conflict, "used up")

		// The three-month survey: everybody but the last of each arm.
		w.at("2021-11-02 09:00")
		if done := w.tick(); done.Opened != 6 {
			t.Errorf("%d of 6 visits opened", done.Opened)
		}
		p := w.answer(coaching[0], "month3")
		if p.Status != participant.Completed {
			t.Errorf("after the last survey: %s", p.Status)
		}
		for _, form := range []string{"fidelity", "themes"} {
			_, err := w.Answer(ctx, me, sheet(coaching[0], "month3", form))
			must(t, err)
		}
		_, err = w.Answer(ctx, identity.AsParticipant(control[0]), sheet(control[0], "month3", "fidelity"))
		refused(t, err, problem.NotFound, "")
		w.answer(control[0], "month3")
		if r := w.record(control[0]); r.UnlockedAt == nil {
			t.Error("the control arm answered, and coaching stays closed")
		}
		if _, err := w.Coaches(ctx, identity.AsParticipant(control[0]), control[0]); err != nil {
			t.Errorf("coaching is open to the control arm: %v", err)
		}
		must(t, w.SendIncentive(ctx, coordinator, control[0], "journal"))
		refused(t, w.SendIncentive(ctx, coordinator, control[0], "journal"), problem.Conflict, "sent on")
		must(t, w.ReceiveIncentive(ctx, identity.AsParticipant(control[0]), control[0], "journal"))
		refused(t, w.SendIncentive(ctx, coordinator, control[1%len(control)], "pen"), problem.NotFound, "")

		// The windows close, and with them the trial.
		_, err = w.Lock(ctx, statistician, t.TempDir())
		refused(t, err, problem.Conflict, "still open")
		w.at("2021-12-31 09:00")
		done := w.tick()
		if done.Lost != 4 || !done.EnrolmentClosed {
			t.Errorf("when the windows have closed: %+v, want 4 lost and enrolment closed", done)
		}
		if again := w.tick(); again != (conduct.Ticked{}) {
			t.Errorf("a second tick does %+v", again)
		}
		dir := t.TempDir()
		refused(t, w.Unblind(ctx, statistician, "analysis"), problem.Conflict, "masked")
		locked, err := w.Lock(ctx, statistician, filepath.Join(dir, "locked"))
		must(t, err)
		text, err := os.ReadFile(locked.Path)
		must(t, err)
		if dataset.Digest(text) != locked.Digest || strings.Contains(string(text), "Person") || strings.Contains(string(text), "hospital.example") || strings.Contains(string(text), "what matters") {
			t.Error("the dataset is another, or it has names or free text in it")
		}
		d, err := dataset.Read("dataset.json", text)
		must(t, err)
		if d.Invited != 8 || d.OptedOut != 1 || len(d.Entrants) != 7 || len(d.Coaches) != 2 || !d.Simulated || d.Commitment == "" {
			t.Errorf("dataset: %d invited, %d opted out, %d entrants, %d coaches", d.Invited, d.OptedOut, len(d.Entrants), len(d.Coaches))
		}
		for _, e := range d.Entrants {
			switch participant.Code(e.Code) {
			case coaching[0]:
				if len(e.Sessions) != 6 || e.Coach != string(with) || !e.Visits["month3"].InWindow || e.Visits["month3"].Answers["themes"]["themes"].Codes == nil || e.Sessions[0].Held != 85 || e.Sessions[0].Billed == 0 {
					t.Errorf("the coached: %+v", e)
				}
			case control[0]:
				if e.Unlocked == nil || !slices.Equal(e.Incentives, []string{"journal"}) || e.Visits["baseline"].Scores["pfi16"] == nil {
					t.Errorf("the control: %+v", e)
				}
			case codes[6]:
				if e.Excluded != "declined" || e.Allocation != nil {
					t.Errorf("the one who declined: %+v", e)
				}
			}
		}
		_, err = w.Answer(ctx, identity.AsParticipant(control[0]), sheet(control[0], "month3", "pfi16"))
		refused(t, err, problem.Conflict, "locked")
		refused(t, w.Correct(ctx, me, conduct.Change{Participant: coaching[0]}), problem.Invalid, "instrument")
		_, err = w.Lock(ctx, statistician, filepath.Join(dir, "locked"))
		refused(t, err, problem.Conflict, "already")
		_, err = w.Lock(ctx, statistician, filepath.Join(dir, "elsewhere"))
		refused(t, err, problem.Conflict, "locked on")
		if _, err := os.Stat(filepath.Join(dir, "elsewhere", conduct.DatasetFile)); err == nil {
			t.Error("a refused lock leaves a file")
		}
		must(t, w.Unblind(ctx, statistician, "analysis"))
		refused(t, w.Unblind(ctx, statistician, "again"), problem.Conflict, "unmasked on")
		if _, ok, err := w.NextDue(ctx); err != nil {
			t.Error(err)
		} else if ok {
			// Coaching of the control arm goes on: only its own mails may still be planned.
			w.at("2022-12-31 09:00")
			w.tick()
			if at, ok, _ := w.NextDue(ctx); ok {
				t.Errorf("something is due for ever: %s", at)
			}
		}
		report, err := w.Store.VerifyAudit(ctx, w.key.Public())
		must(t, err)
		if report.Err() != nil {
			t.Errorf("the trail: %+v", report)
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			entries, err := tx.Events(ctx, "", 0, 100_000)
			for _, e := range entries {
				text := e.Old + e.New + e.Reason
				if strings.Contains(text, "Person") || strings.Contains(text, "hospital.example") || strings.Contains(text, "no time") {
					t.Errorf("the trail tells who somebody is: %+v", e)
				}
				if !slices.Contains(identity.Granted(e.Verb), identity.Role(e.Role)) {
					t.Errorf("%s was recorded for a %s, who is not granted it", e.Verb, e.Role)
				}
			}
			return err
		})
	})
}

// Nobody acts for somebody else, and no role does what is another's.
func TestRefusals(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		coaching, control := w.arms(6)
		coaches := w.coaches(2)
		me, other := identity.AsParticipant(coaching[0]), identity.AsParticipant(control[0])
		must(t, w.ChooseCoach(ctx, me, coaching[0], coaches[0]))
		s, err := w.Book(ctx, me, conduct.Booking{Participant: coaching[0], Start: w.now.AddDate(0, 0, 3)})
		must(t, err)
		events := len(w.trail(""))

		everybody := []identity.Actor{{}, me, other, identity.AsCoach(coaches[0]), identity.AsCoach(coaches[1]), coordinator, statistician, owner,
			{Name: "finance", Role: identity.Finance}, {Name: "chief", Role: identity.Leadership}, identity.Program}
		acts := map[string]struct {
			verb string
			do   func(by identity.Actor) error
		}{
			"open":    {"study.open", func(by identity.Actor) error { return w.OpenStudy(ctx, by) }},
			"roster":  {"participant.add", func(by identity.Actor) error { _, err := w.AddRoster(ctx, by, []conduct.Person{{}}); return err }},
			"invite":  {"participant.invite", func(by identity.Actor) error { _, err := w.Invite(ctx, by, []participant.Code{"nobody"}); return err }},
			"bounce":  {"participant.bounce", func(by identity.Actor) error { return w.Bounce(ctx, by, "nobody") }},
			"respond": {"participant.respond", func(by identity.Actor) error { return w.Respond(ctx, by, "nobody") }},
			"decline": {"participant.decline", func(by identity.Actor) error { return w.Decline(ctx, by, coaching[0], "") }},
			"consent": {"participant.consent", func(by identity.Actor) error {
				_, err := w.Consent(ctx, by, control[1], conduct.Agreement{})
				return err
			}},
			"answer": {"assessment.answer", func(by identity.Actor) error {
				_, err := w.Answer(ctx, by, sheet(coaching[0], "month3", "pfi16"))
				return err
			}},
			"correct": {"assessment.correct", func(by identity.Actor) error {
				return w.Correct(ctx, by, conduct.Change{Participant: coaching[0], Visit: "baseline", Instrument: "pfi16", Item: "PF1", New: "9", Reason: "r"})
			}},
			"promote":   {"participant.promote", func(by identity.Actor) error { _, err := w.Promote(ctx, by, ""); return err }},
			"capacity":  {"study.capacity", func(by identity.Actor) error { return w.SetCapacity(ctx, by, 1, "") }},
			"remind":    {"message.send", func(by identity.Actor) error { return nil }},
			"resources": {"resource.send", func(by identity.Actor) error { return w.SendResources(ctx, by, coaching[0]) }},
			"coach":     {"coach.add", func(by identity.Actor) error { _, err := w.RegisterCoach(ctx, by, conduct.NewCoach{}); return err }},
			"certify":   {"coach.certify", func(by identity.Actor) error { return w.CertifyCoach(ctx, by, coaches[0], certify("golf")) }},
			"hours":     {"coach.hours", func(by identity.Actor) error { return w.SetHours(ctx, by, "nobody", conduct.Week{}) }},
			"date":      {"coach.hours", func(by identity.Actor) error { return w.SetDate(ctx, by, "nobody", study.Day(2021, 9, 6), nil) }},
			"no date":   {"coach.hours", func(by identity.Actor) error { return w.ClearDate(ctx, by, "nobody", study.Day(2021, 9, 6)) }},
			"leave":     {"coach.leave", func(by identity.Actor) error { _, err := w.TakeLeave(ctx, by, "nobody", coach.Span{}); return err }},
			"no leave":  {"coach.leave", func(by identity.Actor) error { return w.EndLeave(ctx, by, "nobody", w.now) }},
			"minutes":   {"session.correct", func(by identity.Actor) error { return w.CorrectSession(ctx, by, "none", 60, "r") }},
			"reopen":    {"session.reopen", func(by identity.Actor) error { return w.ReopenSession(ctx, by, "none", "r") }},
			"profile":   {"coach.profile", func(by identity.Actor) error { return w.SetProfile(ctx, by, "nobody", conduct.NewCoach{}.Profile) }},
			"caseload":  {"coach.caseload", func(by identity.Actor) error { return w.SetCaseload(ctx, by, coaches[0], -1) }},
			"retire":    {"coach.retire", func(by identity.Actor) error { _, err := w.RetireCoach(ctx, by, "nobody"); return err }},
			"coaches":   {"coach.choose", func(by identity.Actor) error { _, err := w.Coaches(ctx, by, control[0]); return err }},
			"choose":    {"coach.choose", func(by identity.Actor) error { return w.ChooseCoach(ctx, by, control[0], coaches[0]) }},
			"free":      {"session.book", func(by identity.Actor) error { _, err := w.Free(ctx, by, control[0], w.now, w.now, 1); return err }},
			"book": {"session.book", func(by identity.Actor) error {
				_, err := w.Book(ctx, by, conduct.Booking{Participant: control[0]})
				return err
			}},
			"move":      {"session.move", func(by identity.Actor) error { _, err := w.Move(ctx, by, s.ID, w.now.Add(-time.Hour)); return err }},
			"cancel":    {"session.cancel", func(by identity.Actor) error { _, err := w.Cancel(ctx, by, "none"); return err }},
			"hold":      {"session.hold", func(by identity.Actor) error { _, err := w.Hold(ctx, by, s.ID, conduct.Held{Minutes: 90}); return err }},
			"miss":      {"session.miss", func(by identity.Actor) error { _, err := w.Miss(ctx, by, s.ID, session.ByCoach); return err }},
			"unlock":    {"participant.unlock", func(by identity.Actor) error { return w.Unlock(ctx, by, "nobody", "") }},
			"incentive": {"incentive.send", func(by identity.Actor) error { return w.SendIncentive(ctx, by, coaching[0], "journal") }},
			"withdraw":  {"participant.withdraw", func(by identity.Actor) error { return w.Withdraw(ctx, by, coaching[0], "everything", "") }},
			"close":     {"study.close", func(by identity.Actor) error { return nil }},
			"lock":      {"dataset.lock", func(by identity.Actor) error { _, err := w.Lock(ctx, by, t.TempDir()); return err }},
			"unblind":   {"dataset.unblind", func(by identity.Actor) error { return w.Unblind(ctx, by, "") }},
			"randomize": {"participant.randomize", func(by identity.Actor) error { _, err := w.Randomize(ctx, by, coaching[0]); return err }},
		}
		for name, act := range acts {
			for _, by := range everybody {
				err := act.do(by)
				if !by.May(act.verb) {
					if act.verb == "message.send" || act.verb == "study.close" {
						if act.verb == "message.send" {
							_, _, err = w.Remind(ctx, by)
						} else {
							err = w.CloseEnrolment(ctx, by, "")
						}
					}
					refused(t, err, problem.Forbidden, "may not do this")
					continue
				}
				if err == nil && act.verb != "message.send" && act.verb != "study.close" {
					t.Errorf("%s by %s (%s) should be refused for what it asks", name, by.Name, by.Role)
				}
				if err != nil && problem.KindOf(err) == problem.Internal {
					t.Errorf("%s by %s: %v (%v)", name, by.Name, err, cause(err))
				}
			}
		}
		// Somebody else's matters do not exist.
		for name, err := range map[string]error{
			"another's answers":     second(w.Answer(ctx, other, sheet(coaching[0], "baseline", "pfi16"))),
			"another's session":     second(w.Cancel(ctx, other, s.ID)),
			"another's coachee":     second(w.Book(ctx, identity.AsCoach(coaches[1]), conduct.Booking{Participant: coaching[0], Start: w.now.AddDate(0, 0, 4)})),
			"another coach's desk":  w.SetHours(ctx, identity.AsCoach(coaches[1]), coaches[0], conduct.Week{Hours: office()}),
			"another coach's hours": second(w.Hold(ctx, identity.AsCoach(coaches[1]), s.ID, conduct.Held{Minutes: 60})),
			"another's withdrawal":  w.Withdraw(ctx, other, coaching[0], participant.KeepAll, ""),
		} {
			if !problem.Is(err, problem.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after := len(w.trail("")); after != events {
			t.Errorf("%d refused acts left events: %v", after-events, w.trail("")[events:])
		}
	})
}

func second[T any](_ T, err error) error { return err }
