package conduct

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/consent"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Agreement is what a person gives to consent.
type Agreement struct {
	Version  string          // of the text that was shown
	Name     string          // as typed: the signature
	Choices  []int           // the answers to the questions of the text, indexes from 0
	Language string          // in which the text was shown, as "es"; empty: English
	Attested map[string]bool // criterion ID -> yes or no, for each criterion that the person attests
}

// Consent files a signature under the version in force, and opens the baseline. The paper of it, a PDF, is made, sealed and mailed to the
// person in the same transaction; its SHA-256 stands in the trail. A person who does not meet a criterion signs
// nothing and is excluded: the status that comes back says so. It is also how a new version is signed by those who are in the trial.
//
// Refused are a version that is no longer in force (conflict: show the new one), wrong answers to the questions, a criterion left
// open, and anybody new after enrolment has closed.
func (c *Conduct) Consent(ctx context.Context, by identity.Actor, code participant.Code, a Agreement) (status participant.Status, err error) {
	if err := by.RequireFor("participant.consent", code); err != nil {
		return "", err
	}
	if a.Language = cmp.Or(a.Language, study.Languages[0]); !slices.Contains(study.Languages, a.Language) {
		return "", problem.New(problem.Invalid, "The consent is not to be read in %.20q", a.Language).On("language")
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := unlocked(ctx, tx)
		if err != nil {
			return err
		}
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		inForce, err := consent.InForce(c.Protocol.Consent, tx.Now(), c.Protocol.Location())
		if err != nil {
			return err
		}
		read := a.Language // of the text; one that is not translated is read in English
		if len(inForce.Spoken[read]) == 0 {
			read = study.Languages[0]
		}
		inForce = study.In(read, inForce)
		signed, err := tx.Consents(ctx, code)
		if err != nil {
			return err
		}
		first := len(signed) == 0
		switch {
		case !first && !consent.Due(signed, inForce):
			status = r.Status
			return nil // signed already: a second tap
		case first && !r.Status.May(participant.Consented), r.Status == participant.Withdrawn, r.Status == participant.Excluded:
			return problem.New(problem.Conflict, "This link belongs to somebody whose participation is %s", r.Status).
				Instead("Write to %s if you want to take part after all.", c.Protocol.Contact.Email)
		case a.Version != inForce.Version:
			return problem.New(problem.Conflict, "The text has changed: version %s is in force, %.40q was shown", inForce.Version, a.Version).Instead("Read the new text, then sign it.")
		}
		if first {
			if err := c.enrolling(s, tx.Now()); err != nil {
				return err
			}
			if full(s) && !c.Protocol.Enrolment.WaitingList {
				return problem.New(problem.Conflict, "All %d places are taken", s.Capacity)
			}
			failed, err := c.screen(ctx, tx, &r, a.Attested)
			if err != nil {
				return err
			}
			if failed != "" {
				status = participant.Excluded
				return c.exclude(ctx, tx, by, r, failed)
			}
		}
		if err := consent.Check(inForce, a.Name, a.Choices); err != nil {
			return err
		}
		if !first { // what was stated then is not stated again
			a.Attested = nil
		}
		if tx.Vault == nil {
			return keyless()
		}
		name := tx.Vault.Seal([]byte(strings.TrimSpace(a.Name)), "consent", "name", string(code)+" "+inForce.Version)
		paper, err := c.paper(r, inForce, read, a, tx.Now())
		if err != nil {
			return err
		}
		signature := consent.Signature{Version: inForce.Version, Hash: consent.Hash(inForce), SignedAt: tx.Now(), Language: read, Document: sumOf(paper)}
		if err := tx.AddConsent(ctx, code, signature, name, sealPaper(tx, code, inForce.Version, paper)); err != nil {
			return err
		}
		r.Language = a.Language
		if first {
			if err := r.Pass(participant.Consented, tx.Now()); err != nil {
				return err
			}
			if r.RespondedAt == nil {
				r.RespondedAt = new(tx.Now())
			}
		}
		if err := tx.SaveParticipant(ctx, r); err != nil {
			return err
		}
		status = r.Status
		if err := record(ctx, tx, by, "participant.consent", string(code), nil, facts{"version": inForce.Version, "text": signature.Hash, "language": read, "document": signature.Document}, ""); err != nil {
			return err
		}
		if err := c.sendPaper(ctx, tx, code, signature, paper); err != nil {
			return err
		}
		if first {
			return c.planVisits(ctx, tx, r, true, map[study.Anchor]time.Time{study.FromInvitation: invitation(r, tx.Now())})
		}
		return nil
	})
	return status, err
}

func invitation(r participant.Record, now time.Time) time.Time {
	if r.InvitedAt != nil {
		return *r.InvitedAt
	}
	return now
}

