package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"rekindle/platform/identity"
	"rekindle/trial/participant"
)

type contextKey int

const (
	actorKey contextKey = iota
	signInKey
)

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

// signInOf gives the complete sign-in of a request by staff or a coach; nil: there is none.
func signInOf(r *http.Request) *identity.SignIn {
	in, _ := r.Context().Value(signInKey).(*identity.SignIn)
	return in
}

// recognized puts who asks into the context of a request, and how they have signed in.
func (s *Site) recognized(r *http.Request) *http.Request {
	by, in := s.signedIn(r)
	if by.Role == identity.Participant {
		by.Language = tongue(r.WithContext(identify(r.Context(), by))) // what the browser chose, else what is kept
	}
	ctx := identify(r.Context(), by)
	if in != nil {
		ctx = context.WithValue(ctx, signInKey, in)
	}
	return r.WithContext(ctx)
}

// signedIn tells who asks: the participant to whom the browser is open, or the staff who has signed in, else nobody. In a rehearsal
// there is nobody to protect, and whoever comes looks as whom they choose.
func (s *Site) signedIn(r *http.Request) (identity.Actor, *identity.SignIn) {
	if by, open := s.arrived(r); open {
		return by, nil
	}
	if in, ok := s.staff(r); ok {
		if in.Stage != identity.Complete {
			return visitor, nil
		}
		return in.Actor(), &in
	}
	if !s.Conduct.Simulated {
		return visitor, nil
	}
	if c, err := r.Cookie(roleCookie); err == nil {
		if by, ok := lookedAs(c.Value); ok {
			return by, nil
		}
	}
	return identity.Actor{Name: string(shownAs[0]), Role: shownAs[0]}, nil
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
		return identity.AsCoach(code), true
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
