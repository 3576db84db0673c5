package coach

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Supervision is a meeting at which coaches look at their own coaching with a supervisor, one of them or many.
type Supervision struct {
	ID         string
	Supervisor Code   // one of the coaches; empty: Outside
	Outside    string // who supervises and is no coach of this study
	Start      time.Time
	Minutes    int    // planned
	Zone       string // IANA name of the clock by which it was planned
	Place      string // a room, or the address of a call
	State      SupervisionState
	Sequence   int // rises with each change, for calendars
	Changed    time.Time
	Coaches    []Supervised // without the supervisor, by code
}

// SupervisionState is what became of a meeting.
type SupervisionState string

// The states.
const (
	SupervisionPlanned   SupervisionState = "planned"
	SupervisionHeld      SupervisionState = "held"
	SupervisionCancelled SupervisionState = "cancelled"
)

// Supervised is a coach who is invited to a meeting.
type Supervised struct {
	Coach   Code
	Minutes int // attended; 0 of a meeting that was held: did not come
}

// End is when the meeting is planned to be over.
func (m Supervision) End() time.Time { return m.Start.Add(time.Duration(m.Minutes) * time.Minute) }

// Concerns reports whether a coach is invited, or supervises.
func (m Supervision) Concerns(code Code) bool { return m.Supervisor == code || m.Invites(code) }

// Invites reports whether a coach is invited.
func (m Supervision) Invites(code Code) bool {
	return slices.ContainsFunc(m.Coaches, func(s Supervised) bool { return s.Coach == code })
}

// The bounds of a meeting, in minutes.
const (
	shortestSupervision = 15
	longestSupervision  = 480
)

// Check finds every mistake of a meeting that is planned.
func (m Supervision) Check(now time.Time) error {
	var found problem.List
	wrong := func(field, remedy, format string, args ...any) {
		found.Add(problem.New(problem.Invalid, format, args...).On("%s", field).Instead("%s", remedy))
	}
	if (m.Supervisor == "") == (strings.TrimSpace(m.Outside) == "") {
		wrong("supervisor", "Choose one of the coaches, or name somebody else: one of the two.", "It is not clear who supervises")
	}
	if len(m.Outside) > longestLine {
		wrong("outside", "Keep it within 100.", "The name has %d bytes", len(m.Outside))
	}
	if len(m.Place) > longestWords {
		wrong("place", "Keep it within 600.", "The place has %d bytes", len(m.Place))
	}
	if strings.TrimSpace(m.Place) == "" {
		wrong("place", "Give a room, a telephone number or the address of a call.", "Nobody would know where it is")
	}
	if m.Minutes < shortestSupervision || m.Minutes > longestSupervision {
		wrong("minutes", "Give 15 to 480.", "A meeting of %d minutes", m.Minutes)
	}
	if !m.Start.After(now) {
		wrong("start", "Choose another time.", "That time is past")
	}
	switch {
	case len(m.Coaches) == 0:
		wrong("coaches", "Choose one coach or more.", "Nobody is invited")
	case m.Supervisor != "" && m.Invites(m.Supervisor):
		wrong("coaches", "Take out one of the two.", "Whoever supervises cannot be supervised in the same meeting")
	}
	return found.Err()
}

// CheckAttendance finds what is no attendance of a meeting that has begun: minutes of somebody who was not invited, or too many.
func (m Supervision) CheckAttendance(now time.Time, minutes map[Code]int) error {
	switch {
	case m.State == SupervisionCancelled:
		return problem.New(problem.Conflict, "This meeting was cancelled")
	case now.Before(m.Start):
		return problem.New(problem.Conflict, "This meeting has not begun").Instead("Say who came once it has.")
	}
	var found problem.List
	for _, s := range m.Coaches {
		if n, said := minutes[s.Coach]; !said || n < 0 || n > longestSupervision {
			found.Add(problem.New(problem.Invalid, "How long somebody attended is missing or cannot be").On("%s", s.Coach).Instead("Give minutes from 0 (did not come) to 480 for everybody."))
		}
	}
	if len(minutes) > len(m.Coaches) {
		found.Add(problem.New(problem.Invalid, "Somebody who was not invited").On("coaches"))
	}
	return found.Err()
}

// Attendance is what a coach attended of one meeting.
type Attendance struct {
	Ended   time.Time
	Minutes int // more than 0
}

// SupervisionStanding is how much supervision a coach has had, beside what the protocol asks for.
type SupervisionStanding struct {
	Minutes int        // in all
	Lately  int        // within the protocol's days up to now; where it names none, as Minutes
	Last    *time.Time // nil: never
	Due     *time.Time // when more is needed at the latest; nil: nothing is asked for
	Overdue bool
}