// screen looks at the criteria that are known before the baseline: roster columns, and what the person attests. It gives the first
// that fails, empty where none does; one that the person must attest and has not is invalid.
func (c *Conduct) screen(ctx context.Context, tx *store.Tx, r *participant.Record, attested map[string]bool) (failed string, err error) {
	p, err := person(ctx, tx, r.Code)
	if err != nil {
		return "", err
	}
	r.Attested = map[string]bool{}
	var open problem.List
	for _, criterion := range c.Protocol.Eligibility {
		if criterion.Item != "" {
			continue
		}
		yes, said := attested[criterion.ID]
		if !said {
			open.Add(problem.New(problem.Invalid, "Please answer: %s", criterion.Text).On("%s", criterion.ID))
			continue
		}
		r.Attested[criterion.ID] = yes
	}
	if err := open.Err(); err != nil {
		return "", err
	}
	e := participant.Evaluate(c.Protocol.Eligibility, func(item string) (string, bool) {
		value, ok := p.Columns[item]
		return value, ok
	}, r.Attested)
	if len(e.Failed) > 0 {
		return e.Failed[0], nil
	}
	return "", nil
}

// exclude ends the way of a person who does not meet a criterion.
func (c *Conduct) exclude(ctx context.Context, tx *store.Tx, by identity.Actor, r participant.Record, criterion string) error {
	if by.Role == identity.Participant && r.RespondedAt == nil {
		r.RespondedAt = new(tx.Now())
	}
	if err := r.Pass(participant.Excluded, tx.Now()); err != nil {
		return err
	}
	r.Reason = criterion
	if err := tx.SaveParticipant(ctx, r); err != nil {
		return err
	}
	return record(ctx, tx, by, "participant.exclude", string(r.Code), nil, facts{"criterion": criterion}, "")
}

// planVisits plans the visits of a person that are counted from anchors just reached: those before allocation (baseline) or after.
// Reminders that count from a visit are planned with it, as far as they are still to come.
func (c *Conduct) planVisits(ctx context.Context, tx *store.Tx, r participant.Record, baseline bool, reached map[study.Anchor]time.Time) error {
	var visits []store.VisitOf
	var messages []store.Message
	arm, _, err := c.armOf(ctx, tx, r)
	if err != nil {
		return err
	}
	reached[study.FromOpening], _ = c.Protocol.EnrolmentWindow()
	for _, v := range c.Protocol.Visits {
		anchor, ok := reached[v.Anchor]
		if !ok || v.Baseline != baseline {
			continue
		}
		planned := store.VisitOf{Participant: r.Code, Visit: assessment.Visit{ID: v.ID, State: assessment.Planned}}
		planned.Opens, planned.Due, planned.Closes = c.Protocol.VisitWindow(v, anchor)
		switch planned.Place(tx.Now()) {
		case assessment.Within:
			planned.State = assessment.Open
		case assessment.Late:
			planned.State = assessment.Missed
		}
		visits = append(visits, planned)
		for _, m := range c.Protocol.Messages {
			if m.Anchor == study.FromVisit && m.Visit == v.ID && m.Purpose != study.IncentiveSent && meant(m, arm) { // which follows the posting
				messages = append(messages, c.plan(r, m, planned.Due, false, tx.Now(), "")...)
			}
		}
	}
	if err := tx.AddVisits(ctx, visits); err != nil {
		return err
	}
	return tx.PlanMessages(ctx, messages)
}

// planMessages plans the messages that count from an anchor.
func (c *Conduct) planMessages(ctx context.Context, tx *store.Tx, r participant.Record, anchor study.Anchor, at time.Time) error {
	var messages []store.Message
	arm, _, err := c.armOf(ctx, tx, r)
	if err != nil {
		return err
	}
	readersAct := r.BaselineAt != nil && r.BaselineAt.Equal(at) // and not that of the office, or of the clock
	for _, m := range c.Protocol.Messages {
		if m.Anchor == anchor && m.Purpose != study.Announcement && m.Purpose != study.IncentiveSent && meant(m, arm) {
			messages = append(messages, c.plan(r, m, at, readersAct, tx.Now(), "")...)
		}
	}
	return tx.PlanMessages(ctx, messages)
}

// meant reports whether a message can ever be due to somebody of an arm: a plan does not list what will not go. Before the draw there is
// no arm, and followup.Still decides when the time has come.
func meant(m study.Message, arm study.Arm) bool {
	return arm.ID == "" || len(m.Arms) == 0 || slices.Contains(m.Arms, arm.ID)
}

// plan gives the mails of a message to a person that are not past.
func (c *Conduct) plan(r participant.Record, m study.Message, anchor time.Time, readersAct bool, now time.Time, session string) []store.Message {
	var planned []store.Message
	for _, p := range followup.Plan(c.Protocol, m, anchor, readersAct, c.zone(r.Zone), c.quiet()) {
		if !p.At.Before(now) {
			planned = append(planned, store.Message{Participant: r.Code, Message: p.Message, Occurrence: p.Occurrence, Session: session, Due: p.At, Wanted: new(p.Wanted), Answers: p.Answers})
		}
	}
	return planned
}
