package conduct_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/cost"
	"rekindle/trial/dataset"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

var finance = identity.Actor{Name: "finance", Role: identity.Finance}

// coached has somebody hold n sessions with a coach, one after the other, each of some minutes.
func (w *world) coached(code participant.Code, with coach.Code, minutes ...int) (ids []string) {
	w.Helper()
	ctx, me := w.Context(), identity.AsParticipant(code)
	must(w, w.ChooseCoach(ctx, me, code, with))
	for _, n := range minutes {
		free, err := w.Free(ctx, me, code, w.now.AddDate(0, 0, 2), w.now.AddDate(0, 0, 20), 1)
		must(w, err)
		s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: free[0], Mode: "video"})
		must(w, err)
		w.mu.Lock()
		w.now = s.End()
		w.mu.Unlock()
		if n == 0 {
			_, err = w.Miss(ctx, identity.AsCoach(with), s.ID, session.ByParticipant)
		} else {
			_, err = w.Hold(ctx, identity.AsCoach(with), s.ID, conduct.Held{Minutes: n})
		}
		must(w, err)
		ids = append(ids, s.ID)
	}
	return ids
}

// Sheets follow the sessions, are frozen when finance approves them, and what changes later is on the next one. In the end the sheets, the
// sessions and the dataset have the same minutes, and dose has its own.
func TestPaySheets(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		with := w.coaches(2)
		coaching, _ := w.arms(8)
		w.at("2021-08-09 10:00")
		ids := w.coached(coaching[0], with[0], 90, 55, 0)
		w.at("2021-08-27 10:00")
		w.coached(coaching[1], with[1], 80)

		// Certified on the last of May by Boston's clock, long before the first session: the stipends come first.
		may, err := w.PaySheet(ctx, finance, "2021-05")
		must(t, err)
		if len(may.Coaches) != 2 || may.Amount != 500_000 || may.Names[with[0]] == "" || may.Approved != nil || !may.Over {
			t.Fatalf("May %+v", may)
		}
		w.at("2021-09-20 09:00")
		august, err := w.PaySheet(ctx, finance, "2021-08")
		must(t, err)
		refused(t, w.ApprovePay(ctx, finance, "2021-08", august.Digest), problem.Conflict, "May 2021 comes first")
		refused(t, w.ApprovePay(ctx, finance, "2021-07", "x"), problem.Conflict, "May 2021 comes first")
		refused(t, w.ApprovePay(ctx, finance, "2021-09", "x"), problem.Conflict, "not over")
		refused(t, w.ApprovePay(ctx, finance, "2031-01", "x"), problem.NotFound, "Nothing is paid")
		refused(t, w.ApprovePay(ctx, finance, "2021-05", "x"), problem.Conflict, "changed since")
		must(t, w.ApprovePay(ctx, finance, "2021-05", may.Digest))
		refused(t, w.ApprovePay(ctx, finance, "2021-05", may.Digest), problem.Conflict, "was approved on September 20, 2021")
		refused(t, w.ApprovePay(ctx, finance, "2021-07", "x"), problem.Conflict, "changed since")

		var first cost.Earned
		for _, k := range august.Coaches {
			if k.Coach == with[0] {
				first = k
			}
		}
		// 90 and 55 minutes, and half of 60 for the one that the participant missed: 175 minutes at $200.
		if first.Sessions != 2 || first.Minutes != 145 || first.Missed != 1 || first.Share != 30 || first.Amount != 58_333 {
			t.Errorf("August: %+v", first)
		}
		text, _, err := august.Canonical()
		must(t, err)
		for _, code := range append(coaching, participant.Code(ids[0])) {
			if strings.Contains(string(text), string(code)) {
				t.Errorf("the sheet has %s", code)
			}
		}
		for _, secret := range []string{"Person", "Coach 0", ":00", "08-1"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("the sheet has %q:\n%s", secret, text)
			}
		}

		// Minutes that change between looking and approving are seen; afterwards they are a correction.
		must(t, w.CorrectSession(ctx, identity.AsCoach(with[0]), ids[1], 60, "it was the whole hour"))
		refused(t, w.ApprovePay(ctx, finance, "2021-08", august.Digest), problem.Conflict, "changed since")
		august, err = w.PaySheet(ctx, finance, "2021-08")
		must(t, err)
		must(t, w.ApprovePay(ctx, finance, "2021-08", august.Digest))
		must(t, w.CorrectSession(ctx, identity.AsCoach(with[0]), ids[0], 85, "a slip"))
		again, err := w.PaySheet(ctx, finance, "2021-08")
		must(t, err)
		if again.Digest != august.Digest || again.Approved == nil || again.Amount != august.Amount {
			t.Error("an approved sheet has changed")
		}
		september, err := w.PaySheet(ctx, finance, "2021-09")
		must(t, err)
		if len(september.Coaches) != 1 || len(september.Coaches[0].Corrections) != 1 || september.Coaches[0].Corrections[0] != (cost.Correction{Month: "2021-08", Why: cost.ChangedLater, Minutes: -5}) {
			t.Errorf("September %+v", september.Coaches)
		}
		own, err := w.OwnPay(ctx, identity.AsCoach(with[0]))
		must(t, err)
		if len(own) != 3 || own[0].Month != "2021-09" || len(own[1].Coaches) != 1 || own[1].Coaches[0].Coach != with[0] || own[1].Digest != "" || own[1].Amount != own[1].Coaches[0].Amount {
			t.Errorf("a coach's own: %+v", own)
		}
		w.agree(coaching[0])

		for _, role := range identity.Roles {
			by := identity.Actor{Name: string(role), Role: role, Coach: with[0]}
			_, reads := w.PaySheets(ctx, by)
			_, owns := w.OwnPay(ctx, by)
			approves := w.ApprovePay(ctx, by, "2021-09", september.Digest)
			for act, c := range map[string]struct {
				err error
				may bool
			}{"read": {reads, role == identity.Finance || role == identity.Owner}, "own": {owns, role == identity.Coach}} {
				if (c.err == nil) != c.may || c.err != nil && !problem.Is(c.err, problem.Forbidden) {
					t.Errorf("%s by %s: %v", act, role, c.err)
				}
			}
			if problem.Is(approves, problem.Forbidden) != (role != identity.Finance) {
				t.Errorf("approved by %s: %v", role, approves)
			}
		}
		if err := w.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Do(ctx, "UPDATE pay_sheet SET digest = 'x'")
			return err
		}); err == nil {
			t.Error("an approved sheet was changed in the database")
		}
	}, func(p *study.Protocol) { p.Cost.NoShowShare = 0.5 })
}

