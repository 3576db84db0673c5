package web

import (
	"net/http"
	"time"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/coach"
	"rekindle/trial/consent"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// surveys is what a participant is asked and how far that is, read on one snapshot.
type surveys struct {
	Now    time.Time
	Record participant.Record
	Study  store.Study
	Arm    study.Arm // zero: not allocated
	Visits []survey  // in the order of their days
	forms  store.Forms
	zone   *time.Location
}

// standing is how far a participant is in everything, read on one snapshot.
type standing struct {
	surveys
	Signed   []consent.Signature
	InForce  study.Consent // zero: none yet
	Sessions []session.Session
	HasCoach bool
	Away     []coach.Span // leave of the coach
}

// survey is a visit as the participant meets it.
type survey struct {
	store.VisitOf
	Name  string
	Forms []surveyForm
	Open  bool // may be answered now
}

// surveyForm is one form of a survey.
type surveyForm struct {
	study.Form
	Submitted bool
}

// Begun reports whether a form of the survey has been submitted.
func (v survey) Begun() bool {
	for _, f := range v.Forms {
		if f.Submitted {
			return true
		}
	}
	return false
}

// next gives the form that is to be answered next: those that count before those that are optional.
func (v survey) next(optional bool) (id string, ok bool) {
	for _, f := range v.Forms {
		if !f.Submitted && (!f.Optional || optional) {
			return f.Instrument, true
		}
	}
	return "", false
}

// standing reads how far the participant who asks is.
func (s *Site) standing(r *http.Request) (st standing, err error) {
	ctx, code, p := r.Context(), actor(r).Participant, s.spoken(r).protocol
	err = s.read(r, func(tx *store.Tx) error {
		if st.InForce, err = consent.InForce(p.Consent, tx.Now(), p.Location()); err != nil && !problem.Is(err, problem.Conflict) {
			return err
		}
		return tx.Together(ctx,
			func() (err error) { st.surveys, err = s.surveys(r, tx); return err },
			func() (err error) { st.Signed, err = tx.Consents(ctx, code); return err },
			func() (err error) { st.Sessions, err = tx.Sessions(ctx, code); return err },
			func() error {
				pair, err := tx.Pairing(ctx, code)
				if problem.Is(err, problem.NotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				k, err := tx.Coach(ctx, pair.Coach)
				st.HasCoach, st.Away = true, k.Away
				return err
			})
	})
	return st, err
}

// surveys reads what the participant who asks is asked.
func (s *Site) surveys(r *http.Request, tx *store.Tx) (st surveys, err error) {
	ctx, code, p := r.Context(), actor(r).Participant, s.spoken(r).protocol
	var visits []store.VisitOf
	var allocation randomization.Allocation
	var unallocated error
	if err := tx.Together(ctx,
		func() (err error) { st.Record, err = tx.Participant(ctx, code); return err },
		func() error { allocation, unallocated = tx.Allocation(ctx, code); return nil },
		func() (err error) { st.Study, err = tx.Study(ctx); return err },
		func() (err error) { visits, err = tx.Visits(ctx, code); return err },
		func() (err error) { st.forms, err = tx.Forms(ctx, code, ""); return err },
	); err != nil {
		return st, err
	}
	if st.Record.InTrial() {
		if unallocated != nil {
			return st, unallocated
		}
		st.Arm, _ = p.Arm(allocation.Arm)
	}
	st.Now, st.zone = tx.Now(), p.Location()
	if zone, err := time.LoadLocation(st.Record.Zone); err == nil && st.Record.Zone != "" {
		st.zone = zone
	}
	for _, v := range visits {
		planned, ok := p.Visit(v.ID)
		if !ok {
			continue
		}
		one := survey{VisitOf: v, Name: planned.Name}
		one.Open = st.answers() && st.Study.Locked == nil && v.State != assessment.Missed && v.Place(st.Now) == assessment.Within
		for _, f := range assessment.Forms(planned, st.Arm.ID, st.Record.StartedAt != nil) {
			one.Forms = append(one.Forms, surveyForm{f, st.forms.Of(code, v.ID, f.Instrument).Submitted != nil})
		}
		st.Visits = append(st.Visits, one)
	}
	return st, nil
}

// answers reports whether somebody may still be asked anything.
func (st surveys) answers() bool {
	switch st.Record.Status {
	case participant.Excluded, participant.Declined:
		return false
	}
	return st.Record.Use.Collect()
}

// unsigned reports whether a consent is still to be signed, or a new version of it.
func (st standing) unsigned() bool {
	switch st.Record.Status {
	case participant.Withdrawn, participant.Excluded:
		return false
	}
	return st.InForce.Version != "" && consent.Due(st.Signed, st.InForce)
}

// came reports whether the person has not agreed to anything yet.
func (st standing) came() bool {
	switch st.Record.Status {
	case participant.Listed, participant.Invited, participant.Declined:
		return true
	}
	return false
}

// next is the page on which it goes on; home where nothing is to be done.
func (st standing) next(optional bool) string {
	switch {
	case st.came():
		return home + "/start"
	case st.unsigned():
		return home + "/consent"
	}
	for _, v := range st.Visits {
		if id, ok := v.next(optional); ok && v.Open {
			return home + "/survey/" + v.ID + "/" + id
		}
	}
	return home
}

// find gives a visit of the participant and its place in a survey's forms.
func (st surveys) find(visit, form string) (v survey, at int, err error) {
	for _, v := range st.Visits {
		for i, f := range v.Forms {
			if v.ID == visit && f.Instrument == form {
				return v, i, nil
			}
		}
	}
	return v, 0, noSurvey()
}

func noSurvey() error { return problem.New(problem.NotFound, "There is no such survey") }
