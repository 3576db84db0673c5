package conduct_test

import (
	"reflect"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// What people answer about their coaching in a survey reaches the coach who met them last, and only with the answers of enough others.
func TestFidelityReachesTheCoachPooled(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		coaches := w.coaches(2)
		k, other := coaches[0], coaches[1]
		least := w.Protocol.Coaching.PooledOver
		must(t, w.SetCaseload(ctx, coordinator, k, 20))
		codes := w.roster(least + 1)
		start := time.Date(2021, 8, 11, 13, 0, 0, 0, time.UTC)
		for i, code := range codes {
			w.coachable(code)
			me, with := identity.AsParticipant(code), k
			if i == 0 {
				with = other
			}
			must(t, w.ChooseCoach(ctx, me, code, with))
			s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: start.AddDate(0, 0, i/2).Add(time.Duration(i%2) * 2 * time.Hour)})
			must(t, err)
			w.at(s.Start.In(w.Protocol.Location()).Format("2006-01-02 15:04"))
			w.pass(2 * time.Hour)
			_, err = w.Hold(ctx, identity.AsCoach(with), s.ID, conduct.Held{Minutes: 90})
			must(t, err)
			w.at("2021-08-09 10:00")
		}
		w.at("2021-11-08 10:00")
		w.tick()
		answer := func(code participant.Code, vision instrument.Answer) {
			answers := instrument.Answers{"communication": "good", "coaching_vision": vision, "goals": "progress", "guidance": "guided", "coaching_again": instrument.Declined}
			_, err := w.Answer(ctx, identity.AsParticipant(code), conduct.Sheet{Participant: code, Visit: "month3", Instrument: "fidelity", Answers: answers, Submit: true})
			must(t, err)
			w.pass(time.Minute)
		}
		for i, code := range codes {
			for _, one := range coaches {
				if pools, err := w.PooledFidelity(ctx, identity.AsCoach(one)); err != nil || len(pools) != 0 {
					t.Errorf("after %d people %s reads %v, %v", i, one, pools, err)
				}
			}
			answer(code, instrument.Answer([]string{"yes", "no"}[i%2]))
		}
		pools, err := w.PooledFidelity(ctx, identity.AsCoach(k))
		must(t, err)
		by := map[string]session.AnswerPool{}
		for _, p := range pools {
			by[p.Item] = p
		}
		if len(pools) != 4 || by["goals"].Counts["progress"] != least || by["coaching_vision"].People != least || by["coaching_vision"].Counts["no"] != (least+1)/2 {
			t.Errorf("the coach reads %+v", pools)
		}
		// A correction does not reach what was pooled: two readings would differ by one person's answer.
		err = w.Correct(ctx, identity.AsParticipant(codes[1]), conduct.Change{Participant: codes[1], Visit: "month3", Instrument: "fidelity", Item: "goals", New: "no_progress", Reason: "slip"})
		must(t, err)
		if after, err := w.PooledFidelity(ctx, identity.AsCoach(k)); err != nil || !reflect.DeepEqual(after, pools) {
			t.Errorf("after a correction: %+v, %v", after, err)
		}
		if pools, err := w.PooledFidelity(ctx, identity.AsCoach(other)); err != nil || len(pools) != 0 {
			t.Errorf("the coach of one person reads %+v, %v", pools, err)
		}
		_, err = w.PooledFidelity(ctx, coordinator)
		refused(t, err, problem.Forbidden, "")
	})
}
