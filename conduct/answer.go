package conduct

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Sheet is answers to one form of a visit, some or all of its items.
type Sheet struct {
	Participant participant.Code
	Visit       string
	Instrument  string
	Answers     instrument.Answers
	Submit      bool      // the form is done
	Shown       time.Time // when the page that was filled in was shown; zero: not known
	Window      string    // of the browser, so that another one can tell that this was saved meanwhile; empty: not known
	Drop        []string  // items of which the person was told that their answers are taken out, as branching no longer asks for them
}

// Progress is where a person stands after an act.
type Progress struct {
	Status   participant.Status
	Complete bool     // the visit is complete
	Open     []string // instruments of the visit that are still to be submitted
	Arm      string   // allocated to; empty: not allocated
	Help     bool     // a screen in the form that was submitted is positive: the person is to be shown where help is
}

// Answer saves answers, and submits the form where Submit is set. Saving the same again changes nothing and is no event. Completing
// the baseline takes a place and draws the arm in the same transaction, or puts the person on the waiting list; completing a later
// visit earns its incentives and may open coaching.
//
// Refused are answers outside their codes (all of them named), forms that are not asked of the person (not found), visits that are not
// open, changes of a submitted form (conflict: Correct does that), and a submission with answers that branching no longer asks for and
// that Drop does not name. Until it is submitted a form keeps them: whoever takes the answer back that hid them finds them again.
func (c *Conduct) Answer(ctx context.Context, by identity.Actor, sheet Sheet) (p Progress, err error) {
	if err := by.RequireFor("assessment.answer", sheet.Participant); err != nil {
		return p, err
	}
	in, err := instrument.Find(sheet.Instrument)
	if err != nil {
		return p, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		p = Progress{}
		var (
			s       store.Study
			r       participant.Record
			arm     study.Arm
			v       store.VisitOf
			forms   store.Forms
			answers instrument.Answers
		)
		planned, known := c.Protocol.Visit(sheet.Visit)
		if err := tx.Together(ctx,
			func() (err error) { s, err = unlocked(ctx, tx); return err },
			func() (err error) {
				if r, err = tx.Participant(ctx, sheet.Participant); err == nil {
					arm, _, err = c.armOf(ctx, tx, r)
				}
				return err
			},
			func() (err error) {
				if !known {
					return strangers()
				}
				v, err = tx.Visit(ctx, sheet.Participant, sheet.Visit)
				return err
			},
			func() (err error) { forms, err = tx.Forms(ctx, sheet.Participant, sheet.Visit); return err },
			func() (err error) {
				answers, err = tx.Answers(ctx, sheet.Participant, sheet.Visit, sheet.Instrument)
				return err
			},
		); err != nil {
			return err
		}
		asked := assessment.Forms(planned, arm.ID, r.StartedAt != nil)
		if !slices.ContainsFunc(asked, func(f study.Form) bool { return f.Instrument == sheet.Instrument }) {
			return strangers()
		}
		form := forms.Of(r.Code, v.ID, in.ID)
		form.Answers = answers
		changed, err := assessment.Save(in, form.Answers, sheet.Answers)
		if err != nil {
			return err
		}
		submit := sheet.Submit && form.Submitted == nil
		p.Status, p.Arm = r.Status, arm.ID
		p.Complete, p.Open = assessment.Complete(asked, func(id string) bool {
			return forms.Of(r.Code, v.ID, id).Submitted != nil || submit && id == in.ID
		})
		if len(changed) == 0 && !submit && (form.Submitted != nil || !form.StartedAt.IsZero()) {
			return nil
		}
		if err := answerable(r, v, form, tx); err != nil {
			return err
		}
		merged := maps.Clone(form.Answers)
		maps.Copy(merged, changed)
		if submit {
			if err := c.drop(ctx, tx, in, form, sheet, merged, changed); err != nil {
				return err
			}
			if err := assessment.Submit(in, merged, assessment.Needed(*c.Protocol, in.ID)); err != nil {
				return err
			}
		}
		if shown := sheet.Shown; !shown.IsZero() && !shown.Before(v.Opens) && !shown.After(tx.Now()) {
			form.Window = sheet.Window
			form.Seconds += assessment.OnPage(shown, form.SavedAt, tx.Now())
			if form.ShownAt == nil {
				form.ShownAt = &shown
			}
		}
		if err := tx.SaveAnswers(ctx, form, changed, submit); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "assessment.answer", string(r.Code), nil,
			facts{"visit": v.ID, "form": in.ID, "items": len(changed), "submitted": submit}, ""); err != nil {
			return err
		}
		if submit {
			if err := c.hearFidelity(ctx, tx, r.Code, in, merged); err != nil {
				return err
			}
			if p.Help, err = c.tellSafety(ctx, tx, r, form.Form, in, merged); err != nil {
				return err
			}
		}
		if !p.Complete || v.State == assessment.Finished {
			return nil
		}
		if err := c.complete(ctx, tx, by, s, &r, v, arm); err != nil {
			return err
		}
		p.Status = r.Status
		if a, ok, err := c.armOf(ctx, tx, r); err != nil {
			return err
		} else if ok {
			p.Arm = a.ID
		}
		return nil
	})
	return p, err
}

