package web

import (
	"net/http"
	"slices"
	"time"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/session"
)

// participantSessionListPage is a participant's coach and sessions.
type participantSessionListPage struct {
	Tab     string     // of the coaching pages
	Card    *coachCard // nil: none is chosen
	Ahead   []sessionLine
	Past    []sessionLine
	Left    int // sessions that can still be planned
	Planned int // of the plan
	Held    int
	Hours   int // until which a session can be moved
	Until   time.Time
	Due     []session.Session // of which is asked how working together was
	Note    string            // of the text; empty: nothing has just been done
	Zone    string
}

// sessionLine is one session as the participant reads it.
type sessionLine struct {
	session.Session
	At        time.Time // by the participant's clock
	Elsewhere string    // by the coach's, where it is another
	Movable   bool
	Displaced bool // the coach is away then
	Declined  bool // by the coach's calendar
	Changed   bool // the clocks change between the session before and this one
}

// line makes the line of a session. One that lies in the leave of the coach can be moved however late it is.
func (s *Site) line(one session.Session, st standing, card *coachCard) sessionLine {
	at := one.Start.In(st.zone)
	l := sessionLine{Session: one, At: at}
	if card != nil {
		l.Elsewhere = elsewhere(at, card.Zone)
	}
	l.Displaced = st.displaced(one)
	l.Movable = one.State == session.Booked && st.Now.Before(one.Start) && (l.Displaced || !one.Late(s.Conduct.Protocol.Coaching, st.Now))
	return l
}

// left counts the sessions that can still be planned.
func (s *Site) left(st standing) (n int) {
	all := slices.Clone(st.Sessions)
	for range s.Conduct.Protocol.Coaching.Sessions {
		number, _, err := session.Next(s.Conduct.Protocol.Coaching, all)
		if err != nil {
			return n
		}
		n++
		all = append(all, session.Session{Number: number, State: session.Booked})
	}
	return n
}

// outcomes are the words that an act leads back with.
var outcomes = []string{"booked", "moved", "moved_past", "cancelled", "rated"}

// sessionList shows them.
func (s *Site) sessionList(w http.ResponseWriter, r *http.Request, st standing) error {
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	p := s.Conduct.Protocol
	page := participantSessionListPage{Tab: "sessions", Card: card, Planned: len(p.Coaching.Sessions), Hours: p.Coaching.LateHours, Zone: place(st.zone)}
	if page.Due, err = s.Conduct.AllianceDue(r.Context(), actor(r), actor(r).Participant); err != nil {
		return err
	}
	_, until := p.CoachingPeriod(*st.Record.UnlockedAt)
	page.Until = lastDay(until, st.zone)
	if st.Now.Before(until) {
		page.Left = s.left(st)
	}
	for _, note := range outcomes {
		if r.URL.Query().Has(note) {
			page.Note = "session_" + note
		}
	}
	answers, err := s.Conduct.CalendarAnswers(r.Context(), actor(r))
	if err != nil {
		return err
	}
	for _, one := range st.Sessions {
		line := s.line(one, st, card)
		line.Declined = slices.ContainsFunc(answers[one.ID], func(a conduct.CalendarAnswer) bool {
			return a.Side == session.ByCoach && a.Answer == "declined" && !a.Outdated
		})
		if one.State == session.Held {
			page.Held++
		}
		if one.State == session.Booked && st.Now.Before(one.End()) {
			if n := len(page.Ahead); n > 0 {
				line.Changed = clocksChange(page.Ahead[n-1].At, line.At)
			}
			page.Ahead = append(page.Ahead, line)
		} else {
			page.Past = append(page.Past, line)
		}
	}
	slices.Reverse(page.Past)
	return s.showMine(w, r, http.StatusOK, "participant_session_list", "sessions_title", page)
}

// clocksChange reports whether the clocks of the zone that both moments are in change between them.
func clocksChange(a, b time.Time) bool {
	_, before := a.Zone()
	_, after := b.Zone()
	return before != after
}

// participantSessionPickPage offers free times, for a session that is booked or one that moves.
type participantSessionPickPage struct {
	Tab     string // of the coaching pages
	Card    coachCard
	Moving  *sessionLine
	Number  int
	Minutes int
	Modes   []string
	Mode    string
	Days    []slotDay
	Earlier string // address of the week before; empty: there is none
	Later   string
	Hours   int
	Lost    bool         // the time that was chosen has just been taken
	Past    bool         // the times lie after sessions that must come later, which are cancelled by it
	Next    *sessionLine // the first of those
	Zone    string
}

