package followup

import (
	"slices"
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// Way is how far a person has come, with nothing that they have answered.
type Way struct {
	participant.Record
	Arm         string     // empty: not allocated
	Coach       coach.Code // whom they have now; empty: nobody
	ChosenAt    *time.Time // when that coach was chosen
	FirstChosen *time.Time // when a coach was chosen for the first time
	Bounced     *time.Time // the address takes no mail
	OptedOut    *time.Time // wants no mail
	Sessions    []session.Session
	Visits      []assessment.Visit
}

// Held gives the sessions that took place, by start.
func (w Way) Held() (held []session.Session) {
	for _, s := range w.Sessions {
		if s.State == session.Held {
			held = append(held, s)
		}
	}
	slices.SortStableFunc(held, func(a, b session.Session) int { return a.Start.Compare(b.Start) })
	return held
}

// Booked gives the first session that is booked and has not been noted as held or missed; false where there is none.
func (w Way) Booked() (first session.Session, ok bool) {
	for _, s := range w.Sessions {
		if s.State == session.Booked && (!ok || s.Start.Before(first.Start)) {
			first, ok = s, true
		}
	}
	return first, ok
}

// Ended reports whether nothing more is asked of the person.
func (w Way) Ended() bool {
	switch w.Status {
	case participant.Declined, participant.Excluded, participant.Withdrawn:
		return true
	}
	return false
}

// Coached reports whether coaching is open to the person now.
func (w Way) Coached() bool { return w.UnlockedAt != nil && !w.Ended() }

// Hold is why somebody does not get on.
type Hold string

// The holds, in the order in which they are looked for.
const (
	NoMail      Hold = "no-mail"      // the address takes no mail
	NotSigned   Hold = "not-signed"   // came, and has neither signed nor said no
	NotFinished Hold = "not-finished" // signed, and the baseline is not complete
	OnTheList   Hold = "waiting"      // on the waiting list
	NoCoach     Hold = "no-coach"     // may choose a coach, and has none
	NoSession   Hold = "no-session"   // has a coach, and no first session is booked
	NotNoted    Hold = "not-noted"    // a session is over, and nobody has noted what became of it
	NoNext      Hold = "no-next"      // has had a session, and the next is not booked
	SurveyLate  Hold = "survey-late"  // a survey is open, and its day is over
)

// Holds lists all of them.
var Holds = []Hold{NoMail, NotSigned, NotFinished, OnTheList, NoCoach, NoSession, NotNoted, NoNext, SurveyLate}

// How long somebody may take before it counts as being held up.
const (
	patience = 3 * 24 * time.Hour  // to sign, or to finish the baseline
	pause    = 14 * 24 * time.Hour // between two sessions without the next being booked
)

// HeldUp says what somebody is held up by, and since when; empty: by nothing. What the protocol still asks for by mail counts from
// its first reminder on.
func HeldUp(p *study.Protocol, w Way, now time.Time) (by Hold, since time.Time) {
	if w.Ended() {
		return "", since
	}
	if w.Bounced != nil && w.Status != participant.Completed && w.Status != participant.Lost {
		return NoMail, *w.Bounced
	}
	switch over := func(t *time.Time, after time.Duration) bool { return t != nil && now.Sub(*t) >= after }; w.Status {
	case participant.Listed, participant.Invited:
		if over(w.RespondedAt, patience) {
			return NotSigned, *w.RespondedAt
		}
		return "", since
	case participant.Consented:
		if over(w.ConsentedAt, patience) {
			return NotFinished, *w.ConsentedAt
		}
		return "", since
	case participant.Waiting:
		return OnTheList, *w.WaitingAt
	}
	if by, since := coachingHeldUp(p, w, now); by != "" {
		return by, since
	}
	for _, v := range w.Visits {
		if v.State == assessment.Open && StandingOf(v, now) == Late {
			return SurveyLate, v.Due
		}
	}
	return "", since
}

func coachingHeldUp(p *study.Protocol, w Way, now time.Time) (by Hold, since time.Time) {
	if !w.Coached() {
		return "", since
	}
	if _, until := p.CoachingPeriod(*w.UnlockedAt); !now.Before(until) {
		return "", since
	}
	held := w.Held()
	booked, ok := w.Booked()
	switch first, _ := Ladder(p, w); {
	case ok && booked.End().Before(now):
		return NotNoted, booked.Start
	case ok || len(held) >= len(p.Coaching.Sessions):
		return "", since
	case len(held) > 0:
		if last := held[len(held)-1].End(); w.Coach != "" && now.Sub(last) >= pause {
			return NoNext, last
		}
		if w.Coach == "" {
			return NoCoach, held[len(held)-1].End()
		}
	case w.Coach == "" && !now.Before(w.UnlockedAt.AddDate(0, 0, first)):
		return NoCoach, *w.UnlockedAt
	case w.Coach != "" && !now.Before(w.UnlockedAt.AddDate(0, 0, first)):
		return NoSession, *w.ChosenAt
	}
	return "", since
}

// usualLadder is when somebody is reminded and called where the protocol plans no mail about it: days after coaching has opened.
var usualLadder = [2]int{2, 14}

// Ladder gives on which day after coaching has opened a person who has not begun is reminded for the first time, and on which the mails
// that the protocol plans for it are used up, so that somebody is to call.
func Ladder(p *study.Protocol, w Way) (first, call int) {
	purpose := study.ChooseCoach
	if w.Coach != "" {
		purpose = study.FirstSession
	}
	first, call = usualLadder[0], usualLadder[1]
	found := false
	for _, m := range p.Messages {
		if m.Purpose != purpose || len(m.Days) == 0 || len(m.Arms) > 0 && !slices.Contains(m.Arms, w.Arm) {
			continue
		}
		earliest, latest := slices.Min(m.Days), slices.Max(m.Days)
		if !found {
			first, call, found = earliest, latest, true
		}
		first, call = min(first, earliest), max(call, latest)
	}
	return first, call
}

// ToCall says whether somebody who has not begun coaching is to be called, and since when.
func ToCall(p *study.Protocol, w Way, now time.Time) (since time.Time, call bool) {
	if by, _ := coachingHeldUp(p, w, now); by != NoCoach && by != NoSession {
		return since, false
	}
	_, day := Ladder(p, w)
	since = w.UnlockedAt.AddDate(0, 0, day)
	return since, !now.Before(since)
}
