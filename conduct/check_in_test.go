package conduct_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/problem"
	"rekindle/trial/goal"
	"rekindle/trial/instrument"
)

// A week's mail goes to who has goals that are not looked back at, and to nobody else; it leads to the check-in, and can be stopped alone.
func TestWeeklyCheckIn(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		coached, _ := w.arms(6)
		code := coached[0]
		me := identity.AsParticipant(code)
		must(t, w.ChooseCoach(ctx, me, code, w.coaches(1)[0]))
		week := func(day string) (n int) {
			w.at(day + " 12:00")
			w.tick()
			kinds, _ := w.mail(code)
			return count(kinds, "check-in")
		}
		if n := week("2021-08-16"); n != 0 {
			t.Errorf("%d mails without a goal", n)
		}
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Leave by six"}))
		if n := week("2021-08-23"); n != 1 {
			t.Errorf("%d mails with an open goal of the week before", n)
		}
		_, mails := w.mail(code)
		last := mails[slices.IndexFunc(mails, func(m mail.Message) bool { return m.Kind == "check-in" })]
		if !strings.Contains(last.Text, "?to=check-in") || strings.Contains(last.Subject+last.Text, "Leave by six") {
			t.Errorf("the mail: %s\n%s", last.Subject, last.Text)
		}
		if n := week("2021-08-30"); n != 1 {
			t.Errorf("%d mails with a goal of two weeks before", n)
		}
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Leave by six"}))
		p, err := w.Plan(ctx, me, code)
		must(t, err)
		must(t, w.CheckIn(ctx, me, code, map[string]goal.State{p.Weekly[0].ID: goal.Done}))
		if n := week("2021-09-06"); n != 1 {
			t.Errorf("%d mails after looking back", n)
		}
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Leave by six"}))
		must(t, w.SetCheckIns(ctx, me, code, false))
		if on, err := w.CheckIns(ctx, me, code); on || err != nil {
			t.Errorf("still wanted: %v", err)
		}
		if n := week("2021-09-13"); n != 1 {
			t.Errorf("%d mails though they were stopped", n)
		}
		must(t, w.SetCheckIns(ctx, me, code, true))
		must(t, w.SetWeekly(ctx, me, code, goal.Weekly{Text: "Leave by six"}))
		if n := week("2021-09-20"); n != 2 {
			t.Errorf("%d mails after they were wanted again", n)
		}
		refused(t, w.SetCheckIns(ctx, coordinator, code, false), problem.Forbidden, "")
	})
}

// The rungs for whoever has no coach: three who have a free hour this week, by name and time, then the offer to choose for them.
func TestRungsForNonStarters(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		coached, _ := w.arms(6)
		code, me := coached[0], identity.AsParticipant(coached[0])
		codes := w.coaches(5)
		must(t, w.SetAside(ctx, me, code, codes[0], true))
		must(t, w.SetHours(ctx, coordinator, codes[1], conduct.Week{}))
		w.at("2021-08-14 12:00")
		w.tick()
		kinds, mails := w.mail(code)
		if count(kinds, "coaches-this-week") != 1 || count(kinds, "choose-coach") != 1 {
			t.Fatalf("mails %v", kinds)
		}
		text := mails[slices.Index(kinds, "coaches-this-week")].Text
		if strings.Count(text, "August 16, 2021, 09:00 EDT") != 3 || strings.Contains(text, "Coach 0") || strings.Contains(text, "Coach 1") || !strings.Contains(text, "Coach 4, Monday") || !strings.Contains(text, "?to=coach") {
			t.Errorf("three coaches with a free hour: %s", text)
		}
		w.pass(10 * 24 * time.Hour)
		w.tick()
		if kinds, _ = w.mail(code); count(kinds, "offer-to-assign") != 1 {
			t.Errorf("mails %v", kinds)
		}
		with, err := w.AssignCoach(ctx, me, code)
		if err != nil || slices.Contains(codes[:2], with) {
			t.Errorf("assigned %s, %v", with, err)
		}
		other := coached[1]
		for _, k := range codes[2:] {
			must(t, w.SetCaseload(ctx, coordinator, k, 0))
		}
		must(t, w.SetCaseload(ctx, coordinator, codes[0], 0))
		_, err = w.AssignCoach(ctx, identity.AsParticipant(other), other)
		refused(t, err, problem.Conflict, "No coach has a free time")
	})
}

// What a participant says of working with the coach reaches the coach only as a mean over enough people.
func TestAllianceReachesTheCoachPooled(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		k := w.coaches(1)[0]
		desk := identity.AsCoach(k)
		must(t, w.SetCaseload(ctx, coordinator, k, 20))
		least := w.Protocol.Coaching.PooledOver
		start := time.Date(2021, 8, 11, 13, 0, 0, 0, time.UTC)
		for i, code := range w.roster(least) {
			w.coachable(code)
			me := identity.AsParticipant(code)
			must(t, w.ChooseCoach(ctx, me, code, k))
			s, err := w.Book(ctx, me, conduct.Booking{Participant: code, Start: start.AddDate(0, 0, i/3).Add(time.Duration(i%3) * 2 * time.Hour)})
			must(t, err)
			answers := instrument.Answers{"heard": "5", "same_goals": "4", "way": "3", "useful": "5"}
			refused(t, w.RateAlliance(ctx, me, s.ID, answers), problem.Conflict, "not asked")
			w.at(s.Start.In(w.Protocol.Location()).Format("2006-01-02 15:04"))
			w.pass(2 * time.Hour)
			_, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 90})
			must(t, err)
			due, err := w.AllianceDue(ctx, me, code)
			if err != nil || len(due) != 1 || due[0].ID != s.ID {
				t.Fatalf("due %v, %v", due, err)
			}
			refused(t, w.RateAlliance(ctx, me, s.ID, instrument.Answers{"heard": "5"}), problem.Invalid, "Nothing is chosen")
			refused(t, w.RateAlliance(ctx, me, s.ID, instrument.Answers{"heard": "6", "same_goals": "4", "way": "3", "useful": "5"}), problem.Invalid, "")
			refused(t, w.RateAlliance(ctx, desk, s.ID, answers), problem.Forbidden, "")
			if pools, err := w.PooledAlliance(ctx, desk); err != nil || len(pools) != 0 {
				t.Errorf("after %d people the coach reads %v, %v", i, pools, err)
			}
			must(t, w.RateAlliance(ctx, me, s.ID, answers))
			must(t, w.RateAlliance(ctx, me, s.ID, answers)) // a second tap
			w.at("2021-08-09 10:00")
		}
		pools, err := w.PooledAlliance(ctx, desk)
		if err != nil || len(pools) != 1 || pools[0].People != least || pools[0].Means["way"] != 3 {
			t.Errorf("the coach reads %+v, %v", pools, err)
		}
		_, err = w.PooledAlliance(ctx, coordinator)
		refused(t, err, problem.Forbidden, "")
	})
}