// agree compares the ledgers: what the sheets pay and are to pay, what is billed for the sessions, and what the dataset has; and dose apart.
func (w *world) agree(code participant.Code) {
	w.Helper()
	ctx := w.Context()
	sheets, err := w.PaySheets(ctx, finance)
	must(w, err)
	var paid, billed, exported, stipends int
	for _, s := range sheets {
		for _, k := range s.Coaches {
			paid += k.Billed()
			stipends += len(k.Milestones)
		}
	}
	var dose session.Dose
	w.read(func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.AllSessions(ctx)
		for _, s := range all {
			billed += session.Billed(w.Protocol.Cost, s)
			if s.Participant == code {
				one := session.DoseOf([]session.Session{s}, time.Time{})
				dose.Sessions, dose.Minutes = dose.Sessions+one.Sessions, dose.Minutes+one.Minutes
			}
		}
		return err
	})
	w.at("2022-03-01 09:00")
	w.tick()
	locked, err := w.Lock(ctx, statistician, w.TempDir())
	must(w, err)
	text, err := os.ReadFile(locked.Path)
	must(w, err)
	d, err := dataset.Read("dataset", text)
	must(w, err)
	var held session.Dose
	certified := 0
	for _, e := range d.Entrants {
		for _, s := range e.Sessions {
			exported += s.Billed
			if e.Code == string(code) && s.State == "held" {
				held.Sessions, held.Minutes = held.Sessions+1, held.Minutes+s.Held
			}
		}
	}
	for _, k := range d.Coaches {
		if k.Certified != nil {
			certified++
		}
	}
	if paid != billed || exported != billed || stipends != certified {
		w.Errorf("minutes: %d on the sheets, %d billed, %d in the dataset; stipends %d and %d", paid, billed, exported, stipends, certified)
	}
	if dose != held || fmt.Sprint(dose) != "{2 145}" {
		w.Errorf("dose %v, in the dataset %v", dose, held)
	}
}