// slotDay is one day with its free times.
type slotDay struct {
	At    time.Time
	Slots []slot
	Night []slot // by the participant's clock
}

// slot is one free start.
type slot struct {
	At        time.Time
	Elsewhere string
}

// halves keeps the starts on whole and half hours of the clock; of a day that has none, all.
func halves(free []time.Time, zone *time.Location) (days [][]time.Time) {
	byDay := map[string]int{}
	var all [][]time.Time
	for _, t := range free {
		t = t.In(zone)
		day := t.Format(time.DateOnly)
		if _, ok := byDay[day]; !ok {
			byDay[day] = len(all)
			all = append(all, nil)
		}
		all[byDay[day]] = append(all[byDay[day]], t)
	}
	for _, day := range all {
		half := slices.DeleteFunc(slices.Clone(day), func(t time.Time) bool { return t.Minute()%30 != 0 })
		if len(half) == 0 {
			half = day
		}
		days = append(days, half)
	}
	return days
}

// byDay leaves out what reaches into the night, and days that have nothing else.
func byDay(days [][]time.Time, minutes int) (awake [][]time.Time) {
	for _, day := range days {
		if day = slices.DeleteFunc(slices.Clone(day), func(t time.Time) bool { return session.Night(t, minutes) }); len(day) > 0 {
			awake = append(awake, day)
		}
	}
	return awake
}

// mostFree bounds what is read of one week.
const mostFree = 2000

// sessionPick shows the free times for the next session, or for one that moves.
func (s *Site) sessionPick(w http.ResponseWriter, r *http.Request, st standing) error {
	return s.showPick(w, r, st, http.StatusOK, false)
}

