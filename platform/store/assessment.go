package store

import (
	"context"

	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
)

// VisitOf is one visit of one person.
type VisitOf struct {
	Participant participant.Code
	assessment.Visit
}

const visitColumns = "participant, visit, state, opens, due, closes, completed"

func scanVisit(scan Scan) (v VisitOf, err error) {
	return v, scan(&v.Participant, &v.ID, &v.State, &v.Opens, &v.Due, &v.Closes, moment{&v.CompletedAt})
}

// AddVisits plans visits.
func (tx *Tx) AddVisits(ctx context.Context, all []VisitOf) error {
	rows := make([][]any, len(all))
	for i, v := range all {
		rows[i] = []any{v.Participant, v.ID, v.State, v.Opens, v.Due, v.Closes, maybe(v.CompletedAt)}
	}
	return tx.insert(ctx, "visit ("+visitColumns+")", rows, "")
}

// Visit gives one visit; one that is not planned for the person is problem.NotFound.
func (tx *Tx) Visit(ctx context.Context, code participant.Code, visit string) (VisitOf, error) {
	v, err := One(ctx, tx, scanVisit, "SELECT "+visitColumns+" FROM visit WHERE participant = $1 AND visit = $2", code, visit)
	if problem.Is(err, problem.NotFound) {
		return v, problem.New(problem.NotFound, "The visit %.40q is not planned for this person", visit)
	}
	return v, err
}

// Visits gives a person's visits in the order of their due days.
func (tx *Tx) Visits(ctx context.Context, code participant.Code) ([]VisitOf, error) {
	return All(ctx, tx, scanVisit, "SELECT "+visitColumns+" FROM visit WHERE participant = $1 ORDER BY due, visit", code)
}

// VisitsByCode gives the visits of people, by code.
func (tx *Tx) VisitsByCode(ctx context.Context, codes []participant.Code) (map[participant.Code][]VisitOf, error) {
	found := make(map[participant.Code][]VisitOf, len(codes))
	for len(codes) > 0 {
		batch := codes[:min(len(codes), rowsAtOnce)]
		codes = codes[len(batch):]
		var args []any
		for _, c := range batch {
			args = append(args, c)
		}
		visits, err := All(ctx, tx, scanVisit, "SELECT "+visitColumns+" FROM visit WHERE participant IN "+among(1, len(batch)), args...)
		if err != nil {
			return nil, err
		}
		for _, v := range visits {
			found[v.Participant] = append(found[v.Participant], v)
		}
	}
	return found, nil
}

// AllVisits gives everybody's visits.
func (tx *Tx) AllVisits(ctx context.Context) ([]VisitOf, error) {
	return All(ctx, tx, scanVisit, "SELECT "+visitColumns+" FROM visit ORDER BY participant, due, visit")
}

// SaveVisit writes the state of a visit back; its window stays.
func (tx *Tx) SaveVisit(ctx context.Context, v VisitOf) error {
	_, err := tx.Do(ctx, "UPDATE visit SET state = $3, completed = $4 WHERE participant = $1 AND visit = $2", v.Participant, v.ID, v.State, maybe(v.CompletedAt))
	return err
}

// OpenVisitsDue opens every planned visit whose window has begun and gives how many.
func (tx *Tx) OpenVisitsDue(ctx context.Context) (int64, error) {
	return tx.Do(ctx, "UPDATE visit SET state = 'open' WHERE state = 'planned' AND opens <= $1", tx.Now())
}

// VisitsToClose gives the open visits whose window has ended.
func (tx *Tx) VisitsToClose(ctx context.Context) ([]VisitOf, error) {
	return All(ctx, tx, scanVisit, "SELECT "+visitColumns+" FROM visit WHERE state = 'open' AND closes <= $1 ORDER BY closes, participant", tx.Now())
}

