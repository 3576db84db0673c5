package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// personaPage shows as whom, and when, a rehearsal can be seen.
type personaPage struct {
	Moments []Moment
	Moment  string // key of the one that is shown
	Role    string // as whom it is seen now
	Groups  []personaGroup
}

type personaGroup struct {
	Name string
	All  []persona
}

// persona is somebody as whom a rehearsal can be seen.
type persona struct {
	Value string // of the role cookie
	Label string
	What  string // what they see, or how far they are
	Here  bool
}

// worlds say what each role of the staff sees.
var worlds = map[identity.Role]string{
	identity.Owner:        "Answers for the study: everything that is published and proved, staff, and settings. No coach's notes, no answers by name.",
	identity.Coordinator:  "Runs it from day to day: people, messages, coaches, incentives. Sees that a survey is complete, never an answer.",
	identity.Statistician: "The data under codes: report, randomization, proofs.",
	identity.Leadership:   "Numbers about groups that are large enough, and nothing else.",
	identity.Finance:      "Hours and money of coaches. No participants.",
}

// personaList is the choice of whom to see a rehearsal as. Outside of a rehearsal there is no such page.
func (s *Site) personaList(w http.ResponseWriter, r *http.Request) error {
	if !s.Conduct.Simulated {
		return nowhere(w, r)
	}
	page := personaPage{Moments: s.moments, Moment: s.moment.Key, Role: choiceOf(actor(r))}
	staff := personaGroup{Name: "Staff"}
	for _, role := range shownAs {
		staff.All = append(staff.All, persona{Value: string(role), Label: title(role), What: worlds[role]})
	}
	var coaches, people []persona
	err := s.read(r, func(tx *store.Tx) (err error) {
		if coaches, err = s.coachPersonas(r, tx); err != nil {
			return err
		}
		people, err = s.participantPersonas(r, tx)
		return err
	})
	if err != nil {
		return err
	}
	page.Groups = []personaGroup{{"Participants", people}, {"Coaches", coaches}, staff}
	for _, g := range page.Groups {
		for i := range g.All {
			g.All[i].Here = g.All[i].Value == page.Role
		}
	}
	return send(w, http.StatusOK, "persona_list", s.frame(r, "See it as", page))
}

// choiceOf is the value of the role cookie that makes an actor.
func choiceOf(by identity.Actor) string {
	switch by.Role {
	case identity.Participant:
		return string(by.Role) + ":" + string(by.Participant)
	case identity.Coach:
		return string(by.Role) + ":" + string(by.Coach)
	}
	return string(by.Role)
}

// coachPersonas are a few coaches, each in another situation.
func (s *Site) coachPersonas(r *http.Request, tx *store.Tx) ([]persona, error) {
	ctx, now := r.Context(), tx.Now()
	all, err := tx.Coaches(ctx)
	if err != nil {
		return nil, err
	}
	loads, err := tx.Loads(ctx)
	if err != nil {
		return nil, err
	}
	var found []persona
	seen := map[string]bool{}
	add := func(k coach.Code, kind, what string) {
		if !seen[kind] && !slices.ContainsFunc(found, func(p persona) bool { return p.Value == "coach:"+string(k) }) {
			seen[kind] = true
			found = append(found, persona{Value: "coach:" + string(k), Label: title(kind), What: what})
		}
	}
	slices.SortStableFunc(all, func(a, b coach.Coach) int { return loads[b.Code] - loads[a.Code] })
	for _, k := range all {
		away := slices.ContainsFunc(k.Away, func(a coach.Span) bool {
			return a.From.Before(now.AddDate(0, 0, 7)) && a.To.After(now) && a.To.Sub(a.From) > 48*time.Hour
		})
		booked, err := tx.SessionsOfCoach(ctx, k.Code, now, now.AddDate(0, 0, 7))
		if err != nil {
			return nil, err
		}
		booked = slices.DeleteFunc(booked, func(one session.Session) bool { return one.State != session.Booked })
		people := count(loads[k.Code], "coachee", "coachees")
		switch {
		case k.LeftAt != nil:
		case away:
			add(k.Code, "a coach on leave", people+"; away this week, and sessions wait to be moved.")
		case len(booked) > 0:
			add(k.Code, "a busy coach", fmt.Sprintf("%s, %s in the next seven days.", people, count(len(booked), "session", "sessions")))
		default:
			add(k.Code, "a coach with free hours", people+", nothing booked in the next seven days.")
		}
	}
	return found, nil
}

// participantPersonas are participants, each in another situation, with more to come before less.
func (s *Site) participantPersonas(r *http.Request, tx *store.Tx) ([]persona, error) {
	ctx, now, p := r.Context(), tx.Now(), s.Conduct.Protocol
	trial, err := tx.Participants(ctx, participant.Waiting, participant.Randomized, participant.Completed, participant.Lost, participant.Withdrawn)
	if err != nil {
		return nil, err
	}
	sessions, err := tx.AllSessions(ctx)
	if err != nil {
		return nil, err
	}
	pairs, err := tx.Pairings(ctx)
	if err != nil {
		return nil, err
	}
	paired := map[participant.Code]bool{}
	for _, one := range pairs {
		paired[one.Participant] = true
	}
	of := map[participant.Code][]session.Session{}
	for _, one := range sessions {
		of[one.Participant] = append(of[one.Participant], one)
	}
	kinds := []persona{
		{Label: "In the middle of coaching", What: "Some sessions held, others booked."},
		{Label: "Allocated, no coach yet", What: "Coaching is open; the reminders have begun."},
		{Label: "A coach chosen, nothing booked", What: "One step before the first session."},
		{Label: "Waiting for coaching", What: "The group that is coached later: resources now, a place reserved."},
		{Label: "Coaching opened after the wait", What: "The second survey is in, or its time is over."},
		{Label: "All sessions held", What: "The plan is complete."},
		{Label: "On the waiting list", What: "Came when all places were taken."},
		{Label: "Withdrawn", What: "Has left the study."},
	}
	for _, one := range trial {
		held, booked := 0, 0
		for _, x := range of[one.Code] {
			switch {
			case x.State == session.Held:
				held++
			case x.State == session.Booked && x.Start.After(now):
				booked++
			}
		}
		arm := ""
		if one.InTrial() {
			a, err := tx.Allocation(ctx, one.Code)
			if err != nil {
				return nil, err
			}
			arm = a.Arm
		}
		first, _ := p.Arm(arm)
		kind := -1
		switch {
		case one.Status == participant.Waiting:
			kind = 6
		case one.Status == participant.Withdrawn:
			kind = 7
		case arm == "":
		case one.UnlockedAt == nil:
			kind = 3
		case held > 0 && booked > 0:
			kind = 0
		case held >= len(p.Coaching.Sessions):
			kind = 5
		case !first.Coaching:
			kind = 4
		case !paired[one.Code]:
			kind = 1
		case held+booked == 0:
			kind = 2
		}
		if kind >= 0 && kinds[kind].Value == "" {
			kinds[kind].Value = choiceOf(identity.AsParticipant(one.Code))
		}
	}
	return slices.DeleteFunc(kinds, func(k persona) bool { return k.Value == "" }), nil
}