func (s *Site) showPick(w http.ResponseWriter, r *http.Request, st standing, status int, lost bool) error {
	by, p := actor(r), s.Conduct.Protocol
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	if card == nil {
		http.Redirect(w, r, coachPage, http.StatusSeeOther)
		return nil
	}
	page := participantSessionPickPage{Tab: "sessions", Card: *card, Modes: card.Modes, Hours: p.Coaching.LateHours, Lost: lost, Zone: place(st.zone), Mode: r.FormValue("mode")}
	path := sessionsPage + "/book"
	if id := r.PathValue("id"); id != "" {
		one, err := st.session(id)
		if err != nil {
			return err
		}
		line := s.line(one, st, card)
		page.Moving, page.Number, page.Minutes, path = &line, one.Number, one.Planned, sessionsPage+"/"+id+"/move"
	} else if page.Number, page.Minutes, err = session.Next(p.Coaching, st.Sessions); err != nil {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	first := st.Now.In(st.zone)
	if page.Moving != nil && r.FormValue("from") == "" && page.Moving.At.AddDate(0, 0, -3).After(first) { // mostly it goes to some day near by
		first = page.Moving.At.AddDate(0, 0, -3)
	}
	if asked, err := time.ParseInLocation(time.DateOnly, r.FormValue("from"), st.zone); err == nil && asked.After(first) {
		first = asked
	}
	_, until := p.CoachingPeriod(*st.Record.UnlockedAt)
	read := func(from, to time.Time, most int) ([]time.Time, error) {
		switch {
		case page.Past:
			return s.Conduct.FreeToMovePast(r.Context(), by, page.Moving.ID, from, to, most)
		case page.Moving != nil:
			return s.Conduct.FreeToMove(r.Context(), by, page.Moving.ID, from, to, most)
		}
		return s.Conduct.Free(r.Context(), by, by.Participant, from, to, most)
	}
	if page.Moving != nil {
		if !page.Moving.Movable {
			return s.showMine(w, r, status, "participant_session_pick", "sessions_title", page)
		}
		if err := s.lookPast(&page, st, read, until); err != nil {
			return err
		}
	}
	next, err := read(first, until, 1) // a week without any is passed over
	if err != nil {
		return err
	}
	if len(next) == 1 && next[0].After(first) {
		first = next[0].In(st.zone)
	}
	y, m, d := first.Date()
	from, to := time.Date(y, m, d, 0, 0, 0, 0, st.zone), time.Date(y, m, d+7, 0, 0, 0, 0, st.zone)
	free, err := read(from, to, mostFree)
	if err != nil {
		return err
	}
	if page.Moving != nil { // it is there already
		free = slices.DeleteFunc(free, page.Moving.Start.Equal)
	}
	for _, day := range halves(free, st.zone) {
		one := slotDay{At: day[0]}
		for _, t := range day {
			if session.Night(t, page.Minutes) {
				one.Night = append(one.Night, slot{t, elsewhere(t, card.Zone)})
			} else {
				one.Slots = append(one.Slots, slot{t, elsewhere(t, card.Zone)})
			}
		}
		page.Days = append(page.Days, one)
	}
	back := time.Date(y, m, d-7, 0, 0, 0, 0, st.zone)
	before, err := read(st.Now, from, mostFree) // a week without any is passed over, so that a way back to it would lead here again
	if err != nil {
		return err
	}
	if n := len(before); n > 0 {
		if last := before[n-1].In(st.zone); last.Before(back) {
			back = time.Date(last.Year(), last.Month(), last.Day()-6, 0, 0, 0, 0, st.zone)
		}
		page.Earlier = path + "?from=" + back.Format(time.DateOnly)
	}
	if to.Before(until) {
		page.Later = path + "?from=" + to.Format(time.DateOnly)
	}
	return s.showMine(w, r, status, "participant_session_pick", "sessions_title", page)
}

// lookPast lets the page offer times past later sessions where there are none before them: so it is with the first session where the coach's
// leave reaches beyond the second.
func (s *Site) lookPast(page *participantSessionPickPage, st standing, read func(from, to time.Time, most int) ([]time.Time, error), until time.Time) error {
	free, err := read(st.Now, until, 2)
	if free = slices.DeleteFunc(free, page.Moving.Start.Equal); err != nil || len(free) > 0 {
		return err
	}
	for _, one := range st.Sessions {
		if one.State == session.Booked && one.Number > page.Number && one.Planned != page.Minutes && (page.Next == nil || one.Start.Before(page.Next.Start)) {
			line := s.line(one, st, nil)
			page.Next, page.Past = &line, true
		}
	}
	return nil
}

// session gives one of the participant's sessions; another's does not exist.
func (st standing) session(id string) (session.Session, error) {
	for _, one := range st.Sessions {
		if one.ID == id {
			return one, nil
		}
	}
	return session.Session{}, problem.New(problem.NotFound, "There is no such session")
}

// participantSessionCancelPage says what a cancellation means.
type participantSessionCancelPage struct {
	Line  sessionLine
	Late  bool
	Hours int
	Free  int // misses that are forgiven, with those there have been taken off
}

// sessionCancelShow says it.
func (s *Site) sessionCancelShow(w http.ResponseWriter, r *http.Request, st standing) error {
	one, err := st.session(r.PathValue("id"))
	if err != nil {
		return err
	}
	if one.State != session.Booked || !st.Now.Before(one.Start) {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	plan := s.Conduct.Protocol.Coaching
	page := participantSessionCancelPage{Line: s.line(one, st, nil), Late: one.Late(plan, st.Now), Hours: plan.LateHours, Free: plan.ForgivenMisses}
	for _, other := range st.Sessions {
		if (other.State == session.NoShow || other.State == session.LateCancelled) && other.Missed == session.ByParticipant {
			page.Free--
		}
	}
	return s.showMine(w, r, http.StatusOK, "participant_session_cancel", "cancel_title", page)
}

// sessionGiveUp cancels. What cannot be cancelled any more, because it has begun or is over, stands in the list as what it is.
func (s *Site) sessionGiveUp(w http.ResponseWriter, r *http.Request, _ standing) error {
	one, err := s.Conduct.Cancel(r.Context(), actor(r), r.PathValue("id"))
	if err != nil && !isConflict(err) {
		return err
	}
	to := sessionsPage
	if one.State == session.Cancelled || one.State == session.LateCancelled { // now, or by a tap before
		to += "?cancelled"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// startOfSession reads a start out of a form.
func startOfSession(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, problem.New(problem.Invalid, "%.40q is no time", text).On("start").Instead("Choose one of the times that are offered.")
	}
	return t, nil
}
