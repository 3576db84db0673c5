package simulation

import (
	"path"
	"time"

	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// joinCoaches lets every coach be invited to sign in, and follow the link within some days.
func (r *rehearsal) joinCoaches() error {
	for _, k := range r.coaches {
		in, err := r.c.InviteCoach(r.ctx, coordinator, k)
		if err != nil {
			return err
		}
		r.in(0.2+3*r.coaching.Float64(), func() error {
			signed, err := r.c.FollowLink(r.ctx, identity.Origin{}, path.Base(in.Link))
			if err == nil {
				_, err = r.c.FinishSetup(r.ctx, signed.Token)
			}
			return err
		})
	}
	return nil
}

// Supervision in a rehearsal: in the evening, so that it is outside of everybody's hours, planned so many days ahead.
const (
	supervisionHour    = 19*60 + 30 // minutes after midnight
	supervisionMinutes = 60
	supervisionAhead   = 10
)

// difficulties are what simulated coaches put down, in our own words.
var difficulties = []string{
	"A coachee answers every question with a plan. We leave the hour with a list, and I do not know what it is all for.",
	"Twice now the goals have been about somebody else changing. I notice that I begin to give advice.",
	"I coach somebody whose work is close to mine. How do I keep my own view of it out of the room?",
	"The silence after a hard sentence is too long for me. I fill it, and then it is my session.",
	"A coachee is so tired that goals feel like one more task. When do I speak of other help than coaching?",
	"We laugh a lot and little happens. I do not want to lose the ease, and would like more depth.",
}

// supervise plans the next group of all coaches, led by somebody from outside and by one of them in turn, rather more often than the protocol
// asks for it, on the same day of the week.
func (r *rehearsal) supervise(n int) error {
	day := r.clock.Now().In(r.p.Location()).AddDate(0, 0, supervisionAhead)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	m := coach.Supervision{Start: time.Date(day.Year(), day.Month(), day.Day(), 0, supervisionHour, 0, 0, r.p.Location()), Minutes: supervisionMinutes, Zone: r.p.Timezone, Place: "https://video.example.org/supervision"}
	if n%2 == 0 {
		m.Outside = "Dr. Ruth Calder"
	} else {
		m.Supervisor = r.coaches[n/2%len(r.coaches)]
	}
	for _, k := range r.coaches {
		if k != m.Supervisor {
			m.Coaches = append(m.Coaches, coach.Supervised{Coach: k})
		}
	}
	id, err := r.c.PlanSupervision(r.ctx, coordinator, m)
	if err != nil {
		return err
	}
	for _, s := range m.Coaches {
		if r.coaching.Float64() < r.p.Simulation.Difficulties {
			text := difficulties[r.coaching.IntN(len(difficulties))]
			r.in(1+(supervisionAhead-2)*r.coaching.Float64(), func() error { return r.c.RaiseDifficulty(r.ctx, identity.AsCoach(s.Coach), id, text) })
		}
	}
	r.at(m.End().Add(time.Hour), func() error {
		minutes := map[coach.Code]int{}
		for _, s := range m.Coaches {
			minutes[s.Coach] = 0
			if r.coaching.Float64() < r.p.Simulation.Supervised {
				minutes[s.Coach] = supervisionMinutes - 5*r.coaching.IntN(3)
			}
		}
		return r.c.AttendSupervision(r.ctx, coordinator, id, minutes)
	})
	if next := r.clock.Now().AddDate(0, 0, max(r.p.Coaching.SupervisionEvery*2/3/7*7, 7)); next.AddDate(0, 0, supervisionAhead).Before(r.last) {
		r.at(next, func() error { return r.supervise(n + 1) })
	}
	return nil
}

// rate is a person who is asked after a session how working with the coach was, and says so within two days, or does not.
func (r *rehearsal) rate(code participant.Code, s session.Session) error {
	shares := r.p.Simulation.Alliance
	if r.p.Coaching.Alliance == "" || len(shares) == 0 || !s.Rated() || r.coaching.Float64() >= r.p.Simulation.Rated {
		return nil
	}
	in, err := instrument.Find(r.p.Coaching.Alliance)
	if err != nil {
		return err
	}
	answers := instrument.Answers{}
	for _, item := range in.Items {
		answers[item.ID] = drawItem(r.coaching, item, study.Characteristic{Item: item.ID, Shares: shares[item.ID]})
	}
	r.in(0.1+2*r.coaching.Float64(), func() error {
		if err := r.c.RateAlliance(r.ctx, as(code), s.ID, answers); !problem.Is(err, problem.Conflict) && !problem.Is(err, problem.NotFound) {
			return err
		}
		return nil // they have withdrawn meanwhile
	})
	return nil
}