// CancelVisits takes away the visits of a person that have not been answered yet: planned or open without a form.
func (tx *Tx) CancelVisits(ctx context.Context, code participant.Code) error {
	_, err := tx.Do(ctx, `DELETE FROM visit WHERE participant = $1 AND state = 'planned' AND NOT EXISTS
		(SELECT 1 FROM form f WHERE f.participant = visit.participant AND f.visit = visit.visit)`, code)
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "UPDATE visit SET state = 'missed' WHERE participant = $1 AND state IN ('planned', 'open')", code)
	return err
}

// FormOf is one form of one person.
type FormOf struct {
	Participant participant.Code
	assessment.Form
}

// Form gives a form with its answers; one that was never started comes with no answers and a zero StartedAt.
func (tx *Tx) Form(ctx context.Context, code participant.Code, visit, instrumentID string) (f FormOf, err error) {
	var forms Forms
	var answers instrument.Answers
	err = tx.Together(ctx,
		func() (err error) { forms, err = tx.Forms(ctx, code, visit); return err },
		func() (err error) { answers, err = tx.Answers(ctx, code, visit, instrumentID); return err })
	f = forms.Of(code, visit, instrumentID)
	f.Answers = answers
	return f, err
}

// Answers gives the answers to a form, none where it was never started.
func (tx *Tx) Answers(ctx context.Context, code participant.Code, visit, instrumentID string) (instrument.Answers, error) {
	answers := instrument.Answers{}
	_, err := All(ctx, tx, func(scan Scan) (struct{}, error) {
		var item string
		var value instrument.Answer
		err := scan(&item, &value)
		answers[item] = value
		return struct{}{}, err
	}, "SELECT item, value FROM answer WHERE participant = $1 AND visit = $2 AND instrument = $3", code, visit, instrumentID)
	return answers, err
}

// Forms are forms without their answers.
type Forms []FormOf

// Forms gives the forms of a person that have been started: those of a visit, or all where visit is empty.
func (tx *Tx) Forms(ctx context.Context, code participant.Code, visit string) (Forms, error) {
	return All(ctx, tx, scanForm, "SELECT "+formColumns+" FROM form WHERE participant = $1 AND ($2 = '' OR visit = $2)", code, visit)
}

// Of gives a form of a person; one that was never started has a zero StartedAt.
func (all Forms) Of(code participant.Code, visit, instrumentID string) FormOf {
	for _, f := range all {
		if f.Participant == code && f.Visit == visit && f.Instrument == instrumentID {
			return f
		}
	}
	return FormOf{Participant: code, Form: assessment.Form{Visit: visit, Instrument: instrumentID}}
}

const formColumns = "participant, visit, instrument, started, submitted, saved, shown, seconds, page_window"

func scanForm(scan Scan) (f FormOf, err error) {
	f.Answers = instrument.Answers{}
	return f, scan(&f.Participant, &f.Visit, &f.Instrument, &f.StartedAt, moment{&f.Submitted}, &f.SavedAt, moment{&f.ShownAt}, &f.Seconds, &f.Window)
}

// SaveAnswers lays answers over those of a form, starting it where it was not, and stamps its submission where submit is set; Window,
// ShownAt and Seconds are kept as the form has them. A blank answer takes the row away.
func (tx *Tx) SaveAnswers(ctx context.Context, f FormOf, changed instrument.Answers, submit bool) error {
	var submitted Time
	if submit {
		submitted = Time{tx.Now()}
	}
	if err := tx.insertLater(ctx, "form (participant, visit, instrument, started, saved, submitted, shown, seconds, page_window)",
		[][]any{{f.Participant, f.Visit, f.Instrument, tx.Now(), tx.Now(), submitted, maybe(f.ShownAt), f.Seconds, f.Window}},
		`ON CONFLICT (participant, visit, instrument) DO UPDATE SET saved = excluded.saved, submitted = coalesce(form.submitted, excluded.submitted),
		shown = excluded.shown, seconds = excluded.seconds, page_window = excluded.page_window`); err != nil {
		return err
	}
	return tx.layAnswers(ctx, f, changed)
}

