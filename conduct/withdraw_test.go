package conduct_test

import (
	"context"
	"slices"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
)

func TestWithdrawal(t *testing.T) {
	each(t, func(w *world) {
		w.at("2021-08-09 10:00")
		k := w.coaches(1)[0]
		codes := w.roster(len(participant.Uses))
		for i, use := range participant.Uses {
			w.withdraws(codes[i], k, use.Use)
		}
		w.at("2021-11-03 09:00")
		w.tick()
		for i, use := range participant.Uses {
			w.after(codes[i], use.Use)
		}
		me := identity.AsParticipant(codes[0]) // has kept all until now
		refused(t, w.Withdraw(w.Context(), me, codes[0], participant.KeepAll, ""), problem.Conflict, "already")
		must(t, w.Withdraw(w.Context(), coordinator, codes[0], participant.RemoveData, ""))
		refused(t, w.Withdraw(w.Context(), me, codes[0], participant.UntilNow, ""), problem.Conflict, "Only more")
	})
}

// withdraws has a person who is coached withdraw with a choice.
func (w *world) withdraws(code participant.Code, k coach.Code, use participant.Use) {
	w.Helper()
	ctx, me := w.Context(), identity.AsParticipant(code)
	w.coachable(code)
	must(w, w.ChooseCoach(ctx, me, code, k))
	s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: w.now.AddDate(0, 0, 3)})
	must(w, err)
	must(w, w.Withdraw(ctx, me, code, use, "a private reason"))
	if r := w.record(code); r.Status != participant.Withdrawn || r.Use != use {
		w.Errorf("%+v", r)
	}
	var answers map[string]instrument.Answer
	w.read(func(ctx context.Context, tx *store.Tx) error {
		after, err := tx.Session(ctx, s.ID)
		must(w, err)
		loads, err := tx.Loads(ctx)
		must(w, err)
		if after.State != "cancelled" || loads[k] != 0 {
			w.Errorf("%s: the session is %s, the coach has %d coachees", use, after.State, loads[k])
		}
		answers, err = tx.VisitAnswers(ctx, code, "baseline")
		return err
	})
	if (len(answers) > 0) != use.Analyse() {
		w.Errorf("%s: %d answers remain", use, len(answers))
	}
	_, err = w.Coaches(ctx, me, code)
	refused(w, err, problem.NotFound, "")
}

// after looks at somebody who withdrew three months ago.
func (w *world) after(code participant.Code, use participant.Use) {
	w.Helper()
	kinds, _ := w.mail(code)
	if slices.Contains(kinds, "survey") != (use == participant.KeepAll) {
		w.Errorf("%s: mail %v", use, kinds)
	}
	_, err := w.Answer(w.Context(), identity.AsParticipant(code), sheet(code, "month3", "pfi16"))
	if (err == nil) != use.Collect() {
		w.Errorf("%s: a later answer: %v", use, err)
	}
}
