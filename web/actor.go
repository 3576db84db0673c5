package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"rekindle/platform/identity"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

type contextKey int

const actorKey contextKey = iota

// identify puts who acts into the context of a request.
func identify(ctx context.Context, by identity.Actor) context.Context {
	return context.WithValue(ctx, actorKey, by)
}

// actor is who acts in a request.
func actor(r *http.Request) identity.Actor {
	by, ok := r.Context().Value(actorKey).(identity.Actor)
	if !ok {
		return visitor
	}
	return by
}

// visitor is somebody who has not signed in.
var visitor = identity.Actor{Name: "visitor", Role: identity.Visitor}

// shownAs are the roles as which a visitor may look at a rehearsal, the first without being asked. A coach and a participant are
// chosen by their code.
var shownAs = []identity.Role{identity.Owner, identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance}

// roleCookie keeps whom the visitor of a rehearsal looks as: a role, or "coach:CODE", "participant:CODE".
const roleCookie = "rekindle_role"

// signedIn tells who asks: the participant to whom the browser is open, or the staff who has signed in, else nobody. In a rehearsal
// there is nobody to protect, and whoever comes looks as whom they choose.
func (s *Site) signedIn(r *http.Request) identity.Actor {
	if by, open := s.arrived(r); open {
		return by
	}
	if in, ok := s.staff(r); ok {
		return in.Actor()
	}
	if !s.Conduct.Simulated {
		return visitor
	}
	if c, err := r.Cookie(roleCookie); err == nil {
		if by, ok := lookedAs(c.Value); ok {
			return by
		}
	}
	return identity.Actor{Name: string(shownAs[0]), Role: shownAs[0]}
}

// lookedAs is whom the visitor of a rehearsal looks as.
func lookedAs(choice string) (by identity.Actor, ok bool) {
	if slices.Contains(shownAs, identity.Role(choice)) {
		return identity.Actor{Name: choice, Role: identity.Role(choice)}, true
	}
	role, text, _ := strings.Cut(choice, ":")
	code, err := participant.ParseCode(text) // those of coaches are spelled alike
	switch {
	case err == nil && role == string(identity.Participant):
		return identity.AsParticipant(code), true
	case err == nil && role == string(identity.Coach):
		return identity.AsCoach(coach.Code(code)), true
	}
	return by, false
}

// startOf is where a role begins.
func startOf(role identity.Role) string {
	switch role {
	case identity.Participant:
		return home
	case identity.Coach:
		return desk
	}
	return "/"
}
