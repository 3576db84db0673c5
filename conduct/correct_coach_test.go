package conduct_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// A slip in who a coach is can be put right: the invitation follows the address, conflicts hold at once, and who is kept apart from now on is
// told to the office.
func TestCorrectCoach(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		codes, err := w.AddRoster(ctx, coordinator, []conduct.Person{{Name: "Dr. Near", Email: "near@hospital.example", Columns: map[string]string{"division": "Renal"}}})
		must(t, err)
		pair := w.coaches(2)
		k, other := pair[0], pair[1]
		w.coachable(codes[0])
		me := identity.AsParticipant(codes[0])
		must(t, w.ChooseCoach(ctx, me, codes[0], k))
		first, err := w.InviteCoach(ctx, coordinator, k)
		must(t, err)
		all, err := w.CoachStandings(ctx, coordinator, "")
		must(t, err)
		p, address := all[0].Person, ""
		for _, one := range all {
			switch one.Code {
			case k:
				p = one.Person
			case other:
				address = one.Email
			}
		}
		right := p
		right.Name, right.Email, right.Columns = "Dr. Right", "right@hospital.example", map[string]string{"division": " renal"}
		for name, by := range map[string]identity.Actor{"participant": me, "coach": identity.AsCoach(k)} {
			if err := w.CorrectCoach(ctx, by, k, right); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		taken := right
		taken.Email = address
		refused(t, w.CorrectCoach(ctx, coordinator, k, taken), problem.Conflict, "address already")
		taken.Email = "nobody"
		refused(t, w.CorrectCoach(ctx, coordinator, k, taken), problem.Invalid, "no e-mail address")
		must(t, w.CorrectCoach(ctx, coordinator, k, right))
		must(t, w.CorrectCoach(ctx, coordinator, k, right)) // a second time changes nothing
		if verbs := w.trail(string(k)); len(slices.DeleteFunc(verbs, func(v string) bool { return v != "coach.correct" })) != 1 {
			t.Errorf("the trail: %v", verbs)
		}
		got, err := w.CoachStandings(ctx, coordinator, k)
		must(t, err)
		if got[0].Name != "Dr. Right" || got[0].Email != right.Email || got[0].Columns["division"] == "" {
			t.Errorf("%+v", got[0].Person)
		}
		if _, err := w.FollowLink(ctx, identity.Origin{}, first.Link[strings.LastIndexByte(first.Link, '/')+1:]); err == nil {
			t.Error("the link at the old address still opens")
		}
		apart, err := w.ApartFrom(ctx, coordinator, k)
		must(t, err)
		if len(apart) != 1 || apart[0] != codes[0] {
			t.Errorf("kept apart: %v", apart)
		}
		refused(t, w.CertifyCoach(ctx, coordinator, k, coach.Step{Name: w.Protocol.Coaching.Certification[0], Done: w.now.Add(24 * time.Hour)}), problem.Invalid, "still to come")
	})
}
