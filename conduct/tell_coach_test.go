package conduct_test

import (
	"strings"
	"testing"
	"time"

	"rekindle/platform/identity"
	"rekindle/problem"
)

// A coach is told of each coachee once, without being told who it is.
func TestCoachIsToldWhenChosen(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, _ := started(w)
		me := identity.AsParticipant(code)
		chosen := func(want int) {
			t.Helper()
			kinds, mails := w.mail(k)
			if got := count(kinds, "coach-chosen"); got != want {
				t.Fatalf("%d mails, want %d: %v", got, want, kinds)
			}
			for _, m := range mails {
				if m.Kind == "coach-chosen" && (!strings.Contains(m.Text, "/desk\n") || strings.Contains(m.Subject+m.Text, "one@hospital.example") || strings.Contains(m.Subject+m.Text, string(code)) || strings.Contains(m.Subject, "coach")) {
					t.Errorf("%s\n%s", m.Subject, m.Text)
				}
			}
		}
		chosen(1)
		must(t, w.ChooseCoach(ctx, me, code, k)) // the same again
		chosen(1)
		w.pass(time.Hour)
		must(t, w.ChangeCoach(ctx, me, code))
		with, err := w.AssignCoach(ctx, me, code)
		must(t, err)
		if with != k {
			t.Fatalf("assigned to %s", with)
		}
		chosen(2)
		refused(t, w.ChooseCoach(ctx, me, code, "K99"), problem.Conflict, "") // nobody is told of what did not come to be
		chosen(2)
	})
}