// Supervise compares what a coach attended with what the protocol asks for, at a moment. Nothing is asked of a coach who is not certified;
// the first is due the protocol's days after since, as Since gives it.
func Supervise(plan study.Coaching, since *time.Time, attended []Attendance, at time.Time) SupervisionStanding {
	var s SupervisionStanding
	days := func(t time.Time) time.Time { return t.AddDate(0, 0, plan.SupervisionEvery) }
	attended = slices.SortedFunc(slices.Values(attended), func(a, b Attendance) int { return b.Ended.Compare(a.Ended) })
	lasts := time.Time{} // until when what was attended is enough
	for i, a := range attended {
		s.Minutes += a.Minutes
		if i == 0 {
			s.Last = &attended[0].Ended
		}
		if plan.SupervisionEvery == 0 || days(a.Ended).After(at) {
			s.Lately += a.Minutes
		}
		if lasts.IsZero() && s.Minutes >= max(plan.SupervisionMinutes, 1) {
			lasts = days(a.Ended)
		}
	}
	if plan.SupervisionEvery == 0 || since == nil {
		return s
	}
	s.Due = new(latest(days(*since), lasts))
	s.Overdue = !at.Before(*s.Due)
	return s
}

// TakesNew reports whether somebody new may choose a coach with load coachees: there is room, the certification is valid, and no
// supervision is overdue that the protocol requires. Whoever has the coach already keeps them.
func (c Coach) TakesNew(plan study.Coaching, load int, attended []Attendance, at time.Time) bool {
	if !c.Room(load) || !Certified(plan.Certification, c.Certification, at).Valid() {
		return false
	}
	return !plan.SupervisionRequired || !Supervise(plan, c.Since(plan.Certification), attended, at).Overdue
}

// Since gives from when supervision is asked for: when a coach was registered and had every step of certification for the first time; nil:
// they never had.
func (c Coach) Since(needed []string) *time.Time {
	at, ok := FirstCertified(needed, c.Certification)
	if !ok && len(needed) > 0 {
		return nil
	}
	return new(latest(at, c.RegisteredAt))
}

// DifficultyKept is how long a difficulty stays to be read after the meeting for which it was put down.
const DifficultyKept = 30 * 24 * time.Hour

// longestDifficulty bounds a difficulty, in characters.
const longestDifficulty = 4000

// Difficulty is what a coach wants to speak of at a meeting, without naming the coachee.
type Difficulty struct {
	ID          string
	Supervision string
	By          Code
	Text        string
	Made        time.Time
}

// Known is a coachee as their coach knows them.
type Known struct {
	Code        participant.Code
	Name, Email string // empty: no longer known
}

// CheckDifficulty finds what is no difficulty: none, one that is too long, and one that names one of the coach's own coachees. What is
// refused is never repeated, since a refusal may be read by others.
func CheckDifficulty(text string, coachees []Known) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return problem.New(problem.Invalid, "Nothing is written").On("text").Instead("Write what you would like to speak of.")
	case n > longestDifficulty:
		return problem.New(problem.Invalid, "The text has %d characters", n).On("text").Instead("Keep it within %d.", longestDifficulty)
	case slices.ContainsFunc(coachees, func(k Known) bool { return k.namedIn(text) }):
		return problem.New(problem.Invalid, "The text names one of your coachees, by name, e-mail address or code").On("text").
			Instead("Say it without: “a coachee in the middle of a career”.")
	}
	return nil
}

// namedIn reports whether a text gives somebody away: the whole name, the e-mail address or the code in any spelling of capitals, or one part of
// the name as a word with a capital letter. Without one it may be a word of the language: "will", "long".
func (k Known) namedIn(text string) bool {
	words := wordsOf(text)
	spaced := " " + strings.ToLower(strings.Join(words, " ")) + " "
	whole := func(parts []string) bool {
		return len(parts) > 0 && strings.Contains(spaced, " "+strings.ToLower(strings.Join(parts, " "))+" ")
	}
	if whole(wordsOf(string(k.Code))) || k.Email != "" && strings.Contains(strings.ToLower(text), strings.ToLower(k.Email)) {
		return true
	}
	parts := slices.DeleteFunc(wordsOf(k.Name), func(part string) bool {
		return utf8.RuneCountInString(part) < 3 || slices.Contains(titles, strings.ToLower(part))
	})
	if len(parts) > 1 && whole(parts) {
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool {
		first, _ := utf8.DecodeRuneInString(w)
		return unicode.IsUpper(first) && slices.ContainsFunc(parts, func(part string) bool { return strings.EqualFold(w, part) })
	})
}

// wordsOf gives the runs of letters and digits of a text.
func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) })
}

// titles stand before or after names and name nobody.
var titles = []string{"prof", "professor", "doctor", "dra", "mrs", "phd", "mph", "msc", "von", "van", "der", "den", "del", "las", "los"}
