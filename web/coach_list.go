package web

import (
	"net/http"
	"net/url"
	"slices"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// coachesShown is how many coaches stand on a page, so that each loads fast on a telephone.
const coachesShown = 24

// participantCoachListPage is the sign-up platform: whom a participant may choose.
type participantCoachListPage struct {
	Cards     []coachCard
	Pager     pager
	Aside     []conduct.Offer
	Topics    []topic
	Languages []speech
	Modes     []string
	Parts     []session.Part
	Wanted    conduct.Wanted
	Narrowed  bool
	Lost      bool // the coach who was chosen has just been taken
	Zone      string
}

// coachList shows them. Whoever has a coach is led to their sessions.
func (s *Site) coachList(w http.ResponseWriter, r *http.Request, st standing) error {
	if st.HasCoach {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	return s.showCoaches(w, r, st, http.StatusOK, wanted(r), "")
}

// showCoaches shows whom the participant may choose, without the one who has just been lost to somebody else, if there is one.
func (s *Site) showCoaches(w http.ResponseWriter, r *http.Request, st standing, status int, wanted conduct.Wanted, lost coach.Code) error {
	by, ctx := actor(r), r.Context()
	offers, err := s.Conduct.CoachesFor(ctx, by, by.Participant, wanted)
	if err != nil {
		return err
	}
	// Whoever has just won the place may not be in what can be read yet.
	offers = slices.DeleteFunc(offers, func(o conduct.Offer) bool { return o.Code == lost })
	everybody := offers
	wanted.Language = coach.Language(wanted.Language)
	page := participantCoachListPage{Wanted: wanted, Lost: lost != "", Modes: s.Conduct.Protocol.Coaching.Modes, Parts: session.Parts, Zone: place(st.zone)}
	page.Narrowed = wanted.Language != "" || wanted.Mode != "" || wanted.Part != ""
	if page.Narrowed {
		if everybody, err = s.Conduct.Coaches(ctx, by, by.Participant); err != nil {
			return err
		}
	}
	page.Languages = languagesOf(tongue(r), everybody)
	if page.Topics, err = s.topics(tongue(r), wanted.Topics); err != nil {
		return err
	}
	// The order is settled before pages are made: who meets more of the need, and whose turn it is, stands before everybody on later pages.
	list, n := &url.URL{Path: coachPage}, 1
	if r.Method != http.MethodPost { // a choice that failed begins anew
		list = r.URL
		if n, err = pageNumber(r); err != nil {
			return err
		}
	}
	n = max(1, min(n, (len(offers)+coachesShown-1)/coachesShown)) // coaches may have been taken since the page before was read
	if page.Pager, err = pagedBy(list, coachesShown, n, len(offers)); err != nil {
		return err
	}
	for _, o := range offers[page.Pager.From-1 : page.Pager.To] {
		page.Cards = append(page.Cards, s.card(o, tongue(r), page.Topics, st.zone).brief())
	}
	if page.Aside, err = s.Conduct.Aside(ctx, by, by.Participant); err != nil {
		return err
	}
	return s.showMine(w, r, status, "participant_coach_list", "coach_title", page)
}

// participantCoachShowPage is one coach in full.
type participantCoachShowPage struct {
	Card    coachCard
	Minutes int // of the first session
	Zone    string
}

// coachShow shows one whom the participant may choose; anybody else is not there.
func (s *Site) coachShow(w http.ResponseWriter, r *http.Request, st standing) error {
	by := actor(r)
	offers, err := s.Conduct.CoachesFor(r.Context(), by, by.Participant, conduct.Wanted{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(offers, func(o conduct.Offer) bool { return string(o.Code) == r.PathValue("code") })
	if i < 0 {
		return nowhere(w, r)
	}
	topics, err := s.topics(tongue(r), nil)
	if err != nil {
		return err
	}
	page := participantCoachShowPage{Card: s.card(offers[i], tongue(r), topics, st.zone), Minutes: s.Conduct.Protocol.Coaching.Sessions[0], Zone: place(st.zone)}
	return s.showMine(w, r, http.StatusOK, "participant_coach_show", "coach_title", page)
}

// coachChoose chooses one and leads on to planning the sessions. Whoever loses the race for a coach's last place chooses among the others.
func (s *Site) coachChoose(w http.ResponseWriter, r *http.Request, st standing) error {
	by := actor(r)
	err := s.Conduct.ChooseCoach(r.Context(), by, by.Participant, coach.Code(r.PathValue("code")))
	if isConflict(err) {
		if st.HasCoach {
			http.Redirect(w, r, coachPage+"/change", http.StatusSeeOther)
			return nil
		}
		return s.showCoaches(w, r, st, http.StatusConflict, conduct.Wanted{}, coach.Code(r.PathValue("code")))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionsPage+"/plan", http.StatusSeeOther)
	return nil
}

// coachAssign leaves the choice to the program: whoever is free soonest.
func (s *Site) coachAssign(w http.ResponseWriter, r *http.Request, st standing) error {
	if st.HasCoach {
		http.Redirect(w, r, sessionsPage, http.StatusSeeOther)
		return nil
	}
	by := actor(r)
	_, err := s.Conduct.AssignCoach(r.Context(), by, by.Participant)
	if isConflict(err) {
		return s.showCoaches(w, r, st, http.StatusConflict, conduct.Wanted{}, "any")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionsPage+"/plan", http.StatusSeeOther)
	return nil
}

// coachAside sets a coach aside, or puts one back.
func (s *Site) coachAside(w http.ResponseWriter, r *http.Request, _ standing) error {
	by := actor(r)
	err := s.Conduct.SetAside(r.Context(), by, by.Participant, coach.Code(r.PathValue("code")), r.PostFormValue("aside") != "no")
	if problem.Is(err, problem.NotFound) {
		return nowhere(w, r)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, coachPage, http.StatusSeeOther)
	return nil
}

// participantCoachChangePage says what a change of coach means.
type participantCoachChangePage struct {
	Card   coachCard
	Booked int
	Late   int // of them, within the hours that make a cancellation late
	Hours  int
}

// coachChangeShow says it.
func (s *Site) coachChangeShow(w http.ResponseWriter, r *http.Request, st standing) error {
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	if card == nil {
		http.Redirect(w, r, coachPage, http.StatusSeeOther)
		return nil
	}
	page := participantCoachChangePage{Card: *card, Hours: s.Conduct.Protocol.Coaching.LateHours}
	for _, one := range st.Sessions {
		if one.State == session.Booked && st.Now.Before(one.Start) {
			page.Booked++
			if one.Late(s.Conduct.Protocol.Coaching, st.Now) && !st.displaced(one) {
				page.Late++
			}
		}
	}
	return s.showMine(w, r, http.StatusOK, "participant_coach_change", "change_title", page)
}

// coachChange ends the pairing and leads back to choosing.
func (s *Site) coachChange(w http.ResponseWriter, r *http.Request, _ standing) error {
	by, ctx := actor(r), r.Context()
	card, err := s.mine(r, tongue(r))
	if err != nil {
		return err
	}
	if err := s.Conduct.ChangeCoach(ctx, by, by.Participant); err != nil {
		return err
	}
	if card != nil && r.PostFormValue("aside") == "yes" {
		if err := s.Conduct.SetAside(ctx, by, by.Participant, card.Code, true); err != nil {
			return err
		}
	}
	http.Redirect(w, r, coachPage, http.StatusSeeOther)
	return nil
}
