package simulation

import (
	"errors"
	"math"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// registerCoaches gives every coach a profile, hours and a complete certification before enrolment opens.
func (r *rehearsal) registerCoaches() error {
	strengths := []string{"Transitions and new roles", "Workload and boundaries", "Leadership", "Meaning in work", "Academic careers", "Life outside of work"}
	themes := r.themeCodes()
	for i := range r.p.Simulation.Coaches {
		rng := stream(r.o.Seed, ofCoaches, uint64(i))
		name, email := named(rng, 900000+i)
		var week []coach.Hours
		for day := time.Monday; day <= time.Friday; day++ {
			from := 7*60 + 60*rng.IntN(5)
			week = append(week, coach.Hours{Day: day, From: from, To: from + 60*(4+rng.IntN(5))})
		}
		code, err := r.c.RegisterCoach(r.ctx, coordinator, conduct.NewCoach{
			Person:  conduct.Person{Name: name, Email: email, Zone: r.p.Timezone},
			Profile: profile(i, strengths[rng.IntN(len(strengths))], themes),
			Hours:   week,
		})
		if err != nil {
			return err
		}
		for _, step := range r.p.Coaching.Certification {
			if err := r.c.CertifyCoach(r.ctx, coordinator, code, coach.Step{Name: step, Done: r.clock.Now().AddDate(0, 0, -14)}); err != nil {
				return err
			}
		}
		r.coaches = append(r.coaches, code)
	}
	return nil
}

// pickCoach looks at who is offered and takes one of the first three.
func (r *rehearsal) pickCoach(who *person, code participant.Code) (bool, error) {
	offers, err := r.c.Coaches(r.ctx, as(code), code)
	if problem.Is(err, problem.NotFound) {
		return false, nil // coaching has not opened to them
	}
	if err != nil || len(offers) == 0 {
		return false, err
	}
	with := offers[who.rng.IntN(min(3, len(offers)))].Code
	err = r.c.ChooseCoach(r.ctx, as(code), code, with)
	if problem.Is(err, problem.Conflict) {
		return false, nil // somebody took the last place
	}
	who.coach = with
	return err == nil, err
}

// chooseCoach takes a coach and books the whole plan at once, one session after the other.
func (r *rehearsal) chooseCoach(who *person, code participant.Code) error {
	ok, err := r.pickCoach(who, code)
	if err != nil {
		return err
	}
	if !ok {
		if who.tries++; who.tries < 5 {
			r.in(4, func() error { return r.chooseCoach(who, code) })
		}
		return nil
	}
	_, until := r.p.CoachingPeriod(r.clock.Now())
	gap := until.Sub(r.clock.Now()) * 8 / 10 / time.Duration(max(len(r.p.Coaching.Sessions)-who.held, 1))
	from := r.clock.Now().Add(time.Duration(24+r.p.Coaching.NoticeHours) * time.Hour)
	for range r.p.Coaching.Sessions {
		s, ok, err := r.book(who, code, from, from.Add(gap))
		if err != nil {
			return err
		}
		if !ok {
			return nil
		}
		from = s.Start.Add(gap)
	}
	return nil
}

// book takes one of the free times between from and to, or the first after it, and plans what happens then.
func (r *rehearsal) book(who *person, code participant.Code, from, to time.Time) (s session.Session, ok bool, err error) {
	const enough = 24
	free, err := r.c.Free(r.ctx, as(code), code, from, to, enough)
	if err == nil && len(free) == 0 {
		free, err = r.c.Free(r.ctx, as(code), code, to, to.AddDate(0, 0, 42), 1)
	}
	if problem.Is(err, problem.Conflict) {
		return s, false, nil // the plan is full
	}
	if err != nil || len(free) == 0 {
		return s, false, err
	}
	s, err = r.c.Book(r.ctx, as(code), conduct.Booking{Participant: code, Start: free[r.rng.IntN(len(free))]})
	if problem.Is(err, problem.Conflict) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	who.booked = append(who.booked, s.ID)
	r.await(who, code, s)
	return s, true, nil
}

// await lets the two of a session meet, unless it is moved or given up before.
func (r *rehearsal) await(who *person, code participant.Code, s session.Session) {
	r.standing[s.ID] = meeting{s, who}
	r.at(s.End(), func() error {
		if !r.stands(s) {
			return nil
		}
		return r.meet(who, code, s)
	})
}

// meeting is a session that is booked, with the participant.
type meeting struct {
	session.Session
	who *person
}

// stands reports whether a session is still booked for the time that was meant.
func (r *rehearsal) stands(s session.Session) bool {
	m, ok := r.standing[s.ID]
	return ok && m.Start.Equal(s.Start)
}

// meet is the end of a session: held, or missed and made up; somebody who stops cancels what is left.
func (r *rehearsal) meet(who *person, code participant.Code, s session.Session) error {
	if who.stopped {
		return nil
	}
	by := identity.AsCoach(s.Coach)
	if who.rng.Float64() < r.p.Simulation.NoShows {
		if _, err := r.c.Miss(r.ctx, by, s.ID, session.ByParticipant); err != nil {
			return err
		}
		_, _, err := r.book(who, code, r.clock.Now().AddDate(0, 0, 2), r.clock.Now().AddDate(0, 0, 12))
		return err
	}
	held := conduct.Held{Minutes: r.lasted(who, s), Steps: r.steps(who, s), Themes: r.themes(who)}
	done, err := r.c.Hold(r.ctx, by, s.ID, held)
	if err != nil {
		return err
	}
	if err := r.rate(code, done); err != nil {
		return err
	}
	if who.held++; who.held >= who.most && who.most < len(r.p.Coaching.Sessions) {
		who.stopped = true
		return r.cancelRest(who, code)
	}
	if who.held == 2 && !r.changed {
		r.changed = true
		r.in(1, func() error { return r.changeCoach(who, code) })
	}
	return r.pursue(who, code)
}

// lasted is the minutes really held: to five minutes, now and then a little more or less than planned.
func (r *rehearsal) lasted(who *person, s session.Session) int {
	return max(15, int(math.Round((float64(s.Planned)+6*who.rng.NormFloat64()-3)/5))*5)
}

// steps are those of the framework that the coach ticks.
func (r *rehearsal) steps(who *person, s session.Session) (ticked []string) {
	for _, f := range r.p.Coaching.Frameworks {
		if s.Number < f.From || f.To > 0 && s.Number > f.To {
			continue
		}
		for _, step := range f.Steps {
			if who.rng.Float64() < 0.93 {
				ticked = append(ticked, step)
			}
		}
	}
	return ticked
}

// themes are what the session was about: one to three, by the shares of the protocol.
func (r *rehearsal) themes(who *person) (named []string) {
	for _, code := range r.themeCodes() {
		if who.rng.Float64() < r.p.Simulation.Themes[code]/4 {
			named = append(named, code)
		}
	}
	return named
}

// themeCodes are the themes of the protocol, none where it has none.
func (r *rehearsal) themeCodes() (codes []string) {
	in, err := instrument.Find(r.p.Coaching.Themes)
	if err != nil {
		return nil
	}
	for _, item := range in.Items {
		if item.Scale.Kind == instrument.SelectAll {
			codes = append(codes, item.Scale.Allowed()...)
		}
	}
	return codes
}

// cancelRest cancels what is still booked.
func (r *rehearsal) cancelRest(who *person, code participant.Code) error {
	var failed []error
	for _, s := range who.booked {
		delete(r.standing, s)
		if _, err := r.c.Cancel(r.ctx, as(code), s); err != nil && !problem.Is(err, problem.Conflict) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
