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
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// standing is how far a participant is, read on one snapshot.
type standing struct {
	Now      time.Time
	Record   participant.Record
	Study    store.Study
	Arm      study.Arm // zero: not allocated
	Signed   []consent.Signature
	InForce  study.Consent // zero: none yet
	Visits   []survey      // in the order of their days
	Sessions []session.Session
	HasCoach bool
	Away     []coach.Span // leave of the coach
	zone     *time.Location
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
		st.Now = tx.Now()
		if st.Record, err = tx.Participant(ctx, code); err != nil {
			return err
		}
		if st.Study, err = tx.Study(ctx); err != nil {
			return err
		}
		st.zone = p.Location()
		if zone, err := time.LoadLocation(st.Record.Zone); err == nil && st.Record.Zone != "" {
			st.zone = zone
		}
		if st.Signed, err = tx.Consents(ctx, code); err != nil {
			return err
		}
		if st.InForce, err = consent.InForce(p.Consent, st.Now, p.Location()); err != nil && !problem.Is(err, problem.Conflict) {
			return err
		}
		if st.Record.InTrial() {
			a, err := tx.Allocation(ctx, code)
			if err != nil {
				return err
			}
			st.Arm, _ = p.Arm(a.Arm)
		}
		if pair, err := tx.Pairing(ctx, code); err == nil {
			k, err := tx.Coach(ctx, pair.Coach)
			if err != nil {
				return err
			}
			st.HasCoach, st.Away = true, k.Away
		} else if !problem.Is(err, problem.NotFound) {
			return err
		}
		if st.Sessions, err = tx.Sessions(ctx, code); err != nil {
			return err
		}
		visits, err := tx.Visits(ctx, code)
		if err != nil {
			return err
		}
		for _, v := range visits {
			planned, ok := p.Visit(v.ID)
			if !ok {
				continue
			}
			submitted, err := tx.Submitted(ctx, code, v.ID)
			if err != nil {
				return err
			}
			one := survey{VisitOf: v, Name: planned.Name}
			one.Open = st.answers() && st.Study.Locked == nil && v.State != assessment.Missed && v.Place(st.Now) == assessment.Within
			for _, f := range assessment.Forms(planned, st.Arm.ID, st.Record.StartedAt != nil) {
				one.Forms = append(one.Forms, surveyForm{f, submitted[f.Instrument]})
			}
			st.Visits = append(st.Visits, one)
		}
		return nil
	})
	return st, err
}

// answers reports whether somebody may still be asked anything.
func (st standing) answers() bool {
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
func (st standing) find(visit, form string) (v survey, at int, err error) {
	for _, v := range st.Visits {
		for i, f := range v.Forms {
			if v.ID == visit && f.Instrument == form {
				return v, i, nil
			}
		}
	}
	return v, 0, problem.New(problem.NotFound, "There is no such survey")
}
