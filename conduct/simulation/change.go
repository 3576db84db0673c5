package simulation

import (
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// changeCoach is somebody who goes on with another coach: what is booked is given up, and the rest of the plan is booked anew.
func (r *rehearsal) changeCoach(who *person, code participant.Code) error {
	for _, s := range who.booked {
		delete(r.standing, s)
	}
	if err := r.c.ChangeCoach(r.ctx, as(code), code); err != nil {
		return err
	}
	r.in(2, func() error { return r.chooseCoach(who, code) })
	return nil
}

// The leave of one coach begins and ends so many days from the middle of the trial, and is made known so many days before it.
const (
	leaveTold   = -2
	leaveBegins = 1
	leaveEnds   = 8
)

// takeLeave lets the coach with most to do in those days take leave. Coachees move what is booked, some sooner than others.
func (r *rehearsal) takeLeave() error {
	mid := morning(Midway(r.p), r.p.Location())
	away := coach.Span{From: mid.AddDate(0, 0, leaveBegins), To: mid.AddDate(0, 0, leaveEnds)}
	busiest, most := coach.Code(""), 0
	for _, k := range r.coaches {
		n := 0
		for _, m := range r.standing {
			if m.Coach == k && away.From.Before(m.Start) && m.Start.Before(away.To) {
				n++
			}
		}
		if n > most {
			busiest, most = k, n
		}
	}
	if most == 0 {
		return nil
	}
	touched, err := r.c.TakeLeave(r.ctx, identity.AsCoach(busiest), busiest, away)
	for i, s := range touched {
		who := r.standing[s.ID].who
		r.in(0.4+float64(i)*2.2, func() error {
			if !r.stands(s) {
				return nil
			}
			for _, days := range []int{7, 8, 9, 10, 14} {
				moved, err := r.c.Move(r.ctx, as(s.Participant), s.ID, s.Start.In(r.p.Location()).AddDate(0, 0, days))
				if problem.Is(err, problem.Conflict) {
					continue
				}
				if err == nil {
					r.await(who, s.Participant, moved)
				}
				return err
			}
			return nil // they meet although the coach is away
		})
	}
	return err
}