// drop takes out the answers of a form that is being submitted which branching does not ask for.
func (c *Conduct) drop(ctx context.Context, tx *store.Tx, in *instrument.Instrument, form store.FormOf, sheet Sheet, merged, changed instrument.Answers) error {
	b, err := c.Branching(ctx, tx, sheet.Participant, sheet.Visit, in)
	if err != nil {
		return err
	}
	items, err := needless(in, b, merged, sheet.Drop)
	for _, id := range items {
		merged[id] = instrument.Blank
		if delete(changed, id); form.Answers[id] != instrument.Blank {
			changed[id] = instrument.Blank
		}
	}
	return err
}

// answerable says why answers to a form cannot be taken now, nil where they can.
func answerable(r participant.Record, v store.VisitOf, form store.FormOf, tx *store.Tx) error {
	switch {
	case !r.Use.Collect():
		return problem.New(problem.Conflict, "Nothing more is collected about somebody who has withdrawn")
	case r.Status == participant.Excluded || r.Status == participant.Declined:
		return problem.New(problem.Conflict, "The survey is not open to somebody whose participation is %s", r.Status)
	case form.Submitted != nil:
		return problem.New(problem.Conflict, "This form was submitted on %s", form.Submitted.Format("January 2, 2006")).Instead("Use a correction, with its reason.")
	case v.State == assessment.Missed, v.Place(tx.Now()) == assessment.Late:
		return problem.New(problem.Conflict, "The survey closed on %s", v.Closes.AddDate(0, 0, -1).Format("January 2, 2006"))
	case v.Place(tx.Now()) == assessment.Early:
		return problem.New(problem.Conflict, "The survey opens on %s", v.Opens.Format("January 2, 2006"))
	}
	return nil
}

// complete closes a visit whose last required form has just been submitted, and does what follows from it.
func (c *Conduct) complete(ctx context.Context, tx *store.Tx, by identity.Actor, s store.Study, r *participant.Record, v store.VisitOf, arm study.Arm) error {
	v.State, v.CompletedAt = assessment.Finished, new(tx.Now())
	if err := tx.SaveVisit(ctx, v); err != nil {
		return err
	}
	if err := c.issueIncentives(ctx, tx, *r, v.ID); err != nil {
		return err
	}
	visits, err := tx.Visits(ctx, r.Code)
	if err != nil {
		return err
	}
	baseline := func(v store.VisitOf) bool { p, _ := c.Protocol.Visit(v.ID); return p.Baseline }
	if baseline(v) {
		if slices.ContainsFunc(visits, func(v store.VisitOf) bool { return baseline(v) && v.State != assessment.Finished }) {
			return nil
		}
		return c.enrol(ctx, tx, by, s, r)
	}
	if arm.Unlock.AfterVisit == v.ID && r.UnlockedAt == nil && r.Status == participant.Randomized {
		if err := c.unlock(ctx, tx, r); err != nil {
			return err
		}
	}
	return c.conclude(ctx, tx, r, visits)
}

// conclude passes a person on to the status that their visits lead to, where it has changed.
func (c *Conduct) conclude(ctx context.Context, tx *store.Tx, r *participant.Record, visits []store.VisitOf) error {
	var after []assessment.Visit
	for _, planned := range c.Protocol.Visits {
		if planned.Baseline {
			continue
		}
		i := slices.IndexFunc(visits, func(v store.VisitOf) bool { return v.ID == planned.ID })
		switch {
		case i >= 0:
			after = append(after, visits[i].Visit)
		case r.UnlocksAt != nil: // counted from an unlocking that is still to come
			after = append(after, assessment.Visit{ID: planned.ID, State: assessment.Planned})
		}
	}
	end := followup.End(after)
	if r.Status != participant.Randomized || end == participant.Randomized {
		return nil
	}
	if err := r.Pass(end, tx.Now()); err != nil {
		return err
	}
	if err := tx.SaveParticipant(ctx, *r); err != nil {
		return err
	}
	return record(ctx, tx, identity.Program, "participant."+map[participant.Status]string{participant.Completed: "complete", participant.Lost: "lose"}[end], string(r.Code), nil, nil, "")
}