func (tx *Tx) layAnswers(ctx context.Context, f FormOf, changed instrument.Answers) error {
	var rows [][]any
	for item, value := range changed {
		if value == instrument.Blank {
			if err := tx.later(ctx, "DELETE FROM answer WHERE participant = $1 AND visit = $2 AND instrument = $3 AND item = $4", f.Participant, f.Visit, f.Instrument, item); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []any{f.Participant, f.Visit, f.Instrument, item, value})
	}
	return tx.insertLater(ctx, "answer (participant, visit, instrument, item, value)", rows,
		"ON CONFLICT (participant, visit, instrument, item) DO UPDATE SET value = excluded.value")
}

// VisitAnswers gives all answers of one visit, as "instrument.item".
func (tx *Tx) VisitAnswers(ctx context.Context, code participant.Code, visit string) (map[string]instrument.Answer, error) {
	answers := map[string]instrument.Answer{}
	_, err := All(ctx, tx, func(scan Scan) (struct{}, error) {
		var in, item string
		var value instrument.Answer
		err := scan(&in, &item, &value)
		answers[in+"."+item] = value
		return struct{}{}, err
	}, "SELECT instrument, item, value FROM answer WHERE participant = $1 AND visit = $2", code, visit)
	return answers, err
}

// AllForms gives every form with its answers, in the order of participant, visit and instrument.
func (tx *Tx) AllForms(ctx context.Context) ([]FormOf, error) {
	forms, err := All(ctx, tx, scanForm, "SELECT "+formColumns+" FROM form ORDER BY participant, visit, instrument")
	if err != nil {
		return nil, err
	}
	type key struct {
		code       participant.Code
		visit, ins string
	}
	at := make(map[key]instrument.Answers, len(forms))
	for _, f := range forms {
		at[key{f.Participant, f.Visit, f.Instrument}] = f.Answers
	}
	_, err = All(ctx, tx, func(scan Scan) (struct{}, error) {
		var k key
		var item string
		var value instrument.Answer
		err := scan(&k.code, &k.visit, &k.ins, &item, &value)
		if err == nil {
			at[k][item] = value
		}
		return struct{}{}, err
	}, "SELECT participant, visit, instrument, item, value FROM answer")
	return forms, err
}

// AddCorrection files a correction and lays the new answer over the old one.
func (tx *Tx) AddCorrection(ctx context.Context, code participant.Code, c assessment.Correction) error {
	if err := tx.insert(ctx, "correction (participant, visit, instrument, item, old_value, new_value, reason, at, actor)",
		[][]any{{code, c.Visit, c.Instrument, c.Item, c.Old, c.New, c.Reason, c.At, c.By}}, ""); err != nil {
		return err
	}
	f := FormOf{code, assessment.Form{Visit: c.Visit, Instrument: c.Instrument}}
	if err := tx.later(ctx, "UPDATE form SET saved = $4 WHERE participant = $1 AND visit = $2 AND instrument = $3", f.Participant, f.Visit, f.Instrument, tx.Now()); err != nil {
		return err
	}
	return tx.layAnswers(ctx, f, instrument.Answers{c.Item: c.New})
}

// Corrections gives what was corrected in a person's answers, oldest first.
func (tx *Tx) Corrections(ctx context.Context, code participant.Code) ([]assessment.Correction, error) {
	return All(ctx, tx, func(scan Scan) (c assessment.Correction, err error) {
		return c, scan(&c.Visit, &c.Instrument, &c.Item, &c.Old, &c.New, &c.Reason, &c.At, &c.By)
	}, "SELECT visit, instrument, item, old_value, new_value, reason, at, actor FROM correction WHERE participant = $1 ORDER BY id", code)
}

// RemoveAnswers deletes every answer of a person and what they were before; which forms were filled in, and when, remains.
func (tx *Tx) RemoveAnswers(ctx context.Context, code participant.Code) error {
	for _, table := range []string{"answer", "correction"} {
		if _, err := tx.Do(ctx, "DELETE FROM "+table+" WHERE participant = $1", code); err != nil {
			return err
		}
	}
	return nil
}
