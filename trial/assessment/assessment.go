// Package assessment is one instrument answered at one visit: which forms a person is asked for, when, when a form and a
// visit are complete, what a correction leaves behind, and the scores.
//
// It does not know what the items mean (package instrument) nor who the person is. It serves the paper's baseline and
// 3-month assessments.
package assessment

import (
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// Form is one instrument at one visit, as far as it is answered.
type Form struct {
	Visit      string
	Instrument string
	Answers    instrument.Answers
	StartedAt  time.Time
	Submitted  *time.Time // nil: still being filled in

	// How it was filled in. No analysis uses it.
	SavedAt time.Time
	ShownAt *time.Time // when its page was first shown; nil: not known
	Seconds int        // that its page was in front of somebody: see OnPage
	Window  string     // of a browser from which it was saved last; empty: not known
}

// longestPause bounds what one stretch without a save counts for.
const longestPause = 30 * time.Minute

// OnPage gives the seconds that a page was in front of somebody since it was shown, or since its last save where that is later: at most
// half an hour, and none where the clock says that it was shown in time to come.
func OnPage(shown, saved, now time.Time) int {
	if shown.Before(saved) {
		shown = saved
	}
	return int(max(0, min(now.Sub(shown), longestPause)) / time.Second)
}

// Forms gives the instruments that a person is asked at a visit, in the protocol's order. arm is empty before
// allocation, where only forms for every arm are asked; coached says whether a session was held.
func Forms(v study.Visit, arm string, coached bool) []study.Form {
	var forms []study.Form
	for _, f := range v.Forms {
		if len(f.Arms) > 0 && !slices.Contains(f.Arms, arm) {
			continue
		}
		if f.Coached && !coached {
			continue
		}
		forms = append(forms, f)
	}
	return forms
}

// Complete reports whether a visit is complete: every form that is asked and not optional has been submitted.
// open lists the instruments that still hold it up. A visit that asks nothing of a person is complete.
func Complete(asked []study.Form, submitted func(instrument string) bool) (complete bool, open []string) {
	for _, f := range asked {
		if !f.Optional && !submitted(f.Instrument) {
			open = append(open, f.Instrument)
		}
	}
	return len(open) == 0, open
}

// Save checks answers that are to be laid over those of a form and gives the ones that differ, in their canonical text.
// A blank answer over one that was given is a change too: before submission a person may take an answer back. Every
// wrong answer is named at once.
func Save(in *instrument.Instrument, before, given instrument.Answers) (changed instrument.Answers, err error) {
	if err := in.Check(given); err != nil {
		return nil, err
	}
	changed = instrument.Answers{}
	for id, text := range given {
		item, _ := in.FindItem(id)
		answer, p := item.Read(string(text))
		if p != nil {
			return nil, p
		}
		if answer != before[id] {
			changed[id] = answer
		}
	}
	return changed, nil
}

// Submit says whether a form may be submitted: every required item of the instrument must have an answer, and so must the
// items of needed, which the trial cannot do without: stratification and eligibility ask for them.
func Submit(in *instrument.Instrument, answers instrument.Answers, needed []string) error {
	_, required := in.Unanswered(answers)
	var open problem.List
	for _, item := range in.Items {
		if slices.Contains(required, item.ID) || slices.Contains(needed, item.ID) && answers[item.ID] == instrument.Blank {
			open.Add(problem.New(problem.Invalid, "%s needs an answer", item.Heading()).On("%s", item.ID))
		}
	}
	return open.Err()
}

// Needed gives the items of an instrument that the trial cannot do without: "form.item" of a stratum, or of a criterion of
// eligibility.
func Needed(p study.Protocol, instrumentID string) []string {
	var items []string
	add := func(item string) {
		if form, id, found := strings.Cut(item, "."); found && form == instrumentID && !slices.Contains(items, id) {
			items = append(items, id)
		}
	}
	for _, s := range p.Strata {
		add(s.Item)
	}
	for _, c := range p.Eligibility {
		add(c.Item)
	}
	return items
}

// Correction is one answer changed after submission. The old answer is never lost.
type Correction struct {
	Visit      string
	Instrument string
	Item       string
	Old, New   instrument.Answer
	Reason     string
	At         time.Time
	By         string // the actor's name as in the audit trail
}

// longestReason bounds a reason, in bytes.
const longestReason = 1000

// Correct checks a correction of a submitted form: the item and the new answer, that something changes, and that a reason is
// given. The new answer comes back in its canonical text.
func Correct(in *instrument.Instrument, form Form, c Correction) (Correction, error) {
	if form.Submitted == nil {
		return c, problem.New(problem.Conflict, "The form is not submitted yet").Instead("Change the answer in the form itself.")
	}
	item, known := in.FindItem(c.Item)
	if !known {
		return c, problem.New(problem.Invalid, "%s has no item %q", in.ID, c.Item).On("item")
	}
	answer, p := item.Read(string(c.New))
	if p != nil {
		return c, p
	}
	c.Visit, c.Instrument, c.Old, c.New = form.Visit, form.Instrument, form.Answers[c.Item], answer
	c.Reason = strings.TrimSpace(c.Reason)
	switch {
	case c.Old == c.New:
		return c, problem.New(problem.Invalid, "The answer is %q already", string(c.New)).On("%s", c.Item)
	case c.Reason == "":
		return c, problem.New(problem.Invalid, "A correction needs a reason").On("reason").Instead("Say in a few words why the answer changes.")
	case len(c.Reason) > longestReason:
		return c, problem.New(problem.Invalid, "The reason has %d bytes", len(c.Reason)).On("reason").Instead("Keep it within %d.", longestReason)
	}
	return c, nil
}