// Change is one correction of a submitted answer.
type Change struct {
	Participant             participant.Code
	Visit, Instrument, Item string
	New                     instrument.Answer
	Reason                  string
	Drop                    []string // as in a Sheet
}

// Correct changes a submitted answer. Old and new value, reason and moment stay with the answer; the trail has their keyed digests, so
// that it tells nobody the answer and yet proves it. An answer that randomization was stratified by is corrected beside the stratum
// as randomized, which stays. Answers that branching no longer asks for then are corrected to blank with it, where Drop names them.
func (c *Conduct) Correct(ctx context.Context, by identity.Actor, change Change) error {
	if err := by.RequireFor("assessment.correct", change.Participant); err != nil {
		return err
	}
	in, err := instrument.Find(change.Instrument)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := unlocked(ctx, tx); err != nil {
			return err
		}
		r, err := tx.Participant(ctx, change.Participant)
		if err != nil {
			return err
		}
		if !r.Use.Collect() {
			return problem.New(problem.Conflict, "Nothing more is collected about somebody who has withdrawn")
		}
		form, err := tx.Form(ctx, r.Code, change.Visit, change.Instrument)
		if err != nil {
			return err
		}
		correction, err := assessment.Correct(in, form.Form, assessment.Correction{Item: change.Item, New: change.New, Reason: change.Reason, At: tx.Now(), By: by.Name})
		if err != nil {
			return err
		}
		if correction.New == instrument.Blank && slices.Contains(assessment.Needed(*c.Protocol, in.ID), change.Item) {
			return problem.New(problem.Invalid, "The trial cannot do without an answer to this").On("%s", change.Item)
		}
		all, err := c.following(ctx, tx, in, form, correction, change.Drop)
		if err != nil {
			return err
		}
		for _, one := range all {
			if err := c.correct(ctx, tx, by, r.Code, one); err != nil {
				return err
			}
			form.Answers[one.Item] = one.New
		}
		if _, err := c.tellSafety(ctx, tx, r, form.Form, in, form.Answers); err != nil {
			return err
		}
		if r.InTrial() {
			return c.correctStratum(ctx, tx, by, r.Code, in.ID+"."+correction.Item, string(correction.New), correction.Reason)
		}
		return nil
	})
}

// following gives a correction with those that follow from it by branching.
func (c *Conduct) following(ctx context.Context, tx *store.Tx, in *instrument.Instrument, form store.FormOf, first assessment.Correction, told []string) ([]assessment.Correction, error) {
	b, err := c.Branching(ctx, tx, form.Participant, form.Visit, in)
	if err != nil {
		return nil, err
	}
	after := maps.Clone(form.Answers)
	after[first.Item] = first.New
	if first.New != instrument.Blank && b.Hidden(after)[first.Item] {
		return nil, problem.New(problem.Invalid, "By the other answers this is not asked").On("%s", first.Item).Instead("Correct the answer that it depends on first.")
	}
	items, err := needless(in, b, after, told)
	all := []assessment.Correction{first}
	for _, id := range items {
		next := first
		next.Item, next.Old, next.New = id, form.Answers[id], instrument.Blank
		all = append(all, next)
	}
	return all, err
}

// correct files one correction and its event.
func (c *Conduct) correct(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code, one assessment.Correction) error {
	if err := tx.AddCorrection(ctx, code, one); err != nil {
		return err
	}
	if tx.Vault == nil {
		return keyless()
	}
	digest := func(a instrument.Answer) string {
		return tx.Vault.Digest("answer", strings.Join([]string{string(code), one.Visit, one.Item, string(a)}, "\x00"))
	}
	where := facts{"visit": one.Visit, "form": one.Instrument, "item": one.Item, "value": digest(one.Old)}
	now := maps.Clone(where)
	now["value"] = digest(one.New)
	return record(ctx, tx, by, "assessment.correct", string(code), where, now, "")
}
