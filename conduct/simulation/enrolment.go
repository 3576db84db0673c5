package simulation

import (
	"maps"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/consent"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// arrive is a person who opens the link: consent, then the baseline survey in one sitting.
func (r *rehearsal) arrive(who *person, code participant.Code) error {
	err := r.c.Respond(r.ctx, as(code), code)
	if problem.Is(err, problem.Conflict) {
		return nil // came too late
	}
	if err != nil {
		return err
	}
	r.in(minutes(3+10*who.rng.Float64()), func() error {
		inForce, err := consent.InForce(r.p.Consent, r.clock.Now(), r.p.Location())
		if err != nil {
			return err
		}
		a := conduct.Agreement{Version: inForce.Version, Name: who.name, Attested: map[string]bool{}}
		for _, q := range inForce.Questions {
			a.Choices = append(a.Choices, q.Answer)
		}
		for _, c := range r.p.Eligibility {
			if c.Item == "" {
				a.Attested[c.ID] = true
			}
		}
		if _, err := r.c.Consent(r.ctx, as(code), code, a); err != nil {
			if problem.Is(err, problem.Conflict) {
				return nil // enrolment closed meanwhile
			}
			return err
		}
		baseline, _ := r.p.Baseline()
		r.in(minutes(2), func() error { return r.answer(who, code, baseline, 0) })
		return nil
	})
	return nil
}

func minutes(n float64) float64 { return n / (24 * 60) }

// answer fills the forms of a visit one after the other, a few minutes each, from the n-th on.
func (r *rehearsal) answer(who *person, code participant.Code, v study.Visit, n int) error {
	forms := r.forms(who, v)
	if n >= len(forms) {
		return nil
	}
	in, err := instrument.Find(forms[n].Instrument)
	if err != nil {
		return err
	}
	answers := who.fill(r.p, in)
	p, err := r.c.Answer(r.ctx, as(code), conduct.Sheet{Participant: code, Visit: v.ID, Instrument: in.ID, Answers: answers, Submit: true, Drop: slices.Collect(maps.Keys(answers))})
	if err != nil {
		if problem.Is(err, problem.Conflict) {
			return nil // the window closed meanwhile
		}
		return err
	}
	if n+1 < len(forms) {
		r.in(minutes(1+4*who.rng.Float64()), func() error { return r.answer(who, code, v, n+1) })
		return nil
	}
	if v.Baseline {
		return r.allocated(who, code, p)
	}
	if p.Complete {
		r.incentives(code, v)
	}
	return nil
}

// forms gives what a person is asked at a visit, as the trial itself decides it.
func (r *rehearsal) forms(who *person, v study.Visit) []study.Form {
	return assessment.Forms(v, who.arm, who.held > 0)
}

// allocated is a person who has just been told the arm, or that there was no place left.
func (r *rehearsal) allocated(who *person, code participant.Code, p conduct.Progress) error {
	baseline, _ := r.p.Baseline()
	r.incentives(code, baseline)
	arm, ok := r.p.Arm(p.Arm)
	if !ok {
		return nil
	}
	who.arm = p.Arm
	drawn := r.clock.Now()
	for _, v := range r.p.Visits {
		if v.Baseline {
			continue
		}
		r.plan(who, code, v, arm, drawn)
	}
	if arm.Coaching && who.starter {
		r.in(who.pace, func() error { return r.chooseCoach(who, code) })
	}
	if arm.Coaching && !who.starter && who.rng.Float64() < browsing {
		r.in(who.pace, func() error { _, err := r.pickCoach(who, code); return err })
	}
	return nil
}

// browsing is the share of those who never start who still choose a coach (assumed).
const browsing = 0.3

// plan is how a person will meet a later visit: most answer in the first week, some after reminders, some never.
func (r *rehearsal) plan(who *person, code participant.Code, v study.Visit, arm study.Arm, drawn time.Time) {
	if arm.Coaching && !who.starter || who.answers[v.ID] < r.p.Simulation.NonResponse[arm.ID] {
		return
	}
	opens, due, closes := r.p.VisitWindow(v, drawn)
	when := due.Add(8*time.Hour + time.Duration(who.rng.ExpFloat64()*6*24*float64(time.Hour)))
	if when.After(closes.Add(-2 * time.Hour)) {
		when = closes.Add(-time.Duration(2+who.rng.IntN(40)) * time.Hour)
	}
	if when.Before(opens) {
		when = opens.Add(time.Hour)
	}
	r.at(daytime(who.rng, when, r.p.Location()), func() error {
		who.live()
		if !arm.Coaching && arm.Unlock != (study.Unlock{}) && who.starter {
			r.in(2+who.pace, func() error { return r.chooseCoach(who, code) })
		}
		return r.answer(who, code, v, 0)
	})
}

// incentives are posted a few days after a survey and noted as received when they arrive.
func (r *rehearsal) incentives(code participant.Code, v study.Visit) {
	for _, i := range r.p.Incentives {
		if i.Visit != v.ID {
			continue
		}
		r.in(3, func() error {
			err := r.c.SendIncentive(r.ctx, coordinator, code, i.ID)
			if err == nil {
				r.in(4, func() error { return r.c.ReceiveIncentive(r.ctx, coordinator, code, i.ID) })
			}
			return err
		})
	}
}
